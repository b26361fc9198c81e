//! `docs/configuration.md` says what the code does: its tables are written from the key tables.
//!
//! `TENFOLD_WRITE_DOCS=1 cargo test -p tenfold-config documentation` writes the file anew.

use std::{fmt::Write, path::PathBuf};

use tenfold_config::{Key, Kind, Section, unsupported_keys};

const BEGIN: &str = "<!-- keys: begin -->\n";
const END: &str = "<!-- keys: end -->\n";

#[test]
fn the_documentation_lists_every_key_as_the_code_has_it() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let text = std::fs::read_to_string(&path).expect("the file is part of the repository");
    let (before, rest) = text.split_once(BEGIN).expect("the tables have a beginning");
    let (tables, after) = rest.split_once(END).expect("the tables have an end");
    let expected = all_tables();
    if std::env::var_os("TENFOLD_WRITE_DOCS").is_some() {
        let text = format!("{before}{BEGIN}{expected}{END}{after}");
        std::fs::write(&path, text).expect("the file is writable");
        return;
    }
    assert_eq!(
        tables, expected,
        "docs/configuration.md is behind; run `TENFOLD_WRITE_DOCS=1 cargo test -p tenfold-config documentation`"
    );
}

#[test]
fn every_default_keeps_the_bounds_of_its_key() {
    use tenfold_config::{Config, ServiceConfig};
    for section in Section::ALL {
        for key in section.keys() {
            let Some(default) = key.default else { continue };
            let prefix = match section {
                Section::Service => "service.a.B".to_owned(),
                Section::Reference => "reference.a.B".to_owned(),
                Section::Method => "service.a.B.methods.m".to_owned(),
                other => other.to_string(),
            };
            let argument = format!("dubbo.{prefix}.{}={default}", key.name);
            let config = Config::builder()
                .arguments([argument.clone()])
                .build()
                .expect(&argument);
            config.service(&ServiceConfig::new("a.B")).expect(&argument);
        }
    }
}

#[test]
fn no_key_is_both_known_and_without_effect() {
    for section in Section::ALL {
        for name in unsupported_keys(section) {
            assert!(section.key(name).is_none(), "{section} {name}");
        }
    }
}

fn all_tables() -> String {
    let mut out = String::new();
    for section in Section::ALL {
        table(&mut out, section).expect("writing to a string does not fail");
    }
    out
}

fn table(out: &mut String, section: Section) -> std::fmt::Result {
    writeln!(out, "\n### {section}\n")?;
    writeln!(
        out,
        "| key | type | default | URL parameter | what it does |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    for key in section.keys() {
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            key.name,
            kind(key),
            default(key),
            key.param
                .map(|param| format!("`{param}`"))
                .unwrap_or_default(),
            effect(key),
        )?;
    }
    let without: Vec<String> = unsupported_keys(section)
        .map(|name| format!("`{name}`"))
        .collect();
    writeln!(
        out,
        "\nKnown to Dubbo, without effect here: {}.",
        without.join(", ")
    )
}

fn kind(key: &Key) -> String {
    let unit = match key.kind {
        Kind::Duration => " (ms)",
        _ => "",
    };
    let bounds = match (key.min, key.max) {
        (i64::MIN, i64::MAX) => String::new(),
        (i64::MIN, max) => format!(", 0 to {max}"),
        (min, i64::MAX) => format!(", from {min}"),
        (min, max) => format!(", {min} to {max}"),
    };
    format!("{}{unit}{bounds}", key.kind.name())
}

fn default(key: &Key) -> String {
    key.default
        .map(|default| format!("`{default}`"))
        .unwrap_or_default()
}

fn effect(key: &Key) -> String {
    let words: Vec<&str> = key.doc.split_whitespace().collect();
    let mut text = words.join(" ").replace('|', "\\|");
    if !key.aliases.is_empty() {
        let aliases: Vec<String> = key
            .aliases
            .iter()
            .map(|alias| format!("`{alias}`"))
            .collect();
        let _ = write!(text, " Also {}.", aliases.join(", "));
    }
    if key.secret {
        text.push_str(" Masked when printed.");
    }
    text
}
