//! The built-in registry and Apache ZooKeeper, asked the same by the same clients.
//!
//! kazoo, the Java client with Curator, and our own client each bring a list of facts that hold on
//! both. Then random operations are done on both at once, and every answer is compared.

use std::process::Command;
use std::time::Duration;

use super::{Run, seed};
use crate::build;
use crate::error::Result;
use crate::ours::Programs;
use crate::ports;
use crate::process::Peer;
use crate::zookeeper::ZooKeeper;

/// How long a client may take for all its facts. On two idle cores the slowest takes 15 s.
const CLIENT_LIMIT: Duration = Duration::from_secs(150);

/// Seeds of the random operations, in which both servers have agreed so far.
const SEEDS: [u64; 3] = [1, 20_240_229, 3_141_592_653];

/// Operations for each seed.
const OPERATIONS: usize = 4_000;

/// How long the operations of a seed may take.
const DIFFERENTIAL_LIMIT: Duration = Duration::from_secs(120);

/// Without it ZooKeeper refuses nodes with a time to live.
const EXTENDED: &str = "extendedTypesEnabled=true";

pub(super) fn run(run: &mut Run) -> Result<()> {
    let programs = Programs::build()?;
    let clients = Clients::build(&programs)?;
    let apache = ZooKeeper::start_with(ports::free_port()?, &[EXTENDED], run.folder())?;
    clients.ask(run, "ZooKeeper 3.9.5", &apache)?;
    let ours = programs.registry(run.folder())?;
    clients.ask(run, "the built-in registry", &ours)?;
    run.check(
        "the built-in registry ends on SIGTERM",
        ours.stop()? < Duration::from_secs(10),
        || "it takes longer than 10 s".into(),
    );
    apache.stop()?;
    seed()?
        .map_or(SEEDS.to_vec(), |seed| vec![seed])
        .into_iter()
        .try_for_each(|seed| differential(run, &programs, seed))
}

/// The programs that ask, each ready to be given an address.
struct Clients<'a> {
    programs: &'a Programs,
    python: std::path::PathBuf,
    class_path: String,
}

impl<'a> Clients<'a> {
    fn build(programs: &'a Programs) -> Result<Self> {
        let python = build::python("kazoo")?;
        let folder = build::root().join("java/curator-check");
        let lib = format!("{}/*", build::fetch_jars("curator-check")?.display());
        let classes = folder.join("target/check");
        build::compile_java(&[folder.join("src")], &lib, &classes)?;
        Ok(Self {
            programs,
            python,
            class_path: format!("{}:{lib}", classes.display()),
        })
    }

    /// Runs all three at once: each works below a node of its own.
    fn ask(&self, run: &mut Run, server: &str, at: &ZooKeeper) -> Result<()> {
        let address = format!("127.0.0.1:{}", at.port());
        let mut kazoo = Command::new(&self.python);
        kazoo.arg("-B").arg(build::root().join("kazoo/basic.py"));
        let mut curator = Command::new("java");
        curator.args(["-cp", &self.class_path, "check.CuratorCheck"]);
        let own = self.programs.command("zk_check")?;
        let commands = [
            ("kazoo", kazoo, " checks passed"),
            ("Curator", curator, " checks passed"),
            ("our client", own, "all facts hold"),
        ];
        let mut running = Vec::new();
        for (client, mut command, end) in commands {
            command.arg(&address);
            let name = client.to_lowercase().replace(' ', "-");
            running.push((client, Peer::start(&name, command, run.folder())?, end));
        }
        for (client, peer, end) in running {
            let log = peer.log().to_owned();
            let (lines, status) = peer.finish(CLIENT_LIMIT)?;
            let held = lines.iter().filter(|line| line.starts_with("ok ")).count();
            let complete = status.success() && lines.last().is_some_and(|line| line.ends_with(end));
            println!("  {client} asks {server}: {held} facts hold");
            run.passed += held;
            run.check(
                &format!("{client} finds nothing wrong with {server}"),
                complete && held > 0,
                || format!("it ended with {status}, see {}", log.display()),
            );
        }
        Ok(())
    }
}

/// The same operations on two fresh servers, since the numbers of transactions since their start
/// are compared as well.
fn differential(run: &mut Run, programs: &Programs, seed: u64) -> Result<()> {
    let apache = ZooKeeper::start_with(ports::free_port()?, &[EXTENDED], run.folder())?;
    let ours = programs.registry(run.folder())?;
    let mut command = programs.command("differential")?;
    command.args([&apache, &ours].map(|server| format!("127.0.0.1:{}", server.port())));
    command.arg(seed.to_string()).arg(OPERATIONS.to_string());
    let peer = Peer::start(&format!("differential-{seed}"), command, run.folder())?;
    let log = peer.log().to_owned();
    let (lines, status) = peer.finish(DIFFERENTIAL_LIMIT)?;
    println!(
        "  random operations, seed {seed}: {}",
        lines.last().map_or("nothing", String::as_str)
    );
    run.check(
        &format!("both servers answer the operations of seed {seed} alike"),
        status.success()
            && lines.last() == Some(&format!("{OPERATIONS} operations, no difference")),
        || format!("it ended with {status}, see {}", log.display()),
    );
    Ok(())
}
