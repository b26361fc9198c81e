//! Writes a corpus for fuzzing the decoder: the golden vectors, each also truncated and damaged,
//! and the hand-made bombs. The same files every time.
//!
//! `cargo run -p tenfold-hessian2 --example corpus -- DIRECTORY`

use std::error::Error;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Any number: it only has to stay.
const SEED: u64 = 0x4845_5353;
/// Vectors longer than this are left whole.
const DAMAGE_MAX: usize = 600;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: corpus DIRECTORY")?;
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory)?;
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut files = bombs();
    let lines = include_str!("../tests/golden/hessian-lite.txt").lines();
    for (index, line) in lines.filter(|line| !line.starts_with('#')).enumerate() {
        let bytes = line
            .split_once(' ')
            .map(|(_, digits)| hex(digits))
            .unwrap_or_default();
        if !bytes.is_empty() && bytes.len() <= DAMAGE_MAX {
            let at = rng.random_range(0..bytes.len());
            files.push((format!("truncated-{index:03}"), bytes[..at].to_vec()));
            for round in 0..4 {
                let mut damaged = bytes.clone();
                let at = rng.random_range(0..damaged.len());
                damaged[at] = rng.random();
                files.push((format!("damaged-{index:03}-{round}"), damaged));
            }
        }
        files.push((format!("golden-{index:03}"), bytes));
    }
    for (name, bytes) in &files {
        std::fs::write(directory.join(name), bytes)?;
    }
    println!("{} files", files.len());
    Ok(())
}

fn bombs() -> Vec<(String, Vec<u8>)> {
    let mut references = b"WC\x09demo.Node\x91\x08children\x60\x78".to_vec();
    for level in 0..60u8 {
        references.extend([
            0x60,
            0x7a,
            b'Q',
            0xc8,
            1 + 2 * level,
            b'Q',
            0xc8,
            1 + 2 * level,
        ]);
    }
    references.push(b'Z');
    let bombs = [
        ("list-max", b"X\x49\x7f\xff\xff\xff".to_vec()),
        ("typed-list-max", b"V\x04[int\x49\x7f\xff\xff\xff".to_vec()),
        ("fields-max", b"C\x01A\x49\x7f\xff\xff\xff".to_vec()),
        ("nested-lists", b"\x79".repeat(10_000)),
        ("nested-maps", b"H\x90".repeat(10_000)),
        ("definitions", b"C\x01A\x90".repeat(4_000)),
        ("string-chunks", b"R\x00\x00".repeat(4_000)),
        ("binary-chunks", b"A\x00\x00".repeat(4_000)),
        (
            "empty-lists",
            [b"W".to_vec(), b"\x78".repeat(10_000)].concat(),
        ),
        (
            "same-keys",
            [b"H".to_vec(), b"\x90\x90".repeat(5_000), b"Z".to_vec()].concat(),
        ),
        ("self-reference", b"\x79Q\x90".to_vec()),
        ("references", references),
    ];
    bombs
        .map(|(name, bytes)| (format!("bomb-{name}"), bytes))
        .to_vec()
}

fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok());
    pairs
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect()
}
