//! How a provider is picked.
//!
//! Names are those that Dubbo users type: `random`, `roundrobin`, `leastactive`, `consistenthash`.
//! A [`LoadBalance`] only picks; which candidates it is shown, and what happens when its choice
//! cannot be called, is decided in `select.rs`.

mod consistent_hash;
mod least_active;
mod random;
mod ring;
mod round_robin;
mod weight;

use std::sync::Arc;

use tenfold_common::Url;
use tenfold_protocol::Call;
use tenfold_serialization::Arguments;

pub(crate) use self::{consistent_hash::RingCell, ring::Rings, weight::Weights};
pub use self::{
    consistent_hash::{ConsistentHash, hash_of_key},
    least_active::LeastActive,
    random::Random,
    ring::{HashRing, Md5Ring},
    round_robin::RoundRobin,
};
use crate::{Candidates, Member, Randomness, plan::MethodPlan};

/// Picks one of several providers.
///
/// There is one instance for each method of a reference, so it may keep what it learns.
pub trait LoadBalance: Send + Sync {
    /// The name that a user types.
    fn name(&self) -> &str;

    /// Picks one: an index below `candidates.len()`, of which there are two at least. Any other
    /// index counts as the first.
    fn select(&self, selection: &Selection<'_>, candidates: &Candidates<'_>) -> usize;

    /// Whether the choice has to follow from the call and the list alone. Then a choice that cannot
    /// be called is replaced among all candidates, never among a random sample of them.
    fn follows_key(&self) -> bool {
        false
    }

    /// Whether it reads [`Member::active`], which is counted only then.
    fn counts_active(&self) -> bool {
        false
    }
}

/// What a [`LoadBalance`] may go by beside the candidates.
pub struct Selection<'a> {
    pub(crate) call: &'a Call,
    pub(crate) arguments: Option<&'a Arc<dyn Arguments>>,
    pub(crate) plan: &'a MethodPlan,
    pub(crate) rings: &'a Arc<Rings>,
    pub(crate) random: &'a Randomness,
    pub(crate) unix_millis: u64,
}

impl<'a> Selection<'a> {
    /// The call.
    pub fn call(&self) -> &'a Call {
        self.call
    }

    /// The arguments, unless the call carries a stream.
    pub fn arguments(&self) -> Option<&'a dyn Arguments> {
        self.arguments.map(|arguments| &**arguments)
    }

    /// The method that the user means.
    pub fn method(&self) -> &'a str {
        &self.plan.method
    }

    /// The settings of the call: the reference's over those of the first provider.
    pub fn settings(&self) -> &'a Url {
        &self.plan.settings
    }

    /// The source of random choices.
    pub fn random(&self) -> &'a Randomness {
        self.random
    }

    /// The wall-clock time at which the call began.
    pub fn unix_millis(&self) -> u64 {
        self.unix_millis
    }

    /// The weight of a candidate for this method at this moment, warm-up included.
    pub fn weight(&self, candidates: &Candidates<'_>, index: usize) -> u32 {
        candidates
            .place(index)
            .map_or(0, |place| self.plan.weights.at(place, self.unix_millis))
    }

    /// Calls of this method that a candidate has at this moment.
    pub fn active(&self, member: &Member) -> u32 {
        member.active(self.call.method.index)
    }
}
