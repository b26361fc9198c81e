//! What does: one task per connection, both directions.
//!
//! A turn of the task: write what callers have appended, read once, hand out all whole frames, wake
//! the callers that were answered, and queue up again. The callers run before the next read, so that
//! their next requests leave in one write. No channel and no second task stands between.

mod serve;
mod timer;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use parking_lot::MutexGuard;
use tenfold_transport::{Channel, CloseReason, Frame, FrameReader, ReadWatch, Stage, WriteQueue};
use tokio_util::task::TaskTracker;

use self::{serve::Service, timer::Timer};
use crate::{
    ConnectionConfig, Event, ExchangeCodec, Fault, FrameKind, Handler, Peer, Reply,
    codec::STATUS_OK,
    link::{Inner, Link, wake_all},
    proto::{Leave, Liveness, Pulse},
};

pub(crate) use self::timer::{Timer as DriverTimer, now};

/// A connection that was not used for this long gives its buffers back.
const IDLE_AFTER: Duration = Duration::from_secs(1);

/// How long a connection that has said its last word waits for the peer to hang up. Closing a socket
/// with unread bytes in it would reset the connection and could take the last answers with it.
const LINGER: Duration = Duration::from_millis(500);

/// The task of one connection.
pub(crate) struct Driver<H: Handler> {
    link: Arc<Link>,
    channel: Channel,
    config: Arc<ConnectionConfig>,
    service: Service<H>,
    /// Whether another connection may follow on the same link.
    reconnects: bool,
    finished: bool,

    reader: FrameReader<ExchangeCodec>,
    /// Frames may be left in the reader that were not looked at.
    backlog: bool,
    /// Reading has stopped because the peer does not take its answers, or has too many requests
    /// under way.
    paused: bool,
    served_full: bool,
    wakers: Vec<Waker>,

    /// What is being written.
    writing: WriteQueue,
    /// Whether that came from the shared out-buffer; else it is answers of this task.
    writing_shared: bool,
    /// Bytes of the shared out-buffer that were written and not yet reported.
    written: usize,
    /// Answers that were ready at once.
    answers: WriteQueue,

    liveness: Liveness,
    watch: ReadWatch,
    leave: Option<Leave>,
    /// Since when we wait for the peer to hang up.
    lingering: Option<Instant>,
    /// Since when the peer has taken nothing of what waits for it.
    stalled: Option<Instant>,
    /// When bytes last moved, if buffers are held since.
    active: Option<Instant>,
    busy: bool,
    timer: Timer,
    /// The task's own waker, while it does not lie with the link.
    task: Option<Waker>,
}

/// How a turn ends.
enum Next {
    /// The task queues up again at once.
    Again,
    /// It sleeps until it is woken.
    Sleep,
}

impl<H: Handler> Driver<H> {
    pub(crate) fn new(
        link: Arc<Link>,
        channel: Channel,
        config: Arc<ConnectionConfig>,
        handler: Arc<H>,
        tasks: TaskTracker,
        reconnects: bool,
    ) -> Self {
        let now = now();
        let peer = Arc::new(Peer::new(
            link.clone(),
            channel.local_address().clone(),
            channel.remote_address().clone(),
        ));
        Self {
            service: Service::new(handler, peer, tasks),
            reader: FrameReader::new(ExchangeCodec::new(link.payload_bytes_max())),
            liveness: Liveness::new(config.heartbeat, config.idle_timeout, now),
            watch: ReadWatch::new(config.read),
            link,
            channel,
            config,
            reconnects,
            finished: false,
            backlog: false,
            paused: false,
            served_full: false,
            wakers: Vec::new(),
            writing: WriteQueue::new(),
            writing_shared: false,
            written: 0,
            answers: WriteQueue::new(),
            leave: None,
            lingering: None,
            stalled: None,
            active: None,
            busy: false,
            timer: Timer::default(),
            task: None,
        }
    }

    fn turn(&mut self, cx: &mut Context<'_>) -> Result<Next, CloseReason> {
        let now = now();
        self.on_time(now)?;
        loop {
            self.write(cx, now)?;
            if self.lingering.is_some() {
                return self.linger(cx, now);
            }
            if self.may_leave(cx, now)? {
                continue;
            }
            if self.read(cx, now)? {
                // Answers that are ready need not wait for anybody.
                if !self.answers.is_empty() {
                    self.write(cx, now)?;
                }
                return Ok(Next::Again);
            }
            if self.sleep(cx, now) {
                return Ok(Next::Sleep);
            }
        }
    }

    // ---- writing ----

    /// Writes until there is nothing left or the network takes no more.
    fn write(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<(), CloseReason> {
        loop {
            if self.writing.is_empty() && !self.load(now) {
                return Ok(());
            }
            match self.writing.poll_write(cx, &mut self.channel) {
                Poll::Ready(Ok(0)) => {
                    return Err(CloseReason::Network(std::io::ErrorKind::WriteZero));
                }
                Poll::Ready(Ok(bytes)) => {
                    self.stalled = None;
                    self.active = Some(now);
                    if self.writing_shared {
                        self.written += bytes;
                    }
                }
                Poll::Ready(Err(error)) => return Err(error.into()),
                Poll::Pending => {
                    self.stalled.get_or_insert(now);
                    return Ok(());
                }
            }
        }
    }

    /// Takes what is to be written next; false when there is nothing.
    fn load(&mut self, now: Instant) -> bool {
        if !self.answers.is_empty() {
            std::mem::swap(&mut self.writing, &mut self.answers);
            self.writing_shared = false;
            return true;
        }
        let link = self.link.clone();
        let mut inner = link.lock();
        self.sync(&mut inner, now);
        let any = !inner.out.is_empty();
        if any {
            std::mem::swap(&mut self.writing, &mut inner.out);
            self.writing_shared = true;
        }
        drop(inner);
        wake_all(&mut self.wakers);
        any
    }

    /// What is done whenever the lock is held.
    fn sync(&mut self, inner: &mut Inner, now: Instant) {
        if let Some(task) = inner.task.take() {
            self.task = Some(task);
        }
        if self.written > 0 {
            inner.core.on_written(self.written, &mut self.wakers);
            self.written = 0;
        }
        inner.core.on_timeout(now, &mut self.wakers);
        if let Some(order) = inner.leave.take() {
            self.leave = Some(Leave::new(order.quiet, order.deadline, now));
        }
        self.busy = inner.core.is_busy();
        self.served_full = !inner.core.may_serve();
    }

    // ---- reading ----

    /// Reads once and handles all whole frames; false when nothing came.
    fn read(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<bool, CloseReason> {
        if !self.may_read() {
            self.paused = true;
            return Ok(false);
        }
        if self.paused {
            self.paused = false;
            self.watch.on_resume(now);
            self.liveness.on_heard(now);
        }
        if self.backlog {
            let frames = self.handle_frames(now)?;
            self.watch.on_read(now, 0, frames > 0, self.reader.stage());
            if frames > 0 {
                return Ok(true);
            }
        }
        let bytes = match self.reader.poll_fill(cx, &mut self.channel) {
            Poll::Pending => return Ok(false),
            Poll::Ready(Ok(0)) => {
                return Err(match self.reader.stage() {
                    Stage::Between => CloseReason::Peer,
                    Stage::Head | Stage::Body => CloseReason::PeerInFrame,
                });
            }
            Poll::Ready(Ok(bytes)) => bytes,
            Poll::Ready(Err(error)) => return Err(error.into()),
        };
        self.active = Some(now);
        self.liveness.on_heard(now);
        let frames = self.handle_frames(now)?;
        self.watch
            .on_read(now, bytes, frames > 0, self.reader.stage());
        Ok(true)
    }

    /// Whether the peer may be listened to: not while it leaves its answers lying, and not while
    /// too many of its requests are under way. Requests of our own that wait to be written do not
    /// count: the answers that are to be read may be what lets the peer read on.
    fn may_read(&self) -> bool {
        let writing = if self.writing_shared {
            0
        } else {
            self.writing.len()
        };
        !self.served_full && self.answers.len() + writing < self.config.out_bytes_max
    }

    /// Handles whole frames, up to the bounds of a turn, and says how many.
    fn handle_frames(&mut self, now: Instant) -> Result<usize, CloseReason> {
        let mut frames = 0;
        let mut requests = 0;
        let link = self.link.clone();
        // Held from one answer to the next, let go for everything else: no user code runs under it.
        let mut held = None;
        let handled = loop {
            self.backlog = requests >= self.config.polls_per_turn_max || !self.may_read();
            if self.backlog {
                break Ok(());
            }
            let frame = match self.reader.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.into()),
            };
            frames += 1;
            match frame {
                Frame::Whole { head, body } => match head.kind() {
                    FrameKind::Response { status } => {
                        let inner: &mut MutexGuard<'_, Inner> =
                            held.get_or_insert_with(|| link.lock());
                        // The caller is woken at once and reads the answer then.
                        let reply = || Reply::new(status, head.serialization(), body.share());
                        inner.core.on_answer(head.id(), reply, &mut self.wakers);
                    }
                    FrameKind::Request { two_way } => {
                        held = None;
                        requests += 1;
                        if let Some(leave) = &mut self.leave {
                            leave.on_request(now);
                        }
                        let answers = &mut self.answers;
                        if self.service.serve(&link, head, two_way, body, now, answers) {
                            self.served_full = !link.lock().core.may_serve();
                        }
                    }
                    FrameKind::Event { two_way } => {
                        held = None;
                        let event = Event::from_body(two_way, &body);
                        if two_way {
                            let answer = head.answer(STATUS_OK);
                            let small = self.answers.small();
                            small.extend_from_slice(&answer.to_bytes(body.len()));
                            small.extend_from_slice(&body);
                        }
                        on_event(&link, event);
                    }
                    FrameKind::EventResponse => {}
                },
                Frame::Oversized {
                    head,
                    body_bytes: bytes,
                    body_bytes_max: limit,
                } => {
                    if let FrameKind::Response { .. } = head.kind() {
                        let inner = held.get_or_insert_with(|| link.lock());
                        let (core, wakers) = (&mut inner.core, &mut self.wakers);
                        core.on_long_answer(head.id(), bytes, limit, wakers);
                    } else {
                        held = None;
                        let fault = Fault::RequestTooLarge { bytes, limit };
                        self.service.refuse(head, fault, &mut self.answers);
                    }
                }
            }
        };
        drop(held);
        wake_all(&mut self.wakers);
        handled.map(|()| frames)
    }

    // ---- time ----

    /// Judges everything that has a time limit, except for the calls.
    fn on_time(&mut self, now: Instant) -> Result<(), CloseReason> {
        if !self.paused {
            self.watch.on_timeout(now)?;
            match self.liveness.on_timeout(now) {
                Pulse::Quiet => {}
                Pulse::Send => {
                    self.link.lock().append_event(Event::Heartbeat, true);
                }
                Pulse::Dead(limit) => return Err(CloseReason::Idle(limit)),
            }
        }
        let limit = self.config.write_timeout;
        match self.stalled {
            Some(since) if now >= since + limit => Err(CloseReason::WriteStalled(limit)),
            _ => Ok(()),
        }
    }

    /// Prepares to sleep; false when something is to be done first.
    fn sleep(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let link = self.link.clone();
        let mut inner = link.lock();
        self.sync(&mut inner, now);
        let to_write = self.writing.is_empty() && !inner.out.is_empty();
        let to_read = self.paused && self.may_read();
        let to_leave = self.leave.is_some() && self.leave_is_over(now);
        let awake = to_write || to_read || to_leave;
        let mut next = inner.core.timeout();
        if !awake {
            self.reader.park();
            next = earliest([next, self.release_if_idle(&mut inner, now)]);
            let task = self.task.take();
            let task = task.filter(|task| task.will_wake(cx.waker()));
            inner.task = Some(task.unwrap_or_else(|| cx.waker().clone()));
        }
        drop(inner);
        wake_all(&mut self.wakers);
        if awake {
            return false;
        }
        next = earliest([next, self.timeout()]);
        if let Some(at) = next {
            self.timer.arm(at, cx);
        }
        true
    }

    /// When this task wants to be woken for reasons of its own.
    fn timeout(&self) -> Option<Instant> {
        let listening = if self.paused {
            None
        } else {
            earliest([self.watch.timeout(), self.liveness.timeout()])
        };
        let stalled = self.stalled.map(|since| since + self.config.write_timeout);
        let leave = self.leave.and_then(|leave| leave.timeout(self.is_busy()));
        earliest([listening, earliest([stalled, leave])])
    }

    /// Gives memory back on a connection that idles; says when it will, if it holds some.
    fn release_if_idle(&mut self, inner: &mut Inner, now: Instant) -> Option<Instant> {
        let at = self.active.map(|active| active + IDLE_AFTER);
        if at.is_some_and(|at| now < at) {
            return at;
        }
        self.active = None;
        self.writing.release();
        self.answers.release();
        self.wakers.shrink_to_fit();
        inner.out.release();
        inner.core.release_memory();
        None
    }

    // ---- leaving ----

    fn is_busy(&self) -> bool {
        self.busy || !self.writing.is_empty() || !self.answers.is_empty() || self.backlog
    }

    fn leave_is_over(&self, now: Instant) -> bool {
        self.leave
            .is_some_and(|leave| leave.is_over(now, self.is_busy()))
    }

    /// Says the last word when the leave-taking is over. True when it was said.
    fn may_leave(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<bool, CloseReason> {
        if !self.leave_is_over(now) {
            return Ok(false);
        }
        // At the deadline nothing is waited for any more.
        if self.is_busy() || self.channel.poll_shutdown(cx).is_pending() {
            return Err(CloseReason::Local);
        }
        self.lingering = Some(now);
        Ok(true)
    }

    /// Waits for the peer to hang up; what it still sends cannot be answered.
    fn linger(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<Next, CloseReason> {
        let until = self.lingering.map_or(now, |since| since + LINGER);
        if now >= until {
            return Err(CloseReason::Local);
        }
        loop {
            match self.reader.poll_fill(cx, &mut self.channel) {
                Poll::Pending => {
                    self.timer.arm(until, cx);
                    return Ok(Next::Sleep);
                }
                Poll::Ready(Ok(0) | Err(_)) => return Err(CloseReason::Local),
                Poll::Ready(Ok(_)) => self.reader.discard(),
            }
        }
    }

    fn finish(&mut self, reason: CloseReason) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        {
            // How much was written decides which calls may be made again.
            let mut inner = self.link.lock();
            if self.written > 0 {
                inner.core.on_written(self.written, &mut self.wakers);
            }
        }
        wake_all(&mut self.wakers);
        if self.reconnects {
            self.link.on_lost(reason);
        } else {
            self.link.on_closed(reason);
        }
        self.service.close(reason);
    }
}

impl<H: Handler> Unpin for Driver<H> {}

impl<H: Handler> Future for Driver<H> {
    type Output = CloseReason;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<CloseReason> {
        match self.turn(cx) {
            Ok(Next::Again) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Ok(Next::Sleep) => Poll::Pending,
            Err(reason) => {
                self.finish(reason);
                Poll::Ready(reason)
            }
        }
    }
}

impl<H: Handler> Drop for Driver<H> {
    fn drop(&mut self) {
        // Reached only if the runtime drops the task before its end.
        self.finish(CloseReason::Runtime);
    }
}

/// A notice of the peer changes whether it is to be used.
fn on_event(link: &Link, event: Event) {
    link.lock().core.on_event(event);
    link.publish();
}

fn earliest<const N: usize>(times: [Option<Instant>; N]) -> Option<Instant> {
    times.into_iter().flatten().min()
}
