//! What happens after a failure, by strategy and policy.

use std::time::{Duration, Instant};

use tenfold_cluster::{ClusterInvoker, extensions};
use tenfold_common::Deadline;
use tenfold_protocol::{ErrorKind, Invocation, Retry, RpcError};

use crate::world::{Act, World, call, failure, lock};

fn total(world: &World) -> usize {
    world.all().iter().map(|provider| provider.calls()).sum()
}

fn fail_all(world: &World, act: &Act) {
    for provider in world.all() {
        provider.always(act);
    }
}

#[test]
fn a_safe_failure_is_tried_on_every_other_provider() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1", "h2:1", "h3:1"]);
    let refused = RpcError::new(ErrorKind::Network, "refused").with_retry(Retry::Safe);
    for provider in world.all().iter().take(2) {
        provider.always(&Act::Fail(refused.clone()));
    }
    for _ in 0..20 {
        assert!(cluster.answer(call("save", &[])).is_ok());
    }
}

#[test]
fn a_provider_that_lacks_the_method_is_not_asked_again() {
    for kind in [ErrorKind::MethodNotFound, ErrorKind::ServiceNotFound] {
        let world = World::default();
        let cluster = world.cluster("retries=5", &["h1:1", "h2:1"]);
        fail_all(&world, &failure(kind));
        assert_eq!(cluster.error(call("find", &[])).kind(), kind);
        assert_eq!(total(&world), 2, "each provider is asked once");
    }
}

#[test]
fn an_unknown_outcome_is_tried_again_only_if_the_method_is_idempotent() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1", "h2:1", "h3:1"]);
    fail_all(&world, &failure(ErrorKind::Timeout));
    let error = cluster.error(call("save", &[]));
    assert_eq!(total(&world), 1);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.explain().last().map(String::as_str),
        Some("no further try: the call may have run, and save is not marked idempotent")
    );
    cluster.error(call("find", &[]));
    assert_eq!(total(&world), 1 + 3);
}

#[test]
fn the_settings_can_say_that_a_method_is_idempotent() {
    let world = World::default();
    let cluster = world.cluster("save.idempotent=true&find.idempotent=false", &["h1:1"]);
    fail_all(&world, &failure(ErrorKind::Network));
    cluster.error(call("save", &[]));
    assert_eq!(total(&world), 3);
    cluster.error(call("find", &[]));
    assert_eq!(total(&world), 4);
}

#[test]
fn dubbos_policy_tries_everything_again() {
    let world = World::default();
    let cluster = world.cluster("retry.policy=dubbo", &["h1:1", "h2:1"]);
    for kind in [
        ErrorKind::Timeout,
        ErrorKind::Serialization,
        ErrorKind::ServerError,
    ] {
        let before = total(&world);
        fail_all(&world, &failure(kind));
        cluster.error(call("save", &[]));
        assert_eq!(total(&world), before + 3, "{kind}");
    }
}

#[test]
fn a_business_exception_is_a_result() {
    let world = World::default();
    for policy in ["dubbo", "tenfold"] {
        let cluster = world.cluster(&format!("retry.policy={policy}"), &["h1:1"]);
        world.provider("h1:1").then(Act::Throw);
        let answer = cluster.answer(call("find", &[])).expect("a result");
        assert_eq!(answer, "threw shop.Sold");
        assert_eq!(world.provider("h1:1").calls(), 1);
        // An error that carries an exception is handed on as it is.
        world.provider("h1:1").then(failure(ErrorKind::Exception));
        assert_eq!(
            cluster.error(call("find", &[])).message(),
            "made-up exception"
        );
    }
}

#[test]
fn the_number_of_tries_comes_from_the_call_the_attachment_the_method_or_the_settings() {
    let tries = |parameters: &str, change: fn(&mut Invocation)| {
        let world = World::default();
        let cluster = world.cluster(parameters, &["h1:1", "h2:1"]);
        fail_all(&world, &failure(ErrorKind::Network));
        let mut invocation = call("find", &[]);
        change(&mut invocation);
        cluster.error(invocation);
        total(&world)
    };
    let attach = |invocation: &mut Invocation| {
        invocation.call.attachments.insert("retries", "4");
    };
    assert_eq!(tries("", |_| {}), 3);
    assert_eq!(tries("retries=0", |_| {}), 1);
    assert_eq!(tries("retries=-5", |_| {}), 1);
    assert_eq!(tries("retries=0&find.retries=1", |_| {}), 2);
    assert_eq!(tries("find.retries=1", attach), 5);
    assert_eq!(
        tries("find.retries=9", |invocation| {
            invocation.call.attachments.insert("retries", 4);
            invocation.call.retries = Some(1);
        }),
        2
    );
    assert_eq!(tries("retries=4000000000", |_| {}), 101);
}

#[test]
fn the_last_error_tells_the_whole_story() {
    let world = World::default();
    let cluster = world.cluster("retries=3", &["h1:1", "h2:1"]);
    fail_all(&world, &failure(ErrorKind::Network));
    let error = cluster.error(call("find", &[]));
    assert_eq!(error.kind(), ErrorKind::Network);
    let head = "Failed to invoke the method find in the service shop.Orders. Tried 4 times of the \
                providers [";
    let tail = concat!(
        "] (2/2) from the registry zk:2181 on the consumer 10.0.0.9 using the dubbo version \
         tenfold-",
        env!("CARGO_PKG_VERSION"),
        ". Last error is: made-up network"
    );
    assert!(error.message().starts_with(head), "{error}");
    assert!(error.message().ends_with(tail), "{error}");
    assert_eq!(error.explain().len(), 4);
    assert!(error.explain()[0].starts_with("try 1: h"), "{error}");
    assert!(error.explain()[3].ends_with(": made-up network"), "{error}");
}

#[test]
fn attachments_of_one_try_do_not_reach_the_next() {
    use std::sync::Arc;
    use tenfold_protocol::Filter;

    struct Marks;
    impl Filter for Marks {
        fn before(&self, invocation: &mut Invocation) -> Result<(), RpcError> {
            let marks = invocation.call.attachments.len();
            invocation
                .call
                .attachments
                .insert("mark", i64::try_from(marks).unwrap_or(0));
            Ok(())
        }
    }
    let world = World::default();
    lock(&world.filters).push(Arc::new(Marks));
    let cluster = world.cluster("retries=2", &["h1:1"]);
    fail_all(&world, &failure(ErrorKind::Network));
    let mut invocation = call("find", &[]);
    invocation.call.attachments.insert("user", "x");
    cluster.error(invocation);
    let seen = lock(&world.provider("h1:1").seen).clone();
    assert_eq!(seen.len(), 3);
    for call in seen {
        assert_eq!(call.attachments.len(), 2);
        assert_eq!(call.attachments.value("mark"), Some(&1_i64.into()));
    }
}

#[test]
fn no_try_begins_after_the_deadline() {
    let world = World::default();
    let cluster = world.cluster("retries=5", &["h1:1"]);
    fail_all(&world, &failure(ErrorKind::Network));
    let mut invocation = call("find", &[]);
    let moment = Duration::from_nanos(1);
    invocation.call.deadline = Some(Deadline::after(invocation.call.started, moment));
    let error = cluster.error(invocation);
    assert_eq!(total(&world), 1);
    let last = error.explain().last().map(String::as_str);
    assert_eq!(last, Some("no further try: the call's deadline has passed"));

    let mut invocation = call("find", &[]);
    invocation.call.deadline = Some(Deadline::after(Instant::now(), Duration::from_secs(60)));
    cluster.error(invocation);
    assert_eq!(total(&world), 1 + 6);
}

#[test]
fn a_call_whose_time_is_over_is_not_sent() {
    let world = World::default();
    let cluster = world.cluster("", &["h1:1"]);
    let mut invocation = call("find", &[]);
    invocation.call.deadline = Some(Deadline::at(invocation.call.started));
    let error = cluster.error(invocation);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.message(),
        "the deadline had passed before shop.Orders.find was called"
    );
    assert_eq!(total(&world), 0);
}

#[test]
fn each_try_begins_its_own_time() {
    let world = World::default();
    let cluster = world.cluster("retries=1", &["h1:1"]);
    fail_all(&world, &failure(ErrorKind::Network));
    let mut invocation = call("find", &[]);
    let long_ago = Instant::now().checked_sub(Duration::from_secs(1));
    invocation.call.started = long_ago.unwrap_or(invocation.call.started);
    cluster.error(invocation);
    let seen = lock(&world.provider("h1:1").seen).clone();
    assert!(seen[1].started > seen[0].started);
}

#[test]
fn the_list_is_fetched_again_before_each_try() {
    use std::sync::Arc;
    use tenfold_cluster::Directory;
    use tenfold_protocol::{Call, Filter, Response};

    /// Replaces the list as soon as a try has failed.
    struct Replace(std::sync::OnceLock<Arc<Directory>>);
    impl Filter for Replace {
        fn after(&self, _: &Call, _: &mut Result<Response, RpcError>) {
            if let Some(directory) = self.0.get() {
                directory.update(crate::world::providers(&["h9:1"]));
            }
        }
    }
    let world = World::default();
    let replace = Arc::new(Replace(std::sync::OnceLock::new()));
    lock(&world.filters).push(Arc::clone(&replace) as Arc<dyn Filter>);
    let cluster = world.cluster("", &["h1:1", "h2:1"]);
    fail_all(&world, &failure(ErrorKind::Network));
    assert!(replace.0.set(Arc::clone(&cluster.directory)).is_ok());
    assert_eq!(
        cluster.answer(call("find", &[])).expect("an answer"),
        "h9:1"
    );
}

#[test]
fn failfast_tries_once_and_says_so() {
    let world = World::default();
    let cluster = world.cluster("cluster=failfast&retries=5", &["h1:1"]);
    fail_all(&world, &failure(ErrorKind::Overloaded));
    let error = cluster.error(call("find", &[]));
    assert_eq!(total(&world), 1);
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    assert_eq!(error.peer(), Some("h1:1"));
    let head = "Failfast invoke providers dubbo://h1:1/shop.Orders?";
    assert!(error.message().starts_with(head), "{error}");
    let tail = "but no luck to perform the invocation. Last error is: made-up overloaded";
    assert!(error.message().ends_with(tail), "{error}");
}

#[test]
fn failsafe_gives_an_empty_result_where_there_is_one() {
    let world = World::default();
    let cluster = world.cluster("cluster=failsafe", &["h1:1"]);
    fail_all(&world, &failure(ErrorKind::Timeout));
    assert_eq!(cluster.answer(call("save", &[])).expect("empty"), "null");
    let error = cluster.error(call("count", &[]));
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.explain(),
        ["failsafe: the result type of count has no empty value"]
    );
    let empty = world.cluster("cluster=failsafe&group=g", &["h1:1"]);
    assert_eq!(empty.answer(call("save", &[])).expect("empty"), "null");
}

#[test]
fn unknown_names_list_the_known_ones() {
    let world = World::default();
    for (parameters, message) in [
        (
            "cluster=failback",
            "unknown cluster `failback`; known: failfast, failover, failsafe",
        ),
        (
            "save.loadbalance=hash",
            "unknown load balance `hash`; known: consistenthash, consistenthashing, leastactive, \
             random, roundrobin",
        ),
        ("router=script", "unknown router `script`; known: tag"),
        (
            "retry.policy=never",
            "unknown retry policy `never`; known: dubbo, tenfold",
        ),
    ] {
        let directory = world.directory(&format!("consumer://h/shop.Orders?{parameters}"));
        let built = ClusterInvoker::builder(directory)
            .extensions(&extensions())
            .build();
        let error = built
            .err()
            .unwrap_or_else(|| panic!("{parameters} is taken"));
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.message(), message);
    }
}

#[test]
fn a_stream_is_sent_once() {
    use tenfold_protocol::Payload;

    let world = World::default();
    let cluster = world.cluster("retry.policy=dubbo", &["h1:1"]);
    fail_all(&world, &failure(ErrorKind::Network));
    let mut invocation = call("find", &[]);
    invocation.payload = Payload::Stream(Box::pin(Nothing));
    cluster.error(invocation);
    assert_eq!(total(&world), 1);
    assert!(cluster.invoker.is_available());
}

/// A stream without messages.
struct Nothing;

impl futures_core::Stream for Nothing {
    type Item = Result<Box<dyn tenfold_serialization::Body>, RpcError>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(None)
    }
}
