//! The shapes of files that are understood.

use std::time::Duration;

use tenfold_config::{Config, Port, ReferenceConfig, ServiceConfig};

/// dubbo-go's shape: services and references below provider and consumer, with ids of their own.
const DUBBO_GO: &str = r#"
dubbo:
  application:
    name: trade
    version: 1.10
  registries:
    r1:
      protocol: zookeeper
      address: 127.0.0.1:2181
      timeout: 3s
  protocols:
    d:
      name: dubbo
      port: 20000
  provider:
    services:
      OrderProvider:
        interface: com.acme.OrderService
        group: vip
        protocol-ids: [d]
        methods:
          - name: create
            timeout: 800ms
            retries: 0
  consumer:
    request-timeout: 2s
    references:
      StockClient:
        interface: com.acme.StockService
        loadbalance: consistenthash
        params:
          hash.arguments: "0,1"
"#;

#[test]
fn the_shape_of_dubbo_go_is_understood() {
    let config = Config::builder()
        .file("dubbogo.yaml", DUBBO_GO)
        .build()
        .expect("valid");
    assert_eq!(
        config.application().version.as_deref(),
        Some("1.10"),
        "not the number 1.1"
    );
    let registry = config.registries().next().expect("one registry");
    assert_eq!(registry.id.as_deref(), Some("r1"));
    assert_eq!(registry.timeout, Some(Duration::from_secs(3)));

    let service = ServiceConfig::new("com.acme.OrderService");
    let service = config.service(&service).expect("valid");
    assert_eq!(service.group.as_deref(), Some("vip"));
    assert_eq!(
        service.methods["create"].timeout,
        Some(Duration::from_millis(800))
    );
    assert_eq!(service.methods["create"].retries, Some(0));

    let reference = ReferenceConfig::new("com.acme.StockService");
    let reference = config.reference(&reference).expect("valid");
    assert_eq!(
        reference.timeout,
        Some(Duration::from_secs(2)),
        "from the consumer level"
    );
    assert_eq!(reference.parameters["hash.arguments"], "0,1");
    assert!(config.warnings().is_empty(), "{:?}", config.warnings());
}

#[test]
fn the_names_of_spring_are_understood_in_yaml_and_properties() {
    let yaml = "spring: {application: {name: x}}\n\
                dubbo.application.name: trade\n\
                dubbo:\n  \
                  registry: {address: 'zookeeper://h:2181', extra: {keys: [timestamp, pid]}}\n  \
                  protocol: {name: dubbo, port: -1, payload: 1MiB}\n  \
                  service:\n    com.acme.A:\n      timeout: 5\n      find.timeout: 7\n";
    let properties = "dubbo.application.name=trade\n\
                      dubbo.registry.address=zookeeper://h:2181\n\
                      dubbo.protocol.name=dubbo\ndubbo.protocol.port=-1\n\
                      dubbo.registry.extraKeys=timestamp,pid\n\
                      dubbo.service.com.acme.A.timeout=5\n\
                      dubbo.service.com.acme.A.find.timeout=7\n";
    for (name, text) in [
        ("application.yaml", yaml),
        ("application.properties", properties),
    ] {
        let config = Config::builder().file(name, text).build().expect(name);
        assert_eq!(
            config.application().name.as_deref(),
            Some("trade"),
            "{name}"
        );
        let registry = config.registries().next().expect(name);
        assert_eq!(registry.id.as_deref(), Some("default"), "{name}");
        let protocol = config.protocols().next().expect(name);
        assert_eq!(protocol.port, Some(Port::Free), "{name}");
        let extra = registry.extra_keys.as_deref().expect(name);
        assert_eq!(extra, ["timestamp", "pid"], "{name}");
        let service = config
            .service(&ServiceConfig::new("com.acme.A"))
            .expect(name);
        assert_eq!(service.timeout, Some(Duration::from_millis(5)), "{name}");
        assert_eq!(
            service.methods["find"].timeout,
            Some(Duration::from_millis(7)),
            "{name}"
        );
    }
}

#[test]
fn what_stands_outside_dubbo_is_a_warning() {
    let text = "server: {port: 80}\ndubbo:\n  application: {name: x}\n";
    let config = Config::builder()
        .file("a.yaml", text)
        .build()
        .expect("valid");
    let warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["a.yaml:1:1: `server` stands outside `dubbo` and is not read"]
    );
}

#[test]
fn keys_without_effect_are_warnings_and_no_errors() {
    let text = "dubbo:\n  application: {name: x, qos-port: 22222}\n  metrics: {protocol: prometheus, enable: true}\n  service:\n    a.B: {mock: 'true', methods: {m: {cache: lru}}}\n";
    let config = Config::builder()
        .file("a.yaml", text)
        .build()
        .expect("valid");
    let warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "a.yaml:2:26: `dubbo.application.qos-port` has no effect in Tenfold",
            "a.yaml:3:13: `dubbo.metrics` has no effect in Tenfold",
            "a.yaml:5:11: `dubbo.service.mock` has no effect in Tenfold",
            "a.yaml:5:39: `dubbo.method.cache` has no effect in Tenfold",
        ]
    );
}

#[test]
fn anchors_and_merges_are_followed() {
    let text = "dubbo:\n  registries:\n    a: &base {address: 'zookeeper://a:2181', timeout: 1s}\n    b: {<<: *base, address: 'zookeeper://b:2181'}\n";
    let config = Config::builder()
        .file("a.yaml", text)
        .build()
        .expect("valid");
    let addresses: Vec<_> = config
        .registries()
        .map(|own| (own.address.clone(), own.timeout))
        .collect();
    let second = Some(Duration::from_secs(1));
    assert_eq!(
        addresses,
        [
            (Some("zookeeper://a:2181".to_owned()), second),
            (Some("zookeeper://b:2181".to_owned()), second),
        ]
    );
}

#[test]
fn an_empty_file_and_empty_sections_say_nothing() {
    for text in [
        "",
        "# nothing\n",
        "dubbo:\n",
        "dubbo:\n  registries:\n  application: {name: }\n",
    ] {
        let config = Config::builder().file("a.yaml", text).build().expect(text);
        assert_eq!(config.application().name, None, "{text}");
        assert_eq!(config.registries().len(), 0, "{text}");
        assert_eq!(config.protocols().len(), 1, "`dubbo` is served by default");
    }
}

#[test]
fn a_file_is_read_from_the_disk() {
    let path = std::env::temp_dir().join(format!("tenfold-config-{}.yaml", std::process::id()));
    std::fs::write(&path, "dubbo: {application: {name: disk}}\n").expect("the folder is writable");
    let loaded = Config::builder()
        .load_file(&path)
        .and_then(|builder| builder.build());
    std::fs::remove_file(&path).expect("it exists");
    assert_eq!(
        loaded.expect("valid").application().name.as_deref(),
        Some("disk")
    );

    let error = Config::builder().load_file(&path).expect_err("it is gone");
    assert!(error.to_string().contains("cannot be read"), "{error}");
}
