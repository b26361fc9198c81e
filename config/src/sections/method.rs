//! What a service or a reference says about one of its methods.

use std::time::Duration;

section_with_method_keys! { method
    /// Settings of one method, above those of its service or reference.
    MethodConfig for Method {} ;
    /// Calls of this method that a provider runs at once; `0` is unlimited.
    executes: u32 => "executes" { param: Some("executes"), max: 1_000_000 };
    /// `false` sends the call without waiting for an answer.
    returns: bool => "return" { param: Some("return"), default: Some("true") };
}

impl MethodConfig {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }
}
