//! Strings and binary data.
//!
//! A string's length counts UTF-16 units. Each unit is encoded on its own, so a supplementary
//! character is two three-byte sequences (CESU-8); a four-byte sequence is illegal.

use crate::tag;

/// Units in a chunk that is not the last.
const CHUNK_UNITS: usize = 0x8000;
/// Bytes in a binary chunk. Java's own chunks follow the fill of its buffer; any size is legal.
const CHUNK_BYTES: usize = 0xffff;

/// Appends a string.
#[inline]
pub(crate) fn write(out: &mut Vec<u8>, text: &str) {
    if text.is_ascii() && text.len() <= CHUNK_UNITS {
        head(out, text.len());
        out.extend_from_slice(text.as_bytes());
    } else {
        write_long_or_wide(out, text);
    }
}

#[inline]
fn head(out: &mut Vec<u8>, units: usize) {
    let [.., high, low] = units.to_be_bytes();
    match units {
        0..=31 => out.push(low),
        32..=1023 => out.extend_from_slice(&[0x30 + high, low]),
        _ => out.extend_from_slice(&[tag::STRING, high, low]),
    }
}

#[cold]
fn write_long_or_wide(out: &mut Vec<u8>, text: &str) {
    let mut left: usize = text.chars().map(char::len_utf16).sum();
    let mut rest = text;
    while left > CHUNK_UNITS {
        let (chunk, units, tail) = split(rest);
        let [.., high, low] = units.to_be_bytes();
        out.extend_from_slice(&[tag::STRING_CHUNK, high, low]);
        put(out, chunk);
        left -= units;
        rest = tail;
    }
    head(out, left);
    put(out, rest);
}

/// The longest start of at most [`CHUNK_UNITS`] units that splits no surrogate pair.
fn split(text: &str) -> (&str, usize, &str) {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units + c.len_utf16() > CHUNK_UNITS {
            let (chunk, tail) = text.split_at(at);
            return (chunk, units, tail);
        }
        units += c.len_utf16();
    }
    (text, units, "")
}

fn put(out: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c > '\u{ffff}') {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut chars = tail.chars();
        if let Some(c) = chars.next() {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let unit = u32::from(*unit);
                out.extend_from_slice(&[
                    0xe0 | (unit >> 12) as u8,
                    0x80 | (unit >> 6 & 0x3f) as u8,
                    0x80 | (unit & 0x3f) as u8,
                ]);
            }
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Appends binary data.
pub(crate) fn binary(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut rest = bytes;
    while rest.len() > CHUNK_BYTES {
        let (chunk, tail) = rest.split_at(CHUNK_BYTES);
        out.extend_from_slice(&[tag::BINARY_CHUNK, 0xff, 0xff]);
        out.extend_from_slice(chunk);
        rest = tail;
    }
    let [.., high, low] = rest.len().to_be_bytes();
    match rest.len() {
        0..=15 => out.push(0x20 + low),
        16..=1023 => out.extend_from_slice(&[0x34 + high, low]),
        _ => out.extend_from_slice(&[tag::BINARY, high, low]),
    }
    out.extend_from_slice(rest);
}
