//! What was counted, as values.

use std::collections::BTreeMap;

use tenfold_protocol::{ErrorKind, Side};

use crate::Durations;

/// What was counted up to a moment, or within a window.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Snapshot {
    /// The rows in order of side, service, method and peer.
    pub rows: Vec<Row>,
}

/// The calls of one method that one side made with, or for, one peer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// The application that counted.
    pub application: String,
    /// The service's key, `[group/]interface[:version]`.
    pub service: String,
    /// The method that the user means; for a generic call the one that its arguments name.
    pub method: String,
    /// The side that counted.
    pub side: Side,
    /// On a consumer the provider's `host:port`, or `None` in the row of whole calls, which counts
    /// a call once however many tries it took. On a provider the consumer's host.
    pub peer: Option<String>,
    /// The application of the peer, where it is known.
    pub peer_application: Option<String>,
    /// Calls that returned a value.
    pub succeeded: u64,
    /// Calls whose method threw: answered, so no failure of the framework.
    pub exceptions: u64,
    /// Calls that the framework could not carry out, by what happened.
    pub failures: BTreeMap<ErrorKind, u64>,
    /// Calls whose caller stopped waiting.
    pub abandoned: u64,
    /// Calls that have begun and not ended.
    pub in_flight: u64,
    /// How long the calls took that ended, whatever came of them.
    pub durations: Durations,
}

impl Snapshot {
    /// Adds the rows of another instance, thread or window: equal rows become one.
    pub fn merge(&mut self, other: &Self) {
        let mut rows: BTreeMap<_, Row> = std::mem::take(&mut self.rows)
            .into_iter()
            .map(|row| (row.identity(), row))
            .collect();
        for row in &other.rows {
            rows.entry(row.identity())
                .and_modify(|known| known.add(row))
                .or_insert_with(|| row.clone());
        }
        self.rows = rows.into_values().collect();
    }

    /// The rows that `keep` says to keep.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&Row) -> bool) -> Self {
        Self {
            rows: self.rows.iter().filter(|row| keep(row)).cloned().collect(),
        }
    }

    pub(crate) fn of(mut rows: Vec<Row>) -> Self {
        rows.sort_by_cached_key(Row::identity);
        Self { rows }
    }
}

impl Row {
    /// Calls that have ended: with a value, an exception or a failure, or left by their caller.
    pub fn calls(&self) -> u64 {
        self.answered() + self.failed() + self.abandoned
    }

    /// Calls that were answered, with a value or an exception.
    pub fn answered(&self) -> u64 {
        self.succeeded + self.exceptions
    }

    /// Calls that the framework could not carry out.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// The share of the calls that were answered, of those that were answered or failed; `None`
    /// when there are none. A call that its caller left is neither.
    pub fn success(&self) -> Option<f64> {
        let (answered, failed) = (self.answered(), self.failed());
        let ended = answered + failed;
        (ended > 0).then(|| answered as f64 / ended as f64)
    }

    /// Whether there is anything to tell.
    pub fn is_empty(&self) -> bool {
        self.calls() == 0 && self.in_flight == 0
    }

    /// Adds another row's counts.
    pub fn add(&mut self, other: &Self) {
        self.succeeded += other.succeeded;
        self.exceptions += other.exceptions;
        self.abandoned += other.abandoned;
        self.in_flight += other.in_flight;
        for (kind, count) in &other.failures {
            *self.failures.entry(*kind).or_default() += count;
        }
        self.durations.merge(&other.durations);
    }

    fn identity(&self) -> Identity {
        Identity {
            side: self.side,
            service: self.service.clone(),
            method: self.method.clone(),
            peer: self.peer.clone(),
            peer_application: self.peer_application.clone(),
            application: self.application.clone(),
        }
    }
}

/// What makes two rows the same one; the fields in the order by which rows are sorted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    side: Side,
    service: String,
    method: String,
    peer: Option<String>,
    peer_application: Option<String>,
    application: String,
}
