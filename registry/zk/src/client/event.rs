//! What a [`super::ClientCore`] tells its shell.

use std::{fmt, time::Duration};

use super::WatchId;
use crate::{DecodeError, ErrorCode, Response, SessionId, WatcherEvent, Xid, Zxid};

/// Names one request of one user; chosen by the shell, never twice the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// What the core tells the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A session stands.
    Connected {
        /// Its id.
        session: SessionId,
        /// The negotiated timeout.
        timeout: Duration,
        /// Whether it is another session than before: ephemerals and watches have gone.
        fresh: bool,
        /// Whether the server is read-only.
        read_only: bool,
    },
    /// The connection has ended and the session has not. The shell closes its socket.
    Suspended(Disconnect),
    /// The session has ended; the next handshake asks for another one.
    Expired(SessionId),
    /// A server refused an identity; the client is of no use any more.
    AuthFailed,
    /// A request has its result. Client-made codes are [`ErrorCode::CONNECTION_LOSS`],
    /// [`ErrorCode::SESSION_EXPIRED`], [`ErrorCode::AUTH_FAILED`] and [`ErrorCode::CLOSING`].
    Reply {
        /// The request.
        token: Token,
        /// The zxid of the reply; [`Zxid::NONE`] for client-made codes.
        zxid: Zxid,
        /// Body or code.
        result: Result<Response, ErrorCode>,
    },
    /// A watched node changed.
    Watch {
        /// Who watches.
        ids: Vec<WatchId>,
        /// What happened.
        event: WatcherEvent,
        /// The transaction, when the server says so.
        zxid: Zxid,
    },
    /// These watches have gone with their session.
    WatchesLost(Vec<WatchId>),
    /// The session was closed on request.
    Closed,
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disconnect {
    /// The peer or the network closed it.
    Closed,
    /// Nothing was heard for 2/3 of the session timeout.
    Silence,
    /// The server did not answer the handshake in time.
    HandshakeTimeout,
    /// The peer sent bytes that are no reply.
    Broken(DecodeError),
    /// The peer answered a request that was not next in line.
    OutOfOrder {
        /// The xid that was next; `None` when nothing was asked.
        expected: Option<Xid>,
        /// The xid that came.
        came: Xid,
    },
    /// The session was declared or found expired.
    Expired,
}

/// Why a request was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// Too many requests wait already. Safe to try again.
    #[error("{limit} requests wait already")]
    Overloaded {
        /// The limit.
        limit: usize,
    },
    /// The request is longer than servers accept.
    #[error("request of {bytes} bytes exceeds {limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The client was closed, or a server refused its identity.
    #[error("client is closed")]
    Closed,
}

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("connection closed"),
            Self::Silence => f.write_str("nothing heard for 2/3 of the session timeout"),
            Self::HandshakeTimeout => f.write_str("no answer to the handshake in time"),
            Self::Broken(error) => write!(f, "broken bytes: {error}"),
            Self::OutOfOrder { expected, came } => match expected {
                Some(expected) => write!(f, "reply to xid {came}, expected {expected}"),
                None => write!(f, "reply to xid {came}, expected none"),
            },
            Self::Expired => f.write_str("session expired"),
        }
    }
}
