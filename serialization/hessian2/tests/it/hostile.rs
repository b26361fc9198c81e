//! Input that means harm: each is refused with a typed error, fast, and within its share of memory.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tenfold_hessian2::{DecodeErrorKind, Decoder, JavaArray, Limits, Throwable, Value, from_slice};
use tenfold_macros::Wire;

#[derive(Wire, Debug)]
#[wire(class = "demo.Node", crate = "::tenfold_hessian2")]
struct Node {
    children: Vec<Node>,
}

/// Every way to read refuses the bytes within 100 ms (a release build takes a tenth of that).
fn refused(name: &str, bytes: &[u8]) {
    let start = Instant::now();
    assert!(from_slice::<Value>(bytes).is_err(), "{name} as a value");
    assert!(Decoder::new(bytes).skip_value().is_err(), "{name} skipped");
    assert!(from_slice::<Vec<Value>>(bytes).is_err(), "{name} as a list");
    assert!(
        from_slice::<HashMap<String, Value>>(bytes).is_err(),
        "{name} as a map"
    );
    assert!(from_slice::<Node>(bytes).is_err(), "{name} as a class");
    assert!(
        from_slice::<Throwable>(bytes).is_err(),
        "{name} as an exception"
    );
    let _ = from_slice::<String>(bytes).is_err();
    assert!(
        start.elapsed() < Duration::from_millis(600),
        "{name} took {:?}",
        start.elapsed()
    );
}

#[test]
fn announced_lengths_are_not_believed() {
    refused("list of int32 max", b"X\x49\x7f\xff\xff\xff");
    refused(
        "typed list of int32 max",
        b"V\x04[int\x49\x7f\xff\xff\xff\x90",
    );
    refused("negative list", b"X\x8f");
    refused("class of int32 max fields", b"C\x01A\x49\x7f\xff\xff\xff");
    refused("class of minus one fields", b"C\x01A\x8f");
    refused("short string", b"S\xff\xffabc");
    refused("short binary", b"B\xff\xffabc");
    let error = from_slice::<JavaArray<i64>>(b"V\x05[long\x49\x7f\xff\xff\xff").unwrap_err();
    assert!(matches!(error.kind(), DecodeErrorKind::UnexpectedEnd));
}

#[test]
fn deep_nests_are_refused_before_the_stack_is() {
    for (name, unit) in [
        ("lists", &b"\x79"[..]),
        ("variable lists", b"W"),
        ("typed lists", b"\x71\x01L"),
        ("maps as values", b"H\x90"),
        ("maps as keys", b"H"),
    ] {
        refused(name, &unit.repeat(10_000));
        refused(name, &unit.repeat(200_000));
    }
    let mut objects = b"C\x09demo.Node\x91\x08children".to_vec();
    objects.extend(b"\x60\x79".repeat(10_000));
    refused("objects", &objects);
    let error = from_slice::<Node>(&objects).unwrap_err();
    assert!(error.is_limit(), "{error}");
}

#[test]
fn definition_floods_are_refused() {
    refused("definitions without end", &b"C\x01A\x90".repeat(100_000));
    let mut fields = b"C\x01A\x49\x00\x01\x00\x00".to_vec();
    fields.extend(b"\x01f".repeat(65_536));
    refused("fields without end", &fields);
    let mut types = b"W".to_vec();
    types.extend(b"\x70\x01L".repeat(10_000));
    let error = from_slice::<Value>(&types).unwrap_err();
    assert!(error.is_limit(), "{error}");
}

#[test]
fn endless_chunks_are_refused() {
    refused("empty string chunks", &b"R\x00\x00".repeat(100_000));
    refused("string chunks", &b"R\x00\x01a".repeat(100_000));
    refused("empty binary chunks", &b"A\x00\x00".repeat(100_000));
    refused("binary chunks", &b"A\x00\x01a".repeat(100_000));
}

#[test]
fn references_to_nothing_and_to_oneself_end() {
    refused("reference into the void", b"Q\x90");
    refused("negative reference", b"\x79Q\x8f");
    refused("unknown class", b"O\x90");
    refused("unknown type", b"\x71\x90\x91");
    let own = b"\x79Q\x90";
    let error = from_slice::<Vec<Vec<i32>>>(own).unwrap_err();
    assert!(
        matches!(error.kind(), DecodeErrorKind::Cycle { index: 0 }),
        "{error}"
    );
    assert!(from_slice::<Value>(own).is_ok());
}

/// A list of nodes, each with the one before as both of its children.
fn reference_bomb(levels: usize) -> Vec<u8> {
    let mut bytes = b"WC\x09demo.Node\x91\x08children\x60\x78".to_vec();
    for level in 0..levels {
        // Slot 0 is the outer list; each node takes one, its children another.
        let slot = 1 + 2 * level;
        let reference = [b'Q', 0xc8 + (slot >> 8) as u8, slot as u8];
        bytes.extend(b"\x60\x7a");
        bytes.extend(reference.repeat(2));
    }
    bytes.push(b'Z');
    bytes
}

#[test]
fn reference_bombs_run_out_of_allowance() {
    let bomb = reference_bomb(60);
    let value: Value = from_slice(&bomb).unwrap();
    assert_eq!(
        value.as_list().unwrap().len(),
        61,
        "sharing costs a dynamic value nothing"
    );
    let start = Instant::now();
    let error = from_slice::<Vec<Node>>(&bomb).unwrap_err();
    assert!(error.is_limit(), "{error}");
    assert!(
        start.elapsed() < Duration::from_millis(100),
        "{:?}",
        start.elapsed()
    );
    let few: Vec<Node> = from_slice(&reference_bomb(8)).unwrap();
    assert_eq!(few.len(), 9);
}

#[test]
fn the_memory_budget_holds() {
    let limits = Limits::default().bytes(1 << 16);
    for bytes in [
        [b"X\x49\x00\x01\x00\x00".to_vec(), vec![0x90; 65_536]].concat(),
        [b"W".to_vec(), b"\x78".repeat(65_536)].concat(),
        [b"H".to_vec(), b"\x90\x90".repeat(65_536)].concat(),
        [b"S\xff\xff".to_vec(), vec![b'a'; 65_535]]
            .concat()
            .repeat(2),
    ] {
        let mut d = Decoder::with_limits(&bytes, &limits);
        let both = d.read_value().and_then(|_| d.read_value());
        assert!(both.unwrap_err().is_limit());
    }
    let many = Limits::default().elements(1000);
    let bytes = [b"W".to_vec(), vec![0x90; 1001], b"Z".to_vec()].concat();
    assert!(
        Decoder::with_limits(&bytes, &many)
            .read_value()
            .unwrap_err()
            .is_limit()
    );
    assert!(
        Decoder::with_limits(&bytes, &many)
            .skip_value()
            .unwrap_err()
            .is_limit()
    );
}

#[test]
fn every_truncation_is_an_error() {
    let whole = b"C\x09demo.Node\x92\x08children\x01x\x60H\x01a\x4a\0\0\0\0\0\0\0\x01Z\x72\x04[int\x91\xc8\x30";
    assert!(from_slice::<Value>(whole).is_ok());
    for len in 0..whole.len() {
        refused("truncated", &whole[..len]);
    }
}

#[test]
fn every_pair_of_bytes_is_read_or_refused() {
    for first in 0..=255u8 {
        for second in 0..=255u8 {
            let bytes = [first, second, 0x90, 0x91];
            let _ = from_slice::<Value>(&bytes);
            let _ = from_slice::<String>(&bytes);
            let _ = from_slice::<f64>(&bytes);
            let _ = from_slice::<Node>(&bytes);
        }
    }
}
