//! Bad input on real sockets: a typed failure or a closed connection, no panic, no hang, memory
//! bounded by what came, and everyone else goes on working.
//!
//! A binary of its own, because it counts every allocation of its process. The corpus is kept in
//! `tests/corpus`, a case a line; `TENFOLD_WRITE_CORPUS=1` writes it anew from the generator.

use std::{
    fmt::Write as _,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use peak_alloc::PeakAlloc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[path = "../it/support.rs"]
#[allow(dead_code, reason = "made for the other binary")]
mod support;

mod generator;

use generator::{Case, Expect, ID};
use support::*;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a connection, its task and the test's own buffers may take beside the message.
const SLACK_BYTES: usize = 512 * 1024;

/// What a message of `bytes` may cost at most: a multiple of what came, and never more than the
/// decoder's budget.
fn memory_allowed(bytes: usize) -> usize {
    const BUDGET: usize = 64 << 20;
    // Sent, read, and decoded twice.
    SLACK_BYTES + (100 * bytes).min(BUDGET + 3 * bytes)
}

fn corpus_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(format!("{name}.txt"))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a text");
    }
    text
}

/// The text of a file of the corpus.
fn kept(cases: &[Case]) -> String {
    let mut text =
        String::from("# name, what must come of it, bytes. Made by tests/hostile/generator.rs.\n");
    for case in cases {
        let bytes = match case.bytes.len() {
            ..=1024 => hex(&case.bytes),
            // Too long to be looked at; the generator makes it again.
            length => format!("{length} bytes, {:016x}", fingerprint(&case.bytes)),
        };
        writeln!(text, "{} {} {bytes}", case.name, case.expect.word()).expect("a text");
    }
    text
}

/// FNV-1a.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn hostile_input() {
    let panics = count_panics();
    let corpus = generator::corpus();
    let count: usize = corpus.iter().map(|(_, cases)| cases.len()).sum();
    assert!(count >= 2_000, "{count} cases");
    for (name, cases) in &corpus {
        let text = kept(cases);
        if std::env::var_os("TENFOLD_WRITE_CORPUS").is_some() {
            std::fs::write(corpus_file(name), &text).expect("the file is written");
        }
        let committed = std::fs::read_to_string(corpus_file(name)).unwrap_or_default();
        assert!(
            committed == text,
            "tests/corpus/{name}.txt is not what the generator makes"
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let provider = Provider::new("")
            .serve(open_service("demo.Open"), "")
            .await
            .serve(TypedServer::new(Arc::default()), "")
            .await;
        let address = provider.address();
        let mut witness = Raw::connect(&address).await;
        for (file, cases) in &corpus {
            for case in cases {
                for piece in [usize::MAX, 1] {
                    // A long message in single bytes is the same to the reader as in small pieces.
                    let piece = if case.bytes.len() > 2_000 {
                        piece.max(97)
                    } else {
                        piece
                    };
                    send_case(&address, file, case, piece).await;
                }
            }
            let answer = witness.call(&Body::hello("still").frame(1)).await;
            assert_eq!(answer.value().1, "still".into(), "others go on working");
        }
        for case in &generator::large() {
            send_case(&address, "large", case, usize::MAX).await;
        }
        a_peer_that_never_reads(&address, &mut witness).await;
        let answer = witness.call(&Body::hello("still").frame(1)).await;
        assert_eq!(answer.value().1, "still".into(), "others go on working");
    });
    assert_eq!(panics.load(Ordering::SeqCst), 0, "something panicked");
}

/// Asks for 128 MiB of answers and takes none of them.
async fn a_peer_that_never_reads(address: &str, witness: &mut Raw) {
    const CALLS: usize = 2_000;
    const ANSWER_BYTES: i32 = 64 * 1024;
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let mut raw = Raw::connect(address).await;
    let request = Body::of("bytes", "I", vec![ANSWER_BYTES.into()]);
    for id in 0..CALLS {
        raw.send(&request.frame(i64::try_from(id).expect("small")))
            .await;
    }
    for id in 0..200 {
        let answer = witness.call(&Body::hello("still").frame(id)).await;
        assert_eq!(answer.status, 20, "others go on working");
    }
    let used = MEMORY.peak_usage().saturating_sub(before);
    assert!(
        used <= 16 << 20,
        "{used} bytes for a peer that does not read"
    );
    // It reads at last, and nothing is lost.
    for id in 0..CALLS {
        let answer = raw.next().await.expect("an answer");
        assert_eq!(usize::try_from(answer.id), Ok(id));
    }
}

/// Counts panics of any thread from here on, caught ones included.
fn count_panics() -> Arc<AtomicUsize> {
    let panics = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&panics);
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        counter.fetch_add(1, Ordering::SeqCst);
        print(info);
    }));
    panics
}

/// Sends a case in pieces of `piece` bytes and checks what comes of it.
async fn send_case(address: &str, file: &str, case: &Case, piece: usize) {
    let name = format!("{file}/{} in pieces of {piece}", case.name);
    let mut raw = Raw::connect(address).await;
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let (mut reading, mut writing) = raw.0.split();
    let goes_on = matches!(
        case.expect,
        Expect::Failure | Expect::Answer | Expect::Silence
    );
    let probe = Body::hello("probe").frame(ID + 1).bytes();
    let sending = async {
        for part in case.bytes.chunks(piece.min(case.bytes.len())) {
            // A peer that has closed takes no more.
            if writing.write_all(part).await.is_err() {
                return;
            }
        }
        if goes_on {
            writing
                .write_all(&probe)
                .await
                .expect("the connection goes on");
        }
        if case.expect == Expect::Part {
            writing.shutdown().await.ok();
        }
    };
    let reading = async {
        let mut frames = Vec::new();
        while let Some(frame) = next_frame(&mut reading).await {
            let is_probe = frame.id == ID + 1;
            frames.push(frame);
            if is_probe {
                break;
            }
        }
        frames
    };
    let (frames, ()) = within(&name, async { tokio::join!(reading, sending) }).await;
    let used = MEMORY.peak_usage().saturating_sub(before);
    let allowed = memory_allowed(case.bytes.len());
    assert!(
        used <= allowed,
        "{name}: {used} bytes of memory, {allowed} are allowed"
    );
    check_answers(&name, case, &frames);
}

/// The next frame; `None` when the connection is closed, in whatever way.
async fn next_frame(reading: &mut (impl AsyncReadExt + Unpin)) -> Option<Frame> {
    let mut head = [0; 16];
    reading.read_exact(&mut head).await.ok()?;
    assert_eq!(&head[..2], &[0xda, 0xbb], "an answer is a frame");
    let length = u32::from_be_bytes(head[12..].try_into().expect("four bytes"));
    let mut body = vec![0; length as usize];
    reading.read_exact(&mut body).await.ok()?;
    Some(Frame {
        flags: head[2],
        status: head[3],
        id: i64::from_be_bytes(head[4..12].try_into().expect("eight bytes")),
        body,
    })
}

fn check_answers(name: &str, case: &Case, frames: &[Frame]) {
    for frame in frames {
        assert_eq!(frame.flags, 0x02, "{name}: an answer in Hessian 2");
        if frame.status == 20 {
            frame.value();
        } else {
            assert!(
                matches!(frame.status, 25 | 40 | 70 | 80 | 100),
                "{name}: {frame:?}"
            );
            let text = frame.text();
            assert!(!text.contains("panicked"), "{name}: {text}");
            assert!(
                text.len() < 64 * 1024,
                "{name}: {} bytes of text",
                text.len()
            );
        }
    }
    let statuses: Vec<u8> = frames.iter().map(|frame| frame.status).collect();
    let fits = match case.expect {
        Expect::Failure => matches!(statuses[..], [status, 20] if status != 20),
        Expect::Answer => matches!(statuses[..], [_, 20]),
        Expect::Silence => statuses == [20],
        // What stood before the garbage may have been answered.
        Expect::Closed => frames.len() <= 1 && frames.iter().all(|frame| frame.id == ID),
        // A length over the limit is told before the body has come.
        Expect::Part => statuses.is_empty() || case.name.starts_with("length-") && statuses == [40],
    };
    assert!(fits, "{name}: {} expected, {frames:?}", case.expect.word());
}
