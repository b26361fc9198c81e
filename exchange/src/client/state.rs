//! What a client's user sees of the connection.

use crate::proto::Phase;

/// Where a client's connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum ClientState {
    /// A lazy client that nobody has called yet.
    Idle = 0,
    /// The first attempt to connect is under way.
    Connecting = 1,
    /// Connected.
    Connected = 2,
    /// Connected to a provider that said it is going away.
    ReadOnly = 3,
    /// Not connected; attempts go on.
    Down = 4,
    /// This side takes its leave.
    Closing = 5,
    /// Closed for good.
    Closed = 6,
}

impl ClientState {
    pub(crate) fn of(phase: Phase, read_only: bool) -> Self {
        match phase {
            Phase::Idle => Self::Idle,
            Phase::Connecting => Self::Connecting,
            Phase::Open if read_only => Self::ReadOnly,
            Phase::Open => Self::Connected,
            Phase::Down => Self::Down,
            Phase::Closing => Self::Closing,
            Phase::Closed(_) => Self::Closed,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Idle,
            1 => Self::Connecting,
            2 => Self::Connected,
            3 => Self::ReadOnly,
            4 => Self::Down,
            5 => Self::Closing,
            _ => Self::Closed,
        }
    }
}
