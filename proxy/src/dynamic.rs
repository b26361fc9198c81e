//! A provider made at run time from a description instead of a trait.
//!
//! Java's `GenericService` on the providing side: methods by name, arguments and results as dynamic
//! values. A description may name its methods, or leave them open and take every call.

use std::{borrow::Cow, future::Future, sync::Arc};

use tenfold_hessian2::{Decode, Value};
use tenfold_protocol::{
    BoxFuture, Context, ErrorKind, Exception, Invocation, MethodCodec, MethodDescriptor, Payload,
    Response, RpcError, ServiceDescriptor, descriptor_of_name, split_descriptors,
};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError, Writer};

use crate::{Skeleton, generic, text::push_value_text};

/// A service that is described at run time.
///
/// ```text
/// let service = DynamicService::builder("com.acme.Calculator")
///     .method("add", &["int", "int"], "int")
///     .handler(|_context, method, arguments| async move { … });
/// ```
pub struct DynamicService {
    descriptor: Arc<ServiceDescriptor>,
    handler: Arc<Handler>,
}

/// Describes a [`DynamicService`].
pub struct DynamicServiceBuilder {
    descriptor: ServiceDescriptor,
}

type Handler =
    dyn Fn(Arc<Context>, String, Vec<Value>) -> BoxFuture<Result<Value, Exception>> + Send + Sync;

/// Arguments as dynamic values.
struct DynamicArguments(Vec<Value>);

/// Reads as many dynamic values as the method has parameters.
struct DynamicCodec {
    parameters: usize,
}

impl DynamicService {
    /// Starts the description of `interface`.
    pub fn builder(interface: &str) -> DynamicServiceBuilder {
        DynamicServiceBuilder {
            descriptor: ServiceDescriptor::new(interface.to_owned()),
        }
    }
}

impl DynamicServiceBuilder {
    /// Sets the group.
    #[must_use]
    pub fn group(mut self, group: &str) -> Self {
        self.descriptor = self.descriptor.group(group.to_owned());
        self
    }

    /// Sets the version.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.descriptor = self.descriptor.version(version.to_owned());
        self
    }

    /// Adds a method by Java type names, such as `java.lang.String` and `int[]`.
    #[must_use]
    pub fn method(mut self, name: &str, parameters: &[&str], returns: &str) -> Self {
        let parameters = parameters
            .iter()
            .map(|name| descriptor_of_name(name))
            .collect();
        let method = dynamic_method(name, parameters, descriptor_of_name(returns));
        self.descriptor = self.descriptor.method(method);
        self
    }

    /// Takes calls of every method, described or not.
    #[must_use]
    pub fn any_method(mut self) -> Self {
        self.descriptor.open = Some(|name, descriptor| {
            let parameters = split_descriptors(descriptor)?;
            let parameters = parameters
                .into_iter()
                .map(|text| Cow::Owned(text.to_owned()))
                .collect();
            Some(Arc::new(dynamic_method(
                name,
                parameters,
                Cow::Borrowed("Ljava/lang/Object;"),
            )))
        });
        self
    }

    /// Finishes the description with what carries the calls out: it is given the context, the
    /// method's name and the arguments.
    pub fn handler<F, R>(self, handler: F) -> DynamicService
    where
        F: Fn(Arc<Context>, String, Vec<Value>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Value, Exception>> + Send + 'static,
    {
        DynamicService {
            descriptor: Arc::new(self.descriptor),
            handler: Arc::new(move |context, method, arguments| {
                Box::pin(handler(context, method, arguments))
            }),
        }
    }
}

impl Skeleton for DynamicService {
    fn descriptor(&self) -> Arc<ServiceDescriptor> {
        Arc::clone(&self.descriptor)
    }

    fn dispatch(
        &self,
        _method: usize,
        invocation: Invocation,
    ) -> BoxFuture<Result<Response, RpcError>> {
        let handler = Arc::clone(&self.handler);
        Box::pin(async move {
            let context = Arc::new(Context::of_call(&invocation.call));
            let name = invocation.call.method.name.clone().into_owned();
            let Payload::Unary(arguments) = invocation.payload else {
                return Err(RpcError::new(
                    ErrorKind::Unsupported,
                    "the method takes no stream",
                ));
            };
            let any: &dyn std::any::Any = &*arguments;
            let arguments = match any.downcast_ref::<DynamicArguments>() {
                Some(DynamicArguments(values)) => values.clone(),
                None => generic::dynamic_values(&*arguments)?,
            };
            let response = match handler(Arc::clone(&context), name, arguments).await {
                Ok(value) => Response::value(value),
                Err(exception) => Response::exception(exception),
            };
            Ok(response.with_attachments(context.response_attachments()))
        })
    }
}

fn dynamic_method(
    name: &str,
    parameters: Vec<Cow<'static, str>>,
    returns: Cow<'static, str>,
) -> MethodDescriptor {
    let codec = DynamicCodec {
        parameters: parameters.len(),
    };
    MethodDescriptor::new(name.to_owned(), parameters, returns, Box::new(codec))
}

impl Arguments for DynamicArguments {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError> {
        let Writer::Hessian2(encoder) = writer else {
            return Err(generic::unsupported());
        };
        for value in &self.0 {
            encoder.write(value)?;
        }
        Ok(())
    }

    fn text(&self, index: usize, out: &mut String) -> bool {
        self.0
            .get(index)
            .is_some_and(|value| push_value_text(value, out))
    }
}

impl MethodCodec for DynamicCodec {
    fn read_arguments(
        &self,
        reader: &mut Reader<'_>,
    ) -> Result<Arc<dyn Arguments>, SerializationError> {
        let Reader::Hessian2(decoder) = reader else {
            return Err(generic::unsupported());
        };
        let mut values = Vec::new();
        for _ in 0..self.parameters {
            values.push(Value::decode(decoder)?);
        }
        Ok(Arc::new(DynamicArguments(values)))
    }

    fn read_value(&self, reader: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        generic::GenericCodec.read_value(reader)
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        Some(Box::new(Value::Null))
    }
}
