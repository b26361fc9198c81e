//! Process parameters and environment variables.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Origin, Problem, ProblemKind,
    source::{Entries, Entry, Spelling},
};

/// The ends of the variables that replace addresses, with what they replace.
const OVERRIDES: [&str; 4] = [
    "IP_TO_BIND",
    "PORT_TO_BIND",
    "IP_TO_REGISTRY",
    "PORT_TO_REGISTRY",
];

/// The address replacements that containers are given from outside, such as
/// `DUBBO_IP_TO_REGISTRY`; names with a protocol in between hold for that protocol alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AddressOverrides {
    values: BTreeMap<String, (String, Origin)>,
}

impl AddressOverrides {
    /// The replacement `what` of one protocol, else of all.
    pub(crate) fn value(&self, protocol: &str, what: &str) -> Option<(&str, &Origin)> {
        let own = format!("DUBBO_{}_{what}", protocol.to_uppercase());
        let (text, origin) = self
            .values
            .get(&own)
            .or_else(|| self.values.get(&format!("DUBBO_{what}")))?;
        Some((text, origin))
    }

    /// Keeps a variable if it is one of these.
    fn take(&mut self, name: &str, text: &str, origin: &Origin) -> bool {
        let known = name.starts_with("DUBBO_") && OVERRIDES.iter().any(|end| name.ends_with(end));
        if known && !text.trim().is_empty() {
            // Process parameters are read first and stand above the environment.
            self.values
                .entry(name.to_owned())
                .or_insert_with(|| (text.trim().to_owned(), origin.clone()));
        }
        known
    }
}

/// Reads process parameters of the form `dubbo.application.name=trade`, with or without `-D`.
/// Of two equal ones the later holds, as on a Java command line.
pub(crate) fn read_arguments<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    overrides: &mut AddressOverrides,
) -> Entries {
    let mut out = Entries::default();
    for argument in arguments {
        let argument = argument.strip_prefix("-D").unwrap_or(argument);
        let name = argument.split('=').next().unwrap_or_default();
        let origin = Origin::Argument {
            property: Arc::from(name),
        };
        let Some((name, text)) = argument.split_once('=') else {
            let message = format!("`{name}` has no value; expected `dubbo.<key>=<value>`");
            out.problems
                .push(Problem::new(ProblemKind::Syntax, &origin, message));
            continue;
        };
        if overrides.take(name, text, &origin) {
            continue;
        }
        match name.strip_prefix("dubbo.") {
            Some(key) => {
                let key = Spelling::Dotted(key.to_owned());
                out.entries.retain(|entry| entry.key != key);
                out.entries.push(Entry {
                    key,
                    text: Some(text.to_owned()),
                    origin,
                });
            }
            None => out.foreign.push((name.to_owned(), origin)),
        }
    }
    out
}

/// Reads the variables whose names begin with `DUBBO_` or, as Dubbo also takes keys as they are,
/// with `dubbo.`.
pub(crate) fn read_environment<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    overrides: &mut AddressOverrides,
) -> Entries {
    let mut out = Entries::default();
    for (name, text) in variables {
        let origin = Origin::Environment {
            variable: Arc::from(name),
        };
        if overrides.take(name, text, &origin) {
            continue;
        }
        let key = match (name.strip_prefix("dubbo."), name.strip_prefix("DUBBO_")) {
            (Some(key), _) => Spelling::Dotted(key.to_owned()),
            (None, Some(key)) => Spelling::Variable(key.to_owned()),
            (None, None) => continue,
        };
        out.entries.push(Entry {
            key,
            text: Some(text.to_owned()),
            origin,
        });
    }
    // A key as it is stands above its upper-case form.
    out.entries
        .sort_by_key(|entry| matches!(entry.key, Spelling::Variable(_)));
    out
}
