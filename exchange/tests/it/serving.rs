//! The provider's side: handlers that panic, callbacks, bounds.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tenfold_exchange::{Client, ClientConfig, NoHandler, Server, ServerConfig};
use tenfold_transport::MemoryNetwork;

use crate::support::*;

#[tokio::test]
async fn a_panic_becomes_a_fault_and_the_connection_lives() {
    let pair = Pair::new().await;
    pair.handler.gate.0.add_permits(2);
    for word in ["panic", "encode", "wait-panic", "wait-encode"] {
        let reply = pair.call(word.as_bytes()).await.expect("an answer");
        assert_eq!(
            (reply.status, &reply.body[..]),
            (80, &b"Panicked"[..]),
            "{word}"
        );
    }
    pair.call(b"echo").await.expect("the connection lives");
    assert_eq!(pair.server.connections(), 1);
    assert_eq!(pair.server.statistics().served, 0);
}

#[tokio::test]
async fn a_slow_handler_does_not_hold_up_others() {
    let pair = Pair::new().await;
    let slow = pair.client.request(outgoing(b"wait"));
    for _ in 0..10 {
        pair.call(b"echo").await.expect("an answer");
    }
    pair.handler.gate.0.add_permits(1);
    slow.await.expect("an answer");
}

#[tokio::test]
async fn a_provider_may_call_its_consumer() {
    let network = MemoryNetwork::new();
    let provider = Arc::new(Echo::default());
    let server = Server::start(network.listen("p"), provider, ServerConfig::default());
    let client = Client::new(
        Arc::new(network.connector("p")),
        Arc::new(Echo::default()),
        ClientConfig::default(),
    );
    let calls: Vec<_> = (0..50).map(|_| client.request(outgoing(b"back"))).collect();
    for call in calls {
        assert_eq!(call.await.expect("an answer").body, "from the provider");
    }
    drop(server);
}

#[tokio::test]
async fn reading_stops_while_too_many_requests_are_served() {
    let mut config = ServerConfig::default();
    config.connection.served_max = 3;
    let pair = Pair::with(config, ClientConfig::default()).await;
    let calls: Vec<_> = (0..10)
        .map(|_| pair.client.request(outgoing(b"wait")))
        .collect();
    eventually("three run", || {
        pair.handler.running.load(Ordering::SeqCst) == 3
    })
    .await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(pair.handler.handled.load(Ordering::SeqCst), 3);
    pair.handler.gate.0.add_permits(10);
    for call in calls {
        call.await.expect("an answer");
    }
    assert_eq!(pair.server.statistics().served, 0);
}

#[tokio::test]
async fn a_handler_runs_to_its_end_though_the_consumer_is_gone() {
    let pair = Pair::new().await;
    let call = pair.client.request(outgoing(b"wait"));
    eventually("it runs", || {
        pair.handler.running.load(Ordering::SeqCst) == 1
    })
    .await;
    drop(call);
    pair.client.close(now()).await;
    eventually("the connection ends", || pair.server.connections() == 0).await;
    let peer = pair.handler.opened.lock()[0].clone();
    assert!(peer.disconnected().is_cancelled());
    assert_eq!(pair.handler.running.load(Ordering::SeqCst), 1);
    pair.handler.gate.0.add_permits(1);
    eventually("it ends", || {
        pair.handler.running.load(Ordering::SeqCst) == 0
    })
    .await;
}

#[tokio::test]
async fn an_excess_connection_is_closed_at_accept() {
    let mut config = ServerConfig::default();
    config.accepts = Some(1);
    let pair = Pair::with(config, ClientConfig::default()).await;
    let connector = Arc::new(pair.network.connector("echo"));
    let second = Client::new(connector, Arc::new(NoHandler), ClientConfig::default());
    eventually("it is refused", || pair.server.refused_connections() > 0).await;
    assert!(second.request(outgoing(b"echo")).await.is_err());
    pair.call(b"echo").await.expect("the first one lives");
    pair.client.close(now()).await;
    eventually("the second gets in", || second.is_available()).await;
    second.request(outgoing(b"echo")).await.expect("an answer");
}
