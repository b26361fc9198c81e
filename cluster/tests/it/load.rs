//! How the load balances spread calls.

use std::{
    collections::HashMap,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use tenfold_cluster::{ClusterInvoker, Randomness};
use tenfold_common::{Clock, ManualClock};

use crate::{
    consistent_hash::seed,
    world::{Act, Cluster, World, call, url},
};

const START: u64 = 1_700_000_000_000;

fn weighted(world: &World, parameters: &str, clock: &ManualClock, seed: u64) -> Cluster {
    let directory = world.directory(&format!("consumer://h/shop.Orders?{parameters}"));
    directory.update(vec![
        url("dubbo://h1:1/shop.Orders?weight=100"),
        url("dubbo://h2:1/shop.Orders?weight=200"),
        url(&format!(
            "dubbo://h3:1/shop.Orders?weight=100&timestamp={START}&find.weight=100"
        )),
    ]);
    let invoker = ClusterInvoker::builder(Arc::clone(&directory))
        .randomness(Randomness::from_seed(seed))
        .clock(Arc::new(clock.clone()))
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    Cluster { directory, invoker }
}

fn counts(cluster: &Cluster, clock: &ManualClock, calls: u32) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for _ in 0..calls {
        let mut invocation = call("find", &[]);
        invocation.call.started = clock.now();
        let answer = cluster.answer(invocation).expect("an answer");
        *counts.entry(answer).or_insert(0) += 1;
    }
    counts
}

fn assert_share(counts: &HashMap<String, u32>, address: &str, share: f64) {
    let total: u32 = counts.values().sum();
    let measured = f64::from(counts.get(address).copied().unwrap_or(0)) / f64::from(total);
    assert!(
        (measured - share).abs() < 0.02,
        "{address}: {measured} and not {share}: {counts:?}"
    );
}

#[test]
fn random_follows_weights_and_warm_up() {
    let world = World::default();
    let clock = ManualClock::at_unix_millis(START + 60_000);
    let cluster = weighted(&world, "", &clock, seed());
    // A minute after its start the third weighs 10.
    let cold = counts(&cluster, &clock, 20_000);
    assert_share(&cold, "h1:1", 100.0 / 310.0);
    assert_share(&cold, "h2:1", 200.0 / 310.0);
    assert_share(&cold, "h3:1", 10.0 / 310.0);

    clock.advance(Duration::from_secs(600));
    let warm = counts(&cluster, &clock, 20_000);
    assert_share(&warm, "h1:1", 0.25);
    assert_share(&warm, "h2:1", 0.5);
    assert_share(&warm, "h3:1", 0.25);
}

#[test]
fn random_spreads_equal_providers_evenly() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1", "h2:1", "h3:1", "h4:1"]);
    let clock = ManualClock::at_unix_millis(START);
    let counts = counts(&cluster, &clock, 20_000);
    for address in ["h1:1", "h2:1", "h3:1", "h4:1"] {
        assert_share(&counts, address, 0.25);
    }
}

#[test]
fn round_robin_mixes_heavy_providers_smoothly() {
    let world = World::default();
    let directory = world.directory("consumer://h/shop.Orders?loadbalance=roundrobin");
    let list = |first: u32| {
        vec![
            url(&format!("dubbo://a:1/shop.Orders?weight={first}")),
            url("dubbo://b:1/shop.Orders?weight=1"),
            url("dubbo://c:1/shop.Orders?weight=1"),
        ]
    };
    directory.update(list(5));
    let cluster = world.over(directory);
    let turns = |count: usize| -> String {
        (0..count)
            .map(|_| cluster.answer(call("find", &[])).expect("an answer"))
            .map(|address| address.chars().next().unwrap_or(' '))
            .collect()
    };
    assert_eq!(turns(14), "aabacaaaabacaa");
    // What was learned outlives a list; a changed weight begins anew.
    assert_eq!(turns(2), "aa");
    cluster.directory.update(list(1));
    assert_eq!(turns(3).len(), 3);
    let mut counts = HashMap::new();
    for turn in turns(30).chars() {
        *counts.entry(turn).or_insert(0) += 1;
    }
    assert_eq!(counts.values().copied().max(), Some(10), "{counts:?}");
}

#[test]
fn least_active_leaves_a_busy_provider_alone_without_any_limit_set() {
    let world = World::default();
    let cluster = world.cluster("loadbalance=leastactive", &["h1:1", "h2:1"]);
    for provider in world.all() {
        provider.then(Act::Hang);
    }
    let mut cx = Context::from_waker(Waker::noop());
    let mut hanging: Vec<_> = (0..2)
        .map(|_| cluster.invoker.invoke(call("find", &[])))
        .collect();
    for future in &mut hanging {
        assert!(future.as_mut().poll(&mut cx).is_pending());
    }
    let members = cluster.directory.snapshot().members().to_vec();
    let active = |at: usize| members[at].active(0);
    assert_eq!((active(0), active(1)), (1, 1), "one each");

    // One is free again; the next calls all go there.
    hanging.pop();
    let free = usize::from(active(1) == 0);
    let address = members[free].address();
    for _ in 0..20 {
        let answer = cluster.answer(call("find", &[])).expect("an answer");
        assert_eq!(answer, address);
    }
    // Another method has counters of its own.
    assert_eq!(members[1 - free].active(1), 0);
    drop(hanging);
    assert_eq!((active(0), active(1)), (0, 0));
}
