//! A reference to a service of others: which providers, and how calls are made.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use tenfold_common::{Clock, SystemClock, Url, keys};
use tenfold_config::{Facts, ReferenceConfig};
use tenfold_protocol::{Filter, Invoker, ServiceDescriptor, Side};

use crate::{Error, application::Inner, discovery};

/// Describes a reference; [`ReferenceBuilder::build`] gives the client.
///
/// Every setting has the name of its Dubbo URL parameter, and [`ReferenceBuilder::param`] sets those
/// that have no method here.
#[must_use]
pub struct ReferenceBuilder<C> {
    application: Arc<Inner>,
    descriptor: Arc<ServiceDescriptor>,
    make: fn(Arc<ServiceDescriptor>, Arc<dyn Invoker>) -> C,
    urls: Vec<String>,
    params: Vec<(String, String)>,
    filters: Vec<Arc<dyn Filter>>,
    client: PhantomData<fn() -> C>,
}

/// A client together with the view of its providers.
pub struct Reference<C> {
    client: C,
    providers: discovery::Providers,
}

impl<C> ReferenceBuilder<C> {
    pub(crate) fn new(
        application: Arc<Inner>,
        descriptor: &Arc<ServiceDescriptor>,
        make: fn(Arc<ServiceDescriptor>, Arc<dyn Invoker>) -> C,
    ) -> Self {
        Self {
            application,
            descriptor: Arc::clone(descriptor),
            make,
            urls: Vec::new(),
            params: Vec::new(),
            filters: Vec::new(),
            client: PhantomData,
        }
    }

    /// Calls the provider at this URL, `dubbo://host:port`, without a registry. May be repeated, or
    /// hold several URLs separated by `;`.
    pub fn url(mut self, url: &str) -> Self {
        self.urls
            .extend(url.split(';').map(|url| url.trim().to_owned()));
        self
    }

    /// Asks for providers of this group; `*` for any.
    pub fn group(self, group: &str) -> Self {
        self.param(keys::GROUP, group)
    }

    /// Asks for providers of this version; `*` for any.
    pub fn version(self, version: &str) -> Self {
        self.param(keys::VERSION, version)
    }

    /// How a provider is chosen: `random` (default), `consistenthash` and the others that the
    /// application's extensions name.
    pub fn balance(self, name: &str) -> Self {
        self.param(keys::LOADBALANCE, name)
    }

    /// What is done when a call fails: `failover` (default), `failfast`, `failsafe`.
    pub fn cluster(self, name: &str) -> Self {
        self.param(keys::CLUSTER, name)
    }

    /// How long one try may take; a second by default.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.param(keys::TIMEOUT, &timeout.as_millis().max(1).to_string())
    }

    /// Tries beyond the first that `failover` may make; 2 by default. A call whose outcome is unknown
    /// is tried again only if its method is idempotent.
    pub fn retries(self, retries: u32) -> Self {
        self.param(keys::RETRIES, &retries.to_string())
    }

    /// Whether starting without a provider is an error; it is by default.
    pub fn check(self, check: bool) -> Self {
        self.param(keys::CHECK, if check { "true" } else { "false" })
    }

    /// Connections to each provider that this reference has for itself; by default it shares one
    /// with the other references of the process.
    pub fn connections(self, connections: u32) -> Self {
        self.param(keys::CONNECTIONS, &connections.to_string())
    }

    /// Connects at the first call.
    pub fn lazy(self, lazy: bool) -> Self {
        self.param(keys::LAZY, if lazy { "true" } else { "false" })
    }

    /// Any other parameter of the reference, by Dubbo's own name; `method.key` for one method.
    pub fn param(mut self, key: &str, value: &str) -> Self {
        self.params.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Looks at every call of this reference, once a call.
    pub fn filter(mut self, filter: impl Filter + 'static) -> Self {
        self.filters.push(Arc::new(filter));
        self
    }

    /// Finds the providers and gives the client.
    ///
    /// # Errors
    ///
    /// [`Error`] when a setting is wrong, or nobody provides the service and `check` is on.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up what it has begun.
    pub async fn build(self) -> Result<C, Error> {
        Ok(self.open().await?.client)
    }

    /// As [`Self::build`], but gives the view of the providers too.
    ///
    /// # Errors
    ///
    /// As [`Self::build`].
    ///
    /// # Cancel safety
    ///
    /// As [`Self::build`].
    pub async fn open(self) -> Result<Reference<C>, Error> {
        let (url, direct) = self.configured(self.consumer_url())?;
        let descriptor = Arc::new(self.descriptor.with_identity_of(&url));
        let mut filters: Vec<Arc<dyn Filter>> =
            vec![self.application.statistics.per_call(&descriptor)];
        filters.extend(self.application.consumer_filters.iter().cloned());
        filters.extend(self.filters);
        let (invoker, providers) = discovery::refer(
            &self.application,
            url,
            Arc::clone(&descriptor),
            &direct,
            filters,
        )
        .await?;
        Ok(Reference {
            client: (self.make)(descriptor, invoker),
            providers,
        })
    }

    /// Lays over `url` what the configuration says about this reference, and gives the providers
    /// that are to be called without a registry.
    fn configured(&self, url: Url) -> Result<(Url, Vec<String>), Error> {
        let Some(config) = &self.application.config else {
            return Ok((url, self.urls.clone()));
        };
        let code = ReferenceConfig::new(&*self.descriptor.interface);
        let reference = config.reference(&code)?;
        let said = reference.to_url(config.application(), &Facts::new(url.host()));
        let mut merged = url.to_builder();
        for (key, value) in said.params() {
            merged = merged.param(key, value);
        }
        let direct: Vec<String> = reference
            .direct_urls()?
            .iter()
            .map(Url::to_full_string)
            .collect();
        let direct = if direct.is_empty() {
            self.urls.clone()
        } else {
            direct
        };
        Ok((
            merged
                .param(keys::METHODS, self.descriptor.method_names())
                .build(),
            direct,
        ))
    }

    /// The URL of this reference as Java's `ReferenceConfig` makes it: what the interface says, then
    /// what the user says.
    fn consumer_url(&self) -> Url {
        let descriptor = &self.descriptor;
        let mut url = Url::builder("consumer", "127.0.0.1", None)
            .path(&descriptor.interface)
            .param(keys::INTERFACE, &descriptor.interface)
            .param_opt(keys::GROUP, descriptor.group.as_deref())
            .param_opt(keys::VERSION, descriptor.version.as_deref())
            .param(keys::METHODS, descriptor.method_names())
            .param(keys::APPLICATION, &self.application.name)
            .param(keys::SIDE, Side::Consumer)
            .param(keys::DUBBO, keys::PROTOCOL_VERSION)
            .param(keys::RELEASE, crate::RELEASE)
            .param(keys::TIMESTAMP, SystemClock.unix_millis())
            .param(keys::PID, std::process::id())
            .param(keys::STICKY, false);
        for method in &descriptor.methods {
            let settings = &method.settings;
            let timeout = settings.timeout.map(|timeout| timeout.as_millis());
            url = url
                .param_opt(&format!("{}.{}", method.name, keys::TIMEOUT), timeout)
                .param_opt(
                    &format!("{}.{}", method.name, keys::RETRIES),
                    settings.retries,
                );
        }
        for (key, value) in &self.params {
            url = url.param(key, value);
        }
        url.build()
    }
}

impl<C> Reference<C> {
    /// The client.
    pub fn client(&self) -> &C {
        &self.client
    }

    /// The providers that calls go to at this moment.
    pub fn providers(&self) -> Vec<Url> {
        self.providers.urls()
    }

    /// Waits until the list of providers is another than it was when this was last called, and gives
    /// it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no change: the next call sees it.
    pub async fn changed(&mut self) -> Vec<Url> {
        self.providers.changed().await
    }
}

impl<C> fmt::Debug for ReferenceBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReferenceBuilder")
            .field("interface", &self.descriptor.interface)
            .field("urls", &self.urls)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}
