//! ZooKeeper's client protocol without any I/O, for both ends of the wire.
//!
//! ```text
//!   int length │ header │ record            one frame, either direction
//! ```
//!
//! * [`jute`]: the encoding of single fields, and the [`jute::Jute`] trait that every record has.
//! * [`frame`]: frames cut out of a byte stream, with a limit.
//! * [`Request`] and [`Response`]: what a client asks and what a server answers, by [`OpCode`].
//! * [`ConnectRequest`], [`ConnectResponse`]: the first frame of each direction.
//! * [`Stat`], [`Acl`], [`WatcherEvent`], [`ErrorCode`], [`path`]: the data model.
//! * [`client`]: what a client has to remember and decide, driven by a shell that owns the socket.
//!
//! All records encode and decode in both directions, so the client and the built-in server share
//! them. Bytes from outside end in a [`DecodeError`]; no memory is taken by an announced length.

#![forbid(unsafe_code)]

mod acl;
pub mod client;
mod error;
pub mod frame;
mod handshake;
mod header;
mod ids;
pub mod jute;
mod multi;
mod opcode;
pub mod path;
mod records;
mod request;
mod response;
mod stat;
mod watch;

pub use acl::{Acl, Id, Perms};
pub use error::{DecodeError, ErrorCode};
pub use handshake::{ConnectRequest, ConnectResponse};
pub use header::{ReplyHeader, RequestHeader};
pub use ids::{SessionId, Xid, Zxid};
pub use multi::{MultiHeader, MultiRequest, MultiResponse, MultiResult};
pub use opcode::{CreateMode, OpCode};
pub use records::{
    AddWatchRequest, AuthPacket, CheckVersionRequest, CheckWatchesRequest, ClientInfo,
    Create2Response, CreateRequest, CreateResponse, CreateTtlRequest, DeleteRequest, ErrorResponse,
    GetAclResponse, GetAllChildrenNumberResponse, GetChildren2Response, GetChildrenResponse,
    GetDataResponse, GetEphemeralsRequest, GetEphemeralsResponse, GetSaslRequest, PathRequest,
    PathWatchRequest, ReconfigRequest, SetAclRequest, SetDataRequest, SetSaslResponse, SetWatches,
    SetWatches2, SyncResponse, WhoAmIResponse,
};
pub use request::Request;
pub use response::Response;
pub use stat::Stat;
pub use watch::{AddWatchMode, EventType, KeeperState, WatcherEvent, WatcherType};
