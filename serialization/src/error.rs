//! What can go wrong between a value and its bytes.

use tenfold_hessian2::{DecodeError, EncodeError};

use crate::SerializationKind;

/// A value could not be written or read.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SerializationError {
    /// The value cannot be written.
    #[error("cannot encode: {0}")]
    Encode(#[from] EncodeError),
    /// The bytes cannot be read as the type that is expected.
    #[error("cannot decode: {0}")]
    Decode(#[from] DecodeError),
    /// The type has no form in this serialization.
    #[error("{type_name} has no {serialization} form")]
    Unsupported {
        /// The Rust type.
        type_name: &'static str,
        /// The serialization that was asked for.
        serialization: SerializationKind,
    },
}
