//! Extension points: a name that a user types and the factory behind it.
//!
//! A set of extensions is a value: it is built in `main`, frozen, and handed on by constructor.
//! Names are looked up when a service is referred or exported, never on a call.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// A frozen set of named factories of one kind.
///
/// `T` is what stands behind a name: a factory closure or a shared instance.
pub struct ExtensionPoint<T> {
    kind: &'static str,
    entries: Arc<BTreeMap<String, T>>,
}

/// Collects the entries of an [`ExtensionPoint`].
pub struct ExtensionPointBuilder<T> {
    kind: &'static str,
    entries: BTreeMap<String, T>,
}

/// A name that no extension has; the message lists the known ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownExtension {
    kind: &'static str,
    name: String,
    known: Vec<String>,
}

impl<T> ExtensionPoint<T> {
    /// Starts a set; `kind` is what error messages call its members ("load balance").
    pub fn builder(kind: &'static str) -> ExtensionPointBuilder<T> {
        ExtensionPointBuilder {
            kind,
            entries: BTreeMap::new(),
        }
    }

    /// Finds an extension.
    ///
    /// # Errors
    ///
    /// [`UnknownExtension`], which lists the known names.
    pub fn named(&self, name: &str) -> Result<&T, UnknownExtension> {
        self.entries.get(name).ok_or_else(|| UnknownExtension {
            kind: self.kind,
            name: name.to_owned(),
            known: self.names().map(str::to_owned).collect(),
        })
    }

    /// The known names in byte order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }
}

impl<T> Clone for ExtensionPoint<T> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind,
            entries: Arc::clone(&self.entries),
        }
    }
}

impl<T> fmt::Debug for ExtensionPoint<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtensionPoint")
            .field("kind", &self.kind)
            .field("names", &self.entries.keys())
            .finish()
    }
}

impl<T> ExtensionPointBuilder<T> {
    /// Adds an extension; a name given twice takes the later one, so that a user can replace a
    /// built-in.
    #[must_use]
    pub fn with(mut self, name: &str, extension: T) -> Self {
        self.entries.insert(name.to_owned(), extension);
        self
    }

    /// Freezes the set.
    pub fn freeze(self) -> ExtensionPoint<T> {
        ExtensionPoint {
            kind: self.kind,
            entries: Arc::new(self.entries),
        }
    }
}

impl fmt::Display for UnknownExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown {} `{}`; known: {}",
            self.kind,
            self.name,
            self.known.join(", ")
        )
    }
}

impl std::error::Error for UnknownExtension {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let points = ExtensionPoint::builder("load balance")
            .with("random", 1)
            .with("b", 2)
            .freeze();
        assert_eq!(points.named("random"), Ok(&1));
        let error = points.named("rnd").expect_err("`rnd` is not registered");
        assert_eq!(
            error.to_string(),
            "unknown load balance `rnd`; known: b, random"
        );
    }
}
