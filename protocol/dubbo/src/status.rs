//! The status byte of a response, and the framework's errors behind it.
//!
//! Codes and meanings are those of Dubbo's `Response`; a code that is not 20 has one string as its
//! body.

use tenfold_protocol::{ErrorKind, Origin, Retry, RpcError};

pub(crate) const OK: u8 = 20;
pub(crate) const SERIALIZATION_ERROR: u8 = 25;
pub(crate) const CLIENT_TIMEOUT: u8 = 30;
pub(crate) const SERVER_TIMEOUT: u8 = 31;
pub(crate) const BAD_REQUEST: u8 = 40;
pub(crate) const BAD_RESPONSE: u8 = 50;
pub(crate) const SERVICE_NOT_FOUND: u8 = 60;
pub(crate) const SERVICE_ERROR: u8 = 70;
pub(crate) const SERVER_ERROR: u8 = 80;
pub(crate) const THREADPOOL_EXHAUSTED: u8 = 100;

/// The status with which a provider reports `error`.
pub(crate) fn of_error(error: &RpcError) -> u8 {
    match error.kind() {
        ErrorKind::Overloaded => THREADPOOL_EXHAUSTED,
        ErrorKind::BadRequest | ErrorKind::Serialization => BAD_REQUEST,
        ErrorKind::PayloadTooLarge => SERIALIZATION_ERROR,
        ErrorKind::ServiceNotFound | ErrorKind::MethodNotFound | ErrorKind::Forbidden => {
            SERVICE_ERROR
        }
        _ => SERVER_ERROR,
    }
}

/// The error that a response with `status` and `text` stands for on a consumer.
///
/// The codes are coarse, and Java peers differ in which one they send for an unknown service or
/// method, so the stable parts of the texts decide where the code does not.
pub(crate) fn to_error(status: u8, text: &str) -> RpcError {
    let kind = match status {
        THREADPOOL_EXHAUSTED => ErrorKind::Overloaded,
        CLIENT_TIMEOUT | SERVER_TIMEOUT => ErrorKind::Timeout,
        SERIALIZATION_ERROR => ErrorKind::PayloadTooLarge,
        BAD_RESPONSE => ErrorKind::Serialization,
        SERVICE_NOT_FOUND => ErrorKind::ServiceNotFound,
        SERVICE_ERROR if text.contains("Not found exported service") => ErrorKind::ServiceNotFound,
        SERVICE_ERROR if names_no_method(text) => ErrorKind::MethodNotFound,
        SERVICE_ERROR if text.contains("Invalid token! Forbid invoke") => ErrorKind::Forbidden,
        // Of Dubbo's `ExecuteLimitFilter`.
        SERVICE_ERROR if text.contains("using threads greater than") => ErrorKind::Overloaded,
        BAD_REQUEST if names_unknown_service(text) => ErrorKind::ServiceNotFound,
        BAD_REQUEST if names_unknown_method(text) => ErrorKind::MethodNotFound,
        BAD_REQUEST => ErrorKind::BadRequest,
        _ => ErrorKind::ServerError,
    };
    let error = RpcError::new(
        kind,
        format!("the provider answered with status {status}: {text}"),
    )
    .with_origin(Origin::Peer);
    match status {
        // Encoding the answer failed after the method had run.
        SERIALIZATION_ERROR | BAD_RESPONSE => error.with_retry(Retry::Never),
        _ => error,
    }
}

/// `No such method m in class C` of a generic call, or the exception itself in 2.7.
fn names_no_method(text: &str) -> bool {
    text.contains("No such method")
        || text.contains("GenericFilter") && text.contains("java.lang.NoSuchMethodException")
}

/// `…Service <key> not found, invocation rejected.` of Dubbo 3.
fn names_unknown_service(text: &str) -> bool {
    text.contains("not found, invocation rejected")
}

/// `Service not found:<path>, <method>` of Dubbo 2.7, `RpcInvocation [methodName=m,
/// parameterTypes=null…]` of Dubbo 3.3.
fn names_unknown_method(text: &str) -> bool {
    text.contains("Service not found:") || text.contains("parameterTypes=null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_decide_where_codes_are_coarse() {
        for (status, text, kind) in [
            (
                100,
                "Server side(127.0.0.1,20880) thread pool is exhausted",
                ErrorKind::Overloaded,
            ),
            (
                70,
                "…RemotingException: Not found exported service: a.B in [",
                ErrorKind::ServiceNotFound,
            ),
            (
                40,
                "Fail to decode request due to: java.io.IOException: Service a.B not found, invocation rejected.",
                ErrorKind::ServiceNotFound,
            ),
            (
                40,
                "Fail to decode request due to: RpcInvocation [methodName=m, parameterTypes=null]",
                ErrorKind::MethodNotFound,
            ),
            (
                40,
                "Fail to decode request due to: broken",
                ErrorKind::BadRequest,
            ),
            (199, "what", ErrorKind::ServerError),
        ] {
            assert_eq!(to_error(status, text).kind(), kind, "{status} {text}");
        }
    }

    #[test]
    fn an_answer_that_could_not_be_sent_is_never_asked_for_again() {
        assert!(!to_error(25, "Data length too large").may_retry(true));
    }
}
