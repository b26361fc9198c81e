//! The nearest known name to one that is not known.

/// The candidate that a person most likely meant, if any is near.
pub(crate) fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = crate::key::squash(wanted);
    let limit = (wanted.chars().count() / 3).clamp(1, 3);
    known
        .map(|name| (distance(&wanted, &crate::key::squash(name)), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The number of letters to insert, drop, replace or swap with their neighbour to get from one
/// text to the other (optimal string alignment). Long texts are cut: no key is that long.
fn distance(from: &str, to: &str) -> usize {
    const LETTERS_MAX: usize = 64;
    let from: Vec<char> = from.chars().take(LETTERS_MAX).collect();
    let to: Vec<char> = to.chars().take(LETTERS_MAX).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let mut best = (last[column] + usize::from(letter != other))
                .min(last[column + 1] + 1)
                .min(current[column] + 1);
            let swapped =
                row > 0 && column > 0 && from[row - 1] == *other && to[column - 1] == *letter;
            if swapped {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = last;
        last = current;
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_find_their_key() {
        let known = ["timeout", "retries", "address", "qos-port"];
        for (wanted, found) in [
            ("timout", Some("timeout")),
            ("tiemout", Some("timeout")),
            ("adress", Some("address")),
            ("qosProt", Some("qos-port")),
            ("flavour", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, known.into_iter()), found, "{wanted}");
        }
    }
}
