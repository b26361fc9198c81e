//! Settings that Dubbo knows and Tenfold does not act upon.
//!
//! A file that a Java or Go program uses already must load here too, so these keys are no errors;
//! each one that is set gives a warning, because a setting without effect that nobody mentions is
//! a trap. A key that becomes implemented moves from here to its section.

use crate::key::{Section, squash};

/// Whole sections without effect.
const SECTIONS: &[&str] = &[
    "module",
    "modules",
    "config-center",
    "config-centers",
    "metadata-report",
    "metadata-reports",
    "monitor",
    "metrics",
    "tracing",
    "otel",
    "ssl",
    "tls",
    "logger",
    "shutdown",
    "router",
    "custom",
    "profiles",
    "security",
    "labels",
    "env",
    "resolve",
    "network",
    "mapping",
    "meta",
    "migration",
    "migration-file",
    "reselect",
    "connectivity",
    "reconnect",
    "cache-file",
    "proxy-factory",
    "qos",
    "properties",
    "scan",
    "config",
];

const APPLICATION: &[&str] = &[
    "logger",
    "monitor",
    "dump-directory",
    "dump-enable",
    "qos-enable",
    "qos-enable-compatible",
    "qos-check",
    "qos-host",
    "qos-port",
    "qos-accept-foreign-ip",
    "qos-accept-foreign-ip-whitelist",
    "qos-anonymous-access-permission-level",
    "qos-anonymous-access-allow-commands",
    "qos-anonymous-allow-commands",
    "hostname",
    "metadata-type",
    "register-consumer",
    "protocol",
    "metadata-service-protocol",
    "metadata-service-port",
    "mapping-retry-interval",
    "liveness-probe",
    "readiness-probe",
    "startup-probe",
    "register-mode",
    "migration.step",
    "migration.threshold",
    "migration.delay",
    "serialize-check-status",
    "auto-trust-serialize-class",
    "trust-serialize-class-level",
    "check-serializable",
    "executor-management-mode",
    "only-use-metadata-v2",
    "module",
    "group",
    "tag",
    "app-version",
    "registry",
    "compiler",
    "publish-interface",
    "publish-instance",
];

const REGISTRY: &[&str] = &[
    "transporter",
    "server",
    "client",
    "cluster",
    "zone",
    "version",
    "wait",
    "dynamic",
    "use-as-config-center",
    "use-as-metadata-center",
    "use-as-metadata-report",
    "accepts",
    "preferred",
    "weight",
    "register-mode",
    "registry-type",
    "secure",
    "default",
    "ttl",
    "namespace",
    "publish-interface",
    "publish-instance",
];

const PROTOCOL: &[&str] = &[
    "threadpool",
    "threadpool-exhausted-listeners",
    "threadname",
    "corethreads",
    "iothreads",
    "alive",
    "queues",
    "codec",
    "serialization",
    "prefer-serialization",
    "charset",
    "buffer",
    "accesslog",
    "transporter",
    "exchanger",
    "dispatcher",
    "dispather",
    "networker",
    "server",
    "client",
    "telnet",
    "prompt",
    "status",
    "keep-alive",
    "optimizer",
    "extension",
    "ssl-enabled",
    "ext-protocol",
    "preferred-protocol",
    "json-check-level",
    "no-interface-support",
    "default",
    "default-heartbeat",
    "default-close-timeout",
    "max-server-send-msg-size",
    "max-server-recv-msg-size",
    "ssl",
];

/// What methods, services, references and their defaults share.
const METHOD: &[&str] = &[
    "actives",
    "executes",
    "async",
    "sent",
    "mock",
    "merger",
    "cache",
    "validation",
    "forks",
    "deprecated",
    "oninvoke",
    "oninvoke-method",
    "onreturn",
    "onreturn-method",
    "onthrow",
    "onthrow-method",
    "reliable",
    "return",
    "tps-limit-interval",
    "tps-limit-rate",
    "tps-limit-strategy",
    "execute-limit",
    "execute-limit-rejected-handler",
];

/// What services, references and their defaults share.
const INTERFACE: &[&str] = &[
    "filter",
    "scope",
    "serialization",
    "prefer-serialization",
    "local",
    "stub",
    "monitor",
    "proxy",
    "listener",
    "application",
    "module",
    "onconnect",
    "ondisconnect",
    "callbacks",
    "auth",
    "authenticator",
    "username",
    "password",
    "singleton",
    "payload",
    "accesslog",
    "executor",
    "not-recover",
    "params-sign",
    "param-sign",
];

const SERVICE: &[&str] = &[
    "delay",
    "ref",
    "provider-ids",
    "provider",
    "export-async",
    "adaptive-service",
    "tps-limiter",
    "idl-mode",
    "host",
    "port",
    "contextpath",
    "threadpool",
    "threadname",
    "threads",
    "iothreads",
    "alive",
    "queues",
    "accepts",
    "codec",
    "charset",
    "buffer",
    "transporter",
    "exchanger",
    "dispatcher",
    "networker",
    "server",
    "client",
    "telnet",
    "prompt",
    "status",
    "wait",
    "export-thread-num",
    "export-background",
    "config-type",
    "default",
];

const REFERENCE: &[&str] = &[
    "consumer",
    "init",
    "injvm",
    "reconnect",
    "provided-by",
    "provider-port",
    "provider-namespace",
    "refer-async",
    "client",
    "threadpool",
    "corethreads",
    "threads",
    "queues",
    "url-merge-processor",
    "refer-thread-num",
    "refer-background",
    "mesh-enable",
    "unload-cluster-related",
    "force-tag",
    "keep-alive",
    "tracing-key",
    "max-wait-time-for-service-discovery",
    "max-call-send-msg-size",
    "max-call-recv-msg-size",
    "adaptive-service",
    "default",
];

/// Parts of keys whose further parts are not listed one by one.
const PROTOCOL_GROUPS: &[&str] = &["triple.", "tripleconfig.", "rest."];

/// Parts of keys below a method that are not listed one by one.
const METHOD_GROUPS: &[&str] = &["arguments."];

/// Whether the section, named as in keys, is known and without effect.
pub(crate) fn is_section(name: &str) -> bool {
    let wanted = squash(name);
    SECTIONS.iter().any(|known| squash(known) == wanted)
}

/// The names of the known sections without effect.
pub(crate) fn sections() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().copied()
}

/// Whether the key is known and without effect.
pub(crate) fn is_key(section: Section, spelling: &str) -> bool {
    let wanted = squash(spelling);
    let groups: &[&str] = match section {
        Section::Protocol => PROTOCOL_GROUPS,
        Section::Method | Section::Service | Section::Reference => METHOD_GROUPS,
        _ => &[],
    };
    let lower = spelling.to_lowercase();
    groups.iter().any(|group| lower.starts_with(group))
        || keys(section).any(|known| squash(known) == wanted)
}

/// The known keys without effect.
pub fn keys(section: Section) -> impl Iterator<Item = &'static str> {
    let lists: [&[&str]; 3] = match section {
        Section::Application => [APPLICATION, &[], &[]],
        Section::Registry => [REGISTRY, &[], &[]],
        Section::Protocol => [PROTOCOL, &[], &[]],
        Section::Provider | Section::Service => [SERVICE, INTERFACE, METHOD],
        Section::Consumer | Section::Reference => [REFERENCE, INTERFACE, METHOD],
        Section::Method => [METHOD, &[], &[]],
    };
    // A group's list may name what one of its sections does support.
    lists
        .into_iter()
        .flatten()
        .copied()
        .filter(move |name| section.key(name).is_none())
}
