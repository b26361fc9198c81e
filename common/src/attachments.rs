//! The values that travel with a call beside its arguments.

use std::{any::Any, fmt, sync::Arc};

/// String-keyed values of a request or a response, in insertion order.
///
/// Dubbo's own keys are few and short, so a list beats a hash map: a look-up compares a handful of
/// short strings. A key occurs once. Clones share the list until one of them is changed, and no
/// attachments take no memory, so they cost a call little.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attachments {
    entries: Option<Arc<Vec<(String, AttachmentValue)>>>,
}

/// One value of [`Attachments`].
///
/// Peers send strings almost always; since Dubbo 2.7 any object is legal, and dubbo-go answers
/// with a real boolean among them.
#[derive(Clone)]
#[non_exhaustive]
pub enum AttachmentValue {
    /// Text, the normal case.
    Text(Arc<str>),
    /// A boolean.
    Bool(bool),
    /// A Java `Integer`.
    Int(i32),
    /// A Java `Long`.
    Long(i64),
    /// A Java `Double`.
    Double(f64),
    /// Anything else, kept in the form that the protocol's serialization decoded it to.
    Object(Arc<dyn Any + Send + Sync>),
}

impl Attachments {
    /// No attachments; allocates nothing.
    pub const fn new() -> Self {
        Self { entries: None }
    }

    /// Sets a value and returns the one that stood there.
    pub fn insert(
        &mut self,
        key: impl Into<String> + AsRef<str>,
        value: impl Into<AttachmentValue>,
    ) -> Option<AttachmentValue> {
        let value = value.into();
        let entries = Arc::make_mut(self.entries.get_or_insert_default());
        match entries.iter_mut().find(|(known, _)| known == key.as_ref()) {
            Some((_, slot)) => Some(std::mem::replace(slot, value)),
            None => {
                entries.push((key.into(), value));
                None
            }
        }
    }

    /// Removes a value.
    pub fn remove(&mut self, key: &str) -> Option<AttachmentValue> {
        let entries = self.entries.as_mut()?;
        let at = entries.iter().position(|(known, _)| known == key)?;
        Some(Arc::make_mut(entries).remove(at).1)
    }

    /// Takes over all of `other`'s entries; its values win.
    pub fn extend_from(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        for (key, value) in other.iter() {
            self.insert(key, value.clone());
        }
    }

    /// Keeps the entries for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &AttachmentValue) -> bool) {
        if let Some(entries) = &mut self.entries {
            Arc::make_mut(entries).retain(|(key, value)| keep(key, value));
        }
    }

    /// A value by its key.
    pub fn value(&self, key: &str) -> Option<&AttachmentValue> {
        self.slice()
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    /// A value by its key, if it is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            AttachmentValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// All entries in insertion order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &AttachmentValue)> {
        self.slice()
            .iter()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.slice().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slice().is_empty()
    }

    fn slice(&self) -> &[(String, AttachmentValue)] {
        self.entries.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<K, V> FromIterator<(K, V)> for Attachments
where
    K: Into<String> + AsRef<str>,
    V: Into<AttachmentValue>,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut attachments = Self::new();
        for (key, value) in entries {
            attachments.insert(key, value);
        }
        attachments
    }
}

impl AttachmentValue {
    /// The value as an integer, whether it came as a number or as decimal text.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Int(value) => Some(i64::from(*value)),
            Self::Long(value) => Some(*value),
            _ => None,
        }
    }

    /// The value as a boolean, whether it came as one or as the text `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl fmt::Debug for AttachmentValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => fmt::Debug::fmt(text, f),
            Self::Bool(value) => fmt::Debug::fmt(value, f),
            Self::Int(value) => fmt::Debug::fmt(value, f),
            Self::Long(value) => fmt::Debug::fmt(value, f),
            Self::Double(value) => fmt::Debug::fmt(value, f),
            Self::Object(_) => f.write_str("object"),
        }
    }
}

impl fmt::Display for AttachmentValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            other => fmt::Debug::fmt(other, f),
        }
    }
}

impl PartialEq for AttachmentValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Long(a), Self::Long(b)) => a == b,
            (Self::Double(a), Self::Double(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl From<&str> for AttachmentValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for AttachmentValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Arc<str>> for AttachmentValue {
    fn from(text: Arc<str>) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for AttachmentValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for AttachmentValue {
    fn from(value: i32) -> Self {
        Self::Int(value)
    }
}

impl From<i64> for AttachmentValue {
    fn from(value: i64) -> Self {
        Self::Long(value)
    }
}

impl From<f64> for AttachmentValue {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_occurs_once_and_keeps_its_place() {
        let mut attachments: Attachments = [("a", "1"), ("b", "2")].into_iter().collect();
        assert_eq!(attachments.insert("a", 3), Some("1".into()));
        let keys: Vec<_> = attachments.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a", "b"]);
        assert_eq!(
            attachments.value("a").and_then(AttachmentValue::as_i64),
            Some(3)
        );
        assert_eq!(attachments.text("a"), None);
    }

    #[test]
    fn numbers_and_booleans_are_read_from_text_too() {
        assert_eq!(AttachmentValue::from(" 42 ").as_i64(), Some(42));
        assert_eq!(AttachmentValue::from("true").as_bool(), Some(true));
        assert_eq!(AttachmentValue::from("yes").as_bool(), None);
    }
}
