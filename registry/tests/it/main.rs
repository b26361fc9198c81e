//! The registry client against the built-in server, over real loopback sockets.
//!
//! `TENFOLD_ZK=host:port` puts another compatible server in its place, ZooKeeper for instance; each
//! test works below a root of its own. Tests that stop the server run against the built-in one only.

mod client;
mod proxy;
mod registry;
mod support;
