//! Starts and stops the foreign peers of the interoperability tests, and reads what they say.
//!
//! A peer is a real program of another implementation: Java Dubbo 3.3.6 and 2.7.23, ZooKeeper
//! 3.9.5, dubbo-go 3.3.2. Each is built by [`build`], started as a [`process::Peer`] that ends
//! with its guard, and serves or calls the interface that `CASES.md` describes. Nothing here
//! depends on the framework itself, so that a fault of ours cannot hide in the harness.
//!
//! ```text
//!   suites ──► java, golang, zookeeper, ours ──► process ──► build, ports
//!      └─────► cases (CASES.md) ◄── report (ok / FAIL lines)
//!      └─────► tap ──► frames        (golden bytes)
//! ```

pub mod build;
pub mod cases;
pub mod error;
pub mod frames;
pub mod golang;
pub mod java;
pub mod ours;
pub mod ports;
pub mod process;
pub mod report;
pub mod rust;
pub mod suites;
pub mod tap;
pub mod zookeeper;

pub use error::{Error, Result};
