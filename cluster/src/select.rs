//! The rules of selection that all strategies share (Dubbo's `AbstractClusterInvoker.select`).
//!
//! ```text
//!   one candidate ───────────────────────────────▶ it
//!   sticky and still good ───────────────────────▶ the last one
//!   load balance: available and not tried yet ───▶ its choice
//!   else: again among the available untried ─────▶ its choice
//!   else: among the available tried ─────────────▶ its choice
//!   else ────────────────────────────────────────▶ the one behind the first choice
//! ```

use std::sync::{Arc, Weak};

use crate::{Candidates, Member, loadbalance::Selection, plan::Sticky};

/// Picks the member for a try; `None` only when there are no candidates. `tried` are the members
/// that this call has been to.
pub(crate) fn select(
    selection: &Selection<'_>,
    candidates: &Candidates<'_>,
    tried: &[Arc<Member>],
) -> Option<Arc<Member>> {
    match candidates.len() {
        0 => return None,
        1 => return candidates.member(0).cloned(),
        _ => {}
    }
    let Some(sticky) = &selection.plan.sticky else {
        return pick(selection, candidates, tried);
    };
    if let Some(last) = stuck_to(sticky, selection, candidates, tried) {
        return Some(last);
    }
    let picked = pick(selection, candidates, tried)?;
    *sticky.last.lock() = Arc::downgrade(&picked);
    Some(picked)
}

fn stuck_to(
    sticky: &Sticky,
    selection: &Selection<'_>,
    candidates: &Candidates<'_>,
    tried: &[Arc<Member>],
) -> Option<Arc<Member>> {
    let last = Weak::upgrade(&sticky.last.lock())?;
    let is_good = candidates.iter().any(|member| Arc::ptr_eq(member, &last))
        && is_callable(selection, &last)
        && !contains(tried, &last);
    is_good.then_some(last)
}

fn pick(
    selection: &Selection<'_>,
    candidates: &Candidates<'_>,
    tried: &[Arc<Member>],
) -> Option<Arc<Member>> {
    let balance = &selection.plan.load_balance;
    let first = balance.select(selection, candidates);
    let first = if first < candidates.len() { first } else { 0 };
    let member = candidates.member(first)?;
    if !contains(tried, member) && is_callable(selection, member) {
        return Some(Arc::clone(member));
    }
    let is_fresh = |index: &usize| {
        candidates
            .member(*index)
            .is_some_and(|member| !contains(tried, member) && is_callable(selection, member))
    };
    let length = candidates.len();
    let mut fresh = Vec::new();
    if length > RESELECT_MAX && !balance.follows_key() {
        let draws = (0..RESELECT_MAX).map(|_| selection.random.index(length));
        fresh.extend(draws.filter(is_fresh));
    }
    if fresh.is_empty() {
        // The sample only saves work: while one can be called, no call goes to one that cannot.
        fresh.extend((0..length).filter(is_fresh));
    }
    let seen: Vec<usize> = if fresh.is_empty() {
        let is_seen = |index: &usize| {
            candidates
                .member(*index)
                .is_some_and(|member| contains(tried, member) && member.is_available())
        };
        (0..length).filter(is_seen).collect()
    } else {
        fresh
    };
    if seen.is_empty() {
        return candidates.member((first + 1) % length).cloned();
    }
    let narrowed = candidates.only(&seen);
    let choice = match narrowed.len() {
        1 => 0,
        _ => balance.select(selection, &narrowed),
    };
    narrowed
        .member(choice)
        .or_else(|| narrowed.member(0))
        .cloned()
}

/// Whether the settings let the member be chosen as it is.
fn is_callable(selection: &Selection<'_>, member: &Member) -> bool {
    !selection.plan.checks_available || member.is_available()
}

fn contains(members: &[Arc<Member>], member: &Arc<Member>) -> bool {
    members.iter().any(|known| Arc::ptr_eq(known, member))
}

/// Dubbo's `dubbo.reselect.count`: of longer lists a random sample of this size is looked at first.
const RESELECT_MAX: usize = 10;
