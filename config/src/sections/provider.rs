//! The provider's side: a service, and the defaults of all services.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    sections::{List, MethodConfig},
    value::ByteCount,
};

section_with_service_keys! {
    /// Defaults of all services that this process serves.
    ProviderConfig for Provider {} ;
}

section_with_service_keys! {
    /// A service that this process serves.
    ServiceConfig for Service {
        /// The name of this entry in files; the interface when unset.
        pub id: Option<String>,
        /// Settings of single methods, by name.
        pub methods: BTreeMap<String, MethodConfig>,
    } ;
    /// The Java interface name.
    interface: String => "interface" { param: Some("interface") };
    /// The name under which the provider finds it; the interface when unset.
    path: String => "path" { param: Some("path") };
    /// Marks a service whose methods are found at run time.
    generic: String => "generic" { param: Some("generic"), default: Some("false") };
}

impl ProviderConfig {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }
}

impl ServiceConfig {
    /// A service of this interface.
    pub fn new(interface: impl Into<String>) -> Self {
        Self::default().interface(interface)
    }

    /// The name of this entry in files, which tells two services of one interface apart.
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
