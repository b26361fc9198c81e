//! Keeps secrets out of everything that is printed: errors, `Debug` texts, the configuration table.

use std::{borrow::Cow, fmt::DebugStruct};

use crate::{key::Key, sections::Settings};

const MASK: &str = "******";

/// Words in the name of a free parameter that make its value a secret.
const SECRET_WORDS: [&str; 6] = [
    "password",
    "passwd",
    "secret",
    "token",
    "credential",
    "accesskey",
];

/// The value of a key as it may be printed.
pub(crate) fn setting<'a>(key: &Key, text: &'a str) -> Cow<'a, str> {
    if key.secret {
        return Cow::Borrowed(MASK);
    }
    credentials(text)
}

/// The value of a free parameter, or of a key that is not known, as it may be printed.
pub(crate) fn parameter<'a>(name: &str, text: &'a str) -> Cow<'a, str> {
    let name = crate::key::squash(name);
    if SECRET_WORDS.iter().any(|word| name.contains(word)) {
        return Cow::Borrowed(MASK);
    }
    credentials(text)
}

/// Adds what is set to a `Debug` text.
pub(crate) fn debug_fields(section: &impl Settings, out: &mut DebugStruct<'_, '_>) {
    for (key, text) in section.texts() {
        out.field(key.name, &setting(key, &text));
    }
    for (name, text) in section.parameters() {
        out.field(name, &parameter(name, text));
    }
}

/// An address as it may be printed.
pub(crate) fn address(text: &str) -> Cow<'_, str> {
    credentials(text)
}

/// Masks `user:password@` in every address of a text such as `zookeeper://u:p@h1:2181;nacos://h2`.
fn credentials(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive([';', '|', ',']) {
        let Some((before, host)) = part.rsplit_once('@') else {
            out.push_str(part);
            continue;
        };
        if let Some((protocol, _)) = before.split_once("://") {
            out.push_str(protocol);
            out.push_str("://");
        }
        out.push_str(MASK);
        out.push('@');
        out.push_str(host);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RegistryConfig;

    #[test]
    fn credentials_in_addresses_are_masked() {
        assert_eq!(
            credentials("zookeeper://u:p@h1:2181;h2:2181|x://a@b"),
            "zookeeper://******@h1:2181;h2:2181|x://******@b"
        );
        assert_eq!(credentials("zookeeper://h1:2181"), "zookeeper://h1:2181");
    }

    #[test]
    fn debug_texts_hold_no_secret() {
        let registry = RegistryConfig::new("zookeeper://joe:pw1@h:2181")
            .password("pw2")
            .parameter("access-key", "pw3");
        let text = format!("{registry:?}");
        assert!(!text.contains("pw") && text.contains("h:2181"), "{text}");
    }
}
