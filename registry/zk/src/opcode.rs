//! Operation numbers and create flags.

macro_rules! opcodes {
    ($($(#[$doc:meta])* $name:ident = $value:literal,)*) => {
        /// What a client can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OpCode {
            $($(#[$doc])* $name,)*
        }

        impl OpCode {
            /// Every opcode that a client may send.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The number on the wire.
            pub const fn code(self) -> i32 {
                match self { $(Self::$name => $value,)* }
            }

            /// The operation behind a number; `None` for unknown and for internal ones
            /// (createSession −10, error −1, deleteContainer 20), which a client must not send.
            pub const fn from_code(code: i32) -> Option<Self> {
                match code {
                    $($value => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

opcodes! {
    /// Create a node; the reply is its path.
    Create = 1,
    /// Delete a node.
    Delete = 2,
    /// The Stat of a node, or the fact that there is none.
    Exists = 3,
    /// Data and Stat.
    GetData = 4,
    /// Replace the data.
    SetData = 5,
    /// ACL list and Stat.
    GetAcl = 6,
    /// Replace the ACL list.
    SetAcl = 7,
    /// Names of the children.
    GetChildren = 8,
    /// Wait until the server has caught up with the leader.
    Sync = 9,
    /// Keep the session alive.
    Ping = 11,
    /// Names of the children and the node's Stat.
    GetChildren2 = 12,
    /// Compare a version; only inside a multi.
    Check = 13,
    /// Several writes, all or none.
    Multi = 14,
    /// Create a node; the reply is its path and Stat.
    Create2 = 15,
    /// Change the membership of the ensemble.
    Reconfig = 16,
    /// Ask whether a watch is armed.
    CheckWatches = 17,
    /// Disarm a watch.
    RemoveWatches = 18,
    /// Create a node that goes when its last child has gone.
    CreateContainer = 19,
    /// Create a node that goes when nothing has touched it for its time to live.
    CreateTtl = 21,
    /// Several reads, each with its own result.
    MultiRead = 22,
    /// Add an identity to the connection.
    Auth = 100,
    /// Re-arm one-shot watches after a reconnect.
    SetWatches = 101,
    /// One round of a SASL exchange.
    Sasl = 102,
    /// The session's ephemeral nodes.
    GetEphemerals = 103,
    /// The number of descendants.
    GetAllChildrenNumber = 104,
    /// Re-arm all watches after a reconnect.
    SetWatches2 = 105,
    /// Arm a persistent watch.
    AddWatch = 106,
    /// The identities of the connection.
    WhoAmI = 107,
    /// End the session.
    CloseSession = -11,
}

/// What kind of node to create; [`CreateMode::flags`] is the number on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CreateMode {
    /// Stays until it is deleted.
    #[default]
    Persistent,
    /// Goes with its session.
    Ephemeral,
    /// Persistent, with a ten-digit number appended to its name.
    PersistentSequential,
    /// Ephemeral, with a ten-digit number appended to its name.
    EphemeralSequential,
    /// Goes some time after its last child has gone.
    Container,
    /// Goes when untouched and childless for its time to live.
    PersistentWithTtl,
    /// The same, with a ten-digit number appended to its name.
    PersistentSequentialWithTtl,
}

impl CreateMode {
    /// The flags field of a create request.
    pub const fn flags(self) -> i32 {
        match self {
            Self::Persistent => 0,
            Self::Ephemeral => 1,
            Self::PersistentSequential => 2,
            Self::EphemeralSequential => 3,
            Self::Container => 4,
            Self::PersistentWithTtl => 5,
            Self::PersistentSequentialWithTtl => 6,
        }
    }

    /// The mode behind a flags field; `None` when there is none (a bad argument).
    pub const fn from_flags(flags: i32) -> Option<Self> {
        Some(match flags {
            0 => Self::Persistent,
            1 => Self::Ephemeral,
            2 => Self::PersistentSequential,
            3 => Self::EphemeralSequential,
            4 => Self::Container,
            5 => Self::PersistentWithTtl,
            6 => Self::PersistentSequentialWithTtl,
            _ => return None,
        })
    }

    /// Whether the node goes with its session.
    pub const fn is_ephemeral(self) -> bool {
        matches!(self, Self::Ephemeral | Self::EphemeralSequential)
    }

    /// Whether the server appends a number to the name.
    pub const fn is_sequential(self) -> bool {
        matches!(
            self,
            Self::PersistentSequential
                | Self::EphemeralSequential
                | Self::PersistentSequentialWithTtl
        )
    }

    /// Whether the node has a time to live.
    pub const fn has_ttl(self) -> bool {
        matches!(
            self,
            Self::PersistentWithTtl | Self::PersistentSequentialWithTtl
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_and_flags_survive_the_round_trip() {
        for op in OpCode::ALL {
            assert_eq!(OpCode::from_code(op.code()), Some(*op));
        }
        for internal in [-10, -1, 0, 10, 20, 999] {
            assert_eq!(OpCode::from_code(internal), None, "{internal}");
        }
        for flags in 0..7 {
            assert_eq!(
                CreateMode::from_flags(flags).map(CreateMode::flags),
                Some(flags)
            );
        }
        assert_eq!(CreateMode::from_flags(7), None);
    }
}
