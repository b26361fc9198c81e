//! Calls without generated code: a method by its name, arguments and result as dynamic values.
//!
//! On the wire it is Dubbo's `$invoke(String method, String[] parameterTypes, Object[] arguments)`
//! with the attachment `generic=true`. Objects travel as maps that hold their class name under
//! `class`; enums as their names.

use std::{any::Any, sync::Arc};

use tenfold_common::keys;
use tenfold_hessian2::{Decode, Decoder, Value};
use tenfold_protocol::{
    Context, ErrorKind, Exception, Invocation, Invoker, MethodCodec, MethodDescriptor, Outcome,
    Payload, Response, RpcError, ServiceDescriptor,
};
use tenfold_serialization::{
    Arguments, Body, Reader, SerializationError, SerializationKind, Writer,
};

use crate::{Stub, text::push_value_text};

/// The Java name of the generic method.
pub(crate) const INVOKE: &str = "$invoke";
/// Its asynchronous twin, with the same parameters.
pub(crate) const INVOKE_ASYNC: &str = "$invokeAsync";
/// The parameters of both.
pub(crate) const PARAMETERS: [&str; 3] = [
    "Ljava/lang/String;",
    "[Ljava/lang/String;",
    "[Ljava/lang/Object;",
];

/// What both lines of Java Dubbo write on the wire, also to each other.
pub(crate) const GENERIC_EXCEPTION: &str = "com.alibaba.dubbo.rpc.service.GenericException";

const GENERIC_EXCEPTIONS: [&str; 2] = [
    GENERIC_EXCEPTION,
    "org.apache.dubbo.rpc.service.GenericException",
];

/// Calls any method of one service by name.
#[derive(Clone, Debug)]
pub struct GenericClient {
    stub: Stub,
}

/// The arguments of `$invoke`.
pub(crate) struct GenericArguments {
    pub(crate) method: String,
    pub(crate) types: Option<Vec<String>>,
    pub(crate) arguments: Vec<Value>,
}

/// Reads the values of `$invoke`.
pub(crate) struct GenericCodec;

impl GenericClient {
    /// The interface that a generic client calls: `$invoke` of `interface`.
    pub fn descriptor(interface: &str) -> ServiceDescriptor {
        ServiceDescriptor::new(interface.to_owned()).method(invoke_method(INVOKE))
    }

    /// A client that calls the service of `descriptor`, made by [`Self::descriptor`], through
    /// `invoker`.
    pub fn new(descriptor: Arc<ServiceDescriptor>, invoker: Arc<dyn Invoker>) -> Self {
        Self {
            stub: Stub::new(descriptor, invoker),
        }
    }

    /// Calls `method`. `types` are the Java names of the parameter types; without them the provider
    /// takes the only method of that name.
    ///
    /// # Errors
    ///
    /// An [`RpcError`]; of kind [`ErrorKind::Exception`] when the method threw.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops waiting for the answer, no more.
    pub async fn invoke(
        &self,
        context: &Context,
        method: &str,
        types: Option<&[String]>,
        arguments: Vec<Value>,
    ) -> Result<Value, RpcError> {
        let descriptor = self.stub.method(0)?;
        let mut call = self.stub.open_call(descriptor, context);
        call.attachments.insert(keys::GENERIC, "true");
        let arguments = GenericArguments {
            method: method.to_owned(),
            types: types.map(<[String]>::to_vec),
            arguments,
        };
        let invocation = Invocation::unary(call, Arc::new(arguments));
        let response = self.stub.invoker().invoke(invocation).await?;
        context.set_response_attachments(response.attachments.clone());
        value_of(response)
    }
}

/// The descriptor of `$invoke` or `$invokeAsync`.
pub(crate) fn invoke_method(name: &'static str) -> MethodDescriptor {
    let parameters = PARAMETERS
        .iter()
        .map(|parameter| (*parameter).into())
        .collect();
    MethodDescriptor::new(
        name,
        parameters,
        "Ljava/lang/Object;",
        Box::new(GenericCodec),
    )
}

fn value_of(response: Response) -> Result<Value, RpcError> {
    match response.outcome {
        Outcome::Value(Payload::Unary(value)) => value.downcast::<Value>().map_err(|_| {
            RpcError::new(
                ErrorKind::Serialization,
                "the answer to a generic call is no plain value",
            )
        }),
        Outcome::Exception(exception) => Err(RpcError::from_exception(unwrapped(*exception))),
        _ => Err(RpcError::new(
            ErrorKind::Unsupported,
            "the answer is a stream",
        )),
    }
}

/// What a `GenericException` stands for: the exception that the method threw.
pub(crate) fn unwrapped(exception: Exception) -> Exception {
    if !GENERIC_EXCEPTIONS.contains(&exception.class.as_str()) {
        return exception;
    }
    let text = |name| {
        exception
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    match text("exceptionClass") {
        Some(class) => {
            let message = text("exceptionMessage")
                .or(exception.message)
                .unwrap_or_default();
            Exception::new(class, message)
        }
        None => exception,
    }
}

impl Arguments for GenericArguments {
    fn count(&self) -> usize {
        PARAMETERS.len()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError> {
        let Writer::Hessian2(encoder) = writer else {
            return Err(unsupported());
        };
        encoder.write_str(&self.method);
        match &self.types {
            None => encoder.write_null(),
            Some(types) => {
                encoder.write_typed_list_start("[string", types.len())?;
                for name in types {
                    encoder.write_str(name);
                }
                encoder.write_list_end();
            }
        }
        encoder.write_typed_list_start("[object", self.arguments.len())?;
        for argument in &self.arguments {
            encoder.write(argument)?;
        }
        encoder.write_list_end();
        Ok(())
    }

    /// The text of the inner argument: hash keys and rules mean the method that is really called.
    fn text(&self, index: usize, out: &mut String) -> bool {
        self.arguments
            .get(index)
            .is_some_and(|argument| push_value_text(argument, out))
    }
}

impl MethodCodec for GenericCodec {
    fn read_arguments(
        &self,
        reader: &mut Reader<'_>,
    ) -> Result<Arc<dyn Arguments>, SerializationError> {
        let Reader::Hessian2(decoder) = reader else {
            return Err(unsupported());
        };
        let method = String::decode(decoder)?;
        let types = Option::<Vec<String>>::decode(decoder)?;
        let arguments = Option::<Vec<Value>>::decode(decoder)?.unwrap_or_default();
        Ok(Arc::new(GenericArguments {
            method,
            types,
            arguments,
        }))
    }

    fn read_value(&self, reader: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        let Reader::Hessian2(decoder) = reader else {
            return Err(unsupported());
        };
        Ok(Box::new(Value::decode(decoder)?))
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        Some(Box::new(Value::Null))
    }

    fn named_method<'a>(&self, arguments: &'a dyn Arguments) -> Option<&'a str> {
        let any: &dyn Any = arguments;
        any.downcast_ref::<GenericArguments>()
            .map(|arguments| arguments.method.as_str())
    }
}

pub(crate) fn unsupported() -> SerializationError {
    SerializationError::Unsupported {
        type_name: "a generic call",
        serialization: tenfold_serialization::SerializationKind::from_id(0),
    }
}

/// The arguments of a call as dynamic values, whatever form they have.
pub(crate) fn dynamic_values(arguments: &dyn Arguments) -> Result<Vec<Value>, RpcError> {
    let failed = |error: &dyn std::fmt::Display| {
        RpcError::new(
            ErrorKind::Serialization,
            format!("the arguments have no plain form: {error}"),
        )
    };
    let mut bytes = Vec::new();
    {
        let mut writer = Writer::open(SerializationKind::HESSIAN2, &mut bytes)
            .map_err(|error| failed(&error))?;
        arguments
            .write(&mut writer)
            .map_err(|error| failed(&error))?;
    }
    let mut decoder = Decoder::new(&bytes);
    (0..arguments.count())
        .map(|_| Value::decode(&mut decoder).map_err(|error| failed(&error)))
        .collect()
}
