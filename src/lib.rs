//! A Dubbo-compatible RPC framework with a built-in registry.

pub use tenfold_common::{AttachmentValue, Attachments, Deadline, Url};
pub use tenfold_hessian2 as hessian2;
pub use tenfold_macros::{ServiceError, service};
pub use tenfold_protocol::{
    CallOptions, Context, ErrorKind, Exception, Filter, Invoker, Origin, Retry, RpcError,
};
pub use tenfold_proxy::{Client, ServiceError, Skeleton};

/// What generated code names; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use tenfold_protocol::{
        BoxFuture, Invocation, MethodSettings, Response, ServiceDescriptor,
    };
    pub use tenfold_proxy::{
        ExceptionMessage, Stub, answer, exception, no_such_method, read_exception_field,
        typed_method, unpack, write_exception_field,
    };
}
