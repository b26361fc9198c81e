//! The provider's end: unpacks an invocation for the user's service and packs its answer.

use std::{any::Any, sync::Arc};

use tenfold_common::Url;
use tenfold_protocol::{
    BoxFuture, Context, ErrorKind, Invocation, Invoker, Payload, Response, RpcError,
    ServiceDescriptor,
};
use tenfold_serialization::{Reader, SerializationKind, Writer};

use crate::{ArgumentTuple, MethodResult, Packed, ServiceError};

/// A generated server: dispatches calls to the user's implementation.
pub trait Skeleton: Send + Sync + 'static {
    /// The interface that it serves.
    fn descriptor(&self) -> Arc<ServiceDescriptor>;

    /// Calls the method at place `method` of the interface.
    fn dispatch(
        &self,
        method: usize,
        invocation: Invocation,
    ) -> BoxFuture<Result<Response, RpcError>>;
}

/// A [`Skeleton`] as an [`Invoker`].
pub struct SkeletonInvoker {
    url: Url,
    skeleton: Arc<dyn Skeleton>,
}

impl SkeletonInvoker {
    /// An invoker for `skeleton`, which is described by `url`.
    pub fn new(url: Url, skeleton: Arc<dyn Skeleton>) -> Self {
        Self { url, skeleton }
    }
}

impl Invoker for SkeletonInvoker {
    fn url(&self) -> &Url {
        &self.url
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        self.skeleton
            .dispatch(invocation.call.method.index, invocation)
    }
}

/// Takes a typed call apart: the context for the handler, and the arguments.
///
/// # Errors
///
/// [`ErrorKind::BadRequest`] when the arguments are not of the types that the method declares.
pub fn unpack<A: ArgumentTuple>(invocation: Invocation) -> Result<(Context, A), RpcError> {
    let context = Context::of_call(&invocation.call);
    let Payload::Unary(arguments) = invocation.payload else {
        return Err(RpcError::new(
            ErrorKind::Unsupported,
            "the method takes no stream",
        ));
    };
    let any: Arc<dyn Any + Send + Sync> = Arc::clone(&arguments) as _;
    let Ok(packed) = any.downcast::<Packed<A>>() else {
        return Err(RpcError::new(
            ErrorKind::BadRequest,
            format!(
                "the arguments are not the `{}` that the method declares",
                std::any::type_name::<A>()
            ),
        ));
    };
    drop(arguments);
    match Arc::try_unwrap(packed) {
        Ok(Packed(arguments)) => Ok((context, arguments)),
        // A filter has kept the arguments: copy them the way the wire would.
        Err(shared) => Ok((context, copy(&shared.0)?)),
    }
}

/// Packs what a handler returned.
///
/// # Errors
///
/// The [`RpcError`] that the handler passes on from a call of its own, marked as
/// [nested](RpcError::is_nested).
pub fn answer<R: MethodResult>(result: R, context: Context) -> Result<Response, RpcError> {
    let response = match result.into_result() {
        Ok(value) => Response::value(value),
        Err(error) => Response::exception(error.into_exception().map_err(RpcError::into_nested)?),
    };
    Ok(response.with_attachments(context.into_response_attachments()))
}

/// The answer to a call of a method that the skeleton does not have.
pub fn no_such_method(invocation: &Invocation) -> BoxFuture<Result<Response, RpcError>> {
    let call = &invocation.call;
    let error = RpcError::new(
        ErrorKind::MethodNotFound,
        format!("{} has no method {:?}", call.service.interface, call.method),
    );
    Box::pin(std::future::ready(Err(error)))
}

fn copy<A: ArgumentTuple>(arguments: &A) -> Result<A, RpcError> {
    let broken = |error| {
        RpcError::new(ErrorKind::Serialization, "cannot copy the arguments").with_source(error)
    };
    let mut bytes = Vec::new();
    {
        let mut writer = Writer::open(SerializationKind::HESSIAN2, &mut bytes).map_err(broken)?;
        arguments.write(&mut writer).map_err(broken)?;
    }
    let mut reader = Reader::open(SerializationKind::HESSIAN2, &bytes).map_err(broken)?;
    A::read(&mut reader).map_err(broken)
}
