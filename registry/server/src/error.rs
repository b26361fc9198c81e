//! What can go wrong when a registry server is started.

use std::{fmt, io, net::SocketAddr};

/// Why a registry server did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// The address could not be listened on.
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// A setting makes no sense.
    Setting {
        /// The setting's name and what is wrong with it.
        message: String,
    },
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Setting { message } => f.write_str(message),
        }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } => Some(source),
            Self::Setting { .. } => None,
        }
    }
}
