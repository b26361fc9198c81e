//! What puts an invoker on the network, or reaches one there.

use std::{io, sync::Arc, time::Duration};

use tenfold_common::Url;

use crate::{BoxFuture, Invoker, RpcError, ServiceDescriptor};

/// A wire protocol, provider and consumer side.
pub trait Protocol: Send + Sync {
    /// The name in URLs, such as `dubbo`.
    fn name(&self) -> &'static str;

    /// The port that is taken when a URL has none.
    fn default_port(&self) -> u16;

    /// Serves an invoker at the address of `url`. Services of one address share its listener.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before it is ready may leave the listener open, without the service.
    fn export(
        &self,
        url: Url,
        service: Arc<ServiceDescriptor>,
        invoker: Arc<dyn Invoker>,
    ) -> BoxFuture<Result<Box<dyn Exporter>, ExportError>>;

    /// Reaches the provider that `url` describes. It does not wait: connecting goes on behind the
    /// invoker, whose [`Invoker::is_available`] tells.
    ///
    /// # Errors
    ///
    /// An [`RpcError`] when the URL cannot be used.
    fn refer(
        &self,
        url: Url,
        service: Arc<ServiceDescriptor>,
    ) -> Result<Arc<dyn Invoker>, RpcError>;

    /// Tells every consumer, by a read-only notice, to send its next calls elsewhere. Calls that
    /// come all the same are answered.
    fn go_away(&self);

    /// Stops serving politely: a read-only notice to every consumer, answers until each connection
    /// has been quiet for `quiet`, then close; `deadline` bounds the whole. Connections to
    /// providers are closed after their calls in flight.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the rest of the connections open.
    fn shutdown(&self, quiet: Duration, deadline: Duration) -> BoxFuture<()>;
}

/// A service that is being served. Dropping it stops that.
pub trait Exporter: Send + Sync {
    /// The URL with the address that is really listened on.
    fn url(&self) -> &Url;

    /// Stops serving: later calls are answered as for an unknown service.
    fn unexport(&self);
}

/// A service could not be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportError {
    /// The address cannot be listened on.
    Bind {
        /// The address that was tried.
        address: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A service with that key is served on that port already.
    Duplicate {
        /// The service's key.
        key: String,
        /// The address it is served on.
        address: String,
    },
    /// The URL cannot be used by this protocol.
    BadUrl {
        /// The URL.
        url: Url,
        /// What is wrong with it.
        reason: String,
    },
}

impl std::fmt::Display for ExportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bind { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Duplicate { key, address } => {
                write!(f, "service {key} is served on {address} already")
            }
            Self::BadUrl { url, reason } => write!(f, "cannot export {url}: {reason}"),
        }
    }
}

impl std::error::Error for ExportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { source, .. } => Some(source),
            _ => None,
        }
    }
}
