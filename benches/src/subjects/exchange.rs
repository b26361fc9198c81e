//! The exchange room: a client with deadlines, and a handler with a boxed future.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tenfold_exchange::{
    Answer, AnswerBody, Client, ClientConfig, Fault, Handler, Handling, Incoming, NoHandler,
    Outgoing, Peer, Server, ServerConfig,
};
use tenfold_transport::{SocketOptions, TcpConnector, TcpListener};

use crate::{
    Plan,
    drive::{Measured, drive},
    server::ServerProcess,
};

const HESSIAN2: u8 = 2;
const OK: u8 = 20;
const TIMEOUT: Duration = Duration::from_secs(3);

struct Echo {
    yields: bool,
}

struct Echoed(Bytes);

impl Answer for Echoed {
    fn encode(self, body: &mut AnswerBody<'_>) -> u8 {
        body.set_tail(self.0);
        OK
    }
}

impl Handler for Echo {
    type Session = ();
    type Answer = Echoed;
    type Future = Pin<Box<dyn Future<Output = Echoed> + Send>>;

    fn open(&self, _: Arc<Peer>) {}

    fn handle(&self, (): &mut (), request: Incoming<'_>) -> Handling<Echoed, Self::Future> {
        let body = request.body.into_bytes();
        let yields = self.yields;
        Handling::Future(Box::pin(async move {
            if yields {
                tokio::task::yield_now().await;
            }
            Echoed(body)
        }))
    }

    fn fault(&self, _: Fault, _: u8, _: &mut Vec<u8>) -> Option<u8> {
        None
    }
}

pub(super) async fn serve(yields: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0", SocketOptions::default()).await;
    let listener = listener.expect("loopback has a free port");
    let server = Server::start(listener, Arc::new(Echo { yields }), ServerConfig::default());
    let address = server.local_address().socket().expect("it is TCP");
    // It serves until the process ends.
    tokio::spawn(async move {
        let _server = server;
        std::future::pending::<()>().await;
    });
    address
}

pub(super) async fn run(server: &mut ServerProcess, plan: &Plan) -> Measured {
    let connector = TcpConnector::new(server.address().to_string());
    let client = Client::new(
        Arc::new(connector),
        Arc::new(NoHandler),
        ClientConfig::default(),
    );
    client.connected().await.expect("the server listens");
    let body: Arc<[u8]> = plan.body().into();
    drive(server, plan, move |now| {
        let (client, body) = (client.clone(), body.clone());
        async move {
            let request = Outgoing::new(HESSIAN2, &body[..], now + TIMEOUT);
            let reply = client.request(request).await.expect("an answer");
            assert_eq!(reply.body.len(), body.len());
        }
    })
    .await
}

/// One call that is checked.
pub(crate) async fn echo(client: &Client, body: &[u8]) {
    let request = Outgoing::new(HESSIAN2, body, Instant::now() + TIMEOUT);
    let reply = client.request(request).await.expect("an answer");
    assert_eq!(reply.body, body);
}
