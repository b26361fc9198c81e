//! What the handles and the driver share: the core under a short lock.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use parking_lot::Mutex;
use tenfold_zk::{
    AuthPacket, CheckWatchesRequest, ErrorCode, Request, Response, WatcherType, Zxid,
    client::{ClientConfig, ClientCore, Event, SubmitError, Token, WatchId, WatchKind},
};
use tokio::sync::{Notify, oneshot, watch};

use super::{SessionPhase, SessionState, WatchEvent, watch::WatchQueue};

/// The outcome of one request.
pub(super) type Outcome = Result<(Zxid, Response), ErrorCode>;

/// Shared by all handles of a client and its driver.
#[derive(Debug)]
pub(super) struct Inner {
    shared: Mutex<Shared>,
    /// Wakes the driver: there is output, or the wish to close.
    pub(super) wake: Notify,
    pub(super) states: watch::Sender<SessionState>,
    pub(super) chroot: String,
}

#[derive(Debug)]
struct Shared {
    core: ClientCore,
    waiting: HashMap<Token, oneshot::Sender<Outcome>>,
    watches: HashMap<WatchId, WatchSink>,
    last_id: u64,
    close_by: Option<Instant>,
}

#[derive(Debug)]
struct WatchSink {
    queue: Arc<WatchQueue>,
    one_shot: bool,
}

/// What the driver has to do next.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) over: bool,
    pub(super) connected: bool,
    pub(super) wants_connection: bool,
    pub(super) wake_at: Option<Instant>,
}

impl Inner {
    pub(super) fn new(config: ClientConfig, chroot: String) -> Self {
        let (states, _) = watch::channel(SessionState::initial(config.session_timeout));
        Self {
            shared: Mutex::new(Shared {
                core: ClientCore::new(config, Instant::now()),
                waiting: HashMap::new(),
                watches: HashMap::new(),
                last_id: 0,
                close_by: None,
            }),
            wake: Notify::new(),
            states,
            chroot,
        }
    }

    /// Hands in a request; the receiver gets its outcome.
    pub(super) fn submit(
        &self,
        request: Request,
        watch: Option<WatchId>,
    ) -> Result<(Token, oneshot::Receiver<Outcome>), SubmitError> {
        let mut shared = self.shared.lock();
        let token = Token(shared.fresh_id());
        shared.core.submit(Instant::now(), token, request, watch)?;
        let (sender, receiver) = oneshot::channel();
        shared.waiting.insert(token, sender);
        drop(shared);
        self.wake.notify_one();
        Ok((token, receiver))
    }

    /// Forgets a request; says whether it may have reached a server.
    pub(super) fn cancel(&self, token: Token) -> bool {
        let mut shared = self.shared.lock();
        shared.waiting.remove(&token);
        shared.core.cancel(token)
    }

    /// Prepares the receiving end of a watch that a request is about to arm.
    pub(super) fn prepare_watch(&self, one_shot: bool) -> (WatchId, Arc<WatchQueue>) {
        let queue = Arc::new(WatchQueue::default());
        let mut shared = self.shared.lock();
        let id = WatchId(shared.fresh_id());
        let sink = WatchSink {
            queue: Arc::clone(&queue),
            one_shot,
        };
        shared.watches.insert(id, sink);
        (id, queue)
    }

    /// Forgets a watch, here and, if nobody else needs it, on the server.
    pub(super) fn unwatch(&self, id: WatchId) {
        let mut shared = self.shared.lock();
        shared.watches.remove(&id);
        let Some((kind, path)) = shared.core.unwatch(id) else {
            return;
        };
        let kind = match kind {
            WatchKind::PersistentRecursive => WatcherType::PersistentRecursive,
            _ => WatcherType::Persistent,
        };
        let request = Request::RemoveWatches(CheckWatchesRequest { path, kind });
        let token = Token(shared.fresh_id());
        // Nobody waits for the answer. If it is refused, the server keeps sending events that
        // nobody hears, until the connection ends.
        if shared
            .core
            .submit(Instant::now(), token, request, None)
            .is_ok()
        {
            drop(shared);
            self.wake.notify_one();
        }
    }

    pub(super) fn add_auth(&self, auth: AuthPacket) {
        self.shared.lock().core.add_auth(Instant::now(), auth);
        self.wake.notify_one();
    }

    /// Starts to close the session; the driver gives up waiting for the server after `patience`.
    pub(super) fn close(&self, patience: Duration) {
        let now = Instant::now();
        let mut shared = self.shared.lock();
        shared.close_by.get_or_insert(now + patience);
        shared.core.close(now);
        drop(shared);
        self.wake.notify_one();
    }

    /// Runs `act` on the core, then delivers what came of it and collects the output.
    pub(super) fn drive(
        &self,
        out: &mut BytesMut,
        act: impl FnOnce(&mut ClientCore, Instant),
    ) -> Step {
        let now = Instant::now();
        let mut shared = self.shared.lock();
        act(&mut shared.core, now);
        while let Some(event) = shared.core.poll_event() {
            self.deliver(&mut shared, event);
        }
        out.unsplit(shared.core.take_output());
        let close_overdue = shared.close_by.is_some_and(|by| now >= by);
        Step {
            over: shared.core.is_over() || close_overdue,
            connected: shared.core.is_connected(),
            wants_connection: shared.core.wants_connection(),
            wake_at: [shared.core.poll_timeout(), shared.close_by]
                .into_iter()
                .flatten()
                .min(),
        }
    }

    /// The driver has ended: nothing will be answered any more.
    pub(super) fn finish(&self) {
        let mut shared = self.shared.lock();
        for (_, sender) in shared.waiting.drain() {
            // The receiver may have gone, which is fine.
            let _ = sender.send(Err(ErrorCode::CLOSING));
        }
        for (_, sink) in shared.watches.drain() {
            sink.queue.push(WatchEvent::SessionLost);
            sink.queue.end();
        }
        drop(shared);
        self.states.send_if_modified(|state| {
            let settled = matches!(state.phase, SessionPhase::AuthFailed | SessionPhase::Closed);
            if !settled {
                state.phase = SessionPhase::Closed;
            }
            !settled
        });
    }

    fn deliver(&self, shared: &mut Shared, event: Event) {
        match event {
            Event::Reply {
                token,
                zxid,
                result,
            } => {
                if let Some(sender) = shared.waiting.remove(&token) {
                    // The receiver may have gone, which is fine.
                    let _ = sender.send(result.map(|response| (zxid, response)));
                }
            }
            Event::Watch { ids, event, zxid } => {
                for id in ids {
                    shared.tell(
                        id,
                        WatchEvent::Changed {
                            kind: event.kind,
                            path: self.without_chroot(&event.path),
                            zxid,
                        },
                    );
                }
            }
            Event::WatchesLost(ids) => {
                for id in ids {
                    if let Some(sink) = shared.watches.remove(&id) {
                        sink.queue.push(WatchEvent::SessionLost);
                        sink.queue.end();
                    }
                }
            }
            Event::Connected {
                session,
                timeout,
                fresh,
                read_only,
            } => {
                tracing::info!(%session, ?timeout, fresh, read_only, "registry session stands");
                if !fresh {
                    for sink in shared.watches.values().filter(|sink| !sink.one_shot) {
                        sink.queue.push(WatchEvent::Missed);
                    }
                }
                self.states.send_modify(|state| {
                    state.phase = SessionPhase::Connected;
                    state.session = Some(session);
                    state.timeout = timeout;
                    state.sessions += u64::from(fresh);
                    state.connections += 1;
                });
            }
            Event::Suspended(reason) => {
                tracing::warn!(%reason, "registry connection lost");
                self.states.send_modify(|state| {
                    if state.session.is_some() {
                        state.phase = SessionPhase::Suspended;
                    }
                });
            }
            Event::Expired(session) => {
                tracing::warn!(%session, "registry session expired");
                self.states.send_modify(|state| {
                    state.phase = SessionPhase::Connecting;
                    state.session = None;
                });
            }
            Event::AuthFailed => {
                tracing::error!("registry refused the client's identity");
                self.states
                    .send_modify(|state| state.phase = SessionPhase::AuthFailed);
            }
            Event::Closed => self.states.send_modify(|state| {
                state.phase = SessionPhase::Closed;
                state.session = None;
            }),
            other => tracing::debug!(?other, "event of the client core passed over"),
        }
    }

    /// A path as the server knows it.
    pub(super) fn with_chroot(&self, path: &str) -> String {
        match (self.chroot.as_str(), path) {
            ("", path) => path.to_owned(),
            (chroot, "/") => chroot.to_owned(),
            (chroot, path) => format!("{chroot}{path}"),
        }
    }

    /// A path as the user knows it.
    pub(super) fn without_chroot(&self, path: &str) -> String {
        match path.strip_prefix(self.chroot.as_str()) {
            Some("") => "/".to_owned(),
            Some(rest) if rest.starts_with('/') => rest.to_owned(),
            _ => path.to_owned(),
        }
    }
}

impl Shared {
    fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn tell(&mut self, id: WatchId, event: WatchEvent) {
        let Some(sink) = self.watches.get(&id) else {
            return;
        };
        sink.queue.push(event);
        if sink.one_shot {
            sink.queue.end();
            self.watches.remove(&id);
        }
    }
}
