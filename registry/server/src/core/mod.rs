//! The part that decides: the replicated state of the registry, without I/O, clock or chance.
//!
//! ```text
//!   Entry { index, leader_time, requests }
//!              └──► State::apply ──► Outputs { origin, zxid, reply, changes }
//!   a read ───────► State::query ──► its answer
//!   "heard of session 7" ──► Liveness::touch
//!   what time it is ───────► Liveness::expired ──► sessions to close in the next entry
//! ```
//!
//! All validation happens when an entry is applied, so replicas that apply the same entries decide
//! alike and end in the same [`State::digest`]. One node alone uses the very same door: a
//! replicated log can be put under it without a change here.

pub mod acl;
pub mod entry;
pub mod liveness;
mod read;
mod session;
mod tree;
mod write;

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use sha1::{Digest, Sha1};
use tenfold_zk::{Acl, ErrorCode, Id, SessionId, Stat, Zxid};

use self::{
    entry::{Entry, Output, Request, Write},
    session::Sessions,
    tree::{Tree, Znode},
    write::Transaction,
};

/// The form of the state and of what its transactions mean. Replicas of different versions must not
/// share a log.
pub const STATE_VERSION: u32 = 1;

/// What a state begins with; the same on all replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Genesis {
    /// The zxid before the first transaction.
    ///
    /// A registry that keeps nothing on disk takes it from the clock: clients that have seen larger
    /// zxids would be turned away by a server that counts from zero again.
    pub zxid: Zxid,
    /// Where session ids begin to count. From the clock, too, so that no id is ever used again.
    pub session_seed: i64,
}

impl Genesis {
    /// A beginning at a moment of the wall clock, given in milliseconds since 1970.
    ///
    /// Ids made this way lie above those of every earlier beginning as long as there were fewer
    /// than 65,536 transactions in each millisecond between them.
    #[must_use]
    pub fn at(unix_ms: i64) -> Self {
        Self {
            zxid: Zxid(unix_ms.max(0) << 16),
            session_seed: unix_ms << 16,
        }
    }

    /// A beginning at zero, for tests and for logs that start from nothing.
    #[must_use]
    pub fn zero() -> Self {
        Self {
            zxid: Zxid::ZERO,
            session_seed: 0,
        }
    }
}

/// The replicated state: the tree, the sessions, and the counters that give them their order.
#[derive(Debug)]
pub struct State {
    version: u32,
    applied: u64,
    zxid: Zxid,
    time: i64,
    sessions: Sessions,
    tree: Tree,
}

impl State {
    /// The state before the first entry.
    #[must_use]
    pub fn new(genesis: Genesis) -> Self {
        Self {
            version: STATE_VERSION,
            applied: 0,
            zxid: genesis.zxid,
            time: 0,
            sessions: Sessions::new(genesis.session_seed),
            tree: Tree::new(),
        }
    }

    /// Applies an entry whole and says what became of each of its transactions.
    ///
    /// An entry at or below the applied index has been applied before: it changes nothing and puts
    /// nothing out.
    pub fn apply(&mut self, entry: &Entry) -> Vec<Output> {
        if !self.begin(entry) {
            return Vec::new();
        }
        entry
            .requests
            .iter()
            .map(|request| self.step(request))
            .collect()
    }

    /// Opens an entry, for callers that must act between its transactions: a connection's read that
    /// stands between two of its writes has to see the first and not the second. Returns false if
    /// the entry has been applied before.
    pub fn begin(&mut self, entry: &Entry) -> bool {
        if entry.index <= self.applied {
            return false;
        }
        self.applied = entry.index;
        self.time = self.time.max(entry.leader_time);
        true
    }

    /// Applies one transaction of the entry that was opened last. It takes one zxid, whether it
    /// succeeds or fails.
    pub fn step(&mut self, request: &Request) -> Output {
        self.zxid = Zxid(self.zxid.0.wrapping_add(1));
        let node = request.origin.map_or(0, |origin| origin.node);
        let mut transaction = Transaction::new(
            &mut self.tree,
            &mut self.sessions,
            request.session,
            &request.identities,
            self.zxid,
            self.time,
        );
        let reply = transaction.run(&request.write, node);
        let session = transaction.session;
        let changes = transaction.changes;
        Output {
            origin: request.origin,
            session,
            zxid: self.zxid,
            reply,
            changes,
        }
    }

    /// Answers a read of a session; sync is answered as if this node were the leader.
    ///
    /// # Errors
    ///
    /// The code that the client is to be told.
    pub fn query(
        &self,
        session: SessionId,
        identities: &[Id],
        request: &tenfold_zk::Request,
    ) -> Result<tenfold_zk::Response, ErrorCode> {
        if !self.sessions.contains(session) {
            return Err(ErrorCode::SESSION_EXPIRED);
        }
        read::answer(&self.tree, session, identities, request)
    }

    /// The containers and nodes with a time to live that may go at `time`, at most `limit` of them,
    /// as requests for the next entry. The core checks each again when it is applied.
    #[must_use]
    pub fn reapable(&self, time: i64, unused_max_ms: i64, limit: usize) -> Vec<Request> {
        let is_due = |path: &&Arc<str>| {
            self.tree
                .get(path)
                .is_some_and(|node| write::is_reapable(node, time, unused_max_ms))
        };
        let reap = |path: &Arc<str>| {
            let write = Write::Reap {
                path: path.to_string(),
                unused_max_ms,
            };
            Request::internal(SessionId::NONE, write)
        };
        self.tree
            .reapable()
            .filter(is_due)
            .take(limit)
            .map(reap)
            .collect()
    }

    /// The zxid of the last transaction.
    #[must_use]
    pub fn zxid(&self) -> Zxid {
        self.zxid
    }

    /// The index of the last applied entry.
    #[must_use]
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// The logical time: the latest leader time of all entries, in milliseconds since 1970.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.time
    }

    /// Whether a session stands open.
    #[must_use]
    pub fn has_session(&self, session: SessionId) -> bool {
        self.sessions.contains(session)
    }

    /// Every open session with its timeout in milliseconds.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionId, i32)> {
        self.sessions.iter()
    }

    /// How many sessions stand open.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// The stat of a node, without any check of permissions.
    #[must_use]
    pub fn stat(&self, path: &str) -> Option<Stat> {
        self.tree.get(path).map(Znode::stat)
    }

    /// The access list of a node.
    #[must_use]
    pub fn acl(&self, path: &str) -> Option<&[Acl]> {
        self.tree.get(path).map(|node| &*node.acl)
    }

    /// How many nodes there are, counted as ZooKeeper counts: the root is two.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.tree.len().saturating_add(1)
    }

    /// The size of all data in bytes.
    #[must_use]
    pub fn data_bytes(&self) -> u64 {
        self.tree.data_bytes()
    }

    /// The sessions that own ephemerals, with their paths.
    pub fn ephemerals(&self) -> impl Iterator<Item = (SessionId, &BTreeSet<Arc<str>>)> {
        self.tree
            .all_ephemerals()
            .iter()
            .map(|(session, paths)| (*session, paths))
    }

    /// A digest of everything that replicas must agree on. It walks the whole tree.
    #[must_use]
    pub fn digest(&self) -> [u8; 20] {
        let mut hash = Sha1::new();
        let mut line = String::new();
        let _ = write!(
            line,
            "{} {} {} {} {}",
            self.version,
            self.applied,
            self.zxid.0,
            self.time,
            self.sessions.counter()
        );
        for (session, timeout_ms) in self.sessions.iter() {
            let _ = write!(line, " {}:{timeout_ms}", session.0);
        }
        hash.update(line.as_bytes());
        self.tree.walk("/", &mut |path, node| {
            line.clear();
            let _ = write!(
                line,
                "\n{path} {:?} {:?} {:?}",
                node.stat(),
                node.owner,
                node.acl
            );
            let _ = write!(line, " {} {:?}", node.created, node.data);
            hash.update(line.as_bytes());
        });
        hash.finalize().into()
    }
}

#[cfg(test)]
impl State {
    /// The digest as if no transaction had been counted.
    fn digest_without_counters(&self) -> [u8; 20] {
        let mut text = String::new();
        self.tree.walk("/", &mut |path, node| {
            let _ = write!(text, "{path} {node:?}");
        });
        let _ = write!(
            text,
            "{:?} {}",
            self.tree.all_ephemerals(),
            self.tree.data_bytes()
        );
        Sha1::digest(text).into()
    }
}

#[cfg(test)]
mod tests;
