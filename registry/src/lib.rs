//! The registry room: where services are announced and found.
//!
//! It stands beside the call path. It publishes address lists into the cluster's directory, and a
//! call never waits for it.
//!
//! ```text
//!   config ──register──▶ Registry ──▶ ZkRegistry ──▶ ZkClient ──▶ ZooKeeper or tenfold registry
//!   directory ◀──notify──┘   └──▶ StaticRegistry (a fixed list, no network)
//! ```
//!
//! * [`Registry`] and [`NotifyListener`]: the door; what the rest of the house sees.
//! * [`client::ZkClient`]: a client for ZooKeeper and for the built-in registry.
//! * [`StaticRegistry`]: a fixed list of provider URLs.
//! * [`matching`]: which registered URL answers which subscription.
//! * [`address`]: which address a provider announces, and why.

#![forbid(unsafe_code)]

pub mod address;
pub mod client;
mod error;
pub mod matching;
mod registry;
mod static_list;

pub use error::RegistryError;
pub use registry::{BoxFuture, Category, NotifyListener, Registry, Subscription, UnknownCategory};
pub use static_list::StaticRegistry;
