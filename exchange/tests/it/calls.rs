//! Calls and their answers.

use std::{sync::Arc, task::Poll, time::Duration};

use bytes::Bytes;
use tenfold_exchange::{
    Client, ClientConfig, ExchangeError, NoHandler, Outgoing, Progress, Retry, Server, ServerConfig,
};
use tenfold_transport::{SocketOptions, TcpConnector, TcpListener};

use crate::support::*;

async fn many_calls(client: &Client) {
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move {
                for call in 0..200 {
                    let word = ["echo", "yield", "now", "spawn"][(task + call) % 4];
                    let body = format!("{word} {task} {call}");
                    let reply = client.request(outgoing(body.as_bytes())).await;
                    assert_eq!(reply.expect("an answer").body, body);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let left = client.statistics();
    assert_eq!(
        (left.in_flight, left.waiting, left.stale_answers),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn each_of_many_calls_gets_its_own_answer_in_memory() {
    let pair = Pair::new().await;
    many_calls(&pair.client).await;
    assert_eq!(pair.server.statistics().served, 0);
}

async fn over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0", SocketOptions::default()).await;
    let listener = listener.expect("loopback is there");
    let server = Server::start(listener, Arc::new(Echo::default()), ServerConfig::default());
    let target = server.local_address().to_string();
    let client = Client::new(
        Arc::new(TcpConnector::new(target)),
        Arc::new(NoHandler),
        ClientConfig::default(),
    );
    client.connected().await.expect("the server listens");
    many_calls(&client).await;
    for length in [0, 1, 999, 1_001, 32 * 1024, 70_000, 3 << 20, 8 << 20] {
        let body = Bytes::from(vec![b'x'; length]);
        let deadline = now() + Duration::from_secs(20);
        let reply = client.request(Outgoing::new(2, body.clone(), deadline));
        assert!(reply.await.expect("an answer").body == body, "{length}");
        let reply = client.request(Outgoing::new(2, &body[..], deadline));
        assert!(reply.await.expect("an answer").body == body, "{length}");
    }
    client.close(now() + Duration::from_secs(1)).await;
    eventually("the server sees it", || server.connections() == 0).await;
}

#[tokio::test]
async fn each_of_many_calls_gets_its_own_answer_over_tcp() {
    over_tcp().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_calls_gets_its_own_answer_on_two_threads() {
    over_tcp().await;
}

#[tokio::test]
async fn status_and_serialization_travel() {
    let pair = Pair::new().await;
    let deadline = now() + Duration::from_secs(1);
    let call = pair
        .client
        .request(Outgoing::new(21, &b"status"[..], deadline));
    let reply = call.await.expect("an answer");
    assert_eq!(
        (reply.status, reply.serialization, &reply.body[..]),
        (40, 21, &b"no"[..])
    );
}

#[tokio::test]
async fn a_one_way_request_is_served_and_not_answered() {
    let pair = Pair::new().await;
    for word in ["echo", "yield", "now", "panic"] {
        let sent = pair.client.one_way(outgoing(word.as_bytes()));
        sent.await.expect("there is room");
    }
    pair.call(b"echo").await.expect("an answer");
    eventually("all are served", || {
        pair.handler
            .handled
            .load(std::sync::atomic::Ordering::SeqCst)
            == 5
    })
    .await;
    assert_eq!(pair.client.statistics().stale_answers, 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline_within_a_tick() {
    let pair = Pair::new().await;
    for millis in [5, 100, 1_000, 60_000] {
        let begin = now();
        let timeout = Duration::from_millis(millis);
        let call = pair
            .client
            .request(Outgoing::new(2, &b"wait"[..], begin + timeout));
        let error = call.await.expect_err("nobody opens the gate");
        assert!(matches!(
            error,
            ExchangeError::Timeout {
                progress: Progress::Written
            }
        ));
        assert_eq!(error.retry(), Retry::UnknownOutcome);
        let took = now() - begin;
        assert!(
            took >= timeout && took <= timeout + Duration::from_millis(12),
            "{took:?}"
        );
    }
    // The late answers are dropped, and reach nobody else.
    pair.handler.gate.0.add_permits(4);
    eventually("late answers", || {
        pair.client.statistics().stale_answers == 4
    })
    .await;
    assert_eq!(pair.call(b"echo").await.expect("an answer").body, "echo");
}

#[tokio::test]
async fn a_dropped_call_keeps_its_slot_until_the_answer_comes() {
    let pair = Pair::new().await;
    let mut call = Box::pin(pair.client.request(outgoing(b"wait")));
    assert!(futures_poll(&mut call).is_pending());
    eventually("it is served", || pair.server.statistics().served == 1).await;
    drop(call);
    assert_eq!(pair.client.statistics().in_flight, 1);
    pair.handler.gate.0.add_permits(1);
    eventually("the slot is free", || {
        pair.client.statistics().in_flight == 0
    })
    .await;
    assert_eq!(pair.client.statistics().stale_answers, 0);
}

fn futures_poll<F: Future>(future: &mut std::pin::Pin<Box<F>>) -> Poll<F::Output> {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    future.as_mut().poll(&mut cx)
}

#[tokio::test]
async fn calls_beyond_the_bound_wait_in_order_and_then_are_refused() {
    let mut config = ClientConfig::default();
    config.connection.in_flight_max = 2;
    config.connection.waiting_max = 2;
    let pair = Pair::with(ServerConfig::default(), config).await;
    let calls: Vec<_> = (0..4)
        .map(|_| Box::pin(pair.client.request(outgoing(b"wait"))))
        .collect();
    let error = pair.call(b"echo").await.expect_err("no room to wait");
    assert!(matches!(error, ExchangeError::Overloaded { limit: 2, .. }));
    assert_eq!(error.retry(), Retry::Safe);
    let held = pair.client.statistics();
    assert_eq!((held.in_flight, held.waiting), (2, 2));
    pair.handler.gate.0.add_permits(4);
    for call in calls {
        call.await.expect("an answer");
    }
    pair.call(b"echo").await.expect("there is room again");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_room_counts_against_the_deadline() {
    let mut config = ClientConfig::default();
    config.connection.in_flight_max = 1;
    let pair = Pair::with(ServerConfig::default(), config).await;
    let first = pair.client.request(outgoing(b"wait"));
    let begin = now();
    let second = Outgoing::new(2, &b"echo"[..], begin + Duration::from_millis(50));
    let error = pair.client.request(second).await.expect_err("no room");
    assert!(matches!(
        error,
        ExchangeError::Timeout {
            progress: Progress::Unsent
        }
    ));
    assert_eq!(error.retry(), Retry::Safe);
    assert!(now() - begin <= Duration::from_millis(62));
    drop(first);
    assert_eq!(pair.client.statistics().waiting, 0);
}

#[tokio::test]
async fn a_request_over_the_limit_is_not_sent() {
    let pair = Pair::new().await;
    let error = pair.call(&vec![0; (8 << 20) + 1]).await;
    let error = error.expect_err("too large");
    assert!(matches!(
        error,
        ExchangeError::RequestTooLarge {
            limit: 8_388_608,
            ..
        }
    ));
    assert_eq!(error.retry(), Retry::Never);
    pair.call(b"echo").await.expect("the connection lives");
}

#[tokio::test]
async fn a_request_over_the_providers_limit_is_refused_and_skipped() {
    let mut config = ServerConfig::default();
    config.connection.payload_bytes_max = 100_000;
    let pair = Pair::with(config, ClientConfig::default()).await;
    let reply = pair.call(&vec![0; 500_000]).await.expect("an answer");
    assert_eq!(reply.status, 80);
    assert!(
        reply
            .body
            .starts_with(b"RequestTooLarge { bytes: 500000, limit: 100000 }")
    );
    pair.call(b"echo").await.expect("the connection lives");
}

#[tokio::test]
async fn an_answer_over_the_providers_limit_becomes_a_fault() {
    let pair = Pair::new().await;
    let reply = pair.call(b"large").await.expect("an answer");
    assert_eq!(reply.status, 80);
    assert!(reply.body.starts_with(b"AnswerTooLarge { bytes: 9437184"));
    pair.call(b"echo").await.expect("the connection lives");
}

#[tokio::test]
async fn an_answer_over_the_consumers_limit_fails_its_call_alone() {
    let mut config = ClientConfig::default();
    config.connection.payload_bytes_max = 100_000;
    let mut server = ServerConfig::default();
    server.connection.payload_bytes_max = 16 << 20;
    let pair = Pair::with(server, config).await;
    let other = pair.client.request(outgoing(b"wait"));
    let error = pair.call(b"large").await.expect_err("too large");
    assert!(matches!(
        error,
        ExchangeError::AnswerTooLarge {
            bytes: 9_437_184,
            limit: 100_000
        }
    ));
    assert!(error.written());
    pair.handler.gate.0.add_permits(1);
    other.await.expect("the connection lives");
}
