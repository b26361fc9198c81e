//! Java providers and consumers meet in the built-in registry and do not notice that it is ours.
//!
//! Two followers, one of each release, call on for the whole suite and print who answers. Around
//! them providers come, crash, freeze and leave, and the registry itself stands still for longer
//! than every session; each time the tree and the followers have to show it.
//!
//! `registry-java-control` does the same in Apache ZooKeeper: what does not hold there cannot be
//! asked of ours.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Run, options};
use crate::cases::{Table, Way};
use crate::error::{Error, Result};
use crate::java::Dubbo;
use crate::ours::Programs;
use crate::process::Peer;
use crate::zookeeper::{Node, ZooKeeper};

/// The session timeout that every process asks for; Dubbo's own is 60 s.
const SESSION: Duration = Duration::from_secs(6);

/// A client is heard of at least once in a third of its session timeout, so this is the earliest
/// moment after a crash at which its session may end.
const EXPIRY_MIN: Duration = Duration::from_secs(4);

/// How long the registry stands still: longer than a session.
const STANDSTILL: Duration = Duration::from_secs(8);

/// Upper bound of anything that a process has to notice, generous for a machine with other work.
const NOTICE_LIMIT: Duration = Duration::from_secs(60);

/// How long a follower's last answer has to stand before it counts as the state it is in.
const SETTLED: Duration = Duration::from_secs(1);

/// Cases in which it matters how the provider was found.
const CASES: &str =
    "whoami,variant.*,callback,parallel,generic.scalars,dynamic.*,reduced.*,payload.*";

/// Between two looks at the tree, each of which starts a JVM.
const LOOK_PAUSE: Duration = Duration::from_millis(300);

/// Dubbo tries to register three times, 5 s apart or more.
const JAVA_GIVES_UP: Duration = Duration::from_secs(45);

pub(super) fn run(run: &mut Run) -> Result<()> {
    let registry = Programs::build()?.registry(run.folder())?;
    play(run, registry)
}

pub(super) fn control(run: &mut Run) -> Result<()> {
    let registry = ZooKeeper::start(run.folder())?;
    play(run, registry)
}

/// What becomes of Java when a registry has forgotten everything, ZooKeeper or ours.
pub(super) fn lost(run: &mut Run) -> Result<()> {
    let programs = Programs::build()?;
    let apache = ZooKeeper::start(run.folder())?;
    forget(run, "ZooKeeper", apache, |port, folder| {
        let data = folder.join(format!("zookeeper-{port}/data"));
        fs::remove_dir_all(data).map_err(Error::while_doing("remove ZooKeeper's data"))?;
        ZooKeeper::start_on(port, folder)
    })?;
    let ours = programs.registry(run.folder())?;
    forget(run, "the built-in registry", ours, |port, folder| {
        programs.registry_on(port, folder)
    })
}

/// Kills the registry and starts an empty one in its place.
fn forget(
    run: &mut Run,
    server: &str,
    registry: ZooKeeper,
    restart: impl Fn(u16, &Path) -> Result<ZooKeeper>,
) -> Result<()> {
    let mut scene = Scene::open(run, registry)?;
    let (_one, one_port) = scene.provider(run, Dubbo::V3, "one", None)?;
    let (_two, two_port) = scene.provider(run, Dubbo::V27, "two", None)?;
    scene.registered(run, "one", one_port)?;
    scene.registered(run, "two", two_port)?;
    let port = scene.registry.port();
    scene.registry.peer().crash()?;
    std::thread::sleep(STANDSTILL);
    scene.registry = restart(port, run.folder())?;
    std::thread::sleep(JAVA_GIVES_UP);
    for (release, port) in [(Dubbo::V3, one_port), (Dubbo::V27, two_port)] {
        let back = scene.nodes(port)?;
        println!("  {server}: {} nodes of {release} are back", back.len());
        run.check(
            &format!("{release} registers no interface in {server} that has forgotten everything"),
            back.iter().all(|node| node.path.starts_with("/services/")),
            || format!("{back:?}"),
        );
    }
    drop(scene.followers);
    scene.registry.stop().map(|_| ())
}

fn play(run: &mut Run, registry: ZooKeeper) -> Result<()> {
    let scene = Scene::open(run, registry)?;
    scene.settle(run, "no provider is found where none is", "NONE");

    let (one, one_port) = scene.provider(run, Dubbo::V3, "one", None)?;
    scene.settle(run, "the first provider is found", "FROM one");
    scene.registered(run, "one", one_port)?;
    scene.cases(run, Dubbo::V3)?;

    let (two, two_port) = scene.provider(run, Dubbo::V27, "two", None)?;
    scene.registered(run, "two", two_port)?;
    scene.crash(run, one, one_port)?;
    scene.settle(
        run,
        "the other provider is found after the crash",
        "FROM two",
    );
    scene.cases(run, Dubbo::V27)?;

    let (again, _) = scene.provider(run, Dubbo::V3, "again", Some(one_port))?;
    scene.registered(run, "again", one_port)?;
    for follower in &scene.followers {
        follower.hears(run, "a restarted provider is found again", "FROM again", 0);
    }
    scene.freeze(run, &two, two_port)?;
    scene.stand_still(run, &[("again", one_port), ("two", two_port)])?;

    scene.leave(run, "again", again, one_port)?;
    scene.settle(run, "the provider that stays is found alone", "FROM two");
    scene.leave(run, "two", two, two_port)?;
    scene.settle(run, "providers that left are gone", "NONE");
    drop(scene.followers);
    scene.registry.stop().map(|_| ())
}

/// The registry and those who watch it.
struct Scene {
    registry: ZooKeeper,
    followers: Vec<Follower>,
}

impl Scene {
    fn open(run: &mut Run, registry: ZooKeeper) -> Result<Self> {
        run.check(
            "a fresh registry has no nodes",
            registry.tree()?.is_empty(),
            || "it has some".into(),
        );
        let mut followers = Vec::new();
        for release in Dubbo::ALL {
            let name = format!("follower-{}", release.short());
            let wanted = options(&[
                ("registry", address(&registry)),
                ("application", name.clone()),
            ]);
            let peer = release.start("Follower", &name, &wanted, run.folder())?;
            followers.push(Follower { release, peer });
        }
        for follower in &mut followers {
            follower.peer.wait_until_ready()?;
        }
        Ok(Self {
            registry,
            followers,
        })
    }

    fn provider(
        &self,
        run: &Run,
        release: Dubbo,
        id: &str,
        port: Option<u16>,
    ) -> Result<(Peer, u16)> {
        let wanted = options(&[
            ("registry", address(&self.registry)),
            ("application", format!("provider-{id}")),
            ("id", id.to_owned()),
            ("port", port.unwrap_or(0).to_string()),
        ]);
        release.provider(id, &wanted, run.folder())
    }

    /// The fact that every follower comes to the outcome and stays with it.
    fn settle(&self, run: &mut Run, fact: &str, outcome: &str) {
        for follower in &self.followers {
            let start = Instant::now();
            let settled = follower.settles(outcome);
            let taken = start.elapsed();
            println!("  {fact}: {} after {taken:.1?}", follower.release);
            run.check(&format!("{fact} by {}", follower.release), settled, || {
                let lines = follower.peer.lines();
                format!("its last words: {:?}", lines.last())
            });
        }
    }

    /// The facts that a provider's nodes are there and end with its session.
    fn registered(&self, run: &mut Run, id: &str, port: u16) -> Result<()> {
        let nodes = self.wait_for_nodes(port, |nodes| !nodes.is_empty())?;
        let lasting: Vec<_> = nodes
            .iter()
            .filter(|node| node.kind != "ephemeral")
            .collect();
        run.check(
            &format!("{id} has nodes, and they are ephemeral"),
            !nodes.is_empty() && lasting.is_empty(),
            || format!("{} nodes, of them lasting: {lasting:?}", nodes.len()),
        );
        Ok(())
    }

    /// Runs both consumers at once. One provider is there, of the given release.
    fn cases(&self, run: &mut Run, provider: Dubbo) -> Result<()> {
        let table = Table::read()?;
        let mut running = Vec::new();
        for consumer in Dubbo::ALL {
            let name = format!("consumer-{}-{}", consumer.short(), provider.short());
            let wanted = options(&[
                ("registry", address(&self.registry)),
                ("application", name.clone()),
                ("cases", CASES.into()),
            ]);
            let peer = consumer.start("Consumer", &name, &wanted, run.folder())?;
            running.push((consumer, peer));
        }
        for (consumer, peer) in running {
            let report = Dubbo::report(peer)?;
            run.tally(&format!("{consumer} finds {provider}"), &report, |case| {
                table.java_fails(case, consumer, provider, Way::Registry)
            });
        }
        Ok(())
    }

    /// Kills the provider: its nodes stay until its session has ended, and no longer.
    fn crash(&self, run: &mut Run, provider: Peer, port: u16) -> Result<()> {
        let before = self.nodes(port)?.len();
        let killed = Instant::now();
        provider.kill()?;
        self.expires(run, "a killed provider", port, killed, before)
    }

    /// Stops the provider's clock until its session has ended, and lets it go on.
    fn freeze(&self, run: &mut Run, provider: &Peer, port: u16) -> Result<()> {
        let before = self.nodes(port)?;
        let frozen = Instant::now();
        provider.pause()?;
        self.expires(run, "a frozen provider", port, frozen, before.len())?;
        self.settle(run, "the frozen provider is left alone", "FROM again");
        let marks: Vec<_> = self.followers.iter().map(Follower::mark).collect();
        provider.resume()?;
        let after = self.wait_for_nodes(port, |nodes| nodes.len() == before.len())?;
        run.check("a thawed provider registers again", after == before, || {
            format!("{} nodes before, {} after", before.len(), after.len())
        });
        for (follower, mark) in self.followers.iter().zip(marks) {
            // 3.3 prefers providers of its own kind, which register as applications.
            if follower.release == Dubbo::V27 {
                follower.hears(run, "the thawed provider is found again", "FROM two", mark);
            }
        }
        Ok(())
    }

    fn expires(
        &self,
        run: &mut Run,
        who: &str,
        port: u16,
        since: Instant,
        before: usize,
    ) -> Result<()> {
        let left = self.wait_for_nodes(port, Vec::is_empty)?;
        let taken = since.elapsed();
        println!("  {who}: {before} nodes gone after {taken:.1?}");
        run.check(
            &format!("the nodes of {who} outlive it until its session ends"),
            before > 0 && left.is_empty() && taken > EXPIRY_MIN,
            || format!("{} of {before} left after {taken:.1?}", left.len()),
        );
        Ok(())
    }

    /// Stops the registry's clock. Calls go on without it; whoever lost its session comes back.
    fn stand_still(&self, run: &mut Run, providers: &[(&str, u16)]) -> Result<()> {
        let mut before = Vec::new();
        for (_, port) in providers {
            before.push(self.nodes(*port)?);
        }
        let marks: Vec<_> = self.followers.iter().map(Follower::mark).collect();
        self.registry.peer().pause()?;
        std::thread::sleep(STANDSTILL);
        for (follower, mark) in self.followers.iter().zip(marks) {
            let failed = follower.failures_since(mark);
            run.check(
                &format!("{} calls on without a registry", follower.release),
                failed.is_empty(),
                || format!("{failed:?}"),
            );
        }
        self.registry.peer().resume()?;
        let start = Instant::now();
        for ((id, port), before) in providers.iter().zip(before) {
            let after = self.wait_for_nodes(*port, |nodes| nodes.len() == before.len())?;
            println!(
                "  {id}: {} nodes {:.1?} later",
                after.len(),
                start.elapsed()
            );
            run.check(
                &format!("{id} is registered after the registry stood still"),
                after == before,
                || format!("{} nodes before, {} after", before.len(), after.len()),
            );
        }
        Ok(())
    }

    /// Stops the provider, which takes its nodes away itself.
    fn leave(&self, run: &mut Run, id: &str, provider: Peer, port: u16) -> Result<()> {
        provider.stop()?;
        let left = self.nodes(port)?;
        run.check(
            &format!("{id} unregisters when it is stopped"),
            left.is_empty(),
            || format!("{left:?}"),
        );
        Ok(())
    }

    /// The nodes of the provider on that port, at the latest when the time is over.
    fn wait_for_nodes(&self, port: u16, done: impl Fn(&Vec<Node>) -> bool) -> Result<Vec<Node>> {
        let end = Instant::now() + NOTICE_LIMIT;
        loop {
            let nodes = self.nodes(port)?;
            if done(&nodes) || Instant::now() > end {
                return Ok(nodes);
            }
            std::thread::sleep(LOOK_PAUSE);
        }
    }

    /// Below `providers` and below `services`, without what changes at each start.
    fn nodes(&self, port: u16) -> Result<Vec<Node>> {
        let (of_interface, of_application) = (format!("%3A{port}%2F"), format!(":{port}"));
        let nodes = self.registry.tree()?.into_iter();
        Ok(nodes
            .filter(|node| {
                (node.path.contains("/providers/") && node.path.contains(&of_interface))
                    || (node.path.starts_with("/services/") && node.path.ends_with(&of_application))
            })
            .collect())
    }
}

/// A Java program that asks again and again who answers.
struct Follower {
    release: Dubbo,
    peer: Peer,
}

impl Follower {
    /// Whether the outcome is reached and stands.
    fn settles(&self, outcome: &str) -> bool {
        let end = Instant::now() + NOTICE_LIMIT;
        let mut since = None;
        let mut known = 0;
        while Instant::now() < end {
            let lines = self.peer.lines();
            if lines.last().is_none_or(|last| last != outcome) || lines.len() != known {
                known = lines.len();
                since = None;
            }
            if lines.last().is_some_and(|last| last == outcome) {
                let start = *since.get_or_insert_with(Instant::now);
                if start.elapsed() > SETTLED {
                    return true;
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// The fact that the outcome comes up after the given number of lines.
    fn hears(&self, run: &mut Run, fact: &str, outcome: &str, mark: usize) {
        let start = Instant::now();
        let heard = loop {
            let heard = self
                .peer
                .lines()
                .iter()
                .skip(mark)
                .any(|line| line == outcome);
            if heard || start.elapsed() > NOTICE_LIMIT {
                break heard;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        println!("  {fact}: {} after {:.1?}", self.release, start.elapsed());
        run.check(&format!("{fact} by {}", self.release), heard, || {
            format!("it never says {outcome:?}")
        });
    }

    fn mark(&self) -> usize {
        self.peer.lines().len()
    }

    fn failures_since(&self, mark: usize) -> Vec<String> {
        let lines = self.peer.lines();
        let later = lines.into_iter().skip(mark);
        later.filter(|line| !line.starts_with("FROM ")).collect()
    }
}

fn address(registry: &ZooKeeper) -> String {
    // 3.3 reads the first of the two, 2.7 the second.
    let millis = SESSION.as_millis();
    format!(
        "{}?session={millis}&zk.session.expire={millis}",
        registry.address()
    )
}
