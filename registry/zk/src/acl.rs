//! Who may do what with a node.

use std::ops::BitOr;

use bytes::BytesMut;

use crate::{
    DecodeError,
    jute::{Jute, Reader, record},
};

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Perms(pub i32);

record! {
    /// An identity within an authentication scheme.
    #[derive(Hash)]
    pub struct Id {
        /// `world`, `ip`, `digest`, `auth`, `x509`, `sasl` or `super`.
        pub scheme: String,
        /// The identity in that scheme's own form.
        pub id: String,
    }
}

record! {
    /// One entry of a node's ACL list.
    #[derive(Hash)]
    pub struct Acl {
        /// What is allowed.
        pub perms: Perms,
        /// To whom.
        pub id: Id,
    }
}

impl Perms {
    /// Read data and children.
    pub const READ: Self = Self(1);
    /// Set data.
    pub const WRITE: Self = Self(2);
    /// Create children.
    pub const CREATE: Self = Self(4);
    /// Delete children.
    pub const DELETE: Self = Self(8);
    /// Set the ACL list.
    pub const ADMIN: Self = Self(16);
    /// Everything.
    pub const ALL: Self = Self(31);

    /// Whether any of `wanted` is in the set.
    pub const fn intersects(self, wanted: Self) -> bool {
        self.0 & wanted.0 != 0
    }
}

impl Id {
    /// An identity.
    pub fn new(scheme: &str, id: &str) -> Self {
        Self {
            scheme: scheme.to_owned(),
            id: id.to_owned(),
        }
    }

    /// `world:anyone`.
    pub fn anyone() -> Self {
        Self::new("world", "anyone")
    }
}

impl Acl {
    /// Everything for everybody, the usual list of a registry.
    pub fn open() -> Vec<Self> {
        vec![Self {
            perms: Perms::ALL,
            id: Id::anyone(),
        }]
    }

    /// Reading for everybody.
    pub fn read_only() -> Vec<Self> {
        vec![Self {
            perms: Perms::READ,
            id: Id::anyone(),
        }]
    }

    /// Everything for the identities that the connection has authenticated.
    pub fn creator_all() -> Vec<Self> {
        vec![Self {
            perms: Perms::ALL,
            id: Id::new("auth", ""),
        }]
    }
}

impl BitOr for Perms {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Jute for Perms {
    fn write(&self, out: &mut BytesMut) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Jute::read(input).map(Self)
    }
}
