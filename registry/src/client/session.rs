//! The state of a client's session, as others may watch it.

use std::time::Duration;

use tenfold_zk::SessionId;
use tokio::sync::watch;

/// How the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionPhase {
    /// There has been no session yet, or the last one has expired.
    Connecting,
    /// Connected; requests are answered.
    Connected,
    /// The connection is lost and the session may live on.
    Suspended,
    /// A server refused the client's identity; nothing more will happen.
    AuthFailed,
    /// The client was closed.
    Closed,
}

impl SessionPhase {
    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::AuthFailed | Self::Closed)
    }
}

/// A session at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionState {
    /// How it stands.
    pub phase: SessionPhase,
    /// Its id; `None` before the first and after an expiry.
    pub session: Option<SessionId>,
    /// The timeout that the server granted.
    pub timeout: Duration,
    /// How many sessions there have been. Another number than before means that all ephemerals
    /// and watches of the client have gone.
    pub sessions: u64,
    /// How many times a connection was made. Another number than before means that something may
    /// have been missed.
    pub connections: u64,
}

/// Follows a client's session. States that pass quickly may be skipped; the counters in
/// [`SessionState`] tell that it happened.
#[derive(Clone, Debug)]
pub struct SessionWatch {
    receiver: watch::Receiver<SessionState>,
}

impl SessionWatch {
    pub(super) const fn new(receiver: watch::Receiver<SessionState>) -> Self {
        Self { receiver }
    }

    /// The state at this moment.
    pub fn current(&self) -> SessionState {
        *self.receiver.borrow()
    }

    /// Waits for a state that has not been seen; `None` when the client has gone.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn changed(&mut self) -> Option<SessionState> {
        self.receiver.changed().await.ok()?;
        Some(*self.receiver.borrow_and_update())
    }

    /// Waits until the session is connected; `false` when that will never be.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn connected(&mut self) -> bool {
        let settled = self.receiver.wait_for(|state| {
            matches!(
                state.phase,
                SessionPhase::Connected | SessionPhase::AuthFailed | SessionPhase::Closed
            )
        });
        settled
            .await
            .is_ok_and(|state| state.phase == SessionPhase::Connected)
    }
}

impl SessionState {
    pub(super) const fn initial(timeout: Duration) -> Self {
        Self {
            phase: SessionPhase::Connecting,
            session: None,
            timeout,
            sessions: 0,
            connections: 0,
        }
    }

    /// Whether requests are answered at this moment.
    pub const fn is_connected(&self) -> bool {
        matches!(self.phase, SessionPhase::Connected)
    }
}
