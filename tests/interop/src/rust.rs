//! The Rust peer, `tests/interop/rust`: a program of its own that is built on the framework.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::build;
use crate::error::{Error, Result};
use crate::ports::HOST;
use crate::process::{Peer, shown};
use crate::report::Report;

/// How long all cases of a consumer may take together.
const CONSUMER_LIMIT: Duration = Duration::from_secs(300);

/// Starts a provider on a free port, or on the one that the options name, and waits until it
/// serves.
pub fn provider(name: &str, options: &[String], folder: &Path) -> Result<(Peer, u16)> {
    let mut words = options.to_vec();
    // Java connects to no provider that is registered as 127.0.0.1.
    words.push(format!("host={HOST}"));
    let mut peer = start(name, "provider", &words, folder)?;
    let port = peer.wait_until_ready()?;
    Ok((peer, port))
}

/// Starts the built-in registry as a process and gives its port.
pub fn registry(name: &str, options: &[String], folder: &Path) -> Result<(Peer, u16)> {
    let mut peer = start(name, "registry", options, folder)?;
    let port = peer.wait_until_ready()?;
    Ok((peer, port))
}

/// Starts a program of the peer: `provider`, `consumer`, `registry` or a scenario.
pub fn start(name: &str, role: &str, options: &[String], folder: &Path) -> Result<Peer> {
    let mut command = Command::new(program()?);
    command.arg(role).args(options);
    Peer::start(name, command, folder)
}

/// Runs a consumer to its end and gives the outcome of each case.
pub fn consumer(name: &str, options: &[String], folder: &Path) -> Result<Report> {
    outcome(start(name, "consumer", options, folder)?)
}

/// Waits for the end of a consumer or scenario and gives the outcome of each case.
pub fn outcome(peer: Peer) -> Result<Report> {
    let log = peer.log().to_owned();
    let (lines, _) = peer.finish(CONSUMER_LIMIT)?;
    Report::read(&lines).map_err(|e| Error::new(format!("{e}, see {}", log.display())))
}

/// The names of all cases that the consumer knows, in its order.
pub fn case_names(folder: &Path) -> Result<Vec<String>> {
    let peer = start("list", "consumer", &["list=true".to_owned()], folder)?;
    let (lines, status) = peer.finish(Duration::from_secs(60))?;
    if status.success() {
        Ok(lines)
    } else {
        Err(Error::new(format!("the list of cases ended with {status}")))
    }
}

/// Builds the program once in a run: cargo itself knows whether there is anything to do.
fn program() -> Result<PathBuf> {
    static BUILT: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    BUILT
        .get_or_init(|| build_program().map_err(|error| error.to_string()))
        .clone()
        .map_err(Error::new)
}

fn build_program() -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--quiet", "--package", "tenfold-interop-rust"])
        .arg("--manifest-path")
        .arg(build::root().join("Cargo.toml"));
    let status = cargo
        .status()
        .map_err(Error::while_doing("start cargo for the Rust peer"))?;
    if !status.success() {
        return Err(Error::new(format!("{} ended with {status}", shown(&cargo))));
    }
    // It lies beside this program, whatever the target folder is called.
    let own = std::env::current_exe().map_err(Error::while_doing("find this program"))?;
    Ok(own.with_file_name("interop-rust"))
}
