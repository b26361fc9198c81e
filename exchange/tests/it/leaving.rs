//! Leaving in order.

use std::{sync::atomic::Ordering, time::Duration};

use tenfold_exchange::{ClientState, CloseReason, ExchangeError, Progress, Retry};
use tokio::time;

use crate::support::*;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_provider_says_read_only_serves_what_arrives_and_closes_when_quiet() {
    let pair = Pair::new().await;
    let slow = pair.client.request(outgoing(b"wait"));
    eventually("it runs", || {
        pair.handler.running.load(Ordering::SeqCst) == 1
    })
    .await;

    let begin = now();
    let shutdown = pair.server.shutdown(SECOND, 10 * SECOND);
    let work = async {
        pair.client.changed_from(ClientState::Connected).await;
        assert_eq!(pair.client.state(), ClientState::ReadOnly);
        assert!(!pair.client.is_available());
        // What arrives all the same is served, and counts as a stir.
        time::sleep(SECOND * 9 / 10).await;
        pair.call(b"echo").await.expect("an answer");
        pair.handler.gate.0.add_permits(1);
        slow.await.expect("what was begun is finished");
        pair.client.changed_from(ClientState::ReadOnly).await;
    };
    let (report, ()) = tokio::join!(shutdown, work);
    assert_eq!(report.requests_left, 0);
    let took = now() - begin;
    assert!(
        took >= SECOND * 19 / 10,
        "quiet is counted from the last request: {took:?}"
    );
    assert!(took < SECOND * 3, "{took:?}");
    assert_eq!(pair.server.connections(), 0);
    assert_eq!(pair.handler.closed.lock()[..], [CloseReason::Local]);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_shutdown_though_a_handler_runs() {
    let pair = Pair::new().await;
    let stuck = pair.client.request(outgoing(b"wait"));
    eventually("it runs", || {
        pair.handler.running.load(Ordering::SeqCst) == 1
    })
    .await;
    let begin = now();
    let report = pair.server.shutdown(SECOND, 2 * SECOND).await;
    assert_eq!(report.requests_left, 1);
    assert!(now() - begin <= 3 * SECOND);
    let error = stuck.await.expect_err("the connection is gone");
    assert!(matches!(
        error,
        ExchangeError::Closed {
            progress: Progress::Written,
            ..
        }
    ));
    assert_eq!(error.retry(), Retry::UnknownOutcome);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_stirs_until_the_deadline_is_closed_then() {
    let pair = Pair::new().await;
    let begin = now();
    let busy = async {
        loop {
            if pair.call(b"echo").await.is_err() {
                return now() - begin;
            }
            time::sleep(SECOND / 2).await;
        }
    };
    let (_, ended) = tokio::join!(pair.server.shutdown(SECOND, 3 * SECOND), busy);
    assert!(ended >= 3 * SECOND && ended <= 4 * SECOND, "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn closing_a_client_lets_its_calls_end_and_begins_no_more() {
    let pair = Pair::new().await;
    let call = pair.client.request(outgoing(b"wait"));
    let closed = pair.client.close(now() + 10 * SECOND);
    let error = pair.call(b"echo").await.expect_err("closing");
    assert!(matches!(error, ExchangeError::Closing));
    assert_eq!(error.retry(), Retry::Safe);
    pair.handler.gate.0.add_permits(1);
    call.await.expect("an answer");
    closed.await;
    assert_eq!(pair.client.state(), ClientState::Closed);
    let error = pair.call(b"echo").await.expect_err("closed");
    assert!(matches!(
        error,
        ExchangeError::Closed {
            progress: Progress::Unsent,
            ..
        }
    ));
    assert_eq!(error.retry(), Retry::Safe);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_client_lets_its_calls_end() {
    let Pair {
        handler,
        server,
        client,
        ..
    } = Pair::new().await;
    let call = client.request(outgoing(b"wait"));
    drop(client);
    time::sleep(SECOND).await;
    assert_eq!(server.connections(), 1);
    handler.gate.0.add_permits(1);
    call.await.expect("an answer");
    eventually("the connection ends", || server.connections() == 0).await;
}

#[tokio::test]
async fn a_runtime_that_ends_ends_the_calls() {
    let (send, receive) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let pair = Pair::new().await;
            let call = pair.client.request(outgoing(b"wait"));
            eventually("it runs", || {
                pair.handler.running.load(Ordering::SeqCst) == 1
            })
            .await;
            send.send(call).expect("sent");
        });
    });
    tokio::task::spawn_blocking(|| thread.join())
        .await
        .expect("joined")
        .expect("no panic");
    let call = receive.recv().expect("the call");
    let error = time::timeout(SECOND, call).await.expect("it ends at once");
    assert!(
        matches!(error, Err(ExchangeError::Closed { .. })),
        "{error:?}"
    );
}
