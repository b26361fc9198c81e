//! Writes golden files from the real programs. Run by hand, when a version changes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use super::{Run, options};
use crate::build;
use crate::error::{Error, Result};
use crate::frames::hex;
use crate::java::Dubbo;
use crate::ports::HOST;
use crate::tap::{From, Tap};
use crate::zookeeper::{Node, ZooKeeper};

/// The cases whose frames are kept. Each is run alone, so that its frames are known to be its own.
const CASES: &[&str] = &[
    "whoami",
    "nothing",
    "boolean",
    "byte",
    "int",
    "long",
    "float",
    "double",
    "char",
    "boxed.int",
    "boxed.float",
    "string",
    "object",
    "array.string",
    "array.integer",
    "array.object",
    "array.person",
    "array.matrix",
    "array.byteRows",
    "bigdecimal",
    "biginteger",
    "date",
    "sql.date",
    "sql.timestamp",
    "calendar",
    "uuid",
    "locale",
    "class",
    "currency",
    "bitset",
    "enumset",
    "atomic.long",
    "file",
    "uri",
    "time.localdatetime",
    "time.instant",
    "time.zoneid",
    "time.zoneddatetime",
    "time.offsettime",
    "time.duration",
    "time.period",
    "time.yearmonth",
    "time.dayofweek",
    "list.linked",
    "list.aslist",
    "list.emptylist",
    "list.long",
    "list.person",
    "list.shared",
    "set.hash",
    "set.linked",
    "map.string",
    "map.linked",
    "map.tree",
    "map.person",
    "map.enum",
    "map.nested",
    "enum",
    "pojo",
    "pojo.alltypes",
    "pojo.defaults",
    "inherited",
    "shadowed",
    "cycle",
    "shared",
    "wrapper",
    "wrapper.list",
    "overload",
    "overload.two",
    "fail.declared",
    "fail.cause",
    "fail.unchecked",
    "fail.odd",
    "fail.foreign",
    "fail.sneaky",
    "variant.none",
    "payload.response",
    "attach.request",
    "attach.object",
    "attach.response",
    "oneway",
    "echo",
    "future",
    "variant.blue",
    "callback",
    "generic.scalars",
    "generic.containers",
    "generic.pojo",
    "generic.wrapper",
    "generic.fail",
    "generic.nomethod",
    "dynamic.typed",
    "dynamic.generic",
    "dynamic.fail",
];

/// Longer frames are left out, and counted.
const FRAME_BYTES_MAX: usize = 12 * 1024;

/// Longer nodes are cut: those are the definitions of the large interface in the metadata center.
const NODE_BYTES_MAX: usize = 8 * 1024;

/// `java-<release>.txt` for each release: its consumer's requests and its provider's answers.
pub(super) fn frames(run: &mut Run) -> Result<()> {
    let folder = build::root().join("../../protocol/dubbo/tests/golden");
    fs::create_dir_all(&folder)
        .map_err(Error::while_doing("create the folder of golden frames"))?;
    for dubbo in Dubbo::ALL {
        let mut text = head(
            dubbo,
            "frames between a consumer and a provider of this release",
            "capture-frames",
        );
        text.push_str(
            "# Each line: case, number of the frame in it, > from the consumer or < from the provider, header in parts\n\
             # (magic, flags, status, id, length), body in hex. Ids are random and the order of attachments is that of\n\
             # a Java HashMap: both carry no meaning. Frames over 12 KiB are left out.\n",
        );
        let (provider, port) = dubbo.provider(
            "provider",
            &options(&[("id", "golden".into())]),
            run.folder(),
        )?;
        let tap = Tap::start(port)?;
        let address = ("address", format!("{HOST}:{}", tap.port()));
        for case in CASES {
            let wanted = options(&[address.clone(), ("cases", (*case).into())]);
            let report = dubbo.consumer(&format!("consumer-{case}"), &wanted, run.folder())?;
            for (name, why) in report
                .outcomes()
                .filter_map(|(name, why)| why.map(|why| (name, why)))
            {
                println!("    {dubbo} {name}: {why}");
                let _ = writeln!(text, "# {name} fails here: {why}");
            }
            note(&mut text, case, &tap);
        }
        // Heartbeats need an idle connection, the read-only event a provider that is going away.
        let wanted = options(&[
            address,
            ("cases", "whoami".into()),
            ("reference.heartbeat", "1000".into()),
            ("hold", "12000".into()),
        ]);
        let mut idle = dubbo.start_consumer("consumer-idle", &wanted, run.folder())?;
        idle.wait_for("DONE", Duration::from_secs(30))?;
        wait(Duration::from_secs(20), || {
            tap.seen(2, |frame| frame.is_event())
        })?;
        note(&mut text, "events.heartbeat", &tap);
        provider.stop()?;
        note(&mut text, "events.stop", &tap);
        idle.finish(Duration::from_secs(60))?;
        write(
            run,
            &folder.join(format!("java-{}.txt", dubbo.release())),
            &text,
        )?;
    }
    Ok(())
}

fn note(text: &mut String, case: &str, tap: &Tap) {
    for (number, (from, frame)) in tap.take().iter().enumerate() {
        let sign = if *from == From::Consumer { '>' } else { '<' };
        if frame.0.len() <= FRAME_BYTES_MAX {
            let _ = writeln!(
                text,
                "{case} {number} {sign} {} {}",
                frame.header(),
                hex(frame.body())
            );
        } else {
            let _ = writeln!(text, "# {case} {number} {sign} {} left out", frame.header());
        }
    }
}

fn wait(limit: Duration, holds: impl Fn() -> bool) -> Result<()> {
    let end = Instant::now() + limit;
    while !holds() {
        if Instant::now() > end {
            return Err(Error::new(format!(
                "the awaited frames did not come within {limit:?}"
            )));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// `registry-<release>.txt` for each release: what it writes below `/dubbo` and `/services`.
pub(super) fn registry(run: &mut Run) -> Result<()> {
    let folder = build::root().join("golden");
    fs::create_dir_all(&folder).map_err(Error::while_doing("create the folder of golden nodes"))?;
    for dubbo in Dubbo::ALL {
        let registry = ZooKeeper::start(run.folder())?;
        let mut text = head(
            dubbo,
            "nodes that this release writes into a fresh ZooKeeper",
            "capture-registry",
        );
        text.push_str(
            "# Each line: path with its URL decoded, kind, data, separated by tabs. 2130706433 is 127.0.0.1 as a number,\n\
             # <registry> the registry's port, <port> the provider's, <machine> the machine's other address. A container node\n\
             # looks persistent to a client.\n",
        );
        let place = [("registry", registry.address())];
        let application = |name: &str| ("application", name.to_owned());
        let (provider, port) = dubbo.provider(
            "provider",
            &options(&[place[0].clone(), application("golden-provider")]),
            run.folder(),
        )?;
        let clean = |node: &Node| plain(node, port, registry.port());
        let mut seen = BTreeSet::new();
        section(
            &mut text,
            "with a provider alone",
            &registry.tree()?,
            &mut seen,
            clean,
        );
        let wanted = options(&[
            place[0].clone(),
            application("golden-consumer"),
            ("cases", "whoami,variant.blue,reduced.whoami".into()),
            ("hold", "5000".into()),
        ]);
        let mut consumer = dubbo.start_consumer("consumer", &wanted, run.folder())?;
        consumer.wait_for("DONE", Duration::from_secs(60))?;
        section(
            &mut text,
            "with a consumer as well",
            &registry.tree()?,
            &mut seen,
            clean,
        );
        consumer.finish(Duration::from_secs(60))?;
        provider.stop()?;
        section(
            &mut text,
            "after both have been stopped",
            &registry.tree()?,
            &mut seen,
            clean,
        );
        registry.stop()?;
        write(
            run,
            &folder.join(format!("registry-{}.txt", dubbo.release())),
            &text,
        )?;
    }
    Ok(())
}

/// Writes the nodes. Data that has been shown already is not shown again.
fn section(
    text: &mut String,
    title: &str,
    nodes: &[Node],
    seen: &mut BTreeSet<String>,
    clean: impl Fn(&Node) -> String,
) {
    let _ = writeln!(text, "\n# {title}");
    for node in nodes {
        let line = clean(node);
        let short = line
            .rsplitn(2, '\t')
            .last()
            .filter(|_| seen.contains(&line));
        match short {
            Some(short) if node.data.len() > 40 => {
                let _ = writeln!(text, "{short}\t(as above)");
            }
            _ => {
                let _ = writeln!(text, "{line}");
            }
        }
        seen.insert(line);
    }
}

/// Decodes the path and takes out what differs from run to run or tells of this machine.
fn plain(node: &Node, port: u16, registry: u16) -> String {
    let mut line = format!("{}\t{}\t{}", decoded(&node.path), node.kind, node.data);
    let root = build::root().display().to_string();
    for (from, to) in [
        (root.as_str(), "<repository>/tests/interop"),
        (&format!(":{port}"), ":<port>"),
        (&format!("\"port\":{port}"), "\"port\":<port>"),
        (&format!("\"port\\\":\\\"{port}"), "\"port\\\":\\\"<port>"),
        (&format!(":{registry}"), ":<registry>"),
    ] {
        line = line.replace(from, to);
    }
    for (marker, by) in MARKERS {
        line = replaced_after(&line, marker, by);
    }
    if line.len() > NODE_BYTES_MAX {
        let whole = line.len();
        line = line.chars().take(NODE_BYTES_MAX).collect();
        let _ = write!(line, "… {whole} bytes in all");
    }
    line
}

/// What stands behind these differs from run to run or from machine to machine.
const MARKERS: &[(&str, &str)] = &[
    ("consumer://", "<machine>"),
    ("register.ip=", "<machine>"),
    ("\"register.ip\":\"", "<machine>"),
    ("\"register.ip\\\":\\\"", "<machine>"),
    ("pid=", "<pid>"),
    ("\"pid\":\"", "<pid>"),
    ("timestamp=", "<millis>"),
    ("\"timestamp\":\"", "<millis>"),
    ("\"timestamp\\\":\\\"", "<millis>"),
    ("\"registrationTimeUTC\":", "<millis>"),
];

/// Puts `by` in place of the digits and dots that follow `marker`.
fn replaced_after(line: &str, marker: &str, by: &str) -> String {
    let mut parts = line.split(marker);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let address = part.len() > rest.len() && !part.starts_with(HOST);
        out.push_str(marker);
        out.push_str(if address { by } else { "" });
        out.push_str(if address { rest } else { part });
    }
    out
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok());
        match (
            first,
            code.and_then(|code| u8::from_str_radix(code, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn head(dubbo: Dubbo, what: &str, suite: &str) -> String {
    format!(
        "# {dubbo}: {what}.\n# Made by: cargo run --manifest-path tests/interop/Cargo.toml -- {suite}\n"
    )
}

fn write(run: &mut Run, path: &std::path::Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(Error::while_doing(format!("write {}", path.display())))?;
    run.check("a golden file is written", !text.is_empty(), String::new);
    println!("  {} lines in {}", text.lines().count(), path.display());
    Ok(())
}
