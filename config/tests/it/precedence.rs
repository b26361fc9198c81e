//! Which source and which level holds.

use std::time::Duration;

use tenfold_config::{
    ApplicationConfig, Config, ConfigBuilder, ConsumerConfig, MethodConfig, ProtocolConfig,
    ProviderConfig, ReferenceConfig, RegistryConfig, ServiceConfig,
};

fn name(builder: ConfigBuilder) -> String {
    let config = builder.build().expect("valid");
    config
        .application()
        .name
        .clone()
        .expect("some source says it")
}

#[test]
fn sources_stand_in_the_order_of_dubbo() {
    let mut builder =
        Config::builder().dubbo_properties("dubbo.properties", "dubbo.application.name=properties");
    assert_eq!(name(builder.clone()), "properties");
    builder = builder.application(ApplicationConfig::new("code"));
    assert_eq!(name(builder.clone()), "code");
    builder = builder.file("a.yaml", "dubbo: {application: {name: file}}");
    assert_eq!(name(builder.clone()), "file");
    builder = builder.file("b.yaml", "dubbo: {application: {name: later-file}}");
    assert_eq!(name(builder.clone()), "later-file");
    builder = builder.environment([("DUBBO_APPLICATION_NAME", "environment")]);
    assert_eq!(name(builder.clone()), "environment");
    builder = builder.environment([("dubbo.application.name", "as-it-is")]);
    assert_eq!(name(builder.clone()), "as-it-is");
    builder = builder.arguments(["-Ddubbo.application.name=argument"]);
    assert_eq!(name(builder.clone()), "argument");
    builder = builder.arguments(["dubbo.application.name=later-argument"]);
    assert_eq!(name(builder), "later-argument");
}

#[test]
fn levels_stand_in_the_order_of_dubbo() {
    let ms = Duration::from_millis;
    let config = Config::builder()
        .consumer(ConsumerConfig::new().timeout(ms(1)).retries(1))
        .file(
            "a.yaml",
            "dubbo:\n  reference:\n    a.B: {timeout: 2}\n    a.B.find: {timeout: 3}\n",
        )
        .build()
        .expect("valid");
    let code = ReferenceConfig::new("a.B").method("save", MethodConfig::new().timeout(ms(9)));
    let reference = config.reference(&code).expect("valid");
    assert_eq!(reference.timeout, Some(ms(2)), "reference above consumer");
    assert_eq!(
        reference.retries,
        Some(1),
        "consumer where the reference says nothing"
    );
    assert_eq!(
        reference.methods["find"].timeout,
        Some(ms(3)),
        "method above reference"
    );
    assert_eq!(reference.methods["save"].timeout, Some(ms(9)));

    let other = config
        .reference(&ReferenceConfig::new("a.C"))
        .expect("valid");
    assert_eq!(
        other.timeout,
        Some(ms(1)),
        "consumer for every other reference"
    );
}

#[test]
fn a_level_stands_above_a_source() {
    let config = Config::builder()
        .arguments(["dubbo.provider.timeout=1"])
        .build()
        .expect("valid");
    let code = ServiceConfig::new("a.B").timeout(Duration::from_millis(7));
    let service = config.service(&code).expect("valid");
    assert_eq!(service.timeout, Some(Duration::from_millis(7)));
}

#[test]
fn the_environment_reaches_services_and_their_methods() {
    let config = Config::builder()
        .environment([
            ("DUBBO_SERVICE_COM_ACME_ORDERS_TIMEOUT", "5"),
            ("DUBBO_SERVICE_COM_ACME_ORDERS_FINDALL_TIMEOUT", "6"),
            ("DUBBO_REGISTRIES_R1_ADDRESS", "zookeeper://env:2181"),
            ("DUBBO_PROTOCOL_PORT", "1234"),
            ("PATH", "/bin"),
        ])
        .registry(RegistryConfig::new("zookeeper://code:2181").id("r1"))
        .build()
        .expect("valid");
    let code = ServiceConfig::new("com.acme.Orders").method("findAll", MethodConfig::new());
    let service = config.service(&code).expect("valid");
    assert_eq!(service.timeout, Some(Duration::from_millis(5)));
    assert_eq!(
        service.methods["findAll"].timeout,
        Some(Duration::from_millis(6))
    );
    let addresses: Vec<_> = config.registries().map(|own| own.address.clone()).collect();
    assert_eq!(addresses, [Some("zookeeper://env:2181".to_owned())]);
}

#[test]
fn named_entries_stand_above_what_holds_for_all() {
    let config = Config::builder()
        .arguments(["dubbo.protocol.accepts=1", "dubbo.protocol.payload=100"])
        .file(
            "a.yaml",
            "dubbo:\n  protocols:\n    p1: {name: dubbo, port: 1, accepts: 2}\n    dubbo: {accepts: 3, heartbeat: 4}\n",
        )
        .build()
        .expect("valid");
    let protocol = config
        .protocols()
        .find(|own| own.id.as_deref() == Some("p1"))
        .expect("it is configured");
    assert_eq!(protocol.accepts, Some(2), "by id");
    assert_eq!(
        protocol.heartbeat,
        Some(Duration::from_millis(4)),
        "by the protocol's name"
    );
    assert_eq!(
        protocol.payload.map(|own| own.0),
        Some(100),
        "for all protocols"
    );
}

#[test]
fn code_gives_way_to_every_spelling_of_its_entry() {
    let config = Config::builder()
        .protocol(ProtocolConfig::new("dubbo").port(20_880))
        .registry(RegistryConfig::new("zookeeper://code:2181"))
        .file(
            "a.yaml",
            "dubbo: {protocol: {port: 20881}, registry: {address: 'zookeeper://file:2181'}}",
        )
        .build()
        .expect("valid");
    let port = config.protocols().next().and_then(|own| own.port);
    assert_eq!(port.map(|port| port.to_string()).as_deref(), Some("20881"));
    assert_eq!(config.registries().len(), 1);
    let address = config
        .registries()
        .next()
        .and_then(|own| own.address.clone());
    assert_eq!(address.as_deref(), Some("zookeeper://file:2181"));
}

#[test]
fn two_services_of_one_interface_are_told_apart() {
    let text = "dubbo:\n  provider:\n    services:\n      vip: {interface: a.B, group: vip, weight: 1}\n      std: {interface: a.B, group: std, weight: 2}\n";
    let config = Config::builder()
        .provider(ProviderConfig::new().weight(9))
        .file("a.yaml", text)
        .build()
        .expect("valid");
    let weight = |code: ServiceConfig| config.service(&code).expect("valid").weight;
    assert_eq!(
        weight(ServiceConfig::new("a.B").group("vip")),
        Some(1),
        "by group"
    );
    assert_eq!(
        weight(ServiceConfig::new("a.B").group("std")),
        Some(2),
        "by group"
    );
    assert_eq!(
        weight(ServiceConfig::new("a.B").group("third")),
        Some(9),
        "neither"
    );
    assert_eq!(
        weight(ServiceConfig::new("a.B").id("std")),
        Some(2),
        "by id"
    );
}
