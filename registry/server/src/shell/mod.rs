//! The part that does: sockets, timers and tasks around the deciding parts.
//!
//! ```text
//!   listener ──spawns──► connection tasks ──Input──► owner (the node, the core)
//!                             ▲                        │
//!                             └───────── Outbox ◄──────┘
//! ```
//!
//! One task owns the node, so decisions have one order. Connection tasks cut frames and move bytes.
//! Inputs go through a bounded channel, and each connection has at most one batch of frames under
//! way; outputs are bounded by [`outbox`].

mod connection;
mod listener;
mod outbox;
mod owner;

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};

use self::{listener::Acceptor, owner::Owner};
use crate::{
    config::{ServerConfig, WordSet},
    core::Genesis,
    error::ServerError,
    node::Node,
};

/// A running registry server.
///
/// Dropping it stops the server without waiting; [`RegistryServer::stop`] waits until every task
/// has ended.
#[derive(Debug)]
pub struct RegistryServer {
    local_addr: SocketAddr,
    stop: watch::Sender<bool>,
    owner: JoinHandle<()>,
    listener: JoinHandle<()>,
}

impl RegistryServer {
    /// Starts to describe a server.
    #[must_use]
    pub fn builder() -> RegistryServerBuilder {
        RegistryServerBuilder::default()
    }

    /// Starts a server in this process on a free loopback port; it answers all four-letter words.
    ///
    /// # Errors
    ///
    /// As [`RegistryServerBuilder::start`].
    pub async fn embedded() -> Result<Self, ServerError> {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::builder()
            .listen(anywhere)
            .words(WordSet::All)
            .start()
            .await
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops listening, closes every connection and waits until all is over, at most some seconds.
    /// The sessions are not closed: to their clients it looks as if the server were gone, and it
    /// is.
    ///
    /// Dropping the future leaves the rest of the stopping to the tasks themselves.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // A task that has panicked is over as well.
        let _ = self.owner.await;
        let _ = self.listener.await;
    }
}

/// Describes a registry server before it starts.
#[derive(Debug, Clone, Default)]
pub struct RegistryServerBuilder {
    config: ServerConfig,
}

impl RegistryServerBuilder {
    /// Sets where to listen; the default is 127.0.0.1:2181, and port 0 picks a free one.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listen = address;
        self
    }

    /// Takes every setting from `config`.
    #[must_use]
    pub fn config(mut self, config: ServerConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets the beat of the clockwork; expiry is rounded up to it.
    #[must_use]
    pub fn tick(mut self, tick: Duration) -> Self {
        self.config.tick = tick;
        self
    }

    /// Sets the shortest and the longest session timeout that a client can get.
    #[must_use]
    pub fn session_timeouts(mut self, min: Duration, max: Duration) -> Self {
        self.config.session_timeout_min = min;
        self.config.session_timeout_max = max;
        self
    }

    /// Sets the digest, as in an access list, of the user who may do everything.
    #[must_use]
    pub fn super_digest(mut self, digest: impl Into<String>) -> Self {
        self.config.super_digest = Some(digest.into());
        self
    }

    /// Sets how often empty containers and nodes whose time to live is over are looked for.
    #[must_use]
    pub fn reap_interval(mut self, interval: Duration) -> Self {
        self.config.reap_interval = interval;
        self
    }

    /// Sets which four-letter words are answered; the default is `srvr` alone.
    #[must_use]
    pub fn words(mut self, words: WordSet) -> Self {
        self.config.words = words;
        self
    }

    /// Starts the server on the running tokio runtime.
    ///
    /// Dropping the future before it is ready starts nothing.
    ///
    /// # Errors
    ///
    /// [`ServerError::Setting`] for settings that contradict each other, [`ServerError::Listen`]
    /// when the address is taken or not ours.
    pub async fn start(self) -> Result<RegistryServer, ServerError> {
        let mut config = self.config;
        config.check()?;
        let address = config.listen;
        let listen = |source| ServerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let local_addr = listener.local_addr().map_err(listen)?;
        config.listen = local_addr;
        let secret = config
            .secret
            .clone()
            .unwrap_or_else(|| rand::random::<[u8; 32]>().to_vec());
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let genesis = Genesis::at(i64::try_from(unix.as_millis()).unwrap_or(0));
        let limits = config.limits.clone();
        let node = Node::new(config, genesis, &secret);
        let (stop, stopped) = watch::channel(false);
        let (inputs, received) = mpsc::channel(INPUTS_MAX);
        tracing::info!(%local_addr, "registry listens");
        let acceptor = Acceptor::new(inputs, limits);
        Ok(RegistryServer {
            local_addr,
            stop,
            owner: tokio::spawn(Owner::new(node).run(received, stopped.clone())),
            listener: tokio::spawn(acceptor.run(listener, stopped)),
        })
    }
}

/// So many inputs wait for the owner; then connections wait with reading. Each holds at most what
/// one read gave, or one large frame.
const INPUTS_MAX: usize = 1024;
