//! What happens to calls when providers are silent, killed, stopped, or full; Rust on either end.
//!
//! The Rust consumer's scenarios (`rust/src/cases/scenarios.rs`) do the calling, this does the rest.

use std::path::Path;
use std::time::{Duration, Instant};

use super::rust_java::Side;
use super::{Run, options};
use crate::error::{Error, Result};
use crate::frames::Frame;
use crate::java::Dubbo;
use crate::ports::{self, HOST};
use crate::process::Peer;
use crate::report::Report;
use crate::rust;
use crate::tap::{From, Tap};

/// How long a scenario may take to say something.
const LIMIT: Duration = Duration::from_secs(60);

/// How long after a kill the calls in flight may still wait, and how long after the provider has
/// come back the first call may fail. A loaded machine gets no more: that is the promise.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Bit of a frame's flags that says that an answer is awaited, and that it is a request.
const REQUEST: u8 = 0x80;

pub(super) fn run(run: &mut Run) -> Result<()> {
    for provider in Side::ALL {
        burst(run, provider)?;
        silence(run, Side::Rust, provider)?;
        kill(run, provider)?;
        unknown(run, provider)?;
    }
    silence(run, Side::Java(Dubbo::V3), Side::Rust)?;
    silence(run, Side::Java(Dubbo::V27), Side::Rust)?;
    overload(run)?;
    let (registry, port) = rust::registry("registry", &[], run.folder())?;
    let registry_address = format!("zookeeper://{HOST}:{port}");
    for provider in Side::ALL {
        leaving(run, provider, &registry_address)?;
    }
    for java in Dubbo::ALL {
        java_stays_when_rust_leaves(run, java, &registry_address)?;
    }
    registry.stop().map(|_| ())
}

fn scenario(name: &str, scenario: &str, more: &[(&str, String)], folder: &Path) -> Result<Peer> {
    let mut words = options(more);
    words.push(format!("cases=scenario.{scenario}"));
    rust::start(name, "consumer", &words, folder)
}

fn at(port: u16) -> (&'static str, String) {
    ("address", format!("{HOST}:{port}"))
}

/// 200 calls wait at the provider at once, over one connection.
fn burst(run: &mut Run, provider: Side) -> Result<()> {
    let (serving, port) = provider.provider("burst-provider", &[], run.folder())?;
    let mut calling = scenario(
        "burst",
        "burst",
        &[at(port), ("hold", "2000".into())],
        run.folder(),
    )?;
    calling.wait_for("DONE", LIMIT)?;
    let connections = connections_to(port)?;
    run.check(
        &format!("the calls to {} share one connection", provider.shown()),
        connections == 1,
        || format!("there are {connections}"),
    );
    let report = rust::outcome(calling)?;
    tally(
        run,
        &format!("200 calls at once to {}", provider.shown()),
        &report,
    );
    serving.stop().map(|_| ())
}

/// An idle connection is kept alive by heartbeats, which the other side answers.
fn silence(run: &mut Run, consumer: Side, provider: Side) -> Result<()> {
    let (serving, port) = provider.provider("idle-provider", &[], run.folder())?;
    let tap = Tap::start(port)?;
    let interval = ("reference.heartbeat", "1000".to_owned());
    let pair = format!("{} silent to {}", consumer.shown(), provider.shown());
    let calling = match consumer {
        Side::Rust => scenario("idle", "idle", &[at(tap.port()), interval], run.folder())?,
        Side::Java(java) => {
            let words = options(&[
                at(tap.port()),
                interval,
                ("cases", "whoami".into()),
                ("hold", "4500".into()),
            ]);
            java.start_consumer("idle", &words, run.folder())?
        }
    };
    let report = rust::outcome(calling)?;
    tally(run, &pair, &report);
    let frames = tap.take();
    let beats = |from: From, request: bool| {
        let fits = |(side, frame): &&(From, Frame)| {
            let flags = frame.0.get(2).copied().unwrap_or_default();
            *side == from && frame.is_event() && (flags & REQUEST != 0) == request
        };
        frames.iter().filter(fits).count()
    };
    let asked = beats(From::Consumer, true) + beats(From::Provider, true);
    let answered = beats(From::Consumer, false) + beats(From::Provider, false);
    println!("  {pair}: {asked} heartbeats, {answered} answered");
    run.check(
        &format!("{pair}: heartbeats go and are answered"),
        // The last one can be under way when the connection ends.
        asked >= 1 && answered + 1 >= asked && answered >= 1,
        || format!("{asked} heartbeats, {answered} answers"),
    );
    serving.stop().map(|_| ())
}

/// A provider is killed with calls in flight, and brought back on the same port.
fn kill(run: &mut Run, provider: Side) -> Result<()> {
    let port = ports::free_port()?;
    let words = options(&[("port", port.to_string())]);
    let (serving, _) = provider.provider("killed", &words, run.folder())?;
    // The reference's timeout would end the calls in flight, were it shorter than they are.
    let mut calling = scenario(
        "restart",
        "restart",
        &[at(port), ("timeout", "40000".into())],
        run.folder(),
    )?;
    calling.wait_for("FLYING", LIMIT)?;
    let killed = Instant::now();
    serving.kill()?;
    calling.wait_for("LOST", LIMIT)?;
    let lost = killed.elapsed();
    run.check(
        &format!(
            "calls in flight at a killed {} fail at once",
            provider.shown()
        ),
        lost < AT_ONCE,
        || format!("after {lost:?}"),
    );
    let (serving, _) = provider.provider("back", &words, run.folder())?;
    let ready = Instant::now();
    calling.wait_for("BACK", LIMIT)?;
    let back = ready.elapsed();
    run.check(
        &format!(
            "a {} that is back is used within a second",
            provider.shown()
        ),
        back < AT_ONCE,
        || format!("after {back:?}"),
    );
    println!(
        "  {} killed: calls lost after {} ms, used again {} ms after it was ready",
        provider.shown(),
        lost.as_millis(),
        back.as_millis()
    );
    let report = rust::outcome(calling)?;
    tally(
        run,
        &format!("{} killed and back", provider.shown()),
        &report,
    );
    serving.stop().map(|_| ())
}

/// A service, a method and a group that are not there fail at once and only once.
fn unknown(run: &mut Run, provider: Side) -> Result<()> {
    let words = options(&[("only", "everything".into())]);
    let (serving, port) = provider.provider("lacking", &words, run.folder())?;
    let more = [at(port), ("reference.retries", "2".into())];
    let report = rust::outcome(scenario("unknown", "unknown", &more, run.folder())?)?;
    tally(
        run,
        &format!("what {} does not have", provider.shown()),
        &report,
    );
    serving.stop().map(|_| ())
}

/// A Rust provider that allows two calls at once, seen by Rust and by Java.
fn overload(run: &mut Run) -> Result<()> {
    let words = options(&[("service.executes", "2".into())]);
    let (serving, port) = rust::provider("full", &words, run.folder())?;
    let report = rust::outcome(scenario("overload", "overload", &[at(port)], run.folder())?)?;
    tally(run, "Rust full for Rust", &report);
    for java in Dubbo::ALL {
        let words = options(&[at(port), ("cases", "concurrent".into())]);
        let start = Instant::now();
        let report = java.consumer(&format!("full-{}", java.short()), &words, run.folder())?;
        let took = start.elapsed();
        let why = report
            .outcomes()
            .find_map(|(_, why)| why)
            .unwrap_or("held")
            .to_owned();
        println!(
            "  Rust full for {java}: {}",
            why.chars().take(300).collect::<String>()
        );
        run.check(
            &format!("{java} is refused at once by a full Rust provider, and told why"),
            why.contains("executes") && !why.contains("imeout") && took < LIMIT,
            || format!("{why} after {took:?}"),
        );
    }
    serving.stop().map(|_| ())
}

/// One of two providers ends politely under load without retries: no call may fail.
fn leaving(run: &mut Run, provider: Side, registry: &str) -> Result<()> {
    let place = ("registry", registry.to_owned());
    let words = options(&[place.clone(), ("only", "everything".into())]);
    let (leaving, _) = provider.provider("leaving", &words, run.folder())?;
    let (staying, _) = provider.provider("staying", &words, run.folder())?;
    let mut calling = scenario("load", "leaving", &[place], run.folder())?;
    calling.wait_for("CALLING", LIMIT)?;
    let took = leaving.stop()?;
    let calls = calling
        .wait_for("CALLS", LIMIT)
        .unwrap_or_else(|_| "no".to_owned());
    let report = rust::outcome(calling)?;
    println!(
        "  {} left in {} ms under {calls} calls",
        provider.shown(),
        took.as_millis()
    );
    tally(
        run,
        &format!("{} leaves a Rust consumer", provider.shown()),
        &report,
    );
    staying.stop().map(|_| ())
}

/// One of two Rust providers ends politely while Java calls without retries.
fn java_stays_when_rust_leaves(run: &mut Run, java: Dubbo, registry: &str) -> Result<()> {
    let place = ("registry", registry.to_owned());
    let words = options(&[place.clone(), ("only", "everything".into())]);
    let (leaving, _) = rust::provider("leaving", &words, run.folder())?;
    let (staying, _) = rust::provider("staying", &words, run.folder())?;
    // Each round is 1600 calls; the provider leaves after the first of them.
    let cases = format!("parallel{}", ",parallel".repeat(29));
    let words = options(&[place, ("cases", cases)]);
    let mut calling = java.start_consumer("java-load", &words, run.folder())?;
    calling.wait_for("ok parallel", LIMIT)?;
    let took = leaving.stop()?;
    let report = rust::outcome(calling)?;
    println!("  Rust left in {} ms while {java} called", took.as_millis());
    tally(run, &format!("Rust leaves {java}"), &report);
    staying.stop().map(|_| ())
}

fn tally(run: &mut Run, what: &str, report: &Report) {
    run.tally(what, report, |_| false);
}

/// How many established connections to the port there are, by Linux's own table.
fn connections_to(port: u16) -> Result<usize> {
    let table = std::fs::read_to_string("/proc/net/tcp")
        .map_err(Error::while_doing("read the table of connections"))?;
    let remote = format!("0100007F:{port:04X}");
    let established = |line: &&str| {
        let mut words = line.split_whitespace().skip(2);
        words.next() == Some(&remote) && words.next() == Some("01")
    };
    Ok(table.lines().filter(established).count())
}
