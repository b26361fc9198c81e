//! The bodies of requests and replies, in the order of ZooKeeper's `zookeeper.jute`.

use bytes::Bytes;

use crate::{Acl, AddWatchMode, ErrorCode, Stat, WatcherType, Zxid, jute::record};

record! {
    /// create, create2 and createContainer.
    pub struct CreateRequest {
        /// The node; with a sequential mode the start of its name.
        pub path: String,
        /// Its data; null is legal.
        pub data: Option<Bytes>,
        /// Its ACL list; null reads as empty, and both are refused.
        pub acl: Vec<Acl>,
        /// The flags of a [`crate::CreateMode`].
        pub flags: i32,
    }
}

record! {
    /// createTTL.
    pub struct CreateTtlRequest {
        /// The node; with a sequential mode the start of its name.
        pub path: String,
        /// Its data; null is legal.
        pub data: Option<Bytes>,
        /// Its ACL list.
        pub acl: Vec<Acl>,
        /// The flags of a [`crate::CreateMode`] with a time to live.
        pub flags: i32,
        /// Time to live in milliseconds.
        pub ttl_ms: i64,
    }
}

record! {
    /// The path of the created node.
    pub struct CreateResponse {
        /// With its number, if sequential.
        pub path: String,
    }
}

record! {
    /// The path and Stat of the created node.
    pub struct Create2Response {
        /// With its number, if sequential.
        pub path: String,
        /// The node's Stat.
        pub stat: Stat,
    }
}

record! {
    /// delete.
    pub struct DeleteRequest {
        /// The node.
        pub path: String,
        /// The expected data version; −1 for any.
        pub version: i32,
    }
}

record! {
    /// exists, getData, getChildren and getChildren2.
    pub struct PathWatchRequest {
        /// The node.
        pub path: String,
        /// Whether to arm a one-shot watch.
        pub watch: bool,
    }
}

record! {
    /// getACL, sync and getAllChildrenNumber.
    pub struct PathRequest {
        /// The node.
        pub path: String,
    }
}

record! {
    /// Data and Stat; also the reply of reconfig.
    pub struct GetDataResponse {
        /// The data; null when the node was made with null.
        pub data: Option<Bytes>,
        /// The node's Stat.
        pub stat: Stat,
    }
}

record! {
    /// setData.
    pub struct SetDataRequest {
        /// The node.
        pub path: String,
        /// The data; null is legal.
        pub data: Option<Bytes>,
        /// The expected data version; −1 for any.
        pub version: i32,
    }
}

record! {
    /// ACL list and Stat.
    pub struct GetAclResponse {
        /// The list; digests are masked without the ADMIN permission.
        pub acl: Vec<Acl>,
        /// The node's Stat.
        pub stat: Stat,
    }
}

record! {
    /// setACL.
    pub struct SetAclRequest {
        /// The node.
        pub path: String,
        /// The list.
        pub acl: Vec<Acl>,
        /// The expected ACL version; −1 for any.
        pub version: i32,
    }
}

record! {
    /// Names of the children, in no order.
    pub struct GetChildrenResponse {
        /// Names, not paths.
        pub children: Vec<String>,
    }
}

record! {
    /// Names of the children, in no order, and the node's Stat.
    pub struct GetChildren2Response {
        /// Names, not paths.
        pub children: Vec<String>,
        /// The parent's Stat.
        pub stat: Stat,
    }
}

record! {
    /// The path of the request again.
    pub struct SyncResponse {
        /// The path of the request.
        pub path: String,
    }
}

record! {
    /// check, a member of a multi.
    pub struct CheckVersionRequest {
        /// The node.
        pub path: String,
        /// The expected data version; −1 for any, so that only existence is checked.
        pub version: i32,
    }
}

record! {
    /// auth.
    pub struct AuthPacket {
        /// Ignored; 0.
        pub kind: i32,
        /// The scheme.
        pub scheme: String,
        /// The scheme's payload; `user:password` for digest.
        pub auth: Option<Bytes>,
    }
}

record! {
    /// One round of a SASL exchange.
    pub struct GetSaslRequest {
        /// The client's token.
        pub token: Option<Bytes>,
    }
}

record! {
    /// The server's side of a SASL round.
    pub struct SetSaslResponse {
        /// The server's token.
        pub token: Option<Bytes>,
    }
}

record! {
    /// setWatches: the one-shot watches of a client that comes back.
    pub struct SetWatches {
        /// What the client has seen; later changes are reported at once.
        pub relative_zxid: Zxid,
        /// Data watches.
        pub data: Vec<String>,
        /// Exist watches on nodes that were missing.
        pub exist: Vec<String>,
        /// Child watches.
        pub child: Vec<String>,
    }
}

record! {
    /// setWatches2: all watches of a client that comes back.
    pub struct SetWatches2 {
        /// What the client has seen; later changes are reported at once.
        pub relative_zxid: Zxid,
        /// Data watches.
        pub data: Vec<String>,
        /// Exist watches on nodes that were missing.
        pub exist: Vec<String>,
        /// Child watches.
        pub child: Vec<String>,
        /// Persistent watches; armed without a catch-up event.
        pub persistent: Vec<String>,
        /// Persistent recursive watches; armed without a catch-up event.
        pub persistent_recursive: Vec<String>,
    }
}

record! {
    /// addWatch.
    pub struct AddWatchRequest {
        /// The node; it need not exist.
        pub path: String,
        /// The kind of watch.
        pub mode: AddWatchMode,
    }
}

record! {
    /// checkWatches and removeWatches.
    pub struct CheckWatchesRequest {
        /// The node.
        pub path: String,
        /// Which watches.
        pub kind: WatcherType,
    }
}

record! {
    /// reconfig; every text may be null.
    pub struct ReconfigRequest {
        /// Servers to add or change, in membership text.
        pub joining: Option<String>,
        /// Ids of servers to remove, separated by commas.
        pub leaving: Option<String>,
        /// The whole membership, instead of a difference.
        pub members: Option<String>,
        /// The expected version of the configuration; −1 for any.
        pub config_id: i64,
    }
}

record! {
    /// getEphemerals.
    pub struct GetEphemeralsRequest {
        /// A plain string prefix; null, empty and `/` mean all.
        pub prefix: Option<String>,
    }
}

record! {
    /// The session's ephemeral nodes.
    pub struct GetEphemeralsResponse {
        /// Full paths.
        pub ephemerals: Vec<String>,
    }
}

record! {
    /// The number of descendants.
    pub struct GetAllChildrenNumberResponse {
        /// Descendants at any depth.
        pub total: i32,
    }
}

record! {
    /// One identity of a connection.
    pub struct ClientInfo {
        /// The scheme.
        pub scheme: String,
        /// The user, without any secret.
        pub user: String,
    }
}

record! {
    /// The identities of the connection.
    pub struct WhoAmIResponse {
        /// At least the `ip` one.
        pub clients: Vec<ClientInfo>,
    }
}

record! {
    /// A bare code: the reply of addWatch and the body of failed multi members.
    #[derive(Copy)]
    pub struct ErrorResponse {
        /// The code.
        pub err: ErrorCode,
    }
}
