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
//! * [`zookeeper::ZkRegistry`]: Dubbo's tree on that client.
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
pub mod zookeeper;

pub use error::RegistryError;
pub use registry::{BoxFuture, Category, NotifyListener, Registry, Subscription, UnknownCategory};
pub use static_list::StaticRegistry;

use std::sync::Arc;

use tenfold_common::Url;

/// Opens the registry that a URL names: `zookeeper://…`, or the address `N/A` for none at all.
///
/// Dubbo's own form `registry://…?registry=zookeeper` is understood too.
///
/// # Errors
///
/// [`RegistryError::UnknownProtocol`], and those of [`zookeeper::ZkRegistry::connect`].
///
/// # Cancel safety
///
/// Dropping the future ends what it has started.
pub async fn open(url: Url) -> Result<Arc<dyn Registry>, RegistryError> {
    // The slash makes a host and a path of it.
    if format!("{}/{}", url.host(), url.path()) == StaticRegistry::NOT_AVAILABLE {
        return Ok(Arc::new(StaticRegistry::new([])));
    }
    let url = match url.param("registry") {
        Some(kind) if url.protocol() == "registry" => url
            .to_builder()
            .protocol(kind)
            .remove_param("registry")
            .build(),
        _ => url,
    };
    match url.protocol() {
        "zookeeper" => Ok(zookeeper::ZkRegistry::connect(url).await?),
        other => Err(RegistryError::UnknownProtocol {
            protocol: other.to_owned(),
            known: "zookeeper",
        }),
    }
}
