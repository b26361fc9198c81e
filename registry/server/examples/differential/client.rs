//! A blocking client that shows answers in a form that can be compared.

use std::{
    error::Error,
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tenfold_zk::{
    Acl, ConnectRequest, ConnectResponse, CreateRequest, DeleteRequest, ErrorCode, MultiResult,
    OpCode, PathRequest, PathWatchRequest, ReplyHeader, Request, RequestHeader, Response,
    SessionId, Stat, WatcherEvent, Xid, Zxid, frame,
    jute::{Jute, Reader},
};

type Failure = Box<dyn Error>;

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    /// Counted from the server's base; −1 and 0 stand for themselves.
    pub(crate) zxid: i64,
    pub(crate) ended: bool,
    pub(crate) events: Vec<Vec<String>>,
}

pub(crate) struct Client {
    stream: TcpStream,
    buffer: BytesMut,
    session: SessionId,
    password: Bytes,
    xid: Xid,
    pending_events: Vec<(i64, String)>,
}

impl Client {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Failure> {
        Self::connect(address, SessionId::NONE, Bytes::from_static(&[0; 16]))?
            .ok_or_else(|| "a fresh session was refused".into())
    }

    fn connect(
        address: SocketAddr,
        session: SessionId,
        password: Bytes,
    ) -> Result<Option<Self>, Failure> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.set_nodelay(true)?;
        let request = ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: Zxid::ZERO,
            timeout_ms: 30_000,
            session_id: session,
            password,
            read_only: Some(false),
        };
        let mut out = BytesMut::new();
        frame::append(&mut out, |out| request.write(out));
        stream.write_all(&out)?;
        let mut buffer = BytesMut::new();
        let reply = next_frame(&mut stream, &mut buffer)?.ok_or("closed in the handshake")?;
        let reply = ConnectResponse::from_bytes(&reply)?;
        if reply.is_refusal() {
            return Ok(None);
        }
        Ok(Some(Self {
            stream,
            buffer,
            session: reply.session_id,
            password: reply.password,
            xid: Xid(0),
            pending_events: Vec::new(),
        }))
    }

    /// Comes back to the same session over another connection.
    pub(crate) fn reconnect(&mut self, address: SocketAddr) -> Result<Answer, Failure> {
        let back = Self::connect(address, self.session, self.password.clone())?;
        let text = format!("resumed: {}", back.is_some());
        *self = back.map_or_else(|| Self::open(address), Ok)?;
        Ok(Answer {
            text,
            zxid: 0,
            ended: false,
            events: Vec::new(),
        })
    }

    pub(crate) fn ask(&mut self, request: &Request, base: i64) -> Result<Answer, Failure> {
        let mut body = BytesMut::new();
        request.write_body(&mut body);
        self.raw(request.op().code(), &body, base)
    }

    pub(crate) fn raw(&mut self, op: i32, body: &[u8], base: i64) -> Result<Answer, Failure> {
        self.xid = match OpCode::from_code(op) {
            Some(OpCode::Auth) => Xid::AUTH,
            Some(OpCode::SetWatches | OpCode::SetWatches2) => Xid::SET_WATCHES,
            _ => Xid(self.xid.0.max(0) + 1),
        };
        let xid = self.xid;
        let mut out = BytesMut::new();
        frame::append(&mut out, |out| {
            RequestHeader { xid, op }.write(out);
            out.extend_from_slice(body);
        });
        self.stream.write_all(&out)?;
        let mut answer = Answer {
            text: "none".to_owned(),
            zxid: 0,
            ended: false,
            events: Vec::new(),
        };
        let Some(reply) = self.reply()? else {
            answer.ended = true;
            return Ok(answer);
        };
        let mut input = Reader::new(&reply);
        let header = ReplyHeader::read(&mut input)?;
        if header.xid != xid {
            return Err(format!("reply to {} instead of {xid}", header.xid).into());
        }
        answer.zxid = relative(header.zxid, base);
        answer.text = if header.err.is_ok() {
            let op = OpCode::from_code(op).ok_or("an unknown operation succeeded")?;
            show(Response::decode(op, input.rest())?, base)
        } else {
            format!("{} and {} bytes", header.err, input.rest().len())
        };
        let ends = matches!(
            header.err,
            ErrorCode::AUTH_FAILED | ErrorCode::UNIMPLEMENTED | ErrorCode::SESSION_EXPIRED
        );
        if ends || op == OpCode::CloseSession.code() {
            answer.ended = next_frame(&mut self.stream, &mut self.buffer)?.is_none();
        }
        Ok(answer)
    }

    /// The events that have come, after everything the server had to say has been heard.
    pub(crate) fn events(&mut self, base: i64) -> Result<Vec<String>, Failure> {
        let mut out = BytesMut::new();
        Request::Ping.append_frame(Xid::PING, &mut out);
        self.stream.write_all(&out)?;
        self.reply()?.ok_or("closed in a ping")?;
        let show = |(zxid, event): (i64, String)| format!("{} {event}", relative(Zxid(zxid), base));
        Ok(std::mem::take(&mut self.pending_events)
            .into_iter()
            .map(show)
            .collect())
    }

    pub(crate) fn zxid(&mut self) -> Result<i64, Failure> {
        Ok(self
            .ask(&Request::Sync(PathRequest { path: "/".into() }), 0)?
            .zxid)
    }

    pub(crate) fn create(&mut self, path: &str) -> Result<(), Failure> {
        let body = CreateRequest {
            path: path.into(),
            data: None,
            acl: Acl::open(),
            flags: 0,
        };
        let answer = self.ask(&Request::Create(body), 0)?;
        if answer.text.starts_with("Create") {
            Ok(())
        } else {
            Err(answer.text.into())
        }
    }

    /// Removes what an earlier run has left.
    pub(crate) fn remove_tree(&mut self, path: &str) -> Result<(), Failure> {
        let body = PathWatchRequest {
            path: path.into(),
            watch: false,
        };
        let mut out = BytesMut::new();
        Request::GetChildren(body).append_frame(Xid(1), &mut out);
        self.stream.write_all(&out)?;
        let reply = self.reply()?.ok_or("closed while cleaning")?;
        let mut input = Reader::new(&reply);
        if ReplyHeader::read(&mut input)?.err.is_ok()
            && let Response::GetChildren(body) =
                Response::decode(OpCode::GetChildren, input.rest())?
        {
            for name in body.children {
                self.remove_tree(&format!("{path}/{name}"))?;
            }
            self.ask(
                &Request::Delete(DeleteRequest {
                    path: path.into(),
                    version: -1,
                }),
                0,
            )?;
        }
        Ok(())
    }

    /// The next frame that is no event.
    fn reply(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let Some(reply) = next_frame(&mut self.stream, &mut self.buffer)? else {
                return Ok(None);
            };
            let mut input = Reader::new(&reply);
            let header = ReplyHeader::read(&mut input)?;
            if header.xid != Xid::NOTIFICATION {
                return Ok(Some(reply));
            }
            let event = WatcherEvent::read(&mut input)?;
            self.pending_events
                .push((header.zxid.0, format!("{:?} {}", event.kind, event.path)));
        }
    }
}

fn next_frame(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<Option<Bytes>, Failure> {
    loop {
        if let Some(frame) = frame::split(buffer, usize::MAX >> 1)? {
            return Ok(Some(frame));
        }
        let mut chunk = [0; 16384];
        match stream.read(&mut chunk) {
            Ok(0) => return Ok(None),
            Ok(count) => buffer.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}

fn relative(zxid: Zxid, base: i64) -> i64 {
    if zxid.0 > 0 { zxid.0 - base } else { zxid.0 }
}

/// A body without what differs between any two servers.
fn show(response: Response, base: i64) -> String {
    let stat = |stat: &mut Stat| {
        for zxid in [&mut stat.czxid, &mut stat.mzxid, &mut stat.pzxid] {
            zxid.0 = relative(*zxid, base);
        }
        (stat.ctime, stat.mtime) = (0, 0);
        stat.ephemeral_owner.0 = stat.ephemeral_owner.0.signum();
    };
    let mut response = response;
    match &mut response {
        Response::Create2(body) => stat(&mut body.stat),
        Response::Stat(body) => stat(body),
        Response::GetData(body) => stat(&mut body.stat),
        Response::GetAcl(body) => stat(&mut body.stat),
        Response::GetChildren(body) => body.children.sort(),
        Response::GetChildren2(body) => {
            stat(&mut body.stat);
            body.children.sort();
        }
        Response::GetEphemerals(body) => body.ephemerals.sort(),
        Response::WhoAmI(body) => {
            body.clients
                .sort_by(|a, b| (&a.scheme, &a.user).cmp(&(&b.scheme, &b.user)));
        }
        Response::Multi(body) => {
            for result in &mut body.results {
                match result {
                    MultiResult::Create2(body) => stat(&mut body.stat),
                    MultiResult::SetData(body) => stat(body),
                    MultiResult::GetData { stat: body, .. } => stat(body),
                    MultiResult::GetChildren(children) => children.sort(),
                    _ => {}
                }
            }
        }
        _ => {}
    }
    format!("{response:?}")
}
