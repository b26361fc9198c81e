//! The headers that stand before every record but the handshake's.

use crate::{ErrorCode, Xid, Zxid, jute::record};

record! {
    /// Client → server.
    #[derive(Copy)]
    pub struct RequestHeader {
        /// Chosen by the client, echoed by the server.
        pub xid: Xid,
        /// The opcode as it stands on the wire; see [`crate::OpCode::from_code`].
        pub op: i32,
    }
}

record! {
    /// Server → client; a body follows only when [`ReplyHeader::err`] is [`ErrorCode::OK`].
    #[derive(Copy)]
    pub struct ReplyHeader {
        /// The request's xid, or [`Xid::NOTIFICATION`].
        pub xid: Xid,
        /// Of a write its own, of a read the last one the server applied, 0 for auth.
        pub zxid: Zxid,
        /// The result.
        pub err: ErrorCode,
    }
}
