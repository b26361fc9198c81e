//! Dubbo's metric names.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString,
    Unit,
};
use tenfold_monitor::Statistics;
use tenfold_protocol::ErrorKind;

use crate::world::{End, call, pass, peer, served, service, url};

/// Keeps the last value of each series.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<String, f64>>>);

struct Series {
    memory: Memory,
    key: String,
}

impl Memory {
    fn series(&self, key: &Key) -> Arc<Series> {
        let labels: Vec<String> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        Arc::new(Series {
            memory: self.clone(),
            key: format!("{}{{{}}}", key.name(), labels.join(",")),
        })
    }
}

impl Series {
    fn set(&self, value: f64) {
        let mut memory = self.memory.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.insert(self.key.clone(), value);
    }
}

impl CounterFn for Series {
    fn increment(&self, _: u64) {
        panic!("counters are set");
    }

    fn absolute(&self, value: u64) {
        self.set(value as f64);
    }
}

impl GaugeFn for Series {
    fn increment(&self, _: f64) {
        panic!("gauges are set");
    }

    fn decrement(&self, _: f64) {
        panic!("gauges are set");
    }

    fn set(&self, value: f64) {
        Series::set(self, value);
    }
}

impl Recorder for Memory {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.series(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.series(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn calls_are_exported_under_dubbos_names_and_labels() {
    let statistics = Statistics::new("web");
    let filter = statistics.per_call(&service());
    let per_try = statistics.per_try(&service(), &url("dubbo://10.0.0.1:20880/shop.Orders"));
    for end in [
        End::Value,
        End::Exception,
        End::Failure(ErrorKind::Timeout),
        End::Failure(ErrorKind::Network),
        End::Failure(ErrorKind::Overloaded),
        End::Failure(ErrorKind::NoProvider),
        End::Failure(ErrorKind::Serialization),
        End::Failure(ErrorKind::ServerError),
    ] {
        pass(&*filter, call("find", Duration::from_millis(20)), end);
        // Tries must not be counted on top of their calls.
        pass(&*per_try, call("find", Duration::ZERO), end);
    }
    let served_by = statistics.on_provider(&service());
    for host in ["10.0.0.7:1", "10.0.0.8:1"] {
        pass(&*served_by, served("find", &peer(host), "x"), End::Value);
    }

    let memory = Memory::default();
    metrics::with_local_recorder(&memory, || statistics.snapshot().export());
    let memory = memory.0.lock().unwrap_or_else(PoisonError::into_inner);
    let value = |name: &str| {
        let labels =
            "application.name=web,interface=shop.Orders,method=find,group=trade,version=1.0";
        let key = format!("{name}{{{labels}}}");
        *memory
            .get(&key)
            .unwrap_or_else(|| panic!("no {key}: {memory:#?}"))
    };
    for (name, expected) in [
        ("total", 8.0),
        ("succeed.total", 1.0),
        ("business.failed.total", 1.0),
        ("processing.total", 0.0),
        ("failed.total", 6.0),
        ("timeout.total", 1.0),
        ("limit.total", 1.0),
        ("failed.network.total", 1.0),
        ("failed.service.unavailable.total", 1.0),
        ("failed.codec.total", 1.0),
        ("unknown.failed.total", 1.0),
    ] {
        let name = format!("dubbo.consumer.requests.{name}");
        assert_eq!(value(&name), expected, "{name}");
    }
    for name in ["min", "max", "avg", "p50", "p90", "p95", "p99"] {
        let name = format!("dubbo.consumer.rt.milliseconds.{name}");
        assert!(
            (19.8..5_000.0).contains(&value(&name)),
            "{name}: {}",
            value(&name)
        );
    }
    assert!(value("dubbo.consumer.rt.milliseconds.sum") >= 160.0);
    assert_eq!(
        value("dubbo.provider.requests.total"),
        2.0,
        "of all consumers"
    );
}
