//! An application: what it serves, where it is registered, whom it calls.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tenfold_cluster::Extensions;
use tenfold_common::{Clock, SystemClock, Url, keys};
use tenfold_config::{Config, Facts};
use tenfold_dubbo::DubboProtocol;
use tenfold_injvm::InjvmProtocol;
use tenfold_monitor::Statistics;
use tenfold_protocol::{
    Exporter, Filter, FilterChain, Protocol, ServiceDescriptor, Side, name_of_descriptor,
};
use tenfold_proxy::{Client, GenericClient};
use tenfold_registry::{
    Registry,
    address::{self, AddressInputs},
    zookeeper::ServiceDefinition,
};

use crate::{Dubbo, Error, ReferenceBuilder, Service, signal};

/// How long a connection must have been quiet before it is closed at shutdown.
const QUIET: Duration = Duration::from_secs(1);
/// How long a shutdown may take, as Dubbo's `dubbo.service.shutdown.wait`.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(10);

/// Describes an [`Application`].
#[must_use]
pub struct ApplicationBuilder {
    name: String,
    registries: Vec<String>,
    listeners: Vec<Url>,
    services: Vec<Service>,
    provider_filters: Vec<Arc<dyn Filter>>,
    consumer_filters: Vec<Arc<dyn Filter>>,
    extensions: Extensions,
    shutdown_deadline: Duration,
    config: Option<Config>,
}

/// A running application: serves what it was built with, and refers to other services.
///
/// Cheap to clone. It goes on until [`Application::shutdown`]; dropping the last clone closes
/// everything at once, without the polite part.
#[derive(Clone)]
pub struct Application {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) name: String,
    pub(crate) extensions: Extensions,
    pub(crate) registries: Vec<Arc<dyn Registry>>,
    pub(crate) protocols: HashMap<&'static str, Arc<dyn Protocol>>,
    pub(crate) statistics: Arc<Statistics>,
    pub(crate) consumer_filters: Vec<Arc<dyn Filter>>,
    pub(crate) config: Option<Config>,
    exported: Mutex<Vec<Exported>>,
    shutdown_deadline: Duration,
}

struct Exported {
    exporter: Box<dyn Exporter>,
    descriptor: Arc<ServiceDescriptor>,
    registered: Vec<(Arc<dyn Registry>, Url)>,
}

impl ApplicationBuilder {
    /// Registers services in, and finds them through, the registry at `url`, such as
    /// `zookeeper://127.0.0.1:2181`. May be repeated.
    pub fn registry(mut self, url: impl Into<String>) -> Self {
        self.registries.push(url.into());
        self
    }

    /// Takes settings from files, the environment and the command line. They stand above those made
    /// in code, as in Dubbo: the application's name, registries, listeners (`dubbo.protocols`), and
    /// what they say about each service and reference by its interface.
    pub fn config(mut self, config: Config) -> Self {
        if let Some(name) = &config.application().name {
            self.name.clone_from(name);
        }
        self.config = Some(config);
        self
    }

    /// Listens for calls. May be repeated: every service is served on every listener.
    pub fn listen(mut self, listener: Dubbo) -> Self {
        self.listeners.push(listener.into_url());
        self
    }

    /// Serves a service: a generated server, or a [`Service`] with settings.
    pub fn serve(mut self, service: impl Into<Service>) -> Self {
        self.services.push(service.into());
        self
    }

    /// Looks at every call that this application serves.
    pub fn provider_filter(mut self, filter: impl Filter + 'static) -> Self {
        self.provider_filters.push(Arc::new(filter));
        self
    }

    /// Looks at every call that this application makes, once a call.
    pub fn consumer_filter(mut self, filter: impl Filter + 'static) -> Self {
        self.consumer_filters.push(Arc::new(filter));
        self
    }

    /// How long [`Application::shutdown`] may take; 10 s by default.
    pub fn shutdown_deadline(mut self, deadline: Duration) -> Self {
        self.shutdown_deadline = deadline;
        self
    }

    /// Replaces the built-in load balances, fault tolerance strategies and routers by a set that the
    /// user has added to.
    pub fn extensions(mut self, extensions: Extensions) -> Self {
        self.extensions = extensions;
        self
    }

    /// Starts the application: connects to the registries, listens, registers.
    ///
    /// # Errors
    ///
    /// [`Error`] when a URL is broken, a port taken, or a registry out of reach (unless its URL says
    /// `check=false`).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what it has opened.
    pub async fn start(self) -> Result<Application, Error> {
        let mut registries = Vec::new();
        for text in &self.registries {
            registries.push(open_registry(Url::parse(text)?, &self.name).await?);
        }
        if let Some(config) = &self.config {
            for warning in config.warnings() {
                tracing::warn!("{warning}");
            }
            for url in config.registry_urls(None)? {
                registries.push(open_registry(url, &self.name).await?);
            }
        }
        let protocols: [Arc<dyn Protocol>; 2] = [
            Arc::new(DubboProtocol::new()),
            Arc::new(InjvmProtocol::new()),
        ];
        let application = Application {
            inner: Arc::new(Inner {
                extensions: self.extensions,
                registries,
                protocols: protocols.into_iter().map(|it| (it.name(), it)).collect(),
                statistics: Arc::new(Statistics::new(&self.name)),
                name: self.name,
                consumer_filters: self.consumer_filters,
                exported: Mutex::default(),
                shutdown_deadline: self.shutdown_deadline,
                config: self.config,
            }),
        };
        for service in &self.services {
            let urls = application.inner.provider_urls(service, &self.listeners)?;
            if urls.is_empty() {
                return Err(Error::Setting(
                    "there are services but no listener; add `.listen(Dubbo::on(20880))` or \
                     configure `dubbo.protocols`"
                        .to_owned(),
                ));
            }
            for url in urls {
                application
                    .inner
                    .export(service, url, &self.provider_filters)
                    .await?;
            }
        }
        application.inner.register_all().await?;
        Ok(application)
    }

    /// Starts the application, serves until Ctrl-C or SIGTERM, and ends politely. A second signal
    /// ends the process at once.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub async fn run(self) -> Result<(), Error> {
        let application = self.start().await?;
        signal::terminated().await;
        tokio::select! {
            () = application.shutdown() => Ok(()),
            () = signal::terminated() => std::process::exit(130),
        }
    }
}

impl Application {
    /// Starts the description of an application; `name` is what other applications see.
    pub fn builder(name: impl Into<String>) -> ApplicationBuilder {
        ApplicationBuilder {
            name: name.into(),
            registries: Vec::new(),
            listeners: Vec::new(),
            services: Vec::new(),
            provider_filters: Vec::new(),
            consumer_filters: Vec::new(),
            extensions: tenfold_cluster::extensions(),
            shutdown_deadline: SHUTDOWN_DEADLINE,
            config: None,
        }
    }

    /// Refers to a service by the generated client's interface.
    pub fn refer<C: Client>(&self) -> ReferenceBuilder<C> {
        ReferenceBuilder::new(
            Arc::clone(&self.inner),
            C::descriptor(),
            |descriptor, invoker| C::from_stub(tenfold_proxy::Stub::new(descriptor, invoker)),
        )
    }

    /// Refers to a service by its interface name alone, for calls by names and dynamic values.
    pub fn generic(&self, interface: &str) -> ReferenceBuilder<GenericClient> {
        let descriptor = Arc::new(GenericClient::descriptor(interface));
        ReferenceBuilder::new(Arc::clone(&self.inner), &descriptor, GenericClient::new)
    }

    /// The statistics of all calls that this application serves and makes.
    pub fn statistics(&self) -> &Arc<Statistics> {
        &self.inner.statistics
    }

    /// The URLs of the services that are served, with the addresses that are really listened on.
    pub fn exported(&self) -> Vec<Url> {
        self.inner
            .exported
            .lock()
            .iter()
            .map(|it| it.exporter.url().clone())
            .collect()
    }

    /// Ends politely: tells every consumer to go elsewhere, withdraws the registrations, goes on
    /// answering until each connection has been quiet for a second or the deadline is over, then
    /// closes.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the rest undone; calling it again goes on.
    pub async fn shutdown(&self) {
        let deadline = Instant::now() + self.inner.shutdown_deadline;
        for protocol in self.inner.protocols.values() {
            protocol.go_away();
        }
        self.inner.unregister_all(deadline).await;
        for protocol in self.inner.protocols.values() {
            let left = deadline.saturating_duration_since(Instant::now());
            protocol.shutdown(QUIET, left).await;
        }
        self.inner.exported.lock().clear();
        for registry in &self.inner.registries {
            registry.close().await;
        }
    }
}

impl Inner {
    /// The protocol of a URL.
    pub(crate) fn protocol(&self, url: &Url) -> Result<&Arc<dyn Protocol>, Error> {
        self.protocols.get(url.protocol()).ok_or_else(|| {
            let mut known: Vec<_> = self.protocols.keys().copied().collect();
            known.sort_unstable();
            Error::Setting(format!(
                "unknown protocol `{}` in {url}; known: {}",
                url.protocol(),
                known.join(", ")
            ))
        })
    }

    async fn export(
        &self,
        service: &Service,
        url: Url,
        filters: &[Arc<dyn Filter>],
    ) -> Result<(), Error> {
        let descriptor = Arc::new(service.descriptor().with_identity_of(&url));
        let mut chain: Vec<Arc<dyn Filter>> = vec![self.statistics.on_provider(&descriptor)];
        chain.extend(filters.iter().cloned());
        chain.extend(service.filters().iter().cloned());
        let invoker = FilterChain::wrap(chain, service.invoker(url.clone()));
        let exporter = self
            .protocol(&url)?
            .export(url.clone(), Arc::clone(&descriptor), invoker)
            .await?;
        self.exported.lock().push(Exported {
            exporter,
            descriptor,
            registered: Vec::new(),
        });
        Ok(())
    }

    /// The URLs of a service, one for each listener, as Java's `ServiceConfig` makes them.
    fn provider_urls(&self, service: &Service, listeners: &[Url]) -> Result<Vec<Url>, Error> {
        let mut urls: Vec<Url> = listeners
            .iter()
            .map(|listener| service.url_on(listener))
            .collect();
        if let Some(config) = &self.config {
            let facts = Facts::new("0.0.0.0").methods(service.descriptor().method_names());
            urls.extend(config.service_urls(&service.config(), &facts)?);
        }
        let urls = urls.into_iter().map(|url| {
            url.to_builder()
                .param(keys::APPLICATION, &self.name)
                .param(keys::SIDE, Side::Provider)
                .param(keys::DUBBO, keys::PROTOCOL_VERSION)
                .param(keys::RELEASE, crate::RELEASE)
                .param(keys::TIMESTAMP, SystemClock.unix_millis())
                .param(keys::PID, std::process::id())
                .param_if_absent("deprecated", false)
                .param_if_absent(keys::DYNAMIC, true)
                .param(keys::GENERIC, service.descriptor().open.is_some())
                .build()
        });
        Ok(urls.collect())
    }

    async fn register_all(&self) -> Result<(), Error> {
        let exported: Vec<(Url, Arc<ServiceDescriptor>)> = self
            .exported
            .lock()
            .iter()
            .map(|it| (it.exporter.url().clone(), Arc::clone(&it.descriptor)))
            .collect();
        for (at, (url, descriptor)) in exported.iter().enumerate() {
            if !url.flag("register", true) {
                continue;
            }
            for registry in &self.registries {
                let announced = self.announced(url, registry)?;
                registry
                    .register(announced.clone())
                    .await
                    .map_err(|source| registry_error(registry, source))?;
                if let Some(exported) = self.exported.lock().get_mut(at) {
                    exported
                        .registered
                        .push((Arc::clone(registry), announced.clone()));
                }
                // Consoles read it and calls do not, so a failure is no reason not to start.
                if let Err(error) = registry.describe(&announced, definition(descriptor)).await {
                    tracing::warn!(url = %announced, %error, "cannot describe the service");
                }
            }
        }
        Ok(())
    }

    /// The URL as it is registered: with the address under which others reach this process.
    fn announced(&self, url: &Url, registry: &Arc<dyn Registry>) -> Result<Url, Error> {
        let env_host = std::env::var(address::IP_TO_REGISTRY).ok();
        let env_port = std::env::var(address::PORT_TO_REGISTRY).ok();
        let routed = resolve(registry.url()).and_then(address::route_probe);
        let inputs = AddressInputs::bound_to(url.port().unwrap_or_default())
            .env(env_host.as_deref(), env_port.as_deref())
            .configured(Some(url.host()), None)
            .routed(routed);
        let chosen = address::select(&inputs)?;
        tracing::info!(service = %url.service_key(), "{}", chosen.reason);
        Ok(url
            .to_builder()
            .host(&chosen.host)
            .port(Some(chosen.port))
            .build())
    }

    async fn unregister_all(&self, deadline: Instant) {
        let registered: Vec<_> = self
            .exported
            .lock()
            .iter_mut()
            .flat_map(|it| std::mem::take(&mut it.registered))
            .collect();
        for (registry, url) in registered {
            let withdrawn =
                tokio::time::timeout_at(deadline.into(), registry.unregister(&url)).await;
            match withdrawn {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%url, %error, "cannot unregister"),
                Err(_elapsed) => tracing::warn!(%url, "no time left to unregister"),
            }
        }
    }
}

/// What consoles read about an interface.
fn definition(service: &ServiceDescriptor) -> ServiceDefinition {
    let mut definition = ServiceDefinition::new(&service.interface);
    for method in &service.methods {
        let types: Vec<String> = method
            .parameters
            .iter()
            .map(|parameter| name_of_descriptor(parameter))
            .collect();
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        definition = definition.method(&method.name, &types, &name_of_descriptor(&method.returns));
    }
    definition
}

/// Connects to the registry at `url` on behalf of `application`.
async fn open_registry(url: Url, application: &str) -> Result<Arc<dyn Registry>, Error> {
    let url = url
        .to_builder()
        .param_if_absent(keys::APPLICATION, application)
        .build();
    tenfold_registry::open(url.clone())
        .await
        .map_err(|source| Error::Registry {
            url: url.to_string(),
            source,
        })
}

pub(crate) fn registry_error(
    registry: &Arc<dyn Registry>,
    source: tenfold_registry::RegistryError,
) -> Error {
    Error::Registry {
        url: registry.url().to_string(),
        source,
    }
}

/// The first address of a registry, to probe which interface leads there.
fn resolve(url: &Url) -> Option<std::net::SocketAddr> {
    use std::net::ToSocketAddrs;
    (url.host(), url.port().unwrap_or(2181))
        .to_socket_addrs()
        .ok()?
        .next()
}
