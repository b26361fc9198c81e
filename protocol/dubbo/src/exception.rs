//! Exceptions that are not the method's: the framework's own classes on the wire.

use tenfold_hessian2::Value;
use tenfold_protocol::{ErrorKind, Exception, Origin, Retry, RpcError};

const RPC_EXCEPTIONS: [&str; 2] = [
    "org.apache.dubbo.rpc.RpcException",
    "com.alibaba.dubbo.rpc.RpcException",
];

/// Codes of Dubbo's `RpcException`.
const NETWORK: i32 = 1;
const TIMEOUT: i32 = 2;
const FORBIDDEN: i32 = 4;
const SERIALIZATION: i32 = 5;
const NO_INVOKER: i32 = 6;
const LIMIT_EXCEEDED: i32 = 7;
const TIMEOUT_TERMINATE: i32 = 8;
const METHOD_NOT_FOUND: i32 = 11;

/// The framework's error that `exception` stands for, if its class is Dubbo's `RpcException`:
/// a provider's filters refuse calls with it.
///
/// dubbo-go says in an exception, with status 20, that it has no such method.
pub(crate) fn framework_error(exception: &Exception) -> Option<RpcError> {
    let text = exception.message.as_deref().unwrap_or_default();
    if exception.class == "java.lang.Throwable" && text.starts_with("cannot find method [") {
        let message = format!("the provider answered: {text}");
        return Some(RpcError::new(ErrorKind::MethodNotFound, message));
    }
    if !RPC_EXCEPTIONS.contains(&exception.class.as_str()) {
        return None;
    }
    let code = exception.get("code").and_then(Value::as_i64).unwrap_or(0);
    let (kind, retry) = match i32::try_from(code).unwrap_or(0) {
        // A filter of the provider, or what the method met in a call of its own: it may have begun.
        LIMIT_EXCEEDED => (ErrorKind::Overloaded, Retry::IfIdempotent),
        FORBIDDEN => (ErrorKind::Forbidden, Retry::IfIdempotent),
        METHOD_NOT_FOUND => (ErrorKind::MethodNotFound, Retry::IfIdempotent),
        TIMEOUT | TIMEOUT_TERMINATE => (ErrorKind::Timeout, Retry::IfIdempotent),
        NETWORK => (ErrorKind::Network, Retry::IfIdempotent),
        NO_INVOKER => (ErrorKind::NoProvider, Retry::IfIdempotent),
        SERIALIZATION => (ErrorKind::Serialization, Retry::Never),
        _ => (ErrorKind::ServerError, Retry::IfIdempotent),
    };
    let message = exception.message.as_deref().unwrap_or("no message");
    Some(
        RpcError::new(
            kind,
            format!("the provider answered with {}: {message}", exception.class),
        )
        .with_origin(Origin::Peer)
        .with_retry(retry),
    )
}

/// `error` as the exception that a Java consumer understands.
pub(crate) fn of_framework_error(error: &RpcError) -> Exception {
    let code = match error.kind() {
        ErrorKind::Overloaded => LIMIT_EXCEEDED,
        ErrorKind::Forbidden => FORBIDDEN,
        ErrorKind::Timeout => TIMEOUT,
        ErrorKind::Network | ErrorKind::Protocol => NETWORK,
        ErrorKind::NoProvider => NO_INVOKER,
        ErrorKind::Serialization | ErrorKind::PayloadTooLarge => SERIALIZATION,
        ErrorKind::MethodNotFound => METHOD_NOT_FOUND,
        _ => 0,
    };
    Exception::new(RPC_EXCEPTIONS[0], error.to_string()).field("code", code)
}
