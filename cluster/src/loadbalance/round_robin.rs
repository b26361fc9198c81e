//! `roundrobin`: in turn, heavier providers more often, smoothly mixed.

use std::collections::HashMap;

use parking_lot::Mutex;

use super::{LoadBalance, Selection};
use crate::Candidates;

/// Smooth weighted round robin, as nginx and Dubbo do it.
///
/// Each call raises every candidate's current value by its weight; the greatest wins and loses the
/// sum of all. So weights 5, 1, 1 give a a b a c a a and not five calls in a row.
#[derive(Debug, Default)]
pub struct RoundRobin {
    turns: Mutex<HashMap<String, Turn>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    weight: u32,
    current: i64,
    seen_at: u64,
}

impl LoadBalance for RoundRobin {
    fn name(&self) -> &str {
        "roundrobin"
    }

    fn select(&self, selection: &Selection<'_>, candidates: &Candidates<'_>) -> usize {
        let now = selection.unix_millis;
        let mut turns = self.turns.lock();
        let mut total = 0;
        let mut best: Option<(usize, i64)> = None;
        for (index, member) in candidates.iter().enumerate() {
            let weight = selection.weight(candidates, index);
            if !turns.contains_key(member.address()) {
                turns.insert(member.address().to_owned(), Turn::default());
            }
            let Some(turn) = turns.get_mut(member.address()) else {
                continue;
            };
            if turn.weight != weight {
                // Dubbo starts a provider anew when its weight changes.
                *turn = Turn {
                    weight,
                    ..Turn::default()
                };
            }
            turn.current += i64::from(weight);
            turn.seen_at = now;
            total += i64::from(weight);
            if best.is_none_or(|(_, current)| turn.current > current) {
                best = Some((index, turn.current));
            }
        }
        let chosen = best.map_or(0, |(index, _)| index);
        if let Some(turn) = candidates
            .member(chosen)
            .and_then(|member| turns.get_mut(member.address()))
        {
            turn.current -= total;
        }
        if turns.len() != candidates.len() {
            turns.retain(|_, turn| now.saturating_sub(turn.seen_at) < FORGOTTEN_AFTER_MILLIS);
        }
        chosen
    }
}

/// A provider that is away for less keeps its turn.
const FORGOTTEN_AFTER_MILLIS: u64 = 60_000;
