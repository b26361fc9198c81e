//! What is counted, and where.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tenfold_monitor::{Snapshot, Statistics};
use tenfold_protocol::{Call, ErrorKind, Side};

use crate::world::{End, call, pass, peer, served, service, url, wide_service};

const NOW: Duration = Duration::ZERO;

fn places(snapshot: &Snapshot) -> Vec<(&str, &str, u64)> {
    let rows = snapshot.rows.iter();
    rows.map(|row| {
        (
            row.method.as_str(),
            row.peer.as_deref().unwrap_or("all"),
            row.calls(),
        )
    })
    .collect()
}

#[test]
fn endings_are_told_apart() {
    let statistics = Statistics::new("web");
    let filter = statistics.per_call(&service());
    for end in [
        End::Value,
        End::Value,
        End::Exception,
        End::Failure(ErrorKind::Timeout),
        End::Failure(ErrorKind::Timeout),
        End::Failure(ErrorKind::Overloaded),
        End::Failure(ErrorKind::Exception),
        End::Dropped,
    ] {
        pass(&*filter, call("find", Duration::from_millis(10)), end);
    }
    let snapshot = statistics.snapshot();
    let [row] = &*snapshot.rows else {
        panic!("one row: {snapshot:?}");
    };
    assert_eq!(
        (row.application.as_str(), row.side),
        ("web", Side::Consumer)
    );
    assert_eq!(row.service, "trade/shop.Orders:1.0");
    assert_eq!((row.succeeded, row.exceptions, row.abandoned), (2, 2, 1));
    assert_eq!(row.failures.get(&ErrorKind::Timeout), Some(&2));
    assert_eq!(row.failures.get(&ErrorKind::Overloaded), Some(&1));
    assert_eq!((row.calls(), row.failed(), row.in_flight), (8, 3, 0));
    assert_eq!(row.success(), Some(4.0 / 7.0));
    assert_eq!(row.durations.count(), 7, "a dropped call has no duration");
    let median = row.durations.quantile(0.5).expect("there are durations");
    assert!(median >= Duration::from_millis(10), "{median:?}");
}

#[test]
fn calls_in_flight_are_seen() {
    let statistics = Statistics::new("web");
    let filter = statistics.per_call(&service());
    let mut invocations = [call("find", NOW), call("find", NOW)];
    for invocation in &mut invocations {
        filter.before(invocation).expect("it never refuses");
    }
    assert_eq!(statistics.snapshot().rows[0].in_flight, 2);
    filter.abandoned(&invocations[0].call);
    assert_eq!(statistics.take().rows[0].in_flight, 1);
    assert_eq!(statistics.snapshot().rows[0].in_flight, 1, "a window later");
}

#[test]
fn tries_are_counted_for_each_provider() {
    let statistics = Statistics::new("web");
    let provider = |text| statistics.per_try(&service(), &url(text));
    let first = provider("dubbo://10.0.0.1:20880/shop.Orders?remote.application=shop");
    let second = provider("dubbo://10.0.0.2:20880/shop.Orders");
    pass(&*first, call("find", NOW), End::Value);
    pass(&*first, call("save", NOW), End::Value);
    pass(&*second, call("find", NOW), End::Value);
    pass(&*second, call("find", NOW), End::Value);
    let snapshot = statistics.snapshot();
    assert_eq!(
        places(&snapshot),
        [
            ("find", "10.0.0.1:20880", 1),
            ("find", "10.0.0.2:20880", 2),
            ("save", "10.0.0.1:20880", 1)
        ]
    );
    assert_eq!(snapshot.rows[0].peer_application.as_deref(), Some("shop"));
}

#[test]
fn generic_calls_count_for_the_method_that_they_mean() {
    let statistics = Statistics::new("web");
    let filter = statistics.per_call(&service());
    pass(&*filter, call("$invoke query", NOW), End::Value);
    pass(&*filter, call("$invoke query", NOW), End::Dropped);
    pass(&*filter, call("$invoke find", NOW), End::Value);
    pass(&*filter, call("find", NOW), End::Value);
    let snapshot = statistics.snapshot();
    assert_eq!(
        places(&snapshot),
        [("find", "all", 2), ("query", "all", 2)],
        "named or called, `find` is one row"
    );
}

#[test]
fn a_provider_counts_for_each_consumer() {
    let statistics = Statistics::new("shop");
    let filter = statistics.on_provider(&service());
    let (one, same_host, other) = (
        peer("10.0.0.7:50001"),
        peer("[::ffff:10.0.0.7]:50002"),
        peer("10.0.0.8:50001"),
    );
    pass(&*filter, served("find", &one, "web"), End::Value);
    pass(&*filter, served("find", &same_host, "web"), End::Value);
    pass(&*filter, served("find", &same_host, "web"), End::Dropped);
    pass(&*filter, served("find", &other, "batch"), End::Exception);
    pass(&*filter, served("find", &other, "batch"), End::Exception);
    pass(&*filter, call("find", NOW), End::Value);
    let snapshot = statistics.snapshot();
    let rows: Vec<_> = snapshot
        .rows
        .iter()
        .map(|row| {
            let application = row.peer_application.as_deref().unwrap_or("-");
            (row.peer.as_deref().unwrap_or("-"), application, row.calls())
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("10.0.0.7", "web", 3),
            ("10.0.0.8", "batch", 2),
            ("in-process", "-", 1)
        ]
    );
    assert!(snapshot.rows.iter().all(|row| row.side == Side::Provider));
}

#[test]
fn a_thread_tells_connections_methods_and_filters_apart() {
    let (one, two) = (Statistics::new("one"), Statistics::new("two"));
    let filters = [one.on_provider(&service()), two.on_provider(&service())];
    // More connections than a thread remembers, dropped and made again.
    for round in 0..3 {
        let peers: Vec<_> = (0..400)
            .map(|host| peer(&format!("10.0.{}.{}:9", host / 200, host % 200)))
            .collect();
        for method in ["find", "save"] {
            for peer in &peers {
                for (filter, times) in filters.iter().zip([1, 2]) {
                    for _ in 0..times {
                        pass(&**filter, served(method, peer, ""), End::Value);
                    }
                }
            }
        }
        for (statistics, times) in [(&one, 1), (&two, 2)] {
            let snapshot = statistics.snapshot();
            assert_eq!(snapshot.rows.len(), 800);
            for row in &snapshot.rows {
                assert_eq!(row.succeeded, times * (round + 1), "{row:?}");
            }
        }
    }
}

#[test]
fn methods_that_share_a_place_in_a_threads_memory_are_told_apart() {
    let statistics = Statistics::new("shop");
    let service = wide_service(600);
    let filter = statistics.on_provider(&service);
    let peer = peer("10.0.0.7:50001");
    for _ in 0..2 {
        for method in &service.methods {
            let mut invocation = served("find", &peer, "");
            let (service, method) = (Arc::clone(&service), Arc::clone(method));
            invocation.call = Call::new(service, method, Instant::now());
            invocation.call.peer = Some(Arc::clone(&peer));
            pass(&*filter, invocation, End::Value);
        }
    }
    let snapshot = statistics.snapshot();
    assert_eq!(snapshot.rows.len(), 600);
    assert!(snapshot.rows.iter().all(|row| row.succeeded == 2));
}

#[test]
fn names_from_outside_do_not_fill_the_table() {
    let statistics = Statistics::new("shop");
    let filter = statistics.on_provider(&service());
    let peer = peer("10.0.0.7:50001");
    for number in 0..100 {
        let name = format!("$invoke made-up-{number}");
        pass(&*filter, served(&name, &peer, "web"), End::Value);
    }
    pass(&*filter, served("$invoke save", &peer, "web"), End::Value);
    let snapshot = statistics.snapshot();
    assert_eq!(
        places(&snapshot),
        [("(other)", "(other)", 100), ("save", "10.0.0.7", 1)]
    );
}

#[test]
fn methods_that_a_service_does_not_name_have_rows_of_their_own() {
    let statistics = Statistics::new("shop");
    let filter = statistics.on_provider(&service());
    let peer = peer("10.0.0.7:50001");
    // A described method has an index too, which is another method's here.
    let described = wide_service(2);
    for method in described.methods.iter().chain(&described.methods) {
        let mut invocation = served("find", &peer, "");
        invocation.call.method = Arc::clone(method);
        pass(&*filter, invocation, End::Value);
    }
    pass(&*filter, served("find", &peer, ""), End::Value);
    let snapshot = statistics.snapshot();
    assert_eq!(
        places(&snapshot),
        [
            ("find", "10.0.0.7", 1),
            ("m0", "10.0.0.7", 2),
            ("m1", "10.0.0.7", 2)
        ]
    );

    let mut open = (*service()).clone();
    open.open = Some(|_, _| None);
    let statistics = Statistics::new("shop");
    let filter = statistics.on_provider(&open);
    pass(&*filter, served("$invoke any", &peer, ""), End::Value);
    let long = format!("$invoke {}", "é".repeat(100));
    pass(&*filter, served(&long, &peer, ""), End::Value);
    let snapshot = statistics.snapshot();
    assert_eq!(
        places(&snapshot),
        [
            ("any", "10.0.0.7", 1),
            ("é".repeat(64).as_str(), "10.0.0.7", 1)
        ]
    );
}

#[test]
fn past_the_limit_of_rows_calls_share_one() {
    let statistics = Statistics::with_rows_max("web", 3);
    for host in 0..10 {
        let provider = url(&format!("dubbo://10.0.0.{host}:1/shop.Orders"));
        let filter = statistics.per_try(&service(), &provider);
        pass(&*filter, call("find", NOW), End::Value);
    }
    let snapshot = statistics.snapshot();
    assert_eq!(snapshot.rows.len(), 4);
    let calls: u64 = snapshot.rows.iter().map(|row| row.calls()).sum();
    assert_eq!(calls, 10, "none is lost");
    assert!(snapshot.rows.iter().any(|row| row.method == "(other)"));
}

#[test]
fn windows_begin_from_nothing_and_drop_rows_that_nobody_fills() {
    let statistics = Statistics::with_rows_max("web", 2);
    for host in 0..6 {
        let provider = url(&format!("dubbo://10.0.0.{host}:1/shop.Orders"));
        let filter = statistics.per_try(&service(), &provider);
        pass(&*filter, call("find", NOW), End::Value);
        drop(filter);
        let window = statistics.take();
        assert_eq!(places(&window), [("find", &*provider.address(), 1)]);
        assert!(statistics.snapshot().rows.is_empty());
    }
}

#[test]
fn snapshots_of_instances_merge() {
    let instance = |calls: u32| {
        let statistics = Statistics::new("web");
        let filter = statistics.per_call(&service());
        for number in 0..calls {
            let took = Duration::from_millis(10 + u64::from(number % 10));
            pass(&*filter, call("find", took), End::Value);
        }
        pass(
            &*filter,
            call("save", NOW),
            End::Failure(ErrorKind::Network),
        );
        statistics.snapshot()
    };
    let mut merged = instance(100);
    merged.merge(&instance(50));
    assert_eq!(places(&merged), [("find", "all", 150), ("save", "all", 2)]);
    assert_eq!(merged.rows[0].durations.count(), 150);
    assert_eq!(merged.rows[1].failures.get(&ErrorKind::Network), Some(&2));
    let only = merged.filtered(|row| row.method == "save");
    assert_eq!(places(&only), [("save", "all", 2)]);
}

#[test]
fn every_thread_counts_into_the_same_rows() {
    let statistics = Statistics::new("web");
    let filter = statistics.per_call(&service());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..500 {
                    pass(&*filter, call("find", NOW), End::Value);
                }
            });
        }
    });
    assert_eq!(places(&statistics.snapshot()), [("find", "all", 4000)]);
}
