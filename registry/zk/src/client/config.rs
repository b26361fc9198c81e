//! Settings of a [`super::ClientCore`].

use std::time::Duration;

use crate::{AuthPacket, frame};

/// What a client asks for and tolerates.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientConfig {
    /// Wanted session timeout; the server clamps it. 60 s is what Dubbo asks for.
    pub session_timeout: Duration,
    /// How long a handshake may take, from the open socket to the server's answer.
    pub handshake_timeout: Duration,
    /// Identities to show after each handshake.
    pub auth: Vec<AuthPacket>,
    /// Whether a read-only server will do.
    pub read_only: bool,
    /// Most requests that wait to be sent or answered; more are refused.
    ///
    /// 16,384 small requests hold a few MB; that many in flight means a server that has stalled.
    pub requests_max: usize,
    /// Longest request in bytes, without its length prefix; ZooKeeper's servers close the
    /// connection above `jute.maxbuffer`.
    pub request_bytes_max: usize,
    /// Longest reply in bytes. Servers do not bound a children list, and one that does not fit
    /// would break the connection each time it is read, so the default is a generous 64 MiB:
    /// 200,000 providers of one interface. Memory grows with the bytes that came.
    pub reply_bytes_max: usize,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            session_timeout: Duration::from_secs(60),
            handshake_timeout: Duration::from_secs(5),
            auth: Vec::new(),
            read_only: false,
            requests_max: REQUESTS_MAX,
            request_bytes_max: frame::FRAME_BYTES_MAX,
            reply_bytes_max: REPLY_BYTES_MAX,
        }
    }
}

const REQUESTS_MAX: usize = 16_384;
const REPLY_BYTES_MAX: usize = 64 * 1024 * 1024;
