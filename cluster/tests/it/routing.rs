//! Routers in their order, and the tag router.

use std::sync::Arc;

use tenfold_cluster::{
    Candidates, ClusterInvoker, RouteRequest, Router, RouterFactory, extensions,
};
use tenfold_common::ExtensionPoint;
use tenfold_protocol::{ErrorKind, Invocation};

use crate::world::{Cluster, World, call, url};

fn tagged(world: &World, parameters: &str) -> Cluster {
    let directory = world.directory(&format!("consumer://h/shop.Orders?{parameters}"));
    directory.update(vec![
        url("dubbo://plain:1/shop.Orders"),
        url("dubbo://gray:1/shop.Orders?dubbo.tag=gray"),
        url("dubbo://gray:2/shop.Orders?dubbo.tag=gray"),
    ]);
    world.over(directory)
}

fn all_answers(cluster: &Cluster, make: impl Fn() -> Invocation) -> Vec<String> {
    let mut answers: Vec<String> = (0..60)
        .map(|_| cluster.answer(make()).expect("an answer"))
        .collect();
    answers.sort();
    answers.dedup();
    answers
}

fn with_tag(tag: &str) -> Invocation {
    let mut invocation = call("find", &[]);
    invocation.call.tag = Some(tag.into());
    invocation
}

#[test]
fn untagged_calls_never_reach_tagged_providers() {
    let world = World::default();
    let cluster = tagged(&world, "");
    assert_eq!(all_answers(&cluster, || call("find", &[])), ["plain:1"]);
    assert_eq!(
        all_answers(&cluster, || with_tag("gray")),
        ["gray:1", "gray:2"]
    );
    let attached = || {
        let mut invocation = call("find", &[]);
        invocation.call.attachments.insert("dubbo.tag", "gray");
        invocation
    };
    assert_eq!(all_answers(&cluster, attached), ["gray:1", "gray:2"]);
}

#[test]
fn a_tag_that_nobody_has_falls_back_unless_it_is_forced() {
    let world = World::default();
    let cluster = tagged(&world, "");
    assert_eq!(all_answers(&cluster, || with_tag("blue")), ["plain:1"]);
    let mut forced = with_tag("blue");
    forced.call.attachments.insert("dubbo.force.tag", "true");
    let error = cluster.error(forced);
    assert_eq!(error.kind(), ErrorKind::NoProvider);
    assert_eq!(
        error.explain(),
        [
            "registry zk:2181: 3 in the list, 3 of them usable",
            "router tag: 3 before, 0 after"
        ]
    );
}

#[test]
fn a_references_own_tag_and_force_hold_where_the_call_says_nothing() {
    let world = World::default();
    let cluster = tagged(&world, "dubbo.tag=gray&dubbo.force.tag=true");
    assert_eq!(
        all_answers(&cluster, || call("find", &[])),
        ["gray:1", "gray:2"]
    );
    assert_eq!(
        cluster.error(with_tag("blue")).kind(),
        ErrorKind::NoProvider
    );
}

#[test]
fn the_tag_router_can_be_left_out() {
    let world = World::default();
    for router in ["-tag", "-default"] {
        let cluster = tagged(&world, &format!("router={router}"));
        assert_eq!(
            all_answers(&cluster, || call("find", &[])),
            ["gray:1", "gray:2", "plain:1"]
        );
    }
}

#[test]
fn consistent_hash_keeps_to_what_routers_left() {
    let world = World::default();
    let cluster = tagged(&world, "loadbalance=consistenthash");
    let mut seen = std::collections::HashSet::new();
    for key in 0..40 {
        let make = || {
            let mut invocation = call("find", &[&key.to_string()]);
            invocation.call.tag = Some("gray".into());
            invocation
        };
        let answers = all_answers(&cluster, make);
        assert_eq!(answers.len(), 1, "a key stays with its provider");
        seen.extend(answers);
    }
    assert!(!seen.contains("plain:1"));
    assert_eq!(seen.len(), 2);
}

/// Drops the candidates from the end on until so many are left.
struct AtMost(&'static str, i32, usize);

impl Router for AtMost {
    fn name(&self) -> &str {
        self.0
    }

    fn priority(&self) -> i32 {
        self.1
    }

    fn route(&self, request: &RouteRequest<'_>, candidates: &mut Candidates<'_>) {
        assert_eq!(request.method(), "find");
        assert_eq!(request.consumer().interface(), "shop.Orders");
        let mut left = self.2;
        candidates.retain(|_| {
            let keep = left > 0;
            left = left.saturating_sub(1);
            keep
        });
    }
}

#[test]
fn routers_run_by_priority_and_each_ones_effect_is_told() {
    let factory = |name, priority, most| -> RouterFactory {
        Arc::new(move |_: &tenfold_common::Url| {
            Arc::new(AtMost(name, priority, most)) as Arc<dyn Router>
        })
    };
    let mut known = extensions();
    known.routers = ExtensionPoint::builder("router")
        .with("late", factory("late", 500, 0))
        .with("early", factory("early", -5, 2))
        .with("tag", factory("tag", 100, 9))
        .freeze();
    let world = World::default();
    let directory = world.directory("consumer://h/shop.Orders?router=late,early");
    directory.update(crate::world::providers(&["h1:1", "h2:1", "h3:1", "h4:1"]));
    let invoker = ClusterInvoker::builder(Arc::clone(&directory))
        .extensions(&known)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let error = Cluster { directory, invoker }.error(call("find", &[]));
    assert_eq!(
        error.explain(),
        [
            "registry zk:2181: 4 in the list, 4 of them usable",
            "router early: 4 before, 2 after",
            "router late: 2 before, 0 after"
        ]
    );
}
