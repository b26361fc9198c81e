//! The proxy room: what stands between the user's types and an [`Invoker`](tenfold_protocol::Invoker).
//!
//! * **Consumer**: a generated client is a [`Client`] around a [`Stub`], which packs the arguments
//!   into an invocation and unpacks the answer.
//! * **Provider**: a generated server is a [`Skeleton`]; [`SkeletonInvoker`] makes an invoker of it.
//! * **Errors**: a method's error type is a [`ServiceError`].
//! * **Without generated code**: [`GenericClient`] calls any service by names and dynamic values,
//!   [`DynamicService`] serves one from a description, [`GenericExport`] lets peers call a typed
//!   service generically, [`GenericTarget`] lets a typed client call a provider that has no types.
//!
//! ```text
//!   user ─▶ OrderServiceClient ─▶ Stub ─▶ Invoker …
//!   … Invoker = SkeletonInvoker ─▶ OrderServiceServer ─▶ user's OrderService
//! ```

mod arguments;
mod dynamic;
mod generic;
mod generic_export;
mod generic_target;
mod result;
mod service_error;
mod skeleton;
mod stub;
mod text;

pub use arguments::{ArgumentTuple, Packed, typed_method};
pub use dynamic::{DynamicService, DynamicServiceBuilder};
pub use generic::GenericClient;
pub use generic_export::{GenericExport, generalize};
pub use generic_target::GenericTarget;
pub use result::MethodResult;
pub use service_error::{
    ExceptionMessage, ServiceError, exception, read_exception_field, write_exception_field,
};
pub use skeleton::{Skeleton, SkeletonInvoker, answer, no_such_method, unpack};
pub use stub::{Client, Stub};
