//! What can be wrong with bytes, and the error codes that servers send.

use std::fmt;

/// Why bytes are not the record they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A record ended before its fields did.
    #[error("record ends {missing} bytes too early")]
    Truncated {
        /// How many bytes were missing for the field at hand.
        missing: usize,
    },
    /// A string, buffer or vector announced a length that cannot be.
    #[error("length {0} of a field is negative or longer than its record")]
    BadLength(i32),
    /// A field that must not be null is null.
    #[error("a field that must not be null is null")]
    UnexpectedNull,
    /// A frame announced a length below 0 or above the limit.
    #[error("frame length {length} is not within 0 to {limit}")]
    FrameLength {
        /// The announced length.
        length: i32,
        /// The limit of this side.
        limit: usize,
    },
    /// A multi holds a member that it may not hold.
    #[error("multi member of type {0} is not allowed there")]
    MultiMember(i32),
    /// A watch mode, watcher type or event type that does not exist.
    #[error("{kind} {value} does not exist")]
    UnknownValue {
        /// What the number stands for.
        kind: &'static str,
        /// The number.
        value: i32,
    },
}

/// A result code of the protocol (`KeeperException.Code`).
///
/// A newtype, not an enum: a server may send a code that this release does not know, and it has to
/// reach the caller unchanged.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub i32);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $text:literal;)*) => {
        impl ErrorCode {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            /// The name in ZooKeeper's own spelling, or `Unknown`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                    _ => "Unknown",
                }
            }
        }

        #[cfg(test)]
        const ALL: &[ErrorCode] = &[$(ErrorCode::$name),*];
    };
}

codes! {
    /// Success.
    OK = 0, "Ok";
    /// Generic server-side failure.
    SYSTEM_ERROR = -1, "SystemError";
    /// Result of the members of a multi after the failing one.
    RUNTIME_INCONSISTENCY = -2, "RuntimeInconsistency";
    /// Data inconsistency.
    DATA_INCONSISTENCY = -3, "DataInconsistency";
    /// The connection was lost; only clients make it.
    CONNECTION_LOSS = -4, "ConnectionLoss";
    /// A body that cannot be decoded.
    MARSHALLING_ERROR = -5, "MarshallingError";
    /// Unknown opcode or switched-off feature.
    UNIMPLEMENTED = -6, "Unimplemented";
    /// An operation ran out of time; only clients make it.
    OPERATION_TIMEOUT = -7, "OperationTimeout";
    /// Bad path, flags or TTL.
    BAD_ARGUMENTS = -8, "BadArguments";
    /// A session that no longer exists; internal to servers.
    UNKNOWN_SESSION = -12, "UnknownSession";
    /// No quorum of the wanted configuration is connected and synced.
    NEW_CONFIG_NO_QUORUM = -13, "NewConfigNoQuorum";
    /// Another reconfiguration is under way.
    RECONFIG_IN_PROGRESS = -14, "ReconfigInProgress";
    /// Marker: codes below it are user-level.
    API_ERROR = -100, "APIError";
    /// The node does not exist.
    NO_NODE = -101, "NoNode";
    /// The connection lacks the permission.
    NO_AUTH = -102, "NoAuth";
    /// The expected version is not the node's.
    BAD_VERSION = -103, "BadVersion";
    /// Ephemeral nodes may not have children.
    NO_CHILDREN_FOR_EPHEMERALS = -108, "NoChildrenForEphemerals";
    /// The node exists already.
    NODE_EXISTS = -110, "NodeExists";
    /// The node has children.
    NOT_EMPTY = -111, "NotEmpty";
    /// The session has expired.
    SESSION_EXPIRED = -112, "SessionExpired";
    /// Bad callback; only clients make it.
    INVALID_CALLBACK = -113, "InvalidCallback";
    /// The ACL list is empty or holds an invalid entry.
    INVALID_ACL = -114, "InvalidACL";
    /// The server refused an auth packet.
    AUTH_FAILED = -115, "AuthFailed";
    /// The client is closing; only clients make it.
    CLOSING = -116, "Closing";
    /// Nothing to process; the old C client's.
    NOTHING = -117, "Nothing";
    /// The session lives on another server; never sent, the connection is closed instead.
    SESSION_MOVED = -118, "SessionMoved";
    /// A write reached a read-only server.
    NOT_READ_ONLY = -119, "NotReadOnly";
    /// A local session may not own ephemerals.
    EPHEMERAL_ON_LOCAL_SESSION = -120, "EphemeralOnLocalSession";
    /// There is no such watch to check or remove.
    NO_WATCHER = -121, "NoWatcher";
    /// A request ran out of time; only clients make it.
    REQUEST_TIMEOUT = -122, "RequestTimeout";
    /// Dynamic reconfiguration is off.
    RECONFIG_DISABLED = -123, "ReconfigDisabled";
    /// The server wants SASL before anything else.
    SESSION_CLOSED_REQUIRE_SASL_AUTH = -124, "SessionClosedRequireSaslAuth";
    /// A hard quota is used up.
    QUOTA_EXCEEDED = -125, "QuotaExceeded";
    /// The server dropped the operation because of its load.
    THROTTLED_OP = -127, "ThrottledOp";
}

impl ErrorCode {
    /// Whether this is success.
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// `Ok(())` for success, the code otherwise.
    ///
    /// # Errors
    ///
    /// Every code but [`ErrorCode::OK`].
    pub const fn ok(self) -> Result<(), Self> {
        if self.is_ok() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_number_and_name() {
        for (at, code) in ALL.iter().enumerate() {
            assert_ne!(code.name(), "Unknown");
            assert!(!ALL[..at].contains(code), "{code} stands twice");
        }
        assert_eq!(ALL.len(), 34);
        assert_eq!(ErrorCode(-999).to_string(), "Unknown (-999)");
    }
}
