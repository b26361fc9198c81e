//! The transport room: channels and listeners over TCP and in memory.
