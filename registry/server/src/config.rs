//! What can be set on a registry server, with the bounds and why they are what they are.

use std::{net::SocketAddr, time::Duration};

use crate::error::ServerError;

/// The settings of a registry server.
///
/// Worst case of memory beside the tree itself, for each connection: two requests of
/// [`Limits::request_bytes_max`], one that is being decided and one that is being read, its
/// watches, and [`Limits::output_bytes_max`] on its way out. An idle connection holds no buffers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerConfig {
    /// Where to listen. Port 0 picks a free one.
    pub listen: SocketAddr,
    /// This node's number, the top byte of the session ids it makes.
    pub node_id: u8,
    /// The beat of the server's clockwork; session expiry is rounded up to it.
    pub tick: Duration,
    /// The shortest session timeout a client can get.
    pub session_timeout_min: Duration,
    /// The longest session timeout a client can get; Dubbo asks for 60 s.
    pub session_timeout_max: Duration,
    /// The secret that session passwords are made from; random for each start when absent.
    pub secret: Option<Vec<u8>>,
    /// The digest (`super:<base64 of SHA-1>`) whose owner passes every access check.
    pub super_digest: Option<String>,
    /// Which four-letter words are answered.
    pub words: WordSet,
    /// How often empty containers and nodes whose time to live is over are looked for.
    pub reap_interval: Duration,
    /// How long a container may stay empty that never had a child; zero for ever.
    pub container_unused_max: Duration,
    /// The bounds.
    pub limits: Limits,
}

/// The four-letter words that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WordSet {
    /// Only those named; ZooKeeper's own default is `srvr` alone.
    Only(Vec<String>),
    /// Every word.
    All,
}

impl WordSet {
    /// Whether `word` is answered.
    #[must_use]
    pub fn contains(&self, word: &str) -> bool {
        match self {
            Self::Only(words) => words.iter().any(|one| one == word),
            Self::All => true,
        }
    }
}

/// The bounds of a registry server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// The longest request, ZooKeeper's `jute.maxbuffer`: 1,048,575 bytes, which clients know and
    /// expect.
    pub request_bytes_max: usize,
    /// Bytes that may wait for a reader that does not read: 16 MiB. A connection's own requests
    /// wait once a mebibyte of replies does, so only watch events can pile up so far, and then the
    /// connection is cut. A single reply may be larger, as ZooKeeper's may: the names of very many
    /// children.
    pub output_bytes_max: usize,
    /// Connections in all: 16,384.
    pub connections_max: usize,
    /// Connections from one address, zero for no bound. ZooKeeper's 60 cuts off clients behind one
    /// address translation.
    pub connections_per_address_max: usize,
    /// Sessions in all: 65,536.
    pub sessions_max: usize,
    /// Watches of one connection: 262,144, some 30 MiB. Beyond it the connection is cut.
    pub watches_per_connection_max: usize,
    /// How long a connection may take to open a session: 10 s, as ZooKeeper's.
    pub handshake_time_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes_max: 1_048_575,
            output_bytes_max: 16 << 20,
            connections_max: 16_384,
            connections_per_address_max: 0,
            sessions_max: 65_536,
            watches_per_connection_max: 262_144,
            handshake_time_max: Duration::from_secs(10),
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 2181)),
            node_id: 1,
            tick: Duration::from_millis(2000),
            session_timeout_min: Duration::from_millis(4000),
            session_timeout_max: Duration::from_millis(60_000),
            secret: None,
            super_digest: None,
            words: WordSet::Only(vec!["srvr".to_owned()]),
            reap_interval: Duration::from_secs(60),
            container_unused_max: Duration::from_secs(300),
            limits: Limits::default(),
        }
    }
}

impl ServerConfig {
    /// Refuses settings that contradict each other.
    ///
    /// # Errors
    ///
    /// [`ServerError::Setting`] names the first one.
    pub fn check(&self) -> Result<(), ServerError> {
        let refuse = |message: &str| {
            Err(ServerError::Setting {
                message: message.to_owned(),
            })
        };
        if self.tick < Duration::from_millis(10) || self.tick > Duration::from_secs(60) {
            return refuse("tick must be between 10 ms and 60 s");
        }
        if self.session_timeout_min > self.session_timeout_max {
            return refuse("session_timeout_min is above session_timeout_max");
        }
        if self.session_timeout_min.is_zero() {
            return refuse("session_timeout_min must not be zero");
        }
        if self.session_timeout_max > Duration::from_secs(24 * 3600) {
            return refuse("session_timeout_max must not be above 24 h");
        }
        if self.node_id == u8::MAX {
            return refuse(
                "node_id must be at most 254: ids that begin with 0xff mark nodes with a time to live",
            );
        }
        if self.limits.request_bytes_max < 1024 || self.limits.request_bytes_max > 1 << 30 {
            return refuse("request_bytes_max must be between 1 KiB and 1 GiB");
        }
        Ok(())
    }
}
