//! Why an operation on the registry tree failed.

use std::{fmt, time::Duration};

use tenfold_zk::{ErrorCode, client::SubmitError, path::PathError};

/// A failed operation: what happened, to which node, and whether to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZkError {
    kind: ZkErrorKind,
    operation: &'static str,
    path: Option<String>,
    member: Option<usize>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZkErrorKind {
    /// The connection was lost while the request was under way; it may have been carried out.
    #[error("connection lost, outcome unknown")]
    ConnectionLoss,
    /// The session has ended; so have its ephemerals and watches.
    #[error("session expired")]
    SessionExpired,
    /// A server refused the client's identity.
    #[error("identity refused by the server")]
    AuthFailed,
    /// There is no such node.
    #[error("no such node")]
    NoNode,
    /// The node exists already.
    #[error("node exists already")]
    NodeExists,
    /// The node has children.
    #[error("node has children")]
    NotEmpty,
    /// The expected version is not the node's.
    #[error("version does not match")]
    BadVersion,
    /// The permission is missing.
    #[error("permission is missing")]
    NoAuth,
    /// Ephemeral nodes may not have children.
    #[error("parent is ephemeral")]
    NoChildrenForEphemerals,
    /// The ACL list is empty or holds an invalid entry.
    #[error("acl list is empty or invalid")]
    InvalidAcl,
    /// There is no such watch.
    #[error("no such watch")]
    NoWatcher,
    /// The server does not know the operation, or it is switched off there.
    #[error("operation is unknown to the server or switched off")]
    Unimplemented,
    /// The path is not a node path.
    #[error(transparent)]
    BadPath(PathError),
    /// The time for the operation was over.
    #[error("no answer within {limit:?}{}", if *.sent { ", outcome unknown" } else { ", not sent" })]
    DeadlineExceeded {
        /// The time it had.
        limit: Duration,
        /// Whether it may have reached a server.
        sent: bool,
    },
    /// The request was not taken.
    #[error(transparent)]
    NotTaken(SubmitError),
    /// The client was closed.
    #[error("client is closed")]
    Closed,
    /// The server answered with a record of another kind.
    #[error("reply does not fit the request")]
    UnexpectedReply,
    /// Any other code of the server.
    #[error("server answered {0}")]
    Other(ErrorCode),
}

impl ZkError {
    pub(crate) fn new(kind: ZkErrorKind, operation: &'static str, path: Option<&str>) -> Self {
        Self {
            kind,
            operation,
            path: path.map(str::to_owned),
            member: None,
        }
    }

    pub(crate) fn member(mut self, member: usize, path: Option<&str>) -> Self {
        self.member = Some(member);
        self.path = path.map(str::to_owned);
        self
    }

    /// What went wrong.
    pub const fn kind(&self) -> &ZkErrorKind {
        &self.kind
    }

    /// The node it was about.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The member of a multi that failed.
    pub const fn multi_member(&self) -> Option<usize> {
        self.member
    }

    /// Whether the same request may succeed later.
    ///
    /// A write whose outcome is unknown is transient too; whoever repeats it has to bear that it
    /// may have been carried out.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            ZkErrorKind::ConnectionLoss
                | ZkErrorKind::SessionExpired
                | ZkErrorKind::DeadlineExceeded { .. }
                | ZkErrorKind::NotTaken(SubmitError::Overloaded { .. })
        )
    }
}

impl From<ErrorCode> for ZkErrorKind {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::CONNECTION_LOSS => Self::ConnectionLoss,
            ErrorCode::SESSION_EXPIRED => Self::SessionExpired,
            ErrorCode::AUTH_FAILED => Self::AuthFailed,
            ErrorCode::CLOSING => Self::Closed,
            ErrorCode::NO_NODE => Self::NoNode,
            ErrorCode::NODE_EXISTS => Self::NodeExists,
            ErrorCode::NOT_EMPTY => Self::NotEmpty,
            ErrorCode::BAD_VERSION => Self::BadVersion,
            ErrorCode::NO_AUTH => Self::NoAuth,
            ErrorCode::NO_CHILDREN_FOR_EPHEMERALS => Self::NoChildrenForEphemerals,
            ErrorCode::INVALID_ACL => Self::InvalidAcl,
            ErrorCode::NO_WATCHER => Self::NoWatcher,
            ErrorCode::UNIMPLEMENTED => Self::Unimplemented,
            other => Self::Other(other),
        }
    }
}

impl From<SubmitError> for ZkErrorKind {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Closed => Self::Closed,
            other => Self::NotTaken(other),
        }
    }
}

impl fmt::Display for ZkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)?;
        if let Some(member) = self.member {
            write!(f, " member {member}")?;
        }
        if let Some(path) = &self.path {
            write!(f, " `{path}`")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for ZkError {}
