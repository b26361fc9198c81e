//! The text table.

use std::time::Duration;

use tenfold_monitor::Statistics;
use tenfold_protocol::ErrorKind;

use crate::world::{End, call, pass, peer, served, service, url};

/// Durations differ by the time that the test takes, so they are masked.
fn masked(table: &str) -> Vec<String> {
    table.lines().map(mask).collect()
}

fn mask(line: &str) -> String {
    let words: Vec<&str> = line.split("  ").map(str::trim).collect();
    let words = words.into_iter().filter(|word| !word.is_empty());
    let units = [" ns", " µs", " ms", " s"];
    let masked = words.map(|word| match units.iter().any(|unit| word.ends_with(unit)) {
        true => "time",
        false => word,
    });
    masked.collect::<Vec<_>>().join(" | ")
}

#[test]
fn a_line_tells_method_provider_calls_success_and_percentiles() {
    let statistics = Statistics::new("web");
    let provider = url("dubbo://10.0.0.1:20880/shop.Orders");
    let filter = statistics.per_try(&service(), &provider);
    for number in 0..10_000 {
        let end = match number {
            0 => End::Failure(ErrorKind::Timeout),
            _ => End::Value,
        };
        pass(&*filter, call("find", Duration::from_millis(3)), end);
    }
    pass(
        &*statistics.per_call(&service()),
        call("save", Duration::ZERO),
        End::Dropped,
    );
    let served_by = statistics.on_provider(&service());
    let consumer = peer("[2001:db8::1]:9");
    pass(&*served_by, served("save", &consumer, "web"), End::Value);
    assert_eq!(
        masked(&statistics.snapshot().table()),
        [
            "method | provider | calls | success | TP50 | TP90 | TP99 | max",
            "find | 10.0.0.1:20880 | 10000 | 99.99 % (4 nines) | time | time | time | time",
            "save | all | 1 | - | - | - | - | -",
            "save | 2001:db8::1 | 1 | 100 % | time | time | time | time",
        ]
    );
}

#[test]
fn columns_are_aligned_for_wide_characters_and_stray_control_characters_are_dropped() {
    let statistics = Statistics::new("web");
    let filter = statistics.per_call(&service());
    pass(
        &*filter,
        call("$invoke 查询订单", Duration::ZERO),
        End::Dropped,
    );
    pass(
        &*filter,
        call("$invoke \u{1b}[31mfind", Duration::ZERO),
        End::Dropped,
    );
    assert_eq!(
        statistics.snapshot().table(),
        "\
method    provider  calls  success  TP50  TP90  TP99  max
[31mfind  all           1        -     -     -     -    -
查询订单  all           1        -     -     -     -    -
"
    );
}
