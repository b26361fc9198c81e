//! When a lost connection is tried again.

use std::time::Duration;

use crate::BackoffConfig;

/// Delays that double up to a limit, each a little shorter than it would be by an amount that the
/// seed decides.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    config: BackoffConfig,
    failures: u32,
    random: u64,
}

impl Backoff {
    /// Begins with no failures.
    pub fn new(config: BackoffConfig, seed: u64) -> Self {
        Self {
            config,
            failures: 0,
            random: seed,
        }
    }

    /// The delay before the next attempt.
    pub fn next_delay(&mut self) -> Duration {
        let doubled = self
            .config
            .min
            .saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        self.failures = self.failures.saturating_add(1).min(31);
        let delay = doubled.min(self.config.max);
        // Up to a fifth less, in steps of 1/5000.
        let cut = u32::try_from(self.draw() % 1_000).unwrap_or_default();
        delay - delay / 5_000 * cut
    }

    /// A connection proved good.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): small, seedable, and good enough to spread clients.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_limit_and_jitter_only_shortens() {
        for seed in 0..200 {
            let mut backoff = Backoff::new(BackoffConfig::default(), seed);
            for full in [50, 100, 200, 400, 800, 800, 800] {
                let delay = backoff.next_delay();
                let full = Duration::from_millis(full);
                assert!(
                    delay <= full && delay >= full * 4 / 5,
                    "seed {seed}: {delay:?}"
                );
            }
            backoff.reset();
            assert!(backoff.next_delay() <= Duration::from_millis(50));
        }
    }

    #[test]
    fn the_limit_holds_after_any_number_of_failures() {
        let mut backoff = Backoff::new(BackoffConfig::default(), 1);
        for _ in 0..10_000 {
            assert!(backoff.next_delay() <= Duration::from_millis(800));
        }
    }

    #[test]
    fn one_seed_gives_one_sequence() {
        let delays = |seed| {
            let mut backoff = Backoff::new(BackoffConfig::default(), seed);
            (0..20).map(|_| backoff.next_delay()).collect::<Vec<_>>()
        };
        assert_eq!(delays(7), delays(7));
        assert_ne!(delays(7), delays(8));
    }
}
