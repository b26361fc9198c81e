//! The facts about each setting: its name, type, default and effect.
//!
//! One table for each section, written beside the typed struct that it fills (`sections/`). The
//! readers, the checks, the printed configuration and `docs/configuration.md` all come from it.

use std::fmt;

/// A group of settings, named as in `dubbo.<section>.<key>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Section {
    /// The program as a whole.
    Application,
    /// A registry it uses.
    Registry,
    /// A protocol it serves.
    Protocol,
    /// Defaults of all services.
    Provider,
    /// Defaults of all references.
    Consumer,
    /// A service that it serves.
    Service,
    /// A service that it calls.
    Reference,
    /// A method of a service or of a reference.
    Method,
}

/// What a setting's text has to look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A time: a number of milliseconds, or a number with a unit such as `800ms`, `3s`, `5m`, `1h`.
    Duration,
    /// A number of bytes, or a number with a unit such as `64KiB`, `8MiB`.
    Bytes,
    /// A port from 1 to 65535, `-1` for a free one, `0` for the protocol's default.
    Port,
    /// Texts separated by commas, or a YAML sequence.
    List,
}

/// One setting that Tenfold understands.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Key {
    /// The section it belongs to.
    pub section: Section,
    /// Its name in kebab case.
    pub name: &'static str,
    /// Other names that mean the same, such as dubbo-go's.
    pub aliases: &'static [&'static str],
    /// What its text looks like.
    pub kind: Kind,
    /// The URL parameter that it becomes; `None` when it is used before there is a URL.
    pub param: Option<&'static str>,
    /// What holds when it is not set; `None` when nothing does.
    pub default: Option<&'static str>,
    /// Least number, in milliseconds or bytes where the kind has a unit.
    pub min: i64,
    /// Greatest number.
    pub max: i64,
    /// Whether the value is masked wherever it is printed.
    pub secret: bool,
    /// What it does, in Markdown.
    pub doc: &'static str,
}

impl Section {
    /// All sections, in the order in which they are documented.
    pub const ALL: [Self; 8] = [
        Self::Application,
        Self::Registry,
        Self::Protocol,
        Self::Provider,
        Self::Consumer,
        Self::Service,
        Self::Reference,
        Self::Method,
    ];

    /// The name in keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Registry => "registry",
            Self::Protocol => "protocol",
            Self::Provider => "provider",
            Self::Consumer => "consumer",
            Self::Service => "service",
            Self::Reference => "reference",
            Self::Method => "method",
        }
    }

    /// Finds a key by any of its spellings: kebab case, camel case, dotted, or an alias.
    pub fn key(self, spelling: &str) -> Option<&'static Key> {
        let wanted = squash(spelling);
        self.keys().iter().find(|key| {
            squash(key.name) == wanted || key.aliases.iter().any(|alias| squash(alias) == wanted)
        })
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Key {
    pub(crate) const fn of(
        section: Section,
        name: &'static str,
        kind: Kind,
        doc: &'static str,
    ) -> Self {
        Self {
            section,
            name,
            aliases: &[],
            kind,
            param: None,
            default: None,
            min: i64::MIN,
            max: i64::MAX,
            secret: false,
            doc,
        }
    }
}

impl Kind {
    /// The word for it in documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Duration => "duration",
            Self::Bytes => "bytes",
            Self::Port => "port",
            Self::List => "list",
        }
    }
}

/// The form in which `qos-port`, `qosPort`, `qos.port` and `QOS_PORT` are equal.
pub(crate) fn squash(spelling: &str) -> String {
    spelling
        .chars()
        .filter(|letter| !matches!(letter, '-' | '.' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}
