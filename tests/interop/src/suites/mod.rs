//! The suites by name, and what they share: a folder for the run and a tally.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::build;
use crate::error::{Error, Result};
use crate::report::Report;

mod capture;
mod go_java;
mod hessian;
mod java_java;
mod registry_java;
mod registry_server;
mod rust_faults;
mod rust_java;
mod rust_nodes;
mod zookeeper;

/// A set of checks with a name.
pub struct Suite {
    /// What a person types.
    pub name: &'static str,
    /// What it shows, in one line.
    pub about: &'static str,
    /// Whether it runs when no name is given.
    pub by_default: bool,
    run: fn(&mut Run) -> Result<()>,
}

/// All suites, in the order in which they run.
pub const ALL: &[Suite] = &[
    Suite {
        name: "java-java",
        about: "Java 3.3.6 and 2.7.23 call each other and themselves at a given address",
        by_default: false,
        run: java_java::run,
    },
    Suite {
        name: "zookeeper",
        about: "the same through a real ZooKeeper, and what a stopped provider leaves there",
        by_default: false,
        run: zookeeper::run,
    },
    Suite {
        name: "go-java",
        about: "dubbo-go and Java call each other, at an address and through ZooKeeper",
        by_default: false,
        run: go_java::run,
    },
    Suite {
        name: "rust-java",
        about: "Rust, Java 3.3.6 and Java 2.7.23 call each other at a given address",
        by_default: true,
        run: rust_java::direct,
    },
    Suite {
        name: "rust-zookeeper",
        about: "the same through a real ZooKeeper, then all as providers in one list",
        by_default: true,
        run: rust_java::zookeeper,
    },
    Suite {
        name: "rust-registry",
        about: "the same through the built-in registry",
        by_default: true,
        run: rust_java::own_registry,
    },
    Suite {
        name: "rust-go",
        about: "Rust and dubbo-go call each other, at an address and through both registries",
        by_default: true,
        run: rust_java::go,
    },
    Suite {
        name: "rust-faults",
        about: "heartbeats, bursts, kills, polite ends, limits, with Rust on either end",
        by_default: true,
        run: rust_faults::run,
    },
    Suite {
        name: "rust-nodes",
        about: "the registry nodes of a Rust provider and consumer beside Java's, by parameter",
        by_default: true,
        run: rust_nodes::run,
    },
    Suite {
        name: "hessian",
        about: "our codec and Java's: golden vectors, random values there and back",
        by_default: true,
        run: hessian::run,
    },
    Suite {
        name: "registry-server",
        about: "kazoo, Curator and our client on ZooKeeper and on our registry; both compared",
        by_default: true,
        run: registry_server::run,
    },
    Suite {
        name: "registry-java",
        about: "Java providers and consumers meet in our registry, through crashes and restarts",
        by_default: true,
        run: registry_java::run,
    },
    Suite {
        name: "registry-java-control",
        about: "the same in ZooKeeper, to tell our faults from those of Java",
        by_default: false,
        run: registry_java::control,
    },
    Suite {
        name: "registry-lost",
        about: "that Java comes back to no registry, ZooKeeper or ours, which has forgotten all",
        by_default: false,
        run: registry_java::lost,
    },
    Suite {
        name: "capture-frames",
        about: "writes the golden frames of Java into protocol/dubbo/tests/golden",
        by_default: false,
        run: capture::frames,
    },
    Suite {
        name: "capture-go-frames",
        about: "writes those of dubbo-go",
        by_default: false,
        run: capture::go_frames,
    },
    Suite {
        name: "capture-registry",
        about: "writes the golden registry nodes of tests/interop/golden",
        by_default: false,
        run: capture::registry,
    },
];

/// What one suite does and finds.
pub struct Run {
    folder: PathBuf,
    passed: usize,
    failures: Vec<String>,
}

impl Run {
    /// The folder of logs and of the peers' homes. It is removed when nothing failed.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Counts the outcomes of a consumer, some of which may be known to fail.
    pub fn tally(&mut self, pair: &str, report: &Report, known: impl Fn(&str) -> bool) {
        let (surprises, passed) = report.surprises(known);
        println!("  {pair}: {passed} as expected, {} not", surprises.len());
        self.passed += passed;
        for surprise in surprises {
            println!("    {surprise}");
            self.failures.push(format!("{pair}: {surprise}"));
        }
    }

    /// Counts one fact.
    pub fn check(&mut self, fact: &str, holds: bool, otherwise: impl FnOnce() -> String) {
        if holds {
            self.passed += 1;
        } else {
            let line = format!("{fact}: {}", otherwise());
            println!("    {line}");
            self.failures.push(line);
        }
    }
}

/// Runs the named suites, or all default ones. True when everything went as expected.
pub fn run(names: &[String]) -> Result<bool> {
    let chosen = choose(names)?;
    build::require(&["java", "javac", "mvn"])?;
    let (mut passed, mut failed) = (0, 0);
    for suite in chosen {
        println!("{}: {}", suite.name, suite.about);
        let start = Instant::now();
        let folder =
            build::root().join(format!("target/run/{}-{}", suite.name, std::process::id()));
        fs::create_dir_all(&folder).map_err(Error::while_doing("create the run's folder"))?;
        let mut run = Run {
            folder,
            passed: 0,
            failures: Vec::new(),
        };
        if let Err(error) = (suite.run)(&mut run) {
            println!("    {error}");
            run.failures.push(error.to_string());
        }
        println!("  {} s", start.elapsed().as_secs());
        if run.failures.is_empty() {
            let _ = fs::remove_dir_all(&run.folder);
        } else {
            println!("  logs are kept in {}", run.folder.display());
        }
        passed += run.passed;
        failed += run.failures.len();
    }
    println!("interop: {passed} passed, {failed} failed");
    Ok(failed == 0)
}

fn choose(names: &[String]) -> Result<Vec<&'static Suite>> {
    if names.is_empty() {
        return Ok(ALL.iter().filter(|suite| suite.by_default).collect());
    }
    names
        .iter()
        .map(|name| {
            ALL.iter().find(|suite| suite.name == name).ok_or_else(|| {
                let known: Vec<_> = ALL.iter().map(|suite| suite.name).collect();
                Error::new(format!(
                    "no suite is named {name}; there are {}",
                    known.join(", ")
                ))
            })
        })
        .collect()
}

/// The seed that a person gives in `INTEROP_SEED`, to repeat a run.
fn seed() -> Result<Option<u64>> {
    let Ok(text) = std::env::var("INTEROP_SEED") else {
        return Ok(None);
    };
    let seed = text.parse();
    seed.map(Some)
        .map_err(|_| Error::new(format!("INTEROP_SEED is no number: {text:?}")))
}

/// The words `key=value` from pairs.
fn options(pairs: &[(&str, String)]) -> Vec<String> {
    pairs
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect()
}
