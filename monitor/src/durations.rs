//! How long calls took: a sketch whose percentiles are within one per cent and which merges.

use std::{fmt, time::Duration};

use sketches_ddsketch::{Config, DDSketch};

use crate::recorder::nanos_of;

/// The durations of many calls, from which percentiles can be read.
///
/// Percentiles are within one per cent of the true value, whatever the distribution; the greatest,
/// the least and the mean are exact. Durations of different threads, providers or instances merge
/// without loss.
#[derive(Clone)]
pub struct Durations {
    sketch: DDSketch,
    min_nanos: u64,
    max_nanos: u64,
    sum_nanos: u128,
}

impl Durations {
    /// No durations.
    pub fn new() -> Self {
        Self {
            sketch: DDSketch::new(Config::new(RELATIVE_ERROR, BINS_MAX, LEAST_NANOS)),
            min_nanos: u64::MAX,
            max_nanos: 0,
            sum_nanos: 0,
        }
    }

    /// The durations that a recorder counted, as pairs of nanoseconds and count.
    pub(crate) fn from_counts(
        counts: impl Iterator<Item = (f64, u64)>,
        min_nanos: u64,
        max_nanos: u64,
        sum_nanos: u128,
    ) -> Self {
        let mut durations = Self {
            min_nanos,
            max_nanos,
            sum_nanos,
            ..Self::new()
        };
        for (nanos, count) in counts {
            durations
                .sketch
                .add_with_count(nanos.max(LEAST_NANOS), count);
        }
        durations
    }

    /// Adds one.
    pub fn add(&mut self, duration: Duration) {
        let nanos = nanos_of(duration);
        self.sketch.add((nanos as f64).max(LEAST_NANOS));
        self.min_nanos = self.min_nanos.min(nanos);
        self.max_nanos = self.max_nanos.max(nanos);
        self.sum_nanos += u128::from(nanos);
    }

    /// Adds all of `other`'s.
    pub fn merge(&mut self, other: &Self) {
        // Sketches of one configuration always merge, and there is only this one.
        let merged = self.sketch.merge(&other.sketch);
        debug_assert!(merged.is_ok(), "sketches differ in their configuration");
        self.min_nanos = self.min_nanos.min(other.min_nanos);
        self.max_nanos = self.max_nanos.max(other.max_nanos);
        self.sum_nanos += other.sum_nanos;
    }

    /// The duration that the share `quantile` of the calls did not exceed: 0.99 for TP99; `None`
    /// without calls.
    pub fn quantile(&self, quantile: f64) -> Option<Duration> {
        if quantile >= 1.0 {
            return self.max();
        }
        let nanos = self.sketch.quantile(quantile.max(0.0)).ok().flatten()?;
        // A float beyond the range of the integer becomes its greatest value.
        let nanos = (nanos.round() as u64).clamp(self.min_nanos, self.max_nanos);
        Some(Duration::from_nanos(nanos))
    }

    /// The shortest.
    pub fn min(&self) -> Option<Duration> {
        (self.count() > 0).then(|| Duration::from_nanos(self.min_nanos))
    }

    /// The longest.
    pub fn max(&self) -> Option<Duration> {
        (self.count() > 0).then(|| Duration::from_nanos(self.max_nanos))
    }

    /// All of them added up.
    pub fn sum(&self) -> Duration {
        duration(self.sum_nanos)
    }

    /// The mean.
    pub fn mean(&self) -> Option<Duration> {
        self.sum_nanos
            .checked_div(u128::from(self.count()))
            .map(duration)
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

fn duration(nanos: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Half the width of a bin, relative to its value. A recorder's bins add as much again, less a
/// tenth: together within one per cent.
const RELATIVE_ERROR: f64 = 0.005;
/// Bins grow by 128 as durations spread. 3000 reach from a nanosecond to three hours, so this limit
/// of 32 KiB is not met in practice; past it the shortest durations share a bin.
const BINS_MAX: u32 = 4096;
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
