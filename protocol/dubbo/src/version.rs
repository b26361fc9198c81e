//! What a peer understands, by the protocol version that its request carries.
//!
//! The number is Dubbo's `Version.getIntVersion`: the text is split at dots, of each part the
//! leading digits count, value = Σ part × 100^(n−1−i), and exactly three parts are multiplied by
//! 100 once more.

/// Whether responses may carry attachments (flags 3 to 5): from 2.0.2 up to 2.0.99.
///
/// Everything from 2.0.10 up to 2.6.2 was once a *product* version in this place, and its readers
/// know the flags 0 to 2 only; the interval leaves them out but for 2.0.10 to 2.0.99, as Java's
/// `Version.isSupportResponseAttachment` does.
pub(crate) fn supports_response_attachments(version: &str) -> bool {
    if version == "2.0.2" {
        return true;
    }
    number(version).is_some_and(|number| (2_000_200..=2_009_900).contains(&number))
}

fn number(version: &str) -> Option<u64> {
    let parts: Vec<&str> = version.split('.').collect();
    let mut value = 0_u64;
    for part in &parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let part: u64 = part.get(..digits)?.parse().ok()?;
        value = value.checked_mul(100)?.checked_add(part)?;
    }
    if parts.len() == 3 {
        value.checked_mul(100)
    } else {
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_texts_become_dubbos_numbers() {
        for (text, expected) in [
            ("2.0.2", Some(2_000_200)),
            ("2.6.2", Some(2_060_200)),
            ("2.0.10", Some(2_001_000)),
            ("2.0.99", Some(2_009_900)),
            ("2.7.23-SNAPSHOT", Some(2_072_300)),
            ("2.5.3.6", Some(2_050_306)),
            ("", None),
            ("x.y", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_interval_of_protocol_versions_gets_response_attachments() {
        for (text, expected) in [
            ("2.0.2", true),
            ("2.0.99", true),
            ("2.0.1", false),
            ("2.6.2", false),
            ("2.5.3.6", false),
            ("?", false),
        ] {
            assert_eq!(supports_response_attachments(text), expected, "{text}");
        }
    }
}
