//! Where random choices come from: unpredictable in production, repeatable in tests.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering},
};

/// A source of random numbers, good enough to spread load and no more.
#[derive(Debug)]
pub struct Randomness {
    seeded: Option<AtomicU64>,
}

impl Randomness {
    /// A generator in each thread, seeded by the operating system.
    pub const fn of_thread() -> Self {
        Self { seeded: None }
    }

    /// One generator whose numbers follow from `seed`.
    pub const fn from_seed(seed: u64) -> Self {
        Self {
            seeded: Some(AtomicU64::new(seed)),
        }
    }

    /// A number below `limit`; 0 when the limit is 0.
    pub fn below(&self, limit: u64) -> u64 {
        // The high half of the product maps 64 bits to the range; its bias is below limit / 2^64.
        let product = u128::from(self.number()) * u128::from(limit);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// An index below `length`; 0 when the length is 0.
    pub fn index(&self, length: usize) -> usize {
        let limit = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(limit)).unwrap_or(0)
    }

    fn number(&self) -> u64 {
        match &self.seeded {
            Some(state) => mixed(state.fetch_add(STEP, Ordering::Relaxed)),
            None => STATE.with(|state| {
                let next = state.get().wrapping_add(STEP);
                state.set(next);
                mixed(next)
            }),
        }
    }
}

impl Default for Randomness {
    fn default() -> Self {
        Self::of_thread()
    }
}

thread_local! {
    static STATE: Cell<u64> = Cell::new(rand::random());
}

/// SplitMix64: a counter whose values are mixed (Steele, Lea, Flood 2014).
fn mixed(state: u64) -> u64 {
    let mut z = state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_numbers() {
        let draw = |seed| {
            let random = Randomness::from_seed(seed);
            std::array::from_fn::<u64, 8, _>(|_| random.below(1000))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn numbers_spread_evenly_below_their_limit() {
        let random = Randomness::from_seed(1);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[random.index(7)] += 1;
        }
        for count in counts {
            assert!((9_500..10_500).contains(&count), "{counts:?}");
        }
        assert_eq!(random.below(0), 0);
        assert_eq!(Randomness::of_thread().below(1), 0);
    }
}
