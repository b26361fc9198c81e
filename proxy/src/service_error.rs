//! The error type of a service's methods: typed on both ends, a Java exception between them.

use tenfold_hessian2::{Decode, Decoder, Encode, Encoder, Value};
use tenfold_protocol::{Exception, RpcError};

/// An error type that can cross the wire.
///
/// A business exception travels as a Java exception of the class that a variant names; a call that
/// the framework could not carry out arrives as an [`RpcError`], hence the `From`. Derive it:
/// `#[derive(ServiceError)]`.
pub trait ServiceError: From<RpcError> + Send + 'static {
    /// The error for an exception that the provider's method threw. A class that no variant names
    /// goes into the catch-all variant, or into an [`RpcError`] that keeps class, message, stack
    /// and cause.
    fn from_exception(exception: Exception) -> Self;

    /// The exception that a consumer is sent.
    ///
    /// # Errors
    ///
    /// The [`RpcError`] when this is a failure of the framework and not of the method, such as one
    /// from a call that the method made.
    fn into_exception(self) -> Result<Exception, RpcError>;
}

impl ServiceError for RpcError {
    fn from_exception(exception: Exception) -> Self {
        Self::from_exception(exception)
    }

    fn into_exception(self) -> Result<Exception, RpcError> {
        RpcError::into_exception(self)
    }
}

/// The message field of a derived error: `String` or `Option<String>`.
pub trait ExceptionMessage {
    /// From the exception's message.
    fn read(message: Option<String>) -> Self;

    /// To the exception's message; `display` is the error's own text.
    fn write(self, display: String) -> String;
}

impl ExceptionMessage for String {
    fn read(message: Option<String>) -> Self {
        message.unwrap_or_default()
    }

    fn write(self, _display: String) -> String {
        self
    }
}

impl ExceptionMessage for Option<String> {
    fn read(message: Option<String>) -> Self {
        message
    }

    fn write(self, display: String) -> String {
        self.unwrap_or(display)
    }
}

/// An exception of `class` with `message`, without stack and cause.
pub fn exception(class: &str, message: String) -> Exception {
    Exception::new(class, message)
}

/// A field of an exception; a missing or unfitting one gives what a null would.
pub fn read_exception_field<T: Decode + Default>(exception: &Exception, name: &str) -> T {
    let Some(value) = exception.get(name) else {
        return T::default();
    };
    let mut bytes = Vec::new();
    if value.encode(&mut Encoder::new(&mut bytes)).is_err() {
        return T::default();
    }
    T::decode(&mut Decoder::new(&bytes)).unwrap_or_default()
}

/// Sets a field of an exception; a value that cannot be written is left out.
pub fn write_exception_field(exception: &mut Exception, name: &str, value: &impl Encode) {
    let mut bytes = Vec::new();
    if value.encode(&mut Encoder::new(&mut bytes)).is_err() {
        return;
    }
    if let Ok(value) = Value::decode(&mut Decoder::new(&bytes)) {
        exception.fields.push((name.to_owned(), value));
    }
}
