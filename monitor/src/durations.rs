//! How long calls took: a sketch whose percentiles are within one per cent and which merges.

use std::{fmt, time::Duration};

use sketches_ddsketch::{Config, DDSketch};

/// The durations of many calls, from which percentiles can be read.
///
/// Percentiles are within one per cent of the true value, whatever the distribution; the greatest,
/// the least and the mean are exact. Durations of different threads, providers or instances merge
/// without loss.
#[derive(Clone)]
pub struct Durations {
    sketch: DDSketch,
}

impl Durations {
    /// No durations.
    pub fn new() -> Self {
        Self {
            sketch: DDSketch::new(Config::new(RELATIVE_ERROR, BINS_MAX, LEAST_NANOS)),
        }
    }

    /// Adds one.
    pub fn add(&mut self, duration: Duration) {
        let nanos = duration.as_secs_f64() * NANOS_PER_SECOND;
        self.sketch.add(nanos.max(LEAST_NANOS));
    }

    /// Adds all of `other`'s.
    pub fn merge(&mut self, other: &Self) {
        // Sketches of one configuration always merge, and there is only this one.
        let merged = self.sketch.merge(&other.sketch);
        debug_assert!(merged.is_ok(), "sketches differ in their configuration");
    }

    /// The duration that the share `quantile` of the calls did not exceed: 0.99 for TP99; `None`
    /// without calls.
    pub fn quantile(&self, quantile: f64) -> Option<Duration> {
        let nanos = self
            .sketch
            .quantile(quantile.clamp(0.0, 1.0))
            .ok()
            .flatten()?;
        let least = self.sketch.min().unwrap_or(nanos);
        let greatest = self.sketch.max().unwrap_or(nanos);
        Some(duration(nanos.max(least).min(greatest)))
    }

    /// The shortest.
    pub fn min(&self) -> Option<Duration> {
        self.sketch.min().map(duration)
    }

    /// The longest.
    pub fn max(&self) -> Option<Duration> {
        self.sketch.max().map(duration)
    }

    /// All of them added up.
    pub fn sum(&self) -> Duration {
        self.sketch.sum().map_or(Duration::ZERO, duration)
    }

    /// The mean.
    pub fn mean(&self) -> Option<Duration> {
        let count = u32::try_from(self.sketch.count()).unwrap_or(u32::MAX);
        (count > 0).then(|| self.sum() / count)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        u64::try_from(self.sketch.count()).unwrap_or(u64::MAX)
    }
}

impl Default for Durations {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Durations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Durations")
            .field("count", &self.count())
            .field("tp50", &self.quantile(0.5))
            .field("tp99", &self.quantile(0.99))
            .field("max", &self.max())
            .finish()
    }
}

fn duration(nanos: f64) -> Duration {
    Duration::try_from_secs_f64(nanos / NANOS_PER_SECOND).unwrap_or(Duration::MAX)
}

const NANOS_PER_SECOND: f64 = 1e9;
/// Half the width of a bin, relative to its value.
const RELATIVE_ERROR: f64 = 0.01;
/// Bins grow by 128 as durations spread. One per cent wide, 1500 reach from a nanosecond to three
/// hours, so this limit of 16 KiB is not met in practice; past it the shortest durations share a
/// bin.
const BINS_MAX: u32 = 2048;
/// Durations are counted in nanoseconds, from one upwards.
const LEAST_NANOS: f64 = 1.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Durations {
        let mut durations = Durations::new();
        for micros in micros {
            durations.add(Duration::from_micros(micros));
        }
        durations
    }

    fn assert_near(measured: Option<Duration>, expected: Duration) {
        let measured = measured.expect("there are durations");
        let error = measured.as_secs_f64() / expected.as_secs_f64() - 1.0;
        assert!(error.abs() <= 0.0101, "{measured:?} for {expected:?}");
    }

    #[test]
    fn percentiles_are_within_one_per_cent() {
        let durations = of(1..=100_000);
        for (quantile, micros) in [(0.5, 50_000), (0.9, 90_000), (0.99, 99_000)] {
            assert_near(durations.quantile(quantile), Duration::from_micros(micros));
        }
        assert_eq!(durations.max(), Some(Duration::from_millis(100)));
        assert_eq!(durations.min(), Some(Duration::from_micros(1)));
    }

    #[test]
    fn merged_durations_are_as_if_added_to_one() {
        let mut left = of((1..=1000).filter(|n| n % 3 == 0));
        let right = of((1..=1000).filter(|n| n % 3 != 0));
        left.merge(&right);
        let whole = of(1..=1000);
        assert_eq!(left.count(), 1000);
        for quantile in [0.0, 0.5, 0.9, 0.99, 1.0] {
            assert_eq!(left.quantile(quantile), whole.quantile(quantile));
        }
        assert_eq!(left.mean(), whole.mean());
    }

    #[test]
    fn a_single_duration_is_every_percentile() {
        let durations = of([250]);
        let one = Some(Duration::from_micros(250));
        assert_eq!(durations.quantile(0.5), one);
        assert_eq!(durations.quantile(1.0), one);
        assert_eq!(durations.mean(), one);
    }

    #[test]
    fn the_extremes_of_time_are_counted() {
        let mut durations = of([0]);
        durations.add(Duration::MAX);
        assert_eq!(durations.count(), 2);
        assert!(durations.quantile(0.5).is_some());
        assert_eq!(Durations::new().quantile(0.5), None);
        assert_eq!(Durations::new().mean(), None);
    }
}
