//! The part that decides: the replicated state.

pub mod entry;
