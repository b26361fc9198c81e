//! A Dubbo-compatible RPC framework with a built-in registry.
//!
//! Declare an interface as a Rust trait, serve it, call it; Java, Go, Node and Python Dubbo programs
//! are on the other end without noticing.
//!
//! ```no_run
//! use tenfold::{Application, Context, Dubbo, RpcError};
//!
//! #[tenfold::service(interface = "demo.Greeter")]
//! pub trait Greeter {
//!     async fn hello(&self, cx: &Context, name: String) -> Result<String, RpcError>;
//! }
//!
//! struct Polite;
//!
//! impl Greeter for Polite {
//!     async fn hello(&self, _cx: &Context, name: String) -> Result<String, RpcError> {
//!         Ok(format!("hello, {name}"))
//!     }
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // A provider.
//! let provider = Application::builder("greeter")
//!     .listen(Dubbo::on(20880))
//!     .serve(GreeterServer::new(Polite))
//!     .start()
//!     .await?;
//!
//! // A consumer.
//! let application = Application::builder("visitor").start().await?;
//! let greeter: GreeterClient =
//!     application.refer().url("dubbo://127.0.0.1:20880").build().await?;
//! let greeting = greeter.hello(&Context::new(), "world".to_owned()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! With a registry, `.registry("zookeeper://host:2181")` stands on both builders and `.url(…)` goes.

mod application;
mod discovery;
mod error;
mod listen;
mod refer;
mod service;
pub mod signal;

pub use tenfold_cluster as cluster;
pub use tenfold_common::{AttachmentValue, Attachments, Deadline, Url, keys};
pub use tenfold_config as config;
pub use tenfold_hessian2 as hessian2;
pub use tenfold_macros::{ServiceError, Wire, service};
pub use tenfold_monitor::{Row, Snapshot, Statistics};
pub use tenfold_protocol::{
    BoxFuture, Call, CallOptions, Context, ErrorKind, Exception, Filter, Invocation, Invoker, Next,
    Origin, Outcome, Payload, Response, Retry, RpcError,
};
pub use tenfold_proxy::{Client, DynamicService, GenericClient, ServiceError, Skeleton};
#[cfg(feature = "registry-server")]
pub use tenfold_registry_server as registry_server;

pub use application::{Application, ApplicationBuilder};
pub use error::Error;
pub use listen::Dubbo;
pub use refer::{Reference, ReferenceBuilder};
pub use service::Service;

/// The product version that peers are told.
pub(crate) const RELEASE: &str = concat!("tenfold-", env!("CARGO_PKG_VERSION"));

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
