//! What the server knows about a node beside its data.

use crate::{SessionId, Zxid, jute::record};

record! {
    /// The 68-byte record that most replies carry.
    #[derive(Copy, Default)]
    pub struct Stat {
        /// The transaction that created the node.
        pub czxid: Zxid,
        /// The last create or setData of this node.
        pub mzxid: Zxid,
        /// Time of creation, milliseconds since the epoch.
        pub ctime: i64,
        /// Time of the last create or setData, milliseconds since the epoch.
        pub mtime: i64,
        /// Data version, one more for each setData.
        pub version: i32,
        /// Creations plus deletions of direct children.
        pub cversion: i32,
        /// ACL version, one more for each setACL.
        pub aversion: i32,
        /// The session that owns an ephemeral node, else [`SessionId::NONE`].
        pub ephemeral_owner: SessionId,
        /// Bytes of data; 0 for null.
        pub data_length: i32,
        /// Number of direct children.
        pub num_children: i32,
        /// The last create or delete of a direct child; at birth the czxid.
        pub pzxid: Zxid,
    }
}
