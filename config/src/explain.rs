//! The configuration in force, with the origin of each value.

use std::fmt;

use crate::{Origin, key::Section, layers::Chosen, mask, place::Name};

/// The values in force as a table; [`fmt::Display`] prints it. Secrets are masked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The values, in the order in which they are printed.
    pub rows: Vec<Row>,
}

/// One value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The whole key, in Dubbo's spelling.
    pub key: String,
    /// The value; masked if it is a secret.
    pub value: String,
    /// Where the value comes from.
    pub origin: Origin,
    /// The sources that said something else and gave way.
    pub overrides: Vec<Origin>,
}

impl Explanation {
    /// Adds the values of one owner, whose keys begin with `prefix`.
    pub(crate) fn add(&mut self, prefix: &str, chosen: &[Chosen]) {
        for chosen in chosen {
            let (key, value) = match &chosen.name {
                Name::Key(key) => (
                    format!("{prefix}.{}", key.name),
                    mask::setting(key, &chosen.text),
                ),
                Name::Parameter(name) => (
                    format!("{prefix}.parameters.{name}"),
                    mask::parameter(name, &chosen.text),
                ),
            };
            self.rows.push(Row {
                key,
                value: value.into_owned(),
                origin: chosen.origin.clone(),
                overrides: chosen.overrides.clone(),
            });
        }
    }

    /// Adds the defaults of the keys of `section` for which there is no row yet.
    pub(crate) fn add_defaults(&mut self, prefix: &str, section: Section) {
        for key in section.keys() {
            let name = format!("{prefix}.{}", key.name);
            if let Some(default) = key.default
                && !self.rows.iter().any(|row| row.key == name)
            {
                self.rows.push(Row {
                    key: name,
                    value: default.to_owned(),
                    origin: Origin::Default,
                    overrides: Vec::new(),
                });
            }
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: &dyn Fn(&Row) -> usize| self.rows.iter().map(text).max().unwrap_or(0);
        let key_width = width(&|row| row.key.chars().count());
        let value_width = width(&|row| row.value.chars().count());
        for row in &self.rows {
            write!(
                f,
                "{:<key_width$}  {:<value_width$}  {}",
                row.key, row.value, row.origin
            )?;
            for (at, origin) in row.overrides.iter().enumerate() {
                f.write_str(if at == 0 { " (over " } else { ", " })?;
                origin.fmt(f)?;
            }
            f.write_str(if row.overrides.is_empty() {
                "\n"
            } else {
                ")\n"
            })?;
        }
        Ok(())
    }
}
