//! The two tables of watches and what a change triggers.
//!
//! A registration is a set of modes at (connection, path, table). A one-shot watch is the mode that
//! goes when it fires; a persistent one stands in both tables, a recursive one in the data table
//! only, where it also hears of everything below.
//!
//! | change of N, child of P | data table on N | child table on N | child table on P |
//! | --- | --- | --- | --- |
//! | created | Created | | ChildrenChanged(P) |
//! | deleted | Deleted | Deleted, unless told already | ChildrenChanged(P) |
//! | data set | DataChanged | | |

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use tenfold_zk::{Acl, EventType, WatcherType};

use crate::core::entry::{Change, ChangeKind};

/// A connection's number on its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// An event and those who are to hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// What happened.
    pub kind: EventType,
    /// To which node.
    pub path: Arc<str>,
    /// Who may not read a node with this list is not told.
    pub acl: Arc<[Acl]>,
    /// The connections whose watches fired.
    pub connections: Vec<ConnectionId>,
}

/// How many watches there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Connections that watch something.
    pub connections: usize,
    /// Paths that somebody watches.
    pub paths: usize,
    /// Registrations.
    pub watches: usize,
}

/// All watches of one node.
#[derive(Debug, Default)]
pub struct WatchTable {
    data: Table,
    child: Table,
    by_connection: HashMap<ConnectionId, BTreeSet<(Side, Arc<str>)>>,
    /// How many recursive registrations there are: without any, no ancestor is looked at.
    recursive: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Data,
    Child,
}

/// Registrations by path; the connections of a path are in order, so that two runs tell them in the
/// same order.
#[derive(Debug, Default)]
struct Table {
    paths: HashMap<Arc<str>, BTreeMap<ConnectionId, Modes>>,
}

/// A set of modes as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Modes(u8);

impl Modes {
    const STANDARD: Self = Self(1);
    const PERSISTENT: Self = Self(2);
    const RECURSIVE: Self = Self(4);
    const ANY: Self = Self(7);

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl WatchTable {
    /// Arms a one-shot watch on a node's data, its end or, where it is missing, its birth.
    pub fn arm_data(&mut self, connection: ConnectionId, path: &str) {
        self.arm(Side::Data, connection, path, Modes::STANDARD);
    }

    /// Arms a one-shot watch on a node's children.
    pub fn arm_child(&mut self, connection: ConnectionId, path: &str) {
        self.arm(Side::Child, connection, path, Modes::STANDARD);
    }

    /// Arms a watch on a node and its children that stays.
    pub fn arm_persistent(&mut self, connection: ConnectionId, path: &str) {
        self.arm(Side::Data, connection, path, Modes::PERSISTENT);
        self.arm(Side::Child, connection, path, Modes::PERSISTENT);
    }

    /// Arms a watch on a node and everything below it that stays.
    pub fn arm_recursive(&mut self, connection: ConnectionId, path: &str) {
        self.arm(Side::Data, connection, path, Modes::RECURSIVE);
    }

    /// Takes the watches that a change fires and says who hears what, in the order in which it must
    /// be told.
    pub fn trigger(&mut self, change: &Change) -> Vec<Event> {
        let mut events = Vec::new();
        let kind = match change.kind {
            ChangeKind::Created => EventType::NodeCreated,
            ChangeKind::Deleted => EventType::NodeDeleted,
            ChangeKind::DataChanged => EventType::NodeDataChanged,
        };
        let heard = self.fire_data(&change.path);
        let mut deaf = Vec::new();
        if change.kind == ChangeKind::Deleted {
            deaf = self.fire_child(&change.path);
            deaf.retain(|connection| heard.binary_search(connection).is_err());
        }
        for connections in [heard, deaf] {
            if !connections.is_empty() {
                let (path, acl) = (Arc::clone(&change.path), Arc::clone(&change.acl));
                events.push(Event {
                    kind,
                    path,
                    acl,
                    connections,
                });
            }
        }
        if let Some(parent_acl) = &change.parent_acl {
            let parent = tenfold_zk::path::parent(&change.path).unwrap_or("/");
            let connections = self.fire_child(parent);
            if !connections.is_empty() {
                events.push(Event {
                    kind: EventType::NodeChildrenChanged,
                    path: Arc::from(parent),
                    acl: Arc::clone(parent_acl),
                    connections,
                });
            }
        }
        events
    }

    /// Whether the connection has a watch of that type on that path.
    #[must_use]
    pub fn contains(&self, connection: ConnectionId, path: &str, kind: WatcherType) -> bool {
        sides(kind).any(|(side, modes)| {
            self.table(side)
                .modes(connection, path)
                .is_some_and(|found| found.has(modes))
        })
    }

    /// Disarms the connection's watches of that type on that path; false if there is none.
    pub fn disarm(&mut self, connection: ConnectionId, path: &str, kind: WatcherType) -> bool {
        let mut found = false;
        for (side, modes) in sides(kind) {
            found |= self.take(side, connection, path, modes);
        }
        found
    }

    /// Forgets a connection.
    pub fn forget(&mut self, connection: ConnectionId) {
        for (side, path) in self.by_connection.remove(&connection).unwrap_or_default() {
            let removed = self.table_mut(side).remove(connection, &path);
            if removed.is_some_and(|modes| modes.has(Modes::RECURSIVE)) {
                self.recursive = self.recursive.saturating_sub(1);
            }
        }
    }

    /// How many registrations a connection has.
    #[must_use]
    pub fn count_of(&self, connection: ConnectionId) -> usize {
        self.by_connection.get(&connection).map_or(0, BTreeSet::len)
    }

    /// How many watches there are.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let child_only = self
            .child
            .paths
            .keys()
            .filter(|path| !self.data.paths.contains_key(*path))
            .count();
        Summary {
            connections: self.by_connection.len(),
            paths: self.data.paths.len().saturating_add(child_only),
            watches: self.by_connection.values().map(BTreeSet::len).sum(),
        }
    }

    /// The paths that each connection watches, each once, by connection.
    #[must_use]
    pub fn by_connection(&self) -> BTreeMap<ConnectionId, BTreeSet<Arc<str>>> {
        let paths = |set: &BTreeSet<(Side, Arc<str>)>| {
            set.iter().map(|(_, path)| Arc::clone(path)).collect()
        };
        self.by_connection
            .iter()
            .map(|(connection, set)| (*connection, paths(set)))
            .collect()
    }

    fn arm(&mut self, side: Side, connection: ConnectionId, path: &str, mode: Modes) {
        let key = self
            .table(side)
            .paths
            .get_key_value(path)
            .map(|(key, _)| Arc::clone(key));
        let key = key.unwrap_or_else(|| Arc::from(path));
        let registrations = self
            .table_mut(side)
            .paths
            .entry(Arc::clone(&key))
            .or_default();
        let modes = registrations.entry(connection).or_insert(Modes(0));
        let fresh = !modes.has(mode);
        *modes = modes.with(mode);
        if fresh && mode == Modes::RECURSIVE {
            self.recursive = self.recursive.saturating_add(1);
        }
        self.by_connection
            .entry(connection)
            .or_default()
            .insert((side, key));
    }

    /// Takes modes away; true if one of them was there.
    fn take(&mut self, side: Side, connection: ConnectionId, path: &str, modes: Modes) -> bool {
        let Some(found) = self.table(side).modes(connection, path) else {
            return false;
        };
        if !found.has(modes) {
            return false;
        }
        if found.has(Modes::RECURSIVE) && modes.has(Modes::RECURSIVE) {
            self.recursive = self.recursive.saturating_sub(1);
        }
        let left = found.without(modes);
        if left == Modes(0) {
            self.table_mut(side).remove(connection, path);
            self.unlist(side, connection, path);
        } else if let Some(registrations) = self.table_mut(side).paths.get_mut(path) {
            registrations.insert(connection, left);
        }
        true
    }

    /// The connections that hear of a change of `path` through the data table, in order.
    fn fire_data(&mut self, path: &str) -> Vec<ConnectionId> {
        let mut heard: BTreeSet<ConnectionId> = self.fire(Side::Data, path).into_iter().collect();
        if self.recursive > 0 {
            let mut at = path;
            while let Some(parent) = tenfold_zk::path::parent(at) {
                let above = self.data.paths.get(parent).into_iter().flatten();
                heard.extend(
                    above
                        .filter(|(_, modes)| modes.has(Modes::RECURSIVE))
                        .map(|one| one.0),
                );
                at = parent;
            }
        }
        heard.into_iter().collect()
    }

    fn fire_child(&mut self, path: &str) -> Vec<ConnectionId> {
        self.fire(Side::Child, path)
    }

    /// Everybody registered at exactly this path; one-shot watches are used up.
    fn fire(&mut self, side: Side, path: &str) -> Vec<ConnectionId> {
        let Some(registrations) = self.table(side).paths.get(path) else {
            return Vec::new();
        };
        let heard: Vec<ConnectionId> = registrations.keys().copied().collect();
        for connection in &heard {
            self.take(side, *connection, path, Modes::STANDARD);
        }
        heard
    }

    fn unlist(&mut self, side: Side, connection: ConnectionId, path: &str) {
        if let Some(set) = self.by_connection.get_mut(&connection) {
            set.remove(&(side, Arc::from(path)));
            if set.is_empty() {
                self.by_connection.remove(&connection);
            }
        }
    }

    fn table(&self, side: Side) -> &Table {
        match side {
            Side::Data => &self.data,
            Side::Child => &self.child,
        }
    }

    fn table_mut(&mut self, side: Side) -> &mut Table {
        match side {
            Side::Data => &mut self.data,
            Side::Child => &mut self.child,
        }
    }
}

impl Table {
    fn modes(&self, connection: ConnectionId, path: &str) -> Option<Modes> {
        self.paths.get(path)?.get(&connection).copied()
    }

    fn remove(&mut self, connection: ConnectionId, path: &str) -> Option<Modes> {
        let registrations = self.paths.get_mut(path)?;
        let modes = registrations.remove(&connection);
        if registrations.is_empty() {
            self.paths.remove(path);
        }
        modes
    }
}

/// Where check and remove look for each type: since 3.9 children and data mean one-shot watches
/// only.
fn sides(kind: WatcherType) -> impl Iterator<Item = (Side, Modes)> {
    let (data, child) = match kind {
        WatcherType::Children => (None, Some(Modes::STANDARD)),
        WatcherType::Data => (Some(Modes::STANDARD), None),
        WatcherType::Persistent => (Some(Modes::PERSISTENT), Some(Modes::PERSISTENT)),
        WatcherType::PersistentRecursive => (Some(Modes::RECURSIVE), None),
        _ => (Some(Modes::ANY), Some(Modes::ANY)),
    };
    let side = |side, modes: Option<Modes>| modes.map(|modes| (side, modes));
    [side(Side::Data, data), side(Side::Child, child)]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: ConnectionId = ConnectionId(1);
    const YOU: ConnectionId = ConnectionId(2);

    fn change(kind: ChangeKind, path: &str) -> Change {
        let acl: Arc<[Acl]> = Arc::from(Acl::open());
        let parent_acl = (kind != ChangeKind::DataChanged).then(|| Arc::clone(&acl));
        Change {
            kind,
            path: Arc::from(path),
            acl,
            parent_acl,
        }
    }

    fn fired(table: &mut WatchTable, kind: ChangeKind, path: &str) -> Vec<(i32, String, Vec<u64>)> {
        let told = |event: &Event| {
            let who = event.connections.iter().map(|one| one.0).collect();
            (event.kind.code(), event.path.to_string(), who)
        };
        table
            .trigger(&change(kind, path))
            .iter()
            .map(told)
            .collect()
    }

    fn told(kind: i32, path: &str, who: &[u64]) -> (i32, String, Vec<u64>) {
        (kind, path.to_owned(), who.to_vec())
    }

    #[test]
    fn one_shot_watches_fire_once() {
        let mut table = WatchTable::default();
        table.arm_data(ME, "/p/n");
        table.arm_data(ME, "/p/n");
        table.arm_child(YOU, "/p");
        let created = fired(&mut table, ChangeKind::Created, "/p/n");
        assert_eq!(created, [told(1, "/p/n", &[1]), told(4, "/p", &[2])]);
        assert_eq!(fired(&mut table, ChangeKind::DataChanged, "/p/n"), []);
        assert_eq!(table.summary(), Summary::default());
    }

    #[test]
    fn a_deleted_node_is_told_once_to_each_connection() {
        let mut table = WatchTable::default();
        table.arm_data(ME, "/n");
        table.arm_child(ME, "/n");
        table.arm_child(YOU, "/n");
        table.arm_child(YOU, "/");
        let deleted = fired(&mut table, ChangeKind::Deleted, "/n");
        assert_eq!(
            deleted,
            [told(2, "/n", &[1]), told(2, "/n", &[2]), told(4, "/", &[2])]
        );
        assert_eq!(table.summary().watches, 0);
    }

    #[test]
    fn persistent_watches_stay_and_hear_of_children() {
        let mut table = WatchTable::default();
        table.arm_persistent(ME, "/p");
        for _ in 0..2 {
            assert_eq!(
                fired(&mut table, ChangeKind::DataChanged, "/p"),
                [told(3, "/p", &[1])]
            );
            assert_eq!(
                fired(&mut table, ChangeKind::Created, "/p/c"),
                [told(4, "/p", &[1])]
            );
        }
        assert_eq!(fired(&mut table, ChangeKind::DataChanged, "/p/c"), []);
        assert_eq!(
            fired(&mut table, ChangeKind::Deleted, "/p"),
            [told(2, "/p", &[1])]
        );
    }

    #[test]
    fn recursive_watches_hear_of_everything_below_and_never_of_children() {
        let mut table = WatchTable::default();
        table.arm_recursive(ME, "/p");
        assert_eq!(
            fired(&mut table, ChangeKind::Created, "/p"),
            [told(1, "/p", &[1])]
        );
        assert_eq!(
            fired(&mut table, ChangeKind::Created, "/p/a/b"),
            [told(1, "/p/a/b", &[1])]
        );
        assert_eq!(fired(&mut table, ChangeKind::Created, "/pa"), []);
        table.arm_recursive(YOU, "/");
        assert_eq!(
            fired(&mut table, ChangeKind::Deleted, "/p/a"),
            [told(2, "/p/a", &[1, 2])]
        );
        table.forget(ME);
        table.forget(YOU);
        assert_eq!((table.recursive, table.summary()), (0, Summary::default()));
    }

    #[test]
    fn registrations_of_all_modes_collapse_into_one_event() {
        let mut table = WatchTable::default();
        table.arm_data(ME, "/p");
        table.arm_persistent(ME, "/p");
        table.arm_recursive(ME, "/p");
        assert_eq!(
            fired(&mut table, ChangeKind::DataChanged, "/p"),
            [told(3, "/p", &[1])]
        );
        assert!(!table.contains(ME, "/p", WatcherType::Data));
        assert!(table.contains(ME, "/p", WatcherType::Persistent));
        assert!(table.contains(ME, "/p", WatcherType::PersistentRecursive));
    }

    #[test]
    fn each_type_removes_its_own_watches_only() {
        let mut table = WatchTable::default();
        table.arm_data(ME, "/p");
        table.arm_child(ME, "/p");
        table.arm_persistent(ME, "/p");
        table.arm_recursive(ME, "/p");
        assert!(!table.disarm(YOU, "/p", WatcherType::Any));
        for kind in [
            WatcherType::Children,
            WatcherType::Data,
            WatcherType::Persistent,
            WatcherType::PersistentRecursive,
        ] {
            assert!(
                table.contains(ME, "/p", kind) && table.disarm(ME, "/p", kind),
                "{kind:?}"
            );
            assert!(
                !table.contains(ME, "/p", kind) && !table.disarm(ME, "/p", kind),
                "{kind:?}"
            );
        }
        assert!(!table.contains(ME, "/p", WatcherType::Any));
        assert_eq!((table.recursive, table.summary()), (0, Summary::default()));
    }
}
