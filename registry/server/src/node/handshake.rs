//! The first frame of a connection: a session is opened, resumed or refused.

use std::time::Duration;

use bytes::Bytes;
use tenfold_zk::{ConnectRequest, ConnectResponse, SessionId, frame, jute::Jute};

use super::{Connection, ConnectionId, Node, Now, Phase};
use crate::core::entry::{Origin, Write};

impl Node {
    /// Takes the handshake. The checks are in ZooKeeper's order, but for one: a session's other
    /// connection is closed only for who knows the password.
    pub(super) fn connect(&mut self, id: ConnectionId, frame: &[u8], now: Now) {
        let Ok(request) = ConnectRequest::from_bytes(frame) else {
            self.close(id);
            return;
        };
        if request.last_zxid_seen > self.state.zxid() {
            // The client has seen a later state than ours: it must find another server, or wait for
            // us to catch up.
            let (seen, ours) = (request.last_zxid_seen, self.state.zxid());
            tracing::warn!(%seen, %ours, "client is ahead");
            self.close(id);
            return;
        }
        let timeout = self.negotiate(request.timeout_ms);
        if request.session_id == SessionId::NONE {
            self.open_session(id, timeout, request.read_only);
        } else {
            self.resume_session(id, &request, timeout, now);
        }
    }

    /// The session that a connection asked for has been opened.
    pub(super) fn session_opened(
        &mut self,
        session: SessionId,
        timeout_ms: i32,
        mine: Option<Origin>,
        now: Now,
    ) {
        let timeout = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        self.liveness.open(session, timeout, now.monotonic);
        let Some(origin) = mine else { return };
        let id = ConnectionId(origin.connection);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if connection.sequence != origin.sequence {
            return;
        }
        let Phase::Opening { read_only, held } = &mut connection.phase else {
            return;
        };
        let (read_only, held) = (*read_only, std::mem::take(held));
        self.attach(id, session, timeout, read_only);
        for frame in held {
            self.received_held(id, frame, now);
        }
    }

    fn open_session(&mut self, id: ConnectionId, timeout: Duration, read_only: Option<bool>) {
        let opening = self.proposals.len();
        if self.state.session_count().saturating_add(opening) >= self.config.limits.sessions_max {
            tracing::warn!(limit = self.config.limits.sessions_max, "too many sessions");
            self.close(id);
            return;
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.phase = Phase::Opening {
                read_only,
                held: Vec::new(),
            };
        }
        let timeout_ms = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        self.propose(id, SessionId::NONE, Write::OpenSession { timeout_ms });
    }

    /// A wrong password, an unknown and an expired session look alike to the client, and none of
    /// them gets a session.
    fn resume_session(
        &mut self,
        id: ConnectionId,
        request: &ConnectRequest,
        timeout: Duration,
        now: Now,
    ) {
        let session = request.session_id;
        let known = self.passwords.check(session, &request.password)
            && self.state.has_session(session)
            && self.liveness.timeout(session).is_some();
        if !known {
            self.respond(id, &ConnectResponse::refused(request.read_only));
            self.close(id);
            return;
        }
        if let Some(old) = self.attached.get(&session).copied() {
            self.close(old);
        }
        self.liveness.open(session, timeout, now.monotonic);
        self.attach(id, session, timeout, request.read_only);
    }

    fn attach(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        timeout: Duration,
        read_only: Option<bool>,
    ) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.phase = Phase::Live { session };
            connection.stats.last_op = "SESS";
            connection.stats.timeout_ms = timeout.as_millis();
            self.attached.insert(session, id);
        }
        let response = ConnectResponse {
            protocol_version: 0,
            timeout_ms: i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX),
            session_id: session,
            password: Bytes::copy_from_slice(&self.passwords.of(session)),
            read_only: read_only.map(|_| false),
        };
        self.respond(id, &response);
    }

    fn respond(&mut self, id: ConnectionId, response: &ConnectResponse) {
        if let Some(connection) = self.connections.get_mut(&id) {
            frame::append(&mut connection.out, |out| response.write(out));
            count_sent(connection);
            self.stats.sent = self.stats.sent.saturating_add(1);
            self.dirty.insert(id);
        }
    }

    /// What the client wants, within what we give; nothing and less than nothing become the
    /// minimum.
    fn negotiate(&self, timeout_ms: i32) -> Duration {
        let wanted = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        wanted.clamp(
            self.config.session_timeout_min,
            self.config.session_timeout_max,
        )
    }
}

fn count_sent(connection: &mut Connection) {
    connection.stats.sent = connection.stats.sent.saturating_add(1);
}
