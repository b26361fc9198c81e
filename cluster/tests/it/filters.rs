//! Filters once a call and once a try, statistics among them.

use std::{
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use tenfold_cluster::ClusterInvoker;
use tenfold_monitor::Statistics;
use tenfold_protocol::{
    BoxFuture, Call, ErrorKind, Filter, Invocation, Invoker, Next, Response, RpcError,
};

use crate::world::{Act, Text, World, call, failure, finished, lock, service, text};

/// Writes down what it sees.
#[derive(Clone)]
struct Notes {
    name: &'static str,
    log: Arc<Mutex<Vec<String>>>,
    refuse: bool,
    wrap: bool,
}

impl Notes {
    fn write(&self, what: &str) {
        lock(&self.log).push(format!("{}:{what}", self.name));
    }
}

impl Filter for Notes {
    fn before(&self, invocation: &mut Invocation) -> Result<(), RpcError> {
        self.write("before");
        invocation.call.attachments.insert(self.name, "1");
        if self.refuse {
            return Err(RpcError::new(ErrorKind::Overloaded, "refused by a filter"));
        }
        Ok(())
    }

    fn after(&self, call: &Call, result: &mut Result<Response, RpcError>) {
        assert!(call.attachments.text(self.name).is_some());
        self.write(if result.is_ok() { "ok" } else { "error" });
    }

    fn abandoned(&self, call: &Call) {
        assert!(call.attachments.text(self.name).is_some());
        self.write("abandoned");
    }

    fn wraps(&self) -> bool {
        self.wrap
    }

    fn around(&self, invocation: Invocation, next: Next) -> BoxFuture<Result<Response, RpcError>> {
        self.write("in");
        let this = self.clone();
        Box::pin(async move {
            let result = next.run(invocation).await;
            this.write("out");
            result
        })
    }
}

struct Scene {
    world: World,
    log: Arc<Mutex<Vec<String>>>,
    invoker: Arc<dyn Invoker>,
}

fn scene(
    call_filters: &[(&'static str, bool, bool)],
    try_filters: &[(&'static str, bool, bool)],
) -> Scene {
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let make = |filters: &[(&'static str, bool, bool)]| -> Vec<Arc<dyn Filter>> {
        let filters = filters.iter().map(|(name, refuse, wrap)| {
            Arc::new(Notes {
                name,
                log: Arc::clone(&log),
                refuse: *refuse,
                wrap: *wrap,
            }) as Arc<dyn Filter>
        });
        filters.collect()
    };
    let world = World::default();
    *lock(&world.filters) = make(try_filters);
    let directory = world.directory("consumer://h/shop.Orders?retries=1");
    directory.update(crate::world::providers(&["h1:1"]));
    let invoker = ClusterInvoker::builder(directory)
        .filters(make(call_filters))
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    Scene {
        world,
        log,
        invoker,
    }
}

impl Scene {
    fn log(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.log))
    }
}

#[test]
fn filters_of_the_call_run_once_and_those_of_the_try_each_time() {
    let scene = scene(
        &[("a", false, false), ("b", false, false)],
        &[("x", false, false), ("y", false, false)],
    );
    let provider = scene.world.provider("h1:1");
    provider.then(failure(ErrorKind::Network));
    assert!(finished(scene.invoker.invoke(call("find", &[]))).is_ok());
    assert_eq!(
        scene.log(),
        [
            "a:before", "b:before", "x:before", "y:before", "y:error", "x:error", "x:before",
            "y:before", "y:ok", "x:ok", "b:ok", "a:ok"
        ]
    );
    let seen = lock(&provider.seen).clone();
    for call in &seen {
        let keys: Vec<&str> = call.attachments.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a", "b", "x", "y"]);
    }
}

#[test]
fn a_filter_that_refuses_ends_the_call_or_the_try() {
    let of_call = scene(&[("a", false, false), ("b", true, false)], &[]);
    let result = finished(of_call.invoker.invoke(call("find", &[])));
    assert_eq!(
        result.expect_err("refused").message(),
        "refused by a filter"
    );
    assert_eq!(of_call.log(), ["a:before", "b:before", "a:error"]);
    assert_eq!(of_call.world.provider("h1:1").calls(), 0);

    let of_try = scene(
        &[("a", false, false)],
        &[("x", false, false), ("y", true, false)],
    );
    let result = finished(of_try.invoker.invoke(call("save", &[])));
    let error = result.expect_err("refused");
    assert!(error.message().contains("Tried 2 times"), "{error}");
    assert_eq!(
        of_try.log(),
        [
            "a:before", "x:before", "y:before", "x:error", "x:before", "y:before", "x:error",
            "a:error"
        ]
    );
    assert_eq!(of_try.world.provider("h1:1").calls(), 0);
}

#[test]
fn dropping_the_future_tells_all_filters() {
    let scene = scene(&[("a", false, false)], &[("x", false, false)]);
    scene.world.provider("h1:1").then(Act::Hang);
    let mut future = scene.invoker.invoke(call("find", &[]));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut cx).is_pending());
    drop(future);
    assert_eq!(
        scene.log(),
        ["a:before", "x:before", "x:abandoned", "a:abandoned"]
    );
}

#[test]
fn filters_that_wrap_take_their_place_in_the_order() {
    let scene = scene(
        &[("a", false, false), ("w", false, true)],
        &[("x", false, false), ("v", false, true)],
    );
    assert!(finished(scene.invoker.invoke(call("find", &[]))).is_ok());
    assert_eq!(
        scene.log(),
        [
            "a:before", "w:in", "x:before", "v:in", "v:out", "x:ok", "w:out", "a:ok"
        ]
    );
}

#[test]
fn a_filter_may_answer_in_place_of_a_failure() {
    struct Answers;
    impl Filter for Answers {
        fn after(&self, _: &Call, result: &mut Result<Response, RpcError>) {
            if result.is_err() {
                *result = Ok(Response::value(Text("made up".to_owned())));
            }
        }
    }
    let world = World::default();
    lock(&world.filters).push(Arc::new(Answers));
    let cluster = world.cluster("", &["h1:1"]);
    world.provider("h1:1").then(failure(ErrorKind::Network));
    let result = finished(cluster.invoker.invoke(call("save", &[])));
    assert_eq!(text(result).expect("an answer"), "made up");
    assert_eq!(world.provider("h1:1").calls(), 1);
}

#[test]
fn statistics_tell_calls_from_tries() {
    let statistics = Statistics::new("web");
    let world = World::default();
    let reference = "consumer://h/shop.Orders?retries=1&loadbalance=roundrobin";
    let per_try = statistics.clone();
    let refer = world.clone();
    struct Counted(World, Statistics);
    impl tenfold_cluster::InvokerFactory for Counted {
        fn refer(&self, url: &tenfold_common::Url) -> Result<Arc<dyn Invoker>, RpcError> {
            self.0.refer(url)
        }
        fn filters(&self, url: &tenfold_common::Url) -> Vec<Arc<dyn Filter>> {
            vec![self.1.per_try(&service(), url)]
        }
    }
    let directory = tenfold_cluster::Directory::builder(
        crate::world::url(reference),
        service(),
        Arc::new(Counted(refer, per_try)),
    )
    .build();
    directory.update(crate::world::providers(&["h1:1", "h2:1"]));
    let invoker = ClusterInvoker::builder(directory)
        .filters(vec![statistics.per_call(&service())])
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    world.provider("h1:1").always(&failure(ErrorKind::Network));
    for _ in 0..10 {
        assert!(finished(invoker.invoke(call("find", &[]))).is_ok());
    }
    let rows: Vec<_> = statistics
        .snapshot()
        .rows
        .iter()
        .map(|row| (row.peer.clone(), row.succeeded, row.failed()))
        .collect();
    let failed = u64::try_from(world.provider("h1:1").calls()).expect("few calls");
    assert!(failed >= 4, "{failed}");
    assert_eq!(
        rows,
        [
            (None, 10, 0),
            (Some("h1:1".to_owned()), 0, failed),
            (Some("h2:1".to_owned()), 10, 0)
        ]
    );
}
