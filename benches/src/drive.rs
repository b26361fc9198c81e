//! A closed loop: so many tasks, each of which calls again as soon as its answer is there.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use parking_lot::Mutex;

use crate::{Plan, cpu, server::ServerProcess};

/// What one repetition came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) calls: u64,
    pub(crate) elapsed: Duration,
    pub(crate) client_cpu: Duration,
    pub(crate) server_cpu: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// CPU and wall time since it was started.
pub(crate) struct Meter {
    begin: Instant,
    client: Duration,
    server: Duration,
}

/// Latencies in nanoseconds, three digits.
pub(crate) type Latencies = Histogram<u64>;

const WARM: u8 = 0;
const COUNT: u8 = 1;
const STOP: u8 = 2;

impl Meter {
    pub(crate) fn start(server: &mut ServerProcess) -> Self {
        Self {
            server: server.cpu(),
            client: cpu::used(),
            begin: Instant::now(),
        }
    }

    pub(crate) fn stop(self, server: &mut ServerProcess, latencies: &Latencies) -> Measured {
        let elapsed = self.begin.elapsed();
        let client_cpu = cpu::used() - self.client;
        Measured {
            calls: latencies.len(),
            elapsed,
            client_cpu,
            server_cpu: server.cpu() - self.server,
            p50: Duration::from_nanos(latencies.value_at_quantile(0.5)),
            p99: Duration::from_nanos(latencies.value_at_quantile(0.99)),
        }
    }
}

pub(crate) fn latencies() -> Latencies {
    Latencies::new_with_bounds(1, 60_000_000_000, 3).expect("these bounds are allowed")
}

/// Runs `call` in a closed loop. It is given the time at which it begins, and must check its answer
/// itself.
pub(crate) async fn drive<F>(
    server: &mut ServerProcess,
    plan: &Plan,
    call: impl Fn(Instant) -> F + Clone + Send + 'static,
) -> Measured
where
    F: Future<Output = ()> + Send + 'static,
{
    let phase = Arc::new(AtomicU8::new(WARM));
    let sum = Arc::new(Mutex::new(latencies()));
    let tasks: Vec<_> = (0..plan.inflight)
        .map(|_| {
            let (phase, sum, call) = (phase.clone(), sum.clone(), call.clone());
            tokio::spawn(async move {
                // Each task counts for itself in a small list, so that counting costs little.
                let mut own = Vec::with_capacity(1024);
                let mut begin = Instant::now();
                loop {
                    call(begin).await;
                    let end = Instant::now();
                    match phase.load(Ordering::Relaxed) {
                        WARM => {}
                        COUNT => {
                            own.push((end - begin).as_nanos() as u64);
                            if own.len() == own.capacity() {
                                record(&sum, &mut own);
                            }
                        }
                        _ => break,
                    }
                    begin = end;
                }
                record(&sum, &mut own);
            })
        })
        .collect();
    tokio::time::sleep(plan.warm()).await;
    let meter = Meter::start(server);
    phase.store(COUNT, Ordering::Relaxed);
    tokio::time::sleep(plan.duration()).await;
    phase.store(STOP, Ordering::Relaxed);
    // What is in flight ends within a round trip; it is not counted, and hardly costs.
    for task in tasks {
        task.await.expect("no call panics");
    }
    let sum = sum.lock();
    meter.stop(server, &sum)
}

fn record(sum: &Mutex<Latencies>, own: &mut Vec<u64>) {
    let mut sum = sum.lock();
    for latency in own.drain(..) {
        sum.saturating_record(latency);
    }
}
