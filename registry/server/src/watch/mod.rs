//! Watches: who wants to hear of which change.
//!
//! They belong to connections, live on the node that holds them and are never replicated.
//! [`WatchTable`] is told what changed, in order, and says which connections get which event; it
//! knows neither sockets nor access lists.

mod catch_up;
mod table;

pub use catch_up::{CatchUp, catch_up};
pub use table::{ConnectionId, Event, Summary, WatchTable};
