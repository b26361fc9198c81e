//! What can go wrong before a channel exists.

use std::{io, time::Duration};

use thiserror::Error;

/// A channel or a listener that could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The name could not be resolved.
    #[error("cannot resolve {target}: {source}")]
    Resolve {
        /// What was asked for.
        target: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// No address of the target took the connection.
    #[error("cannot connect to {target}: {source}")]
    Connect {
        /// What was asked for.
        target: String,
        /// What the last address tried said.
        source: io::Error,
    },
    /// The connection was not made in time.
    #[error("cannot connect to {target} within {limit:?}")]
    ConnectTimeout {
        /// What was asked for.
        target: String,
        /// The time that was allowed.
        limit: Duration,
    },
    /// The address could not be listened on.
    #[error("cannot listen on {target}: {source}")]
    Listen {
        /// What was asked for.
        target: String,
        /// What the system said.
        source: io::Error,
    },
}
