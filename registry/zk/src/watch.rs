//! Watch events and the numbers around watches.

use bytes::BytesMut;

use crate::{
    DecodeError,
    jute::{Jute, Reader, record},
};

macro_rules! numbers {
    ($(#[$meta:meta])* $name:ident $kind:literal { $($(#[$doc:meta])* $variant:ident = $value:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// The number on the wire.
            pub const fn code(self) -> i32 {
                match self { $(Self::$variant => $value,)* }
            }

            /// What a number stands for, if anything.
            pub const fn from_code(code: i32) -> Option<Self> {
                match code {
                    $($value => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl Jute for $name {
            fn write(&self, out: &mut BytesMut) {
                self.code().write(out);
            }

            fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let value = i32::read(input)?;
                Self::from_code(value).ok_or(DecodeError::UnknownValue { kind: $kind, value })
            }
        }
    };
}

numbers! {
    /// What happened to a watched node.
    EventType "event type" {
        /// No node: the state of the connection changed. Only clients make it.
        None = -1,
        /// The node came into being.
        NodeCreated = 1,
        /// The node has gone.
        NodeDeleted = 2,
        /// The node's data was set.
        NodeDataChanged = 3,
        /// A direct child came or went.
        NodeChildrenChanged = 4,
        /// A data watch was removed. Only clients make it.
        DataWatchRemoved = 5,
        /// A child watch was removed. Only clients make it.
        ChildWatchRemoved = 6,
        /// A persistent watch was removed. Only clients make it.
        PersistentWatchRemoved = 7,
    }
}

numbers! {
    /// State of the connection as an event carries it; servers always send `SyncConnected`.
    KeeperState "keeper state" {
        /// Not connected.
        Disconnected = 0,
        /// Connected to a server of the ensemble.
        SyncConnected = 3,
        /// The server refused an auth packet.
        AuthFailed = 4,
        /// Connected to a server without a quorum.
        ConnectedReadOnly = 5,
        /// Authenticated by SASL.
        SaslAuthenticated = 6,
        /// The session has ended.
        Expired = -112,
        /// The client was closed.
        Closed = 7,
    }
}

numbers! {
    /// Kind of a watch that is armed by addWatch.
    AddWatchMode "watch mode" {
        /// The node itself and its children list, until removed.
        Persistent = 0,
        /// The node and all its descendants, until removed.
        PersistentRecursive = 1,
    }
}

numbers! {
    /// Which watches checkWatches and removeWatches mean.
    WatcherType "watcher type" {
        /// Child watches.
        Children = 1,
        /// Data and exist watches.
        Data = 2,
        /// All of them.
        Any = 3,
        /// Persistent watches, from 3.9 on.
        Persistent = 4,
        /// Persistent recursive watches, from 3.9 on.
        PersistentRecursive = 5,
    }
}

record! {
    /// Server → client with [`crate::Xid::NOTIFICATION`]: a watched node changed.
    pub struct WatcherEvent {
        /// What happened.
        pub kind: EventType,
        /// The connection's state.
        pub state: KeeperState,
        /// The node.
        pub path: String,
    }
}
