//! The znode tree: nodes by path, and the indexes that writes keep beside them.
//!
//! The tree checks nothing; [`super::write`] has done so before it calls. What it does keep is
//! arithmetic: a node's counters, its parent's, the sessions' ephemerals and the list of nodes that
//! may be reaped. Every step hands back an [`Undo`], so that a multi that fails half way leaves no
//! trace.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use bytes::Bytes;
use tenfold_zk::{Acl, SessionId, Stat, Zxid};

/// The nodes that a tree is born with and that cannot be deleted.
pub(crate) const SPECIAL: [&str; 4] = ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"];

/// What decides when a node goes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Nothing does.
    Persistent,
    /// The end of a session.
    Ephemeral(SessionId),
    /// Being left without children.
    Container,
    /// Being left without children and untouched for so many milliseconds.
    Ttl(i64),
}

/// A node.
#[derive(Debug, Clone)]
pub(crate) struct Znode {
    pub(crate) data: Option<Bytes>,
    pub(crate) acl: Arc<[Acl]>,
    pub(crate) owner: Owner,
    pub(crate) czxid: Zxid,
    pub(crate) mzxid: Zxid,
    pub(crate) pzxid: Zxid,
    pub(crate) ctime: i64,
    pub(crate) mtime: i64,
    pub(crate) version: i32,
    pub(crate) aversion: i32,
    /// How many children were ever created here; the sequential suffix and the wire's cversion come
    /// from it.
    pub(crate) created: i32,
    pub(crate) children: BTreeSet<Box<str>>,
}

impl Znode {
    /// A node at birth.
    pub(crate) fn born(
        data: Option<Bytes>,
        acl: Arc<[Acl]>,
        owner: Owner,
        zxid: Zxid,
        time: i64,
    ) -> Self {
        Self {
            data,
            acl,
            owner,
            czxid: zxid,
            mzxid: zxid,
            pzxid: zxid,
            ctime: time,
            mtime: time,
            version: 0,
            aversion: 0,
            created: 0,
            children: BTreeSet::new(),
        }
    }

    /// What clients see of it. The wire's cversion counts creations and deletions: twice the
    /// creations less the children that are left. Containers and nodes with a time to live show no
    /// owner.
    pub(crate) fn stat(&self) -> Stat {
        let num_children = i32::try_from(self.children.len()).unwrap_or(i32::MAX);
        Stat {
            czxid: self.czxid,
            mzxid: self.mzxid,
            ctime: self.ctime,
            mtime: self.mtime,
            version: self.version,
            cversion: self.created.wrapping_mul(2).wrapping_sub(num_children),
            aversion: self.aversion,
            ephemeral_owner: match self.owner {
                Owner::Ephemeral(session) => session,
                Owner::Persistent | Owner::Container | Owner::Ttl(_) => SessionId::NONE,
            },
            data_length: i32::try_from(self.data_bytes()).unwrap_or(i32::MAX),
            num_children,
            pzxid: self.pzxid,
        }
    }

    /// The size of its data; null counts as nothing.
    pub(crate) fn data_bytes(&self) -> usize {
        self.data.as_ref().map_or(0, Bytes::len)
    }
}

/// How to take back one step.
#[derive(Debug)]
pub(crate) enum Undo {
    Created {
        path: Arc<str>,
        parent_pzxid: Zxid,
    },
    Deleted {
        path: Arc<str>,
        node: Znode,
        parent_pzxid: Zxid,
    },
    DataSet {
        path: Arc<str>,
        data: Option<Bytes>,
        mzxid: Zxid,
        mtime: i64,
        version: i32,
    },
}

/// All nodes.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: HashMap<Arc<str>, Znode>,
    ephemerals: BTreeMap<SessionId, BTreeSet<Arc<str>>>,
    reapable: BTreeSet<Arc<str>>,
    acls: AclPool,
    data_bytes: u64,
}

impl Tree {
    /// The tree that a registry starts with.
    pub(crate) fn new() -> Self {
        let mut acls = AclPool::default();
        let open = acls.share(Acl::open());
        let read_only = acls.share(Acl::read_only());
        let mut nodes = HashMap::new();
        let old = |acl: &Arc<[Acl]>, data, children: &[&str]| {
            let mut node = Znode::born(data, Arc::clone(acl), Owner::Persistent, Zxid::ZERO, 0);
            node.children = children.iter().map(|name| Box::from(*name)).collect();
            node
        };
        nodes.insert(
            Arc::from("/"),
            old(&open, Some(Bytes::new()), &["zookeeper"]),
        );
        nodes.insert(
            Arc::from("/zookeeper"),
            old(&open, Some(Bytes::new()), &["config", "quota"]),
        );
        nodes.insert(
            Arc::from("/zookeeper/quota"),
            old(&open, Some(Bytes::new()), &[]),
        );
        let mut config = old(&read_only, Some(Bytes::new()), &[]);
        config.aversion = -1;
        nodes.insert(Arc::from("/zookeeper/config"), config);
        Self {
            nodes,
            ephemerals: BTreeMap::new(),
            reapable: BTreeSet::new(),
            acls,
            data_bytes: 0,
        }
    }

    /// Creates a node below a parent that exists.
    pub(crate) fn create(&mut self, path: &Arc<str>, node: Znode) -> Undo {
        let (parent, name) = split(path);
        let zxid = node.czxid;
        let mut parent_pzxid = Zxid::ZERO;
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent_pzxid = parent.pzxid;
            parent.created = parent.created.wrapping_add(1);
            parent.pzxid = zxid;
            parent.children.insert(Box::from(name));
        }
        self.place(path, node);
        Undo::Created {
            path: Arc::clone(path),
            parent_pzxid,
        }
    }

    /// Deletes a node that exists and has no children.
    pub(crate) fn delete(&mut self, path: &str, zxid: Zxid) -> Option<Undo> {
        let (path, node) = self.displace(path)?;
        let (parent, name) = split(&path);
        let mut parent_pzxid = Zxid::ZERO;
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent_pzxid = parent.pzxid;
            parent.pzxid = zxid;
            parent.children.remove(name);
        }
        Some(Undo::Deleted {
            path,
            node,
            parent_pzxid,
        })
    }

    /// Replaces a node's data.
    pub(crate) fn set_data(
        &mut self,
        path: &str,
        data: Option<Bytes>,
        version: i32,
        zxid: Zxid,
        time: i64,
    ) -> Option<Undo> {
        let path = self.key(path)?;
        let node = self.nodes.get_mut(&path)?;
        self.data_bytes = self
            .data_bytes
            .saturating_sub(node.data_bytes() as u64)
            .saturating_add(data.as_ref().map_or(0, Bytes::len) as u64);
        Some(Undo::DataSet {
            path,
            data: std::mem::replace(&mut node.data, data),
            mzxid: std::mem::replace(&mut node.mzxid, zxid),
            mtime: std::mem::replace(&mut node.mtime, time),
            version: std::mem::replace(&mut node.version, version),
        })
    }

    /// Replaces a node's access list.
    pub(crate) fn set_acl(&mut self, path: &str, acl: Vec<Acl>, aversion: i32) {
        let acl = self.acls.share(acl);
        if let Some(node) = self.nodes.get_mut(root_alias(path)) {
            node.acl = acl;
            node.aversion = aversion;
        }
    }

    /// Takes back one step; steps are taken back in reverse order.
    pub(crate) fn undo(&mut self, undo: Undo) {
        match undo {
            Undo::Created { path, parent_pzxid } => {
                self.displace(&path);
                let (parent, name) = split(&path);
                if let Some(parent) = self.nodes.get_mut(parent) {
                    parent.created = parent.created.wrapping_sub(1);
                    parent.pzxid = parent_pzxid;
                    parent.children.remove(name);
                }
            }
            Undo::Deleted {
                path,
                node,
                parent_pzxid,
            } => {
                let (parent, name) = split(&path);
                if let Some(parent) = self.nodes.get_mut(parent) {
                    parent.pzxid = parent_pzxid;
                    parent.children.insert(Box::from(name));
                }
                self.place(&path, node);
            }
            Undo::DataSet {
                path,
                data,
                mzxid,
                mtime,
                version,
            } => {
                self.set_data(&path, data, version, mzxid, mtime);
            }
        }
    }

    /// Shares equal access lists.
    pub(crate) fn share_acl(&mut self, acl: Vec<Acl>) -> Arc<[Acl]> {
        self.acls.share(acl)
    }

    /// The node at `path`; the empty path is an alias of the root.
    pub(crate) fn get(&self, path: &str) -> Option<&Znode> {
        self.nodes.get(root_alias(path))
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The size of all data.
    pub(crate) fn data_bytes(&self) -> u64 {
        self.data_bytes
    }

    /// The ephemerals of a session, in the order of their paths.
    pub(crate) fn ephemerals(&self, session: SessionId) -> impl Iterator<Item = &Arc<str>> {
        self.ephemerals.get(&session).into_iter().flatten()
    }

    /// Every session that owns ephemerals, with their paths.
    pub(crate) fn all_ephemerals(&self) -> &BTreeMap<SessionId, BTreeSet<Arc<str>>> {
        &self.ephemerals
    }

    /// Containers and nodes with a time to live, in the order of their paths.
    pub(crate) fn reapable(&self) -> impl Iterator<Item = &Arc<str>> {
        self.reapable.iter()
    }

    /// How many nodes stand below `path`.
    pub(crate) fn descendants(&self, path: &str) -> usize {
        let mut count = 0;
        self.walk(path, &mut |_, _| count += 1);
        // The walk counts the node itself as well.
        usize::saturating_sub(count, 1)
    }

    /// Visits a node and everything below it, parents first, children in the order of their names.
    pub(crate) fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &Znode)) {
        // A stack of our own: a path of a megabyte may be hundreds of thousands of levels deep.
        let mut stack = vec![root_alias(path).to_owned()];
        while let Some(path) = stack.pop() {
            let Some(node) = self.nodes.get(path.as_str()) else {
                continue;
            };
            visit(&path, node);
            for name in node.children.iter().rev() {
                stack.push(tenfold_zk::path::join(&path, name));
            }
        }
    }

    fn key(&self, path: &str) -> Option<Arc<str>> {
        self.nodes
            .get_key_value(root_alias(path))
            .map(|(key, _)| Arc::clone(key))
    }

    fn place(&mut self, path: &Arc<str>, node: Znode) {
        match node.owner {
            Owner::Persistent => {}
            Owner::Ephemeral(session) => {
                self.ephemerals
                    .entry(session)
                    .or_default()
                    .insert(Arc::clone(path));
            }
            Owner::Container | Owner::Ttl(_) => {
                self.reapable.insert(Arc::clone(path));
            }
        }
        self.data_bytes = self.data_bytes.saturating_add(node.data_bytes() as u64);
        self.nodes.insert(Arc::clone(path), node);
    }

    fn displace(&mut self, path: &str) -> Option<(Arc<str>, Znode)> {
        let (path, node) = self.nodes.remove_entry(path)?;
        match node.owner {
            Owner::Persistent => {}
            Owner::Ephemeral(session) => {
                if let Some(paths) = self.ephemerals.get_mut(&session) {
                    paths.remove(&path);
                    if paths.is_empty() {
                        self.ephemerals.remove(&session);
                    }
                }
            }
            Owner::Container | Owner::Ttl(_) => {
                self.reapable.remove(&path);
            }
        }
        self.data_bytes = self.data_bytes.saturating_sub(node.data_bytes() as u64);
        Some((path, node))
    }
}

/// The parent of a path and the last element; the parent of a top-level node is `/`.
pub(crate) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some((parent, name)) => (root_alias(parent), name),
        None => ("/", path),
    }
}

fn root_alias(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// Equal access lists are kept once: a registry has many nodes and few lists.
#[derive(Debug, Default)]
struct AclPool {
    lists: HashSet<Arc<[Acl]>>,
    sweep_at: usize,
}

impl AclPool {
    fn share(&mut self, acl: Vec<Acl>) -> Arc<[Acl]> {
        if let Some(known) = self.lists.get(acl.as_slice()) {
            return Arc::clone(known);
        }
        if self.lists.len() >= self.sweep_at {
            self.lists.retain(|list| Arc::strong_count(list) > 1);
            self.sweep_at = self.lists.len().saturating_mul(2).max(SWEEP_MIN);
        }
        let list: Arc<[Acl]> = Arc::from(acl);
        self.lists.insert(Arc::clone(&list));
        list
    }
}

/// Lists that no node has any more are looked for only above so many, since most registries have
/// one or two.
const SWEEP_MIN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn node(tree: &mut Tree, zxid: i64, owner: Owner) -> Znode {
        let acl = tree.share_acl(Acl::open());
        Znode::born(Some(Bytes::from_static(b"d")), acl, owner, Zxid(zxid), zxid)
    }

    #[test]
    fn a_fresh_tree_has_the_nodes_that_zookeeper_has() {
        let tree = Tree::new();
        for path in SPECIAL {
            assert!(tree.get(path).is_some(), "{path}");
        }
        let stat = |path: &str| tree.get(path).map(Znode::stat).unwrap_or_default();
        assert_eq!((stat("/").cversion, stat("/").num_children), (-1, 1));
        assert_eq!(
            (stat("/zookeeper").cversion, stat("/zookeeper").num_children),
            (-2, 2)
        );
        assert_eq!(stat("/zookeeper/config").aversion, -1);
    }

    #[test]
    fn the_wire_cversion_counts_creations_and_deletions() {
        let mut tree = Tree::new();
        let parent = Arc::from("/p");
        let born = node(&mut tree, 1, Owner::Persistent);
        tree.create(&parent, born);
        for at in 0..12 {
            let child = node(&mut tree, 2 + at, Owner::Persistent);
            tree.create(&Arc::from(format!("/p/{at}")), child);
        }
        tree.delete("/p/3", Zxid(50));
        let stat = tree.get("/p").map(Znode::stat).unwrap_or_default();
        assert_eq!(
            (stat.cversion, stat.num_children, stat.pzxid),
            (13, 11, Zxid(50))
        );
    }

    #[test]
    fn undone_steps_leave_no_trace() {
        let mut tree = Tree::new();
        let born = node(&mut tree, 1, Owner::Container);
        tree.create(&Arc::from("/p"), born);
        let before = format!("{:?} {}", tree.get("/p"), tree.data_bytes());
        let mut steps = Vec::new();
        let child = node(&mut tree, 2, Owner::Ephemeral(SessionId(7)));
        steps.push(Some(tree.create(&Arc::from("/p/c"), child)));
        steps.push(tree.set_data("/p/c", None, 1, Zxid(2), 2));
        steps.push(tree.set_data("/p", Some(Bytes::from_static(b"long")), 1, Zxid(2), 2));
        steps.push(tree.delete("/p/c", Zxid(2)));
        assert_eq!(tree.ephemerals(SessionId(7)).count(), 0);
        for step in steps.into_iter().rev().flatten() {
            tree.undo(step);
        }
        assert_eq!(
            format!("{:?} {}", tree.get("/p"), tree.data_bytes()),
            before
        );
        assert!(tree.get("/p/c").is_none() && tree.all_ephemerals().is_empty());
        assert_eq!(tree.reapable().count(), 1);
    }

    #[test]
    fn descendants_are_counted_at_every_depth() {
        let mut tree = Tree::new();
        for path in ["/a", "/a/b", "/a/b/c", "/ab"] {
            let born = node(&mut tree, 1, Owner::Persistent);
            tree.create(&Arc::from(path), born);
        }
        assert_eq!((tree.descendants("/a"), tree.descendants("/ab")), (2, 0));
        assert_eq!(tree.descendants("/"), tree.len() - 1);
    }
}
