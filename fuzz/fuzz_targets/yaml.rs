//! Any file is a configuration or a list of problems; what is in force can be printed, resolved and
//! turned into URLs without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenfold_config::{Config, Facts, ReferenceConfig, ServiceConfig};

fuzz_target!(|text: &str| {
    let facts = Facts::new("127.0.0.1").methods("find");
    for name in ["fuzz.yaml", "fuzz.properties"] {
        let config = match Config::builder().file(name, text).build() {
            Ok(config) => config,
            Err(error) => {
                assert!(!error.problems().is_empty(), "an error says what is wrong");
                let _ = error.to_string();
                continue;
            }
        };
        let _ = config.explain().to_string();
        let _ = config.registry_urls(None);
        let _ = config.service_urls(&ServiceConfig::new("a.B"), &facts);
        let reference = ReferenceConfig::new("a.B");
        let _ = config.reference_url(&reference, &facts);
        let _ = config.explain_reference(&reference);
        if let Ok(resolved) = config.reference(&reference) {
            let _ = resolved.direct_urls();
        }
    }
});
