//! The consumer's side: a reference, and the defaults of all references.

use std::{collections::BTreeMap, time::Duration};

use crate::sections::{List, MethodConfig};

section_with_reference_keys! {
    /// Defaults of all references of this process.
    ConsumerConfig for Consumer {} ;
    /// The connections to each provider that references share.
    shareconnections: u32 => "shareconnections" {
        param: Some("shareconnections"), default: Some("1"), min: 1, max: 1_024,
    };
}

section_with_reference_keys! {
    /// A service that this process calls.
    ReferenceConfig for Reference {
        /// The name of this entry in files; the interface when unset.
        pub id: Option<String>,
        /// Settings of single methods, by name.
        pub methods: BTreeMap<String, MethodConfig>,
    } ;
    /// The Java interface name.
    interface: String => "interface" { param: Some("interface") };
    /// Addresses of providers, separated by `;`, to be called without a registry.
    url: String => "url" {};
}

impl ConsumerConfig {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }
}

impl ReferenceConfig {
    /// A reference to this interface.
    pub fn new(interface: impl Into<String>) -> Self {
        Self::default().interface(interface)
    }

    /// The name of this entry in files, which tells two references to one interface apart.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Adds the settings of one method.
    #[must_use]
    pub fn method(mut self, name: impl Into<String>, method: MethodConfig) -> Self {
        self.methods.insert(name.into(), method);
        self
    }
}
