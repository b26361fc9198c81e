//! Services to call, and peers that speak the protocol byte by byte.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tenfold_common::Url;
use tenfold_dubbo::DubboProtocol;
use tenfold_hessian2::{Decoder, Encoder, Value};
use tenfold_protocol::{
    BoxFuture, Context, Exception, Exporter, Filter, FilterChain, Invocation, Invoker, Protocol,
    Response, RpcError, ServiceDescriptor,
};
use tenfold_proxy::{
    DynamicService, Skeleton, SkeletonInvoker, answer, no_such_method, typed_method, unpack,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// How long a test waits for what must come: long enough for a machine that is busy.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Waits for what must come.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: nothing within {LIMIT:?}"),
    }
}

/// Waits until `condition` holds.
pub async fn eventually(what: &str, condition: impl Fn() -> bool) {
    within(what, async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

// ---------------------------------------------------------------- services

/// A typed service, `demo.Typed`, in the way that generated code makes one.
#[derive(Default)]
pub struct Typed {
    /// What is put before every text, to tell instances apart.
    pub name: &'static str,
    /// Calls whose handler was entered.
    pub entered: AtomicUsize,
    /// Opened for calls of `wait`.
    pub gate: Gate,
}

/// Holds calls back until it is opened.
pub struct Gate(tokio::sync::Semaphore);

impl Default for Gate {
    fn default() -> Self {
        Self(tokio::sync::Semaphore::new(0))
    }
}

impl Gate {
    /// Lets `calls` calls go on.
    pub fn open(&self, calls: usize) {
        self.0.add_permits(calls);
    }

    async fn pass(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}

/// The server of [`Typed`].
pub struct TypedServer {
    descriptor: Arc<ServiceDescriptor>,
    it: Arc<Typed>,
}

impl TypedServer {
    pub fn new(it: Arc<Typed>) -> Self {
        Self {
            descriptor: typed_descriptor(),
            it,
        }
    }
}

/// `demo.Typed` and its methods.
pub fn typed_descriptor() -> Arc<ServiceDescriptor> {
    let service = ServiceDescriptor::new("demo.Typed")
        .method(typed_method::<(String,), Result<String, RpcError>>(
            "hello",
            &[],
        ))
        .method(typed_method::<(String, i32), Result<String, RpcError>>(
            "hello",
            &[],
        ))
        .method(typed_method::<(i64,), Result<i64, RpcError>>("hello", &[]))
        .method(typed_method::<(i64, i64), Result<i64, RpcError>>(
            "add",
            &[Some("int"), Some("int")],
        ))
        .method(typed_method::<(String,), Result<(), RpcError>>("fail", &[]))
        .method(typed_method::<(), Result<(), RpcError>>("wait", &[]))
        .method(typed_method::<(i32,), Result<Vec<u8>, RpcError>>(
            "bytes",
            &[],
        ))
        .method(typed_method::<(Vec<String>,), Result<i32, RpcError>>(
            "count",
            &[],
        ))
        .method(typed_method::<(), Result<String, RpcError>>(
            "attachments",
            &[],
        ));
    Arc::new(service)
}

impl Skeleton for TypedServer {
    fn descriptor(&self) -> Arc<ServiceDescriptor> {
        Arc::clone(&self.descriptor)
    }

    fn dispatch(&self, method: usize, call: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        let it = Arc::clone(&self.it);
        Box::pin(async move {
            it.entered.fetch_add(1, Ordering::SeqCst);
            match method {
                0 => {
                    let (cx, (text,)) = unpack::<(String,)>(call)?;
                    answer::<Result<_, RpcError>>(Ok(format!("{}{text}", it.name)), cx)
                }
                1 => {
                    let (cx, (text, number)) = unpack::<(String, i32)>(call)?;
                    answer::<Result<_, RpcError>>(Ok(format!("{text} {number}")), cx)
                }
                2 => {
                    let (cx, (number,)) = unpack::<(i64,)>(call)?;
                    answer::<Result<_, RpcError>>(Ok(number), cx)
                }
                3 => {
                    let (cx, (a, b)) = unpack::<(i64, i64)>(call)?;
                    answer::<Result<_, RpcError>>(Ok(a + b), cx)
                }
                4 => {
                    let (cx, (how,)) = unpack::<(String,)>(call)?;
                    answer::<Result<(), RpcError>>(Err(failure(&how)), cx)
                }
                5 => {
                    let (cx, ()) = unpack::<()>(call)?;
                    it.gate.pass().await;
                    answer::<Result<(), RpcError>>(Ok(()), cx)
                }
                6 => {
                    let (cx, (count,)) = unpack::<(i32,)>(call)?;
                    let count = usize::try_from(count).unwrap_or(0);
                    answer::<Result<_, RpcError>>(Ok(vec![7_u8; count]), cx)
                }
                7 => {
                    let (cx, (texts,)) = unpack::<(Vec<String>,)>(call)?;
                    let count = i32::try_from(texts.len()).unwrap_or(-1);
                    answer::<Result<_, RpcError>>(Ok(count), cx)
                }
                8 => {
                    let (cx, ()) = unpack::<()>(call)?;
                    answer::<Result<_, RpcError>>(Ok(described(&cx)), cx)
                }
                _ => no_such_method(&call).await,
            }
        })
    }
}

/// What a handler sees of its call, in one line.
fn described(cx: &Context) -> String {
    let mut known: Vec<String> = cx
        .attachments()
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    known.sort_unstable();
    let timed = match cx.deadline() {
        Some(_) => "due",
        None => "not due",
    };
    cx.respond_with("seen", "yes");
    format!("{timed} {}", known.join(" "))
}

fn failure(how: &str) -> RpcError {
    use tenfold_protocol::ErrorKind;
    match how {
        "panic" => panic!("as the caller asked"),
        "exception" => RpcError::from_exception(Exception::new("demo.Odd", "odd")),
        // What a handler passes on from a call of its own.
        "overloaded" => RpcError::new(ErrorKind::Overloaded, "downstream is full"),
        "not-found" => RpcError::new(ErrorKind::ServiceNotFound, "downstream is not there"),
        "timeout" => RpcError::new(ErrorKind::Timeout, "downstream is slow"),
        other => RpcError::new(ErrorKind::ServerError, other.to_owned()),
    }
}

/// A service that takes every call and answers with a list of its arguments.
pub fn open_service(interface: &str) -> DynamicService {
    DynamicService::builder(interface)
        .any_method()
        .handler(|_, _, arguments| async move { Ok(Value::list(arguments)) })
}

// ---------------------------------------------------------------- providers

/// A provider on a port of its own.
pub struct Provider {
    pub protocol: DubboProtocol,
    pub exporters: Vec<Box<dyn Exporter>>,
    parameters: String,
}

impl Provider {
    /// A provider without services; `parameters` are those of its listener's URL.
    pub fn new(parameters: &str) -> Self {
        Self {
            protocol: DubboProtocol::new(),
            exporters: Vec::new(),
            parameters: parameters.to_owned(),
        }
    }

    /// Serves `skeleton` under its own interface, with further URL parameters.
    pub async fn serve(self, skeleton: impl Skeleton, parameters: &str) -> Self {
        self.serve_with(skeleton, parameters, Vec::new()).await
    }

    /// As [`Self::serve`], with filters.
    pub async fn serve_with(
        mut self,
        skeleton: impl Skeleton,
        parameters: &str,
        filters: Vec<Arc<dyn Filter>>,
    ) -> Self {
        let declared = skeleton.descriptor();
        let interface = &declared.interface;
        let text = format!(
            "dubbo://127.0.0.1:0/{interface}?interface={interface}&{}&{parameters}",
            self.parameters
        );
        let url = Url::parse(&text).expect("a URL");
        let descriptor = Arc::new(declared.with_identity_of(&url));
        let invoker = SkeletonInvoker::new(url.clone(), Arc::new(skeleton));
        let invoker = FilterChain::wrap(filters, Arc::new(invoker));
        let exported = self.protocol.export(url, descriptor, invoker).await;
        self.exporters.push(exported.expect("it is exported"));
        self
    }

    /// `127.0.0.1:port`.
    pub fn address(&self) -> String {
        self.exporters.first().expect("a service").url().address()
    }

    /// A raw connection to it.
    pub async fn connect(&self) -> Raw {
        Raw::connect(&self.address()).await
    }
}

/// A provider of [`Typed`] alone.
pub async fn typed_provider(parameters: &str) -> (Provider, Arc<Typed>) {
    let it = Arc::new(Typed::default());
    let provider = Provider::new(parameters)
        .serve(TypedServer::new(Arc::clone(&it)), "")
        .await;
    (provider, it)
}

/// An invoker for [`Typed`] at `address`.
pub fn refer(protocol: &DubboProtocol, address: &str, parameters: &str) -> Arc<dyn Invoker> {
    let url = Url::parse(&format!(
        "dubbo://{address}/demo.Typed?interface=demo.Typed&{parameters}"
    ))
    .expect("a URL");
    protocol
        .refer(url, typed_descriptor())
        .expect("a reference")
}

// ---------------------------------------------------------------- frames

/// A frame as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub flags: u8,
    pub status: u8,
    pub id: i64,
    pub body: Vec<u8>,
}

impl Frame {
    /// A two-way request in Hessian 2.
    pub fn request(id: i64, body: Vec<u8>) -> Self {
        Self {
            flags: 0xc2,
            status: 0,
            id,
            body,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.body.len()).expect("a short body");
        let mut bytes = vec![0xda, 0xbb, self.flags, self.status];
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.body);
        bytes
    }

    /// The text of a failure.
    pub fn text(&self) -> String {
        Decoder::new(&self.body)
            .read_string()
            .expect("a failure holds a text")
    }

    /// Flag and value of an answer.
    pub fn value(&self) -> (i32, Value) {
        let mut decoder = Decoder::new(&self.body);
        let flag = decoder.read_int().expect("a flag");
        let value = match flag {
            2 | 5 => Value::Null,
            _ => decoder.read_value().expect("a value"),
        };
        (flag, value)
    }
}

/// A connection whose other end speaks bytes.
pub struct Raw(pub TcpStream);

impl Raw {
    pub async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("it listens");
        stream.set_nodelay(true).expect("a socket option");
        Self(stream)
    }

    pub async fn send(&mut self, frame: &Frame) {
        self.0.write_all(&frame.bytes()).await.expect("it is sent");
    }

    /// The next frame; `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<Frame> {
        within("a frame", async {
            let mut head = [0; 16];
            match self.0.read_exact(&mut head).await {
                Ok(_) => {}
                Err(_) => return None,
            }
            assert_eq!(&head[..2], &[0xda, 0xbb], "the magic number");
            let length = u32::from_be_bytes(head[12..].try_into().expect("four bytes"));
            let mut body = vec![0; length as usize];
            self.0.read_exact(&mut body).await.expect("a whole body");
            Some(Frame {
                flags: head[2],
                status: head[3],
                id: i64::from_be_bytes(head[4..12].try_into().expect("eight bytes")),
                body,
            })
        })
        .await
    }

    /// Sends a request and waits for its answer.
    pub async fn call(&mut self, request: &Frame) -> Frame {
        self.send(request).await;
        let answer = self.next().await.expect("an answer");
        assert_eq!(answer.id, request.id, "the answer's id");
        answer
    }
}

/// Builds the body of a request.
pub struct Body {
    pub dubbo: &'static str,
    pub path: &'static str,
    pub version: Option<&'static str>,
    pub method: &'static str,
    pub descriptor: &'static str,
    pub arguments: Vec<Value>,
    pub attachments: Vec<(&'static str, Value)>,
}

impl Body {
    /// A call of `demo.Typed` without attachments.
    pub fn of(method: &'static str, descriptor: &'static str, arguments: Vec<Value>) -> Self {
        Self {
            dubbo: "2.0.2",
            path: "demo.Typed",
            version: Some("0.0.0"),
            method,
            descriptor,
            arguments,
            attachments: Vec::new(),
        }
    }

    /// `hello(text)`.
    pub fn hello(text: &str) -> Self {
        Self::of("hello", "Ljava/lang/String;", vec![text.into()])
    }

    pub fn attachment(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.attachments.push((key, value.into()));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out);
        encoder.write_str(self.dubbo);
        encoder.write_str(self.path);
        match self.version {
            Some(version) => encoder.write_str(version),
            None => encoder.write_null(),
        }
        encoder.write_str(self.method);
        encoder.write_str(self.descriptor);
        for argument in &self.arguments {
            encoder.write(argument).expect("a value");
        }
        encoder.write_map_start().expect("a map");
        for (key, value) in &self.attachments {
            encoder.write_str(key);
            encoder.write(value).expect("a value");
        }
        encoder.write_map_end();
        out
    }

    pub fn frame(&self, id: i64) -> Frame {
        Frame::request(id, self.bytes())
    }
}

/// A peer that is connected to and answers by hand.
pub struct RawServer {
    listener: TcpListener,
}

impl RawServer {
    pub async fn new() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.expect("a port"),
        }
    }

    pub fn address(&self) -> String {
        self.listener.local_addr().expect("an address").to_string()
    }

    pub async fn accept(&self) -> Raw {
        let (stream, _) = within("a connection", self.listener.accept())
            .await
            .expect("accepted");
        stream.set_nodelay(true).expect("a socket option");
        Raw(stream)
    }
}

impl Raw {
    /// The next request that is no event; events that ask for it are answered.
    pub async fn request(&mut self) -> Frame {
        loop {
            let frame = self.next().await.expect("a request");
            if frame.flags & 0x20 == 0 {
                return frame;
            }
            if frame.flags & 0x40 != 0 {
                let answer = Frame {
                    flags: 0x22,
                    status: 20,
                    ..frame
                };
                self.send(&answer).await;
            }
        }
    }

    /// Answers `request`.
    pub async fn answer(&mut self, request: &Frame, status: u8, body: &[u8]) {
        let frame = Frame {
            flags: 0x02,
            status,
            id: request.id,
            body: body.to_vec(),
        };
        self.send(&frame).await;
    }
}
