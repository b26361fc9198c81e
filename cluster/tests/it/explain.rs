//! An error says which providers were seen and why each fell out.

use tenfold_protocol::ErrorKind;

use crate::world::{World, call, lock, providers, url};

#[test]
fn no_provider_tells_the_reasons_layer_by_layer() {
    let world = World::default();
    lock(&world.refused).push("h5:1".to_owned());
    let directory = world.directory(
        "consumer://10.0.0.9/shop.Orders?group=g&version=1.0&protocol=dubbo&enable-empty-protection=true",
    );
    directory.update(vec![url("dubbo://h0:1/shop.Orders?group=g&version=1.0")]);
    directory.update(vec![
        url("dubbo://h1:1/shop.Orders?group=f&version=1.0"),
        url("dubbo://h2:1/shop.Orders?group=g"),
        url("tri://h3:1/shop.Orders?group=g&version=1.0"),
        url("dubbo://h4:1/shop.Orders?group=g&version=1.0&disabled=true"),
        url("dubbo://h5:1/shop.Orders?group=g&version=1.0"),
    ]);
    let error = world.over(directory).error(call("find", &[]));
    assert_eq!(error.kind(), ErrorKind::NoProvider);
    assert_eq!(
        error.to_string(),
        concat!(
            "Failed to invoke the method find in the service shop.Orders. No provider available \
             for the service g/shop.Orders:1.0 from registry zk:2181 on the consumer 10.0.0.9 \
             using the dubbo version tenfold-",
            env!("CARGO_PKG_VERSION"),
            ". Please check if the providers have been started and registered.\n  registry \
             zk:2181: 5 in the list, 0 of them usable\n  h1:1: its group is `f`, wanted is `g`\n  \
             h2:1: its version is none, wanted is `1.0`\n  h3:1: its protocol is `tri`, wanted is \
             `dubbo`\n  h4:1: it is disabled\n  h5:1: no invoker for it: made-up refusal\n  h0:1: \
             it has left the registry"
        )
    );
}

#[test]
fn before_the_first_list_the_error_says_that_none_has_come() {
    let world = World::default();
    let cluster = world.over(world.directory("consumer://10.0.0.9/shop.Orders"));
    let error = cluster.error(call("find", &[]));
    assert_eq!(error.kind(), ErrorKind::NoProvider);
    assert_eq!(
        error.explain(),
        ["registry zk:2181: no list of providers has come yet"]
    );
}

#[test]
fn a_long_list_of_reasons_is_cut() {
    let world = World::default();
    let hosts: Vec<String> = (0..100).map(|host| format!("h{host}:1")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let directory = world.directory("consumer://10.0.0.9/shop.Orders?group=g");
    directory.update(providers(&hosts));
    let error = world.over(directory).error(call("find", &[]));
    assert_eq!(error.explain().len(), 1 + 32 + 1);
    assert_eq!(
        error.explain().last().map(String::as_str),
        Some("and 68 more")
    );
}

#[test]
fn generic_calls_are_named_by_the_method_they_mean() {
    let world = World::default();
    let cluster = world.cluster("retries=0", &["h1:1"]);
    world
        .provider("h1:1")
        .then(crate::world::failure(ErrorKind::Network));
    let error = cluster.error(call("$invoke", &["query"]));
    let head = "Failed to invoke the method query in the service shop.Orders.";
    assert!(error.message().starts_with(head), "{error}");
}
