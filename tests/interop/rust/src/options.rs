//! The words `key=value` of the command line.

use std::time::Duration;

/// What the command line says.
#[derive(Debug, Default)]
pub struct Options {
    words: Vec<(String, String)>,
}

impl Options {
    /// Reads words of the form `key=value`.
    pub fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let words: Result<Vec<_>, _> = words
            .map(|word| match word.split_once('=') {
                Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
                None => Err(format!("not of the form key=value: {word:?}")),
            })
            .collect();
        Ok(Self { words: words? })
    }

    /// The text of a key, or what stands for its absence.
    pub fn text<'a>(&'a self, key: &str, absent: &'a str) -> &'a str {
        let found = self.words.iter().find(|(word, _)| word == key);
        found.map_or(absent, |(_, value)| value)
    }

    /// The number of a key.
    pub fn number(&self, key: &str, absent: u64) -> Result<u64, String> {
        match self.text(key, "") {
            "" => Ok(absent),
            text => text
                .parse()
                .map_err(|_| format!("{key} is no number: {text:?}")),
        }
    }

    /// The milliseconds of a key.
    pub fn millis(&self, key: &str, absent: u64) -> Result<Duration, String> {
        self.number(key, absent).map(Duration::from_millis)
    }

    /// The keys that begin with `prefix`, without it.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.words
            .iter()
            .filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.as_str())))
    }
}
