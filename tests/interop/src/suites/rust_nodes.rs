//! The nodes that a Rust provider and consumer write into a registry, beside those of Java 3.3.6.
//!
//! Java's are in `golden/registry-3.3.6.txt`. A parameter that only one side writes, or that has
//! another value, must stand in the lists below with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Run, options};
use crate::build;
use crate::error::{Error, Result};
use crate::ports::HOST;
use crate::rust;
use crate::zookeeper::{Node, ZooKeeper};

/// What Java writes and we do not.
const JAVA_ALONE: &[(&str, &str)] = &[
    ("background", "a Java setting of how references start"),
    ("callBack.2.callback", "call-backs are not offered"),
    ("callBack.return", "call-backs are not offered"),
    ("callBack.sent", "call-backs are not offered"),
    ("executor-management-mode", "a Java thread pool setting"),
    ("file-cache", "a Java setting of the registry's cache"),
    ("logger", "Java's logging library"),
    (
        "oneWay.return",
        "a setting of the call, not of the consumer; no provider reads it",
    ),
    ("oneWay.sent", "the same"),
    (
        "prefer.serialization",
        "a 3.x hint; who does not find it takes Hessian 2, which we speak",
    ),
    ("qos.enable", "Java's own admin port"),
    (
        "revision",
        "the version of the jar; Java shows it and decides nothing by it",
    ),
    ("serialize.check.status", "the level of Java's class filter"),
    (
        "service-name-mapping",
        "says that the mapping node exists, for Java's own migration",
    ),
    (
        "unloadClusterRelated",
        "a Java setting of how references start",
    ),
];

/// What we write and Java does not.
const RUST_ALONE: &[(&str, &str)] = &[(
    "pid",
    "Java 3.3 leaves it out of provider URLs since it moved to application level; 2.7 writes it",
)];

/// Values that differ.
const DIFFERENT: &[(&str, &str)] = &[
    ("release", "each its own"),
    ("methods", "compared by itself: `$`-methods do not count"),
    ("timestamp", "the time"),
    ("pid", "the process"),
    (
        "generic",
        "Java says true for a service without class; ours names its methods",
    ),
];

pub(super) fn run(run: &mut Run) -> Result<()> {
    let golden = build::root().join("golden/registry-3.3.6.txt");
    let golden = std::fs::read_to_string(golden).map_err(Error::while_doing("read the golden"))?;
    let java = read(golden.lines().filter_map(|line| line.split('\t').next()));

    let registry = ZooKeeper::start(run.folder())?;
    let place = ("registry", registry.address());
    let words = options(&[place.clone(), ("application", "golden-provider".into())]);
    let (provider, _) = rust::provider("provider", &words, run.folder())?;
    let words = options(&[
        place,
        ("application", "golden-consumer".into()),
        ("cases", "whoami,variant.blue,reduced.whoami".into()),
        ("hold", "8000".into()),
    ]);
    let mut consumer = rust::start("consumer", "consumer", &words, run.folder())?;
    consumer.wait_for("DONE", Duration::from_secs(60))?;
    let tree = registry.tree()?;
    let decoded: Vec<String> = tree
        .iter()
        .map(|node| super::capture::decoded(&node.path))
        .collect();
    let rust = read(decoded.iter().map(String::as_str));
    for (key, wanted) in &java {
        match rust.get(key) {
            Some(found) => compare(run, key, wanted, found),
            None => run.check(&format!("there is a node {key}"), false, || "none".into()),
        }
    }
    for key in rust.keys().filter(|key| !java.contains_key(*key)) {
        run.check(&format!("Java writes {key} too"), false, || {
            "it does not".into()
        });
    }
    kinds(run, &tree);
    rust::outcome(consumer)?;
    provider.stop()?;
    let left: Vec<_> = registry
        .tree()?
        .into_iter()
        .filter(|node| node.kind == "ephemeral")
        .collect();
    run.check(
        "Rust leaves no ephemeral node behind",
        left.is_empty(),
        || format!("{left:?}"),
    );
    registry.stop().map(|_| ())
}

/// A URL node: its category, service, group and version.
type Key = String;
type Params = BTreeMap<String, String>;

fn read<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeMap<Key, Params> {
    let mut nodes = BTreeMap::new();
    for path in paths {
        let Some((folder, url)) = path
            .split_once("/providers/")
            .or(path.split_once("/consumers/"))
        else {
            continue;
        };
        let category = if path.contains("/providers/") {
            "provider"
        } else {
            "consumer"
        };
        let (head, query) = url.split_once('?').unwrap_or((url, ""));
        let params: Params = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let part = |key: &str| params.get(key).cloned().unwrap_or_default();
        let scheme = head.split("://").next().unwrap_or_default();
        let interface = folder.rsplit('/').next().unwrap_or_default();
        let key = format!(
            "{category} {scheme} {}/{interface}:{}",
            part("group"),
            part("version")
        );
        nodes.insert(key, params);
    }
    nodes
}

fn compare(run: &mut Run, key: &str, java: &Params, rust: &Params) {
    let allowed = |list: &[(&str, &str)], name: &str| list.iter().any(|(known, _)| *known == name);
    let names: BTreeSet<&String> = java.keys().chain(rust.keys()).collect();
    for name in names {
        let fact = format!("{key}: the parameter {name}");
        match (java.get(name), rust.get(name)) {
            (Some(wanted), None) => run.check(&fact, allowed(JAVA_ALONE, name), || {
                format!("Java writes {wanted}, we do not")
            }),
            (None, Some(found)) => run.check(&fact, allowed(RUST_ALONE, name), || {
                format!("we write {found}, Java does not")
            }),
            // A service without class has any method for Java; ours names those that it has.
            (Some(wanted), Some(_)) if name == "methods" && wanted == "*" => {}
            (Some(wanted), Some(found)) if name == "methods" => {
                let set = |text: &str| -> BTreeSet<String> {
                    let names = text.split(',').filter(|name| !name.starts_with('$'));
                    names.map(str::to_owned).collect()
                };
                run.check(&fact, set(wanted) == set(found), || {
                    let (wanted, found) = (set(wanted), set(found));
                    let differing: Vec<_> = wanted.symmetric_difference(&found).collect();
                    format!("{differing:?}")
                });
            }
            (Some(wanted), Some(found)) => {
                run.check(&fact, wanted == found || allowed(DIFFERENT, name), || {
                    format!("Java writes {wanted}, we {found}")
                });
            }
            (None, None) => {}
        }
    }
}

/// Addresses are ephemeral, and everything above them is not.
fn kinds(run: &mut Run, tree: &[Node]) {
    for node in tree.iter().filter(|node| node.path.starts_with("/dubbo/")) {
        let address = node.path.contains("/providers/") || node.path.contains("/consumers/");
        run.check(
            &format!("{} is of the right kind", node.path),
            (node.kind == "ephemeral") == address,
            || node.kind.clone(),
        );
    }
    let registered = format!("%2F%2F{HOST}%3A");
    run.check(
        "the provider is registered under the address that it was given",
        tree.iter().any(|node| node.path.contains(&registered)),
        || "it is not".into(),
    );
}
