//! The printed configuration.

use std::time::Duration;

use tenfold_config::{ApplicationConfig, Config, ProviderConfig, RegistryConfig, ServiceConfig};

fn config() -> Config {
    Config::builder()
        .environment([("DUBBO_APPLICATION_NAME", "trade")])
        .file(
            "tenfold.yaml",
            "dubbo:\n  application:\n    name: file\n  registry:\n    password: hunter2\n  service:\n    a.B:\n      weight: 7\n      find.timeout: 9\n",
        )
        .application(ApplicationConfig::new("code"))
        .registry(RegistryConfig::new("zookeeper://u:hunter2@h:2181"))
        .provider(ProviderConfig::new().timeout(Duration::from_secs(3)).weight(1))
        .build()
        .expect("valid")
}

/// The lines of a table, with one blank between columns.
fn lines(table: &str) -> Vec<String> {
    table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn every_value_is_told_with_its_origin_and_what_it_stands_above() {
    let table = config().explain().to_string();
    let lines = lines(&table);
    for line in [
        "dubbo.application.name trade environment DUBBO_APPLICATION_NAME (over tenfold.yaml:3:5, code)",
        "dubbo.application.shutwait 10000 default",
        "dubbo.registries.default.password ****** tenfold.yaml:5:5",
        "dubbo.registries.default.address zookeeper://******@h:2181 code",
        "dubbo.registries.default.session 60000 default",
        "dubbo.protocols.dubbo.heartbeat 60000 default",
        "dubbo.provider.timeout 3000 code",
        "dubbo.service.a.B.weight 7 tenfold.yaml:8:7",
    ] {
        assert!(
            lines.iter().any(|own| own == line),
            "{line}\nis missing in\n{table}"
        );
    }
    assert!(!table.contains("hunter2"), "{table}");
}

#[test]
fn a_service_is_explained_over_all_its_levels() {
    let table = config()
        .explain_service(&ServiceConfig::new("a.B"))
        .expect("valid")
        .to_string();
    let lines = lines(&table);
    for line in [
        "dubbo.service.a.B.find.timeout 9 tenfold.yaml:9:7",
        "dubbo.service.a.B.interface a.B code",
        "dubbo.service.a.B.weight 7 tenfold.yaml:8:7",
        "dubbo.service.a.B.timeout 3000 code",
        "dubbo.service.a.B.retries 2 default",
    ] {
        assert!(
            lines.iter().any(|own| own == line),
            "{line}\nis missing in\n{table}"
        );
    }
}
