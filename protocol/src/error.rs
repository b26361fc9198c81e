//! The framework's error: what happened, on whose side, and whether it may be tried again.

use std::{error::Error, fmt, sync::Arc};

use crate::Exception;

/// A call that the framework could not carry out.
///
/// It answers three questions: what happened ([`RpcError::kind`]), on whose side
/// ([`RpcError::origin`]), and whether the call may be made again ([`RpcError::retry`]). The place
/// that fails knows best, so it sets all three. [`RpcError::explain`] holds the decisions that led
/// here, one line each: which providers were seen and why each fell out.
///
/// Cheap to move and to clone.
#[derive(Clone)]
pub struct RpcError {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    origin: Origin,
    retry: Retry,
    message: String,
    nested: bool,
    peer: Option<Arc<str>>,
    explain: Vec<String>,
    exception: Option<Box<Exception>>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No answer came in time.
    Timeout,
    /// The connection could not be made or was lost.
    Network,
    /// No provider can be called: none is registered, or each fell out.
    NoProvider,
    /// The registry says that the service is closed to this consumer.
    Forbidden,
    /// A limit of this process or of the provider is reached; nothing was run.
    Overloaded,
    /// The provider does not serve such a service.
    ServiceNotFound,
    /// The service has no such method.
    MethodNotFound,
    /// A value could not be encoded or decoded.
    Serialization,
    /// A message is larger than the limit allows.
    PayloadTooLarge,
    /// The provider could not understand the request.
    BadRequest,
    /// The provider's framework failed outside the method, or its handler panicked.
    ServerError,
    /// The method threw an exception that the method's error type does not name.
    Exception,
    /// The peer speaks something that is not the protocol.
    Protocol,
    /// A configured rule cannot be used.
    Config,
    /// The application is shutting down.
    Closed,
    /// What was asked for is not offered here.
    Unsupported,
}

/// On whose side it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// In this process.
    Local,
    /// Between the two processes.
    Network,
    /// In the other process.
    Peer,
}

/// Whether the call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It was not run.
    Safe,
    /// It may have been run: only if running it twice does no harm.
    IfIdempotent,
    /// It would fail again, or it was run.
    Never,
}

impl RpcError {
    /// An error with the origin and the retry advice that its kind usually has.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let (origin, retry) = kind.usual();
        Self {
            inner: Arc::new(Inner {
                kind,
                origin,
                retry,
                message: message.into(),
                nested: false,
                peer: None,
                explain: Vec::new(),
                exception: None,
                source: None,
            }),
        }
    }

    /// The error of a call whose method threw `exception`.
    pub fn from_exception(exception: Exception) -> Self {
        let message = match &exception.message {
            Some(message) => format!("{}: {message}", exception.class),
            None => exception.class.clone(),
        };
        Self::new(ErrorKind::Exception, message).edit(|inner| {
            inner.exception = Some(Box::new(exception));
        })
    }

    fn edit(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    /// The same error on another side.
    #[must_use]
    pub fn with_origin(self, origin: Origin) -> Self {
        self.edit(|inner| inner.origin = origin)
    }

    /// The same error with another retry advice.
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        self.edit(|inner| inner.retry = retry)
    }

    /// The same error, passed on by a handler that met it in a call of its own.
    ///
    /// To the handler's caller the method has begun, so what was safe to try again for the handler
    /// is safe for the caller only if running the method twice does no harm.
    #[must_use]
    pub fn into_nested(self) -> Self {
        self.edit(|inner| {
            inner.nested = true;
            if inner.retry == Retry::Safe {
                inner.retry = Retry::IfIdempotent;
            }
        })
    }

    /// The same error with the provider's `host:port`.
    #[must_use]
    pub fn with_peer(self, peer: impl Into<Arc<str>>) -> Self {
        self.edit(|inner| inner.peer = Some(peer.into()))
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(self, source: impl Error + Send + Sync + 'static) -> Self {
        self.edit(|inner| inner.source = Some(Arc::new(source)))
    }

    /// The same error with its message replaced by what `change` makes of it.
    #[must_use]
    pub fn map_message(self, change: impl FnOnce(&str) -> String) -> Self {
        self.edit(|inner| inner.message = change(&inner.message))
    }

    /// The same error with further lines of explanation.
    #[must_use]
    pub fn with_explanation(self, lines: impl IntoIterator<Item = String>) -> Self {
        self.edit(|inner| inner.explain.extend(lines))
    }

    /// What happened.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// On whose side it happened.
    pub fn origin(&self) -> Origin {
        self.inner.origin
    }

    /// Whether the call may be made again.
    pub fn retry(&self) -> Retry {
        self.inner.retry
    }

    /// Whether a handler met it in a call of its own.
    pub fn is_nested(&self) -> bool {
        self.inner.nested
    }

    /// Whether a further try is right for a method that is idempotent or not.
    pub fn may_retry(&self, idempotent: bool) -> bool {
        match self.inner.retry {
            Retry::Safe => true,
            Retry::IfIdempotent => idempotent,
            Retry::Never => false,
        }
    }

    /// The message, without the explanation.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The provider's `host:port`, when one was chosen.
    pub fn peer(&self) -> Option<&str> {
        self.inner.peer.as_deref()
    }

    /// The decisions that led here, one line each.
    pub fn explain(&self) -> &[String] {
        &self.inner.explain
    }

    /// The exception of an [`ErrorKind::Exception`].
    pub fn exception(&self) -> Option<&Exception> {
        self.inner.exception.as_deref()
    }

    /// Takes the exception out, or gives the error back.
    ///
    /// # Errors
    ///
    /// The error itself when it carries no exception.
    pub fn into_exception(self) -> Result<Exception, Self> {
        match &self.inner.exception {
            Some(exception) => Ok((**exception).clone()),
            None => Err(self),
        }
    }
}

impl ErrorKind {
    /// The origin and the retry advice that errors of this kind usually have.
    fn usual(self) -> (Origin, Retry) {
        match self {
            Self::Timeout => (Origin::Network, Retry::IfIdempotent),
            Self::Network => (Origin::Network, Retry::IfIdempotent),
            Self::NoProvider | Self::Forbidden => (Origin::Local, Retry::Never),
            Self::Overloaded => (Origin::Peer, Retry::Safe),
            Self::ServiceNotFound | Self::MethodNotFound => (Origin::Peer, Retry::Safe),
            Self::Serialization | Self::PayloadTooLarge => (Origin::Local, Retry::Never),
            Self::BadRequest => (Origin::Peer, Retry::Never),
            Self::ServerError => (Origin::Peer, Retry::IfIdempotent),
            Self::Exception => (Origin::Peer, Retry::Never),
            Self::Protocol => (Origin::Peer, Retry::IfIdempotent),
            Self::Config | Self::Unsupported => (Origin::Local, Retry::Never),
            Self::Closed => (Origin::Local, Retry::Never),
        }
    }

    /// A word for logs, metrics and machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Network => "network",
            Self::NoProvider => "no_provider",
            Self::Forbidden => "forbidden",
            Self::Overloaded => "overloaded",
            Self::ServiceNotFound => "service_not_found",
            Self::MethodNotFound => "method_not_found",
            Self::Serialization => "serialization",
            Self::PayloadTooLarge => "payload_too_large",
            Self::BadRequest => "bad_request",
            Self::ServerError => "server_error",
            Self::Exception => "exception",
            Self::Protocol => "protocol",
            Self::Config => "config",
            Self::Closed => "closed",
            Self::Unsupported => "unsupported",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        for line in &self.inner.explain {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RpcError")
            .field("kind", &self.inner.kind)
            .field("origin", &self.inner.origin)
            .field("retry", &self.inner.retry)
            .field("message", &self.inner.message)
            .field("peer", &self.inner.peer)
            .field("explain", &self.inner.explain)
            .finish_non_exhaustive()
    }
}

impl Error for RpcError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.inner
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_outcome_is_repeated_only_for_idempotent_methods() {
        let lost = RpcError::new(ErrorKind::Network, "connection lost");
        assert!(lost.may_retry(true));
        assert!(!lost.may_retry(false));
        assert!(lost.with_retry(Retry::Safe).may_retry(false));
    }

    #[test]
    fn the_explanation_stands_below_the_message() {
        let error = RpcError::new(ErrorKind::NoProvider, "no provider of a.B")
            .with_explanation(["10.0.0.1:20880 disabled".to_owned()]);
        assert_eq!(
            error.to_string(),
            "no provider of a.B\n  10.0.0.1:20880 disabled"
        );
    }
}
