//! The three numbers of the protocol that must not be mixed up.

use std::fmt;

/// A transaction id: compared as a signed 64-bit number, otherwise opaque to clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zxid(pub i64);

/// A session id; never zero for a living session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

/// The number that ties a reply to its request on one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Xid(pub i32);

impl Zxid {
    /// What a client sends that has seen nothing.
    pub const ZERO: Self = Self(0);
    /// Header zxid of events that belong to no transaction, and of refusals.
    pub const NONE: Self = Self(-1);
}

impl SessionId {
    /// No session: asks for a fresh one in a connect request, refuses in a response.
    pub const NONE: Self = Self(0);
}

impl Xid {
    /// A watch event from the server.
    pub const NOTIFICATION: Self = Self(-1);
    /// A ping and its answer.
    pub const PING: Self = Self(-2);
    /// An auth packet and its answer.
    pub const AUTH: Self = Self(-4);
    /// Re-arming of watches and its answer.
    pub const SET_WATCHES: Self = Self(-8);
    /// The first ordinary request of a connection.
    pub const FIRST: Self = Self(1);

    /// The xid after this one: from `i32::MAX - 1` back to 1, as Java's client does.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 < 1 || self.0 >= i32::MAX - 1 {
            Self::FIRST
        } else {
            Self(self.0 + 1)
        }
    }
}

impl fmt::Display for Zxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Display for Xid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xids_wrap_to_one_and_never_become_negative() {
        assert_eq!(Xid(1).next(), Xid(2));
        assert_eq!(Xid(i32::MAX - 1).next(), Xid(1));
        assert_eq!(Xid(i32::MAX).next(), Xid(1));
        assert_eq!(Xid(0).next(), Xid(1));
    }

    #[test]
    fn session_ids_print_as_zookeeper_prints_them() {
        assert_eq!(SessionId(-1).to_string(), "0xffffffffffffffff");
        assert_eq!(
            SessionId(0x1000_0000_0000_0001).to_string(),
            "0x1000000000000001"
        );
    }
}
