//! The name by which a service is found: group, interface and version.

use std::fmt;

use crate::keys::NO_VERSION;

/// A service's identity, `[group/]interface[:version]`.
///
/// An empty group, an empty version and the version `0.0.0` count as absent (Dubbo's
/// `BaseServiceMetadata.buildServiceKey`), so equal keys compare equal however they were written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceKey {
    interface: String,
    group: Option<String>,
    version: Option<String>,
}

impl ServiceKey {
    /// Makes a key; empty groups and versions and `0.0.0` are dropped.
    pub fn new(interface: &str, group: Option<&str>, version: Option<&str>) -> Self {
        Self {
            interface: interface.to_owned(),
            group: group.filter(|group| !group.is_empty()).map(str::to_owned),
            version: version
                .filter(|version| !version.is_empty() && *version != NO_VERSION)
                .map(str::to_owned),
        }
    }

    /// The interface name.
    pub fn interface(&self) -> &str {
        &self.interface
    }

    /// The group, if any.
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// The version, if any; never `0.0.0`.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The form `interface:version:group` with empty parts kept, used in keys of rules.
    pub fn colon_separated(&self) -> String {
        format!(
            "{}:{}:{}",
            self.interface,
            self.version().unwrap_or_default(),
            self.group().unwrap_or_default()
        )
    }
}

impl fmt::Display for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(group) = &self.group {
            write!(f, "{group}/")?;
        }
        f.write_str(&self.interface)?;
        if let Some(version) = &self.version {
            write!(f, ":{version}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_parts_are_left_out() {
        assert_eq!(ServiceKey::new("a.B", None, None).to_string(), "a.B");
        assert_eq!(
            ServiceKey::new("a.B", Some(""), Some("0.0.0")).to_string(),
            "a.B"
        );
        assert_eq!(
            ServiceKey::new("a.B", Some("g"), Some("1.0")).to_string(),
            "g/a.B:1.0"
        );
        assert_eq!(
            ServiceKey::new("a.B", None, None).colon_separated(),
            "a.B::"
        );
    }
}
