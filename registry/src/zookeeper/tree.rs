//! Where a URL stands in the tree, and which of its parameters stand there.

use tenfold_common::{Url, encode, keys};

use crate::Category;

/// The root that Dubbo uses when the registry URL names no group.
pub const DEFAULT_ROOT: &str = "/dubbo";

/// The root of a registry URL: `/` and its `group`, or `/dubbo`.
pub fn root(registry: &Url) -> String {
    match registry
        .param(keys::GROUP)
        .map(|group| group.trim_matches('/'))
    {
        Some(group) if !group.is_empty() => format!("/{group}"),
        _ => DEFAULT_ROOT.to_owned(),
    }
}

/// The node of an interface.
pub fn interface_path(root: &str, interface: &str) -> String {
    format!("{root}/{}", encode::encode(interface))
}

/// The node that holds the URLs of one category.
pub fn category_path(root: &str, interface: &str, category: Category) -> String {
    format!("{}/{category}", interface_path(root, interface))
}

/// The node of a registered URL. Its name is the whole URL, encoded as Java's `URLEncoder` does.
pub fn url_path(root: &str, url: &Url) -> String {
    format!(
        "{}/{}/{}",
        interface_path(root, url.interface()),
        encode::encode(url.category()),
        url.to_encoded_string()
    )
}

/// What of a URL is registered.
///
/// Of a provider, everything but what concerns its own process alone; with `simplified` only what
/// Dubbo keeps then, and `extra_keys`. Of a consumer, everything, or with `simplified` its
/// application, version, group and releases. Consumers get their category and `check=false`.
pub fn registered(url: &Url, simplified: bool, extra_keys: &[String]) -> Url {
    if is_consumer(url) {
        let builder = url.to_builder();
        let builder = if simplified {
            builder.retain_params(|key, _| SIMPLIFIED_CONSUMER_KEYS.contains(&key))
        } else {
            builder
        };
        return builder
            .param(keys::CATEGORY, keys::CONSUMERS)
            .param(keys::CHECK, false)
            .build();
    }
    if !simplified {
        let is_private = |key: &str| {
            key.starts_with('.') || key.starts_with("triple.") || PRIVATE_KEYS.contains(&key)
        };
        return url
            .to_builder()
            .retain_params(|key, _| !is_private(key))
            .build();
    }
    let is_kept = |key: &str| {
        SIMPLIFIED_PROVIDER_KEYS.contains(&key) || extra_keys.iter().any(|extra| extra == key)
    };
    let methods: Vec<&str> = url
        .param(keys::METHODS)
        .unwrap_or_default()
        .split(',')
        .collect();
    let is_kept_method_key = |key: &str| {
        key.split_once('.')
            .is_some_and(|(method, key)| methods.contains(&method) && is_kept(key))
    };
    let needs_interface = url.interface() != url.path();
    // Rules are found by their category, which is never a private matter.
    url.to_builder()
        .retain_params(|key, _| {
            is_kept(key)
                || is_kept_method_key(key)
                || key == keys::CATEGORY
                || (key == keys::INTERFACE && needs_interface)
        })
        .build()
}

/// Whether a URL describes a consumer.
pub fn is_consumer(url: &Url) -> bool {
    url.protocol() == CONSUMER
}

const CONSUMER: &str = "consumer";

/// Parameters that concern the provider's own process alone.
const PRIVATE_KEYS: &[&str] = &[
    "monitor",
    keys::BIND_IP,
    keys::BIND_PORT,
    "qos.enable",
    "qos.host",
    "qos.port",
    "qos.accept.foreign.ip",
    "validation",
    "interfaces",
    "register-mode",
    keys::PID,
    "file-cache",
    "executor-management-mode",
    "background",
    keys::ANYHOST,
    "threadname",
    "threadpool",
    "alive",
    "queues",
    "corethreads",
    "threads",
];

/// What a simplified registration keeps of a provider.
const SIMPLIFIED_PROVIDER_KEYS: &[&str] = &[
    keys::APPLICATION,
    "codec",
    "exchanger",
    keys::SERIALIZATION,
    keys::PREFER_SERIALIZATION,
    keys::CLUSTER,
    keys::CONNECTIONS,
    "deprecated",
    keys::GROUP,
    keys::LOADBALANCE,
    "mock",
    keys::PATH,
    keys::TIMEOUT,
    keys::TOKEN,
    keys::VERSION,
    keys::WARMUP,
    keys::WEIGHT,
    keys::DUBBO,
    keys::RELEASE,
    keys::SIDE,
    "ipv6",
    "serialize.packable.factory",
    "auth",
    "authenticator",
    "username",
    "password",
];

/// What a simplified registration keeps of a consumer.
const SIMPLIFIED_CONSUMER_KEYS: &[&str] = &[
    keys::APPLICATION,
    keys::VERSION,
    keys::GROUP,
    keys::DUBBO,
    keys::RELEASE,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    #[test]
    fn the_root_is_the_group_or_dubbo() {
        assert_eq!(root(&url("zookeeper://h:1")), "/dubbo");
        assert_eq!(root(&url("zookeeper://h:1?group=shop")), "/shop");
        assert_eq!(root(&url("zookeeper://h:1?group=/a/b/")), "/a/b");
        assert_eq!(root(&url("zookeeper://h:1?group=/")), "/dubbo");
    }

    #[test]
    fn a_provider_stands_where_java_puts_it() {
        let provider =
            url("dubbo://10.0.0.1:20880/demo.Greeter?application=p&interface=demo.Greeter");
        assert_eq!(
            url_path("/dubbo", &provider),
            "/dubbo/demo.Greeter/providers/dubbo%3A%2F%2F10.0.0.1%3A20880%2Fdemo.Greeter\
             %3Fapplication%3Dp%26interface%3Ddemo.Greeter"
        );
    }

    #[test]
    fn a_url_of_java_keeps_its_text() {
        // As Dubbo 3.3.6 registers it.
        let text = "dubbo://10.0.0.1:20880/org.tenfold.interop.Dynamic?application=golden-provider\
            &deprecated=false&dubbo=2.0.2&dynamic=true&generic=true\
            &interface=org.tenfold.interop.Dynamic&logger=jdk&methods=*\
            &prefer.serialization=hessian2,fastjson2&release=3.3.6&serialize.check.status=WARN\
            &service-name-mapping=true&side=provider&timestamp=1700000000000";
        assert_eq!(registered(&url(text), false, &[]).to_full_string(), text);
        assert_eq!(
            Url::parse_encoded(&url(text).to_encoded_string()),
            Ok(url(text))
        );
    }

    #[test]
    fn private_parameters_are_not_registered() {
        let provider = url(
            "dubbo://h:1/a.B?anyhost=true&application=p&bind.ip=0.0.0.0&bind.port=1&pid=7\
             &qos.enable=false&threads=200&timestamp=5&.hidden=1&triple.x=2",
        );
        assert_eq!(
            registered(&provider, false, &[]).to_full_string(),
            "dubbo://h:1/a.B?application=p&timestamp=5"
        );
    }

    #[test]
    fn a_simplified_registration_keeps_a_few_and_the_extra_keys() {
        let provider = url(
            "dubbo://h:1/p?application=a&interface=a.B&methods=m,n&m.timeout=5&x.timeout=6\
             &retries=3&timestamp=5&weight=10",
        );
        assert_eq!(
            registered(&provider, true, &["timestamp".to_owned()]).to_full_string(),
            "dubbo://h:1/p?application=a&interface=a.B&m.timeout=5&timestamp=5&weight=10"
        );
    }

    #[test]
    fn a_consumer_keeps_its_parameters_and_gets_its_category() {
        let consumer = url("consumer://h/a.B?application=c&pid=7&version=1.0.0");
        assert_eq!(
            registered(&consumer, false, &[]).to_full_string(),
            "consumer://h/a.B?application=c&category=consumers&check=false&pid=7&version=1.0.0"
        );
        assert_eq!(
            registered(&consumer, true, &[]).to_full_string(),
            "consumer://h/a.B?application=c&category=consumers&check=false&version=1.0.0"
        );
    }
}
