//! The consumer's end: packs a typed call into an invocation and unpacks the answer.

use std::{fmt, sync::Arc, time::Instant};

use tenfold_protocol::{
    Call, CallOptions, Context, ErrorKind, Invocation, Invoker, MethodDescriptor, Outcome, Payload,
    Response, RpcError, ServiceDescriptor,
};

use crate::{ArgumentTuple, MethodResult, Packed, ServiceError};

/// A generated client.
pub trait Client: Sized {
    /// The interface that it calls.
    fn descriptor() -> &'static Arc<ServiceDescriptor>;

    /// A client that calls through `stub`.
    fn from_stub(stub: Stub) -> Self;
}

/// Calls the methods of one service through one invoker.
#[derive(Clone)]
pub struct Stub {
    invoker: Arc<dyn Invoker>,
    service: Arc<ServiceDescriptor>,
    options: Option<Arc<CallOptions>>,
}

impl Stub {
    /// A stub for `service`, called through `invoker`.
    pub fn new(service: Arc<ServiceDescriptor>, invoker: Arc<dyn Invoker>) -> Self {
        Self {
            invoker,
            service,
            options: None,
        }
    }

    /// The same stub with settings for its calls.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            options: Some(Arc::new(options)),
            ..self.clone()
        }
    }

    /// The invoker behind it.
    pub fn invoker(&self) -> &Arc<dyn Invoker> {
        &self.invoker
    }

    /// Calls a method by its place in the interface.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops waiting for the answer, no more: a request that has left is
    /// answered, and its handler runs to its end.
    pub async fn call<A: ArgumentTuple, R: MethodResult>(
        &self,
        method: usize,
        context: &Context,
        arguments: A,
    ) -> R {
        let method = match self.method(method) {
            Ok(method) => method,
            Err(error) => return failed(error),
        };
        let call = self.open_call(method, context);
        let invocation = Invocation::unary(call, Arc::new(Packed(arguments)));
        match self.invoker.invoke(invocation).await {
            Ok(response) => unpack_response(response, context),
            Err(error) => failed(error),
        }
    }

    /// A method by its place in the interface.
    pub(crate) fn method(&self, index: usize) -> Result<Arc<MethodDescriptor>, RpcError> {
        self.service
            .methods
            .get(index)
            .map(Arc::clone)
            .ok_or_else(|| {
                RpcError::new(
                    ErrorKind::MethodNotFound,
                    format!("{} has no method number {index}", self.service.interface),
                )
            })
    }

    /// The call of `method` with what the context and the options of this stub say.
    pub(crate) fn open_call(&self, method: Arc<MethodDescriptor>, context: &Context) -> Call {
        let started = Instant::now();
        let mut call = Call::new(Arc::clone(&self.service), method, started);
        call.attachments = context.attachments().clone();
        call.deadline = context.deadline();
        call.tag = context.tag().cloned();
        if let Some(options) = &self.options {
            call.attachments.extend_from(&options.attachments);
            call.timeout = options.timeout;
            if options.tag.is_some() {
                call.tag.clone_from(&options.tag);
            }
            call.retries = options.retries;
        }
        call
    }
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stub")
            .field("url", self.invoker.url())
            .finish_non_exhaustive()
    }
}

fn failed<R: MethodResult>(error: RpcError) -> R {
    R::from_result(Err(error.into()))
}

fn unpack_response<R: MethodResult>(response: Response, context: &Context) -> R {
    if !response.attachments.is_empty() {
        context.set_response_attachments(response.attachments);
    }
    match response.outcome {
        Outcome::Value(Payload::Unary(value)) => match value.downcast::<R::Value>() {
            Ok(value) => R::from_result(Ok(value)),
            Err(_) => failed(RpcError::new(
                ErrorKind::Serialization,
                format!(
                    "the answer is not the `{}` that the interface declares",
                    std::any::type_name::<R::Value>()
                ),
            )),
        },
        Outcome::Exception(exception) => R::from_result(Err(R::Error::from_exception(*exception))),
        _ => failed(RpcError::new(
            ErrorKind::Unsupported,
            "the answer is a stream, the method returns one value",
        )),
    }
}
