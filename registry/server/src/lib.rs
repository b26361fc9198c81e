//! The built-in registry: a server of ZooKeeper's client protocol.

pub mod config;
pub mod core;
mod error;
mod shell;

pub use config::{Limits, ServerConfig, WordSet};
pub use error::ServerError;
pub use shell::{RegistryServer, RegistryServerBuilder};
