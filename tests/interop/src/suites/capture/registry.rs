//! Golden registry nodes, read from a real ZooKeeper.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use super::{head, write};
use crate::build;
use crate::error::{Error, Result};
use crate::java::Dubbo;
use crate::ports::HOST;
use crate::suites::{Run, options};
use crate::zookeeper::{Node, ZooKeeper};

/// Longer nodes are cut: those are the definitions of the large interface in the metadata center.
const NODE_BYTES_MAX: usize = 8 * 1024;

/// `registry-<release>.txt` for each release: what it writes below `/dubbo` and `/services`.
pub(in crate::suites) fn registry(run: &mut Run) -> Result<()> {
    let folder = build::root().join("golden");
    fs::create_dir_all(&folder).map_err(Error::while_doing("create the folder of golden nodes"))?;
    for dubbo in Dubbo::ALL {
        let registry = ZooKeeper::start(run.folder())?;
        let mut text = head(
            &dubbo.to_string(),
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

pub(in crate::suites) fn decoded(path: &str) -> String {
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
