//! Where calls of one row are counted: a few shards, so that threads seldom meet.

use std::{
    cell::Cell as ThreadCell,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tenfold_protocol::{ErrorKind, Side};

use crate::{Durations, Row};

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RowKey {
    pub(crate) service: Arc<str>,
    pub(crate) method: Arc<str>,
    pub(crate) side: Side,
    pub(crate) peer: Option<Arc<str>>,
    pub(crate) peer_application: Option<Arc<str>>,
}

/// How a call ended, as far as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Succeeded,
    Exception,
    Failed(ErrorKind),
}

/// The counters of one row.
pub(crate) struct Cell {
    key: RowKey,
    shards: Box<[Shard]>,
}

/// A part of a cell, on cache lines of its own.
#[repr(align(128))]
struct Shard {
    /// Calls begun less calls ended on this shard; a call may end on another, so only the sum over
    /// all shards means something.
    in_flight: AtomicI64,
    counters: Mutex<Counters>,
}

#[derive(Default)]
struct Counters {
    succeeded: u64,
    exceptions: u64,
    abandoned: u64,
    failures: Vec<(ErrorKind, u64)>,
    durations: Durations,
}

impl Cell {
    pub(crate) fn new(key: RowKey) -> Self {
        let shards = std::thread::available_parallelism()
            .map_or(1, std::num::NonZero::get)
            .min(SHARDS_MAX);
        Self {
            key,
            shards: (0..shards).map(|_| Shard::new()).collect(),
        }
    }

    /// A call begins.
    pub(crate) fn enter(&self) {
        self.shard().in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// A call has ended.
    pub(crate) fn leave(&self, ending: Ending, took: Duration) {
        let shard = self.shard();
        shard.in_flight.fetch_sub(1, Ordering::Relaxed);
        let mut counters = shard.counters.lock();
        counters.durations.add(took);
        match ending {
            Ending::Succeeded => counters.succeeded += 1,
            Ending::Exception => counters.exceptions += 1,
            Ending::Failed(kind) => counters.fail(kind, 1),
        }
    }

    /// The caller waits no longer.
    pub(crate) fn abandon(&self) {
        let shard = self.shard();
        shard.in_flight.fetch_sub(1, Ordering::Relaxed);
        shard.counters.lock().abandoned += 1;
    }

    /// What was counted; with `reset` the counters start again from nothing.
    pub(crate) fn read(&self, application: &Arc<str>, reset: bool) -> Row {
        let mut in_flight = 0;
        let mut sum = Counters::default();
        for shard in &self.shards {
            in_flight += shard.in_flight.load(Ordering::Relaxed);
            let mut counters = shard.counters.lock();
            if reset {
                let taken = std::mem::take(&mut *counters);
                drop(counters);
                sum.merge(&taken);
            } else {
                sum.merge(&counters);
            }
        }
        Row {
            application: application.to_string(),
            service: self.key.service.to_string(),
            method: self.key.method.to_string(),
            side: self.key.side,
            peer: self.key.peer.as_deref().map(str::to_owned),
            peer_application: self.key.peer_application.as_deref().map(str::to_owned),
            succeeded: sum.succeeded,
            exceptions: sum.exceptions,
            failures: sum.failures.into_iter().collect(),
            abandoned: sum.abandoned,
            in_flight: u64::try_from(in_flight).unwrap_or(0),
            durations: sum.durations,
        }
    }

    /// Whether nothing is counted and no call in flight.
    pub(crate) fn is_empty(&self) -> bool {
        let in_flight: i64 = self
            .shards
            .iter()
            .map(|shard| shard.in_flight.load(Ordering::Relaxed))
            .sum();
        in_flight == 0
            && self
                .shards
                .iter()
                .all(|shard| shard.counters.lock().is_empty())
    }

    fn shard(&self) -> &Shard {
        &self.shards[thread_number() % self.shards.len()]
    }
}

impl Shard {
    fn new() -> Self {
        Self {
            in_flight: AtomicI64::new(0),
            counters: Mutex::default(),
        }
    }
}

impl Counters {
    fn fail(&mut self, kind: ErrorKind, times: u64) {
        match self.failures.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += times,
            None => self.failures.push((kind, times)),
        }
    }

    fn is_empty(&self) -> bool {
        self.durations.count() == 0 && self.abandoned == 0
    }

    fn merge(&mut self, other: &Self) {
        self.succeeded += other.succeeded;
        self.exceptions += other.exceptions;
        self.abandoned += other.abandoned;
        for (kind, times) in &other.failures {
            self.fail(*kind, *times);
        }
        self.durations.merge(&other.durations);
    }
}

/// Threads count themselves, so that neighbours take different shards.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: ThreadCell<usize> = const { ThreadCell::new(usize::MAX) };
    }
    NUMBER.with(|number| {
        if number.get() == usize::MAX {
            // One less than the mark of a thread without a number.
            number.set(NEXT.fetch_add(1, Ordering::Relaxed) % (usize::MAX - 1));
        }
        number.get()
    })
}

/// More shards would seldom be less contended, and each has a sketch of up to 16 KiB.
const SHARDS_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn cell() -> Cell {
        Cell::new(RowKey {
            service: "a.B".into(),
            method: "find".into(),
            side: Side::Consumer,
            peer: None,
            peer_application: None,
        })
    }

    #[test]
    fn counts_of_all_threads_add_up() {
        let cell = cell();
        std::thread::scope(|scope| {
            for thread in 0..8_u64 {
                let cell = &cell;
                scope.spawn(move || {
                    for _ in 0..1000 {
                        cell.enter();
                        let ending = match thread % 3 {
                            0 => Ending::Succeeded,
                            1 => Ending::Exception,
                            _ => Ending::Failed(ErrorKind::Timeout),
                        };
                        cell.leave(ending, Duration::from_micros(thread + 1));
                    }
                });
            }
        });
        let row = cell.read(&"app".into(), false);
        assert_eq!((row.succeeded, row.exceptions), (3000, 3000));
        assert_eq!(row.failures.get(&ErrorKind::Timeout), Some(&2000));
        assert_eq!(row.calls(), 8000);
        assert_eq!(row.in_flight, 0);
        assert_eq!(row.durations.count(), 8000);
    }

    #[test]
    fn a_call_may_end_on_another_thread() {
        let cell = cell();
        cell.enter();
        cell.enter();
        assert_eq!(cell.read(&"app".into(), false).in_flight, 2);
        std::thread::scope(|scope| {
            scope.spawn(|| cell.abandon());
            scope.spawn(|| cell.leave(Ending::Succeeded, Duration::from_millis(1)));
        });
        let row = cell.read(&"app".into(), true);
        assert_eq!((row.in_flight, row.abandoned, row.succeeded), (0, 1, 1));
        let empty = cell.read(&"app".into(), true);
        assert_eq!((empty.abandoned, empty.succeeded), (0, 0));
    }
}
