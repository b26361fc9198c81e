//! Our Hessian codec against hessian-lite, the reference implementation that Dubbo ships.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::{Run, seed};
use crate::build;
use crate::error::{Error, Result};
use crate::ours::Programs;
use crate::process::Peer;

/// How many random values go to Java and back.
const VALUES: usize = 10_000;

/// How long they may take together. On two idle cores it is 6 s.
const ECHO_LIMIT: Duration = Duration::from_secs(120);

/// The vectors in the repository, which the codec's own tests read.
const GOLDEN: &str = "../../serialization/hessian2/tests/golden/hessian-lite.txt";

pub(super) fn run(run: &mut Run) -> Result<()> {
    let jar = build::package_java("hessian-golden")?;
    let mut java = Command::new("java");
    let made = build::run(java.arg("-jar").arg(&jar).arg("vectors"))?;
    let path = build::root().join(GOLDEN);
    let committed =
        fs::read_to_string(&path).map_err(Error::while_doing("read the golden vectors"))?;
    let (made, committed) = (vectors(&made), vectors(&committed));
    println!("  {} golden vectors made by Java", made.len());
    run.check(
        "Java makes the golden vectors as they are in the repository",
        made == committed,
        || {
            let differing = made
                .iter()
                .zip(&committed)
                .find(|(java, file)| java != file);
            format!(
                "{} and {} of them, first difference {differing:?}",
                made.len(),
                committed.len()
            )
        },
    );

    let mut echo = Programs::build()?.command("echo_check")?;
    echo.arg(&jar).arg(VALUES.to_string());
    echo.args(seed()?.map(|seed| seed.to_string()));
    let peer = Peer::start("echo", echo, run.folder())?;
    let log = peer.log().to_owned();
    let (lines, status) = peer.finish(ECHO_LIMIT)?;
    for line in lines.iter().filter(|line| line.starts_with("seed ")) {
        println!("  {line}");
    }
    let summary = lines.last().map_or("nothing", String::as_str);
    println!("  {summary}");
    let wanted = format!("{VALUES} values, ");
    run.check(
        "random values come back from Java as they were sent",
        status.success() && summary.starts_with(&wanted) && summary.ends_with(", 0 differences"),
        || format!("{summary}; {status}, see {}", log.display()),
    );
    Ok(())
}

/// The lines but for the head, which names the JDK.
fn vectors(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}
