//! Handlers, clients and servers that the tests share.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use tenfold_exchange::{
    Answer, AnswerBody, Client, ClientConfig, CloseReason, ExchangeError, Fault, Handler, Handling,
    Incoming, NoHandler, Outgoing, Peer, Reply, Server, ServerConfig,
};
use tenfold_transport::{Channel, MemoryNetwork};
use tokio::sync::Semaphore;

/// A body and a status.
#[derive(Debug)]
pub(crate) struct Plain(pub(crate) u8, pub(crate) Bytes);

impl Answer for Plain {
    fn encode(self, body: &mut AnswerBody<'_>) -> u8 {
        if &self.1[..] == b"encode panics" {
            body.buffer().extend_from_slice(b"half of it");
            panic!("as asked");
        }
        if self.1.len() > 1000 {
            body.buffer().extend_from_slice(&self.1[..500]);
            body.set_tail(self.1.slice(500..));
        } else {
            body.buffer().extend_from_slice(&self.1);
        }
        self.0
    }
}

/// Does what the first word of the request says, and answers with the request.
#[derive(Default)]
pub(crate) struct Echo {
    pub(crate) handled: AtomicUsize,
    pub(crate) running: Arc<AtomicUsize>,
    /// What `wait` waits for.
    pub(crate) gate: Arc<Gate>,
    pub(crate) opened: Mutex<Vec<Arc<Peer>>>,
    pub(crate) closed: Mutex<Vec<CloseReason>>,
}

pub(crate) struct Gate(pub(crate) Semaphore);

impl Default for Gate {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

/// Counts a handler as running until it is dropped.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Handler for Echo {
    type Session = Arc<Peer>;
    type Answer = Plain;
    type Future = BoxFuture<Plain>;

    fn open(&self, peer: Arc<Peer>) -> Arc<Peer> {
        self.opened.lock().push(peer.clone());
        peer
    }

    fn handle(
        &self,
        peer: &mut Arc<Peer>,
        request: Incoming<'_>,
    ) -> Handling<Plain, BoxFuture<Plain>> {
        self.handled.fetch_add(1, Ordering::SeqCst);
        let body = request.body.into_bytes();
        let word = body.split(|byte| *byte == b' ').next().unwrap_or_default();
        let spawn = word == b"spawn";
        let future: BoxFuture<Plain> = match word {
            b"now" => return Handling::Answer(Plain(20, body)),
            b"nothing" => return Handling::Nothing,
            b"panic" => panic!("as asked"),
            b"wait" | b"wait-panic" | b"wait-encode" => {
                let gate = self.gate.clone();
                self.running.fetch_add(1, Ordering::SeqCst);
                let running = Running(self.running.clone());
                let word = word.to_vec();
                Box::pin(async move {
                    let _running = running;
                    gate.0.acquire().await.expect("open").forget();
                    match &word[..] {
                        b"wait-panic" => panic!("as asked"),
                        b"wait-encode" => Plain(20, Bytes::from_static(b"encode panics")),
                        _ => Plain(20, body),
                    }
                })
            }
            b"back" => {
                let peer = peer.clone();
                Box::pin(async move {
                    let reply = peer.request(outgoing(b"from the provider")).await;
                    Plain(20, reply.expect("the consumer answers").body)
                })
            }
            b"encode" => Box::pin(async { Plain(20, Bytes::from_static(b"encode panics")) }),
            b"large" => Box::pin(async { Plain(20, vec![7; 9 << 20].into()) }),
            b"status" => Box::pin(async { Plain(40, Bytes::from_static(b"no")) }),
            _ => Box::pin(async move {
                if body.starts_with(b"yield") {
                    tokio::task::yield_now().await;
                }
                Plain(20, body)
            }),
        };
        if spawn {
            Handling::Spawn(future)
        } else {
            Handling::Future(future)
        }
    }

    fn fault(&self, fault: Fault, _: u8, body: &mut Vec<u8>) -> Option<u8> {
        body.extend_from_slice(format!("{fault:?}").as_bytes());
        Some(80)
    }

    fn close(&self, _: Arc<Peer>, reason: CloseReason) {
        self.closed.lock().push(reason);
    }
}

pub(crate) fn outgoing(body: &[u8]) -> Outgoing<'_> {
    Outgoing::new(2, body, now() + Duration::from_secs(5))
}

pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// A server and a client on a memory network of their own.
pub(crate) struct Pair {
    pub(crate) network: MemoryNetwork,
    pub(crate) handler: Arc<Echo>,
    pub(crate) server: Server,
    pub(crate) client: Client,
}

impl Pair {
    pub(crate) async fn new() -> Self {
        Self::with(ServerConfig::default(), ClientConfig::default()).await
    }

    pub(crate) async fn with(server: ServerConfig, client: ClientConfig) -> Self {
        let network = MemoryNetwork::new();
        let handler = Arc::new(Echo::default());
        let server = Server::start(network.listen("echo"), handler.clone(), server);
        let connector = Arc::new(network.connector("echo"));
        let client = Client::new(connector, Arc::new(NoHandler), client);
        client.connected().await.expect("the server listens");
        Self {
            network,
            handler,
            server,
            client,
        }
    }

    pub(crate) async fn call(&self, body: &[u8]) -> Result<Reply, ExchangeError> {
        self.client.request(outgoing(body)).await
    }
}

/// Waits for `condition`, at most ten seconds of tokio's clock.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let limit = tokio::time::Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(tokio::time::Instant::now() < limit, "never: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Writes raw bytes to a channel.
pub(crate) async fn write_raw(channel: &mut Channel, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let written = std::future::poll_fn(|cx| channel.poll_write(cx, bytes)).await?;
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Reads raw bytes until there are `length`; fewer only at the end of the stream.
pub(crate) async fn read_raw(channel: &mut Channel, length: usize) -> std::io::Result<BytesMut> {
    let mut buffer = BytesMut::new();
    while buffer.len() < length {
        buffer.reserve(length - buffer.len());
        if std::future::poll_fn(|cx| channel.poll_read(cx, &mut buffer)).await? == 0 {
            break;
        }
    }
    Ok(buffer)
}

/// A frame of Dubbo's, written by hand.
pub(crate) fn frame(flags: u8, status: u8, id: i64, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xda, 0xbb, flags, status];
    bytes.extend(id.to_be_bytes());
    bytes.extend((body.len() as i32).to_be_bytes());
    bytes.extend(body);
    bytes
}
