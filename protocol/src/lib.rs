//! The protocol room: what a call is, and who carries it out.
//!
//! The doors of this room are what every other room hangs on:
//!
//! * [`Invoker`]: something that can be called; a provider, a cluster of them, the user's service.
//! * [`Invocation`], [`Response`], [`Payload`]: the call on its way down and its answer.
//! * [`RpcError`]: what happened, on whose side, and whether it may be tried again.
//! * [`Filter`], [`FilterChain`]: what looks at every call.
//! * [`Protocol`], [`Exporter`]: what puts an invoker on the network or reaches one there.
//! * [`ServiceDescriptor`], [`MethodDescriptor`]: an interface as data.
//! * [`Context`]: what the user's code sees of the call beside its arguments.
//!
//! ```text
//!   consumer   proxy ─▶ cluster ─▶ FilterChain ─▶ protocol's Invoker ─▶ exchange
//!   provider   exchange ─▶ protocol's handler ─▶ FilterChain ─▶ skeleton (an Invoker) ─▶ service
//! ```
//!
//! A business exception is a [`Response`]; an [`RpcError`] is the framework's.

mod context;
mod descriptor;
mod error;
mod filter;
mod invocation;
mod invoker;
mod java;
mod peer;
mod protocol;
mod response;

/// An exception as it stands on the wire: class, message, stack, cause and the class's own fields.
pub use tenfold_hessian2::Throwable as Exception;

pub use context::{CallOptions, Context};
pub use descriptor::{
    DescribeMethod, MethodCodec, MethodDescriptor, MethodSettings, ServiceDescriptor,
};
pub use error::{ErrorKind, Origin, Retry, RpcError};
pub use filter::{Filter, FilterChain, Next};
pub use invocation::{Call, Invocation};
pub use invoker::{BoxFuture, Invoker};
pub use java::{descriptor_of_name, name_of_descriptor, split_descriptors};
pub use peer::{Peer, Side};
pub use protocol::{ExportError, Exporter, Protocol};
pub use response::{BodyStream, Outcome, Payload, Response};
