//! Why a connection ended.

use std::{io, time::Duration};

use thiserror::Error;

/// Bytes that are not a frame.
///
/// After one the place where the next frame begins is lost, so the connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The bytes do not begin as a frame of this protocol does.
    #[error("a frame cannot begin with the bytes {0:#06x}")]
    Magic(u16),
    /// The head announces a body of less than nothing.
    #[error("body length {0} is negative")]
    NegativeLength(i32),
    /// An event carries more data than an event may.
    #[error("event data of {bytes} bytes exceeds {limit}")]
    EventTooLong {
        /// What was announced.
        bytes: usize,
        /// The most that is allowed.
        limit: usize,
    },
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// Our side closed it.
    #[error("closed by this side")]
    Local,
    /// The peer ended its side between two frames.
    #[error("closed by the peer")]
    Peer,
    /// The peer ended its side in the middle of a frame.
    #[error("closed by the peer in the middle of a frame")]
    PeerInFrame,
    /// The network reported an error.
    #[error("network error: {0}")]
    Network(io::ErrorKind),
    /// The peer sent bytes that are not a frame.
    #[error("not a frame: {0}")]
    Framing(#[from] FrameError),
    /// A begun frame head was not completed in time.
    #[error("a begun frame head was not completed in {0:?}")]
    SlowHead(Duration),
    /// A begun frame body came too slowly.
    #[error("a begun frame body brought fewer than {bytes_min} bytes in {window:?}")]
    SlowBody {
        /// The least that a window must bring.
        bytes_min: usize,
        /// The length of the window.
        window: Duration,
    },
    /// The peer did not take what we had to write.
    #[error("the peer took no bytes for {0:?}")]
    WriteStalled(Duration),
    /// Nothing was heard from the peer.
    #[error("nothing was heard from the peer for {0:?}")]
    Idle(Duration),
    /// The task that drives the connection ended: its runtime was shut down.
    #[error("the runtime that drives the connection was shut down")]
    Runtime,
}

impl From<io::Error> for CloseReason {
    fn from(error: io::Error) -> Self {
        Self::Network(error.kind())
    }
}
