//! The result type of a service method.

use tenfold_hessian2::{Decode, Encode, JavaType};

use crate::ServiceError;

/// What a service method returns: a `Result` of a value that travels and a [`ServiceError`].
///
/// Written as a trait so that an alias of `Result` works in a service trait as `Result` itself
/// does.
pub trait MethodResult: Send + 'static {
    /// The value.
    type Value: Encode + Decode + JavaType + Send + Sync + 'static;
    /// The error.
    type Error: ServiceError;

    /// As a plain `Result`.
    ///
    /// # Errors
    ///
    /// The error that it holds.
    fn into_result(self) -> Result<Self::Value, Self::Error>;

    /// From a plain `Result`.
    fn from_result(result: Result<Self::Value, Self::Error>) -> Self;
}

impl<T, E> MethodResult for Result<T, E>
where
    T: Encode + Decode + JavaType + Send + Sync + 'static,
    E: ServiceError,
{
    type Value = T;
    type Error = E;

    fn into_result(self) -> Result<T, E> {
        self
    }

    fn from_result(result: Result<T, E>) -> Self {
        result
    }
}
