//! Makes the corpus of bad input. It is the same every time: no clock, no chance.

use tenfold_hessian2::{Encoder, Value};

/// What is sent, and what must come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub name: String,
    pub expect: Expect,
    pub bytes: Vec<u8>,
}

/// What must come of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// An answer that is a failure; the connection goes on.
    Failure,
    /// An answer of any status; the connection goes on.
    Answer,
    /// No answer, and the connection goes on.
    Silence,
    /// The connection is closed, for framing is lost.
    Closed,
    /// Nothing: there is only a part of a frame.
    Part,
}

impl Expect {
    pub fn word(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Answer => "answer",
            Self::Silence => "silence",
            Self::Closed => "closed",
            Self::Part => "part",
        }
    }
}

/// The id of every request of the corpus.
pub const ID: i64 = 77;

/// Every case, by the file that it is kept in.
pub fn corpus() -> Vec<(&'static str, Vec<Case>)> {
    vec![
        ("headers", headers()),
        ("truncated", truncated()),
        ("garbage", garbage()),
        ("bodies", bodies()),
        ("flipped", flipped()),
        ("hessian", hessian()),
    ]
}

fn case(name: impl Into<String>, expect: Expect, bytes: Vec<u8>) -> Case {
    Case {
        name: name.into(),
        expect,
        bytes,
    }
}

/// A frame with a length that need not be its body's.
pub fn frame(flags: u8, id: i64, length: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xda, 0xbb, flags, 0];
    bytes.extend(id.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// A two-way request.
pub fn request(body: &[u8]) -> Vec<u8> {
    frame(0xc2, ID, i32::try_from(body.len()).expect("short"), body)
}

fn head(path: &str, method: &str, descriptor: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out);
    for text in ["2.0.2", path, "0.0.0", method, descriptor] {
        encoder.write_str(text);
    }
    out
}

/// A call of the open service with one argument, given in bytes.
fn open(argument: &[u8]) -> Vec<u8> {
    [
        &head("demo.Open", "any", "Ljava/lang/Object;")[..],
        argument,
        b"HZ",
    ]
    .concat()
}

/// A sound call with arguments of several kinds.
fn sound() -> Vec<u8> {
    let argument = Value::object("demo.Order")
        .field("id", 7_i64)
        .field("name", "né€😀")
        .field("lines", Value::list(["a", "b"]))
        .field("more", Value::map([("k", 1.5)]))
        .build();
    let argument = tenfold_hessian2::to_vec(&argument).expect("a value");
    let mut body = [
        &head("demo.Open", "any", "Ljava/lang/Object;")[..],
        &argument,
    ]
    .concat();
    body.extend(b"H\x04path\x09demo.Open\x07timeout\x041000Z");
    body
}

fn typed() -> Vec<u8> {
    let mut body = head("demo.Typed", "hello", "Ljava/lang/String;");
    body.extend(b"\x05helloH\x04path\x0ademo.Typed\x07timeout\x041000Z");
    body
}

fn headers() -> Vec<Case> {
    let body = typed();
    let length = i32::try_from(body.len()).expect("short");
    let mut cases = Vec::new();
    for flags in 0..=255_u8 {
        let is_request = flags & 0x80 != 0;
        let is_event = flags & 0x20 != 0;
        let two_way = flags & 0x40 != 0;
        let expect = match (is_event, is_request, two_way, flags & 0x1f) {
            // An event of that length is none.
            (true, ..) => Expect::Closed,
            (false, false, ..) | (false, true, false, _) => Expect::Silence,
            (false, true, true, 2) => Expect::Answer,
            (false, true, true, _) => Expect::Failure,
        };
        let name = format!("flags-{flags:02x}");
        cases.push(case(name, expect, frame(flags, ID, length, &body)));
    }
    for length in [-1, i32::MIN, -2, -length] {
        let name = format!("length-{length}");
        cases.push(case(name, Expect::Closed, frame(0xc2, ID, length, &body)));
    }
    for length in [i32::MAX, 8 * 1024 * 1024 + 1, 1 << 30] {
        // Told at once to be too long; the body is never awaited in memory.
        let name = format!("length-{length}");
        cases.push(case(name, Expect::Part, frame(0xc2, ID, length, &body)));
    }
    cases.push(case("length-0", Expect::Failure, frame(0xc2, ID, 0, b"")));
    for id in [i64::MIN, -1, 0, i64::MAX] {
        let name = format!("id-{id}");
        cases.push(case(name, Expect::Answer, frame(0xc2, id, length, &body)));
    }
    for status in 0..=255_u8 {
        let mut bytes = request(&body);
        bytes[3] = status;
        cases.push(case(format!("status-{status}"), Expect::Answer, bytes));
    }
    cases
}

fn truncated() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, body) in [("typed", typed()), ("open", sound())] {
        let whole = request(&body);
        for at in 1..whole.len() {
            let name = format!("{name}-frame-{at}");
            cases.push(case(name, Expect::Part, whole[..at].to_vec()));
        }
        // The frame is whole, its body is not.
        for at in 0..body.len() {
            // What is missing behind the arguments counts as no attachments.
            cases.push(case(
                format!("{name}-body-{at}"),
                Expect::Answer,
                request(&body[..at]),
            ));
        }
    }
    cases
}

fn garbage() -> Vec<Case> {
    let sound = request(&typed());
    let mut cases = Vec::new();
    let pieces: [(&str, &[u8]); 12] = [
        ("magic-once", &[0xda]),
        ("magic-twice", &[0xda, 0xda, 0xbb]),
        ("magic-swapped", &[0xbb, 0xda]),
        ("telnet", b"ls -l\r\n"),
        ("http", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("http2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("tls", &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
        ("zeros", &[0; 64]),
        ("ones", &[0xff; 64]),
        ("null", b"N"),
        ("telnet-interrupt", &[0xff, 0xf4, 0xff, 0xfd, 6]),
        ("zookeeper", &[0, 0, 0, 45, 0, 0, 0, 0]),
    ];
    for (name, piece) in pieces {
        let alone = match piece.len() {
            1 if piece[0] == 0xda => Expect::Part,
            _ => Expect::Closed,
        };
        cases.push(case(format!("{name}-alone"), alone, piece.to_vec()));
        let between = [&sound[..], piece, &sound].concat();
        cases.push(case(format!("{name}-between"), Expect::Closed, between));
    }
    for first in 0..=255_u8 {
        if first != 0xda {
            let bytes = [&[first], &sound[..]].concat();
            cases.push(case(format!("before-{first:02x}"), Expect::Closed, bytes));
            let mut second = sound.clone();
            second[1] = first;
            let expect = if first == 0xbb {
                Expect::Answer
            } else {
                Expect::Closed
            };
            cases.push(case(format!("second-{first:02x}"), expect, second));
        }
    }
    cases
}

fn bodies() -> Vec<Case> {
    let mut cases = Vec::new();
    // Each byte as the first of a body, of an argument, and of the attachments.
    for byte in 0..=255_u8 {
        cases.push(case(
            format!("first-{byte:02x}"),
            Expect::Failure,
            request(&[byte]),
        ));
        let typed = head("demo.Typed", "hello", "Ljava/lang/String;");
        cases.push(case(
            format!("argument-{byte:02x}"),
            Expect::Answer,
            request(&[&typed[..], &[byte]].concat()),
        ));
        cases.push(case(
            format!("attachments-{byte:02x}"),
            Expect::Answer,
            request(&[&typed[..], b"\x01a", &[byte, b'Z']].concat()),
        ));
    }
    for (name, path, method, descriptor) in [
        ("no-service", "demo.None", "hello", "I"),
        ("no-method", "demo.Typed", "none", "I"),
        ("bad-descriptor", "demo.Typed", "hello", "Lopen"),
        ("bad-descriptor-open", "demo.Open", "hello", "Lopen"),
        ("array-descriptor", "demo.Open", "hello", "[[[[["),
        ("empty-names", "", "", ""),
        (
            "many-parameters",
            "demo.Open",
            "any",
            "IIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII",
        ),
    ] {
        let body = head(path, method, descriptor);
        cases.push(case(name, Expect::Failure, request(&body)));
    }
    let plain = head("demo.Typed", "hello", "Ljava/lang/String;");
    for (name, end) in [
        ("attachments-self", &b"\x01aH\x01kQ\x90Z"[..]),
        ("attachments-object", b"\x01aH\x01kC\x01T\x91\x01f`NZ"),
        ("attachments-null-key", b"\x01aHN\x01vZ"),
        ("attachments-int-key", b"\x01aH\x91\x01vZ"),
        ("attachments-typed", b"\x01aM\x01t\x01k\x01vZ"),
        ("attachments-list", b"\x01ax"),
        ("attachments-open", b"\x01aH\x01k\x01v"),
        ("behind", b"\x01aHZNNNNNN"),
        ("behind-garbage", b"\x01aHZ\xff\xff\xff"),
    ] {
        let body = [&plain[..], end].concat();
        cases.push(case(name, Expect::Answer, request(&body)));
    }
    cases
}

/// A sound body with each of its bits turned, one at a time.
fn flipped() -> Vec<Case> {
    let body = sound();
    let mut cases = Vec::new();
    for at in 0..body.len() {
        for bit in 0..8 {
            let mut body = body.clone();
            body[at] ^= 1 << bit;
            cases.push(case(
                format!("byte-{at}-bit-{bit}"),
                Expect::Answer,
                request(&body),
            ));
        }
    }
    cases
}

fn int(value: u32) -> Vec<u8> {
    [&b"I"[..], &value.to_be_bytes()].concat()
}

/// Values that cost more than they weigh.
fn hessian() -> Vec<Case> {
    let mut cases = Vec::new();
    let most = int(0x7fff_ffff);
    let bombs: Vec<(&str, Vec<u8>)> = vec![
        ("list-max", [b"X", &most[..]].concat()),
        ("list-max-typed", [b"V\x04[int", &most[..]].concat()),
        ("list-negative", [b"X", &int(0xffff_ffff)[..]].concat()),
        ("string-chunk-max", b"R\xff\xffabc".to_vec()),
        ("bytes-chunk-max", b"A\xff\xffabc".to_vec()),
        ("class-fields-max", [b"C\x01T", &most[..]].concat()),
        (
            "class-fields-negative",
            [b"C\x01T", &int(0x8000_0000)[..]].concat(),
        ),
        ("class-nameless", b"C\x00\x90`".to_vec()),
        ("object-undefined", b"`".to_vec()),
        ("object-undefined-far", [b"O", &most[..]].concat()),
        ("reference-nowhere", b"Q\x90".to_vec()),
        ("reference-max", [b"Q", &most[..]].concat()),
        ("reference-negative", [b"Q", &int(0xffff_ffff)[..]].concat()),
        ("type-reference-nowhere", b"q\x95\x90".to_vec()),
        ("surrogate-alone", b"\x01\xed\xa0\x80".to_vec()),
        (
            "surrogate-swapped",
            b"\x02\xed\xb0\x80\xed\xa0\x80".to_vec(),
        ),
        ("utf8-broken", b"\x02\xc3\x28\xff".to_vec()),
        ("utf8-overlong", b"\x01\xc0\x80".to_vec()),
        ("date-max", [b"J", &i64::MAX.to_be_bytes()[..]].concat()),
        ("date-min", [b"J", &i64::MIN.to_be_bytes()[..]].concat()),
        ("nest-lists", b"y".repeat(10_000)),
        (
            "nest-typed-lists",
            [b"q\x01t".to_vec(), b"q\x90".repeat(5_000)].concat(),
        ),
        ("nest-maps", b"H".repeat(10_000)),
        (
            "nest-objects",
            [b"C\x01T\x91\x01f".to_vec(), b"`".repeat(10_000)].concat(),
        ),
        ("definitions", b"C\x01T\x90".repeat(3_000)),
        ("definitions-wide", wide_definitions()),
        ("types", (0..5_000_u32).flat_map(type_name).collect()),
        ("list-of-itself", b"yQ\x90".to_vec()),
        ("map-of-itself", b"HQ\x90Q\x90Z".to_vec()),
        ("object-of-itself", b"C\x01T\x91\x01f`Q\x90".to_vec()),
        ("doubling", doubling()),
        ("chunks-empty", b"R\x00\x00".repeat(5_000)),
        ("chunks-one", b"R\x00\x01a".repeat(3_000)),
        ("bytes-chunks-empty", b"A\x00\x00".repeat(5_000)),
        ("keys-alike", same_keys()),
        (
            "keys-lists",
            [b"H".to_vec(), b"xN".repeat(4_000), b"Z".to_vec()].concat(),
        ),
    ];
    for (name, bytes) in bombs {
        let expect = Expect::Answer;
        cases.push(case(name, expect, request(&open(&bytes))));
        // The same in the attachments.
        let plain = head("demo.Typed", "hello", "Ljava/lang/String;");
        let body = [&plain[..], b"\x01aH\x01k", &bytes].concat();
        cases.push(case(format!("{name}-attached"), expect, request(&body)));
        // The same where a text is declared.
        let body = [&plain[..], &bytes].concat();
        cases.push(case(format!("{name}-typed"), expect, request(&body)));
    }
    cases
}

fn wide_definitions() -> Vec<u8> {
    let fields = b"\x01f".repeat(2_000);
    let definition = [b"C\x01T", &int(2_000)[..], &fields].concat();
    definition.repeat(3)
}

fn type_name(number: u32) -> Vec<u8> {
    let name = format!("t{number:05}");
    [&[0x70, 6], name.as_bytes()].concat()
}

/// A list of two references to the list before it, sixty times.
fn doubling() -> Vec<u8> {
    let mut bytes = b"X".to_vec();
    bytes.extend(int(60));
    bytes.extend(b"x");
    for at in 0..59_u32 {
        let before = [b"Q", &int(at + 1)[..]].concat();
        bytes.extend([b"z", &before[..], &before].concat());
    }
    bytes
}

/// A map whose keys have one hash in Java.
fn same_keys() -> Vec<u8> {
    let mut bytes = b"H".to_vec();
    for number in 0..1024_u32 {
        bytes.push(20);
        for bit in 0..10 {
            let piece: &[u8] = if number >> bit & 1 == 0 { b"Aa" } else { b"BB" };
            bytes.extend(piece);
        }
        bytes.extend(b"N");
    }
    bytes.push(b'Z');
    bytes
}

/// Bombs that are too large to keep, made when they are wanted.
pub fn large() -> Vec<Case> {
    let many_attachments = {
        let mut body = head("demo.Typed", "hello", "Ljava/lang/String;");
        body.extend(b"\x01aH");
        for number in 0..200_000_u32 {
            body.push(7);
            body.extend(format!("k{number:06}").as_bytes());
            body.extend(b"\x00");
        }
        body.push(b'Z');
        body
    };
    let long_path = {
        let mut body = Vec::new();
        let mut encoder = Encoder::new(&mut body);
        for text in ["2.0.2", &"p".repeat(4 << 20), "0.0.0", "m", ""] {
            encoder.write_str(text);
        }
        body
    };
    vec![
        case(
            "many-attachments",
            Expect::Failure,
            request(&many_attachments),
        ),
        case("long-path", Expect::Failure, request(&long_path)),
        case(
            "elements",
            Expect::Failure,
            request(&open(
                &[&b"X"[..], &int(0x7fff_ffff), &b"N".repeat(6 << 20)].concat(),
            )),
        ),
        case(
            "strings",
            Expect::Failure,
            request(&open(&[&b"W"[..], &b"\x00".repeat(7 << 20)].concat())),
        ),
        case(
            "maps",
            Expect::Failure,
            request(&open(&[&b"W"[..], &b"HZ".repeat(3 << 20)].concat())),
        ),
    ]
}
