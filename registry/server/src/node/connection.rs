//! What a node knows of one connection.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use tenfold_zk::{Id, Request, SessionId, Xid};

use crate::core::entry::Identities;

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) phase: Phase,
    pub(super) identities: Identities,
    /// Requests that cannot be answered yet, oldest first: a transaction that is not applied, and
    /// what stands behind it.
    pub(super) pending: VecDeque<Pending>,
    /// The number of the last transaction that was proposed for this connection.
    pub(super) sequence: u64,
    /// Bytes on their way out.
    pub(super) out: BytesMut,
    pub(super) opened_at: Duration,
    pub(super) stats: ConnectionStats,
}

/// How far a connection has come.
///
/// ```text
///   Fresh ──connect──► Opening ──session applied──► Live ──► closed
///     └──────────────resume──────────────────────────┘
/// ```
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing has been said.
    Fresh,
    /// A session is being opened; what comes behind the handshake is kept.
    Opening {
        read_only: Option<bool>,
        held: Vec<Bytes>,
    },
    /// Attached to a session.
    Live { session: SessionId },
}

/// A request that waits for its turn.
#[derive(Debug)]
pub(super) enum Pending {
    /// A transaction that has been proposed.
    Proposed {
        sequence: u64,
        xid: Xid,
        asked_at: Duration,
    },
    /// Something that is answered from the state behind the transaction in front of it.
    Local {
        xid: Xid,
        what: Box<Request>,
        asked_at: Duration,
    },
    /// A body that did not decode.
    Malformed { xid: Xid },
    /// An operation that does not exist.
    Unknown { xid: Xid },
}

/// What the four-letter word `cons` shows.
#[derive(Debug, Default)]
pub(super) struct ConnectionStats {
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) last_op: &'static str,
    pub(super) last_xid: i32,
    pub(super) last_zxid: i64,
    pub(super) last_reply: Duration,
    pub(super) last_latency_ms: u64,
    pub(super) latency: Latency,
    pub(super) timeout_ms: u128,
}

/// The spread of latencies in milliseconds.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Latency {
    count: u64,
    sum: u64,
    min: u64,
    max: u64,
}

impl Latency {
    pub(super) fn record(&mut self, ms: u64) {
        self.min = if self.count == 0 {
            ms
        } else {
            self.min.min(ms)
        };
        self.max = self.max.max(ms);
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(ms);
    }

    pub(super) fn min(&self) -> u64 {
        self.min
    }

    pub(super) fn max(&self) -> u64 {
        self.max
    }

    pub(super) fn average(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum as f64 / self.count as f64
        }
    }
}

impl Connection {
    pub(super) fn new(peer: SocketAddr, now: Duration) -> Self {
        let identities = Arc::from([Id::new("ip", &peer.ip().to_canonical().to_string())]);
        Self {
            peer,
            phase: Phase::Fresh,
            identities,
            pending: VecDeque::new(),
            sequence: 0,
            out: BytesMut::new(),
            opened_at: now,
            stats: ConnectionStats {
                last_op: "NA",
                ..ConnectionStats::default()
            },
        }
    }

    /// The session, once there is one.
    pub(super) fn session(&self) -> Option<SessionId> {
        match self.phase {
            Phase::Live { session } => Some(session),
            Phase::Fresh | Phase::Opening { .. } => None,
        }
    }

    /// Adds an identity, once.
    pub(super) fn add_identity(&mut self, identity: Id) {
        if !self.identities.contains(&identity) {
            self.identities = self.identities.iter().cloned().chain([identity]).collect();
        }
    }
}
