//! Percent encoding exactly as Java's `URLEncoder` and `URLDecoder` do it in UTF-8.
//!
//! A whole URL becomes one znode name this way, so every reader and writer of the registry tree
//! has to agree byte for byte: `A-Za-z0-9.-*_` stand for themselves, a space becomes `+`,
//! everything else `%XX` with upper-case digits.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Encodes `text` as Java's `URLEncoder.encode(text, "UTF-8")` does.
///
/// ```
/// assert_eq!(tenfold_common::encode::encode("a b:/é"), "a+b%3A%2F%C3%A9");
/// ```
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out
}

/// Decodes what [`encode`] wrote; `None` when an escape is broken or the bytes are not UTF-8.
///
/// ```
/// assert_eq!(tenfold_common::encode::decode("a+b%3A").as_deref(), Some("a b:"));
/// assert_eq!(tenfold_common::encode::decode("%4"), None);
/// ```
pub fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let high = hex_digit(bytes.next()?)?;
                let low = hex_digit(bytes.next()?)?;
                out.push(high << 4 | low);
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dubbo_url_becomes_the_node_name_that_java_writes() {
        let url = "dubbo://10.0.0.1:20880/demo.Greeter?anyhost=true&methods=a,b";
        assert_eq!(
            encode(url),
            "dubbo%3A%2F%2F10.0.0.1%3A20880%2Fdemo.Greeter%3Fanyhost%3Dtrue%26methods%3Da%2Cb"
        );
        assert_eq!(decode(&encode(url)).as_deref(), Some(url));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
