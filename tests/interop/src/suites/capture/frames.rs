//! Golden frames, taken by a tap between real programs.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{head, write};
use crate::build;
use crate::error::{Error, Result};
use crate::frames::hex;
use crate::golang;
use crate::java::Dubbo;
use crate::ports::HOST;
use crate::suites::{Run, options};
use crate::tap::{From, Tap};

/// The cases whose frames are kept. Each is run alone, so that its frames are known to be its own.
const CASES: &str = "
    whoami nothing boolean byte int long float double char boxed.int boxed.float string object
    array.string array.integer array.object array.person array.matrix array.byteRows bigdecimal
    biginteger date sql.date sql.timestamp calendar uuid locale class currency bitset enumset
    atomic.long file uri time.localdatetime time.instant time.zoneid time.zoneddatetime
    time.offsettime time.duration time.period time.yearmonth time.dayofweek list.linked
    list.aslist list.emptylist list.long list.person list.shared set.hash set.linked map.string
    map.linked map.tree map.person map.enum map.nested enum pojo pojo.alltypes pojo.defaults
    inherited shadowed cycle shared wrapper wrapper.list overload overload.two fail.declared
    fail.cause fail.unchecked fail.odd fail.foreign fail.sneaky variant.none payload.response
    attach.request attach.object attach.response oneway echo future variant.blue callback
    generic.scalars generic.containers generic.pojo generic.wrapper generic.fail
    generic.nomethod dynamic.typed dynamic.generic dynamic.fail
";

/// Those that are asked of dubbo-go.
const GO_CASES: &str = "
    reduced.whoami reduced.long reduced.person reduced.list reduced.map reduced.fail
    reduced.attachments
";

const ABOUT: &str = "\
# Each line: case, number of the frame in it, > from the consumer or < from the provider, header in parts
# (magic, flags, status, id, length), body in hex. Ids are random and the order of attachments is that of
# a Java HashMap: both carry no meaning. Frames over 12 KiB are left out.
";

/// Longer frames are left out, and counted.
const FRAME_BYTES_MAX: usize = 12 * 1024;

/// `java-<release>.txt` for each release: its consumer's requests and its provider's answers.
pub(in crate::suites) fn frames(run: &mut Run) -> Result<()> {
    let folder = golden()?;
    for dubbo in Dubbo::ALL {
        let what = "frames between a consumer and a provider of this release";
        let mut text = head(&dubbo.to_string(), what, "capture-frames") + ABOUT;
        let (provider, port) = dubbo.provider(
            "provider",
            &options(&[("id", "golden".into())]),
            run.folder(),
        )?;
        let tap = Tap::start(port)?;
        let address = ("address", format!("{HOST}:{}", tap.port()));
        for case in CASES.split_whitespace() {
            let wanted = options(&[address.clone(), ("cases", case.into())]);
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

/// `go-3.3.2.txt`: dubbo-go asked by Java and asking it. Its consumer runs all cases at once.
pub(in crate::suites) fn go_frames(run: &mut Run) -> Result<()> {
    build::require(&["go"])?;
    let folder = golden()?;
    let what = "frames between this release and Java 3.3.6, in both roles";
    let mut text = head("dubbo-go 3.3.2", what, "capture-go-frames") + ABOUT;
    let (java, port) = Dubbo::V3.provider("java", &options(&[]), run.folder())?;
    let tap = Tap::start(port)?;
    let address = ("address", format!("127.0.0.1:{}", tap.port()));
    golang::consumer("go-consumer", &options(&[address]), run.folder())?;
    note(&mut text, "go>java", &tap);
    java.stop()?;
    let (go, port) = golang::provider("go", &options(&[]), run.folder())?;
    let tap = Tap::start(port)?;
    let address = ("address", format!("{HOST}:{}", tap.port()));
    for case in GO_CASES.split_whitespace() {
        let wanted = options(&[address.clone(), ("cases", case.into())]);
        Dubbo::V3.consumer(&format!("consumer-{case}"), &wanted, run.folder())?;
        note(&mut text, &format!("java>go:{case}"), &tap);
    }
    go.stop()?;
    write(run, &folder.join("go-3.3.2.txt"), &text)
}

fn golden() -> Result<PathBuf> {
    let folder = build::root().join("../../protocol/dubbo/tests/golden");
    fs::create_dir_all(&folder)
        .map_err(Error::while_doing("create the folder of golden frames"))?;
    Ok(folder)
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
