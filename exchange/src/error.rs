//! Why a call had no answer.

use std::sync::Arc;

use tenfold_transport::{CloseReason, TransportError};
use thiserror::Error;

/// A call that was not answered.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The deadline passed.
    #[error("no answer before the deadline ({progress})")]
    Timeout {
        /// How far the request had come.
        progress: Progress,
    },
    /// The connection ended.
    #[error("connection {reason} ({progress})")]
    Closed {
        /// Why it ended.
        reason: CloseReason,
        /// How far the request had come.
        progress: Progress,
    },
    /// A bound of this side is reached.
    #[error("{bound} exceed {limit}")]
    Overloaded {
        /// Which bound.
        bound: Bound,
        /// Its value.
        limit: usize,
    },
    /// There is no connection at the moment.
    #[error("not connected to {target}{}", cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default())]
    NotConnected {
        /// Where the client wants to be connected to.
        target: Arc<str>,
        /// Why the last attempt failed, or `None` if the connection was lost and no attempt was
        /// made since.
        cause: Option<Arc<TransportError>>,
    },
    /// This side is taking its leave and sends no further requests.
    #[error("the connection is being closed by this side")]
    Closing,
    /// The request is longer than is allowed; nothing was sent.
    #[error("request payload {bytes} bytes exceeds {limit}")]
    RequestTooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The answer is longer than is allowed; it was thrown away.
    #[error("answer payload {bytes} bytes exceeds {limit}")]
    AnswerTooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

/// How far a request had come when its call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No byte of it will ever be sent.
    Unsent,
    /// It stood in the out-buffer and was not written, or not to its end.
    Queued,
    /// All of it was handed to the network.
    Written,
}

/// A bound on what this side holds for one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bound {
    /// Calls that wait for room in the out-buffer or in the table of pending calls.
    WaitingCalls,
}

/// Whether a call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The peer did not run it and will not.
    Safe,
    /// The peer may have run it, or may still.
    UnknownOutcome,
    /// It would fail again.
    Never,
}

/// On whose side a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In this process.
    Local,
    /// Between the two.
    Network,
    /// In the other process.
    Peer,
}

impl ExchangeError {
    /// Whether the call may be made again.
    pub fn retry(&self) -> Retry {
        match self {
            // A queued request whose time is over still goes out with the buffer it stands in.
            Self::Timeout {
                progress: Progress::Queued | Progress::Written,
            } => Retry::UnknownOutcome,
            // A peer cannot run a request of which it has only a part.
            Self::Closed {
                progress: Progress::Written,
                ..
            } => Retry::UnknownOutcome,
            Self::Timeout { .. } | Self::Closed { .. } => Retry::Safe,
            Self::Overloaded { .. } | Self::NotConnected { .. } | Self::Closing => Retry::Safe,
            Self::RequestTooLarge { .. } | Self::AnswerTooLarge { .. } => Retry::Never,
        }
    }

    /// On whose side it failed.
    pub fn origin(&self) -> Origin {
        match self {
            Self::Timeout {
                progress: Progress::Written,
            } => Origin::Peer,
            Self::Timeout { .. } => Origin::Local,
            Self::Closed { reason, .. } => match reason {
                CloseReason::Local | CloseReason::Runtime => Origin::Local,
                CloseReason::Peer | CloseReason::PeerInFrame | CloseReason::Framing(_) => {
                    Origin::Peer
                }
                _ => Origin::Network,
            },
            Self::NotConnected { .. } => Origin::Network,
            Self::Overloaded { .. } | Self::Closing | Self::RequestTooLarge { .. } => Origin::Local,
            Self::AnswerTooLarge { .. } => Origin::Peer,
        }
    }

    /// Whether the whole request had been handed to the network.
    pub fn written(&self) -> bool {
        match self {
            Self::Timeout { progress } | Self::Closed { progress, .. } => {
                *progress == Progress::Written
            }
            Self::AnswerTooLarge { .. } => true,
            _ => false,
        }
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unsent => "the request was not sent",
            Self::Queued => "the request was queued and not written",
            Self::Written => "the request was written",
        })
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::WaitingCalls => "calls that wait for room",
        })
    }
}
