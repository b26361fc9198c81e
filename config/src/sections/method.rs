//! What a service or a reference says about one of its methods.

use std::time::Duration;

section_with_method_keys! { method
    /// Settings of one method, above those of its service or reference.
    MethodConfig for Method {} ;
}

impl MethodConfig {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }
}
