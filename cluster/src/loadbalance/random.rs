//! `random`: by chance, in proportion to the weights.

use super::{LoadBalance, Selection};
use crate::Candidates;

/// Dubbo's default: a random provider, heavier ones more often.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl LoadBalance for Random {
    fn name(&self) -> &str {
        "random"
    }

    fn select(&self, selection: &Selection<'_>, candidates: &Candidates<'_>) -> usize {
        let length = candidates.len();
        let weights = &selection.plan.weights;
        // Dubbo looks at the first candidate alone to see whether weights matter.
        let first_is_set = candidates
            .place(0)
            .is_some_and(|place| weights.is_set(place));
        if !first_is_set || weights.are_equal(selection.unix_millis) {
            return selection.random.index(length);
        }
        weighted(selection, candidates, 0..length).unwrap_or_else(|| selection.random.index(length))
    }
}

/// One of `indexes` by chance, in proportion to the weights; `None` when all weigh nothing.
pub(super) fn weighted(
    selection: &Selection<'_>,
    candidates: &Candidates<'_>,
    indexes: impl Iterator<Item = usize> + Clone,
) -> Option<usize> {
    let weight = |index| u64::from(selection.weight(candidates, index));
    let total: u64 = indexes.clone().map(weight).sum();
    if total == 0 {
        return None;
    }
    let mut offset = selection.random.below(total);
    for index in indexes {
        match offset.checked_sub(weight(index)) {
            Some(rest) => offset = rest,
            None => return Some(index),
        }
    }
    None
}
