//! What a consumer printed: `ok <case>` or `FAIL <case> <why>`, and at the end `DONE`.

use crate::error::{Error, Result};

/// The outcome of each case.
#[derive(Debug, Default)]
pub struct Report {
    outcomes: Vec<(String, Option<String>)>,
}

impl Report {
    /// Reads the lines of a consumer, which must have come to its end.
    pub fn read(lines: &[String]) -> Result<Self> {
        let mut report = Self::default();
        for line in lines {
            if let Some(name) = line.strip_prefix("ok ") {
                report.outcomes.push((name.trim().to_owned(), None));
            } else if let Some(rest) = line.strip_prefix("FAIL ") {
                let (name, why) = rest
                    .split_once(' ')
                    .unwrap_or((rest, "for no given reason"));
                report
                    .outcomes
                    .push((name.to_owned(), Some(why.to_owned())));
            }
        }
        let complete = lines.iter().any(|line| line.starts_with("DONE "));
        if complete && !report.outcomes.is_empty() {
            return Ok(report);
        }
        Err(Error::new(format!(
            "the consumer stopped after {} cases",
            report.outcomes.len()
        )))
    }

    /// The cases that ran, with the reason of a failure.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.outcomes
            .iter()
            .map(|(name, why)| (name.as_str(), why.as_deref()))
    }

    /// Compares with what is expected to fail. Gives a line for each surprise, and the number of
    /// cases that went as expected.
    pub fn surprises(&self, expected_to_fail: impl Fn(&str) -> bool) -> (Vec<String>, usize) {
        let mut surprises = Vec::new();
        for (name, why) in self.outcomes() {
            match (why, expected_to_fail(name)) {
                (Some(why), false) => surprises.push(format!("{name}: {why}")),
                (None, true) => surprises.push(format!("{name}: holds, though it is said to fail")),
                (Some(_), true) | (None, false) => {}
            }
        }
        let expected = self.outcomes.len() - surprises.len();
        (surprises, expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn both_kinds_of_surprise_are_told() {
        let report = Report::read(&lines(
            "READY 0\nok a\nFAIL b it broke\nok c\nDONE 2 ok, 1 failed",
        ))
        .unwrap();
        let (surprises, expected) = report.surprises(|name| name == "c");
        assert_eq!(
            surprises,
            ["b: it broke", "c: holds, though it is said to fail"]
        );
        assert_eq!(expected, 1);
    }

    #[test]
    fn a_consumer_that_stops_early_is_an_error() {
        let error = Report::read(&lines("ok a")).unwrap_err().to_string();
        assert_eq!(error, "the consumer stopped after 1 cases");
    }
}
