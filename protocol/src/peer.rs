//! The other end of a connection, as the user's code sees it.

use std::{fmt, net::SocketAddr};

use tokio_util::sync::CancellationToken;

/// Which side of a call something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The side that calls.
    Consumer,
    /// The side that is called.
    Provider,
}

/// The other end of a connection.
#[derive(Debug)]
#[non_exhaustive]
pub struct Peer {
    /// Its address; `None` inside one process.
    pub remote: Option<SocketAddr>,
    /// Our end's address; `None` inside one process.
    pub local: Option<SocketAddr>,
    /// Cancelled when the connection is gone. A handler runs to its end all the same; it may look
    /// here to end early.
    pub disconnected: CancellationToken,
}

impl Peer {
    /// A peer at the other end of a network connection.
    pub fn new(remote: SocketAddr, local: SocketAddr, disconnected: CancellationToken) -> Self {
        Self {
            remote: Some(remote),
            local: Some(local),
            disconnected,
        }
    }

    /// A peer in the same process.
    pub fn in_process() -> Self {
        Self {
            remote: None,
            local: None,
            disconnected: CancellationToken::new(),
        }
    }
}

impl Side {
    /// The word that stands in URLs and metric names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Provider => "provider",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
