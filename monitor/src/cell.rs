//! Where calls of one row are counted: a few shards, so that threads seldom meet.

use std::{
    cell::Cell as ThreadCell,
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tenfold_protocol::{ErrorKind, Side};

use crate::{Durations, Row, recorder::Recorder};

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
    /// Calls that began on this shard; a call may end on another.
    begun: AtomicU64,
    counters: Mutex<Counters>,
}

#[derive(Default)]
struct Counters {
    window: Window,
    /// Calls that ended on this shard before the window.
    ended_before: u64,
}

/// What was counted since the last reset.
#[derive(Default)]
struct Window {
    succeeded: u64,
    exceptions: u64,
    abandoned: u64,
    failures: Vec<(ErrorKind, u64)>,
    recorder: Recorder,
}

impl Cell {
    pub(crate) fn new(key: RowKey) -> Self {
        let shards = std::thread::available_parallelism()
            .map_or(1, std::num::NonZero::get)
            .next_power_of_two()
            .min(SHARDS_MAX);
        Self {
            key,
            shards: (0..shards).map(|_| Shard::new()).collect(),
        }
    }

    /// A call begins.
    pub(crate) fn enter(&self) {
        self.shard().begun.fetch_add(1, Ordering::Relaxed);
    }

    /// A call has ended.
    pub(crate) fn leave(&self, ending: Ending, took: Duration) {
        let mut counters = self.shard().counters.lock();
        let window = &mut counters.window;
        window.recorder.add(took);
        match ending {
            Ending::Succeeded => window.succeeded += 1,
            Ending::Exception => window.exceptions += 1,
            Ending::Failed(kind) => window.fail(kind),
        }
    }

    /// The caller waits no longer.
    pub(crate) fn abandon(&self) {
        self.shard().counters.lock().window.abandoned += 1;
    }

    /// What was counted; with `reset` the counters start again from nothing.
    pub(crate) fn read(&self, application: &Arc<str>, reset: bool) -> Row {
        let mut row = Row {
            application: application.to_string(),
            service: self.key.service.to_string(),
            method: self.key.method.to_string(),
            side: self.key.side,
            peer: self.key.peer.as_deref().map(str::to_owned),
            peer_application: self.key.peer_application.as_deref().map(str::to_owned),
            succeeded: 0,
            exceptions: 0,
            failures: BTreeMap::new(),
            abandoned: 0,
            in_flight: 0,
            durations: Durations::new(),
        };
        let mut begun = 0_u64;
        let mut ended = 0_u64;
        for shard in &self.shards {
            let mut counters = shard.counters.lock();
            ended += counters.ended();
            if reset {
                counters.ended_before = counters.ended();
                let window = std::mem::take(&mut counters.window);
                drop(counters);
                window.add_to(&mut row);
            } else {
                counters.window.add_to(&mut row);
            }
        }
        // Read after the ends, so that no call has ended that has not begun.
        for shard in &self.shards {
            begun += shard.begun.load(Ordering::Relaxed);
        }
        row.in_flight = begun.saturating_sub(ended);
        row
    }

    /// Whether nothing is counted and no call in flight.
    pub(crate) fn is_empty(&self) -> bool {
        let mut ended = 0;
        for shard in &self.shards {
            let counters = shard.counters.lock();
            if counters.window.calls() > 0 {
                return false;
            }
            ended += counters.ended_before;
        }
        let begun: u64 = self
            .shards
            .iter()
            .map(|shard| shard.begun.load(Ordering::Relaxed))
            .sum();
        begun == ended
    }

    fn shard(&self) -> &Shard {
        // The number of shards is a power of two: a mask is cheaper than a division.
        &self.shards[thread_number() & (self.shards.len() - 1)]
    }
}

impl Shard {
    fn new() -> Self {
        Self {
            begun: AtomicU64::new(0),
            counters: Mutex::default(),
        }
    }
}

impl Counters {
    fn ended(&self) -> u64 {
        self.ended_before + self.window.calls()
    }
}

impl Window {
    fn calls(&self) -> u64 {
        let failed: u64 = self.failures.iter().map(|(_, count)| count).sum();
        self.succeeded + self.exceptions + self.abandoned + failed
    }

    fn fail(&mut self, kind: ErrorKind) {
        match self.failures.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => self.failures.push((kind, 1)),
        }
    }

    fn add_to(&self, row: &mut Row) {
        row.succeeded += self.succeeded;
        row.exceptions += self.exceptions;
        row.abandoned += self.abandoned;
        for (kind, count) in &self.failures {
            *row.failures.entry(*kind).or_default() += count;
        }
        if !self.recorder.is_empty() {
            row.durations.merge(&self.recorder.durations());
        }
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

/// More shards would seldom be less contended, and each has a table of up to 19 KiB.
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
