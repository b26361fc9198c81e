//! Dubbo's tree on a ZooKeeper client: [`ZkRegistry`].
//!
//! ```text
//!   /<root>/<interface>/providers/<encoded URL>       ephemeral; persistent with dynamic=false
//!   /<root>/<interface>/consumers/<encoded URL>       ephemeral
//!   /<root>/<interface>/configurators/<encoded URL>   persistent
//!   /<root>/<interface>/routers/<encoded URL>         persistent
//! ```
//!
//! * [`tree`]: node paths, and what of a URL is registered. Plain functions.
//! * `keeper`: one task that compares what should stand with what stands, every few seconds and
//!   after every reconnect, and mends the difference.
//! * `follow`: one task for each followed children list; it gathers bursts, and compares from time
//!   to time too, so that a lost event costs seconds and not correctness.
//! * `cache`: the file that lets a consumer start while the registry is down.
//! * `metadata`: what Dubbo Admin and Dubbo 3 consumers read beside the tree.

mod cache;
mod follow;
mod keeper;
mod metadata;
mod properties;
mod registry;
mod settings;
mod subscriber;
pub mod tree;

pub use metadata::{MetadataKey, MethodDefinition, ServiceDefinition};
pub use registry::ZkRegistry;
