//! Statistics as a text table for a terminal.

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use crate::{Row, Snapshot};

const HEAD: [&str; 8] = [
    "method", "provider", "calls", "success", "TP50", "TP90", "TP99", "max",
];
/// The columns of words stand at the left, those of numbers at the right.
const WORDS: usize = 2;
const GAP: &str = "  ";
const NO_VALUE: &str = "-";

impl Snapshot {
    /// The rows as aligned text, one line each under a line of headings, without colours.
    ///
    /// Success is the share of calls that were answered, in per cent and nines, and never rounded
    /// up: one failure in a million does not read as 100 %.
    pub fn table(&self) -> String {
        let lines: Vec<[String; 8]> = std::iter::once(HEAD.map(str::to_owned))
            .chain(self.rows.iter().map(cells))
            .collect();
        let mut widths = [0; 8];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.width());
            }
        }
        let mut out = String::new();
        for line in &lines {
            out.push_str(&aligned(line, &widths));
            out.push('\n');
        }
        out
    }
}

fn cells(row: &Row) -> [String; 8] {
    let quantile = |quantile| {
        let value = row.durations.quantile(quantile);
        value.map_or_else(|| NO_VALUE.to_owned(), duration_text)
    };
    let peer = match (&row.peer, &row.peer_application) {
        (Some(peer), _) => plain(peer),
        (None, Some(application)) => plain(application),
        (None, None) => "all".to_owned(),
    };
    [
        plain(&row.method),
        peer,
        row.calls().to_string(),
        success_text(row.answered(), row.failed()),
        quantile(0.5),
        quantile(0.9),
        quantile(0.99),
        quantile(1.0),
    ]
}

/// Names may come from outside: what would move the cursor is left out.
fn plain(name: &str) -> String {
    name.chars().filter(|char| !char.is_control()).collect()
}

fn aligned(line: &[String; 8], widths: &[usize; 8]) -> String {
    let mut out = String::new();
    for (at, (cell, width)) in line.iter().zip(widths).enumerate() {
        if at > 0 {
            out.push_str(GAP);
        }
        let blanks = " ".repeat(width.saturating_sub(cell.width()));
        if at < WORDS {
            out.push_str(cell);
            out.push_str(&blanks);
        } else {
            out.push_str(&blanks);
            out.push_str(cell);
        }
    }
    out.trim_end().to_owned()
}

/// `100 %`, `99.99 % (4 nines)`, `75.00 %`, cut and not rounded.
fn success_text(answered: u64, failed: u64) -> String {
    let ended = u128::from(answered) + u128::from(failed);
    if ended == 0 {
        return NO_VALUE.to_owned();
    }
    if failed == 0 {
        return "100 %".to_owned();
    }
    // The number of nines is the greatest n for which failed / ended <= 10^-n.
    let mut nines: usize = 0;
    let mut scaled = u128::from(failed) * 10;
    while scaled <= ended {
        nines += 1;
        scaled *= 10;
    }
    let decimals = nines.saturating_sub(2).max(2);
    let scale = 10_u128.pow(u32::try_from(decimals).unwrap_or(2));
    let per_cent = u128::from(answered) * 100 * scale / ended;
    let (whole, fraction) = (per_cent / scale, per_cent % scale);
    match nines {
        0 => format!("{whole}.{fraction:0decimals$} %"),
        1 => format!("{whole}.{fraction:0decimals$} % (1 nine)"),
        _ => format!("{whole}.{fraction:0decimals$} % ({nines} nines)"),
    }
}

/// Three digits and a unit.
fn duration_text(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let (unit, per_unit) = match nanos {
        0..1_000 => return format!("{nanos} ns"),
        1_000..999_500 => ("µs", 1e3),
        999_500..999_500_000 => ("ms", 1e6),
        _ => ("s", 1e9),
    };
    let value = nanos as f64 / per_unit;
    let decimals = match value {
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_cut_and_never_rounded_up() {
        for (answered, failed, text) in [
            (0, 0, "-"),
            (5, 0, "100 %"),
            (3, 1, "75.00 %"),
            (0, 2, "0.00 %"),
            (9, 1, "90.00 % (1 nine)"),
            (99, 1, "99.00 % (2 nines)"),
            (9_989, 11, "99.89 % (2 nines)"),
            (9_999, 1, "99.99 % (4 nines)"),
            (19_999, 1, "99.99 % (4 nines)"),
            (999_999, 1, "99.9999 % (6 nines)"),
            (99_999_999, 1, "99.999999 % (8 nines)"),
            (u64::MAX, u64::MAX, "50.00 %"),
            (u64::MAX, 1, "99.99999999999999999 % (19 nines)"),
        ] {
            assert_eq!(success_text(answered, failed), text);
        }
    }

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        for (nanos, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (12_345, "12.3 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (123_456_789, "123 ms"),
            (999_500_000, "1.00 s"),
            (83_000_000_000, "83.0 s"),
        ] {
            assert_eq!(duration_text(Duration::from_nanos(nanos)), text);
        }
    }
}
