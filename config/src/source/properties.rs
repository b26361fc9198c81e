//! Java's `.properties` format, as `java.util.Properties.load` reads it.

use std::{iter::Peekable, str::CharIndices, sync::Arc};

use crate::{
    Origin, Problem, ProblemKind,
    origin::Position,
    source::{Entries, Entry, Spelling},
};

/// Reads a file of properties. `origin` makes the origin of a position, as the same format serves
/// the application's own file and `dubbo.properties`.
pub(crate) fn read_properties(
    file: &str,
    text: &str,
    origin: impl Fn(Position) -> Origin,
) -> Entries {
    let file: Arc<str> = Arc::from(file);
    let mut out = Entries::default();
    for (line, logical) in logical_lines(text) {
        let position = Position {
            file: Arc::clone(&file),
            line,
            column: 1,
        };
        let origin = origin(position);
        match split(&logical) {
            Ok((key, value)) => match key.strip_prefix("dubbo.") {
                Some(key) => out.entries.push(Entry {
                    key: Spelling::Dotted(key.to_owned()),
                    text: Some(value),
                    origin,
                }),
                None => out.foreign.push((key, origin)),
            },
            Err(message) => {
                out.problems
                    .push(Problem::new(ProblemKind::Syntax, &origin, message));
            }
        }
    }
    out
}

/// Joins lines that end in an odd number of backslashes with the next one; drops comments and
/// blank lines. Each comes with the number of its first line.
fn logical_lines(text: &str) -> Vec<(u64, String)> {
    let mut out = Vec::new();
    let mut open: Option<(u64, String)> = None;
    for (number, line) in (1u64..).zip(text.lines()) {
        let line = line.trim_start_matches([' ', '\t', '\u{c}']);
        let (first, mut joined) = match open.take() {
            Some(open) => open,
            None if line.is_empty() || line.starts_with(['#', '!']) => continue,
            None => (number, String::new()),
        };
        let backslashes = line
            .chars()
            .rev()
            .take_while(|letter| *letter == '\\')
            .count();
        if backslashes % 2 == 1 {
            joined.push_str(line.strip_suffix('\\').unwrap_or(line));
            open = Some((first, joined));
        } else {
            joined.push_str(line);
            out.push((first, joined));
        }
    }
    out.extend(open);
    out
}

/// Splits at the first `=`, `:` or blank that is not escaped, and resolves escapes.
fn split(line: &str) -> Result<(String, String), String> {
    let mut letters = line.char_indices().peekable();
    let key = unescape(&mut letters, |letter| {
        matches!(letter, '=' | ':' | ' ' | '\t' | '\u{c}')
    })?;
    let mut separator_seen = false;
    while let Some((_, letter)) = letters.peek().copied() {
        match letter {
            ' ' | '\t' | '\u{c}' => {}
            '=' | ':' if !separator_seen => separator_seen = true,
            _ => break,
        }
        letters.next();
    }
    let value = unescape(&mut letters, |_| false)?;
    Ok((key, value))
}

/// Reads up to a letter that ends the part, or to the end.
fn unescape(
    letters: &mut Peekable<CharIndices<'_>>,
    ends: impl Fn(char) -> bool,
) -> Result<String, String> {
    let mut out = String::new();
    while let Some((_, letter)) = letters.next_if(|(_, letter)| !ends(*letter)) {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            None => {}
            Some((_, 't')) => out.push('\t'),
            Some((_, 'n')) => out.push('\n'),
            Some((_, 'r')) => out.push('\r'),
            Some((_, 'f')) => out.push('\u{c}'),
            Some((_, 'u')) => out.push(unicode_escape(letters)?),
            Some((_, other)) => out.push(other),
        }
    }
    Ok(out)
}

/// Reads the four digits behind `\u`, and a second escape where the first is half of a pair.
fn unicode_escape(letters: &mut Peekable<CharIndices<'_>>) -> Result<char, String> {
    let unit = hex_unit(letters)?;
    let mut units = vec![unit];
    if (0xd800..0xdc00).contains(&unit) {
        let pair = (letters.next(), letters.next());
        if !matches!(pair, (Some((_, '\\')), Some((_, 'u')))) {
            return Err("half of a surrogate pair stands alone".to_owned());
        }
        units.push(hex_unit(letters)?);
    }
    char::decode_utf16(units)
        .next()
        .and_then(Result::ok)
        .ok_or_else(|| "half of a surrogate pair stands alone".to_owned())
}

fn hex_unit(letters: &mut Peekable<CharIndices<'_>>) -> Result<u16, String> {
    let mut unit = 0u16;
    for _ in 0..4 {
        let digit = letters
            .next()
            .and_then(|(_, letter)| letter.to_digit(16))
            .and_then(|digit| u16::try_from(digit).ok())
            .ok_or("expected four hexadecimal digits behind `\\u`")?;
        unit = unit << 4 | digit;
    }
    Ok(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(u64, String, String)> {
        logical_lines(text)
            .into_iter()
            .map(|(line, logical)| {
                let (key, value) = split(&logical).expect("well-formed");
                (line, key, value)
            })
            .collect()
    }

    #[test]
    fn the_format_is_read_as_java_reads_it() {
        let text = "# comment\n\n! another\na=1\n  b : two words \nc three\nd\\ e=\\u00e9\\ud83d\\ude00\\t|\\\\\nf=x,\\\n    y\ng\n";
        let expected: Vec<(u64, String, String)> = [
            (4, "a", "1"),
            (5, "b", "two words "),
            (6, "c", "three"),
            (7, "d e", "é😀\t|\\"),
            (8, "f", "x,y"),
            (10, "g", ""),
        ]
        .into_iter()
        .map(|(line, key, value)| (line, key.to_owned(), value.to_owned()))
        .collect();
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn broken_escapes_are_problems_with_their_line() {
        let read = read_properties(
            "d.properties",
            "dubbo.a=1\ndubbo.b=\\u12\ndubbo.c=\\ud800x",
            Origin::Properties,
        );
        let problems: Vec<String> = read.problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            problems,
            [
                "d.properties:2:1: expected four hexadecimal digits behind `\\u`",
                "d.properties:3:1: half of a surrogate pair stands alone",
            ]
        );
        assert_eq!(read.entries.len(), 1);
    }
}
