//! Settings of a [`ZkClient`].

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use rand::seq::SliceRandom;
use tenfold_zk::{AuthPacket, client::ClientConfig};

use super::{ZkClient, ZkError, ZkErrorKind, call::Handle, driver, hosts::Hosts, shared::Inner};
use crate::RegistryError;

/// Builds a [`ZkClient`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ZkClientBuilder {
    servers: String,
    core: ClientConfig,
    dial_timeout: Duration,
    request_timeout: Duration,
}

impl ZkClientBuilder {
    pub(super) fn new(servers: &str) -> Self {
        Self {
            servers: servers.to_owned(),
            core: ClientConfig::default(),
            dial_timeout: DIAL_TIMEOUT,
            request_timeout: REQUEST_TIMEOUT,
        }
    }

    /// Wanted session timeout, 60 s by default; the server clamps it.
    pub fn session_timeout(mut self, timeout: Duration) -> Self {
        self.core.session_timeout = timeout;
        self
    }

    /// How long connecting to one server and its handshake may take each, 5 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.dial_timeout = timeout;
        self.core.handshake_timeout = timeout;
        self
    }

    /// How long an operation may take, waiting for a connection and retries of reads included;
    /// 10 s by default.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Adds an identity that is shown after each handshake.
    pub fn auth(mut self, scheme: &str, auth: impl Into<Bytes>) -> Self {
        self.core.auth.push(auth_packet(scheme, auth.into()));
        self
    }

    /// Adds a digest identity.
    pub fn digest(self, user: &str, password: &str) -> Self {
        self.auth("digest", format!("{user}:{password}"))
    }

    /// Whether a server without a quorum will do; no by default.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.core.read_only = read_only;
        self
    }

    /// Longest reply, 64 MiB by default. A server may send more than it accepts: a children list
    /// has no limit of its own.
    pub fn reply_bytes_max(mut self, bytes: usize) -> Self {
        self.core.reply_bytes_max = bytes;
        self
    }

    /// Starts the client; it connects in the background. Needs a running tokio runtime.
    ///
    /// # Errors
    ///
    /// [`RegistryError::BadServers`] when the list of servers cannot be read.
    pub fn start(self) -> Result<ZkClient, RegistryError> {
        let (mut hosts, chroot) =
            Hosts::parse(&self.servers).map_err(|error| RegistryError::BadServers {
                servers: self.servers.clone(),
                reason: error.to_string(),
            })?;
        hosts.addresses_mut().shuffle(&mut rand::rng());
        let inner = Arc::new(Inner::new(self.core, chroot));
        let driver = tokio::spawn(driver::run(Arc::clone(&inner), hosts, self.dial_timeout));
        Ok(ZkClient::new(
            Handle::new(inner, driver),
            self.request_timeout,
        ))
    }

    /// Starts the client and waits until its session stands.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Zk`] when that takes longer than the request timeout, or the identity is
    /// refused; [`RegistryError::BadServers`] when the list of servers cannot be read.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the client.
    pub async fn connect(self) -> Result<ZkClient, RegistryError> {
        let limit = self.request_timeout;
        let client = self.start()?;
        let mut session = client.session();
        let kind = match tokio::time::timeout(limit, session.connected()).await {
            Ok(true) => return Ok(client),
            Ok(false) => ZkErrorKind::AuthFailed,
            Err(_) => ZkErrorKind::DeadlineExceeded { limit, sent: false },
        };
        Err(ZkError::new(kind, "connect", None).into())
    }
}

pub(super) fn auth_packet(scheme: &str, auth: Bytes) -> AuthPacket {
    AuthPacket {
        kind: 0,
        scheme: scheme.to_owned(),
        auth: Some(auth),
    }
}

const DIAL_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
