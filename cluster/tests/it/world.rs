//! Made-up providers that do what a test tells them, and notes of what they were asked.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Instant,
};

use tenfold_cluster::{ClusterInvoker, Directory, InvokerFactory, Randomness};
use tenfold_common::Url;
use tenfold_protocol::{
    BoxFuture, Call, ErrorKind, Filter, Invocation, Invoker, MethodCodec, MethodDescriptor,
    MethodSettings, Response, RpcError, ServiceDescriptor,
};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError, Writer};

/// Arguments that are texts.
pub(crate) struct Texts(pub(crate) Vec<String>);

impl Arguments for Texts {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }

    fn text(&self, index: usize, out: &mut String) -> bool {
        match self.0.get(index) {
            // Stands for a type whose text fails half-way.
            Some(text) if text == "unstable" => {
                out.push_str("half");
                false
            }
            Some(text) => {
                out.push_str(text);
                true
            }
            None => false,
        }
    }
}

/// A result that is a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl Body for Text {
    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }
}

/// `generic` methods name the one they mean in their first argument.
struct Codec {
    generic: bool,
    nullable: bool,
}

impl MethodCodec for Codec {
    fn read_arguments(&self, _: &mut Reader<'_>) -> Result<Arc<dyn Arguments>, SerializationError> {
        Ok(Arc::new(Texts(Vec::new())))
    }

    fn read_value(&self, _: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        Ok(Box::new(Text(String::new())))
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        self.nullable
            .then(|| Box::new(Text("null".to_owned())) as Box<dyn Body>)
    }

    fn named_method<'a>(&self, arguments: &'a dyn Arguments) -> Option<&'a str> {
        let arguments = arguments as &dyn std::any::Any;
        let texts = arguments.downcast_ref::<Texts>()?;
        self.generic.then(|| texts.0.first())?.map(String::as_str)
    }
}

/// Methods `find` (idempotent), `save`, `count` (no empty value) and `$invoke` (generic).
pub(crate) fn service() -> Arc<ServiceDescriptor> {
    static SERVICE: OnceLock<Arc<ServiceDescriptor>> = OnceLock::new();
    let method = |name: &'static str, generic, nullable, idempotent| {
        let mut settings = MethodSettings::new();
        settings.idempotent = idempotent;
        MethodDescriptor::new(name, vec![], "V", Box::new(Codec { generic, nullable }))
            .with_settings(settings)
    };
    Arc::clone(SERVICE.get_or_init(|| {
        Arc::new(
            ServiceDescriptor::new("shop.Orders")
                .method(method("find", false, true, true))
                .method(method("save", false, true, false))
                .method(method("count", false, false, false))
                .method(method("$invoke", true, true, false)),
        )
    }))
}

/// A call of that method with those arguments.
pub(crate) fn call(method: &str, arguments: &[&str]) -> Invocation {
    let service = service();
    let method = service
        .methods
        .iter()
        .find(|known| *known.name == *method)
        .unwrap_or_else(|| panic!("no method {method}"));
    let call = Call::new(Arc::clone(&service), Arc::clone(method), Instant::now());
    let arguments = arguments.iter().map(|text| (*text).to_owned()).collect();
    Invocation::unary(call, Arc::new(Texts(arguments)))
}

/// A provider.
pub(crate) struct Provider {
    url: Url,
    pub(crate) available: AtomicBool,
    script: Mutex<VecDeque<Act>>,
    pub(crate) seen: Mutex<Vec<Call>>,
}

/// What a provider does with a call; without a script it answers with its address.
#[derive(Clone)]
pub(crate) enum Act {
    Fail(RpcError),
    Hang,
    Throw,
}

/// The providers of a test, by address.
#[derive(Clone, Default)]
pub(crate) struct World {
    providers: Arc<Mutex<HashMap<String, Arc<Provider>>>>,
    pub(crate) filters: Arc<Mutex<Vec<Arc<dyn Filter>>>>,
    /// Addresses for which no invoker can be made.
    pub(crate) refused: Arc<Mutex<Vec<String>>>,
    /// Merged URLs for which invokers were made.
    pub(crate) made: Arc<Mutex<Vec<Url>>>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// The provider with that address.
    pub(crate) fn provider(&self, address: &str) -> Arc<Provider> {
        lock(&self.providers)
            .get(address)
            .cloned()
            .unwrap_or_else(|| panic!("no provider {address}"))
    }

    pub(crate) fn all(&self) -> Vec<Arc<Provider>> {
        lock(&self.providers).values().cloned().collect()
    }

    pub(crate) fn directory(&self, reference: &str) -> Arc<Directory> {
        Directory::builder(url(reference), service(), Arc::new(self.clone()))
            .registry("zk:2181")
            .build()
    }

    /// A cluster over a directory that lists these addresses.
    pub(crate) fn cluster(&self, parameters: &str, addresses: &[&str]) -> Cluster {
        let directory = self.directory(&format!("consumer://10.0.0.9/shop.Orders?{parameters}"));
        directory.update(providers(addresses));
        self.over(directory)
    }

    pub(crate) fn over(&self, directory: Arc<Directory>) -> Cluster {
        let invoker = ClusterInvoker::builder(Arc::clone(&directory))
            .randomness(Randomness::from_seed(42))
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        Cluster { directory, invoker }
    }
}

/// A directory and the cluster over it.
pub(crate) struct Cluster {
    pub(crate) directory: Arc<Directory>,
    pub(crate) invoker: Arc<dyn Invoker>,
}

impl Cluster {
    /// Calls, and gives the address that answered.
    pub(crate) fn answer(&self, invocation: Invocation) -> Result<String, RpcError> {
        text(finished(self.invoker.invoke(invocation)))
    }

    pub(crate) fn error(&self, invocation: Invocation) -> RpcError {
        match self.answer(invocation) {
            Ok(text) => panic!("an error was expected, `{text}` came"),
            Err(error) => error,
        }
    }
}

pub(crate) fn text(result: Result<Response, RpcError>) -> Result<String, RpcError> {
    use tenfold_protocol::{Outcome, Payload};
    match result?.outcome {
        Outcome::Value(Payload::Unary(value)) => match value.downcast::<Text>() {
            Ok(Text(text)) => Ok(text),
            Err(_) => panic!("the result is no text"),
        },
        Outcome::Exception(exception) => Ok(format!("threw {}", exception.class)),
        _ => panic!("the result is a stream"),
    }
}

/// The output of a future that must be ready.
pub(crate) fn finished<T>(future: BoxFuture<T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the call waits"),
    }
}

pub(crate) fn providers(addresses: &[&str]) -> Vec<Url> {
    addresses
        .iter()
        .map(|address| url(&format!("dubbo://{address}/shop.Orders?application=shop")))
        .collect()
}

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(crate) fn failure(kind: ErrorKind) -> Act {
    Act::Fail(RpcError::new(kind, format!("made-up {kind}")))
}

impl Provider {
    pub(crate) fn then(&self, act: Act) {
        lock(&self.script).push_back(act);
    }

    pub(crate) fn always(&self, act: &Act) {
        lock(&self.script).extend(std::iter::repeat_n(act.clone(), 1000));
    }

    pub(crate) fn calls(&self) -> usize {
        lock(&self.seen).len()
    }

    pub(crate) fn set_available(&self, available: bool) {
        self.available.store(available, Ordering::SeqCst);
    }
}

/// The provider as the cluster holds it.
struct Handle(Arc<Provider>);

impl Invoker for Handle {
    fn url(&self) -> &Url {
        &self.0.url
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        lock(&self.0.seen).push(invocation.call);
        match lock(&self.0.script).pop_front() {
            None => {
                let answer = Response::value(Text(self.0.url.address()));
                Box::pin(std::future::ready(Ok(answer)))
            }
            Some(Act::Fail(error)) => Box::pin(std::future::ready(Err(error))),
            Some(Act::Hang) => Box::pin(std::future::pending()),
            Some(Act::Throw) => {
                let exception = tenfold_protocol::Exception::new("shop.Sold", String::new());
                Box::pin(std::future::ready(Ok(Response::exception(exception))))
            }
        }
    }

    fn is_available(&self) -> bool {
        self.0.available.load(Ordering::SeqCst)
    }
}

impl InvokerFactory for World {
    fn refer(&self, url: &Url) -> Result<Arc<dyn Invoker>, RpcError> {
        if lock(&self.refused).contains(&url.address()) {
            return Err(RpcError::new(ErrorKind::Unsupported, "made-up refusal"));
        }
        lock(&self.made).push(url.clone());
        let provider = Arc::new(Provider {
            url: url.clone(),
            available: AtomicBool::new(true),
            script: Mutex::default(),
            seen: Mutex::default(),
        });
        lock(&self.providers).insert(url.address(), Arc::clone(&provider));
        Ok(Arc::new(Handle(provider)))
    }

    fn filters(&self, _url: &Url) -> Vec<Arc<dyn Filter>> {
        lock(&self.filters).clone()
    }
}
