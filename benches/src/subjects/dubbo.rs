//! dubbo2 with Hessian 2: the bare protocol, and the whole path above it.
//!
//! * bare: `Protocol::refer` and `Protocol::export` with a typed stub and a generated skeleton, no
//!   cluster, no filters.
//! * whole: an `Application` on each side: statistics, and on the consumer a cluster of two providers
//!   with failover and the consistent hash.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tenfold::{
    Application, Client, Context, Dubbo, RpcError, Service, Skeleton, Url,
    hessian2::{BigDecimal, Date},
};
use tenfold_dubbo::DubboProtocol;
use tenfold_protocol::Protocol;
use tenfold_proxy::{SkeletonInvoker, Stub};

use crate::{
    Plan,
    drive::{Measured, drive},
    server::ServerProcess,
};

/// What the three payloads of the tables are.
#[tenfold::service(interface = "bench.Echo")]
trait Echo {
    /// `byte[]`.
    async fn bytes(&self, cx: &Context, key: i64, body: Vec<u8>) -> Result<Vec<u8>, RpcError>;
    /// `String`.
    async fn text(&self, cx: &Context, body: String) -> Result<String, RpcError>;
    /// A class of ten fields.
    async fn pojo(&self, cx: &Context, body: Order) -> Result<Order, RpcError>;
}

/// A class of ten fields.
#[derive(Clone, Debug, PartialEq, tenfold::Wire)]
#[wire(class = "bench.Order")]
struct Order {
    id: i64,
    account: i32,
    count: i32,
    paid: bool,
    weight: f64,
    name: String,
    note: String,
    created: Date,
    amount: BigDecimal,
    tags: Vec<String>,
}

struct Echoing;

impl Echo for Echoing {
    async fn bytes(&self, _: &Context, _: i64, body: Vec<u8>) -> Result<Vec<u8>, RpcError> {
        Ok(body)
    }

    async fn text(&self, _: &Context, body: String) -> Result<String, RpcError> {
        Ok(body)
    }

    async fn pojo(&self, _: &Context, body: Order) -> Result<Order, RpcError> {
        Ok(body)
    }
}

/// What is sent.
#[derive(Clone, Copy)]
pub(super) enum Payload {
    Bytes,
    Text,
    Pojo,
}

pub(super) async fn serve_bare() -> SocketAddr {
    let skeleton = EchoServer::new(Echoing);
    let descriptor = skeleton.descriptor();
    let url = Url::parse("dubbo://127.0.0.1:0/bench.Echo").expect("a URL");
    let invoker = Arc::new(SkeletonInvoker::new(url.clone(), Arc::new(skeleton)));
    let protocol = DubboProtocol::new();
    let exported = protocol.export(url, descriptor, invoker).await;
    let exporter = exported.expect("loopback has a free port");
    let port = exporter.url().port().expect("it listens");
    // It serves until the process ends.
    tokio::spawn(async move {
        let _served = (protocol, exporter);
        std::future::pending::<()>().await;
    });
    SocketAddr::from(([127, 0, 0, 1], port))
}

pub(super) async fn run_bare(
    server: &mut ServerProcess,
    plan: &Plan,
    payload: Payload,
) -> Measured {
    let url = format!("dubbo://{}/bench.Echo?timeout=3000", server.address());
    let url = Url::parse(&url).expect("a URL");
    let protocol = DubboProtocol::new();
    let descriptor = EchoClient::descriptor();
    let invoker = protocol
        .refer(url, Arc::clone(descriptor))
        .expect("a usable URL");
    wait_until(|| invoker.is_available()).await;
    let client = EchoClient::from_stub(Stub::new(Arc::clone(descriptor), invoker));
    run(server, plan, client, payload).await
}

/// Two listeners in one process stand for two providers.
pub(super) async fn serve_whole() -> SocketAddr {
    let provider = |port| {
        Application::builder("bench-provider")
            .listen(Dubbo::on(port).host("127.0.0.1"))
            .serve(Service::new(EchoServer::new(Echoing)))
            .start()
    };
    let first = provider(0).await.expect("loopback has a free port");
    let port = first.exported()[0].port().expect("it listens");
    let second = provider(port + 1).await.expect("the next port is free");
    tokio::spawn(async move {
        let _served = (first, second);
        std::future::pending::<()>().await;
    });
    SocketAddr::from(([127, 0, 0, 1], port))
}

pub(super) async fn run_whole(
    server: &mut ServerProcess,
    plan: &Plan,
    payload: Payload,
) -> Measured {
    let application = Application::builder("bench-consumer")
        .start()
        .await
        .expect("it starts");
    let first = server.address();
    let client: EchoClient = application
        .refer()
        .url(&format!(
            "dubbo://{first};dubbo://127.0.0.1:{}",
            first.port() + 1
        ))
        .balance("consistenthash")
        .timeout(Duration::from_secs(3))
        .build()
        .await
        .expect("both providers answer");
    run(server, plan, client, payload).await
}

async fn run(
    server: &mut ServerProcess,
    plan: &Plan,
    client: EchoClient,
    payload: Payload,
) -> Measured {
    let body = plan.body();
    match payload {
        Payload::Bytes => {
            drive(server, plan, move |_| {
                let (client, body) = (client.clone(), body.clone());
                async move {
                    let length = body.len();
                    let answer = client
                        .bytes(&Context::new(), 7, body)
                        .await
                        .expect("an answer");
                    assert_eq!(answer.len(), length);
                }
            })
            .await
        }
        Payload::Text => {
            let text = String::from_utf8(body).expect("letters");
            drive(server, plan, move |_| {
                let (client, text) = (client.clone(), text.clone());
                async move {
                    let length = text.len();
                    let answer = client.text(&Context::new(), text).await.expect("an answer");
                    assert_eq!(answer.len(), length);
                }
            })
            .await
        }
        Payload::Pojo => {
            let order = order();
            drive(server, plan, move |_| {
                let (client, order) = (client.clone(), order.clone());
                async move {
                    let id = order.id;
                    let answer = client
                        .pojo(&Context::new(), order)
                        .await
                        .expect("an answer");
                    assert_eq!(answer.id, id);
                }
            })
            .await
        }
    }
}

fn order() -> Order {
    Order {
        id: 4_711,
        account: 7,
        count: 3,
        paid: true,
        weight: 12.5,
        name: "a name of some length".to_owned(),
        note: "a note".to_owned(),
        created: Date::from_millis(1_700_000_000_000),
        amount: "129.90".parse().expect("a decimal number"),
        tags: ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec(),
    }
}

async fn wait_until(mut done: impl FnMut() -> bool) {
    while !done() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
