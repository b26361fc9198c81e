//! The readers: from the text of a source to its keys, values and positions.
//!
//! Each reader yields [`Entry`]s in the order of its source; what the keys mean is decided
//! elsewhere (`place`), the same for all of them.

mod environment;
mod properties;
mod yaml;

use crate::{Origin, Problem};

pub(crate) use environment::{AddressOverrides, read_arguments, read_environment};
pub(crate) use properties::read_properties;
pub(crate) use yaml::read_yaml;

/// The greatest length of a configuration file in bytes. It is far above what people write by
/// hand, and bounds the memory that a file can cost to a few times its length.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// The greatest number of keys of one source. Ten times what a large estate's file holds; it keeps
/// the comparison of all keys with each other short.
pub(crate) const ENTRIES_MAX: usize = 5_000;

/// One key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key as it was written.
    pub(crate) key: Spelling,
    /// The value; `None` when the key stands without one.
    pub(crate) text: Option<String>,
    /// Where it stands.
    pub(crate) origin: Origin,
}

/// A key as its source writes it, without the leading `dubbo.` or `DUBBO_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Parts joined by dots.
    Dotted(String),
    /// The name of an environment variable.
    Variable(String),
}

/// What a reader found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    pub(crate) entries: Vec<Entry>,
    /// What is not for Dubbo at all, such as another root of a shared YAML file.
    pub(crate) foreign: Vec<(String, Origin)>,
    pub(crate) problems: Vec<Problem>,
}
