//! An interface, its calls and how they end.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tenfold_common::Url;
use tenfold_protocol::{
    Call, ErrorKind, Exception, Filter, Invocation, MethodCodec, MethodDescriptor, Peer, Response,
    RpcError, ServiceDescriptor,
};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError, Writer};

/// The name that a generic call's arguments give.
pub(crate) struct Named(pub(crate) String);

impl Arguments for Named {
    fn count(&self) -> usize {
        1
    }

    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }

    fn text(&self, _: usize, _: &mut String) -> bool {
        false
    }
}

pub(crate) struct Nothing;

impl Body for Nothing {
    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }
}

struct Codec {
    generic: bool,
}

impl MethodCodec for Codec {
    fn read_arguments(&self, _: &mut Reader<'_>) -> Result<Arc<dyn Arguments>, SerializationError> {
        Ok(Arc::new(Named(String::new())))
    }

    fn read_value(&self, _: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        Ok(Box::new(Nothing))
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        None
    }

    fn named_method<'a>(&self, arguments: &'a dyn Arguments) -> Option<&'a str> {
        let arguments = arguments as &dyn std::any::Any;
        let named = arguments.downcast_ref::<Named>()?;
        self.generic.then_some(named.0.as_str())
    }
}

/// Methods `find`, `save` and `$invoke`, which is generic.
pub(crate) fn service() -> Arc<ServiceDescriptor> {
    static SERVICE: OnceLock<Arc<ServiceDescriptor>> = OnceLock::new();
    let method = |name: &'static str, generic| {
        MethodDescriptor::new(name, vec![], "V", Box::new(Codec { generic }))
    };
    Arc::clone(SERVICE.get_or_init(|| {
        Arc::new(
            ServiceDescriptor::new("shop.Orders")
                .group("trade")
                .version("1.0")
                .method(method("find", false))
                .method(method("save", false))
                .method(method("$invoke", true)),
        )
    }))
}

/// A service with that many methods, `m0` and so on.
pub(crate) fn wide_service(methods: usize) -> Arc<ServiceDescriptor> {
    let service = (0..methods).fold(ServiceDescriptor::new("shop.Wide"), |service, number| {
        let codec = Box::new(Codec { generic: false });
        service.method(MethodDescriptor::new(
            format!("m{number}"),
            vec![],
            "V",
            codec,
        ))
    });
    Arc::new(service)
}

/// A call that began `ago`; `method` is a method's name, or `$invoke name`.
pub(crate) fn call(method: &str, ago: Duration) -> Invocation {
    let service = service();
    let (method, named) = method.split_once(' ').unwrap_or((method, ""));
    let method = service
        .methods
        .iter()
        .find(|known| *known.name == *method)
        .unwrap_or_else(|| panic!("no method {method}"));
    let now = Instant::now();
    let started = now.checked_sub(ago).unwrap_or(now);
    let call = Call::new(Arc::clone(&service), Arc::clone(method), started);
    Invocation::unary(call, Arc::new(Named(named.to_owned())))
}

/// The same from a consumer's connection.
pub(crate) fn served(method: &str, peer: &Arc<Peer>, application: &str) -> Invocation {
    let mut invocation = call(method, Duration::ZERO);
    invocation.call.peer = Some(Arc::clone(peer));
    if !application.is_empty() {
        let attachments = &mut invocation.call.attachments;
        attachments.insert("remote.application", application);
    }
    invocation
}

pub(crate) fn peer(address: &str) -> Arc<Peer> {
    let remote: SocketAddr = address.parse().expect("an address");
    Arc::new(Peer::new(remote, remote, Default::default()))
}

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// How a call ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    Value,
    Exception,
    Failure(ErrorKind),
    Dropped,
}

/// Lets a call pass a filter.
pub(crate) fn pass(filter: &dyn Filter, mut invocation: Invocation, end: End) {
    filter.before(&mut invocation).expect("it never refuses");
    let mut result = match end {
        End::Value => Ok(Response::value(Nothing)),
        End::Exception => Ok(Response::exception(Exception::new("a.B", String::new()))),
        End::Failure(kind) => Err(RpcError::new(kind, "made up")),
        End::Dropped => return filter.abandoned(&invocation.call),
    };
    filter.after(&invocation.call, &mut result);
}
