//! Where durations are counted while calls run: a table of log-linear bins.
//!
//! A sketch takes a logarithm for each duration, which alone is a fifth of what counting a call may
//! cost. Here the bin follows from the position of the highest bit and the seven bits behind it;
//! the sketch is made when somebody reads.
//!
//! ```text
//!   nanoseconds   0 … 127          128 … 255         256 … 511            512 …
//!   bins          one each         one each          two ns each          four ns each
//! ```

use std::time::Duration;

use crate::Durations;

/// Counts durations.
pub(crate) struct Recorder {
    /// Grows to the longest duration's octave.
    bins: Vec<u32>,
    /// Durations in `bins`; below `u32::MAX`, so that no bin overflows.
    binned: u32,
    min_nanos: u64,
    max_nanos: u64,
    sum_nanos: u128,
    /// What did not fit into `bins` any more.
    older: Option<Box<Durations>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            bins: Vec::new(),
            binned: 0,
            min_nanos: u64::MAX,
            max_nanos: 0,
            sum_nanos: 0,
            older: None,
        }
    }

    pub(crate) fn add(&mut self, duration: Duration) {
        let nanos = nanos_of(duration);
        let bin = bin_of(nanos);
        if bin >= self.bins.len() {
            self.bins.resize((bin | (BINS_PER_OCTAVE - 1)) + 1, 0);
        }
        if let Some(count) = self.bins.get_mut(bin) {
            *count += 1;
        }
        self.min_nanos = self.min_nanos.min(nanos);
        self.max_nanos = self.max_nanos.max(nanos);
        self.sum_nanos += u128::from(nanos);
        self.binned += 1;
        if self.binned == u32::MAX {
            let mut older = self.older.take().unwrap_or_default();
            older.merge(&self.binned_durations());
            *self = Self {
                older: Some(older),
                ..Self::new()
            };
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.binned == 0 && self.older.is_none()
    }

    /// All durations as a sketch.
    pub(crate) fn durations(&self) -> Durations {
        let mut durations = self.binned_durations();
        if let Some(older) = &self.older {
            durations.merge(older);
        }
        durations
    }

    fn binned_durations(&self) -> Durations {
        let counts = self
            .bins
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(bin, count)| (middle_of(bin), u64::from(*count)));
        Durations::from_counts(counts, self.min_nanos, self.max_nanos, self.sum_nanos)
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

pub(crate) fn nanos_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn bin_of(nanos: u64) -> usize {
    let nanos = nanos.min(NANOS_MAX);
    let bits = (nanos | 1).ilog2();
    let octave = bits.saturating_sub(SUB_BITS);
    // The eight highest bits, of which the first is always set above the first octave.
    let mantissa = nanos >> octave;
    let bin = u64::from(octave) * (1 << SUB_BITS) + mantissa;
    usize::try_from(bin).unwrap_or(0)
}

/// The middle of a bin in nanoseconds; within 1/256 of every duration in it.
fn middle_of(bin: usize) -> f64 {
    let bin = u64::try_from(bin).unwrap_or(0);
    // The inverse of `bin_of`: the mantissas of the first octave begin at 0, all others at 128.
    let octave = (bin >> SUB_BITS).saturating_sub(1);
    let mantissa = bin - (octave << SUB_BITS);
    let width = (1_u64 << octave) as f64;
    mantissa as f64 * width + (width - 1.0) / 2.0
}

const SUB_BITS: u32 = 7;
const BINS_PER_OCTAVE: usize = 1 << SUB_BITS;
/// Two hours and a half: what takes longer shares the last bin. So a table has 4736 bins of four
/// bytes at most, and 2688 when no call takes longer than 134 ms.
const NANOS_MAX: u64 = (1 << 43) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_is_within_a_256th_of_its_durations() {
        let mut nanos = 0_u64;
        let mut last = 0;
        while nanos < NANOS_MAX {
            let bin = bin_of(nanos);
            assert!(bin == last || bin == last + 1 || nanos > 4096, "{nanos}");
            let error = (middle_of(bin) - nanos as f64).abs() / (nanos as f64).max(1.0);
            assert!(error <= 1.0 / 256.0, "{nanos}: {error}");
            last = bin;
            nanos += 1 + nanos / 1000;
        }
        assert_eq!(bin_of(u64::MAX), bin_of(NANOS_MAX));
        assert_eq!(bin_of(NANOS_MAX), 4735);
    }

    #[test]
    fn the_sketch_of_a_recorder_is_that_of_its_durations() {
        let mut recorder = Recorder::new();
        for micros in 1..=10_000 {
            recorder.add(Duration::from_micros(micros));
        }
        let durations = recorder.durations();
        assert_eq!(durations.count(), 10_000);
        assert_eq!(durations.min(), Some(Duration::from_micros(1)));
        assert_eq!(durations.max(), Some(Duration::from_millis(10)));
        assert_eq!(durations.mean(), Some(Duration::from_nanos(5_000_500)));
        for (quantile, micros) in [(0.5, 5_000.0), (0.9, 9_000.0), (0.99, 9_900.0)] {
            let measured = durations.quantile(quantile).expect("there are durations");
            let error = measured.as_secs_f64() * 1e6 / micros - 1.0;
            assert!(error.abs() <= 0.0101, "{quantile}: {measured:?}");
        }
    }
}
