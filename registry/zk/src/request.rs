//! What a client asks, as one type.

use bytes::{Bytes, BytesMut};

use crate::{
    AddWatchRequest, AuthPacket, CheckVersionRequest, CheckWatchesRequest, CreateRequest,
    CreateTtlRequest, DecodeError, DeleteRequest, GetEphemeralsRequest, GetSaslRequest,
    MultiRequest, OpCode, PathRequest, PathWatchRequest, ReconfigRequest, RequestHeader,
    SetAclRequest, SetDataRequest, SetWatches, SetWatches2, Xid, frame,
    jute::{Jute, Reader},
};

/// A request without its header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// [`OpCode::Create`].
    Create(CreateRequest),
    /// [`OpCode::Create2`].
    Create2(CreateRequest),
    /// [`OpCode::CreateContainer`].
    CreateContainer(CreateRequest),
    /// [`OpCode::CreateTtl`].
    CreateTtl(CreateTtlRequest),
    /// [`OpCode::Delete`].
    Delete(DeleteRequest),
    /// [`OpCode::Exists`].
    Exists(PathWatchRequest),
    /// [`OpCode::GetData`].
    GetData(PathWatchRequest),
    /// [`OpCode::SetData`].
    SetData(SetDataRequest),
    /// [`OpCode::GetAcl`].
    GetAcl(PathRequest),
    /// [`OpCode::SetAcl`].
    SetAcl(SetAclRequest),
    /// [`OpCode::GetChildren`].
    GetChildren(PathWatchRequest),
    /// [`OpCode::GetChildren2`].
    GetChildren2(PathWatchRequest),
    /// [`OpCode::Sync`].
    Sync(PathRequest),
    /// [`OpCode::Ping`].
    Ping,
    /// [`OpCode::Check`]; only inside a multi.
    Check(CheckVersionRequest),
    /// [`OpCode::Multi`].
    Multi(MultiRequest),
    /// [`OpCode::MultiRead`].
    MultiRead(MultiRequest),
    /// [`OpCode::Reconfig`].
    Reconfig(ReconfigRequest),
    /// [`OpCode::CheckWatches`].
    CheckWatches(CheckWatchesRequest),
    /// [`OpCode::RemoveWatches`].
    RemoveWatches(CheckWatchesRequest),
    /// [`OpCode::Auth`].
    Auth(AuthPacket),
    /// [`OpCode::SetWatches`].
    SetWatches(SetWatches),
    /// [`OpCode::SetWatches2`].
    SetWatches2(SetWatches2),
    /// [`OpCode::Sasl`].
    Sasl(GetSaslRequest),
    /// [`OpCode::GetEphemerals`].
    GetEphemerals(GetEphemeralsRequest),
    /// [`OpCode::GetAllChildrenNumber`].
    GetAllChildrenNumber(PathRequest),
    /// [`OpCode::AddWatch`].
    AddWatch(AddWatchRequest),
    /// [`OpCode::WhoAmI`].
    WhoAmI,
    /// [`OpCode::CloseSession`].
    CloseSession,
}

impl Request {
    /// Decodes the body that follows a [`RequestHeader`] with this opcode.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when the bytes are not such a record; a server answers it with
    /// [`crate::ErrorCode::MARSHALLING_ERROR`] and goes on.
    pub fn decode(op: OpCode, body: &[u8]) -> Result<Self, DecodeError> {
        Self::read_body(op, &mut Reader::new(body))
    }

    /// Reads the body of a request with this opcode.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when the bytes are not such a record.
    pub fn read_body(op: OpCode, input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match op {
            OpCode::Create => Self::Create(Jute::read(input)?),
            OpCode::Create2 => Self::Create2(Jute::read(input)?),
            OpCode::CreateContainer => Self::CreateContainer(Jute::read(input)?),
            OpCode::CreateTtl => Self::CreateTtl(Jute::read(input)?),
            OpCode::Delete => Self::Delete(Jute::read(input)?),
            OpCode::Exists => Self::Exists(Jute::read(input)?),
            OpCode::GetData => Self::GetData(Jute::read(input)?),
            OpCode::SetData => Self::SetData(Jute::read(input)?),
            OpCode::GetAcl => Self::GetAcl(Jute::read(input)?),
            OpCode::SetAcl => Self::SetAcl(Jute::read(input)?),
            OpCode::GetChildren => Self::GetChildren(Jute::read(input)?),
            OpCode::GetChildren2 => Self::GetChildren2(Jute::read(input)?),
            OpCode::Sync => Self::Sync(Jute::read(input)?),
            OpCode::Ping => Self::Ping,
            OpCode::Check => Self::Check(Jute::read(input)?),
            OpCode::Multi => Self::Multi(MultiRequest::read(input, false)?),
            OpCode::MultiRead => Self::MultiRead(MultiRequest::read(input, true)?),
            OpCode::Reconfig => Self::Reconfig(Jute::read(input)?),
            OpCode::CheckWatches => Self::CheckWatches(Jute::read(input)?),
            OpCode::RemoveWatches => Self::RemoveWatches(Jute::read(input)?),
            OpCode::Auth => Self::Auth(Jute::read(input)?),
            OpCode::SetWatches => Self::SetWatches(Jute::read(input)?),
            OpCode::SetWatches2 => Self::SetWatches2(Jute::read(input)?),
            OpCode::Sasl => Self::Sasl(Jute::read(input)?),
            OpCode::GetEphemerals => Self::GetEphemerals(Jute::read(input)?),
            OpCode::GetAllChildrenNumber => Self::GetAllChildrenNumber(Jute::read(input)?),
            OpCode::AddWatch => Self::AddWatch(Jute::read(input)?),
            OpCode::WhoAmI => Self::WhoAmI,
            OpCode::CloseSession => Self::CloseSession,
        })
    }

    /// Appends the body.
    pub fn write_body(&self, out: &mut BytesMut) {
        match self {
            Self::Create(body) | Self::Create2(body) | Self::CreateContainer(body) => {
                body.write(out);
            }
            Self::CreateTtl(body) => body.write(out),
            Self::Delete(body) => body.write(out),
            Self::Exists(body)
            | Self::GetData(body)
            | Self::GetChildren(body)
            | Self::GetChildren2(body) => body.write(out),
            Self::SetData(body) => body.write(out),
            Self::GetAcl(body) | Self::Sync(body) | Self::GetAllChildrenNumber(body) => {
                body.write(out);
            }
            Self::SetAcl(body) => body.write(out),
            Self::Check(body) => body.write(out),
            Self::Multi(body) | Self::MultiRead(body) => body.write(out),
            Self::Reconfig(body) => body.write(out),
            Self::CheckWatches(body) | Self::RemoveWatches(body) => body.write(out),
            Self::Auth(body) => body.write(out),
            Self::SetWatches(body) => body.write(out),
            Self::SetWatches2(body) => body.write(out),
            Self::Sasl(body) => body.write(out),
            Self::GetEphemerals(body) => body.write(out),
            Self::AddWatch(body) => body.write(out),
            Self::Ping | Self::WhoAmI | Self::CloseSession => {}
        }
    }

    /// The whole frame: length, header, body.
    pub fn to_frame(&self, xid: Xid) -> Bytes {
        let mut out = BytesMut::new();
        self.append_frame(xid, &mut out);
        out.freeze()
    }

    /// Appends the whole frame: length, header, body.
    pub fn append_frame(&self, xid: Xid, out: &mut BytesMut) {
        frame::append(out, |out| {
            RequestHeader {
                xid,
                op: self.op().code(),
            }
            .write(out);
            self.write_body(out);
        });
    }

    /// The opcode.
    pub const fn op(&self) -> OpCode {
        match self {
            Self::Create(_) => OpCode::Create,
            Self::Create2(_) => OpCode::Create2,
            Self::CreateContainer(_) => OpCode::CreateContainer,
            Self::CreateTtl(_) => OpCode::CreateTtl,
            Self::Delete(_) => OpCode::Delete,
            Self::Exists(_) => OpCode::Exists,
            Self::GetData(_) => OpCode::GetData,
            Self::SetData(_) => OpCode::SetData,
            Self::GetAcl(_) => OpCode::GetAcl,
            Self::SetAcl(_) => OpCode::SetAcl,
            Self::GetChildren(_) => OpCode::GetChildren,
            Self::GetChildren2(_) => OpCode::GetChildren2,
            Self::Sync(_) => OpCode::Sync,
            Self::Ping => OpCode::Ping,
            Self::Check(_) => OpCode::Check,
            Self::Multi(_) => OpCode::Multi,
            Self::MultiRead(_) => OpCode::MultiRead,
            Self::Reconfig(_) => OpCode::Reconfig,
            Self::CheckWatches(_) => OpCode::CheckWatches,
            Self::RemoveWatches(_) => OpCode::RemoveWatches,
            Self::Auth(_) => OpCode::Auth,
            Self::SetWatches(_) => OpCode::SetWatches,
            Self::SetWatches2(_) => OpCode::SetWatches2,
            Self::Sasl(_) => OpCode::Sasl,
            Self::GetEphemerals(_) => OpCode::GetEphemerals,
            Self::GetAllChildrenNumber(_) => OpCode::GetAllChildrenNumber,
            Self::AddWatch(_) => OpCode::AddWatch,
            Self::WhoAmI => OpCode::WhoAmI,
            Self::CloseSession => OpCode::CloseSession,
        }
    }

    /// The node that the request is about, if it is about one.
    pub fn path(&self) -> Option<&str> {
        Some(match self {
            Self::Create(body) | Self::Create2(body) | Self::CreateContainer(body) => &body.path,
            Self::CreateTtl(body) => &body.path,
            Self::Delete(body) => &body.path,
            Self::Exists(body)
            | Self::GetData(body)
            | Self::GetChildren(body)
            | Self::GetChildren2(body) => &body.path,
            Self::SetData(body) => &body.path,
            Self::GetAcl(body) | Self::Sync(body) | Self::GetAllChildrenNumber(body) => &body.path,
            Self::SetAcl(body) => &body.path,
            Self::Check(body) => &body.path,
            Self::CheckWatches(body) | Self::RemoveWatches(body) => &body.path,
            Self::AddWatch(body) => &body.path,
            Self::GetEphemerals(body) => body.prefix.as_deref()?,
            _ => return None,
        })
    }
}
