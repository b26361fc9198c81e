//! The monitor room: it watches calls and does not steer them.
//!
//! [`Statistics`] hands out filters. Each counts the calls that pass it by application, service,
//! method, side and peer, and keeps their durations in sketches that merge across threads, rows and
//! instances. What was counted is read as a [`Snapshot`]: rows for a console, a text table for a
//! terminal ([`Snapshot::table`]), Dubbo 3's metric names for the `metrics` facade
//! ([`Snapshot::export`]).
//!
//! ```text
//!   consumer   cluster ──▶ Statistics::per_call   one row a method: what the caller saw
//!                 └─try──▶ Statistics::per_try    one row a method and provider
//!   provider   protocol ─▶ Statistics::on_provider one row a method and consumer
//!                                  │
//!                        Cell (sharded by thread) ──▶ Snapshot ──▶ table, metrics, merge
//! ```
//!
//! A filter of this room never fails a call.

mod cell;
mod durations;
mod export;
mod filter;
mod recorder;
mod snapshot;
mod statistics;
mod table;

pub use durations::Durations;
pub use snapshot::{Row, Snapshot};
pub use statistics::Statistics;
