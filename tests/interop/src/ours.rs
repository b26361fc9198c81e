//! Programs of this repository, as processes like those of others.
//!
//! The framework is not a dependency of this package: Cargo builds the programs in the main
//! workspace, and only what they say on their sockets and their outputs is looked at.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build;
use crate::error::{Error, Result};
use crate::ports;
use crate::process::Peer;
use crate::zookeeper::ZooKeeper;

/// What the suites run: the binary and three examples.
const PROGRAMS: [(&str, &str); 4] = [
    ("--bin", "tenfold"),
    ("--example", "zk_check"),
    ("--example", "differential"),
    ("--example", "echo_check"),
];

/// The programs after a build.
#[derive(Debug)]
pub struct Programs {
    paths: Vec<PathBuf>,
}

impl Programs {
    /// Has Cargo build what is not built.
    ///
    /// The whole workspace is selected, so that what `cargo test --workspace` has compiled fits.
    pub fn build() -> Result<Self> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["build", "--quiet", "--locked", "--workspace"])
            .args(["--message-format", "json", "--manifest-path"])
            .arg(build::root().join("../../Cargo.toml"));
        for (kind, name) in PROGRAMS {
            cargo.args([kind, name]);
        }
        let printed = build::run(&mut cargo)?;
        Ok(Self {
            paths: printed.lines().filter_map(executable).collect(),
        })
    }

    /// A command that runs the program with that name.
    pub fn command(&self, name: &str) -> Result<Command> {
        let path = self
            .paths
            .iter()
            .find(|path| path.file_stem().is_some_and(|stem| stem == name))
            .ok_or_else(|| Error::new(format!("cargo does not say where {name} is")))?;
        Ok(Command::new(path))
    }

    /// Starts the built-in registry on a free port, with the tick that the real ZooKeeper has here.
    pub fn registry(&self, folder: &Path) -> Result<ZooKeeper> {
        self.registry_on(ports::free_port()?, folder)
    }

    /// As [`Programs::registry`], on a given port.
    pub fn registry_on(&self, port: u16, folder: &Path) -> Result<ZooKeeper> {
        let mut command = self.command("tenfold")?;
        command
            .args(["registry", "--tick", "500", "--four-letter-words", "all"])
            .arg("--client")
            .arg(format!("127.0.0.1:{port}"));
        let peer = Peer::start(&format!("registry-{port}"), command, folder)?;
        ZooKeeper::of(peer, port, folder)
    }
}

/// The path in a line of Cargo's messages, where it has one.
fn executable(line: &str) -> Option<PathBuf> {
    let (_, rest) = line.split_once(r#""executable":""#)?;
    let (path, _) = rest.split_once('"')?;
    Some(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_about_programs_have_a_path() {
        let program =
            r#"{"reason":"compiler-artifact","executable":"/t/debug/tenfold","fresh":true}"#;
        assert_eq!(executable(program), Some(PathBuf::from("/t/debug/tenfold")));
        let library = r#"{"reason":"compiler-artifact","executable":null,"fresh":true}"#;
        assert_eq!(executable(library), None);
    }
}
