//! What the cluster costs a call, in nanoseconds, over invokers that are ready at once.
//!
//! `cargo bench -p tenfold-cluster`
//!
//! `bare` calls one invoker directly. The other lines call two through a cluster; what they take
//! beyond `bare` is the cluster's.

use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use tenfold_cluster::{ClusterInvoker, Directory, InvokerFactory, hash_of_key};
use tenfold_common::Url;
use tenfold_monitor::Statistics;
use tenfold_protocol::{
    BoxFuture, Call, Filter, Invocation, Invoker, MethodCodec, MethodDescriptor, Response,
    RpcError, ServiceDescriptor,
};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError, Writer};

/// Rounds are shorter than a time slice, so that on a busy machine many run undisturbed.
const CALLS: u32 = 2_000;
const ROUNDS: usize = 400;

struct Key(&'static str);

impl Arguments for Key {
    fn count(&self) -> usize {
        1
    }

    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }

    fn text(&self, index: usize, out: &mut String) -> bool {
        out.push_str(self.0);
        index == 0
    }
}

struct Nothing;

impl Body for Nothing {
    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }
}

impl MethodCodec for Nothing {
    fn read_arguments(&self, _: &mut Reader<'_>) -> Result<Arc<dyn Arguments>, SerializationError> {
        Ok(Arc::new(Key("")))
    }

    fn read_value(&self, _: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        Ok(Box::new(Self))
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        None
    }
}

struct Ready(Url);

impl Invoker for Ready {
    fn url(&self) -> &Url {
        &self.0
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        drop(invocation);
        Box::pin(std::future::ready(Ok(Response::value(Nothing))))
    }
}

struct Factory {
    service: Arc<ServiceDescriptor>,
    statistics: Option<Statistics>,
}

impl InvokerFactory for Factory {
    fn refer(&self, url: &Url) -> Result<Arc<dyn Invoker>, RpcError> {
        Ok(Arc::new(Ready(url.clone())))
    }

    fn filters(&self, url: &Url) -> Vec<Arc<dyn Filter>> {
        let statistics = self.statistics.iter();
        statistics
            .map(|statistics| statistics.per_try(&self.service, url))
            .collect()
    }
}

fn main() {
    let method = MethodDescriptor::new("find", vec![], "V", Box::new(Nothing));
    let service = Arc::new(ServiceDescriptor::new("bench.Service").method(method));
    let bare: Arc<dyn Invoker> = Arc::new(Ready(url("dubbo://10.0.0.1:20880/bench.Service")));

    println!(
        "md5 of a key                              {:6.1} ns",
        least(|| {
            black_box(hash_of_key(black_box("user-42")));
        })
    );
    println!(
        "bare                                      {:6.1} ns",
        calls(&*bare, &service)
    );
    for balance in ["random", "roundrobin", "leastactive", "consistenthash"] {
        let cluster = cluster(&service, balance, 2, None, false);
        println!(
            "failover, {balance:<14}                  {:6.1} ns",
            calls(&*cluster, &service)
        );
    }
    for (name, per_call, per_try) in [
        ("per try         ", false, true),
        ("per call        ", true, false),
        ("per call and try", true, true),
    ] {
        let statistics = Statistics::new("bench");
        let per_call = per_call.then(|| statistics.clone());
        let cluster = cluster(&service, "consistenthash", 2, per_call, per_try);
        println!(
            "the same, statistics {name}     {:6.1} ns",
            calls(&*cluster, &service)
        );
    }
    for providers in [10, 100] {
        for balance in ["random", "consistenthash"] {
            let cluster = cluster(&service, balance, providers, None, false);
            println!(
                "failover, {balance:<14} of {providers:<3}           {:6.1} ns",
                calls(&*cluster, &service)
            );
        }
    }
}

fn cluster(
    service: &Arc<ServiceDescriptor>,
    balance: &str,
    providers: usize,
    per_call: Option<Statistics>,
    per_try: bool,
) -> Arc<dyn Invoker> {
    let reference = url(&format!(
        "consumer://10.0.0.9/bench.Service?loadbalance={balance}"
    ));
    let factory = Factory {
        service: Arc::clone(service),
        statistics: per_try.then(|| Statistics::new("bench")),
    };
    let directory = Directory::builder(reference, Arc::clone(service), Arc::new(factory)).build();
    directory.update(
        (0..providers)
            .map(|host| {
                url(&format!(
                    "dubbo://10.0.0.{host}:20880/bench.Service?timestamp=1"
                ))
            })
            .collect(),
    );
    let filters = per_call
        .iter()
        .map(|statistics| statistics.per_call(service));
    ClusterInvoker::builder(directory)
        .filters(filters.collect())
        .build()
        .expect("the names are known")
}

fn calls(invoker: &dyn Invoker, service: &Arc<ServiceDescriptor>) -> f64 {
    let arguments: Arc<dyn Arguments> = Arc::new(Key("user-42"));
    let started = Instant::now();
    let mut cx = Context::from_waker(Waker::noop());
    least(|| {
        let call = Call::new(
            Arc::clone(service),
            Arc::clone(&service.methods[0]),
            started,
        );
        let invocation = Invocation::unary(call, Arc::clone(&arguments));
        let mut future = pin!(invoker.invoke(invocation));
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(result) => drop(black_box(result)),
            Poll::Pending => unreachable!("the invokers are ready at once"),
        }
    })
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("the text is a URL")
}

/// The mean time in nanoseconds of a round that only a tenth of the rounds beat.
fn least(mut work: impl FnMut()) -> f64 {
    let mut rounds: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                work();
            }
            start.elapsed()
        })
        .collect();
    rounds.sort_unstable();
    let tenth = rounds.get(ROUNDS / 10).copied().unwrap_or_default();
    tenth.as_secs_f64() * 1e9 / f64::from(CALLS)
}
