//! What is wrong is told with its place, all of it at once, without secrets.

use tenfold_config::{
    Config, FILE_BYTES_MAX, ProblemKind, ProviderConfig, ReferenceConfig, RegistryConfig,
    ServiceConfig,
};

fn problems(name: &str, text: &str) -> Vec<String> {
    let error = Config::builder().file(name, text).build().expect_err(text);
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn all_problems_are_told_with_their_line_and_column() {
    let text = "dubbo:\n  aplication: {name: x}\n  registries:\n    r1:\n      adress: h\n      timeout: soon\n  protocol:\n    port: 70000\n    payload: 0\n  service:\n    a.B:\n      retries: -1\n      dynamic: yes\n      timeout: 0\n";
    assert_eq!(
        problems("t.yaml", text),
        [
            "t.yaml:2:16: unknown key `aplication` in `dubbo`; did you mean `application`?",
            "t.yaml:5:7: unknown key `adress` in `dubbo.registry`; did you mean `address`?",
            "t.yaml:6:7: `timeout` = `soon`: expected milliseconds or a time such as `800ms`, `3s`, `5m`, `1h`",
            "t.yaml:8:5: `port` = `70000`: 70000 is not a port from 1 to 65535, nor -1 or 0",
            "t.yaml:9:5: `payload` = `0`: 0 bytes is below the least, 1 bytes",
            "t.yaml:12:7: `retries` = `-1`: -1 is not from 0 to 4294967295",
            "t.yaml:13:7: `dynamic` = `yes`: expected `true` or `false`",
            "t.yaml:14:7: `timeout` = `0`: 0 ms is below the least, 1 ms",
        ]
    );
}

#[test]
fn duplicates_are_told_with_both_places() {
    assert_eq!(
        problems(
            "t.yaml",
            "dubbo:\n  application:\n    name: a\n    name: b\n"
        ),
        ["t.yaml:4:5: `application.name` stands twice, first in line 3"]
    );
    assert_eq!(
        problems(
            "t.yaml",
            "dubbo:\n  registry: {address: 'a://b'}\n  application: {}\n  registry: {timeout: 1}\n"
        ),
        ["t.yaml:4:3: `registry` stands twice, first in line 2"]
    );
    assert_eq!(
        problems(
            "t.yaml",
            "dubbo:\n  application:\n    registry-ids: a\n    registryIds: b\n"
        ),
        ["t.yaml:4:5: `registry-ids` stands twice, first at t.yaml:3:5"]
    );
    assert_eq!(
        problems(
            "t.properties",
            "dubbo.application.name=a\ndubbo.application.name=b\n"
        ),
        ["t.properties:2:1: `name` stands twice, first at t.properties:1:1"]
    );
}

#[test]
fn wrong_shapes_are_told() {
    for (text, problem) in [
        (
            "application: {name: x}\n",
            "t.yaml:1:1: there is no `dubbo` at the top; settings stand below it",
        ),
        (
            "- a\n",
            "t.yaml:1:1: expected a mapping with the key `dubbo` at the top",
        ),
        (
            "dubbo: {application: trade}\n",
            "t.yaml:1:9: `dubbo.application` holds keys; it has no value of its own",
        ),
        (
            "dubbo:\n  registries:\n    - address: h\n",
            "t.yaml:3:7: `dubbo.registries` holds a sequence of mappings; expected one mapping, by name",
        ),
        (
            "dubbo:\n  service:\n    a.B:\n      methods:\n        - timeout: 1\n",
            "t.yaml:5:11: an item of `dubbo.service.a.B.methods` has no `name`",
        ),
    ] {
        assert_eq!(problems("t.yaml", text), [problem], "{text}");
    }
}

#[test]
fn texts_that_are_no_yaml_are_told_with_their_place() {
    for text in [
        "dubbo: [",
        "dubbo:\n\tapplication: x",
        "dubbo: {a: b",
        "dubbo: *nowhere",
        "a: b: c",
    ] {
        let error = Config::builder()
            .file("t.yaml", text)
            .build()
            .expect_err(text);
        assert_eq!(error.problems().len(), 1, "{text}: {error}");
        assert_eq!(
            error.problems()[0].kind,
            ProblemKind::Syntax,
            "{text}: {error}"
        );
        assert!(error.to_string().starts_with("t.yaml:"), "{text}: {error}");
    }
}

#[test]
fn hostile_files_are_refused_at_a_bound() {
    let deep = format!("dubbo: {}{}", "{a: ".repeat(500), "}".repeat(500));
    let deep_list = format!("dubbo: {}{}", "[".repeat(5_000), "]".repeat(5_000));
    let mut bomb = String::from("x0: &x0 [a,a,a,a,a,a,a,a,a]\n");
    for level in 1..12 {
        let item = format!("*x{},", level - 1).repeat(9);
        bomb.push_str(&format!("x{level}: &x{level} [{item}]\n"));
    }
    let long = " ".repeat(FILE_BYTES_MAX + 1);
    for text in [deep, deep_list, bomb, long] {
        let error = Config::builder()
            .file("t.yaml", text)
            .build()
            .expect_err("hostile");
        assert_eq!(error.problems().len(), 1, "{error}");
    }
}

#[test]
fn secrets_do_not_show_in_problems() {
    let text = "dubbo:\n  registry:\n    address: 'zookeeper://u:hunter2@h:2181'\n    password: hunter2\n    username: {a: hunter2}\n  protocol: {port: 'x://u:hunter2@h'}\n";
    let all = problems("t.yaml", text).join("\n");
    assert!(!all.contains("hunter2"), "{all}");

    let broken = RegistryConfig::new("zookeeper://u:hunter2@h:port");
    let error = broken.to_urls(&Default::default()).expect_err("no port");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn unknown_variables_are_warnings_and_unknown_arguments_errors() {
    let config = Config::builder()
        .environment([("DUBBO_APLICATION_NAME", "x")])
        .build()
        .expect("variables may be meant for others");
    let warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "environment DUBBO_APLICATION_NAME: unknown key `aplication` in `dubbo`; did you mean `application`?"
        ]
    );
    let error = Config::builder()
        .arguments(["-Ddubbo.application.nam=x", "dubbo.application.name"])
        .build()
        .expect_err("both are wrong");
    assert_eq!(
        error.to_string(),
        "argument dubbo.application.name: `dubbo.application.name` has no value; expected `dubbo.<key>=<value>`\n\
         argument dubbo.application.nam: unknown key `nam` in `dubbo.application`; did you mean `name`?"
    );
}

#[test]
fn names_of_entries_that_do_not_exist_are_told() {
    let config = Config::builder()
        .registry(RegistryConfig::new("zookeeper://h:2181").id("r1"))
        .build()
        .expect("valid");
    let error = config
        .service(&ServiceConfig::new("a.B").registry_ids(["r2"]))
        .expect_err("there is no r2");
    assert_eq!(error.to_string(), "code: unknown registry `r2`; known: r1");
    let error = config
        .service(&ServiceConfig::new("a.B").protocol_ids(["tri"]))
        .expect_err("there is no tri");
    assert_eq!(
        error.to_string(),
        "code: unknown protocol `tri`; known: dubbo"
    );
    let config = Config::builder()
        .file("t.yaml", "dubbo: {provider: {registry-ids: r3}}")
        .build()
        .expect("it is used by no service yet");
    let error = config
        .service(&ServiceConfig::new("a.B"))
        .expect_err("there is no r3");
    assert_eq!(
        error.to_string(),
        "t.yaml:1:20: unknown registry `r3`; known: none"
    );
    let none = ReferenceConfig::new("a.B").registry_ids(["N/A"]);
    assert!(config.reference(&none).is_ok(), "`N/A` is none");
}

#[test]
fn values_of_the_code_are_checked_too() {
    let error = Config::builder()
        .provider(ProviderConfig::new().payload(0))
        .build()
        .expect_err("out of bounds");
    assert_eq!(
        error.to_string(),
        "code: `payload` = `0`: 0 bytes is below the least, 1 bytes"
    );
}

#[test]
fn a_token_that_anybody_can_guess_is_refused() {
    let config = Config::builder().build().expect("valid");
    let error = config
        .service(&ServiceConfig::new("a.B").token("true"))
        .expect_err("`true` is no secret");
    assert!(error.to_string().contains("no secret"), "{error}");
}

#[test]
fn a_parameter_is_no_way_around_its_key() {
    let text = "dubbo: {protocol: {parameters: {payload: 0}}}";
    assert_eq!(
        problems("t.yaml", text),
        ["t.yaml:1:33: `payload` = `0`: 0 bytes is below the least, 1 bytes"]
    );
    let provider = ProviderConfig::new().parameter("payload", "-1");
    let error = Config::builder()
        .provider(provider)
        .build()
        .expect_err("no size");
    assert_eq!(
        error.to_string(),
        "code: `payload` = `-1`: expected bytes or a size such as `64KiB`, `8MiB`"
    );
    let config = Config::builder()
        .file(
            "t.yaml",
            "dubbo: {provider: {parameters: {dubbo.tag: gray}}}",
        )
        .build()
        .expect("valid");
    assert_eq!(config.provider().tag.as_deref(), Some("gray"));
}

#[test]
fn a_key_of_a_service_is_no_key_of_its_method() {
    let config = Config::builder()
        .file("t.properties", "dubbo.service.a.B.find.weight=5")
        .build()
        .expect("`a.B.find` may be a service");
    let error = config
        .service(&ServiceConfig::new("a.B"))
        .expect_err("`find` is a method");
    assert_eq!(
        error.to_string(),
        "t.properties:1:1: `weight` is no key of a method"
    );
}
