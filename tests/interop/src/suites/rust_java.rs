//! Rust against Java, every case, at a given address and through registries of both kinds.

use std::path::Path;

use super::{Run, options};
use crate::build;
use crate::cases::{Table, Way};
use crate::error::Result;
use crate::golang;
use crate::java::Dubbo;
use crate::ports::HOST;
use crate::process::Peer;
use crate::report::Report;
use crate::rust;
use crate::zookeeper::ZooKeeper;

/// What Rust does not offer, whoever is on the other end: call-backs to the caller.
const NOT_OFFERED: &[&str] = &["callback"];

/// Cases that cannot hold because the format loses the value, or Java does.
///
/// A parent's field that is hidden by one of the child is written twice under one name, and Java
/// itself reads only the child's.
const LOST: &[&str] = &["shadowed.parent"];

/// A program that serves or calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Rust,
    Java(Dubbo),
}

impl Side {
    pub(super) const ALL: [Self; 3] = [Self::Rust, Self::Java(Dubbo::V3), Self::Java(Dubbo::V27)];

    pub(super) fn short(self) -> String {
        match self {
            Self::Rust => "rust".to_owned(),
            Self::Java(dubbo) => format!("java{}", dubbo.short()),
        }
    }

    pub(super) fn shown(self) -> String {
        match self {
            Self::Rust => "Rust".to_owned(),
            Self::Java(dubbo) => dubbo.to_string(),
        }
    }

    pub(super) fn provider(
        self,
        name: &str,
        options: &[String],
        folder: &Path,
    ) -> Result<(Peer, u16)> {
        match self {
            Self::Rust => rust::provider(name, options, folder),
            Self::Java(dubbo) => dubbo.provider(name, options, folder),
        }
    }

    pub(super) fn start_consumer(
        self,
        name: &str,
        options: &[String],
        folder: &Path,
    ) -> Result<Peer> {
        match self {
            Self::Rust => {
                let mut peer = rust::start(name, "consumer", options, folder)?;
                peer.wait_until_ready()?;
                Ok(peer)
            }
            Self::Java(dubbo) => dubbo.start_consumer(name, options, folder),
        }
    }

    pub(super) fn consumer(self, name: &str, options: &[String], folder: &Path) -> Result<Report> {
        rust::outcome(self.start_consumer(name, options, folder)?)
    }
}

/// Whether a case is known to fail between these two.
pub(super) fn known(table: &Table, case: &str, consumer: Side, provider: Side, way: Way) -> bool {
    if LOST.contains(&case) {
        return (consumer, provider) != (Side::Rust, Side::Rust);
    }
    match (consumer, provider) {
        (Side::Java(consumer), Side::Java(provider)) => {
            table.java_fails(case, consumer, provider, way)
        }
        // What a Java consumer cannot do with its own kind, it cannot do with us.
        (Side::Java(java), Side::Rust) => {
            NOT_OFFERED.contains(&case) || table.java_fails(case, java, java, way)
        }
        (Side::Rust, _) => NOT_OFFERED.contains(&case),
    }
}

/// Every pair with Rust in it, at a given address.
pub(super) fn direct(run: &mut Run) -> Result<()> {
    let table = Table::read()?;
    let known_names = rust::case_names(run.folder())?;
    run.check(
        "the Rust consumer knows the cases of CASES.md",
        known_names == table.names(),
        || {
            let mut pairs = known_names.iter().zip(table.names());
            let differing = pairs.find(|(code, text)| code != text);
            format!(
                "{} cases in the code, {} in the table, first difference {differing:?}",
                known_names.len(),
                table.names().len()
            )
        },
    );
    for provider in Side::ALL {
        let name = format!("provider-{}", provider.short());
        let (serving, port) =
            provider.provider(&name, &options(&[("id", name.clone())]), run.folder())?;
        for consumer in Side::ALL {
            if consumer != Side::Rust && provider != Side::Rust {
                continue;
            }
            let wanted = options(&[("address", format!("{HOST}:{port}"))]);
            let name = format!("consumer-{}-{}", consumer.short(), provider.short());
            let report = consumer.consumer(&name, &wanted, run.folder())?;
            let pair = format!("{} calls {}", consumer.shown(), provider.shown());
            run.tally(&pair, &report, |case| {
                known(&table, case, consumer, provider, Way::Direct)
            });
        }
        serving.stop()?;
    }
    Ok(())
}

/// Every pair with Rust in it, through a real ZooKeeper.
pub(super) fn zookeeper(run: &mut Run) -> Result<()> {
    let registry = ZooKeeper::start(run.folder())?;
    through(run, &registry.address(), "ZooKeeper")?;
    registry.stop().map(|_| ())
}

/// Every pair with Rust in it, through the built-in registry.
pub(super) fn own_registry(run: &mut Run) -> Result<()> {
    let (registry, port) = rust::registry("registry", &[], run.folder())?;
    through(
        run,
        &format!("zookeeper://{HOST}:{port}"),
        "the built-in registry",
    )?;
    registry.stop().map(|_| ())
}

fn through(run: &mut Run, registry: &str, kind: &str) -> Result<()> {
    let table = Table::read()?;
    for provider in Side::ALL {
        let name = format!("provider-{}", provider.short());
        let wanted = options(&[("id", name.clone()), ("registry", registry.to_owned())]);
        let (serving, _) = provider.provider(&name, &wanted, run.folder())?;
        for consumer in Side::ALL {
            if consumer != Side::Rust && provider != Side::Rust {
                continue;
            }
            let name = format!("consumer-{}-{}", consumer.short(), provider.short());
            let wanted = options(&[("registry", registry.to_owned())]);
            let report = consumer.consumer(&name, &wanted, run.folder())?;
            let pair = format!("{} finds {} in {kind}", consumer.shown(), provider.shown());
            run.tally(&pair, &report, |case| {
                known(&table, case, consumer, provider, Way::Registry)
            });
        }
        serving.stop()?;
    }
    mixed(run, registry, kind)
}

/// How many words of `cases=` stand for one mixed load; each is 1600 calls.
const MIXED_ROUNDS: usize = 3;

/// Providers of all kinds in one list, for a consumer of each kind. No call may fail, and the Rust
/// provider must get its share.
fn mixed(run: &mut Run, registry: &str, kind: &str) -> Result<()> {
    let mut serving = Vec::new();
    for provider in Side::ALL {
        let name = format!("mixed-{}", provider.short());
        let wanted = options(&[("id", name.clone()), ("registry", registry.to_owned())]);
        serving.push(provider.provider(&name, &wanted, run.folder())?.0);
    }
    for consumer in Side::ALL {
        let name = format!("mixed-consumer-{}", consumer.short());
        let cases = format!("string,pojo{}", ",parallel".repeat(MIXED_ROUNDS));
        let wanted = options(&[("registry", registry.to_owned()), ("cases", cases)]);
        let report = consumer.consumer(&name, &wanted, run.folder())?;
        let pair = format!("{} calls a mixed list from {kind}", consumer.shown());
        run.tally(&pair, &report, |_| false);
    }
    let ours = serving.remove(0);
    for java in serving {
        java.stop()?;
    }
    let served = served(ours)?;
    let calls = Side::ALL.len() * MIXED_ROUNDS * 1600;
    let share = served * 100 / calls;
    println!("  Rust served {served} of the {calls} calls of the mixed lists in {kind}");
    run.check(
        "the Rust provider gets about a third of the calls",
        (20..=47).contains(&share),
        || format!("it served {share} % of {calls}"),
    );
    Ok(())
}

/// Stops a Rust provider and gives the number of calls that it has served.
fn served(provider: Peer) -> Result<usize> {
    let lines = provider.stop_and_read()?;
    let count = lines.iter().find_map(|line| line.strip_prefix("SERVED "));
    Ok(count.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// Rust against dubbo-go, the interface that both have.
pub(super) fn go(run: &mut Run) -> Result<()> {
    build::require(&["go"])?;
    let (go, go_port) = golang::provider("go", &options(&[("id", "go".into())]), run.folder())?;
    let (ours, port) = rust::provider("rust", &options(&[]), run.folder())?;
    let reduced = ("cases", "reduced.*".to_owned());
    let wanted = options(&[("address", format!("127.0.0.1:{port}"))]);
    let report = golang::consumer("go-consumer", &wanted, run.folder())?;
    run.tally("dubbo-go calls Rust", &report, |_| false);
    let wanted = options(&[("address", format!("127.0.0.1:{go_port}")), reduced.clone()]);
    let report = rust::consumer("rust-consumer", &wanted, run.folder())?;
    run.tally("Rust calls dubbo-go", &report, |_| false);
    go.stop()?;
    ours.stop()?;

    let registry = ZooKeeper::start(run.folder())?;
    go_through(run, registry.port(), "ZooKeeper")?;
    registry.stop()?;
    let (registry, port) = rust::registry("registry", &[], run.folder())?;
    go_through(run, port, "the built-in registry")?;
    registry.stop().map(|_| ())
}

fn go_through(run: &mut Run, registry: u16, kind: &str) -> Result<()> {
    let ours = ("registry", format!("zookeeper://{HOST}:{registry}"));
    let plain = ("registry", format!("127.0.0.1:{registry}"));
    let (serving, _) = rust::provider("rust", &options(std::slice::from_ref(&ours)), run.folder())?;
    let report = golang::consumer(
        "go-consumer",
        &options(std::slice::from_ref(&plain)),
        run.folder(),
    )?;
    run.tally(&format!("dubbo-go finds Rust in {kind}"), &report, |_| {
        false
    });
    serving.stop()?;
    let wanted = options(&[plain, ("host", HOST.into())]);
    let (go, _) = golang::provider("go", &wanted, run.folder())?;
    let wanted = options(&[ours, ("cases", "reduced.*".into())]);
    let report = rust::consumer("rust-consumer", &wanted, run.folder())?;
    run.tally(&format!("Rust finds dubbo-go in {kind}"), &report, |_| {
        false
    });
    go.stop().map(|_| ())
}
