//! Each write, step by step, with the checks in ZooKeeper's order.
//!
//! The order decides which of several errors a client sees, so each function reads from top to
//! bottom as the protocol has it. A transaction sees the effects of all before it; within a multi,
//! of the members before it.

use std::sync::Arc;

use bytes::Bytes;
use tenfold_zk::{Acl, CreateMode, ErrorCode, Id, Perms, SessionId, Zxid, path};

use super::{
    acl,
    entry::{Change, ChangeKind, Create, CreateKind, Write, WriteReply},
    session::Sessions,
    tree::{Owner, SPECIAL, Tree, Undo, Znode, split},
};

/// One transaction under way.
pub(super) struct Transaction<'a> {
    pub(super) tree: &'a mut Tree,
    pub(super) sessions: &'a mut Sessions,
    pub(super) session: SessionId,
    pub(super) identities: &'a [Id],
    pub(super) zxid: Zxid,
    pub(super) time: i64,
    /// What watches will be told if the transaction succeeds.
    pub(super) changes: Vec<Change>,
    /// How to take it back; filled only inside a multi.
    undo: Option<Vec<Undo>>,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(
        tree: &'a mut Tree,
        sessions: &'a mut Sessions,
        session: SessionId,
        identities: &'a [Id],
        zxid: Zxid,
        time: i64,
    ) -> Self {
        Self {
            tree,
            sessions,
            session,
            identities,
            zxid,
            time,
            changes: Vec::new(),
            undo: None,
        }
    }

    /// Runs the transaction. A failed one has no effect beside the zxid it took.
    pub(super) fn run(&mut self, write: &Write, node: u8) -> WriteReply {
        let outcome = match write {
            Write::OpenSession { timeout_ms } => {
                self.session = self.sessions.open(node, *timeout_ms);
                Ok(WriteReply::Opened {
                    timeout_ms: *timeout_ms,
                })
            }
            Write::CloseSession => self.close_session(),
            Write::SetAcl { path, acl, version } => self.set_acl(path, acl, *version),
            Write::Multi(members) => Ok(self.multi(members)),
            Write::Reap {
                path,
                unused_max_ms,
            } => self.reap(path, *unused_max_ms),
            Write::Refused(code) => Err(*code),
            Write::Check { .. } => Err(ErrorCode::UNIMPLEMENTED),
            Write::Create(_) | Write::Delete { .. } | Write::SetData { .. } => self.member(write),
        };
        outcome.unwrap_or_else(|code| {
            self.changes.clear();
            WriteReply::Failed(code)
        })
    }

    fn multi(&mut self, members: &[Write]) -> WriteReply {
        self.undo = Some(Vec::new());
        let mut replies = Vec::with_capacity(members.len());
        for member in members {
            match self.member(member) {
                Ok(reply) => replies.push(reply),
                Err(culprit) => {
                    for step in self.undo.take().unwrap_or_default().into_iter().rev() {
                        self.tree.undo(step);
                    }
                    self.changes.clear();
                    let mut codes = vec![ErrorCode::OK; replies.len()];
                    codes.push(culprit);
                    codes.resize(members.len(), ErrorCode::RUNTIME_INCONSISTENCY);
                    return WriteReply::MultiFailed(codes);
                }
            }
        }
        WriteReply::Multi(replies)
    }

    /// The writes that may stand alone or inside a multi.
    fn member(&mut self, write: &Write) -> Result<WriteReply, ErrorCode> {
        match write {
            Write::Create(create) => self.create(create),
            Write::Delete { path, version } => self.delete(path, *version),
            Write::SetData {
                path,
                data,
                version,
            } => self.set_data(path, data, *version),
            Write::Check { path, version } => self.check(path, *version),
            _ => Err(ErrorCode::MARSHALLING_ERROR),
        }
    }

    fn create(&mut self, create: &Create) -> Result<WriteReply, ErrorCode> {
        let mode = CreateMode::from_flags(create.flags).ok_or(ErrorCode::BAD_ARGUMENTS)?;
        let owner = self.owner(create, mode)?;
        self.session_alive()?;
        let (parent_path, _) = ends(&create.path)?;
        let list = acl::resolve(&create.acl, self.identities)?;
        let parent = self.tree.get(parent_path).ok_or(ErrorCode::NO_NODE)?;
        self.may(&parent.acl, Perms::CREATE)?;
        let path: Arc<str> = if mode.is_sequential() {
            // The number is a signed one that prints negative once it has wrapped.
            Arc::from(format!("{}{:010}", create.path, parent.created))
        } else {
            Arc::from(create.path.as_str())
        };
        path::validate(&path).map_err(|_| ErrorCode::BAD_ARGUMENTS)?;
        if self.tree.get(&path).is_some() {
            return Err(ErrorCode::NODE_EXISTS);
        }
        if matches!(parent.owner, Owner::Ephemeral(_)) {
            return Err(ErrorCode::NO_CHILDREN_FOR_EPHEMERALS);
        }
        let parent_acl = Arc::clone(&parent.acl);
        let list = self.tree.share_acl(list);
        let node = Znode::born(
            create.data.clone(),
            Arc::clone(&list),
            owner,
            self.zxid,
            self.time,
        );
        let stat = node.stat();
        let undo = self.tree.create(&path, node);
        self.remember(Some(undo));
        self.changes.push(Change {
            kind: ChangeKind::Created,
            path: Arc::clone(&path),
            acl: list,
            parent_acl: Some(parent_acl),
        });
        Ok(WriteReply::Created {
            kind: create.kind,
            path: path.to_string(),
            stat,
        })
    }

    /// Checks flags and time to live against the operation and says what will end the node.
    fn owner(&self, create: &Create, mode: CreateMode) -> Result<Owner, ErrorCode> {
        if create.kind == CreateKind::Ttl && !mode.has_ttl() {
            // ZooKeeper lets such a request through with ttl −1 and dies of it.
            return Err(ErrorCode::BAD_ARGUMENTS);
        }
        if mode.has_ttl() && !(1..=TTL_MS_MAX).contains(&create.ttl_ms) {
            return Err(ErrorCode::BAD_ARGUMENTS);
        }
        Ok(match create.kind {
            CreateKind::Container => Owner::Container,
            CreateKind::Ttl => Owner::Ttl(create.ttl_ms),
            _ if mode.is_ephemeral() => Owner::Ephemeral(self.session),
            _ => Owner::Persistent,
        })
    }

    fn delete(&mut self, path: &str, version: i32) -> Result<WriteReply, ErrorCode> {
        self.session_alive()?;
        let (parent_path, _) = ends(path)?;
        if SPECIAL.contains(&path) {
            return Err(ErrorCode::BAD_ARGUMENTS);
        }
        let parent = self.tree.get(parent_path).ok_or(ErrorCode::NO_NODE)?;
        self.may(&parent.acl, Perms::DELETE)?;
        let node = self.tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        next_version(node.version, version)?;
        if !node.children.is_empty() {
            return Err(ErrorCode::NOT_EMPTY);
        }
        self.remove(path);
        Ok(WriteReply::Deleted)
    }

    fn set_data(
        &mut self,
        path: &str,
        data: &Option<Bytes>,
        version: i32,
    ) -> Result<WriteReply, ErrorCode> {
        self.session_alive()?;
        path::validate(path).map_err(|_| ErrorCode::BAD_ARGUMENTS)?;
        let node = self.tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        self.may(&node.acl, Perms::WRITE)?;
        let version = next_version(node.version, version)?;
        let acl = Arc::clone(&node.acl);
        let undo = self
            .tree
            .set_data(path, data.clone(), version, self.zxid, self.time);
        self.remember(undo);
        self.changes.push(Change {
            kind: ChangeKind::DataChanged,
            path: Arc::from(path),
            acl,
            parent_acl: None,
        });
        let node = self.tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        Ok(WriteReply::DataSet(node.stat()))
    }

    fn check(&self, path: &str, version: i32) -> Result<WriteReply, ErrorCode> {
        self.session_alive()?;
        path::validate(path).map_err(|_| ErrorCode::BAD_ARGUMENTS)?;
        let node = self.tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        self.may(&node.acl, Perms::READ)?;
        next_version(node.version, version)?;
        Ok(WriteReply::Checked)
    }

    fn set_acl(&mut self, path: &str, acl: &[Acl], version: i32) -> Result<WriteReply, ErrorCode> {
        self.session_alive()?;
        path::validate(path).map_err(|_| ErrorCode::BAD_ARGUMENTS)?;
        let list = acl::resolve(acl, self.identities)?;
        let node = self.tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        self.may(&node.acl, Perms::ADMIN)?;
        let aversion = next_version(node.aversion, version)?;
        self.tree.set_acl(path, list, aversion);
        let node = self.tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        Ok(WriteReply::AclSet(node.stat()))
    }

    fn close_session(&mut self) -> Result<WriteReply, ErrorCode> {
        if !self.sessions.close(self.session) {
            return Err(ErrorCode::SESSION_EXPIRED);
        }
        let paths: Vec<Arc<str>> = self.tree.ephemerals(self.session).cloned().collect();
        for path in paths {
            self.remove(&path);
        }
        Ok(WriteReply::Closed)
    }

    fn reap(&mut self, path: &str, unused_max_ms: i64) -> Result<WriteReply, ErrorCode> {
        let node = self.tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        if !is_reapable(node, self.time, unused_max_ms) {
            return Err(ErrorCode::BAD_VERSION);
        }
        self.remove(path);
        Ok(WriteReply::Deleted)
    }

    fn remove(&mut self, path: &str) {
        let (parent, _) = split(path);
        let parent_acl = self.tree.get(parent).map(|parent| Arc::clone(&parent.acl));
        let Some(undo) = self.tree.delete(path, self.zxid) else {
            return;
        };
        if let Undo::Deleted { path, node, .. } = &undo {
            self.changes.push(Change {
                kind: ChangeKind::Deleted,
                path: Arc::clone(path),
                acl: Arc::clone(&node.acl),
                parent_acl,
            });
        }
        self.remember(Some(undo));
    }

    fn remember(&mut self, undo: Option<Undo>) {
        if let (Some(steps), Some(undo)) = (&mut self.undo, undo) {
            steps.push(undo);
        }
    }

    fn session_alive(&self) -> Result<(), ErrorCode> {
        if self.sessions.contains(self.session) {
            Ok(())
        } else {
            Err(ErrorCode::SESSION_EXPIRED)
        }
    }

    fn may(&self, list: &[Acl], wanted: Perms) -> Result<(), ErrorCode> {
        if acl::allows(list, wanted, self.identities) {
            Ok(())
        } else {
            Err(ErrorCode::NO_AUTH)
        }
    }
}

/// Whether a node has outlived its purpose: a childless container that has had children or was
/// never used for too long, or a childless node whose time to live since its last setData is over.
pub(super) fn is_reapable(node: &Znode, time: i64, unused_max_ms: i64) -> bool {
    if !node.children.is_empty() {
        return false;
    }
    let idle_ms = time.saturating_sub(node.mtime);
    match node.owner {
        Owner::Container => node.created > 0 || (unused_max_ms != 0 && idle_ms > unused_max_ms),
        Owner::Ttl(ttl_ms) => idle_ms > ttl_ms,
        Owner::Persistent | Owner::Ephemeral(_) => false,
    }
}

/// The version after `current`, if `expected` allows the step. A step never lands on −1, which
/// means any version.
pub(super) fn next_version(current: i32, expected: i32) -> Result<i32, ErrorCode> {
    if expected != -1 && expected != current {
        return Err(ErrorCode::BAD_VERSION);
    }
    Ok(if current == -2 {
        0
    } else {
        current.wrapping_add(1)
    })
}

/// What ZooKeeper asks of a path before it looks for the parent: a slash and no NUL. The full check
/// comes later.
fn ends(path: &str) -> Result<(&str, &str), ErrorCode> {
    if !path.contains('/') || path.contains('\0') {
        return Err(ErrorCode::BAD_ARGUMENTS);
    }
    Ok(split(path))
}

/// The longest time to live that ZooKeeper can store: 40 bits of milliseconds, some 34 years.
const TTL_MS_MAX: i64 = 0xff_ffff_ffff;
