//! What can go wrong before the first call: building, exporting, referring.

use tenfold_common::{ParseUrlError, UnknownExtension};
use tenfold_config::ConfigError;
use tenfold_protocol::{ExportError, RpcError};
use tenfold_registry::{RegistryError, address::AddressError};

/// An application could not be built, or a service could not be exported or referred.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A URL that the user gave is none.
    #[error("bad URL: {0}")]
    Url(#[from] ParseUrlError),
    /// The configuration is wrong; every fault is named with its place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A name that no extension has.
    #[error(transparent)]
    Extension(#[from] UnknownExtension),
    /// A service cannot be served.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The registry cannot be used.
    #[error("registry {url}: {source}")]
    Registry {
        /// The registry's URL, without credentials.
        url: String,
        /// What is wrong.
        source: RegistryError,
    },
    /// The address to register is not usable.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A provider cannot be reached at start, or nobody provides the service; `check(false)` on the
    /// reference starts without.
    #[error("cannot refer to {service}: {source}")]
    Refer {
        /// The service.
        service: String,
        /// What is wrong.
        source: RpcError,
    },
    /// A setting that contradicts another, or is missing.
    #[error("{0}")]
    Setting(String),
}
