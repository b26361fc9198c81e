//! Reads `CASES.md`: which cases there are, and in which of them Java fails with itself.

use std::collections::BTreeMap;

use crate::build;
use crate::error::{Error, Result};
use crate::java::Dubbo;

/// How a consumer finds its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a given address.
    Direct,
    /// Through a registry.
    Registry,
}

/// The table, by name of the case.
#[derive(Debug)]
pub struct Table {
    names: Vec<String>,
    failing: BTreeMap<String, Vec<Pattern>>,
}

/// `consumer>provider`, with `*` for either, and `:direct` or `:registry` if only that way fails.
#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    consumer: String,
    provider: String,
    way: Option<String>,
}

impl Table {
    /// Reads the file beside `Cargo.toml`.
    pub fn read() -> Result<Self> {
        let path = build::root().join("CASES.md");
        let text = std::fs::read_to_string(&path).map_err(Error::while_doing("read CASES.md"))?;
        Self::parse(&text)
    }

    /// Takes the rows whose first cell is a name in backticks.
    pub fn parse(text: &str) -> Result<Self> {
        let mut table = Self {
            names: Vec::new(),
            failing: BTreeMap::new(),
        };
        for line in text.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [name, _method, _argument, _expected, fails] = cells.as_slice() else {
                return Err(Error::new(format!("CASES.md: not five cells: {line}")));
            };
            let name = name.trim_matches('`').to_owned();
            let patterns = fails.split(' ').filter(|word| !word.is_empty());
            let patterns: Result<Vec<_>> = patterns.map(Pattern::parse).collect();
            table.failing.insert(name.clone(), patterns?);
            table.names.push(name);
        }
        Ok(table)
    }

    /// The names in the order of the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether this case fails between these two Java versions.
    pub fn java_fails(&self, case: &str, consumer: Dubbo, provider: Dubbo, way: Way) -> bool {
        let fits = |pattern: &Pattern| {
            let wanted = match way {
                Way::Direct => "direct",
                Way::Registry => "registry",
            };
            [(&pattern.consumer, consumer), (&pattern.provider, provider)]
                .iter()
                .all(|(word, version)| *word == "*" || *word == version.short())
                && pattern.way.as_deref().is_none_or(|way| way == wanted)
        };
        self.failing
            .get(case)
            .is_some_and(|patterns| patterns.iter().any(fits))
    }
}

impl Pattern {
    fn parse(word: &str) -> Result<Self> {
        let (pair, way) = match word.split_once(':') {
            Some((pair, way)) => (pair, Some(way.to_owned())),
            None => (word, None),
        };
        let (consumer, provider) = pair
            .split_once('>')
            .ok_or_else(|| Error::new(format!("CASES.md: not consumer>provider: {word}")))?;
        let known = |word: &str| ["*", "3", "27"].contains(&word);
        let known_way = way
            .as_deref()
            .is_none_or(|way| ["direct", "registry"].contains(&way));
        if known(consumer) && known(provider) && known_way {
            return Ok(Self {
                consumer: consumer.to_owned(),
                provider: provider.to_owned(),
                way,
            });
        }
        Err(Error::new(format!(
            "CASES.md: unknown version or way: {word}"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_can_be_bound_to_versions_and_way() {
        let table = Table::parse(
            "# Cases\n\n| case | method | argument | expected | java-fails |\n| --- | --- | --- | --- | --- |\n\
             | `a.b` | `m` | x | y | 27>* |\n| `c` | `m` | x | y | 27>3:direct *>27 |\n| `d` | `m` | x | y |  |\n",
        )
        .unwrap();
        assert_eq!(table.names(), ["a.b", "c", "d"]);
        assert!(table.java_fails("a.b", Dubbo::V27, Dubbo::V3, Way::Registry));
        assert!(!table.java_fails("a.b", Dubbo::V3, Dubbo::V27, Way::Registry));
        assert!(table.java_fails("c", Dubbo::V27, Dubbo::V3, Way::Direct));
        assert!(!table.java_fails("c", Dubbo::V27, Dubbo::V3, Way::Registry));
        assert!(table.java_fails("c", Dubbo::V3, Dubbo::V27, Way::Registry));
        assert!(!table.java_fails("d", Dubbo::V3, Dubbo::V3, Way::Direct));
    }

    #[test]
    fn an_unknown_version_is_refused() {
        assert!(Table::parse("| `a` | `m` | x | y | 28>* |\n").is_err());
        assert!(Table::parse("| `a` | `m` | x |\n").is_err());
    }

    #[test]
    fn the_table_names_each_case_once() {
        let table = Table::read().unwrap();
        let mut names = table.names().to_vec();
        assert!(names.len() > 100, "only {} cases", names.len());
        names.sort();
        names.dedup();
        assert_eq!(names.len(), table.names().len());
    }
}
