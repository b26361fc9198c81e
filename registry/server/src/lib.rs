//! The built-in registry: a server of ZooKeeper's client protocol.
//!
//! Java Dubbo, Curator, kazoo and every other ZooKeeper client connect to it unchanged. It has four
//! parts, each a folder, and only the last does I/O:
//!
//! ```text
//!   shell   sockets, tasks, timers                    RegistryServer
//!     │ frames, disconnects, the time          ▲ bytes to send, connections to close
//!     ▼                                        │
//!   node    connections, handshake, order of replies, four-letter words
//!     │                          │
//!     ▼                          ▼
//!   core    tree, sessions     watch   who hears of which change
//! ```
//!
//! [`core`] is what replicas share; it applies entries of a log and decides everything at that
//! moment. [`watch`] and [`node`] belong to one serving node. State is kept in memory.
//!
//! ```no_run
//! # async fn example() -> Result<(), tenfold_registry_server::ServerError> {
//! let registry = tenfold_registry_server::RegistryServer::embedded().await?;
//! println!("zookeeper://{}", registry.local_addr());
//! registry.stop().await;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

pub mod config;
pub mod core;
mod error;
pub mod node;
mod shell;
pub mod watch;

pub use config::{Limits, ServerConfig, WordSet};
pub use error::ServerError;
pub use shell::{RegistryServer, RegistryServerBuilder};
