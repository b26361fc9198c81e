//! The dubbo2 wire protocol, provider and consumer, byte-compatible with Java Dubbo 2.7 and 3.3.
//!
//! The exchange room below matches requests with answers by the 16-byte header; this room gives the
//! bodies their meaning:
//!
//! * `request`: version, path, method, descriptor, arguments, attachments.
//! * `response`: a flag, a value or an exception, attachments.
//! * `status`, `exception`: the framework's errors, as status codes and as exceptions.
//! * `route`, `services`: from a request to the service and method that it means.
//! * `handler` (provider) and `invoker` (consumer): the two ends.
//! * `clients`: connections, shared or a reference's own.
//!
//! ```text
//!   DubboInvoker ─▶ RequestTemplate ─▶ exchange::Client ═══▶ exchange::Server ─▶ DubboHandler
//!        ▲                                                                          │ route
//!        └──────────── response::read ◀═══════════════════ response::write ◀── service's Invoker
//! ```

mod attachments;
mod cache;
mod clients;
mod exception;
#[cfg(fuzzing)]
pub mod fuzzing;
mod handler;
mod invoker;
mod request;
mod response;
mod route;
mod services;
mod status;
mod version;

use std::{
    collections::{HashMap, hash_map::Entry},
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tenfold_common::{Url, keys};
use tenfold_exchange::{ConnectionConfig, Server, ServerConfig};
use tenfold_protocol::{
    BoxFuture, ExportError, Exporter, Invoker, Protocol, RpcError, ServiceDescriptor,
};
use tenfold_transport::{SocketOptions, TcpListener, TransportError};

use crate::{
    clients::Clients,
    handler::DubboHandler,
    invoker::DubboInvoker,
    services::{Limit, Service, Services},
};

/// The longest body unless a URL's `payload` says otherwise, as in Dubbo: 8 MiB.
pub const PAYLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The port of a URL that has none.
pub const DEFAULT_PORT: u16 = 20880;

/// Calls that one port runs at once unless the URL's `threads` says otherwise. A waiting handler
/// costs a task of some hundred bytes beside what it holds itself; more than this many hints at a
/// provider that is stuck, and refusing lets consumers go elsewhere.
pub const CALLS_MAX: usize = 4096;

/// The protocol `dubbo`.
///
/// One value holds the listeners and the connections of one application; clones share them.
#[derive(Clone, Default)]
pub struct DubboProtocol {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    clients: Clients,
    ports: tokio::sync::Mutex<HashMap<String, Arc<Port>>>,
    listening: Mutex<Vec<Arc<Port>>>,
}

/// A listener and what is served on it.
struct Port {
    server: Server,
    services: Arc<Services>,
    running: Arc<Limit>,
    address: String,
}

struct DubboExporter {
    url: Url,
    service: Arc<Service>,
    port: Arc<Port>,
}

impl DubboProtocol {
    /// A protocol without listeners and connections.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Protocol for DubboProtocol {
    fn name(&self) -> &'static str {
        "dubbo"
    }

    fn default_port(&self) -> u16 {
        DEFAULT_PORT
    }

    fn export(
        &self,
        url: Url,
        service: Arc<ServiceDescriptor>,
        invoker: Arc<dyn Invoker>,
    ) -> BoxFuture<Result<Box<dyn Exporter>, ExportError>> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let port = inner.port_of(&url).await?;
            let listening = port
                .server
                .local_address()
                .socket()
                .map(|address| address.port());
            let url = url.to_builder().port(listening.or(url.port())).build();
            let key = service.key().to_string();
            let service = port
                .services
                .add(Service::new(
                    url.clone(),
                    service,
                    invoker,
                    Arc::clone(&port.running),
                ))
                .ok_or_else(|| ExportError::Duplicate {
                    key,
                    address: port.address.clone(),
                })?;
            Ok(Box::new(DubboExporter { url, service, port }) as Box<dyn Exporter>)
        })
    }

    fn refer(
        &self,
        url: Url,
        service: Arc<ServiceDescriptor>,
    ) -> Result<Arc<dyn Invoker>, RpcError> {
        let url = with_port(url);
        let connections = self.inner.clients.lease(&url);
        let payload_max = invoker::payload_max(&url);
        Ok(Arc::new(DubboInvoker::new(
            url,
            &service,
            connections,
            payload_max,
        )))
    }

    fn go_away(&self) {
        for port in self.inner.listening.lock().iter() {
            port.server.announce_read_only();
        }
    }

    fn shutdown(&self, quiet: Duration, deadline: Duration) -> BoxFuture<()> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            // Under the lock of the map, so that a listener that is just being opened is in both.
            let mut known = inner.ports.lock().await;
            let ports = std::mem::take(&mut *inner.listening.lock());
            known.clear();
            drop(known);
            let end = Instant::now() + deadline;
            let mut closing = tokio::task::JoinSet::new();
            for port in ports {
                closing.spawn(async move { port.server.shutdown(quiet, deadline).await });
            }
            closing.join_all().await;
            inner.clients.close_all(end).await;
        })
    }
}

impl Inner {
    /// The listener for a URL, opened if it is the first of its address. Port 0 is a port for all
    /// services of the application that ask for it.
    async fn port_of(&self, url: &Url) -> Result<Arc<Port>, ExportError> {
        let bind = bind_address(url);
        let mut ports = self.ports.lock().await;
        let entry = match ports.entry(bind.clone()) {
            Entry::Occupied(entry) => return Ok(Arc::clone(entry.get())),
            Entry::Vacant(entry) => entry,
        };
        let listener = TcpListener::bind(&bind, SocketOptions::default())
            .await
            .map_err(|error| ExportError::Bind {
                address: bind.clone(),
                source: into_io(error),
            })?;
        let services = Arc::new(Services::new());
        let calls_max = url.param_as("threads").unwrap_or(CALLS_MAX);
        let mut config = ServerConfig::default();
        config.connection = connection_config(url);
        config.accepts = url.param_as(keys::ACCEPTS).filter(|accepts| *accepts > 0);
        let running = Arc::new(Limit::new(calls_max));
        let handler = DubboHandler::new(Arc::clone(&services), Arc::clone(&running));
        let server = Server::start(listener, Arc::new(handler), config);
        let port = Arc::new(Port {
            address: server.local_address().to_string(),
            server,
            services,
            running,
        });
        self.listening.lock().push(Arc::clone(&port));
        entry.insert(Arc::clone(&port));
        // A port that the system chose is found under its number too.
        ports.insert(port.address.clone(), Arc::clone(&port));
        Ok(port)
    }
}

impl Exporter for DubboExporter {
    fn url(&self) -> &Url {
        &self.url
    }

    fn unexport(&self) {
        self.port.services.remove(&self.service);
    }
}

impl Drop for DubboExporter {
    fn drop(&mut self) {
        self.unexport();
    }
}

/// Where to listen: `bind.ip` and `bind.port`, else the URL's own address.
fn bind_address(url: &Url) -> String {
    let host = url.param(keys::BIND_IP).unwrap_or(url.host());
    let port = url
        .param_as(keys::BIND_PORT)
        .or(url.port())
        .unwrap_or(DEFAULT_PORT);
    Url::builder("dubbo", host, Some(port)).build().address()
}

fn with_port(url: Url) -> Url {
    if url.port().is_some() {
        url
    } else {
        url.to_builder().port(Some(DEFAULT_PORT)).build()
    }
}

/// What a URL says about each of its connections.
fn connection_config(url: &Url) -> ConnectionConfig {
    let mut config = ConnectionConfig::default();
    config.payload_bytes_max = invoker::payload_max(url);
    if let Some(heartbeat) = url.millis(keys::HEARTBEAT) {
        config.heartbeat = Some(heartbeat).filter(|interval| !interval.is_zero());
        config.idle_timeout = config.heartbeat.map(|interval| interval * 3);
    }
    if let Some(idle) = url.millis(keys::HEARTBEAT_TIMEOUT) {
        config.idle_timeout = Some(idle);
    }
    config
}

fn into_io(error: TransportError) -> io::Error {
    io::Error::other(error)
}
