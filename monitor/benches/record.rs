//! What a statistics filter costs a call, in nanoseconds, on one thread.
//!
//! `cargo bench -p tenfold-monitor`

use std::{
    hint::black_box,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tenfold_common::Url;
use tenfold_monitor::Statistics;
use tenfold_protocol::{
    Call, Filter, Invocation, MethodCodec, MethodDescriptor, Peer, Response, RpcError,
    ServiceDescriptor,
};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError, Writer};

/// Rounds are shorter than a time slice, so that on a busy machine many run undisturbed.
const CALLS: u32 = 10_000;
const ROUNDS: usize = 400;

struct Nothing;

impl Arguments for Nothing {
    fn count(&self) -> usize {
        0
    }

    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }

    fn text(&self, _: usize, _: &mut String) -> bool {
        false
    }
}

impl Body for Nothing {
    fn write(&self, _: &mut Writer<'_>) -> Result<(), SerializationError> {
        Ok(())
    }
}

impl MethodCodec for Nothing {
    fn read_arguments(&self, _: &mut Reader<'_>) -> Result<Arc<dyn Arguments>, SerializationError> {
        Ok(Arc::new(Self))
    }

    fn read_value(&self, _: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        Ok(Box::new(Self))
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        None
    }
}

fn main() {
    let method = MethodDescriptor::new("find", vec![], "V", Box::new(Nothing));
    let service = Arc::new(ServiceDescriptor::new("bench.Service").method(method));
    let provider = Url::parse("dubbo://10.0.0.1:20880/bench.Service").expect("the text is a URL");
    let statistics = Statistics::new("bench");

    let call = Call::new(
        Arc::clone(&service),
        Arc::clone(&service.methods[0]),
        Instant::now(),
    );
    let mut served = call.clone();
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    served.peer = Some(Arc::new(Peer::new(address, address, Default::default())));

    println!(
        "clock           {:6.1} ns",
        least(|| {
            black_box(Instant::now());
        })
    );
    for (name, filter, call) in [
        ("per_call", statistics.per_call(&service), &call),
        ("per_try", statistics.per_try(&service, &provider), &call),
        ("on_provider", statistics.on_provider(&service), &served),
    ] {
        println!("{name:<12}    {:6.1} ns", record(&*filter, call));
    }
    let seen = statistics.snapshot();
    println!("{}", seen.table());
}

fn record(filter: &dyn Filter, call: &Call) -> f64 {
    let mut invocation = Invocation::unary(call.clone(), Arc::new(Nothing));
    let mut result: Result<Response, RpcError> = Ok(Response::value(Nothing));
    least(|| {
        let _ = black_box(filter).before(black_box(&mut invocation));
        black_box(filter).after(&invocation.call, black_box(&mut result));
    })
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
