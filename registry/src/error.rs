//! What can go wrong with a registry.

use std::time::Duration;

use tenfold_common::ParseUrlError;

use crate::client::ZkError;

/// Why a registry could not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The registry did not answer in time. Trying again later is safe.
    #[error("registry {address} is not connected after {waited:?}")]
    Unavailable {
        /// The registry's address.
        address: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The registry was closed by this process.
    #[error("registry {address} is closed")]
    Closed {
        /// The registry's address.
        address: String,
    },
    /// An operation on the registry tree failed.
    #[error(transparent)]
    Zk(#[from] ZkError),
    /// The list of servers cannot be read.
    #[error("registry servers `{servers}`: {reason}")]
    BadServers {
        /// The list.
        servers: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The URL names a kind of registry that is not known.
    #[error("registry protocol `{protocol}` is unknown; known: {known}")]
    UnknownProtocol {
        /// The protocol of the URL.
        protocol: String,
        /// The protocols that would do.
        known: &'static str,
    },
    /// A registry or provider URL cannot be read.
    #[error(transparent)]
    BadUrl(#[from] ParseUrlError),
    /// A setting in a registry URL does not make sense.
    #[error("registry parameter `{key}={value}`: {reason}")]
    BadParameter {
        /// The parameter.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl RegistryError {
    /// Whether the same request may succeed later without any change.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable { .. } => true,
            Self::Zk(error) => error.is_transient(),
            _ => false,
        }
    }
}
