//! The first frame of each direction: it has no header.
//!
//! The last byte, readOnly, is missing from clients older than 3.4; the server's answer has it if
//! and only if the request had it.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    DecodeError, SessionId, Zxid,
    jute::{Jute, Reader},
};

/// Client → server: open a session or resume one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// Always 0.
    pub protocol_version: i32,
    /// The largest zxid that the client has seen; a server that is behind must not serve it.
    pub last_zxid_seen: Zxid,
    /// Wanted session timeout in milliseconds.
    pub timeout_ms: i32,
    /// The session to resume, or [`SessionId::NONE`].
    pub session_id: SessionId,
    /// 16 bytes; zeroes for a fresh session. Null reads as empty.
    pub password: Bytes,
    /// Whether a read-only server will do; `None` when the byte is not on the wire.
    pub read_only: Option<bool>,
}

/// Server → client: the session, or a refusal with timeout 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectResponse {
    /// 0 from ZooKeeper.
    pub protocol_version: i32,
    /// Negotiated session timeout in milliseconds; **0 means that the session is gone**.
    pub timeout_ms: i32,
    /// The session, or [`SessionId::NONE`] when refused.
    pub session_id: SessionId,
    /// 16 bytes; zeroes when refused. Null reads as empty.
    pub password: Bytes,
    /// Whether the server is read-only; on the wire only if the client sent its byte.
    pub read_only: Option<bool>,
}

impl ConnectRequest {
    /// Bytes of a password.
    pub const PASSWORD_BYTES: usize = 16;
}

impl ConnectResponse {
    /// The one refusal: wrong password, unknown and expired sessions all look alike.
    pub fn refused(read_only: Option<bool>) -> Self {
        Self {
            protocol_version: 0,
            timeout_ms: 0,
            session_id: SessionId::NONE,
            password: Bytes::from_static(&[0; ConnectRequest::PASSWORD_BYTES]),
            read_only: read_only.map(|_| false),
        }
    }

    /// Whether the session is gone.
    pub const fn is_refusal(&self) -> bool {
        self.timeout_ms <= 0
    }
}

impl Jute for ConnectRequest {
    fn write(&self, out: &mut BytesMut) {
        out.put_i32(self.protocol_version);
        self.last_zxid_seen.write(out);
        out.put_i32(self.timeout_ms);
        self.session_id.write(out);
        Some(self.password.clone()).write(out);
        write_read_only(self.read_only, out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            protocol_version: Jute::read(input)?,
            last_zxid_seen: Jute::read(input)?,
            timeout_ms: Jute::read(input)?,
            session_id: Jute::read(input)?,
            password: read_password(input)?,
            read_only: read_read_only(input)?,
        })
    }
}

impl Jute for ConnectResponse {
    fn write(&self, out: &mut BytesMut) {
        out.put_i32(self.protocol_version);
        out.put_i32(self.timeout_ms);
        self.session_id.write(out);
        Some(self.password.clone()).write(out);
        write_read_only(self.read_only, out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            protocol_version: Jute::read(input)?,
            timeout_ms: Jute::read(input)?,
            session_id: Jute::read(input)?,
            password: read_password(input)?,
            read_only: read_read_only(input)?,
        })
    }
}

fn read_password(input: &mut Reader<'_>) -> Result<Bytes, DecodeError> {
    Ok(Option::<Bytes>::read(input)?.unwrap_or_default())
}

fn write_read_only(read_only: Option<bool>, out: &mut BytesMut) {
    if let Some(read_only) = read_only {
        read_only.write(out);
    }
}

fn read_read_only(input: &mut Reader<'_>) -> Result<Option<bool>, DecodeError> {
    if input.is_empty() {
        return Ok(None);
    }
    bool::read(input).map(Some)
}
