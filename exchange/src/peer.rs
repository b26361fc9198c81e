//! The other end of one connection.

use std::{fmt, sync::Arc};

use tenfold_transport::Address;
use tokio_util::sync::CancellationToken;

use crate::{Call, OneWay, Outgoing, link::Link, proto::Statistics};

/// The other end of one connection.
///
/// A provider may send requests to its consumer over the connection that the consumer made.
pub struct Peer {
    link: Arc<Link>,
    local: Address,
    remote: Address,
    disconnected: CancellationToken,
}

impl Peer {
    pub(crate) fn new(link: Arc<Link>, local: Address, remote: Address) -> Self {
        Self {
            link,
            local,
            remote,
            disconnected: CancellationToken::new(),
        }
    }

    /// Sends a request to the peer. See [`Client::request`](crate::Client::request).
    ///
    /// Behind a client this is the client's link: after a reconnection requests go over the newer
    /// connection.
    pub fn request(&self, request: Outgoing<'_>) -> Call {
        Call::begin(&self.link, request)
    }

    /// Sends a request that has no answer. See [`Client::one_way`](crate::Client::one_way).
    pub fn one_way(&self, request: Outgoing<'_>) -> OneWay {
        OneWay::begin(&self.link, request)
    }

    /// The peer's address.
    pub fn remote_address(&self) -> &Address {
        &self.remote
    }

    /// Our address.
    pub fn local_address(&self) -> &Address {
        &self.local
    }

    /// Cancelled when this connection is gone.
    pub fn disconnected(&self) -> &CancellationToken {
        &self.disconnected
    }

    /// What the connection holds and has seen.
    pub fn statistics(&self) -> Statistics {
        self.link.statistics()
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peer({} -> {})", self.local, self.remote)
    }
}
