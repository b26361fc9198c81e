//! dubbo-go 3.3.2, for the reduced interface.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::build;
use crate::error::{Error, Result};
use crate::process::Peer;
use crate::report::Report;

/// How long all cases of a consumer may take together.
const CONSUMER_LIMIT: Duration = Duration::from_secs(120);

/// Starts a provider and waits until it serves.
pub fn provider(name: &str, options: &[String], folder: &Path) -> Result<(Peer, u16)> {
    let mut peer = Peer::start(name, command("provider", options, folder)?, folder)?;
    let port = peer.wait_until_ready()?;
    Ok((peer, port))
}

/// Runs a consumer to its end and gives the outcome of each case.
pub fn consumer(name: &str, options: &[String], folder: &Path) -> Result<Report> {
    let peer = Peer::start(name, command("consumer", options, folder)?, folder)?;
    let log = peer.log().to_owned();
    let (lines, _) = peer.finish(CONSUMER_LIMIT)?;
    Report::read(&lines).map_err(|e| Error::new(format!("{e}, see {}", log.display())))
}

fn command(role: &str, options: &[String], folder: &Path) -> Result<Command> {
    let mut command = Command::new(build::build_go()?);
    // It writes its logs and caches into the working directory. The C library's resolver takes
    // numeric host names in every form, the one of Go does not.
    command
        .current_dir(folder)
        .env("GODEBUG", "netdns=cgo")
        .arg(role)
        .args(options);
    Ok(command)
}
