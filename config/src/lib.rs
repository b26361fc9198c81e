//! The config room: what a user says about the application, its registries, protocols, services
//! and references, in code, in YAML, in properties, in the environment and on the command line.
//!
//! This room builds things and steps aside: out of it come typed sections and the Dubbo URLs that
//! they stand for, and the rest of the system reads those URLs only.
//!
//! ```text
//!   arguments ─┐
//!   environment├─▶ source (entries) ─▶ place (which setting?) ─▶ layers (which value?)
//!   files      │                                                    │
//!   code ──────┘        typed sections ◀────────────────────────────┘──▶ explanation
//!                            └─▶ url: parameters and URLs
//! ```
//!
//! Precedence, highest first, as in Dubbo 3: process parameters, environment (`DUBBO_…`), the
//! application's own file, code, `dubbo.properties`. Between levels, for each setting apart:
//! method, then service or reference, then provider or consumer.
//!
//! ```
//! use std::time::Duration;
//! use tenfold_config::{Config, RegistryConfig, ServiceConfig};
//!
//! let config = Config::builder()
//!     .environment([("DUBBO_APPLICATION_NAME", "trade")])
//!     .file("tenfold.yaml", "dubbo:\n  provider:\n    timeout: 3s\n")
//!     .registry(RegistryConfig::new("zookeeper://127.0.0.1:2181"))
//!     .build()?;
//! assert_eq!(config.application().name.as_deref(), Some("trade"));
//!
//! let service = config.service(&ServiceConfig::new("com.acme.OrderService"))?;
//! assert_eq!(service.timeout, Some(Duration::from_secs(3)));
//! # Ok::<(), tenfold_config::ConfigError>(())
//! ```

mod config;
mod error;
mod explain;
mod key;
mod layers;
mod mask;
mod names;
mod origin;
mod place;
mod resolve;
mod sections;
mod source;
mod unsupported;
mod url;
mod value;

pub use config::{Config, ConfigBuilder};
pub use error::{ConfigError, Problem, ProblemKind, Warning};
pub use explain::{Explanation, Row};
pub use key::{Key, Kind, Section};
pub use origin::{Origin, Position};
pub use sections::{
    ApplicationConfig, ConsumerConfig, MethodConfig, ProtocolConfig, ProviderConfig,
    ReferenceConfig, RegistryConfig, ServiceConfig,
};
pub use source::FILE_BYTES_MAX;
pub use unsupported::keys as unsupported_keys;
pub use url::{Addresses, Facts};
pub use value::{ByteCount, Port};
