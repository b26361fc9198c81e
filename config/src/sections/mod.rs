//! The typed sections: one struct for each, with the table of its keys beside it.
//!
//! A field, its key in files, its place in the URL, its default and its documentation stand in one
//! place, so that they cannot drift apart. The groups that Dubbo shares between sections (every
//! service and reference has a `timeout`, every method too) are written once in `shared`.

#[macro_use]
mod shared;

mod consumer;
mod method;
mod provider;
mod root;

use std::collections::BTreeMap;

use crate::{
    key::{Key, Section},
    value::Value,
};

pub use consumer::{ConsumerConfig, ReferenceConfig};
pub use method::MethodConfig;
pub use provider::{ProviderConfig, ServiceConfig};
pub use root::{ApplicationConfig, ProtocolConfig, RegistryConfig};

/// What the layering does with every section alike.
pub(crate) trait Settings: Default {
    /// Which section it is.
    const SECTION: Section;

    /// Sets a key of this section from its text; the error says what was expected.
    fn assign(&mut self, key: &Key, text: &str) -> Result<(), String>;

    /// The keys that are set, with the text of their values.
    fn texts(&self) -> Vec<(&'static Key, String)>;

    /// The free parameters.
    fn parameters(&self) -> &BTreeMap<String, String>;

    /// The free parameters, to be changed.
    fn parameters_mut(&mut self) -> &mut BTreeMap<String, String>;

    /// The URL parameters that the set keys and the free parameters stand for. A free parameter
    /// gives way to a key of the same name.
    fn params(&self) -> BTreeMap<String, String> {
        let mut params = self.parameters().clone();
        for (key, text) in self.texts() {
            if let Some(param) = key.param {
                params.insert(param.to_owned(), text);
            }
        }
        params
    }

    /// Takes over what is not set here and is set in `lower`, which may be of another section.
    fn fall_back_to(&mut self, lower: &impl Settings) {
        let set: Vec<&str> = self.texts().iter().map(|(key, _)| key.name).collect();
        for (key, text) in lower.texts() {
            let own = Self::SECTION.keys().iter().find(|own| own.name == key.name);
            if let Some(own) = own.filter(|own| !set.contains(&own.name)) {
                // The text was rendered from a checked value of the same type.
                let _ = self.assign(own, &text);
            }
        }
        for (name, value) in lower.parameters() {
            self.parameters_mut()
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
    }
}

impl Section {
    /// The keys of this section that have an effect.
    pub fn keys(self) -> &'static [Key] {
        match self {
            Self::Application => ApplicationConfig::KEYS,
            Self::Registry => RegistryConfig::KEYS,
            Self::Protocol => ProtocolConfig::KEYS,
            Self::Provider => ProviderConfig::KEYS,
            Self::Consumer => ConsumerConfig::KEYS,
            Self::Service => ServiceConfig::KEYS,
            Self::Reference => ReferenceConfig::KEYS,
            Self::Method => MethodConfig::KEYS,
        }
    }
}

/// The text lists of the sections.
pub(crate) type List = Vec<String>;

/// Reads one field; kept apart from the macro so that the macro stays short.
pub(crate) fn read_into<T: Value>(
    field: &mut Option<T>,
    key: &Key,
    text: &str,
) -> Result<(), String> {
    *field = Some(crate::value::read(key, text)?);
    Ok(())
}

/// Writes one field, if it is set.
pub(crate) fn write_from<T: Value>(field: Option<&T>) -> Option<String> {
    field.map(Value::render)
}

/// The kinds of the field types, by the names that the macro uses.
pub(crate) const fn kind_of<T: Value>() -> crate::key::Kind {
    T::KIND
}
