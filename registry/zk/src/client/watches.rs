//! Which watches the client holds, which of them an event means, and how to arm them again.

use std::collections::{BTreeMap, HashMap};

use crate::{EventType, Request, SetWatches, SetWatches2, Zxid, path};

/// Names one watch of one user; chosen by the shell, never twice the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchId(pub u64);

/// How a watch is armed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WatchKind {
    /// On a node that exists, once: its data and its end.
    Data,
    /// On a node that was missing, once: its birth.
    Exist,
    /// On a node's children list, once.
    Child,
    /// On a node and its children list, until removed.
    Persistent,
    /// On a node and all below it, until removed.
    PersistentRecursive,
}

/// All watches of a client. On the wire a watch is a (path, kind); here each has its users.
#[derive(Clone, Debug, Default)]
pub(super) struct WatchTable {
    by_kind: BTreeMap<WatchKind, BTreeMap<String, Vec<WatchId>>>,
    by_id: HashMap<WatchId, (WatchKind, String)>,
}

impl WatchKind {
    const fn is_one_shot(self) -> bool {
        matches!(self, Self::Data | Self::Exist | Self::Child)
    }
}

impl WatchTable {
    pub(super) fn insert(&mut self, id: WatchId, kind: WatchKind, path: String) {
        self.by_kind
            .entry(kind)
            .or_default()
            .entry(path.clone())
            .or_default()
            .push(id);
        self.by_id.insert(id, (kind, path));
    }

    /// Forgets one user's watch. Says which watch the server could forget too, if that was its
    /// last user.
    pub(super) fn remove(&mut self, id: WatchId) -> Option<(WatchKind, String)> {
        let (kind, path) = self.by_id.remove(&id)?;
        let paths = self.by_kind.get_mut(&kind)?;
        let users = paths.get_mut(&path)?;
        users.retain(|user| *user != id);
        if !users.is_empty() {
            return None;
        }
        paths.remove(&path);
        Some((kind, path))
    }

    /// The users that an event means. One-shot watches are used up by it.
    pub(super) fn fire(&mut self, event: EventType, node: &str) -> Vec<WatchId> {
        let kinds: &[WatchKind] = match event {
            EventType::NodeCreated | EventType::NodeDataChanged => &[
                WatchKind::Data,
                WatchKind::Exist,
                WatchKind::Persistent,
                WatchKind::PersistentRecursive,
            ],
            EventType::NodeDeleted => &[
                WatchKind::Data,
                WatchKind::Exist,
                WatchKind::Child,
                WatchKind::Persistent,
                WatchKind::PersistentRecursive,
            ],
            EventType::NodeChildrenChanged => &[WatchKind::Child, WatchKind::Persistent],
            _ => &[],
        };
        let mut fired = Vec::new();
        for kind in kinds {
            match kind {
                kind if kind.is_one_shot() => fired.extend(self.take(*kind, node)),
                WatchKind::PersistentRecursive => {
                    let mut at = Some(node);
                    while let Some(path) = at {
                        fired.extend_from_slice(self.users(*kind, path));
                        at = path::parent(path);
                    }
                }
                kind => fired.extend_from_slice(self.users(*kind, node)),
            }
        }
        fired
    }

    /// Forgets everything, because the session has ended; returns all users.
    pub(super) fn clear(&mut self) -> Vec<WatchId> {
        self.by_kind.clear();
        let mut ids: Vec<WatchId> = self.by_id.drain().map(|(id, _)| id).collect();
        ids.sort_unstable();
        ids
    }

    /// The requests that arm everything again after a reconnect.
    ///
    /// Each holds at most [`REARM_BYTES_MAX`] of path text, so that none passes the server's frame
    /// limit. Without persistent watches it is the old setWatches, which servers before 3.6 know.
    pub(super) fn rearm(&self, relative_zxid: Zxid) -> Vec<Request> {
        let with_persistent =
            self.has(WatchKind::Persistent) || self.has(WatchKind::PersistentRecursive);
        let mut requests = Vec::new();
        let mut batch = Batch::default();
        for (kind, paths) in &self.by_kind {
            for path in paths.keys() {
                if batch.bytes > 0 && batch.bytes + path.len() > REARM_BYTES_MAX {
                    requests
                        .push(std::mem::take(&mut batch).request(relative_zxid, with_persistent));
                }
                batch.push(*kind, path);
            }
        }
        if batch.bytes > 0 {
            requests.push(batch.request(relative_zxid, with_persistent));
        }
        requests
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    fn has(&self, kind: WatchKind) -> bool {
        self.by_kind
            .get(&kind)
            .is_some_and(|paths| !paths.is_empty())
    }

    fn users(&self, kind: WatchKind, path: &str) -> &[WatchId] {
        self.by_kind
            .get(&kind)
            .and_then(|paths| paths.get(path))
            .map_or(&[], Vec::as_slice)
    }

    fn take(&mut self, kind: WatchKind, path: &str) -> Vec<WatchId> {
        let users = self
            .by_kind
            .get_mut(&kind)
            .and_then(|paths| paths.remove(path))
            .unwrap_or_default();
        for id in &users {
            self.by_id.remove(id);
        }
        users
    }
}

#[derive(Debug, Default)]
struct Batch {
    bytes: usize,
    paths: BTreeMap<WatchKind, Vec<String>>,
}

impl Batch {
    fn push(&mut self, kind: WatchKind, path: &str) {
        self.bytes += path.len();
        self.paths.entry(kind).or_default().push(path.to_owned());
    }

    fn request(mut self, relative_zxid: Zxid, with_persistent: bool) -> Request {
        let mut of = |kind| self.paths.remove(&kind).unwrap_or_default();
        let (data, exist, child) = (
            of(WatchKind::Data),
            of(WatchKind::Exist),
            of(WatchKind::Child),
        );
        if with_persistent {
            Request::SetWatches2(SetWatches2 {
                relative_zxid,
                data,
                exist,
                child,
                persistent: of(WatchKind::Persistent),
                persistent_recursive: of(WatchKind::PersistentRecursive),
            })
        } else {
            Request::SetWatches(SetWatches {
                relative_zxid,
                data,
                exist,
                child,
            })
        }
    }
}

/// Path text in one re-arming request; Java's client takes the same 128 KiB.
const REARM_BYTES_MAX: usize = 128 * 1024;
