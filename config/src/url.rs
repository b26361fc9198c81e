//! The URLs that the sections stand for, with the parameter names that Dubbo peers read.

use std::collections::BTreeMap;

use tenfold_common::{Url, UrlBuilder, keys};

use crate::{
    ApplicationConfig, Config, ConfigError, Origin, Port, Problem, ProblemKind, ProtocolConfig,
    ReferenceConfig, RegistryConfig, ServiceConfig, sections::Settings,
};

/// What `release` says of this framework. Java peers expect a name in front for other languages.
const RELEASE: &str = concat!("tenfold-", env!("CARGO_PKG_VERSION"));

/// What a URL says of the running process and its surroundings; nothing here is a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The address under which others reach this process.
    pub host: String,
    /// The port under which others reach it, when it is known already.
    pub port: Option<u16>,
    /// The names of the service's methods, joined by commas; `*` when empty.
    pub methods: String,
    /// The start time in milliseconds since the epoch, on which warm-up builds.
    pub timestamp_millis: u64,
    /// The process id.
    pub pid: u32,
}

/// The addresses that containers are given from outside (`DUBBO_IP_TO_BIND` and its kin).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Addresses {
    /// The address to listen on.
    pub ip_to_bind: Option<String>,
    /// The port to listen on.
    pub port_to_bind: Option<u16>,
    /// The address to register.
    pub ip_to_registry: Option<String>,
    /// The port to register.
    pub port_to_registry: Option<u16>,
}

impl Facts {
    /// A process that others reach at `host`.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            ..Self::default()
        }
    }

    /// Sets the port under which others reach it.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets the names of the service's methods, joined by commas.
    #[must_use]
    pub fn methods(mut self, methods: impl Into<String>) -> Self {
        self.methods = methods.into();
        self
    }

    /// Sets the start time in milliseconds since the epoch.
    #[must_use]
    pub fn timestamp_millis(mut self, timestamp_millis: u64) -> Self {
        self.timestamp_millis = timestamp_millis;
        self
    }

    /// Sets the process id.
    #[must_use]
    pub fn pid(mut self, pid: u32) -> Self {
        self.pid = pid;
        self
    }

    fn add_to(&self, url: UrlBuilder) -> UrlBuilder {
        let methods = if self.methods.is_empty() {
            keys::ANY
        } else {
            &self.methods
        };
        url.param(keys::METHODS, methods)
            .param(keys::TIMESTAMP, self.timestamp_millis)
            .param(keys::PID, self.pid)
            .param(keys::DUBBO, keys::PROTOCOL_VERSION)
            .param(keys::RELEASE, RELEASE)
    }
}

impl ApplicationConfig {
    /// The URL parameters that the application stands for in every URL.
    pub fn to_params(&self) -> BTreeMap<String, String> {
        self.params()
    }
}

impl ProtocolConfig {
    /// The URL parameters that the protocol stands for in the URLs of its services.
    pub fn to_params(&self) -> BTreeMap<String, String> {
        self.params()
    }
}

impl RegistryConfig {
    /// The URLs of the registry, one for each part of the address between `|` and `;`; none for
    /// `N/A`. Further addresses of one registry become its `backup` parameter.
    ///
    /// # Errors
    ///
    /// [`ProblemKind::InvalidValue`] when an address is missing, is no URL, or names no protocol
    /// while `protocol` is not set.
    pub fn to_urls(&self, application: &ApplicationConfig) -> Result<Vec<Url>, ConfigError> {
        let address = self.address.as_deref().unwrap_or_default().trim();
        if address == "N/A" {
            return Ok(Vec::new());
        }
        address
            .split(['|', ';'])
            .map(str::trim)
            .map(|part| self.one_url(part, application))
            .collect()
    }

    fn one_url(&self, address: &str, application: &ApplicationConfig) -> Result<Url, ConfigError> {
        let fail = |reason: String| -> ConfigError {
            let id = self.id.as_deref().unwrap_or("default");
            let message = format!("address of registry `{id}`: {reason}");
            Problem::new(ProblemKind::InvalidValue, &Origin::Code, message).into()
        };
        if address.is_empty() {
            return Err(fail("it is empty".to_owned()));
        }
        let (protocol, rest) = match (address.split_once("://"), self.protocol.as_deref()) {
            (Some((protocol, rest)), _) => (protocol, rest),
            (None, Some(protocol)) => (protocol, address),
            (None, None) => {
                return Err(fail(
                    "it names no protocol; expected `zookeeper://host:port`".to_owned(),
                ));
            }
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (first, backup) = authority.split_once(',').unwrap_or((authority, ""));
        let parsed = Url::parse(&format!("{protocol}://{first}{tail}"))
            .map_err(|_| fail(format!("`{}` is no URL", crate::mask::address(address))))?;
        if parsed.host().is_empty() {
            return Err(fail("it names no host".to_owned()));
        }
        Ok(self.completed(&parsed, backup, application))
    }

    /// Adds what the settings say where the address itself says nothing.
    fn completed(&self, parsed: &Url, backup: &str, application: &ApplicationConfig) -> Url {
        let mut url = parsed.to_builder();
        if let (None, Some(Port::Fixed(port))) = (parsed.port(), self.port) {
            url = url.port(Some(port.get()));
        }
        if parsed.username().is_none() && (self.username.is_some() || self.password.is_some()) {
            url = url.credentials(
                self.username.as_deref().unwrap_or_default(),
                self.password.as_deref().unwrap_or_default(),
            );
        }
        let backups: Vec<&str> = backup
            .split(',')
            .chain(parsed.param(keys::BACKUP).unwrap_or_default().split(','))
            .map(str::trim)
            .filter(|host| !host.is_empty())
            .collect();
        url = url
            .param(keys::BACKUP, backups.join(","))
            .param_if_absent("id", self.id.as_deref().unwrap_or_default());
        for (name, value) in self.params().into_iter().chain(application.params()) {
            url = url.param_if_absent(&name, value);
        }
        url.build()
    }
}

impl ServiceConfig {
    /// The URL under which the service is served by one protocol: the address to register, and
    /// `bind.ip` and `bind.port` for the address to listen on.
    ///
    /// The service has to be resolved ([`Config::service`]), so that it holds what falls through
    /// from the provider level.
    pub fn to_url(
        &self,
        application: &ApplicationConfig,
        protocol: &ProtocolConfig,
        addresses: &Addresses,
        facts: &Facts,
    ) -> Url {
        let interface = self.interface.as_deref().unwrap_or_default();
        let bind_host = addresses.ip_to_bind.as_deref().or(protocol.host.as_deref());
        let bind_port = match (addresses.port_to_bind, protocol.port.unwrap_or_default()) {
            (Some(port), _) => Some(port),
            (None, Port::Fixed(port)) => Some(port.get()),
            (None, Port::Free) => Some(0),
            (None, Port::Default) => None,
        };
        let fixed = bind_port.filter(|port| *port != 0);
        let host = addresses
            .ip_to_registry
            .as_deref()
            .or(protocol.host.as_deref().filter(|host| !is_any(host)))
            .unwrap_or(&facts.host);
        let port = addresses.port_to_registry.or(facts.port).or(fixed);
        let name = protocol.name.as_deref().unwrap_or("dubbo");
        let mut url = Url::builder(name, host, port).path(&self.url_path(protocol, interface));
        for (name, value) in application.params().into_iter().chain(protocol.params()) {
            url = url.param(&name, value);
        }
        url = add_own(url, self.params(), &self.methods);
        let both_register = protocol.register != Some(false) && self.register != Some(false);
        if !both_register {
            url = url.param("register", false);
        }
        facts
            .add_to(url)
            .param(keys::INTERFACE, interface)
            .param(keys::SIDE, "provider")
            .param_if_absent(keys::DYNAMIC, true)
            .param_if_absent("deprecated", false)
            .param_if_absent(keys::GENERIC, false)
            .param(keys::ANYHOST, bind_host.is_none_or(is_any))
            .param(keys::BIND_IP, bind_host.unwrap_or("0.0.0.0"))
            .param_opt(keys::BIND_PORT, bind_port)
            .build()
    }

    fn url_path(&self, protocol: &ProtocolConfig, interface: &str) -> String {
        let path = self.path.as_deref().unwrap_or(interface);
        match protocol.contextpath.as_deref() {
            Some(context) => format!("{}/{path}", context.trim_matches('/')),
            None => path.to_owned(),
        }
    }
}

impl ReferenceConfig {
    /// The URL that stands for the consumer: it is registered under `consumers`, and its
    /// parameters are laid over those of the providers.
    ///
    /// The reference has to be resolved ([`Config::reference`]), so that it holds what falls
    /// through from the consumer level.
    pub fn to_url(&self, application: &ApplicationConfig, facts: &Facts) -> Url {
        let interface = self.interface.as_deref().unwrap_or_default();
        let mut url = Url::builder("consumer", &facts.host, None).path(interface);
        for (name, value) in application.params() {
            url = url.param(&name, value);
        }
        url = add_own(url, self.params(), &self.methods);
        facts
            .add_to(url)
            .param(keys::INTERFACE, interface)
            .param(keys::SIDE, "consumer")
            .param_if_absent(keys::STICKY, false)
            .build()
    }

    /// The providers that `url` names, to be called without a registry; empty when it is unset.
    /// An address without a protocol is one of `dubbo`, one without a path is of the interface.
    ///
    /// # Errors
    ///
    /// [`ProblemKind::InvalidValue`] when an address is no URL.
    pub fn direct_urls(&self) -> Result<Vec<Url>, ConfigError> {
        let interface = self.interface.as_deref().unwrap_or_default();
        let addresses = self.url.as_deref().unwrap_or_default().split(';');
        addresses
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(|address| {
                let text = if address.contains("://") {
                    address.to_owned()
                } else {
                    format!("dubbo://{address}")
                };
                let url = Url::parse(&text).ok().filter(|url| !url.host().is_empty());
                let Some(url) = url else {
                    let shown = crate::mask::address(address);
                    let message = format!("`url` of `{interface}`: `{shown}` is no URL");
                    let problem = Problem::new(ProblemKind::InvalidValue, &Origin::Code, message);
                    return Err(problem.into());
                };
                if url.path().is_empty() {
                    return Ok(url.to_builder().path(interface).build());
                }
                Ok(url)
            })
            .collect()
    }
}

impl Config {
    /// The addresses that the surroundings give to a protocol: `DUBBO_IP_TO_BIND`,
    /// `DUBBO_PORT_TO_BIND`, `DUBBO_IP_TO_REGISTRY`, `DUBBO_PORT_TO_REGISTRY`, each also with the
    /// protocol in between (`DUBBO_TRI_PORT_TO_BIND`), from the command line or the environment.
    ///
    /// # Errors
    ///
    /// [`ProblemKind::InvalidValue`] when a port is none.
    pub fn addresses(&self, protocol: &ProtocolConfig) -> Result<Addresses, ConfigError> {
        let name = protocol.name.as_deref().unwrap_or_default();
        let text = |what| {
            self.overrides
                .value(name, what)
                .map(|(text, _)| text.to_owned())
        };
        let port = |what| -> Result<Option<u16>, ConfigError> {
            let Some((text, origin)) = self.overrides.value(name, what) else {
                return Ok(None);
            };
            text.parse().map(Some).map_err(|_| {
                let message = format!("`{text}` is not a port from 0 to 65535");
                Problem::new(ProblemKind::InvalidValue, origin, message).into()
            })
        };
        Ok(Addresses {
            ip_to_bind: text("IP_TO_BIND"),
            port_to_bind: port("PORT_TO_BIND")?,
            ip_to_registry: text("IP_TO_REGISTRY"),
            port_to_registry: port("PORT_TO_REGISTRY")?,
        })
    }

    /// The URLs of a service, one for each protocol that serves it; none if it is not exported.
    ///
    /// # Errors
    ///
    /// As [`Config::service`] and [`Config::addresses`].
    pub fn service_urls(
        &self,
        code: &ServiceConfig,
        facts: &Facts,
    ) -> Result<Vec<Url>, ConfigError> {
        let service = self.service(code)?;
        if service.export == Some(false) {
            return Ok(Vec::new());
        }
        self.protocols_of(service.protocol_ids.as_deref())
            .into_iter()
            .map(|protocol| {
                let addresses = self.addresses(protocol)?;
                Ok(service.to_url(self.application(), protocol, &addresses, facts))
            })
            .collect()
    }

    /// The URL of a reference.
    ///
    /// # Errors
    ///
    /// As [`Config::reference`].
    pub fn reference_url(&self, code: &ReferenceConfig, facts: &Facts) -> Result<Url, ConfigError> {
        let reference = self.reference(code)?;
        Ok(reference.to_url(self.application(), facts))
    }

    /// The URLs of the registries with these ids, of all when there are none.
    ///
    /// # Errors
    ///
    /// As [`RegistryConfig::to_urls`].
    pub fn registry_urls(&self, ids: Option<&[String]>) -> Result<Vec<Url>, ConfigError> {
        let mut urls = Vec::new();
        for registry in self.registries_of(ids) {
            urls.extend(registry.to_urls(self.application())?);
        }
        Ok(urls)
    }
}

/// Adds the parameters of a service or reference and those of its methods.
fn add_own(
    mut url: UrlBuilder,
    params: BTreeMap<String, String>,
    methods: &BTreeMap<String, crate::MethodConfig>,
) -> UrlBuilder {
    for (name, value) in params {
        url = url.param(&name, value);
    }
    for (method, settings) in methods {
        for (name, value) in settings.params() {
            url = url.param(&format!("{method}.{name}"), value);
        }
    }
    url
}

/// Whether a host stands for every address of the machine.
fn is_any(host: &str) -> bool {
    matches!(host, "0.0.0.0" | "::" | "[::]")
}
