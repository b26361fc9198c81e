//! Random values of Hessian 2: written by us, read and written back by Java's hessian-lite, read by
//! us. The checking program belongs to the codec's crate; this builds and runs both.

use std::process::Command;
use std::time::Duration;

use super::Run;
use crate::build;
use crate::error::{Error, Result};
use crate::process::Peer;

/// How many values go there and back.
const VALUES: u32 = 5_000;

/// How long building the checking program and sending the values may take together.
const LIMIT: Duration = Duration::from_secs(600);

pub(super) fn run(run: &mut Run) -> Result<()> {
    let jar = build::package_java("hessian-golden")?;
    let mut check = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    check
        .args(["run", "--quiet", "--package", "tenfold-hessian2"])
        .args(["--example", "echo_check", "--manifest-path"])
        .arg(build::root().join("../../Cargo.toml"))
        .arg("--")
        .arg(&jar)
        .arg(VALUES.to_string());
    let peer = Peer::start("echo-check", check, run.folder())?;
    let log = peer.log().to_owned();
    let (lines, status) = peer.finish(LIMIT)?;
    // The seed is the first line, the counts are the last.
    for line in lines.iter().take(1).chain(lines.last()) {
        println!("  {line}");
    }
    run.check(
        "random values come home from Java as they were sent",
        status.success() && lines.len() > 1,
        || format!("{status}, see {}", log.display()),
    );
    if lines.is_empty() {
        return Err(Error::new(format!(
            "the check said nothing, see {}",
            log.display()
        )));
    }
    Ok(())
}
