//! The providers that a call may still go to, on its way through routers and load balance.

use std::sync::Arc;

use crate::{Member, Snapshot};

/// A view of a snapshot's members, of which routers have taken some away.
///
/// As long as nothing was taken away it is no more than a borrowed slice.
#[derive(Clone, Debug)]
pub struct Candidates<'a> {
    members: &'a [Arc<Member>],
    /// Places in `members`, rising; `None` stands for all.
    kept: Option<Vec<usize>>,
    any_tagged: bool,
}

impl<'a> Candidates<'a> {
    /// All members of a snapshot.
    pub fn all(snapshot: &'a Snapshot) -> Self {
        Self {
            members: snapshot.members(),
            kept: None,
            any_tagged: snapshot.any_tagged(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.members.len(), Vec::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The candidate at `index`, in the registry's order.
    pub fn member(&self, index: usize) -> Option<&'a Arc<Member>> {
        self.members.get(self.place(index)?)
    }

    /// All of them, in the registry's order.
    pub fn iter(&self) -> impl Iterator<Item = &'a Arc<Member>> + '_ {
        (0..self.len()).filter_map(|index| self.member(index))
    }

    /// Keeps those for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&Member) -> bool) {
        let members = self.members;
        match &mut self.kept {
            Some(kept) => {
                kept.retain(|place| members.get(*place).is_some_and(|member| keep(member)));
            }
            None => {
                let Some(first) = members.iter().position(|member| !keep(member)) else {
                    return;
                };
                let rest = members.iter().enumerate().skip(first + 1);
                let mut kept: Vec<usize> = (0..first).collect();
                kept.extend(rest.filter(|(_, member)| keep(member)).map(|(at, _)| at));
                self.kept = Some(kept);
            }
        }
    }

    /// The same with those at the given indexes only.
    #[must_use]
    pub(crate) fn only(&self, indexes: &[usize]) -> Self {
        let mut kept: Vec<usize> = indexes
            .iter()
            .filter_map(|index| self.place(*index))
            .collect();
        kept.sort_unstable();
        kept.dedup();
        Self {
            kept: Some(kept),
            ..*self
        }
    }

    /// Whether some member of the snapshot has a tag.
    pub(crate) fn any_tagged(&self) -> bool {
        self.any_tagged
    }

    /// Whether nothing was taken away.
    pub(crate) fn is_all(&self) -> bool {
        self.kept.is_none()
    }

    /// The place in the snapshot of the candidate at `index`.
    pub(crate) fn place(&self, index: usize) -> Option<usize> {
        match &self.kept {
            Some(kept) => kept.get(index).copied(),
            None => (index < self.members.len()).then_some(index),
        }
    }

    /// The index of the candidate with that place in the snapshot.
    pub(crate) fn index_of_place(&self, place: usize) -> Option<usize> {
        match &self.kept {
            Some(kept) => kept.binary_search(&place).ok(),
            None => (place < self.members.len()).then_some(place),
        }
    }
}
