//! The client's state machine: session, requests in order, pings, watches.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};

use super::{
    ClientConfig, Disconnect, Event, SubmitError, Token, WatchId, WatchKind, watches::WatchTable,
};
use crate::{
    AddWatchMode, AuthPacket, ConnectRequest, ConnectResponse, DecodeError, ErrorCode, OpCode,
    ReplyHeader, Request, Response, SessionId, WatcherEvent, Xid, Zxid, frame,
    jute::{Jute, Reader},
};

/// The client's state machine; see the [module](super).
#[derive(Debug)]
pub struct ClientCore {
    config: ClientConfig,
    phase: Phase,
    session: Option<Session>,
    last_zxid: Zxid,
    next_xid: Xid,
    pending: VecDeque<Pending>,
    queue: VecDeque<Queued>,
    watches: WatchTable,
    input: BytesMut,
    output: BytesMut,
    events: VecDeque<Event>,
    last_sent: Instant,
    last_heard: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Down,
    Handshaking {
        deadline: Instant,
    },
    Up,
    Closing,
    /// Nothing more will happen.
    Over,
}

#[derive(Debug)]
struct Session {
    id: SessionId,
    password: Bytes,
    timeout: Duration,
}

/// A request that was sent and not answered.
#[derive(Debug)]
struct Pending {
    xid: Xid,
    op: OpCode,
    token: Option<Token>,
    watch: Option<(WatchId, WatchKind, String)>,
}

/// A request that has not been sent.
#[derive(Debug)]
struct Queued {
    token: Token,
    request: Request,
    watch: Option<WatchId>,
}

impl ClientCore {
    /// A client that has no connection yet.
    pub fn new(config: ClientConfig, now: Instant) -> Self {
        Self {
            config,
            phase: Phase::Down,
            session: None,
            last_zxid: Zxid::ZERO,
            next_xid: Xid::FIRST,
            pending: VecDeque::new(),
            queue: VecDeque::new(),
            watches: WatchTable::default(),
            input: BytesMut::new(),
            output: BytesMut::new(),
            events: VecDeque::new(),
            last_sent: now,
            last_heard: now,
        }
    }

    /// A socket is open: the handshake starts.
    pub fn handle_opened(&mut self, now: Instant) {
        if self.phase != Phase::Down {
            return;
        }
        self.phase = Phase::Handshaking {
            deadline: now + self.config.handshake_timeout,
        };
        self.input.clear();
        self.output.clear();
        let (session_id, password) = self.session.as_ref().map_or_else(
            || {
                let zeroes = Bytes::from_static(&[0; ConnectRequest::PASSWORD_BYTES]);
                (SessionId::NONE, zeroes)
            },
            |session| (session.id, session.password.clone()),
        );
        let request = ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: self.last_zxid,
            timeout_ms: i32::try_from(self.config.session_timeout.as_millis()).unwrap_or(i32::MAX),
            session_id,
            password,
            read_only: Some(self.config.read_only),
        };
        frame::append(&mut self.output, |out| request.write(out));
        self.last_sent = now;
    }

    /// Bytes came from the peer.
    pub fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) {
        if matches!(self.phase, Phase::Down | Phase::Over) {
            return;
        }
        self.last_heard = now;
        self.input.extend_from_slice(bytes);
        loop {
            match frame::split(&mut self.input, self.config.reply_bytes_max) {
                Ok(Some(frame)) => self.handle_frame(now, &frame),
                Ok(None) => return,
                Err(error) => return self.disconnect(Disconnect::Broken(error)),
            }
            if matches!(self.phase, Phase::Down | Phase::Over) {
                return;
            }
        }
    }

    /// The socket is closed, or could not be opened.
    pub fn handle_closed(&mut self) {
        self.disconnect(Disconnect::Closed);
    }

    /// The time of [`ClientCore::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.phase {
            Phase::Handshaking { deadline } if now >= deadline => {
                self.disconnect(Disconnect::HandshakeTimeout);
            }
            Phase::Up | Phase::Closing => {
                if now >= self.last_heard + self.silence_max() {
                    self.disconnect(Disconnect::Silence);
                } else if self.phase == Phase::Up && now >= self.last_sent + self.ping_interval() {
                    self.send(now, Xid::PING, &Request::Ping);
                }
            }
            _ => {}
        }
        if self.expiry().is_some_and(|expiry| now >= expiry) {
            self.expire();
        }
    }

    /// Takes a request. It is sent at once, or when the session stands again.
    ///
    /// With `watch`, a read arms a one-shot watch and addWatch a lasting one, if it succeeds; an
    /// `exists` that finds nothing arms one too.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] when it is not taken; no [`Event::Reply`] follows then.
    pub fn submit(
        &mut self,
        now: Instant,
        token: Token,
        mut request: Request,
        watch: Option<WatchId>,
    ) -> Result<(), SubmitError> {
        if matches!(self.phase, Phase::Closing | Phase::Over) {
            return Err(SubmitError::Closed);
        }
        let limit = self.config.requests_max;
        if self.queue.len() + self.pending.len() >= limit {
            return Err(SubmitError::Overloaded { limit });
        }
        set_watch_flag(&mut request, watch.is_some());
        self.check_length(&request)?;
        let queued = Queued {
            token,
            request,
            watch,
        };
        if self.phase == Phase::Up {
            self.send_queued(now, queued);
        } else {
            self.queue.push_back(queued);
        }
        Ok(())
    }

    /// Forgets a request. Says whether it may have reached the server.
    pub fn cancel(&mut self, token: Token) -> bool {
        let before = self.queue.len();
        self.queue.retain(|queued| queued.token != token);
        if self.queue.len() < before {
            return false;
        }
        for pending in &mut self.pending {
            if pending.token == Some(token) {
                // The reply still has to be waited for, or the order would be lost.
                pending.token = None;
                pending.watch = None;
            }
        }
        true
    }

    /// Forgets a watch. Says what the server could forget too: a lasting watch without users.
    pub fn unwatch(&mut self, id: WatchId) -> Option<(WatchKind, String)> {
        self.watches.remove(id).filter(|(kind, _)| {
            matches!(kind, WatchKind::Persistent | WatchKind::PersistentRecursive)
        })
    }

    /// Ends the session. [`Event::Closed`] follows at once, or after the server's answer.
    pub fn close(&mut self, now: Instant) {
        match self.phase {
            Phase::Closing | Phase::Over => {}
            Phase::Up => {
                self.fail_queue(ErrorCode::CLOSING);
                let xid = self.take_xid();
                self.pending.push_back(Pending {
                    xid,
                    op: OpCode::CloseSession,
                    token: None,
                    watch: None,
                });
                self.send(now, xid, &Request::CloseSession);
                self.phase = Phase::Closing;
            }
            Phase::Down | Phase::Handshaking { .. } => self.end(ErrorCode::CLOSING, Event::Closed),
        }
    }

    /// Adds an identity, shown at once and after each reconnect.
    pub fn add_auth(&mut self, now: Instant, auth: AuthPacket) {
        self.config.auth.push(auth.clone());
        if self.phase == Phase::Up {
            self.send(now, Xid::AUTH, &Request::Auth(auth));
        }
    }

    /// The bytes to send, if any.
    pub fn take_output(&mut self) -> BytesMut {
        std::mem::take(&mut self.output)
    }

    /// The next thing to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call [`ClientCore::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        let own = match self.phase {
            Phase::Handshaking { deadline } => Some(deadline),
            Phase::Up => Some(
                (self.last_sent + self.ping_interval()).min(self.last_heard + self.silence_max()),
            ),
            Phase::Closing => Some(self.last_heard + self.silence_max()),
            Phase::Down | Phase::Over => None,
        };
        [own, self.expiry()].into_iter().flatten().min()
    }

    /// The living session, if there is one.
    pub fn session(&self) -> Option<SessionId> {
        self.session.as_ref().map(|session| session.id)
    }

    /// Whether requests are sent at once.
    pub fn is_connected(&self) -> bool {
        self.phase == Phase::Up
    }

    /// Whether the client has ended for good.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Whether a socket should be opened.
    pub fn wants_connection(&self) -> bool {
        self.phase == Phase::Down
    }

    /// The largest zxid that a reply has shown.
    pub fn last_zxid(&self) -> Zxid {
        self.last_zxid
    }

    /// How many watches are armed.
    pub fn watch_count(&self) -> usize {
        self.watches.len()
    }

    fn handle_frame(&mut self, now: Instant, frame: &[u8]) {
        let mut input = Reader::new(frame);
        if matches!(self.phase, Phase::Handshaking { .. }) {
            match ConnectResponse::read(&mut input) {
                Ok(response) => self.handle_connect_response(now, response),
                Err(error) => self.disconnect(Disconnect::Broken(error)),
            }
            return;
        }
        let header = match ReplyHeader::read(&mut input) {
            Ok(header) => header,
            Err(error) => return self.disconnect(Disconnect::Broken(error)),
        };
        match header.xid {
            // Answers to pings may overtake events, so their zxid must not stand as seen: the
            // re-arming after a reconnect would miss the change.
            Xid::PING => {}
            Xid::AUTH if header.err.is_ok() => {}
            Xid::AUTH => self.end(ErrorCode::AUTH_FAILED, Event::AuthFailed),
            Xid::NOTIFICATION => match WatcherEvent::read(&mut input) {
                Ok(event) => self.handle_notification(header.zxid, event),
                // A later server may know more kinds of events; no watch of ours asks for them.
                Err(DecodeError::UnknownValue { .. }) => {}
                Err(error) => self.disconnect(Disconnect::Broken(error)),
            },
            _ => self.handle_reply(header, input.rest()),
        }
    }

    fn handle_connect_response(&mut self, now: Instant, response: ConnectResponse) {
        let timeout = match u64::try_from(response.timeout_ms) {
            Ok(millis) if millis > 0 => Duration::from_millis(millis),
            _ => return self.expire(),
        };
        let fresh = self
            .session
            .as_ref()
            .is_none_or(|session| session.id != response.session_id);
        if fresh && let Some(lost) = self.session.take() {
            // Some servers hand out another session instead of a refusal. The old one is gone all
            // the same, and so are its ephemerals and watches.
            self.events.push_back(Event::Expired(lost.id));
            self.lose_watches();
        }
        self.session = Some(Session {
            id: response.session_id,
            password: response.password,
            timeout,
        });
        self.phase = Phase::Up;
        self.events.push_back(Event::Connected {
            session: response.session_id,
            timeout,
            fresh,
            read_only: response.read_only == Some(true),
        });
        for auth in self.config.auth.clone() {
            self.send(now, Xid::AUTH, &Request::Auth(auth));
        }
        for request in self.watches.rearm(self.last_zxid) {
            self.pending.push_back(Pending {
                xid: Xid::SET_WATCHES,
                op: request.op(),
                token: None,
                watch: None,
            });
            self.send(now, Xid::SET_WATCHES, &request);
        }
        for queued in std::mem::take(&mut self.queue) {
            self.send_queued(now, queued);
        }
    }

    fn handle_reply(&mut self, header: ReplyHeader, body: &[u8]) {
        let expected = self.pending.front().map(|pending| pending.xid);
        let pending = match self.pending.pop_front() {
            Some(pending) if pending.xid == header.xid => pending,
            out_of_order => {
                if let Some(pending) = out_of_order {
                    self.pending.push_front(pending);
                }
                return self.disconnect(Disconnect::OutOfOrder {
                    expected,
                    came: header.xid,
                });
            }
        };
        self.note_zxid(header.zxid);
        if pending.op == OpCode::CloseSession {
            self.session = None;
            return self.end(ErrorCode::CLOSING, Event::Closed);
        }
        let result = match header.err.ok() {
            Ok(()) => Response::decode(pending.op, body).map_err(|_| ErrorCode::MARSHALLING_ERROR),
            Err(code) => Err(code),
        };
        if let Some((id, kind, path)) = pending.watch {
            let kind = match (pending.op, &result) {
                (_, Ok(_)) => Some(kind),
                (OpCode::Exists, Err(ErrorCode::NO_NODE)) => Some(WatchKind::Exist),
                _ => None,
            };
            if let Some(kind) = kind {
                self.watches.insert(id, kind, path);
            }
        }
        if let Some(token) = pending.token {
            self.events.push_back(Event::Reply {
                token,
                zxid: header.zxid,
                result,
            });
        }
    }

    fn handle_notification(&mut self, zxid: Zxid, event: WatcherEvent) {
        // The zxid of an event is not noted: it is that of a change the client has not read yet,
        // and a server may still serve the state before it to the re-arming after a reconnect.
        let ids = self.watches.fire(event.kind, &event.path);
        if !ids.is_empty() {
            self.events.push_back(Event::Watch { ids, event, zxid });
        }
    }

    fn note_zxid(&mut self, zxid: Zxid) {
        self.last_zxid = self.last_zxid.max(zxid);
    }

    fn send_queued(&mut self, now: Instant, queued: Queued) {
        let Queued {
            token,
            request,
            watch,
        } = queued;
        let xid = self.take_xid();
        let watch = watch.and_then(|id| {
            let kind = watch_kind(&request)?;
            Some((id, kind, request.path()?.to_owned()))
        });
        self.pending.push_back(Pending {
            xid,
            op: request.op(),
            token: Some(token),
            watch,
        });
        self.send(now, xid, &request);
    }

    fn send(&mut self, now: Instant, xid: Xid, request: &Request) {
        request.append_frame(xid, &mut self.output);
        self.last_sent = now;
    }

    fn take_xid(&mut self) -> Xid {
        let xid = self.next_xid;
        self.next_xid = xid.next();
        xid
    }

    fn check_length(&self, request: &Request) -> Result<(), SubmitError> {
        let bytes = request_bytes(request);
        let limit = self.config.request_bytes_max;
        if bytes > limit {
            return Err(SubmitError::TooLong { bytes, limit });
        }
        Ok(())
    }

    fn disconnect(&mut self, reason: Disconnect) {
        match self.phase {
            Phase::Over => {}
            Phase::Closing => self.end(ErrorCode::CLOSING, Event::Closed),
            Phase::Down => {}
            Phase::Handshaking { .. } | Phase::Up => {
                self.phase = Phase::Down;
                self.drop_connection(ErrorCode::CONNECTION_LOSS);
                self.events.push_back(Event::Suspended(reason));
            }
        }
    }

    /// The session is gone: whatever waits has failed, and the next handshake asks for another.
    fn expire(&mut self) {
        let Some(session) = self.session.take() else {
            // A refusal of a request for a fresh session; there is nothing to lose.
            return self.disconnect(Disconnect::Expired);
        };
        // A fresh session owes nothing to what the old one saw, as a fresh client object of the
        // Java library does not; a registry that lost its data would refuse it otherwise.
        self.last_zxid = Zxid::ZERO;
        self.drop_connection(ErrorCode::SESSION_EXPIRED);
        self.fail_queue(ErrorCode::SESSION_EXPIRED);
        self.events.push_back(Event::Expired(session.id));
        self.lose_watches();
        self.disconnect(Disconnect::Expired);
    }

    fn lose_watches(&mut self) {
        let lost = self.watches.clear();
        if !lost.is_empty() {
            self.events.push_back(Event::WatchesLost(lost));
        }
    }

    /// Ends the client for good.
    fn end(&mut self, code: ErrorCode, event: Event) {
        self.phase = Phase::Over;
        self.drop_connection(code);
        self.fail_queue(code);
        self.lose_watches();
        self.events.push_back(event);
    }

    fn drop_connection(&mut self, code: ErrorCode) {
        self.input.clear();
        self.output.clear();
        for pending in std::mem::take(&mut self.pending) {
            self.fail(pending.token, code);
        }
    }

    fn fail_queue(&mut self, code: ErrorCode) {
        for queued in std::mem::take(&mut self.queue) {
            self.fail(Some(queued.token), code);
        }
    }

    fn fail(&mut self, token: Option<Token>, code: ErrorCode) {
        if let Some(token) = token {
            self.events.push_back(Event::Reply {
                token,
                zxid: Zxid::NONE,
                result: Err(code),
            });
        }
    }

    fn timeout(&self) -> Duration {
        self.session
            .as_ref()
            .map_or(self.config.session_timeout, |session| session.timeout)
    }

    fn ping_interval(&self) -> Duration {
        self.timeout() / 3
    }

    fn silence_max(&self) -> Duration {
        self.timeout() * 2 / 3
    }

    /// When a session without a connection counts as ended, whatever the servers say.
    fn expiry(&self) -> Option<Instant> {
        let session = self.session.as_ref()?;
        matches!(self.phase, Phase::Down | Phase::Handshaking { .. })
            .then(|| self.last_heard + session.timeout * 4 / 3)
    }
}

/// Bytes of a request's frame without its prefix: header and body.
fn request_bytes(request: &Request) -> usize {
    const HEADER_BYTES: usize = 8;
    // Only requests with data or many members can be long; the others are bounded by their path.
    let mut body = BytesMut::new();
    request.write_body(&mut body);
    HEADER_BYTES + body.len()
}

fn set_watch_flag(request: &mut Request, watch: bool) {
    if let Request::Exists(body)
    | Request::GetData(body)
    | Request::GetChildren(body)
    | Request::GetChildren2(body) = request
    {
        body.watch = watch;
    }
}

fn watch_kind(request: &Request) -> Option<WatchKind> {
    match request {
        Request::Exists(_) | Request::GetData(_) => Some(WatchKind::Data),
        Request::GetChildren(_) | Request::GetChildren2(_) => Some(WatchKind::Child),
        Request::AddWatch(body) => Some(match body.mode {
            AddWatchMode::Persistent => WatchKind::Persistent,
            AddWatchMode::PersistentRecursive => WatchKind::PersistentRecursive,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
