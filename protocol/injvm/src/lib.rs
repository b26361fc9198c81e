//! Calls between a consumer and a provider of one process.
//!
//! No port is opened. Arguments and results are copied by way of the serialization, so that a call
//! behaves as a remote one does: neither side sees the other's later changes, and what would fail
//! on the wire fails here. Timeouts work as remote: the caller stops waiting, the handler runs on.
//!
//! The name and the rules are those of Dubbo's `injvm` protocol.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use dashmap::{DashMap, mapref::entry::Entry};
use tenfold_common::{Deadline, Url};
use tenfold_protocol::{
    BoxFuture, ErrorKind, ExportError, Exporter, Invocation, Invoker, MethodDescriptor, Origin,
    Outcome, Payload, Peer, Protocol, Response, Retry, RpcError, ServiceDescriptor,
};
use tenfold_serialization::{
    Arguments, Body, Reader, SerializationError, SerializationKind, Writer,
};

/// The protocol `injvm`: one value is one world of exporters and consumers.
#[derive(Clone, Default)]
pub struct InjvmProtocol {
    services: Arc<DashMap<String, Arc<Service>>>,
}

struct Service {
    descriptor: Arc<ServiceDescriptor>,
    invoker: Arc<dyn Invoker>,
}

struct InjvmExporter {
    url: Url,
    key: String,
    service: Weak<Service>,
    services: Arc<DashMap<String, Arc<Service>>>,
}

struct InjvmInvoker {
    url: Url,
    key: String,
    services: Arc<DashMap<String, Arc<Service>>>,
}

impl InjvmProtocol {
    /// A world without services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a service with the identity of `url` is exported here.
    pub fn serves(&self, url: &Url) -> bool {
        self.services.contains_key(&url.service_key().to_string())
    }
}

impl Protocol for InjvmProtocol {
    fn name(&self) -> &'static str {
        "injvm"
    }

    fn default_port(&self) -> u16 {
        0
    }

    fn export(
        &self,
        url: Url,
        service: Arc<ServiceDescriptor>,
        invoker: Arc<dyn Invoker>,
    ) -> BoxFuture<Result<Box<dyn Exporter>, ExportError>> {
        let key = url.service_key().to_string();
        let service = Arc::new(Service {
            descriptor: service,
            invoker,
        });
        let exporter = match self.services.entry(key.clone()) {
            Entry::Occupied(_) => Err(ExportError::Duplicate {
                key,
                address: "injvm".to_owned(),
            }),
            Entry::Vacant(entry) => {
                let exporter = InjvmExporter {
                    url,
                    key,
                    service: Arc::downgrade(&service),
                    services: Arc::clone(&self.services),
                };
                entry.insert(service);
                Ok(Box::new(exporter) as Box<dyn Exporter>)
            }
        };
        Box::pin(std::future::ready(exporter))
    }

    fn refer(
        &self,
        url: Url,
        _service: Arc<ServiceDescriptor>,
    ) -> Result<Arc<dyn Invoker>, RpcError> {
        let key = url.service_key().to_string();
        let services = Arc::clone(&self.services);
        Ok(Arc::new(InjvmInvoker { url, key, services }))
    }

    /// Nobody is told: a consumer in this process ends with it.
    fn go_away(&self) {}

    fn shutdown(&self, _quiet: Duration, _deadline: Duration) -> BoxFuture<()> {
        self.services.clear();
        Box::pin(std::future::ready(()))
    }
}

impl Exporter for InjvmExporter {
    fn url(&self) -> &Url {
        &self.url
    }

    fn unexport(&self) {
        self.services.remove_if(&self.key, |_, service| {
            Weak::ptr_eq(&Arc::downgrade(service), &self.service)
        });
    }
}

impl Drop for InjvmExporter {
    fn drop(&mut self) {
        self.unexport();
    }
}

impl Invoker for InjvmInvoker {
    fn url(&self) -> &Url {
        &self.url
    }

    fn is_available(&self) -> bool {
        self.services.contains_key(&self.key)
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        let service = self
            .services
            .get(&self.key)
            .map(|entry| Arc::clone(entry.value()));
        let Some(service) = service else {
            let error = RpcError::new(
                ErrorKind::ServiceNotFound,
                format!("{} is not exported in this process", self.key),
            );
            return Box::pin(std::future::ready(Err(error)));
        };
        let method = Arc::clone(&invocation.call.method);
        let timeout = method.timeout_by(&self.url);
        let now = Instant::now();
        let deadline = invocation.call.try_deadline(now, timeout);
        if deadline.has_passed(now) {
            let error = RpcError::new(
                ErrorKind::Timeout,
                format!("no time is left for {method:?} of {}", self.key),
            )
            .with_origin(Origin::Local)
            .with_retry(Retry::Never);
            return Box::pin(std::future::ready(Err(error)));
        }
        let one_way = invocation.call.one_way;
        match provider_side(&service, invocation, deadline) {
            Ok((provider_method, call)) => Box::pin(async move {
                // The service's code runs in a task of its own from its first line: a panic there
                // is the failure of this call.
                let running = tokio::spawn(async move { service.invoker.invoke(call).await });
                if one_way {
                    return no_value(&method);
                }
                let finished = tokio::time::timeout_at(deadline.instant().into(), running).await;
                match finished {
                    Ok(Ok(Ok(response))) => consumer_side(&provider_method, &method, response),
                    Ok(Ok(Err(error))) => Err(error),
                    Ok(Err(_panic)) => Err(RpcError::new(
                        ErrorKind::ServerError,
                        format!("the handler of {method:?} panicked"),
                    )),
                    Err(_elapsed) => Err(RpcError::new(
                        ErrorKind::Timeout,
                        format!("no answer from {method:?} in time"),
                    )),
                }
            }),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

/// The invocation as the provider sees it: its own method, copies of the arguments.
fn provider_side(
    service: &Service,
    invocation: Invocation,
    deadline: Deadline,
) -> Result<(Arc<MethodDescriptor>, Invocation), RpcError> {
    let wanted = &invocation.call.method;
    let found = service.descriptor.methods.iter().find(|method| {
        method.name == wanted.name && method.parameter_descriptor == wanted.parameter_descriptor
    });
    let Some(method) = found else {
        return Err(RpcError::new(
            ErrorKind::MethodNotFound,
            format!("{} has no method {wanted:?}", service.descriptor.key()),
        ));
    };
    let Payload::Unary(arguments) = invocation.payload else {
        return Err(RpcError::new(
            ErrorKind::Unsupported,
            "injvm carries no streams",
        ));
    };
    let arguments = copy_arguments(&*arguments, method).map_err(|error| {
        RpcError::new(
            ErrorKind::Serialization,
            format!("arguments of {wanted:?}: {error}"),
        )
        .with_retry(Retry::Never)
    })?;
    let mut call = invocation.call;
    call.service = Arc::clone(&service.descriptor);
    call.method = Arc::clone(method);
    call.deadline = Some(deadline);
    call.peer = Some(Arc::new(Peer::in_process()));
    Ok((Arc::clone(method), Invocation::unary(call, arguments)))
}

/// The response as the consumer sees it: a copy of the value in the consumer's type.
fn consumer_side(
    provider: &MethodDescriptor,
    consumer: &MethodDescriptor,
    response: Response,
) -> Result<Response, RpcError> {
    match response.outcome {
        Outcome::Value(Payload::Unary(value)) => {
            let copied = copy_value(&*value, consumer).map_err(|error| {
                RpcError::new(
                    ErrorKind::Serialization,
                    format!("result of {provider:?}: {error}"),
                )
            })?;
            Ok(Response::boxed(copied).with_attachments(response.attachments))
        }
        Outcome::Value(_) => Err(RpcError::new(
            ErrorKind::Unsupported,
            "injvm carries no streams",
        )),
        Outcome::Exception(exception) => {
            Ok(Response::exception(*exception).with_attachments(response.attachments))
        }
        _ => Err(RpcError::new(
            ErrorKind::Unsupported,
            "injvm knows no such outcome",
        )),
    }
}

fn no_value(method: &MethodDescriptor) -> Result<Response, RpcError> {
    method
        .codec()
        .no_value()
        .map(Response::boxed)
        .ok_or_else(|| {
            RpcError::new(
                ErrorKind::Unsupported,
                format!("{method:?} is one-way, but its result type has no empty value"),
            )
        })
}

fn copy_arguments(
    arguments: &dyn Arguments,
    method: &MethodDescriptor,
) -> Result<Arc<dyn Arguments>, SerializationError> {
    let mut bytes = Vec::new();
    arguments.write(&mut Writer::open(SerializationKind::HESSIAN2, &mut bytes)?)?;
    method
        .codec()
        .read_arguments(&mut Reader::open(SerializationKind::HESSIAN2, &bytes)?)
}

fn copy_value(
    value: &dyn Body,
    method: &MethodDescriptor,
) -> Result<Box<dyn Body>, SerializationError> {
    let mut bytes = Vec::new();
    value.write(&mut Writer::open(SerializationKind::HESSIAN2, &mut bytes)?)?;
    method
        .codec()
        .read_value(&mut Reader::open(SerializationKind::HESSIAN2, &bytes)?)
}
