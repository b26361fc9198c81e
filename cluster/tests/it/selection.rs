//! The rules of selection: single, sticky, availability, reselection.

use tenfold_protocol::{ErrorKind, Retry, RpcError};

use crate::world::{Act, World, call};

#[test]
fn a_single_provider_is_called_even_if_it_seems_unavailable() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1"]);
    world.provider("h1:1").set_available(false);
    assert!(!cluster.invoker.is_available());
    assert_eq!(
        cluster.answer(call("find", &[])).expect("an answer"),
        "h1:1"
    );
}

#[test]
fn unavailable_providers_are_passed_over() {
    for balance in ["random", "roundrobin", "leastactive", "consistenthash"] {
        let world = World::default();
        let hosts: Vec<String> = (0..30).map(|host| format!("h{host}:1")).collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let cluster = world.cluster(&format!("loadbalance={balance}"), &hosts[..3]);
        world.provider("h1:1").set_available(false);
        for key in 0..60 {
            let answer = cluster.answer(call("find", &[&key.to_string()]));
            assert_ne!(answer.expect("an answer"), "h1:1", "{balance}");
        }
    }
}

#[test]
fn the_only_available_provider_of_many_is_found() {
    let world = World::default();
    let hosts: Vec<String> = (0..30).map(|host| format!("h{host}:1")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    for balance in ["random", "roundrobin", "leastactive", "consistenthash"] {
        let cluster = world.cluster(&format!("loadbalance={balance}"), &hosts);
        for provider in world.all() {
            provider.set_available(false);
        }
        world.provider("h7:1").set_available(true);
        for key in 0..60 {
            let answer = cluster.answer(call("find", &[&key.to_string()]));
            assert_eq!(answer.expect("an answer"), "h7:1", "{balance}");
        }
    }
}

#[test]
fn the_availability_check_can_be_switched_off() {
    let world = World::default();
    let cluster = world.cluster("cluster.availablecheck=false", &["h1:1", "h2:1"]);
    world.provider("h1:1").set_available(false);
    let answers: std::collections::HashSet<String> = (0..50)
        .map(|_| cluster.answer(call("find", &[])).expect("an answer"))
        .collect();
    assert_eq!(answers.len(), 2);
}

#[test]
fn when_nobody_is_available_somebody_is_tried_all_the_same() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1", "h2:1", "h3:1"]);
    for provider in world.all() {
        provider.set_available(false);
    }
    assert!(cluster.answer(call("find", &[])).is_ok());
}

#[test]
fn a_retry_goes_to_a_provider_that_was_not_tried_while_there_is_one() {
    let world = World::default();
    let hosts: Vec<String> = (0..5).map(|host| format!("h{host}:1")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    for balance in ["random", "roundrobin", "leastactive", "consistenthash"] {
        let cluster = world.cluster(&format!("loadbalance={balance}&retries=4"), &hosts);
        let lost = RpcError::new(ErrorKind::Network, "lost").with_retry(Retry::Safe);
        for provider in world.all() {
            provider.then(Act::Fail(lost.clone()));
        }
        cluster.error(call("save", &["k"]));
        for provider in world.all() {
            assert_eq!(provider.calls(), 1, "{balance}");
        }
        // All have been tried and are available, so they are tried again.
        assert!(cluster.answer(call("save", &["k"])).is_ok());
    }
}

#[test]
fn a_sticky_method_stays_with_its_provider_while_that_is_good() {
    let world = World::default();
    let cluster = world.cluster("find.sticky=true", &["h1:1", "h2:1", "h3:1"]);
    let first = cluster.answer(call("find", &[])).expect("an answer");
    for _ in 0..50 {
        assert_eq!(cluster.answer(call("find", &[])).expect("an answer"), first);
    }
    let spread: std::collections::HashSet<String> = (0..50)
        .map(|_| cluster.answer(call("save", &[])).expect("an answer"))
        .collect();
    assert_eq!(spread.len(), 3, "another method is not sticky");

    // A list with one more provider does not unstick it.
    let list = crate::world::providers(&["h1:1", "h2:1", "h3:1", "h4:1"]);
    cluster.directory.update(list);
    assert_eq!(cluster.answer(call("find", &[])).expect("an answer"), first);

    world.provider(&first).set_available(false);
    let second = cluster.answer(call("find", &[])).expect("an answer");
    assert_ne!(second, first);
    world.provider(&first).set_available(true);
    for _ in 0..20 {
        assert_eq!(
            cluster.answer(call("find", &[])).expect("an answer"),
            second
        );
    }
}
