//! Lists come and go; invokers stay, are made and are dropped.

use std::{sync::Arc, time::Duration};

use tenfold_cluster::Reason;
use tenfold_protocol::ErrorKind;

use crate::world::{World, call, finished, lock, providers, url};

fn addresses(directory: &tenfold_cluster::Directory) -> Vec<String> {
    let snapshot = directory.snapshot();
    let members = snapshot.members().iter();
    members.map(|member| member.address().to_owned()).collect()
}

#[test]
fn an_invoker_is_kept_while_its_merged_url_is_the_same() {
    let world = World::default();
    let cluster = world.cluster("timeout=5", &["h1:1", "h2:1"]);
    assert_eq!(lock(&world.made).len(), 2);
    let first = Arc::clone(&cluster.directory.snapshot().members()[0]);

    let mut list = providers(&["h1:1", "h2:1", "h3:1"]);
    // The reference's own timeout stands above the provider's, so the merged URL stays.
    list[0] = list[0].with_param("timeout", 9);
    list[1] = list[1].with_param("weight", 9);
    cluster.directory.update(list);
    let made: Vec<String> = lock(&world.made).iter().map(|url| url.address()).collect();
    assert_eq!(made, ["h1:1", "h2:1", "h2:1", "h3:1"]);
    let snapshot = cluster.directory.snapshot();
    assert!(Arc::ptr_eq(&first, &snapshot.members()[0]));
    assert_eq!(snapshot.members()[1].url().param("weight"), Some("9"));
    assert_eq!(snapshot.version(), 2);
}

#[test]
fn the_same_url_twice_is_one_member() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1", "h1:1", "h2:1"]);
    assert_eq!(addresses(&cluster.directory), ["h1:1", "h2:1"]);
}

#[test]
fn a_call_in_flight_keeps_the_invoker_of_a_provider_that_left() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1"]);
    let provider = world.provider("h1:1");
    provider.then(crate::world::Act::Hang);
    let mut waiting = tokio_test(cluster.invoker.invoke(call("find", &[])));
    assert!(waiting());
    let member = Arc::downgrade(&cluster.directory.snapshot().members()[0]);
    cluster.directory.update(providers(&["h2:1"]));
    // The next call takes over the new list, and with it lets go of the old one.
    assert_eq!(
        cluster.answer(call("find", &[])).expect("an answer"),
        "h2:1"
    );
    assert!(member.upgrade().is_some(), "the call in flight holds it");
    drop(waiting);
    assert!(member.upgrade().is_none(), "nobody holds it any more");
}

/// Polls a future once each time it is asked; says whether it still waits.
fn tokio_test<T>(mut future: tenfold_protocol::BoxFuture<T>) -> impl FnMut() -> bool {
    use std::task::{Context, Waker};
    move || {
        let mut cx = Context::from_waker(Waker::noop());
        future.as_mut().poll(&mut cx).is_pending()
    }
}

#[test]
fn a_blank_list_says_nothing_and_an_empty_url_closes_the_service() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1"]);
    cluster.directory.update(Vec::new());
    assert_eq!(
        cluster.answer(call("find", &[])).expect("an answer"),
        "h1:1"
    );

    let empty = "empty://10.0.0.9/shop.Orders?category=providers";
    cluster.directory.update(vec![url(empty)]);
    let error = cluster.error(call("find", &[]));
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(
        error.message(),
        concat!(
            "No provider available from registry zk:2181 for service shop.Orders on consumer \
             10.0.0.9 use dubbo version tenfold-",
            env!("CARGO_PKG_VERSION"),
            ", please check status of providers(disabled, not registered or in blacklist)."
        )
    );
    assert!(!cluster.invoker.is_available());

    cluster.directory.update(Vec::new());
    assert_eq!(
        cluster.error(call("find", &[])).kind(),
        ErrorKind::Forbidden,
        "a blank list does not open it again"
    );
    cluster.directory.update(providers(&["h2:1"]));
    assert_eq!(
        cluster.answer(call("find", &[])).expect("an answer"),
        "h2:1"
    );
}

#[test]
fn empty_protection_keeps_the_providers() {
    let world = World::default();
    let cluster = world.cluster("enable-empty-protection=true", &["h1:1"]);
    cluster.directory.update(vec![url("empty://h/shop.Orders")]);
    assert_eq!(
        cluster.answer(call("find", &[])).expect("an answer"),
        "h1:1"
    );
}

#[test]
fn a_list_that_cannot_be_used_keeps_the_providers() {
    let world = World::default();
    let cluster = world.cluster("protocol=dubbo", &["h1:1"]);
    cluster
        .directory
        .update(vec![url("tri://h2:1/shop.Orders")]);
    assert_eq!(addresses(&cluster.directory), ["h1:1"]);
    lock(&world.refused).push("h3:1".to_owned());
    cluster.directory.update(providers(&["h3:1"]));
    assert_eq!(addresses(&cluster.directory), ["h1:1"]);
    assert!(matches!(
        cluster.directory.snapshot().fallen()[0].reason,
        Reason::Refused(_)
    ));
    // Disabling them all is an operator's will.
    cluster
        .directory
        .update(vec![url("dubbo://h1:1/shop.Orders?disabled=true")]);
    assert_eq!(addresses(&cluster.directory), [""; 0]);
    assert_eq!(
        cluster.error(call("find", &[])).kind(),
        ErrorKind::NoProvider
    );
}

#[test]
fn those_that_left_are_remembered_up_to_a_bound() {
    let world = World::default();
    let hosts: Vec<String> = (0..50).map(|host| format!("h{host}:1")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let cluster = world.cluster("", &hosts);
    cluster.directory.update(providers(&["h0:1"]));
    let snapshot = cluster.directory.snapshot();
    assert_eq!(snapshot.fallen().len(), 32);
    cluster.directory.update(providers(&["h0:1", "h49:1"]));
    let snapshot = cluster.directory.snapshot();
    assert_eq!(snapshot.fallen().len(), 31, "one is back");
}

#[tokio::test(start_paused = true)]
async fn a_reference_waits_for_its_first_provider() {
    let world = World::default();
    let directory = world.directory("consumer://10.0.0.9/shop.Orders");
    let waiting = tokio::spawn({
        let directory = Arc::clone(&directory);
        async move { directory.ready(Duration::from_secs(5)).await }
    });
    tokio::task::yield_now().await;
    directory.update(providers(&["h1:1"]));
    assert!(waiting.await.expect("no panic").is_ok());

    world.provider("h1:1").set_available(false);
    let error = directory
        .ready(Duration::from_secs(5))
        .await
        .expect_err("nobody is available");
    assert_eq!(
        error.to_string(),
        "no provider of shop.Orders became available within 5s from registry zk:2181; with \
         `check=false` the reference starts without one\n  registry zk:2181: 1 in the list, 1 of \
         them usable\n  h1:1: not available: not connected, or about to go away"
    );
}

#[test]
fn lists_may_change_while_calls_are_made() {
    let world = World::default();
    let cluster = world.cluster("loadbalance=consistenthash", &["h0:1"]);
    let invoker = &cluster.invoker;
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut calls = 0;
                while calls < 2_000 || !stop.load(std::sync::atomic::Ordering::SeqCst) {
                    let key = calls.to_string();
                    let result = finished(invoker.invoke(call("find", &[&key])));
                    assert!(result.is_ok(), "{result:?}");
                    calls += 1;
                }
            });
        }
        for round in 0..500 {
            let hosts: Vec<String> = (0..=round % 7).map(|host| format!("h{host}:1")).collect();
            let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
            cluster.directory.update(providers(&hosts));
        }
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
    });
    assert_eq!(cluster.directory.snapshot().version(), 501);
}
