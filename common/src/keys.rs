//! The parameter and attachment names that Dubbo peers understand.
//!
//! One constant for each name that more than one room uses; a name used in one place only stays
//! there.

/// Interface name; the path of a service URL unless `path` says otherwise.
pub const INTERFACE: &str = "interface";
/// Service path, the basis of the look-up on the provider.
pub const PATH: &str = "path";
/// Service group.
pub const GROUP: &str = "group";
/// Service version; `0.0.0` and the empty string count as none.
pub const VERSION: &str = "version";
/// Application name.
pub const APPLICATION: &str = "application";
/// Application name of the other end, as an attachment of a request and in merged URLs.
pub const REMOTE_APPLICATION: &str = "remote.application";
/// Call timeout in milliseconds.
pub const TIMEOUT: &str = "timeout";
/// Tries of the failover strategy beyond the first.
pub const RETRIES: &str = "retries";
/// Name of the load balancer.
pub const LOADBALANCE: &str = "loadbalance";
/// Name of the fault tolerance strategy.
pub const CLUSTER: &str = "cluster";
/// Comma list of method names.
pub const METHODS: &str = "methods";
/// `provider` or `consumer`.
pub const SIDE: &str = "side";
/// Dubbo protocol version, `2.0.2`.
pub const DUBBO: &str = "dubbo";
/// Product version.
pub const RELEASE: &str = "release";
/// Start time in milliseconds since the epoch; the basis of warm-up.
pub const TIMESTAMP: &str = "timestamp";
/// Process id.
pub const PID: &str = "pid";
/// Category of a registered URL.
pub const CATEGORY: &str = "category";
/// Whether a missing provider is fatal.
pub const CHECK: &str = "check";
/// Whether the registration is ephemeral.
pub const DYNAMIC: &str = "dynamic";
/// Whether the URL is usable.
pub const ENABLED: &str = "enabled";
/// Opposite of [`ENABLED`].
pub const DISABLED: &str = "disabled";
/// Weight of a provider, 100 by default.
pub const WEIGHT: &str = "weight";
/// Warm-up time in milliseconds, 600,000 by default.
pub const WARMUP: &str = "warmup";
/// Call token compared by the provider.
pub const TOKEN: &str = "token";
/// Generic mode of a call, or of an exported service.
pub const GENERIC: &str = "generic";
/// Whether the caller calls asynchronously; informational.
pub const ASYNC: &str = "async";
/// `false` on a one-way call.
pub const RETURN: &str = "return";
/// Serialization name.
pub const SERIALIZATION: &str = "serialization";
/// Comma list of serializations in order of preference.
pub const PREFER_SERIALIZATION: &str = "prefer.serialization";
/// Largest body in bytes.
pub const PAYLOAD: &str = "payload";
/// Heartbeat interval in milliseconds.
pub const HEARTBEAT: &str = "heartbeat";
/// Idle time in milliseconds after which a connection counts as dead.
pub const HEARTBEAT_TIMEOUT: &str = "heartbeat.timeout";
/// Private connections of a reference; 0 shares one for each address.
pub const CONNECTIONS: &str = "connections";
/// Whether to connect at the first call.
pub const LAZY: &str = "lazy";
/// Largest number of connections of a provider; 0 is unlimited.
pub const ACCEPTS: &str = "accepts";
/// Concurrent calls that a provider runs.
pub const EXECUTES: &str = "executes";
/// Address to listen on.
pub const BIND_IP: &str = "bind.ip";
/// Port to listen on.
pub const BIND_PORT: &str = "bind.port";
/// Whether the provider listens on every address.
pub const ANYHOST: &str = "anyhost";
/// Tag of a provider, a consumer or a call.
pub const TAG: &str = "dubbo.tag";
/// Whether a tagged call may not fall back to untagged providers.
pub const FORCE_TAG: &str = "dubbo.force.tag";
/// Remaining time of a call in milliseconds, when the countdown is on.
pub const TIMEOUT_COUNTDOWN: &str = "_TO";
/// Further addresses of a registry.
pub const BACKUP: &str = "backup";
/// Whether the provider writes the interface-to-application mapping.
pub const SERVICE_NAME_MAPPING: &str = "service-name-mapping";
/// Virtual nodes for each provider on the consistent-hash ring.
pub const HASH_NODES: &str = "hash.nodes";
/// Indexes of the arguments that make the consistent-hash key.
pub const HASH_ARGUMENTS: &str = "hash.arguments";
/// Whether a reference stays with one provider.
pub const STICKY: &str = "sticky";

/// The category of providers.
pub const PROVIDERS: &str = "providers";
/// The category of consumers.
pub const CONSUMERS: &str = "consumers";
/// The category of configurators.
pub const CONFIGURATORS: &str = "configurators";
/// The category of routers.
pub const ROUTERS: &str = "routers";

/// What matches every value.
pub const ANY: &str = "*";
/// The protocol of a URL that says that a category is empty.
pub const EMPTY_PROTOCOL: &str = "empty";
/// The version that counts as none.
pub const NO_VERSION: &str = "0.0.0";
/// The Dubbo protocol version that every peer since 2.6.3 sends.
pub const PROTOCOL_VERSION: &str = "2.0.2";
