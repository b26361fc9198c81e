//! Statistics under Dubbo 3's metric names, for the recorder behind the `metrics` facade.

use std::{collections::BTreeMap, time::Duration};

use metrics::{Label, counter, gauge};
use tenfold_common::ServiceKey;
use tenfold_protocol::{ErrorKind, Side};

use crate::{Row, Snapshot};

/// Dubbo's names of one side; the facade wants them whole and static.
macro_rules! names {
    ($side:literal) => {
        Names {
            total: concat!("dubbo.", $side, ".requests.total"),
            succeed: concat!("dubbo.", $side, ".requests.succeed.total"),
            business_failed: concat!("dubbo.", $side, ".requests.business.failed.total"),
            processing: concat!("dubbo.", $side, ".requests.processing.total"),
            timeout: concat!("dubbo.", $side, ".requests.timeout.total"),
            limit: concat!("dubbo.", $side, ".requests.limit.total"),
            unknown_failed: concat!("dubbo.", $side, ".requests.unknown.failed.total"),
            failed: concat!("dubbo.", $side, ".requests.failed.total"),
            failed_network: concat!("dubbo.", $side, ".requests.failed.network.total"),
            failed_unavailable: concat!(
                "dubbo.",
                $side,
                ".requests.failed.service.unavailable.total"
            ),
            failed_codec: concat!("dubbo.", $side, ".requests.failed.codec.total"),
            rt_min: concat!("dubbo.", $side, ".rt.milliseconds.min"),
            rt_max: concat!("dubbo.", $side, ".rt.milliseconds.max"),
            rt_sum: concat!("dubbo.", $side, ".rt.milliseconds.sum"),
            rt_avg: concat!("dubbo.", $side, ".rt.milliseconds.avg"),
            rt_p50: concat!("dubbo.", $side, ".rt.milliseconds.p50"),
            rt_p90: concat!("dubbo.", $side, ".rt.milliseconds.p90"),
            rt_p95: concat!("dubbo.", $side, ".rt.milliseconds.p95"),
            rt_p99: concat!("dubbo.", $side, ".rt.milliseconds.p99"),
        }
    };
}

struct Names {
    total: &'static str,
    succeed: &'static str,
    business_failed: &'static str,
    processing: &'static str,
    timeout: &'static str,
    limit: &'static str,
    unknown_failed: &'static str,
    failed: &'static str,
    failed_network: &'static str,
    failed_unavailable: &'static str,
    failed_codec: &'static str,
    rt_min: &'static str,
    rt_max: &'static str,
    rt_sum: &'static str,
    rt_avg: &'static str,
    rt_p50: &'static str,
    rt_p90: &'static str,
    rt_p95: &'static str,
    rt_p99: &'static str,
}

const CONSUMER: Names = names!("consumer");
const PROVIDER: Names = names!("provider");

impl Snapshot {
    /// Sets Dubbo 3's request and response-time metrics in the recorder that the application has
    /// installed for the `metrics` facade; without one it does nothing.
    ///
    /// The snapshot must be cumulative ([`crate::Statistics::snapshot`]), for the counters are set
    /// and not raised. There is one series for each application, side, service and method, with
    /// Dubbo's labels `application.name`, `interface`, `method`, `group` and `version`. A consumer's
    /// series come from its rows of whole calls; where there are none, from those of tries.
    pub fn export(&self) {
        for row in self.series() {
            let names = match row.side {
                Side::Consumer => &CONSUMER,
                Side::Provider => &PROVIDER,
            };
            set(names, &row);
        }
    }

    /// One row for each series.
    fn series(&self) -> Vec<Row> {
        let mut series: BTreeMap<_, Row> = BTreeMap::new();
        for row in &self.rows {
            let key = (&row.application, row.side, &row.service, &row.method);
            match series.get_mut(&key) {
                None => {
                    series.insert(key, row.clone());
                }
                // Rows without a peer stand before those with one.
                Some(known) if row.side == Side::Consumer && known.peer.is_none() => {}
                Some(known) => known.add(row),
            }
        }
        series.into_values().collect()
    }
}

fn set(names: &Names, row: &Row) {
    let labels = labels(row);
    let count = |name: &'static str, value: u64| counter!(name, labels.clone()).absolute(value);
    let level = |name: &'static str, value: f64| gauge!(name, labels.clone()).set(value);
    let failed = |kinds: &[ErrorKind]| -> u64 {
        kinds.iter().filter_map(|kind| row.failures.get(kind)).sum()
    };

    count(names.total, row.calls());
    count(names.succeed, row.succeeded);
    count(names.business_failed, row.exceptions);
    level(names.processing, row.in_flight as f64);
    count(names.failed, row.failed());
    count(names.timeout, failed(TIMEOUT));
    count(names.limit, failed(LIMIT));
    count(names.failed_network, failed(NETWORK));
    count(names.failed_unavailable, failed(UNAVAILABLE));
    count(names.failed_codec, failed(CODEC));
    let named = [TIMEOUT, LIMIT, NETWORK, UNAVAILABLE, CODEC].concat();
    count(
        names.unknown_failed,
        row.failed().saturating_sub(failed(&named)),
    );

    level(names.rt_sum, millis(row.durations.sum()));
    for (name, value) in [
        (names.rt_min, row.durations.min()),
        (names.rt_max, row.durations.max()),
        (names.rt_avg, row.durations.mean()),
        (names.rt_p50, row.durations.quantile(0.5)),
        (names.rt_p90, row.durations.quantile(0.9)),
        (names.rt_p95, row.durations.quantile(0.95)),
        (names.rt_p99, row.durations.quantile(0.99)),
    ] {
        if let Some(value) = value {
            level(name, millis(value));
        }
    }
}

fn labels(row: &Row) -> Vec<Label> {
    let (group, rest) = match row.service.split_once('/') {
        Some((group, rest)) => (group, rest),
        None => ("", row.service.as_str()),
    };
    let (interface, version) = rest.split_once(':').unwrap_or((rest, ""));
    let key = ServiceKey::new(interface, Some(group), Some(version));
    vec![
        Label::new("application.name", row.application.clone()),
        Label::new("interface", key.interface().to_owned()),
        Label::new("method", row.method.clone()),
        Label::new("group", key.group().unwrap_or_default().to_owned()),
        Label::new("version", key.version().unwrap_or_default().to_owned()),
    ]
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Dubbo's classes of failures. What is in none of them counts as unknown.
const TIMEOUT: &[ErrorKind] = &[ErrorKind::Timeout];
const LIMIT: &[ErrorKind] = &[ErrorKind::Overloaded];
const NETWORK: &[ErrorKind] = &[ErrorKind::Network];
const UNAVAILABLE: &[ErrorKind] = &[
    ErrorKind::NoProvider,
    ErrorKind::Forbidden,
    ErrorKind::ServiceNotFound,
    ErrorKind::Closed,
];
const CODEC: &[ErrorKind] = &[
    ErrorKind::Serialization,
    ErrorKind::PayloadTooLarge,
    ErrorKind::BadRequest,
    ErrorKind::Protocol,
];
