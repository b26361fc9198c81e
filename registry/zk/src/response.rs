//! What a server answers, as one type.

use bytes::{Bytes, BytesMut};

use crate::{
    Create2Response, CreateResponse, DecodeError, ErrorCode, ErrorResponse, GetAclResponse,
    GetAllChildrenNumberResponse, GetChildren2Response, GetChildrenResponse, GetDataResponse,
    GetEphemeralsResponse, MultiResponse, OpCode, ReplyHeader, SetSaslResponse, Stat, SyncResponse,
    WatcherEvent, WhoAmIResponse, Xid, Zxid, frame,
    jute::{Jute, Reader},
};

/// A reply's body; a reply with an error code has none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Response {
    /// No body: delete, ping, auth, setWatches, checkWatches, removeWatches, closeSession.
    Empty,
    /// create.
    Create(CreateResponse),
    /// create2, createContainer, createTTL.
    Create2(Create2Response),
    /// exists, setData, setACL.
    Stat(Stat),
    /// getData and reconfig.
    GetData(GetDataResponse),
    /// getACL.
    GetAcl(GetAclResponse),
    /// getChildren.
    GetChildren(GetChildrenResponse),
    /// getChildren2.
    GetChildren2(GetChildren2Response),
    /// sync.
    Sync(SyncResponse),
    /// multi and multiRead.
    Multi(MultiResponse),
    /// sasl.
    Sasl(SetSaslResponse),
    /// getEphemerals.
    GetEphemerals(GetEphemeralsResponse),
    /// getAllChildrenNumber.
    GetAllChildrenNumber(GetAllChildrenNumberResponse),
    /// addWatch.
    AddWatch(ErrorResponse),
    /// whoAmI.
    WhoAmI(WhoAmIResponse),
}

impl Response {
    /// Decodes the body of a successful reply to a request with this opcode.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when the bytes are not such a record.
    pub fn decode(op: OpCode, body: &[u8]) -> Result<Self, DecodeError> {
        let input = &mut Reader::new(body);
        Ok(match op {
            OpCode::Create => Self::Create(Jute::read(input)?),
            OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
                Self::Create2(Jute::read(input)?)
            }
            OpCode::Exists | OpCode::SetData | OpCode::SetAcl => Self::Stat(Jute::read(input)?),
            OpCode::GetData | OpCode::Reconfig => Self::GetData(Jute::read(input)?),
            OpCode::GetAcl => Self::GetAcl(Jute::read(input)?),
            OpCode::GetChildren => Self::GetChildren(Jute::read(input)?),
            OpCode::GetChildren2 => Self::GetChildren2(Jute::read(input)?),
            OpCode::Sync => Self::Sync(Jute::read(input)?),
            OpCode::Multi | OpCode::MultiRead => Self::Multi(Jute::read(input)?),
            OpCode::Sasl => Self::Sasl(Jute::read(input)?),
            OpCode::GetEphemerals => Self::GetEphemerals(Jute::read(input)?),
            OpCode::GetAllChildrenNumber => Self::GetAllChildrenNumber(Jute::read(input)?),
            OpCode::AddWatch => Self::AddWatch(Jute::read(input)?),
            OpCode::WhoAmI => Self::WhoAmI(Jute::read(input)?),
            OpCode::Delete
            | OpCode::Ping
            | OpCode::Check
            | OpCode::CheckWatches
            | OpCode::RemoveWatches
            | OpCode::Auth
            | OpCode::SetWatches
            | OpCode::SetWatches2
            | OpCode::CloseSession => Self::Empty,
        })
    }

    /// Appends the body.
    pub fn write_body(&self, out: &mut BytesMut) {
        match self {
            Self::Empty => {}
            Self::Create(body) => body.write(out),
            Self::Create2(body) => body.write(out),
            Self::Stat(body) => body.write(out),
            Self::GetData(body) => body.write(out),
            Self::GetAcl(body) => body.write(out),
            Self::GetChildren(body) => body.write(out),
            Self::GetChildren2(body) => body.write(out),
            Self::Sync(body) => body.write(out),
            Self::Multi(body) => body.write(out),
            Self::Sasl(body) => body.write(out),
            Self::GetEphemerals(body) => body.write(out),
            Self::GetAllChildrenNumber(body) => body.write(out),
            Self::AddWatch(body) => body.write(out),
            Self::WhoAmI(body) => body.write(out),
        }
    }

    /// Appends the whole frame of a successful reply.
    pub fn append_frame(&self, xid: Xid, zxid: Zxid, out: &mut BytesMut) {
        frame::append(out, |out| {
            ReplyHeader {
                xid,
                zxid,
                err: ErrorCode::OK,
            }
            .write(out);
            self.write_body(out);
        });
    }

    /// The whole frame of a failed reply: a header and nothing more.
    pub fn error_frame(xid: Xid, zxid: Zxid, err: ErrorCode) -> Bytes {
        let mut out = BytesMut::new();
        frame::append(&mut out, |out| ReplyHeader { xid, zxid, err }.write(out));
        out.freeze()
    }
}

impl WatcherEvent {
    /// The whole frame of this event.
    pub fn to_frame(&self, zxid: Zxid) -> Bytes {
        let header = ReplyHeader {
            xid: Xid::NOTIFICATION,
            zxid,
            err: ErrorCode::OK,
        };
        frame::of(&header, self)
    }
}
