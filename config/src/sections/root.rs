//! The process: the application, the registries it uses and the protocols it serves.

use std::time::Duration;

use crate::{
    sections::List,
    value::{ByteCount, Port},
};

section! {
    /// The program as a whole.
    ApplicationConfig for Application {} ;
    /// Name of the application, which registries, peers and consoles show.
    name: String => "name" { param: Some("application") };
    /// Version of the application.
    version: String => "version" { param: Some("application.version") };
    /// The team or person that answers for it.
    owner: String => "owner" { param: Some("owner") };
    /// The organization it belongs to.
    organization: String => "organization" { param: Some("organization") };
    /// The architecture it belongs to.
    architecture: String => "architecture" { param: Some("architecture") };
    /// Where it runs, such as `develop`, `test`, `product`.
    environment: String => "environment" { param: Some("environment") };
    /// The registries to use, by id; all when unset.
    registry_ids: List => "registry-ids" {};
    /// How long a graceful shutdown may take.
    shutwait: Duration => "shutwait" { default: Some("10000"), max: 3_600_000 };
    /// Whether an empty list of providers leaves the known ones in place.
    enable_empty_protection: bool => "enable-empty-protection" {
        param: Some("enable-empty-protection"), default: Some("false"),
    };
    /// Whether the last known providers are kept in a file, to start without the registry.
    enable_file_cache: bool => "enable-file-cache" {
        param: Some("file-cache"), default: Some("true"),
    };
}

section! {
    /// A registry that this process uses.
    RegistryConfig for Registry {
        /// The name of this entry, by which others refer to it.
        pub id: Option<String>,
    } ;
    /// Where it is: `zookeeper://h1:2181,h2:2181` or, with `protocol` apart, `h1:2181,h2:2181`.
    /// Different registries are separated by `|` or `;`. `N/A` is none.
    address: String => "address" {};
    /// What it speaks, if the address does not say.
    protocol: String => "protocol" {};
    /// Its port, if the address does not say.
    port: Port => "port" {};
    /// The user name to log in with.
    username: String => "username" {};
    /// The password to log in with.
    password: String => "password" { secret: true };
    /// How long connecting may take.
    timeout: Duration => "timeout" {
        param: Some("timeout"), default: Some("5000"), min: 1, max: 3_600_000,
    };
    /// How long the registry keeps our entries after it has lost us.
    session: Duration => "session" {
        param: Some("session"), default: Some("60000"), min: 1, max: 3_600_000,
        aliases: &["session-timeout"],
    };
    /// The root of the tree, `dubbo` when unset.
    group: String => "group" { param: Some("group") };
    /// The file that keeps the last known providers.
    file: String => "file" { param: Some("file") };
    /// Whether a registry that cannot be reached is an error at the start.
    check: bool => "check" { param: Some("check"), default: Some("true") };
    /// Whether services are registered in it.
    register: bool => "register" { param: Some("register"), default: Some("true") };
    /// Whether providers are looked up in it.
    subscribe: bool => "subscribe" { param: Some("subscribe"), default: Some("true") };
    /// Whether only the parameters that calls need are registered.
    simplified: bool => "simplified" { param: Some("simplified"), default: Some("false") };
    /// Parameters that are registered beside those, such as `timestamp` for warm-up.
    extra_keys: List => "extra-keys" { param: Some("extra-keys") };
    /// Whether an empty list of providers leaves the known ones in place.
    enable_empty_protection: bool => "enable-empty-protection" {
        param: Some("enable-empty-protection"), default: Some("false"),
    };
}

section! {
    /// A protocol that this process serves.
    ProtocolConfig for Protocol {
        /// The name of this entry, by which others refer to it; the protocol's name when unset.
        pub id: Option<String>,
    } ;
    /// The wire protocol: `dubbo`, or the name of an extension.
    name: String => "name" { default: Some("dubbo") };
    /// The address to listen on and, unless the environment says otherwise, to register.
    host: String => "host" { aliases: &["ip"] };
    /// The port to listen on.
    port: Port => "port" { default: Some("0") };
    /// The path before the service's own.
    contextpath: String => "contextpath" {};
    /// The greatest request or response body.
    payload: ByteCount => "payload" {
        param: Some("payload"), default: Some("8388608"), min: 1, max: 2_147_483_647,
    };
    /// Calls that run at once on one port; more are refused, so that consumers go elsewhere.
    threads: u32 => "threads" {
        param: Some("threads"), default: Some("4096"), min: 1, max: 1_000_000,
    };
    /// The connections that are accepted; more are closed at once. `0` is unlimited.
    accepts: u32 => "accepts" { param: Some("accepts"), default: Some("0"), max: 1_000_000 };
    /// How long a connection may be quiet before it is asked whether it lives; `0` never asks.
    heartbeat: Duration => "heartbeat" {
        param: Some("heartbeat"), default: Some("60000"), max: 3_600_000,
    };
    /// Whether services of this protocol are registered.
    register: bool => "register" { param: Some("register"), default: Some("true") };
}

impl ApplicationConfig {
    /// An application of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }
}

impl RegistryConfig {
    /// A registry at this address.
    pub fn new(address: impl Into<String>) -> Self {
        Self::default().address(address)
    }

    /// The name by which services and references refer to it.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl ProtocolConfig {
    /// A protocol of this name, such as `dubbo`.
    pub fn new(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }

    /// The name by which services refer to it.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}
