//! An invoker that is still being made.

use std::{sync::Arc, time::Duration};

use tenfold_cluster::Deferred;
use tenfold_protocol::{BoxFuture, ErrorKind, Invoker, Retry, RpcError};
use tokio::sync::oneshot;

use crate::world::{World, call, text, url};

type Made = Result<Arc<dyn Invoker>, RpcError>;

fn deferred() -> (oneshot::Sender<Made>, Arc<Deferred>, BoxFuture<()>) {
    let (sender, receiver) = oneshot::channel::<Made>();
    let making = Box::pin(async move {
        receiver
            .await
            .unwrap_or_else(|_| Err(RpcError::new(ErrorKind::Network, "nobody makes it")))
    });
    let url = url("dubbo://h1:1/shop.Orders?timeout=2000");
    let (invoker, work) = Deferred::new(url, making);
    (sender, Arc::new(invoker), work)
}

fn real() -> Arc<dyn Invoker> {
    let cluster = World::default().cluster("", &["h1:1"]);
    cluster.invoker
}

#[tokio::test(start_paused = true)]
async fn calls_wait_for_it_and_then_go_straight_through() {
    let (sender, invoker, work) = deferred();
    let work = tokio::spawn(work);
    assert!(!invoker.is_available());
    let early = tokio::spawn(invoker.invoke(call("find", &[])));
    tokio::task::yield_now().await;
    assert!(sender.send(Ok(real())).is_ok());
    work.await.expect("no panic");
    let answer = text(early.await.expect("no panic"));
    assert_eq!(answer.expect("an answer"), "h1:1");
    assert!(invoker.is_available());
    assert!(invoker.invoke(call("find", &[])).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_no_longer_than_its_time() {
    let (_sender, invoker, work) = deferred();
    let _work = tokio::spawn(work);
    let mut invocation = call("find", &[]);
    invocation.call.timeout = Some(Duration::from_millis(50));
    let error = invoker.invoke(invocation).await.expect_err("too late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.retry(), Retry::Safe, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn when_it_fails_calls_fail_with_its_error() {
    let (sender, invoker, work) = deferred();
    let work = tokio::spawn(work);
    let error = RpcError::new(ErrorKind::Config, "no such codec");
    assert!(sender.send(Err(error)).is_ok());
    work.await.expect("no panic");
    assert!(!invoker.is_available());
    let error = invoker
        .invoke(call("find", &[]))
        .await
        .expect_err("no invoker");
    assert_eq!(error.message(), "no such codec");

    let (_sender, invoker, work) = deferred();
    drop(work);
    let error = invoker
        .invoke(call("find", &[]))
        .await
        .expect_err("given up");
    assert_eq!(error.kind(), ErrorKind::Closed);
}
