//! Where an application listens: one protocol on one port.

use std::time::Duration;

use tenfold_common::{Url, keys};

/// The dubbo2 protocol on one port, for [`ApplicationBuilder::listen`](crate::ApplicationBuilder::listen).
///
/// ```
/// use tenfold::Dubbo;
/// let listener = Dubbo::on(20880).host("127.0.0.1").executes(64);
/// ```
#[derive(Clone, Debug)]
pub struct Dubbo {
    url: Url,
}

impl Dubbo {
    /// Listens on `port` of every address; port 0 takes a free one.
    pub fn on(port: u16) -> Self {
        Self {
            url: Url::builder("dubbo", "0.0.0.0", Some(port)).build(),
        }
    }

    /// Listens on this address or host name only. It is registered too, unless it is a wildcard.
    #[must_use]
    pub fn host(self, host: &str) -> Self {
        Self {
            url: self.url.to_builder().host(host).build(),
        }
    }

    /// Calls of each service that run at once; more are refused and can be tried elsewhere. 0, the
    /// default, is unlimited.
    #[must_use]
    pub fn executes(self, calls: usize) -> Self {
        self.param(keys::EXECUTES, &calls.to_string())
    }

    /// Calls of the whole port that run at once; more are refused with status 100.
    #[must_use]
    pub fn threads(self, calls: usize) -> Self {
        self.param("threads", &calls.to_string())
    }

    /// The longest request and response body in bytes; 8 MiB by default.
    #[must_use]
    pub fn payload(self, bytes: usize) -> Self {
        self.param(keys::PAYLOAD, &bytes.to_string())
    }

    /// Connections at once; more are closed when they are accepted. 0 is unlimited.
    #[must_use]
    pub fn accepts(self, connections: usize) -> Self {
        self.param(keys::ACCEPTS, &connections.to_string())
    }

    /// How long a connection may be silent before it is asked for a sign of life; a minute by
    /// default.
    #[must_use]
    pub fn heartbeat(self, interval: Duration) -> Self {
        self.param(keys::HEARTBEAT, &interval.as_millis().to_string())
    }

    /// Any other parameter of the provider's URL, by Dubbo's own name.
    #[must_use]
    pub fn param(self, key: &str, value: &str) -> Self {
        Self {
            url: self.url.with_param(key, value),
        }
    }

    pub(crate) fn into_url(self) -> Url {
        self.url
    }
}
