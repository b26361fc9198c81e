//! The table of all rows, and the filters that fill it.

use std::{collections::HashMap, sync::Arc};

use parking_lot::RwLock;
use tenfold_common::{Url, keys};
use tenfold_protocol::{Filter, ServiceDescriptor, Side};

use crate::{
    Snapshot,
    cell::{Cell, RowKey},
    filter::{CallFilter, ServedFilter},
};

/// Counts the calls of one application. Clones count into the same table.
///
/// At most 4096 rows are kept; what would be the next one is counted in a row of its service that
/// has `(other)` for method and peer. A row takes up to 19 KiB for each of up to four threads,
/// 11 KiB while no call takes longer than 134 ms.
#[derive(Clone)]
pub struct Statistics {
    pub(crate) table: Arc<Table>,
}

/// All rows.
pub(crate) struct Table {
    application: Arc<str>,
    rows_max: usize,
    cells: RwLock<HashMap<RowKey, Arc<Cell>>>,
}

impl Statistics {
    /// Statistics of the application with that name, nothing counted.
    pub fn new(application: &str) -> Self {
        Self::with_rows_max(application, ROWS_MAX)
    }

    /// The same with another limit of rows.
    pub fn with_rows_max(application: &str, rows_max: usize) -> Self {
        Self {
            table: Arc::new(Table {
                application: application.into(),
                rows_max,
                cells: RwLock::default(),
            }),
        }
    }

    /// A consumer's filter around whole calls: a row for each method of `service`, in which a call
    /// counts once however many tries it took.
    pub fn per_call(&self, service: &ServiceDescriptor) -> Arc<dyn Filter> {
        Arc::new(CallFilter::new(&self.table, service, None, None))
    }

    /// A consumer's filter around the tries that go to `provider`: a row for each method, with the
    /// provider's address. `provider` is the merged URL, which holds the provider's application.
    pub fn per_try(&self, service: &ServiceDescriptor, provider: &Url) -> Arc<dyn Filter> {
        Arc::new(CallFilter::new(
            &self.table,
            service,
            Some(provider.address().into()),
            provider.param(keys::REMOTE_APPLICATION).map(Arc::from),
        ))
    }

    /// A provider's filter around the calls of `service` that it serves: a row for each method and
    /// consumer.
    pub fn on_provider(&self, service: &ServiceDescriptor) -> Arc<dyn Filter> {
        Arc::new(ServedFilter::new(&self.table, service))
    }

    /// What was counted since the beginning or since the last [`Self::take`].
    pub fn snapshot(&self) -> Snapshot {
        self.read(false)
    }

    /// What was counted since the last time, and starts counting again from nothing: for windows.
    /// Rows that nobody counts into any more are dropped.
    pub fn take(&self) -> Snapshot {
        let snapshot = self.read(true);
        self.table
            .cells
            .write()
            .retain(|_, cell| Arc::strong_count(cell) > 1 || !cell.is_empty());
        snapshot
    }

    fn read(&self, reset: bool) -> Snapshot {
        // Cells are read after the lock is gone, so that a call that needs a new row never waits
        // for a whole snapshot.
        let cells: Vec<Arc<Cell>> = self.table.cells.read().values().cloned().collect();
        Snapshot::of(
            cells
                .iter()
                .map(|cell| cell.read(&self.table.application, reset))
                .filter(|row| !row.is_empty())
                .collect(),
        )
    }
}

impl Table {
    /// The cell of a row, which is made if it is not there.
    pub(crate) fn cell(&self, key: RowKey) -> Arc<Cell> {
        if let Some(cell) = self.cells.read().get(&key) {
            return Arc::clone(cell);
        }
        let mut cells = self.cells.write();
        let key = if cells.len() < self.rows_max || cells.contains_key(&key) {
            key
        } else {
            other(&key.service, key.side)
        };
        Arc::clone(
            cells
                .entry(key.clone())
                .or_insert_with(|| Arc::new(Cell::new(key))),
        )
    }
}

/// The row of a service that counts what no other row can.
pub(crate) fn other(service: &Arc<str>, side: Side) -> RowKey {
    RowKey {
        service: Arc::clone(service),
        method: OTHER.into(),
        side,
        peer: Some(OTHER.into()),
        peer_application: None,
    }
}

const OTHER: &str = "(other)";

/// A thousand providers with four methods each; past it somebody makes up names, or a process
/// knows more peers than a table can show.
const ROWS_MAX: usize = 4096;
