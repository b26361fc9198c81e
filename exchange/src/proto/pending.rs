//! The table of pending calls.
//!
//! A vector that is keyed by the id itself: id = generation << 32 | slot index. A lookup is an index
//! and a compare. Whatever answers an earlier use of a slot carries an earlier generation and is
//! dropped, so no answer ever reaches a call that it was not made for. A generation comes round after
//! 2^32 uses of one slot, long after any deadline.

use std::{
    task::{Poll, Waker},
    time::Instant,
};

use tenfold_transport::CloseReason;

use crate::{Progress, RequestId};

/// A slot index that no slot has.
const NIL: u32 = u32::MAX;

/// Calls in flight, each in a slot of its own.
#[derive(Debug)]
pub struct Pending<R> {
    slots: Vec<Slot<R>>,
    /// What only time and loss ask for, apart from what every answer touches: the slots of many
    /// calls are to fit into a processor's nearest cache.
    terms: Vec<Terms>,
    failures: Vec<Failure>,
    /// Free slots, the one that was used last on top: it is the likeliest to be in a cache.
    free: Vec<u32>,
    used: u32,
    /// Slots whose call is waited for and not done.
    open: u32,
    limit: u32,
    /// The generation that a fresh slot begins with.
    generation: u32,
    /// No deadline is earlier than this.
    earliest: Option<Instant>,
    stale: u64,
    duplicate: u64,
}

/// Which call: its slot, and which use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey(u64);

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome<R> {
    /// It was answered.
    Answer(R),
    /// Its deadline passed.
    Timeout(Progress),
    /// The connection ended.
    Closed(CloseReason, Progress),
    /// Its answer was longer than is allowed.
    AnswerTooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

/// The parts are fields of their own, not an enum's: each is then written where it stays, and
/// nothing is moved about. A slot with an answer of five words is one cache line.
#[derive(Debug)]
#[repr(align(64))]
struct Slot<R> {
    generation: u32,
    state: State,
    /// In a waiting slot: whom to wake.
    waker: Option<Waker>,
    /// In a done slot: the answer; `None` says that the call failed.
    answer: Option<R>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Waiting,
    Abandoned,
    Done,
}

#[derive(Clone, Copy, Debug)]
struct Terms {
    deadline: Instant,
    /// Where the request ends in the stream of what was appended.
    end: u64,
}

/// Why the call of a done slot has no answer.
#[derive(Clone, Copy, Debug)]
enum Failure {
    None,
    Timeout(Progress),
    Closed(CloseReason, Progress),
    AnswerTooLarge { bytes: usize, limit: usize },
}

impl<R> Pending<R> {
    /// An empty table of at most `limit` slots.
    pub fn new(limit: u32) -> Self {
        Self {
            slots: Vec::new(),
            terms: Vec::new(),
            failures: Vec::new(),
            free: Vec::new(),
            used: 0,
            open: 0,
            // The last index marks ids that belong to no call, see `CallKey::no_call`.
            limit: limit.min(NIL - 1),
            generation: 1,
            earliest: None,
            stale: 0,
            duplicate: 0,
        }
    }

    /// Takes a slot for a call whose request ends at `end` in the stream of what was appended;
    /// `None` when all are taken.
    #[inline]
    pub fn begin(&mut self, deadline: Instant, end: u64) -> Option<CallKey> {
        if self.used >= self.limit {
            return None;
        }
        let terms = Terms { deadline, end };
        let key = match self.free.pop() {
            Some(index) => self.begin_in_free_slot(index, terms)?,
            None => self.begin_in_fresh_slot(terms)?,
        };
        self.used += 1;
        self.open += 1;
        self.earliest = Some(self.earliest.map_or(deadline, |at| at.min(deadline)));
        Some(key)
    }

    #[inline]
    fn begin_in_free_slot(&mut self, index: u32, terms: Terms) -> Option<CallKey> {
        let at = index as usize;
        *self.terms.get_mut(at)? = terms;
        let slot = self.slots.get_mut(at)?;
        slot.state = State::Waiting;
        Some(CallKey::new(index, slot.generation))
    }

    #[cold]
    fn begin_in_fresh_slot(&mut self, terms: Terms) -> Option<CallKey> {
        let index = u32::try_from(self.slots.len()).ok()?;
        self.slots.push(Slot {
            generation: self.generation,
            state: State::Waiting,
            waker: None,
            answer: None,
        });
        self.terms.push(terms);
        self.failures.push(Failure::None);
        Some(CallKey::new(index, self.generation))
    }

    /// Takes the outcome of a call, or leaves `waker` to be woken when there is one.
    ///
    /// A key that was taken already is never ready again.
    #[inline]
    pub fn poll(&mut self, key: CallKey, waker: &Waker) -> Poll<Outcome<R>> {
        let Some(slot) = self.slot(key) else {
            return Poll::Pending;
        };
        match slot.state {
            State::Waiting => {
                match &mut slot.waker {
                    Some(left) if left.will_wake(waker) => {}
                    left => *left = Some(waker.clone()),
                }
                Poll::Pending
            }
            State::Done => {
                let answer = slot.answer.take();
                self.release(key.index());
                Poll::Ready(match answer {
                    Some(answer) => Outcome::Answer(answer),
                    None => self.failure(key.index()),
                })
            }
            State::Free | State::Abandoned => Poll::Pending,
        }
    }

    /// Nobody waits for the call any more. Its slot stays taken until the answer comes, the
    /// deadline passes or the connection ends, because the peer is still busy with it.
    pub fn abandon(&mut self, key: CallKey) {
        let Some(slot) = self.slot(key) else { return };
        match slot.state {
            State::Waiting => {
                slot.state = State::Abandoned;
                slot.waker = None;
                self.open -= 1;
            }
            State::Done => {
                slot.answer = None;
                self.release(key.index());
            }
            State::Free | State::Abandoned => {}
        }
    }

    /// An answer came. Says whom to wake; an answer that no call waits for is never made, but
    /// counted.
    #[inline]
    pub fn complete(&mut self, id: RequestId, answer: impl FnOnce() -> R) -> Option<Waker> {
        let key = CallKey::from(id);
        let Some(slot) = self.slot(key) else {
            self.stale += 1;
            return None;
        };
        match slot.state {
            State::Waiting => {
                slot.answer = Some(answer());
                slot.state = State::Done;
                let waker = slot.waker.take();
                self.open -= 1;
                waker
            }
            State::Abandoned => {
                self.release(key.index());
                None
            }
            State::Done | State::Free => {
                self.duplicate += 1;
                None
            }
        }
    }

    /// An answer came that is longer than is allowed. Says whom to wake.
    pub fn refuse(&mut self, id: RequestId, bytes: usize, limit: usize) -> Option<Waker> {
        let key = CallKey::from(id);
        if self.slot(key).is_none() {
            self.stale += 1;
            return None;
        }
        let mut wakers = Vec::new();
        let failure = Failure::AnswerTooLarge { bytes, limit };
        self.end(key.index() as usize, failure, &mut wakers);
        wakers.pop()
    }

    /// Ends every call whose deadline has passed at `now`; `written` is how much of the stream was
    /// written.
    pub fn sweep(&mut self, now: Instant, written: u64, wakers: &mut Vec<Waker>) {
        if self.earliest.is_none_or(|at| now < at) {
            return;
        }
        self.earliest = None;
        for index in 0..self.slots.len() {
            let (Some(slot), Some(terms)) = (self.slots.get(index), self.terms.get(index)) else {
                return;
            };
            if !matches!(slot.state, State::Waiting | State::Abandoned) {
                continue;
            }
            let Terms { deadline, end } = *terms;
            if now < deadline {
                self.earliest = Some(self.earliest.map_or(deadline, |at| at.min(deadline)));
                continue;
            }
            let failure = Failure::Timeout(Progress::of(end, written));
            self.end(index, failure, wakers);
        }
    }

    /// The connection ended: so does every call.
    pub fn fail_all(&mut self, reason: CloseReason, written: u64, wakers: &mut Vec<Waker>) {
        self.earliest = None;
        for index in 0..self.slots.len() {
            let end = self.terms.get(index).map_or(0, |terms| terms.end);
            let failure = Failure::Closed(reason, Progress::of(end, written));
            self.end(index, failure, wakers);
        }
    }

    /// Gives the table's memory back if no slot is taken. Generations go on where they were.
    pub fn release_memory(&mut self) {
        if self.used == 0 && !self.slots.is_empty() {
            let used = self.slots.iter().map(|slot| slot.generation);
            self.generation = used.max().unwrap_or(self.generation).wrapping_add(1);
            self.slots = Vec::new();
            self.terms = Vec::new();
            self.failures = Vec::new();
            self.free = Vec::new();
        }
    }

    /// A moment not later than the earliest deadline.
    pub fn earliest_deadline(&self) -> Option<Instant> {
        self.earliest
    }

    /// Whether a slot can be taken.
    pub fn has_room(&self) -> bool {
        self.used < self.limit
    }

    /// Slots that are taken.
    pub fn used(&self) -> usize {
        self.used as usize
    }

    /// Calls that somebody waits for and that are not done.
    pub fn open(&self) -> usize {
        self.open as usize
    }

    /// Answers that came for a slot that was free or in a later use: late, or a second time.
    pub fn stale_answers(&self) -> u64 {
        self.stale
    }

    /// Answers that came for a call that was done and not yet taken.
    pub fn duplicate_answers(&self) -> u64 {
        self.duplicate
    }

    /// Ends the call of a slot, if it has one that is not done.
    fn end(&mut self, index: usize, failure: Failure, wakers: &mut Vec<Waker>) {
        let (slot, told) = (self.slots.get_mut(index), self.failures.get_mut(index));
        let (Some(slot), Some(told)) = (slot, told) else {
            return;
        };
        match slot.state {
            State::Waiting => {
                wakers.extend(slot.waker.take());
                slot.state = State::Done;
                *told = failure;
                self.open -= 1;
            }
            State::Abandoned => self.release(index as u32),
            State::Done | State::Free => {}
        }
    }

    #[cold]
    fn failure(&self, index: u32) -> Outcome<R> {
        let failure = self.failures.get(index as usize);
        match failure.copied().unwrap_or(Failure::None) {
            Failure::Timeout(progress) => Outcome::Timeout(progress),
            Failure::Closed(reason, progress) => Outcome::Closed(reason, progress),
            Failure::AnswerTooLarge { bytes, limit } => Outcome::AnswerTooLarge { bytes, limit },
            Failure::None => unreachable!("a done call has an answer or a failure"),
        }
    }

    #[inline]
    fn slot(&mut self, key: CallKey) -> Option<&mut Slot<R>> {
        let slot = self.slots.get_mut(key.index() as usize)?;
        let same_use = slot.generation == key.generation();
        (same_use && !matches!(slot.state, State::Free)).then_some(slot)
    }

    /// Frees a slot for its next use.
    #[inline]
    fn release(&mut self, index: u32) {
        if let Some(slot) = self.slots.get_mut(index as usize) {
            slot.state = State::Free;
            slot.generation = slot.generation.wrapping_add(1);
            self.free.push(index);
            self.used -= 1;
        }
    }
}

impl CallKey {
    #[inline]
    fn new(index: u32, generation: u32) -> Self {
        Self(u64::from(generation) << 32 | u64::from(index))
    }

    /// The `n`-th key that belongs to no call: for one-way requests and for heartbeats, which need
    /// an id and no slot.
    pub fn no_call(n: u32) -> Self {
        Self::new(NIL, n)
    }

    /// The id that goes over the wire.
    #[inline]
    pub fn id(self) -> RequestId {
        RequestId(self.0.cast_signed())
    }

    #[inline]
    fn index(self) -> u32 {
        (self.0 & u64::from(u32::MAX)) as u32
    }

    #[inline]
    fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl From<RequestId> for CallKey {
    #[inline]
    fn from(id: RequestId) -> Self {
        Self(id.0.cast_unsigned())
    }
}

impl Progress {
    /// How far a request has come that ends at `end`, when the stream is written up to `written`.
    pub(crate) fn of(end: u64, written: u64) -> Self {
        if end <= written {
            Self::Written
        } else {
            Self::Queued
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[inline]
    fn poll(table: &mut Pending<u32>, key: CallKey) -> Poll<Outcome<u32>> {
        table.poll(key, Waker::noop())
    }

    #[test]
    fn an_answer_reaches_its_call_once() {
        let now = Instant::now();
        let mut table = Pending::new(4);
        let key = table.begin(now + SECOND, 10).expect("room");
        assert!(poll(&mut table, key).is_pending());
        assert!(table.complete(key.id(), || 5).is_some());
        assert!(table.complete(key.id(), || 6).is_none());
        assert_eq!(table.duplicate_answers(), 1);
        assert_eq!(poll(&mut table, key), Poll::Ready(Outcome::Answer(5)));
        assert!(poll(&mut table, key).is_pending());
        assert!(table.complete(key.id(), || 7).is_none());
        assert_eq!(table.stale_answers(), 1);
        assert_eq!(table.used(), 0);
    }

    #[test]
    fn a_late_answer_does_not_reach_the_next_use_of_the_slot() {
        let now = Instant::now();
        let mut table = Pending::new(1);
        let first = table.begin(now + SECOND, 10).expect("room");
        table.sweep(now + SECOND, 10, &mut Vec::new());
        assert_eq!(
            poll(&mut table, first),
            Poll::Ready(Outcome::Timeout(Progress::Written))
        );
        let second = table.begin(now + 2 * SECOND, 20).expect("room");
        assert_ne!(first.id(), second.id());
        table.complete(first.id(), || 1);
        assert!(poll(&mut table, second).is_pending());
        table.complete(second.id(), || 2);
        assert_eq!(poll(&mut table, second), Poll::Ready(Outcome::Answer(2)));
    }

    #[test]
    fn an_abandoned_slot_stays_taken_until_its_answer_comes() {
        let now = Instant::now();
        let mut table = Pending::new(1);
        let key = table.begin(now + SECOND, 10).expect("room");
        table.abandon(key);
        assert_eq!((table.used(), table.open()), (1, 0));
        assert!(table.begin(now + SECOND, 20).is_none());
        table.complete(key.id(), || 1);
        assert_eq!(table.used(), 0);
        assert_eq!(table.stale_answers() + table.duplicate_answers(), 0);
    }

    #[test]
    fn an_abandoned_slot_is_freed_by_its_deadline_and_by_loss() {
        let now = Instant::now();
        let mut table = Pending::<u32>::new(2);
        for deadline in [now + SECOND, now + 5 * SECOND] {
            let key = table.begin(deadline, 10).expect("room");
            table.abandon(key);
        }
        table.sweep(now + SECOND, 0, &mut Vec::new());
        assert_eq!(table.used(), 1);
        assert_eq!(table.earliest_deadline(), Some(now + 5 * SECOND));
        table.fail_all(CloseReason::Peer, 0, &mut Vec::new());
        assert_eq!(table.used(), 0);
    }

    #[test]
    fn loss_tells_what_was_written_from_what_was_not() {
        let now = Instant::now();
        let mut table = Pending::<u32>::new(2);
        let first = table.begin(now + SECOND, 100).expect("room");
        let second = table.begin(now + SECOND, 200).expect("room");
        table.fail_all(CloseReason::Peer, 199, &mut Vec::new());
        assert_eq!(
            poll(&mut table, first),
            Poll::Ready(Outcome::Closed(CloseReason::Peer, Progress::Written))
        );
        assert_eq!(
            poll(&mut table, second),
            Poll::Ready(Outcome::Closed(CloseReason::Peer, Progress::Queued))
        );
    }

    #[test]
    fn memory_given_back_does_not_bring_an_id_back() {
        let now = Instant::now();
        let mut table = Pending::<u32>::new(8);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..50 {
            let keys: Vec<_> = (0..4)
                .map(|_| table.begin(now + SECOND, 0).expect("room"))
                .collect();
            for key in keys {
                assert!(seen.insert(key.id()), "{key:?} came twice");
                table.complete(key.id(), || 0);
                assert!(poll(&mut table, key).is_ready());
            }
            table.release_memory();
        }
    }
}
