//! The state of one connection's exchange.

use std::{
    task::{Poll, Waker},
    time::{Duration, Instant},
};

use tenfold_transport::CloseReason;

use super::{CallKey, Outcome, Pending, RoomQueue, Ticket, Turn};
use crate::{Event, RequestId};

/// Deadlines are looked at this often at most, so that calls with many different deadlines share
/// one pass over the table.
const TICK: Duration = Duration::from_millis(10);

/// The bounds of a [`Core`].
#[derive(Clone, Copy, Debug)]
pub struct CoreLimits {
    /// Calls in flight.
    pub in_flight_max: u32,
    /// Calls that wait for room.
    pub waiting_max: usize,
    /// Bytes that wait to be written.
    pub out_bytes_max: usize,
    /// Requests of the peer that are being served by tasks.
    pub served_max: usize,
}

/// Where the connection stands.
///
/// ```text
///   Idle ──▶ Connecting ──▶ Open ──▶ Closing ──▶ Closed
///                │   ▲        │ lost
///                ▼   │        ▼
///               Down ◀────────┘   (a client comes back from here to Open)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody has asked for a connection yet.
    Idle,
    /// The first attempt is under way; calls wait for it.
    Connecting,
    /// Connected.
    Open,
    /// The connection was lost or the last attempt failed; calls are refused, for there may be
    /// other providers.
    Down,
    /// This side takes its leave: no calls begin, those that have begun go on.
    Closing,
    /// There is no connection and will be none.
    Closed(CloseReason),
}

/// Whether a call may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Go,
    /// It has to wait for room or for the connection.
    Wait,
    /// There is no connection at the moment.
    NotConnected,
    /// This side takes its leave.
    Closing,
    /// There is no connection and will be none.
    Closed(CloseReason),
}

/// What a connection holds and has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Calls in flight, those that nobody waits for included.
    pub in_flight: usize,
    /// Calls that wait for room.
    pub waiting: usize,
    /// Requests of the peer that are being served by tasks.
    pub served: usize,
    /// Bytes that wait to be written.
    pub out_bytes: usize,
    /// Answers that came too late or for a second time, and were dropped.
    pub stale_answers: u64,
}

impl Statistics {
    /// The sums of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            in_flight: self.in_flight + other.in_flight,
            waiting: self.waiting + other.waiting,
            served: self.served + other.served,
            out_bytes: self.out_bytes + other.out_bytes,
            stale_answers: self.stale_answers + other.stale_answers,
        }
    }
}

/// The state of one connection's exchange.
#[derive(Debug)]
pub struct Core<R> {
    limits: CoreLimits,
    phase: Phase,
    read_only: bool,
    pending: Pending<R>,
    /// Our calls that wait for room.
    calls: RoomQueue,
    /// Our answers that wait for room. A queue of their own: an answer needs no slot, and must not
    /// stand behind calls that wait for answers of the peer.
    answers: RoomQueue,
    /// The length of the stream of everything that was appended to the shared out-buffer.
    appended: u64,
    /// How much of that stream was written.
    written: u64,
    served: usize,
    swept: Option<Instant>,
}

impl<R> Core<R> {
    /// A core in `phase`.
    pub fn new(limits: CoreLimits, phase: Phase) -> Self {
        Self {
            limits,
            phase,
            read_only: false,
            pending: Pending::new(limits.in_flight_max),
            calls: RoomQueue::new(limits.waiting_max),
            // Bounded by the requests being served, each of which has one answer.
            answers: RoomQueue::new(usize::MAX),
            appended: 0,
            written: 0,
            served: 0,
            swept: None,
        }
    }

    /// Whether a call may begin. Nobody overtakes those that wait.
    #[inline]
    pub fn admit(&self) -> Admission {
        match self.phase {
            Phase::Open if self.calls.is_empty() && self.has_room() => Admission::Go,
            Phase::Open | Phase::Idle | Phase::Connecting => Admission::Wait,
            Phase::Down => Admission::NotConnected,
            Phase::Closing => Admission::Closing,
            Phase::Closed(reason) => Admission::Closed(reason),
        }
    }

    /// Begins a call whose request has `frame_bytes`; `None` when no slot is free, which does not
    /// happen after [`Admission::Go`].
    #[inline]
    pub fn begin(&mut self, deadline: Instant, frame_bytes: usize) -> Option<CallKey> {
        let end = self.appended.saturating_add(frame_bytes as u64);
        let key = self.pending.begin(deadline, end)?;
        self.appended = end;
        Some(key)
    }

    /// Something was appended that no call waits for.
    pub fn on_append(&mut self, frame_bytes: usize) {
        self.appended = self.appended.saturating_add(frame_bytes as u64);
    }

    /// A further part of what was appended was written. Says whom to wake.
    pub fn on_written(&mut self, bytes: usize, wakers: &mut Vec<Waker>) {
        self.written = self.written.saturating_add(bytes as u64);
        if self.has_bytes() {
            wakers.extend(self.answers.call());
            wakers.extend(self.next_caller());
        }
    }

    /// Takes the outcome of a call, or leaves `waker` to be woken. After an outcome room may have
    /// become free, see [`next_caller`](Self::next_caller).
    #[inline]
    pub fn poll_call(&mut self, key: CallKey, waker: &Waker) -> Poll<Outcome<R>> {
        self.pending.poll(key, waker)
    }

    /// Nobody waits for a call any more. Says whom to wake.
    pub fn abandon(&mut self, key: CallKey) -> Option<Waker> {
        self.pending.abandon(key);
        self.next_caller()
    }

    /// An answer came; it is made only if a call waits for it. Says whom to wake.
    #[inline]
    pub fn on_answer(
        &mut self,
        id: RequestId,
        answer: impl FnOnce() -> R,
        wakers: &mut Vec<Waker>,
    ) {
        if let Some(waker) = self.pending.complete(id, answer) {
            wakers.push(waker);
        }
        if !self.calls.is_empty() {
            wakers.extend(self.next_caller());
        }
    }

    /// An answer came that is longer than is allowed. Says whom to wake.
    pub fn on_long_answer(
        &mut self,
        id: RequestId,
        bytes: usize,
        limit: usize,
        wakers: &mut Vec<Waker>,
    ) {
        wakers.extend(self.pending.refuse(id, bytes, limit));
        wakers.extend(self.next_caller());
    }

    /// A call waits for room; `None` when too many do.
    pub fn join_calls(&mut self, deadline: Instant) -> Option<Ticket> {
        self.calls.join(Some(deadline))
    }

    /// Whether a waiting call may begin. Anything but [`Admission::Wait`] gives its place up;
    /// `None` says that its deadline has passed.
    pub fn poll_room(&mut self, ticket: Ticket, waker: &Waker) -> Option<Admission> {
        let has_room = match self.phase {
            Phase::Open | Phase::Closing => self.has_room(),
            Phase::Idle | Phase::Connecting => false,
            Phase::Down => {
                self.calls.leave(ticket);
                return Some(Admission::NotConnected);
            }
            Phase::Closed(reason) => {
                self.calls.leave(ticket);
                return Some(Admission::Closed(reason));
            }
        };
        match self.calls.poll(ticket, has_room, waker) {
            Turn::Wait => Some(Admission::Wait),
            Turn::Go => Some(Admission::Go),
            Turn::Expired => None,
        }
    }

    /// A waiting call is given up. Says whom to wake.
    pub fn leave_calls(&mut self, ticket: Ticket) -> Option<Waker> {
        self.calls.leave(ticket);
        self.next_caller()
    }

    /// Who is next of the waiting calls, if there is room for one.
    #[inline]
    pub fn next_caller(&mut self) -> Option<Waker> {
        if self.calls.is_empty() || !self.has_room() {
            return None;
        }
        self.calls.call()
    }

    /// Whether an answer may be appended at once.
    pub fn answer_may_go(&self) -> bool {
        !self.is_open() || (self.answers.is_empty() && self.has_bytes())
    }

    /// An answer waits for room; `None` when it need not, because there is no connection.
    pub fn join_answers(&mut self) -> Option<Ticket> {
        self.is_open().then(|| self.answers.join(None)).flatten()
    }

    /// Whether a waiting answer may be appended; true gives its place up.
    pub fn poll_answer(&mut self, ticket: Ticket, waker: &Waker) -> bool {
        if !self.is_open() {
            self.answers.leave(ticket);
            return true;
        }
        let has_bytes = self.has_bytes();
        self.answers.poll(ticket, has_bytes, waker) != Turn::Wait
    }

    /// A waiting answer is given up, or was appended. Says whom to wake.
    pub fn leave_answers(&mut self, ticket: Option<Ticket>) -> Option<Waker> {
        if let Some(ticket) = ticket {
            self.answers.leave(ticket);
        }
        self.has_bytes().then(|| self.answers.call()).flatten()
    }

    /// A request of the peer is served by a task.
    pub fn on_serve(&mut self) {
        self.served += 1;
    }

    /// A request of the peer was served. True when reading had stopped because of it.
    pub fn on_served(&mut self) -> bool {
        let was_full = self.served >= self.limits.served_max;
        self.served = self.served.saturating_sub(1);
        was_full
    }

    /// Whether one more request of the peer may be served by a task.
    pub fn may_serve(&self) -> bool {
        self.served < self.limits.served_max
    }

    /// A notice came.
    pub fn on_event(&mut self, event: Event) {
        match event {
            Event::ReadOnly => self.read_only = true,
            Event::Writeable => self.read_only = false,
            Event::Heartbeat | Event::Unknown => {}
        }
    }

    /// Somebody wants a connection. True when an attempt has to be begun.
    pub fn want_connection(&mut self) -> bool {
        let idle = self.phase == Phase::Idle;
        if idle {
            self.phase = Phase::Connecting;
        }
        idle
    }

    /// The connection stands. Says whom to wake.
    pub fn on_connected(&mut self, wakers: &mut Vec<Waker>) {
        self.phase = Phase::Open;
        self.read_only = false;
        wakers.extend(self.next_caller());
    }

    /// The connection was lost, or an attempt failed. Every call ends.
    pub fn on_lost(&mut self, reason: CloseReason, wakers: &mut Vec<Waker>) {
        let closing = matches!(self.phase, Phase::Closing | Phase::Closed(_));
        self.end(reason, wakers);
        if closing {
            self.phase = Phase::Closed(reason);
        } else {
            self.phase = Phase::Down;
        }
    }

    /// There will be no connection any more. Every call ends.
    pub fn on_closed(&mut self, reason: CloseReason, wakers: &mut Vec<Waker>) {
        if !matches!(self.phase, Phase::Closed(_)) {
            self.end(reason, wakers);
            self.phase = Phase::Closed(reason);
        }
    }

    /// This side takes its leave of an open connection: no more calls begin.
    pub fn on_leave(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
        }
    }

    /// Ends calls whose deadline has passed at `now`.
    pub fn on_timeout(&mut self, now: Instant, wakers: &mut Vec<Waker>) {
        if self.timeout().is_none_or(|at| now < at) {
            return;
        }
        self.swept = Some(now);
        self.pending.sweep(now, self.written, wakers);
        self.calls.sweep(now, wakers);
        wakers.extend(self.next_caller());
    }

    /// When [`on_timeout`](Self::on_timeout) wants to be called.
    pub fn timeout(&self) -> Option<Instant> {
        let deadline = earlier(
            self.pending.earliest_deadline(),
            self.calls.earliest_deadline(),
        )?;
        Some(match self.swept {
            Some(swept) => deadline.max(swept + TICK),
            None => deadline,
        })
    }

    /// Whether something is open that a leave-taking connection waits for.
    pub fn is_busy(&self) -> bool {
        self.pending.open() > 0
            || !self.calls.is_empty()
            || self.served > 0
            || self.appended > self.written
    }

    /// Where the connection stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether the peer said that it is going away.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// What the core holds and has seen.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            in_flight: self.pending.used(),
            waiting: self.calls.len(),
            served: self.served,
            out_bytes: usize::try_from(self.queued_bytes()).unwrap_or(usize::MAX),
            stale_answers: self.pending.stale_answers() + self.pending.duplicate_answers(),
        }
    }

    /// Gives memory back that nothing is in.
    pub fn release_memory(&mut self) {
        self.pending.release_memory();
    }

    fn end(&mut self, reason: CloseReason, wakers: &mut Vec<Waker>) {
        self.pending.fail_all(reason, self.written, wakers);
        self.calls.call_all(wakers);
        self.answers.call_all(wakers);
        // What was not written never will be.
        self.written = self.appended;
        self.read_only = false;
    }

    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Closing)
    }

    #[inline]
    fn has_room(&self) -> bool {
        self.has_bytes() && self.pending.has_room()
    }

    #[inline]
    fn has_bytes(&self) -> bool {
        self.queued_bytes() < self.limits.out_bytes_max as u64
    }

    #[inline]
    fn queued_bytes(&self) -> u64 {
        self.appended.saturating_sub(self.written)
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
