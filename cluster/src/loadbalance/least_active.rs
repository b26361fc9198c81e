//! `leastactive`: whoever has the fewest calls of this consumer.

use super::{LoadBalance, Selection, random::weighted};
use crate::Candidates;

/// The provider that has the fewest unanswered calls of the method, so that slow ones get fewer;
/// among equals by chance, in proportion to the weights.
///
/// Calls are always counted, where Java Dubbo counts them only under its `actives` limit and picks
/// at random without it.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeastActive;

impl LoadBalance for LeastActive {
    fn name(&self) -> &str {
        "leastactive"
    }

    fn select(&self, selection: &Selection<'_>, candidates: &Candidates<'_>) -> usize {
        // Read once: the counts change while they are compared.
        let active: Vec<u32> = candidates
            .iter()
            .map(|member| selection.active(member))
            .collect();
        let least = active.iter().copied().min().unwrap_or(0);
        let ties = active
            .iter()
            .enumerate()
            .filter(|(_, count)| **count == least)
            .map(|(index, _)| index);
        let number = ties.clone().count();
        let picked = weighted(selection, candidates, ties.clone());
        picked
            .or_else(|| ties.clone().nth(selection.random.index(number)))
            .unwrap_or(0)
    }

    fn counts_active(&self) -> bool {
        true
    }
}
