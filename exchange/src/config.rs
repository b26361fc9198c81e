//! What can be set, with the bounds of a connection.

use std::{fmt, sync::Arc, time::Duration};

use tenfold_transport::ReadLimits;

use crate::ClientState;

/// The limits and times of one connection, on either side.
///
/// The worst that one connection holds: [`out_bytes_max`](Self::out_bytes_max) and one message more
/// to be written, one message being read, about 100 bytes for each call in flight, and the
/// requests being served.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectionConfig {
    /// The longest body that is sent or taken. Default 8 MiB, Dubbo's `payload`.
    pub payload_bytes_max: usize,
    /// Calls in flight; further ones wait. Default 65,536: at 100 bytes each it is what one
    /// connection may reasonably cost, and far beyond what one provider answers at a time.
    pub in_flight_max: u32,
    /// Calls that wait for room; further ones are refused. Default 8,192.
    pub waiting_max: usize,
    /// Bytes that wait to be written before callers wait and no more requests are read. Default
    /// 1 MiB: several times what a socket takes at once, so that it never runs dry.
    pub out_bytes_max: usize,
    /// Requests of the peer that are being served by tasks before reading stops. Default 4,096; a
    /// protocol should refuse earlier, because an answer "exhausted" is better than silence.
    pub served_max: usize,
    /// Requests that are polled in place before other tasks get their turn. Default 256, half of
    /// what one read brings.
    pub polls_per_turn_max: usize,
    /// After how much silence of the peer a heartbeat is sent; `None` for never. Default 60 s.
    pub heartbeat: Option<Duration>,
    /// After how much silence the connection is closed; `None` for never. Default 180 s, three
    /// heartbeats.
    pub idle_timeout: Option<Duration>,
    /// How long the peer may take none of the bytes that wait for it. Default 30 s.
    pub write_timeout: Duration,
    /// How slowly a begun frame may arrive.
    pub read: ReadLimits,
}

/// What a [`Client`](crate::Client) is told.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ClientConfig {
    /// The connection's limits.
    pub connection: ConnectionConfig,
    /// Connect at the first call and not before.
    pub lazy: bool,
    /// When a lost connection is tried again.
    pub backoff: BackoffConfig,
    /// Where the jitter begins, so that a test can be run again. By default each client begins
    /// somewhere else.
    pub jitter_seed: Option<u64>,
    /// Told of each change of state, on the task that drives the connection: it must be quick.
    pub on_state: Option<StateCallback>,
}

/// Told of a client's changes of state.
pub type StateCallback = Arc<dyn Fn(ClientState) + Send + Sync>;

/// When a lost connection is tried again: first after about `min`, then after twice as long each
/// time, up to `max`. Each delay is shortened by up to a fifth at random, so that many clients do
/// not come back at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackoffConfig {
    /// The first delay. Default 50 ms.
    pub min: Duration,
    /// The longest delay. Default 800 ms, so that a restarted provider is used again within a
    /// second; a refused connection every 800 ms costs nothing.
    pub max: Duration,
}

/// What a [`Server`](crate::Server) is told.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ServerConfig {
    /// The limits of each connection.
    pub connection: ConnectionConfig,
    /// Connections at one time, Dubbo's `accepts`; an excess one is closed as soon as it was
    /// accepted. `None` for no limit.
    pub accepts: Option<usize>,
}

impl Default for ConnectionConfig {
    fn default() -> Self {
        Self {
            payload_bytes_max: 8 * 1024 * 1024,
            in_flight_max: 65_536,
            waiting_max: 8_192,
            out_bytes_max: 1024 * 1024,
            served_max: 4_096,
            polls_per_turn_max: 256,
            heartbeat: Some(Duration::from_secs(60)),
            idle_timeout: Some(Duration::from_secs(180)),
            write_timeout: Duration::from_secs(30),
            read: ReadLimits::default(),
        }
    }
}

impl Default for BackoffConfig {
    fn default() -> Self {
        Self {
            min: Duration::from_millis(50),
            max: Duration::from_millis(800),
        }
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("connection", &self.connection)
            .field("lazy", &self.lazy)
            .field("backoff", &self.backoff)
            .field("jitter_seed", &self.jitter_seed)
            .finish_non_exhaustive()
    }
}
