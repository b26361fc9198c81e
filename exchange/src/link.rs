//! What callers, handlers' tasks and the connection's task share: one short lock over the pending calls
//! and the out-buffer.
//!
//! No user code runs under the lock, encoders included: bodies are encoded before it is taken. Wakers
//! are collected under it and woken after it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Poll, Waker},
    time::{Duration, Instant},
};

use parking_lot::{Mutex, MutexGuard};
use tenfold_transport::{CloseReason, LARGE_BYTES_MIN, TransportError, WriteQueue};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    Body, Bound, ClientState, ConnectionConfig, Event, ExchangeError, FrameKind, HEAD_BYTES, Head,
    Outgoing, Progress, Reply, RequestId,
    call::{Held, State},
    codec::HESSIAN2,
    config::StateCallback,
    proto::{Admission, CallKey, Core, CoreLimits, Outcome, Phase, Statistics, Ticket},
};

/// The shared side of one connection, or of one client and all its connections in turn.
pub(crate) struct Link {
    inner: Mutex<Inner>,
    /// A copy of the state that can be read without the lock.
    state: AtomicU8,
    changes: watch::Sender<Change>,
    on_state: Option<StateCallback>,
    payload_bytes_max: usize,
    target: Arc<str>,
    ended: CancellationToken,
}

/// What is behind the lock.
pub(crate) struct Inner {
    pub(crate) core: Core<Reply>,
    pub(crate) out: WriteQueue,
    /// The connection's task, when it sleeps.
    pub(crate) task: Option<Waker>,
    /// How the connection is to be ended, when it is.
    pub(crate) leave: Option<LeaveOrder>,
    /// Whether the connection's task waits for its work to end.
    leaving: bool,
    /// Why the last attempt to connect failed.
    cause: Option<Arc<TransportError>>,
    waiting_max: usize,
    events: u32,
}

/// An order to end the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeaveOrder {
    pub(crate) quiet: Duration,
    /// At the latest; `None` leaves it to the calls' own deadlines.
    pub(crate) deadline: Option<Instant>,
    /// Whether this side begins no more calls. A provider goes on: a handler may need an answer of
    /// its consumer to come to its end.
    pub(crate) refuse_calls: bool,
}

/// A change of state, for those who wait for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) state: ClientState,
    /// Attempts to connect that have failed.
    pub(crate) failures: u64,
}

impl LeaveOrder {
    /// Nobody is left to wait: the connection ends when its calls do.
    pub(crate) fn when_done() -> Self {
        Self {
            quiet: Duration::ZERO,
            deadline: None,
            refuse_calls: true,
        }
    }

    /// The connection ends when its calls do, at the latest at `deadline`.
    pub(crate) fn at_latest(deadline: Instant) -> Self {
        Self {
            quiet: Duration::ZERO,
            deadline: Some(deadline),
            refuse_calls: true,
        }
    }
}

impl Link {
    pub(crate) fn new(
        config: &ConnectionConfig,
        phase: Phase,
        target: Arc<str>,
        on_state: Option<StateCallback>,
    ) -> Arc<Self> {
        let limits = CoreLimits {
            in_flight_max: config.in_flight_max,
            waiting_max: config.waiting_max,
            out_bytes_max: config.out_bytes_max,
            served_max: config.served_max,
        };
        let state = ClientState::of(phase, false);
        Arc::new(Self {
            inner: Mutex::new(Inner {
                core: Core::new(limits, phase),
                out: WriteQueue::new(),
                task: None,
                leave: None,
                leaving: false,
                cause: None,
                waiting_max: config.waiting_max,
                events: 0,
            }),
            state: AtomicU8::new(state as u8),
            changes: watch::Sender::new(Change { state, failures: 0 }),
            on_state,
            payload_bytes_max: config.payload_bytes_max.min(i32::MAX as usize),
            target,
            ended: CancellationToken::new(),
        })
    }

    /// Begins a call in the common case: a short borrowed body, and room for it. Every call comes
    /// here first, so it is kept apart from the uncommon cases, which are for [`Self::send`].
    #[inline]
    pub(crate) fn try_call(&self, request: &Outgoing<'_>) -> Option<CallKey> {
        let Body::Slice(body) = request.body else {
            return None;
        };
        if body.len() > self.payload_bytes_max.min(LARGE_BYTES_MIN) {
            return None;
        }
        let mut inner = self.inner.lock();
        if inner.core.admit() != Admission::Go {
            return None;
        }
        let key = inner
            .core
            .begin(request.deadline, HEAD_BYTES + body.len())?;
        let kind = FrameKind::Request { two_way: true };
        let head = Head::new(kind, request.serialization, key.id());
        let small = inner.out.small();
        small.extend_from_slice(&head.to_bytes(body.len()));
        small.extend_from_slice(body);
        wake_task(inner);
        Some(key)
    }

    /// Sends a request, or lets it wait for room.
    #[inline(never)]
    pub(crate) fn send(&self, request: Outgoing<'_>, two_way: bool) -> State {
        let bytes = request.body.len();
        if bytes > self.payload_bytes_max {
            return State::from(ExchangeError::RequestTooLarge {
                bytes,
                limit: self.payload_bytes_max,
            });
        }
        let body = request.body.detach_long();
        let mut inner = self.inner.lock();
        match inner.core.admit() {
            Admission::Go => {
                let state =
                    inner.append_request(request.serialization, body, request.deadline, two_way);
                wake_task(inner);
                state
            }
            Admission::Wait => {
                let Some(ticket) = inner.core.join_calls(request.deadline) else {
                    return State::from(ExchangeError::Overloaded {
                        bound: Bound::WaitingCalls,
                        limit: inner.waiting_max,
                    });
                };
                let begun = inner.core.want_connection();
                // The connection's task has the deadline to watch.
                wake_task(inner);
                if begun {
                    self.publish();
                }
                State::Waiting(Box::new(Held {
                    ticket,
                    serialization: request.serialization,
                    body: body.into_bytes(),
                    deadline: request.deadline,
                    two_way,
                }))
            }
            refused => State::from(self.refusal(&inner, refused)),
        }
    }

    /// Takes a call's outcome, or leaves `waker` to be woken.
    #[inline]
    pub(crate) fn poll_call(&self, key: CallKey, waker: &Waker) -> Poll<Outcome<Reply>> {
        let mut inner = self.inner.lock();
        let polled = inner.core.poll_call(key, waker);
        if polled.is_ready()
            && let Some(next) = inner.core.next_caller()
        {
            drop(inner);
            next.wake();
        }
        polled
    }

    /// Moves a waiting request on: ready when it waits no more.
    pub(crate) fn poll_waiting(&self, state: &mut State, waker: &Waker) -> Poll<()> {
        let State::Waiting(held) = state else {
            return Poll::Ready(());
        };
        let mut inner = self.inner.lock();
        let next = match inner.core.poll_room(held.ticket, waker) {
            Some(Admission::Wait) => return Poll::Pending,
            Some(Admission::Go) => {
                let body = Body::Bytes(std::mem::take(&mut held.body));
                let sent =
                    inner.append_request(held.serialization, body, held.deadline, held.two_way);
                let next = inner.core.next_caller();
                wake_task(inner);
                wake(next);
                sent
            }
            Some(refused) => State::from(self.refusal(&inner, refused)),
            None => {
                let next = inner.core.next_caller();
                drop(inner);
                wake(next);
                State::from(ExchangeError::Timeout {
                    progress: Progress::Unsent,
                })
            }
        };
        *state = next;
        Poll::Ready(())
    }

    /// Nobody waits for the call in `state` any more.
    pub(crate) fn give_up(&self, state: &State) {
        let next = match state {
            State::Sent(key) => self.inner.lock().core.abandon(*key),
            State::Waiting(held) => self.inner.lock().core.leave_calls(held.ticket),
            State::Appended | State::Failed(_) | State::Taken => return,
        };
        wake(next);
    }

    /// Sends a notice to the peer.
    pub(crate) fn send_event(&self, event: Event, two_way: bool) {
        let mut inner = self.inner.lock();
        if matches!(inner.core.phase(), Phase::Open | Phase::Closing) {
            inner.append_event(event, two_way);
            wake_task(inner);
        }
    }

    /// Appends whole frames that a task has written.
    pub(crate) fn append_frames(&self, frames: &mut WriteQueue) {
        let mut inner = self.inner.lock();
        if matches!(inner.core.phase(), Phase::Open | Phase::Closing) {
            inner.core.on_append(frames.len());
            inner.out.append(frames);
            let next = inner.core.leave_answers(None);
            wake_task(inner);
            wake(next);
        }
    }

    /// Whether an answer may be appended, or has to wait for room.
    pub(crate) fn poll_answer(&self, ticket: &mut Option<Ticket>, waker: &Waker) -> Poll<()> {
        let mut inner = self.inner.lock();
        if ticket.is_none() {
            if inner.core.answer_may_go() {
                return Poll::Ready(());
            }
            *ticket = inner.core.join_answers();
        }
        match *ticket {
            Some(waiting) if !inner.core.poll_answer(waiting, waker) => Poll::Pending,
            _ => {
                *ticket = None;
                Poll::Ready(())
            }
        }
    }

    /// The task that served a request is done, or gone.
    pub(crate) fn on_served(&self, ticket: Option<Ticket>) {
        let mut inner = self.inner.lock();
        let next = ticket.and_then(|ticket| inner.core.leave_answers(Some(ticket)));
        // The connection's task may wait for this: to read on, or to leave.
        if inner.core.on_served() || inner.leaving {
            wake_task(inner);
        } else {
            drop(inner);
        }
        wake(next);
    }

    /// Orders the connection to end once it has fallen quiet.
    pub(crate) fn order_leave(&self, order: LeaveOrder) {
        let mut inner = self.inner.lock();
        if matches!(inner.core.phase(), Phase::Closed(_)) {
            return;
        }
        inner.leave = Some(order);
        inner.leaving = true;
        if order.refuse_calls {
            inner.core.on_leave();
        }
        wake_task(inner);
        if order.refuse_calls {
            self.publish();
        }
    }

    /// An attempt to connect begins, unless one is under way.
    pub(crate) fn want_connection(&self) {
        let mut inner = self.inner.lock();
        if inner.core.want_connection() {
            wake_task(inner);
            self.publish();
        }
    }

    /// The connection stands.
    pub(crate) fn on_connected(&self) {
        let mut wakers = Vec::new();
        let mut inner = self.inner.lock();
        inner.out.clear();
        inner.core.on_connected(&mut wakers);
        if inner.leaving {
            inner.core.on_leave();
        }
        drop(inner);
        self.publish();
        wake_all(&mut wakers);
    }

    /// The connection was lost; another may be made.
    pub(crate) fn on_lost(&self, reason: CloseReason) {
        self.end(None, |core, wakers| core.on_lost(reason, wakers));
    }

    /// An attempt to connect failed.
    pub(crate) fn on_connect_failed(&self, error: TransportError) {
        self.end(Some(Arc::new(error)), |core, wakers| {
            core.on_lost(CloseReason::Local, wakers);
        });
    }

    /// There will be no connection any more.
    pub(crate) fn on_closed(&self, reason: CloseReason) {
        self.end(None, |core, wakers| core.on_closed(reason, wakers));
        self.ended.cancel();
    }

    fn end(
        &self,
        cause: Option<Arc<TransportError>>,
        change: impl FnOnce(&mut Core<Reply>, &mut Vec<Waker>),
    ) {
        let mut wakers = Vec::new();
        let failed = cause.is_some();
        let mut inner = self.inner.lock();
        change(&mut inner.core, &mut wakers);
        inner.cause = cause;
        inner.out.clear();
        inner.out.release();
        inner.core.release_memory();
        drop(inner);
        if failed {
            self.changes.send_modify(|change| change.failures += 1);
        }
        self.publish();
        wake_all(&mut wakers);
    }

    /// Tells of the state, if it is another than before.
    pub(crate) fn publish(&self) {
        let state = {
            // Read and stored under the lock, so that the last word is the true one.
            let inner = self.inner.lock();
            let state = ClientState::of(inner.core.phase(), inner.core.is_read_only());
            if self.state.swap(state as u8, Ordering::AcqRel) == state as u8 {
                return;
            }
            self.changes.send_modify(|change| change.state = state);
            state
        };
        if let Some(tell) = &self.on_state {
            tell(state);
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    pub(crate) fn state(&self) -> ClientState {
        ClientState::from_byte(self.state.load(Ordering::Acquire))
    }

    pub(crate) fn changes(&self) -> watch::Receiver<Change> {
        self.changes.subscribe()
    }

    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    pub(crate) fn target(&self) -> &Arc<str> {
        &self.target
    }

    pub(crate) fn payload_bytes_max(&self) -> usize {
        self.payload_bytes_max
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.inner.lock().core.statistics()
    }

    /// The error of an attempt that failed, or of a connection that was lost.
    pub(crate) fn not_connected(&self) -> ExchangeError {
        ExchangeError::NotConnected {
            target: self.target.clone(),
            cause: self.inner.lock().cause.clone(),
        }
    }

    fn refusal(&self, inner: &Inner, refused: Admission) -> ExchangeError {
        match refused {
            Admission::Closing => ExchangeError::Closing,
            Admission::Closed(reason) => ExchangeError::Closed {
                reason,
                progress: Progress::Unsent,
            },
            Admission::NotConnected | Admission::Go | Admission::Wait => {
                ExchangeError::NotConnected {
                    target: self.target.clone(),
                    cause: inner.cause.clone(),
                }
            }
        }
    }
}

impl Inner {
    /// Appends a request and says what its caller waits for.
    #[inline]
    fn append_request(
        &mut self,
        serialization: u8,
        body: Body<'_>,
        deadline: Instant,
        two_way: bool,
    ) -> State {
        let frame_bytes = HEAD_BYTES + body.len();
        let kind = FrameKind::Request { two_way };
        let (id, state) = if two_way {
            let Some(key) = self.core.begin(deadline, frame_bytes) else {
                return State::from(ExchangeError::Overloaded {
                    bound: Bound::WaitingCalls,
                    limit: self.waiting_max,
                });
            };
            (key.id(), State::Sent(key))
        } else {
            self.core.on_append(frame_bytes);
            (self.next_event_id(), State::Appended)
        };
        let head = Head::new(kind, serialization, id);
        self.put(head, body);
        state
    }

    /// Appends a notice.
    pub(crate) fn append_event(&mut self, event: Event, two_way: bool) {
        let head = Head::new(FrameKind::Event { two_way }, HESSIAN2, self.next_event_id());
        self.append(head, Body::Slice(event.body()));
    }

    /// Appends a frame that no call waits for.
    pub(crate) fn append(&mut self, head: Head, body: Body<'_>) {
        self.core.on_append(HEAD_BYTES + body.len());
        self.put(head, body);
    }

    #[inline]
    fn put(&mut self, head: Head, body: Body<'_>) {
        let small = self.out.small();
        small.extend_from_slice(&head.to_bytes(body.len()));
        match body {
            Body::Slice(slice) => small.extend_from_slice(slice),
            Body::Bytes(bytes) => self.out.push(bytes),
        }
    }

    /// Ids that belong to no call, in their own range.
    fn next_event_id(&mut self) -> RequestId {
        self.events = self.events.wrapping_add(1);
        CallKey::no_call(self.events).id()
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("target", &self.target)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// Lets the lock go and wakes the connection's task if it sleeps.
#[inline]
fn wake_task(mut inner: MutexGuard<'_, Inner>) {
    let task = inner.task.take();
    drop(inner);
    wake(task);
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

pub(crate) fn wake_all(wakers: &mut Vec<Waker>) {
    for waker in wakers.drain(..) {
        waker.wake();
    }
}
