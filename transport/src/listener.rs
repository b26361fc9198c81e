//! How a provider comes to channels.

use std::{
    io,
    task::{Context, Poll},
};

use crate::{Address, Channel};

/// Takes connections in.
pub trait Listener: Send + Unpin + 'static {
    /// Waits for the next connection.
    ///
    /// An error concerns one connection or the moment (such as too many open files); the listener
    /// goes on.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Channel>>;

    /// Where it listens; a port 0 that was asked for has become a real one.
    fn local_address(&self) -> &Address;
}
