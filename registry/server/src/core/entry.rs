//! What goes in at the core's door and what comes out.
//!
//! An [`Entry`] is the unit of replication: a batch of client transactions with one leader time. It
//! names no socket and holds no clock, so the same entries give the same state on every replica. A
//! transaction carries its [`Origin`] as a plain tag; the node that finds its own number in an
//! output owes the client the reply, every other node drops it.

use std::sync::Arc;

use bytes::Bytes;
use tenfold_zk::{Acl, ErrorCode, Id, SessionId, Stat, Zxid};

/// A batch of transactions that all replicas apply in the same place of their history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The position in the log; positions rise, gaps are allowed.
    pub index: u64,
    /// The leader's wall clock in milliseconds since 1970 when it put the entry together.
    pub leader_time: i64,
    /// The transactions, in the order in which they take effect.
    pub requests: Vec<Request>,
}

impl Entry {
    /// Puts an entry together.
    #[must_use]
    pub fn new(index: u64, leader_time: i64, requests: Vec<Request>) -> Self {
        Self {
            index,
            leader_time,
            requests,
        }
    }
}

/// One client transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// Who waits for the outcome; nobody does when the leader itself asks.
    pub origin: Option<Origin>,
    /// The session on whose behalf it runs; zero for the leader's own requests.
    pub session: SessionId,
    /// The identities of the connection, against which access lists are checked.
    pub identities: Identities,
    /// What shall be done.
    pub write: Write,
}

impl Request {
    /// A transaction of a client.
    #[must_use]
    pub fn new(origin: Origin, session: SessionId, identities: Identities, write: Write) -> Self {
        Self {
            origin: Some(origin),
            session,
            identities,
            write,
        }
    }

    /// A transaction of the leader itself: an expiry, a reaped container.
    #[must_use]
    pub fn internal(session: SessionId, write: Write) -> Self {
        Self {
            origin: None,
            session,
            identities: Arc::from([]),
            write,
        }
    }
}

/// The identities of a connection; shared, since every request of the connection carries them.
pub type Identities = Arc<[Id]>;

/// The tag by which a node finds the client that waits for an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The node that holds the connection.
    pub node: u8,
    /// The connection's number on that node.
    pub connection: u64,
    /// The request's number on that connection.
    pub sequence: u64,
}

/// A replicated transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Write {
    /// Opens a session; the timeout is in milliseconds and has been negotiated.
    OpenSession {
        /// The negotiated timeout.
        timeout_ms: i32,
    },
    /// Ends the request's session and deletes its ephemerals.
    CloseSession,
    /// Creates a node.
    Create(Create),
    /// Deletes a node.
    Delete {
        /// The node.
        path: String,
        /// The data version it must have; −1 for any.
        version: i32,
    },
    /// Replaces a node's data.
    SetData {
        /// The node.
        path: String,
        /// Its data; null is allowed and differs from empty.
        data: Option<Bytes>,
        /// The data version it must have; −1 for any.
        version: i32,
    },
    /// Replaces a node's access list.
    SetAcl {
        /// The node.
        path: String,
        /// The list as the client sent it.
        acl: Vec<Acl>,
        /// The access list's version it must have; −1 for any.
        version: i32,
    },
    /// Does nothing but check a node's data version; only inside [`Write::Multi`].
    Check {
        /// The node.
        path: String,
        /// The data version it must have; −1 for any.
        version: i32,
    },
    /// All or nothing.
    Multi(Vec<Write>),
    /// Removes an empty container or a node whose time to live is over; the core checks again that
    /// it may.
    Reap {
        /// The node.
        path: String,
        /// How long a container may stay empty that never had a child, in milliseconds; zero for
        /// ever.
        unused_max_ms: i64,
    },
    /// A request that is known to fail and yet takes a zxid, as a failed transaction does.
    Refused(ErrorCode),
}

/// The members of a create request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Create {
    /// Which of the four create operations it is.
    pub kind: CreateKind,
    /// The path; a sequential node's suffix comes behind it.
    pub path: String,
    /// The data; null is allowed and differs from empty.
    pub data: Option<Bytes>,
    /// The access list as the client sent it.
    pub acl: Vec<Acl>,
    /// The flags as the client sent them.
    pub flags: i32,
    /// The time to live in milliseconds, −1 where the operation has none.
    pub ttl_ms: i64,
}

impl Create {
    /// A create request without a time to live.
    #[must_use]
    pub fn new(
        kind: CreateKind,
        path: String,
        data: Option<Bytes>,
        acl: Vec<Acl>,
        flags: i32,
    ) -> Self {
        Self {
            kind,
            path,
            data,
            acl,
            flags,
            ttl_ms: -1,
        }
    }
}

/// The four create operations of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CreateKind {
    /// Operation 1: the reply is the path.
    Plain,
    /// Operation 15: the reply has the node's stat too.
    WithStat,
    /// Operation 19: a container, whatever the flags say.
    Container,
    /// Operation 21: a node with a time to live.
    Ttl,
}

/// What became of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Output {
    /// Who waits for it.
    pub origin: Option<Origin>,
    /// The session on whose behalf it ran; for an opened session its id.
    pub session: SessionId,
    /// The zxid it took, failed or not.
    pub zxid: Zxid,
    /// What the client is told.
    pub reply: WriteReply,
    /// What changed in the tree, in order, for the watches.
    pub changes: Vec<Change>,
}

/// What the client of a transaction is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteReply {
    /// A session stands open.
    Opened {
        /// Its negotiated timeout in milliseconds.
        timeout_ms: i32,
    },
    /// The request's session has ended.
    Closed,
    /// A node has been created.
    Created {
        /// Which operation asked for it; decides on the form of the reply.
        kind: CreateKind,
        /// The node's path with its suffix.
        path: String,
        /// Its stat at birth.
        stat: Stat,
    },
    /// A node has been deleted.
    Deleted,
    /// Data has been replaced.
    DataSet(Stat),
    /// An access list has been replaced.
    AclSet(Stat),
    /// A version check held.
    Checked,
    /// Every member of a multi took effect.
    Multi(Vec<WriteReply>),
    /// A multi failed as a whole: one code per member, zero before the culprit.
    MultiFailed(Vec<ErrorCode>),
    /// The transaction failed.
    Failed(ErrorCode),
}

/// One change of the tree, with what the watches need to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What happened to the node.
    pub kind: ChangeKind,
    /// The node.
    pub path: Arc<str>,
    /// Its access list when it happened: who may not read it, is told nothing.
    pub acl: Arc<[Acl]>,
    /// The parent's access list, for the event on the parent; absent where the parent's children
    /// did not change.
    pub parent_acl: Option<Arc<[Acl]>>,
}

/// The changes that watches can see; a changed access list is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// The node came into being.
    Created,
    /// The node is gone.
    Deleted,
    /// Its data was replaced.
    DataChanged,
}
