//! The cluster over made-up providers, without a network.

mod consistent_hash;
mod directory;
mod explain;
mod failover;
mod filters;
mod load;
mod routing;
mod selection;
mod world;
