//! The URLs that settings stand for.

use std::time::Duration;

use tenfold_config::{
    ApplicationConfig, Config, ConsumerConfig, Facts, MethodConfig, ProtocolConfig, ProviderConfig,
    ReferenceConfig, RegistryConfig, ServiceConfig,
};

fn facts() -> Facts {
    Facts::new("10.0.0.1")
        .methods("create,find")
        .timestamp_millis(1_700_000_000_000)
        .pid(42)
}

fn release() -> String {
    format!("tenfold-{}", env!("CARGO_PKG_VERSION"))
}

#[test]
fn a_service_has_the_url_that_java_registers() {
    let config = Config::builder()
        .application(ApplicationConfig::new("demo-provider").owner("team"))
        .protocol(ProtocolConfig::new("dubbo").port(20_880).payload(1_000))
        .provider(ProviderConfig::new().retries(0))
        .build()
        .expect("valid");
    let service = ServiceConfig::new("demo.Greeter")
        .version("1.0.0")
        .group("g")
        .tag("gray")
        .method(
            "find",
            MethodConfig::new()
                .timeout(Duration::from_secs(3))
                .idempotent(true),
        );
    let urls = config.service_urls(&service, &facts()).expect("valid");
    let texts: Vec<String> = urls.iter().map(|url| url.to_full_string()).collect();
    assert_eq!(
        texts,
        [format!(
            "dubbo://10.0.0.1:20880/demo.Greeter?anyhost=true&application=demo-provider\
             &bind.ip=0.0.0.0&bind.port=20880&deprecated=false&dubbo=2.0.2&dubbo.tag=gray\
             &dynamic=true&find.idempotent=true&find.timeout=3000&generic=false&group=g\
             &interface=demo.Greeter&methods=create,find&owner=team&payload=1000&pid=42\
             &release={}&retries=0&side=provider\
             &timestamp=1700000000000&version=1.0.0",
            release()
        )]
    );
}

#[test]
fn a_service_above_its_protocol() {
    let config = Config::builder()
        .protocol(
            ProtocolConfig::new("dubbo")
                .payload(1)
                .host("127.0.0.1")
                .contextpath("/x/"),
        )
        .build()
        .expect("valid");
    let service = ServiceConfig::new("a.B").payload(2).register(false);
    let url = &config.service_urls(&service, &facts()).expect("valid")[0];
    assert_eq!(url.param("payload"), Some("2"));
    assert_eq!(url.param("register"), Some("false"));
    assert_eq!(
        url.address(),
        "127.0.0.1",
        "the port is known after listening"
    );
    assert_eq!((url.path(), url.interface()), ("x/a.B", "a.B"));
    assert_eq!(url.param("anyhost"), Some("false"));
    assert_eq!(url.param("bind.port"), None);
}

#[test]
fn a_service_has_one_url_for_each_of_its_protocols() {
    let config = Config::builder()
        .protocol(ProtocolConfig::new("dubbo").port(1))
        .protocol(ProtocolConfig::new("dubbo").port(2).id("second"))
        .protocol(ProtocolConfig::new("rest").port(3))
        .build()
        .expect("valid");
    let ports = |service: ServiceConfig| -> Vec<Option<u16>> {
        let urls = config.service_urls(&service, &facts()).expect("valid");
        urls.iter().map(|url| url.port()).collect()
    };
    assert_eq!(
        ports(ServiceConfig::new("a.B")),
        [Some(1), Some(2), Some(3)]
    );
    assert_eq!(
        ports(ServiceConfig::new("a.B").protocol_ids(["second"])),
        [Some(2)]
    );
    assert_eq!(
        ports(ServiceConfig::new("a.B").protocol_ids(["rest"])),
        [Some(3)]
    );
    assert_eq!(ports(ServiceConfig::new("a.B").export(false)), []);
}

#[test]
fn addresses_given_from_outside_stand_above_all() {
    let config = Config::builder()
        .protocol(ProtocolConfig::new("dubbo").port(20_880).host("0.0.0.0"))
        .environment([
            ("DUBBO_IP_TO_REGISTRY", "203.0.113.7"),
            ("DUBBO_DUBBO_PORT_TO_REGISTRY", "30880"),
            ("DUBBO_PORT_TO_REGISTRY", "1"),
            ("DUBBO_IP_TO_BIND", "127.0.0.1"),
            ("DUBBO_PORT_TO_BIND", "20999"),
        ])
        .arguments(["-DDUBBO_PORT_TO_BIND=21000"])
        .build()
        .expect("valid");
    let url = &config
        .service_urls(&ServiceConfig::new("a.B"), &facts())
        .expect("valid")[0];
    assert_eq!(url.address(), "203.0.113.7:30880");
    assert_eq!(url.param("bind.ip"), Some("127.0.0.1"));
    assert_eq!(url.param("bind.port"), Some("21000"));

    let broken = Config::builder()
        .environment([("DUBBO_PORT_TO_BIND", "many")])
        .build()
        .expect("it is read when it is needed");
    let error = broken
        .service_urls(&ServiceConfig::new("a.B"), &facts())
        .expect_err("no port");
    assert_eq!(
        error.to_string(),
        "environment DUBBO_PORT_TO_BIND: `many` is not a port from 0 to 65535"
    );
}

#[test]
fn a_reference_has_a_consumer_url() {
    let config = Config::builder()
        .application(ApplicationConfig::new("demo-consumer"))
        .consumer(ConsumerConfig::new().check(false).shareconnections(2))
        .build()
        .expect("valid");
    let reference = ReferenceConfig::new("demo.Greeter")
        .loadbalance("consistenthash")
        .router(["-tag"])
        .parameter("hash.arguments", "0,1")
        .method(
            "find",
            MethodConfig::new().retries(5).parameter("weight", "320"),
        );
    let url = config.reference_url(&reference, &facts()).expect("valid");
    assert_eq!(
        url.to_full_string(),
        format!(
            "consumer://10.0.0.1/demo.Greeter?application=demo-consumer&check=false&dubbo=2.0.2\
             &find.retries=5&find.weight=320&hash.arguments=0,1&interface=demo.Greeter\
             &loadbalance=consistenthash&methods=create,find&pid=42&release={}&router=-tag&shareconnections=2\
             &side=consumer&sticky=false&timestamp=1700000000000",
            release()
        )
    );
}

#[test]
fn direct_addresses_are_completed() {
    let reference =
        ReferenceConfig::new("a.B").url("127.0.0.1:1; dubbo://h:2/c.D?group=g ;[::1]:3");
    let urls = reference.direct_urls().expect("valid");
    let texts: Vec<String> = urls.iter().map(|url| url.to_full_string()).collect();
    assert_eq!(
        texts,
        [
            "dubbo://127.0.0.1:1/a.B",
            "dubbo://h:2/c.D?group=g",
            "dubbo://[::1]:3/a.B"
        ]
    );
    assert_eq!(
        ReferenceConfig::new("a.B")
            .direct_urls()
            .expect("none")
            .len(),
        0
    );
    let error = ReferenceConfig::new("a.B")
        .url("h:port")
        .direct_urls()
        .expect_err("no port");
    assert_eq!(
        error.to_string(),
        "code: `url` of `a.B`: `h:port` is no URL"
    );
}

#[test]
fn a_registry_address_becomes_urls() {
    let application = ApplicationConfig::new("trade");
    for (registry, expected) in [
        (
            RegistryConfig::new("zookeeper://h1:2181,h2:2181,h3:2181/root?session=1").id("r"),
            vec![
                "zookeeper://h1:2181/root?application=trade&backup=h2:2181,h3:2181&id=r&session=1",
            ],
        ),
        (
            RegistryConfig::new("h1,h2:2182")
                .protocol("zookeeper")
                .port(2181)
                .group("g"),
            vec!["zookeeper://h1:2181?application=trade&backup=h2:2182&group=g"],
        ),
        (
            RegistryConfig::new("zookeeper://a:1?backup=b:2 | nacos://c:3")
                .username("u")
                .password("p"),
            vec![
                "zookeeper://u:p@a:1?application=trade&backup=b:2",
                "nacos://u:p@c:3?application=trade",
            ],
        ),
        (
            RegistryConfig::new("zookeeper://me:mine@a:1")
                .username("u")
                .password("p"),
            vec!["zookeeper://me:mine@a:1?application=trade"],
        ),
        (RegistryConfig::new("N/A"), vec![]),
    ] {
        let urls = registry.to_urls(&application).expect("valid");
        let texts: Vec<String> = urls.iter().map(|url| url.to_full_string()).collect();
        assert_eq!(texts, expected);
    }
    for (address, reason) in [
        (
            "h1:2181",
            "it names no protocol; expected `zookeeper://host:port`",
        ),
        ("zookeeper://", "it names no host"),
        ("", "it is empty"),
        ("zookeeper://h:x", "`zookeeper://h:x` is no URL"),
    ] {
        let error = RegistryConfig::new(address)
            .to_urls(&application)
            .expect_err(address);
        assert_eq!(
            error.to_string(),
            format!("code: address of registry `default`: {reason}")
        );
    }
}

#[test]
fn a_registry_may_be_for_one_direction_only() {
    let config = Config::builder()
        .registry(RegistryConfig::new("zookeeper://a:1").id("both"))
        .registry(
            RegistryConfig::new("zookeeper://b:1")
                .id("read")
                .register(false),
        )
        .registry(
            RegistryConfig::new("zookeeper://c:1")
                .id("write")
                .subscribe(false),
        )
        .build()
        .expect("valid");
    let ids = |registries: Vec<&RegistryConfig>| -> Vec<String> {
        let ids = registries.iter().filter_map(|registry| registry.id.clone());
        ids.collect()
    };
    let service = ServiceConfig::new("a.B");
    assert_eq!(ids(config.registers(&service)), ["both", "write"]);
    assert_eq!(
        ids(config.registers(&service.clone().register(false))),
        [""; 0]
    );
    assert_eq!(
        ids(config.registers(&service.registry_ids(["read", "both"]))),
        ["both"]
    );
    let reference = ReferenceConfig::new("a.B");
    assert_eq!(ids(config.subscribes(&reference)), ["both", "read"]);
    assert_eq!(
        ids(config.subscribes(&reference.url("127.0.0.1:1"))),
        [""; 0]
    );
}
