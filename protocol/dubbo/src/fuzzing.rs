//! The doors through which the fuzzer comes in; built under `--cfg fuzzing` only.

use std::sync::Arc;

use tenfold_common::Url;
use tenfold_hessian2::{Decode, Value};
use tenfold_protocol::{
    BoxFuture, Invocation, Invoker, MethodCodec, MethodDescriptor, Outcome, Payload, Peer,
    Response, RpcError, ServiceDescriptor, split_descriptors,
};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError, Writer};

use crate::{
    handler::DubboHandler,
    response,
    services::{Limit, Service, Services},
};

/// The provider's and the consumer's reading of bodies.
pub struct Doors {
    handler: DubboHandler,
    method: Arc<MethodDescriptor>,
    peer: Arc<Peer>,
}

impl Default for Doors {
    fn default() -> Self {
        Self::new()
    }
}

impl Doors {
    /// A provider of one service, `a.B`, that takes every call, under two groups and a token.
    pub fn new() -> Self {
        let services = Arc::new(Services::new());
        let limit = Arc::new(Limit::new(0));
        for parameters in ["", "&group=g", "&version=1.0.0&token=t"] {
            let text = format!("dubbo://127.0.0.1:20880/a.B?interface=a.B{parameters}");
            let Ok(url) = Url::parse(&text) else { continue };
            let mut descriptor = ServiceDescriptor::new("a.B").with_identity_of(&url);
            descriptor.open = Some(describe);
            let invoker = Arc::new(Nobody(url.clone()));
            services.add(Service::new(
                url,
                Arc::new(descriptor),
                invoker,
                Arc::clone(&limit),
            ));
        }
        Self {
            handler: DubboHandler::new(services, limit),
            method: Arc::new(any_method("any", 1)),
            peer: Arc::new(Peer::in_process()),
        }
    }

    /// Reads the body of a request as a provider does; whether it is one.
    pub fn request(&self, body: &[u8]) -> bool {
        // Twice: the second time from the tables of what is known.
        let first = self.handler.understands(body, &self.peer);
        assert_eq!(first, self.handler.understands(body, &self.peer));
        first
    }

    /// Reads the body of a response as a consumer does; whether it is one. What was read is
    /// written, read again, and must be the same.
    pub fn response(&self, body: &[u8]) -> bool {
        let Ok(read) = response::read(body, &self.method) else {
            return false;
        };
        let Some(text) = content(&read) else {
            return true;
        };
        let mut written = Vec::new();
        if response::write(&read, true, &mut written).is_ok() {
            let again = response::read(&written, &self.method).ok();
            assert_eq!(again.as_ref().and_then(content), Some(text));
        }
        true
    }
}

fn content(response: &Response) -> Option<Value> {
    match &response.outcome {
        Outcome::Value(Payload::Unary(value)) => {
            let any: &dyn std::any::Any = &**value;
            any.downcast_ref::<Value>().cloned()
        }
        _ => None,
    }
}

struct Nobody(Url);

impl Invoker for Nobody {
    fn url(&self) -> &Url {
        &self.0
    }

    fn invoke(&self, _: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        Box::pin(std::future::ready(Ok(Response::value(Value::Null))))
    }
}

struct Values(Vec<Value>);

impl Arguments for Values {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }

    fn text(&self, _: usize, _: &mut String) -> bool {
        false
    }
}

struct AnyCodec(usize);

impl MethodCodec for AnyCodec {
    fn read_arguments(
        &self,
        reader: &mut Reader<'_>,
    ) -> Result<Arc<dyn Arguments>, SerializationError> {
        let Reader::Hessian2(decoder) = reader else {
            return Ok(Arc::new(Values(Vec::new())));
        };
        let values = (0..self.0).map(|_| Value::decode(decoder));
        Ok(Arc::new(Values(values.collect::<Result<_, _>>()?)))
    }

    fn read_value(&self, reader: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        match reader {
            Reader::Hessian2(decoder) => Ok(Box::new(Value::decode(decoder)?)),
            _ => Ok(Box::new(Value::Null)),
        }
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        Some(Box::new(Value::Null))
    }
}

fn describe(name: &str, descriptor: &str) -> Option<Arc<MethodDescriptor>> {
    let parameters = split_descriptors(descriptor)?.len();
    Some(Arc::new(any_method(name, parameters)))
}

fn any_method(name: &str, parameters: usize) -> MethodDescriptor {
    MethodDescriptor::new(
        name.to_owned(),
        vec!["Ljava/lang/Object;".into(); parameters],
        "Ljava/lang/Object;",
        Box::new(AnyCodec(parameters)),
    )
}
