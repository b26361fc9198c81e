//! Java's properties format, as `java.util.Properties` stores and loads it.

use std::collections::BTreeMap;

/// Writes entries in the order of their keys, after a comment line.
pub(super) fn write(comment: &str, entries: &BTreeMap<String, String>) -> String {
    let mut out = format!("#{comment}\n");
    for (key, value) in entries {
        escape(key, true, &mut out);
        out.push('=');
        escape(value, false, &mut out);
        out.push('\n');
    }
    out
}

/// Reads entries. Broken escapes stand for themselves: a damaged cache is worth its good lines.
pub(super) fn read(text: &str) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::new();
    let mut lines = text.lines().map(str::trim_start);
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = line.to_owned();
        while ends_with_continuation(&logical) {
            logical.pop();
            match lines.next() {
                Some(next) => logical.push_str(next),
                None => break,
            }
        }
        let (key, value) = split(&logical);
        entries.insert(unescape(key), unescape(value));
    }
    entries
}

fn escape(text: &str, is_key: bool, out: &mut String) {
    for (at, character) in text.chars().enumerate() {
        match character {
            ' ' if is_key || at == 0 => out.push_str("\\ "),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{c}' => out.push_str("\\f"),
            '\\' | '=' | ':' | '#' | '!' => {
                out.push('\\');
                out.push(character);
            }
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
        }
    }
}

fn unescape(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let plain = match character {
            '\\' => match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some('u') => {
                    let digits = characters.as_str().get(..4);
                    match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
                        Some(unit) => {
                            units.push(unit);
                            characters = characters.as_str().get(4..).unwrap_or_default().chars();
                            continue;
                        }
                        None => 'u',
                    }
                }
                Some(other) => other,
                None => continue,
            },
            other => other,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16_lossy(&units)
}

/// An odd number of backslashes at the end escapes the line's end.
fn ends_with_continuation(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Splits at the first separator that is not escaped: `=`, `:` or blanks, with blanks around it.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.char_indices().find_map(|(at, character)| {
        let separates = !escaped && matches!(character, '=' | ':' | ' ' | '\t' | '\u{c}');
        escaped = !escaped && character == '\\';
        separates.then_some(at)
    });
    let Some((key, rest)) = end.and_then(|end| line.split_at_checked(end)) else {
        return (line, "");
    };
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (key, value.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_written_as_java_writes_them() {
        let entries = BTreeMap::from([(
            "g/a.B:1.0.0".to_owned(),
            "dubbo://h:1/a.B?x=1 empty://é😀".to_owned(),
        )]);
        assert_eq!(
            write("Dubbo Registry Cache", &entries),
            "#Dubbo Registry Cache\n\
             g/a.B\\:1.0.0=dubbo\\://h\\:1/a.B?x\\=1 empty\\://\\u00E9\\uD83D\\uDE00\n"
        );
    }

    #[test]
    fn what_was_written_is_read_again() {
        let entries: BTreeMap<String, String> = [
            ("a b", " leading and trailing "),
            ("#!=:", "\\ \t\r\n\u{c}"),
            ("ü", "\u{0}\u{7f}😀"),
            ("empty", ""),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
        assert_eq!(read(&write("x", &entries)), entries);
    }

    #[test]
    fn foreign_forms_are_read() {
        let text = "! comment\n\n  key : value \\\n     more\r\nbare\nb\\=c d\\\\\nbroken \\u12";
        let entries = read(text);
        assert_eq!(entries["key"], "value more");
        assert_eq!(entries["bare"], "");
        assert_eq!(entries["b=c"], "d\\");
        assert_eq!(entries["broken"], "u12");
    }
}
