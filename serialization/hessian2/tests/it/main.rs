//! The codec as a whole: vectors, derived types, hostile input, agreement of the ways to read.

mod derive;
mod golden;
mod hostile;
mod random;
mod values;
mod vectors;

/// Bytes from hexadecimal text with spaces, and `"text"` for what is ASCII.
fn hex(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, part) in text.split('"').enumerate() {
        if index % 2 == 1 {
            bytes.extend_from_slice(part.as_bytes());
            continue;
        }
        let digits: String = part.split_whitespace().collect();
        for pair in digits.as_bytes().chunks(2) {
            let pair = std::str::from_utf8(pair).unwrap();
            bytes.push(u8::from_str_radix(pair, 16).unwrap());
        }
    }
    bytes
}
