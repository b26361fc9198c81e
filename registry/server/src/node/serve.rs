//! Requests of an attached connection: which are answered at once, which wait, and how each is
//! answered.

use std::time::Duration;

use bytes::Bytes;
use tenfold_zk::{
    AddWatchMode, AuthPacket, ErrorCode, ErrorResponse, Id, OpCode, ReplyHeader, Request,
    RequestHeader, Response, SessionId, SetSaslResponse, SetWatches2, WatcherEvent, Xid, Zxid,
    frame,
    jute::{Jute, Reader},
};

use super::{Asked, ConnectionId, Node, Now, Pending, translate};
use crate::{
    core::{
        acl,
        entry::{Origin, WriteReply},
    },
    watch::catch_up,
};

impl Node {
    /// Takes a request of a connection that is attached to a session.
    pub(super) fn request(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        frame: &Bytes,
        now: Now,
    ) {
        let mut input = Reader::new(frame);
        let Ok(header) = RequestHeader::read(&mut input) else {
            self.close(id);
            return;
        };
        let xid = header.xid;
        self.note_request(id, &header);
        let asked_at = now.monotonic;
        let pending = match translate::decode(header.op, input.rest()) {
            // Identities belong to the connection, not to the order of its requests: these two skip
            // the queue.
            Asked::Local(Request::Auth(packet)) => return self.authenticate(id, xid, &packet),
            Asked::Local(Request::Sasl(_)) => return self.answer_sasl(id, xid),
            Asked::Write(write) => {
                let sequence = self.propose(id, session, write);
                Pending::Proposed {
                    sequence,
                    xid,
                    asked_at,
                }
            }
            Asked::Local(what) => Pending::Local {
                xid,
                what: Box::new(what),
                asked_at,
            },
            Asked::Malformed => Pending::Malformed { xid },
            Asked::Unknown => Pending::Unknown { xid },
        };
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.pending.push_back(pending);
        }
        self.drain(id, now);
    }

    /// A frame that came while the session was being opened.
    pub(super) fn received_held(&mut self, id: ConnectionId, frame: Bytes, now: Now) {
        if let Some(session) = self.connections.get(&id).and_then(|one| one.session()) {
            self.request(id, session, &frame, now);
        }
    }

    /// Answers the transaction at the head of a connection's queue, and then what waited behind it.
    pub(super) fn answer_proposed(
        &mut self,
        origin: Origin,
        reply: WriteReply,
        zxid: Zxid,
        now: Now,
    ) {
        let id = ConnectionId(origin.connection);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Some(Pending::Proposed {
            sequence,
            xid,
            asked_at,
        }) = connection.pending.front()
        else {
            return;
        };
        if *sequence != origin.sequence {
            return;
        }
        let (xid, asked_at) = (*xid, *asked_at);
        connection.pending.pop_front();
        let closed = reply == WriteReply::Closed;
        self.reply(
            id,
            xid,
            zxid,
            translate::encode(reply),
            Some(asked_at),
            now.monotonic,
        );
        if closed {
            self.close(id);
        } else {
            self.drain(id, now);
        }
    }

    /// Answers everything at the head of a connection's queue that waits for nothing.
    fn drain(&mut self, id: ConnectionId, now: Now) {
        while let Some(connection) = self.connections.get_mut(&id) {
            match connection.pending.front() {
                None | Some(Pending::Proposed { .. }) => return,
                Some(_) => {}
            }
            let zxid = self.state.zxid();
            match connection.pending.pop_front() {
                Some(Pending::Local {
                    xid,
                    what,
                    asked_at,
                }) => {
                    let answer = self.answer(id, &what);
                    self.reply(id, xid, zxid, answer, Some(asked_at), now.monotonic);
                    self.bound_watches(id);
                }
                Some(Pending::Malformed { xid }) => {
                    let answer = Err(ErrorCode::MARSHALLING_ERROR);
                    self.reply(id, xid, zxid, answer, None, now.monotonic);
                }
                Some(Pending::Unknown { xid }) => {
                    let answer = Err(ErrorCode::UNIMPLEMENTED);
                    self.reply(id, xid, Zxid::NONE, answer, None, now.monotonic);
                    self.close(id);
                }
                Some(Pending::Proposed { .. }) | None => return,
            }
        }
    }

    /// Answers what this node can answer by itself.
    fn answer(&mut self, id: ConnectionId, request: &Request) -> Result<Response, ErrorCode> {
        let connection = self
            .connections
            .get(&id)
            .ok_or(ErrorCode::CONNECTION_LOSS)?;
        let session = connection.session().ok_or(ErrorCode::SESSION_EXPIRED)?;
        let outcome = match request {
            Request::AddWatch(body) => {
                match body.mode {
                    AddWatchMode::PersistentRecursive => self.watches.arm_recursive(id, &body.path),
                    _ => self.watches.arm_persistent(id, &body.path),
                }
                return Ok(Response::AddWatch(ErrorResponse { err: ErrorCode::OK }));
            }
            Request::CheckWatches(body) => {
                let found = self.watches.contains(id, &body.path, body.kind);
                return found
                    .then_some(Response::Empty)
                    .ok_or(ErrorCode::NO_WATCHER);
            }
            Request::RemoveWatches(body) => {
                let found = self.watches.disarm(id, &body.path, body.kind);
                return found
                    .then_some(Response::Empty)
                    .ok_or(ErrorCode::NO_WATCHER);
            }
            Request::SetWatches(body) => {
                let body = SetWatches2 {
                    relative_zxid: body.relative_zxid,
                    data: body.data.clone(),
                    exist: body.exist.clone(),
                    child: body.child.clone(),
                    persistent: Vec::new(),
                    persistent_recursive: Vec::new(),
                };
                return self.set_watches(id, &body);
            }
            Request::SetWatches2(body) => return self.set_watches(id, body),
            read => self.state.query(session, &connection.identities, read),
        };
        self.arm(id, request, &outcome);
        outcome
    }

    /// Arms the watch that a read asked for. A missing node arms one only for exists.
    fn arm(&mut self, id: ConnectionId, request: &Request, outcome: &Result<Response, ErrorCode>) {
        match request {
            Request::Exists(body) if body.watch => {
                if matches!(outcome, Ok(_) | Err(ErrorCode::NO_NODE)) {
                    self.watches.arm_data(id, &body.path);
                }
            }
            Request::GetData(body) if body.watch && outcome.is_ok() => {
                self.watches.arm_data(id, &body.path);
            }
            Request::GetChildren(body) | Request::GetChildren2(body)
                if body.watch && outcome.is_ok() =>
            {
                self.watches.arm_child(id, &body.path);
            }
            _ => {}
        }
    }

    /// Re-arms watches; what was missed is told before the reply.
    fn set_watches(&mut self, id: ConnectionId, body: &SetWatches2) -> Result<Response, ErrorCode> {
        let caught = catch_up(&mut self.watches, id, body, |path| self.state.stat(path));
        for (kind, path) in caught.events {
            let state = tenfold_zk::KeeperState::SyncConnected;
            let frame = WatcherEvent { kind, state, path }.to_frame(Zxid::NONE);
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.out.extend_from_slice(&frame);
                connection.stats.sent = connection.stats.sent.saturating_add(1);
                self.stats.sent = self.stats.sent.saturating_add(1);
            }
        }
        Ok(Response::Empty)
    }

    /// A connection with too many watches is cut.
    fn bound_watches(&mut self, id: ConnectionId) {
        let limit = self.config.limits.watches_per_connection_max;
        if self.watches.count_of(id) > limit {
            tracing::warn!(
                connection = id.0,
                limit,
                "too many watches on one connection"
            );
            self.close(id);
        }
    }

    fn authenticate(&mut self, id: ConnectionId, xid: Xid, packet: &AuthPacket) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let room = connection.identities.len() < IDENTITIES_MAX;
        let accepted = match (packet.scheme.as_str(), &packet.auth) {
            // Every connection has its address from the start.
            ("ip", _) => true,
            ("digest", Some(user_password)) if room => {
                let identity = acl::digest_identity(user_password);
                if self.config.super_digest.as_ref() == Some(&identity.id) {
                    connection.add_identity(Id::new("super", ""));
                }
                connection.add_identity(identity);
                true
            }
            _ => false,
        };
        let err = if accepted {
            ErrorCode::OK
        } else {
            ErrorCode::AUTH_FAILED
        };
        self.header_only(id, xid, err);
        if !accepted {
            self.stats.auth_failures = self.stats.auth_failures.saturating_add(1);
            self.close(id);
        }
    }

    /// There is no SASL login here; clients that try learn it from the null token.
    fn answer_sasl(&mut self, id: ConnectionId, xid: Xid) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let token = Response::Sasl(SetSaslResponse { token: None });
        token.append_frame(xid, Zxid::ZERO, &mut connection.out);
        self.count_sent(id);
    }

    fn header_only(&mut self, id: ConnectionId, xid: Xid, err: ErrorCode) {
        if let Some(connection) = self.connections.get_mut(&id) {
            let header = ReplyHeader {
                xid,
                zxid: Zxid::ZERO,
                err,
            };
            frame::append(&mut connection.out, |out| header.write(out));
            self.count_sent(id);
        }
    }

    fn reply(
        &mut self,
        id: ConnectionId,
        xid: Xid,
        zxid: Zxid,
        answer: Result<Response, ErrorCode>,
        asked_at: Option<Duration>,
        now: Duration,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        match answer {
            Ok(response) => response.append_frame(xid, zxid, &mut connection.out),
            Err(err) => {
                let header = ReplyHeader { xid, zxid, err };
                frame::append(&mut connection.out, |out| header.write(out));
            }
        }
        let stats = &mut connection.stats;
        stats.last_zxid = zxid.0;
        stats.last_reply = now;
        if let Some(asked_at) = asked_at {
            let ms = now.saturating_sub(asked_at).as_millis();
            let ms = u64::try_from(ms).unwrap_or(u64::MAX);
            stats.last_latency_ms = ms;
            stats.latency.record(ms);
            self.stats.latency.record(ms);
        }
        self.count_sent(id);
    }

    fn count_sent(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.stats.sent = connection.stats.sent.saturating_add(1);
            self.stats.sent = self.stats.sent.saturating_add(1);
            self.dirty.insert(id);
        }
    }

    fn note_request(&mut self, id: ConnectionId, header: &RequestHeader) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.stats.last_op = op_name(header.op);
            if header.xid.0 > 0 {
                connection.stats.last_xid = header.xid.0;
            }
        }
    }
}

/// The name that `cons` shows for an operation.
fn op_name(op: i32) -> &'static str {
    match OpCode::from_code(op) {
        Some(OpCode::Create | OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl) => {
            "CREA"
        }
        Some(OpCode::Delete) => "DELE",
        Some(OpCode::Exists) => "EXIS",
        Some(OpCode::GetData) => "GETD",
        Some(OpCode::SetData) => "SETD",
        Some(OpCode::GetAcl) => "GETA",
        Some(OpCode::SetAcl) => "SETA",
        Some(OpCode::GetChildren | OpCode::GetChildren2) => "GETC",
        Some(OpCode::Sync) => "SYNC",
        Some(OpCode::Ping) => "PING",
        Some(OpCode::Multi) => "MULT",
        Some(OpCode::MultiRead) => "MLTR",
        Some(OpCode::SetWatches) => "SETW",
        Some(OpCode::SetWatches2) => "STW2",
        Some(OpCode::AddWatch) => "ADDW",
        Some(OpCode::CheckWatches) => "CHKW",
        Some(OpCode::RemoveWatches) => "REMW",
        Some(OpCode::GetEphemerals) => "GETE",
        Some(OpCode::GetAllChildrenNumber) => "GETACN",
        Some(OpCode::WhoAmI) => "HOMI",
        Some(OpCode::CloseSession) => "CLOS",
        Some(OpCode::Reconfig) => "RECO",
        _ => "NA",
    }
}

/// Every check of an access list looks at all identities of a connection; nobody needs more than a
/// handful.
const IDENTITIES_MAX: usize = 64;
