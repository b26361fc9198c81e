//! Connecting, losing the connection, and coming back.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tenfold_exchange::{
    Client, ClientConfig, ClientState, ExchangeError, NoHandler, Outgoing, Retry, Server,
    ServerConfig,
};
use tenfold_transport::{MemoryNetwork, SocketOptions, TcpConnector, TcpListener};

use crate::support::*;

fn client(network: &MemoryNetwork, config: ClientConfig) -> Client {
    Client::new(
        Arc::new(network.connector("echo")),
        Arc::new(NoHandler),
        config,
    )
}

fn serve(network: &MemoryNetwork) -> Server {
    let handler = Arc::new(Echo::default());
    Server::start(network.listen("echo"), handler, ServerConfig::default())
}

#[tokio::test(start_paused = true)]
async fn a_restarted_provider_is_used_again_within_a_second() {
    let network = MemoryNetwork::new();
    let mut server = serve(&network);
    let client = client(&network, ClientConfig::default());
    client.connected().await.expect("the server listens");
    // Down for seconds, so that the backoff has reached its longest delay.
    for down in [0, 3, 60] {
        drop(server);
        client.changed_from(ClientState::Connected).await;
        tokio::time::sleep(Duration::from_secs(down)).await;
        server = serve(&network);
        let begin = now();
        eventually("it is back", || client.is_available()).await;
        assert!(now() - begin < Duration::from_secs(1));
        let reply = client.request(outgoing(b"echo")).await;
        reply.expect("an answer");
    }
    drop(server);
}

#[tokio::test]
async fn a_lost_connection_ends_every_call_at_once() {
    let pair = Pair::new().await;
    let calls: Vec<_> = (0..100)
        .map(|_| pair.client.request(outgoing(b"wait")))
        .collect();
    eventually("all are served", || pair.server.statistics().served == 100).await;
    drop(pair.server);
    let begin = std::time::Instant::now();
    for call in calls {
        let error = call.await.expect_err("the connection is gone");
        assert!(matches!(error, ExchangeError::Closed { .. }));
        assert_eq!(error.retry(), Retry::UnknownOutcome);
    }
    assert!(begin.elapsed() < Duration::from_secs(1));
    let error = pair
        .client
        .request(outgoing(b"echo"))
        .await
        .expect_err("not connected");
    assert!(matches!(error, ExchangeError::NotConnected { .. }));
    assert_eq!(error.retry(), Retry::Safe);
    assert_eq!(pair.client.statistics().in_flight, 0);
}

#[tokio::test]
async fn a_lazy_client_connects_at_the_first_call() {
    let network = MemoryNetwork::new();
    let server = serve(&network);
    let mut config = ClientConfig::default();
    config.lazy = true;
    let client = client(&network, config);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(
        (client.state(), server.connections()),
        (ClientState::Idle, 0)
    );
    assert!(client.is_available());
    client.request(outgoing(b"echo")).await.expect("an answer");
    assert_eq!(
        (client.state(), server.connections()),
        (ClientState::Connected, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn calls_wait_for_the_first_attempt_and_fail_with_it() {
    let network = MemoryNetwork::new();
    let client = client(&network, ClientConfig::default());
    let error = client
        .request(outgoing(b"echo"))
        .await
        .expect_err("nobody listens");
    let ExchangeError::NotConnected {
        cause: Some(cause), ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(
        cause.to_string().starts_with("cannot connect to echo"),
        "{cause}"
    );
    assert!(client.connected().await.is_err());
    let _server = serve(&network);
    eventually("it comes back by itself", || client.is_available()).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_a_connection_ends_at_its_deadline() {
    // Connections that are never accepted and never refused: a listener's backlog of a provider
    // that hangs. Here the connector itself never comes to an end.
    struct Never;
    impl tenfold_transport::Connector for Never {
        fn connect(&self) -> tenfold_transport::ConnectFuture {
            Box::pin(std::future::pending())
        }
        fn target(&self) -> &str {
            "nowhere"
        }
    }
    let client = Client::new(
        Arc::new(Never),
        Arc::new(NoHandler),
        ClientConfig::default(),
    );
    let begin = now();
    let request = Outgoing::new(2, &b"echo"[..], begin + Duration::from_millis(200));
    let error = client.request(request).await.expect_err("no connection");
    assert!(matches!(error, ExchangeError::Timeout { .. }), "{error:?}");
    assert_eq!(error.retry(), Retry::Safe);
    assert!(now() - begin <= Duration::from_millis(212));
    client.close(now()).await;
    assert_eq!(client.state(), ClientState::Closed);
}

#[tokio::test(start_paused = true)]
async fn every_change_of_state_is_told() {
    let network = MemoryNetwork::new();
    let server = serve(&network);
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut config = ClientConfig::default();
    let states = told.clone();
    config.on_state = Some(Arc::new(move |state| states.lock().push(state)));
    let client = client(&network, config);
    client.connected().await.expect("the server listens");
    server.announce_read_only();
    client.changed_from(ClientState::Connected).await;
    server.announce_writeable();
    client.changed_from(ClientState::ReadOnly).await;
    drop(server);
    client.changed_from(ClientState::Connected).await;
    client.close(now()).await;
    use ClientState::{Closed, Connected, Down, ReadOnly};
    assert_eq!(
        told.lock()[..],
        [Connected, ReadOnly, Connected, Down, Closed]
    );
}

#[tokio::test]
async fn a_tcp_provider_that_restarts_on_its_port_is_used_again() {
    let bind = async |target: String| {
        let limit = std::time::Instant::now() + Duration::from_secs(5);
        loop {
            match TcpListener::bind(&target, SocketOptions::default()).await {
                Ok(listener) => return listener,
                Err(error) => assert!(std::time::Instant::now() < limit, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let start =
        |listener| Server::start(listener, Arc::new(Echo::default()), ServerConfig::default());
    let server = start(bind("127.0.0.1:0".into()).await);
    let target = server.local_address().to_string();
    let connector = Arc::new(TcpConnector::new(target.clone()));
    let client = Client::new(connector, Arc::new(NoHandler), ClientConfig::default());
    client.connected().await.expect("the server listens");
    drop(server);
    client.changed_from(ClientState::Connected).await;
    let _server = start(bind(target).await);
    let begin = std::time::Instant::now();
    eventually("it is back", || client.is_available()).await;
    assert!(begin.elapsed() < Duration::from_secs(1));
    client.request(outgoing(b"echo")).await.expect("an answer");
}
