//! A core driven by bytes: the door for a fuzzer, and for the seeded simulation in the tests.
//!
//! Each byte is an operation, some take a further byte as an argument. A model beside the core knows which
//! answer belongs to which call, so a run ends in a panic when an answer reaches the wrong call, when a
//! call ends twice or never, or when something is left in the table.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Wake, Waker},
    time::{Duration, Instant},
};

use tenfold_transport::CloseReason;

use super::{Admission, CallKey, Core, CoreLimits, Outcome, Phase, Ticket};
use crate::{Event, RequestId};

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Calls that began.
    pub calls: u64,
    /// Calls that got their answer.
    pub answered: u64,
    /// Calls whose deadline passed.
    pub timed_out: u64,
    /// Calls that ended with the connection.
    pub lost: u64,
    /// Calls that nobody waited for to the end.
    pub abandoned: u64,
    /// Calls that were never admitted.
    pub refused: u64,
    /// Answers that no call waited for.
    pub stale: u64,
}

/// Runs the operations in `bytes`.
///
/// # Panics
///
/// If the core breaks a promise.
pub fn run(bytes: &[u8]) -> Tally {
    let mut world = World::new();
    let mut bytes = bytes.iter().copied();
    while let Some(operation) = bytes.next() {
        world.step(operation, &mut || bytes.next().unwrap_or_default());
    }
    world.finish()
}

struct World {
    core: Core<u64>,
    now: Instant,
    calls: Vec<Call>,
    waiting: Vec<Waiting>,
    /// Requests that the peer has, and how often it has answered each.
    wire: Vec<(RequestId, u64)>,
    /// Requests that the peer has answered already.
    past: Vec<(RequestId, u64)>,
    wakers: Vec<Waker>,
    next: u64,
    queued: usize,
    tally: Tally,
}

struct Call {
    key: CallKey,
    value: u64,
    deadline: Instant,
    woken: Arc<Flag>,
    /// Whether it left its waker since it was last woken.
    asleep: bool,
}

struct Waiting {
    ticket: Ticket,
    deadline: Instant,
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const FRAME_BYTES: usize = 100;

const LIMITS: CoreLimits = CoreLimits {
    in_flight_max: 24,
    waiting_max: 6,
    out_bytes_max: 12 * FRAME_BYTES,
    served_max: 4,
};

impl World {
    fn new() -> Self {
        let mut core = Core::new(LIMITS, Phase::Connecting);
        core.on_connected(&mut Vec::new());
        Self {
            core,
            now: Instant::now(),
            calls: Vec::new(),
            waiting: Vec::new(),
            wire: Vec::new(),
            past: Vec::new(),
            wakers: Vec::new(),
            next: 1,
            queued: 0,
            tally: Tally::default(),
        }
    }

    fn step(&mut self, operation: u8, argument: &mut impl FnMut() -> u8) {
        match operation % 32 {
            0..=7 => self.call(argument()),
            8..=13 => self.answer(argument()),
            14 => self.answer_again(argument()),
            15 => self.answer_nobody(argument()),
            16..=20 => self.poll(argument()),
            21 | 22 => self.drop_call(argument()),
            23..=25 => self.write(argument()),
            26 => self.now += Duration::from_millis(u64::from(argument())),
            27 => self.sweep(),
            28 => self.poll_waiting(argument()),
            29 => self.leave_waiting(argument()),
            30 => self.lose(argument()),
            _ => self.notice(argument()),
        }
        self.wake();
    }

    fn call(&mut self, argument: u8) {
        let deadline = self.now + Duration::from_millis(20 + 10 * u64::from(argument % 64));
        self.tally.calls += 1;
        match self.core.admit() {
            Admission::Go => self.begin(deadline),
            Admission::Wait => match self.core.join_calls(deadline) {
                Some(ticket) => self.waiting.push(Waiting { ticket, deadline }),
                None => {
                    assert_eq!(self.waiting.len(), LIMITS.waiting_max);
                    self.tally.refused += 1;
                }
            },
            _ => self.tally.refused += 1,
        }
    }

    fn begin(&mut self, deadline: Instant) {
        let key = self.core.begin(deadline, FRAME_BYTES);
        let key = key.expect("an admitted call finds a slot");
        let value = self.next;
        self.next += 1;
        self.queued += FRAME_BYTES;
        self.wire.push((key.id(), value));
        self.calls.push(Call {
            key,
            value,
            deadline,
            woken: Arc::default(),
            asleep: false,
        });
    }

    fn answer(&mut self, argument: u8) {
        if let Some(at) = pick(self.wire.len(), argument) {
            let (id, value) = self.wire.swap_remove(at);
            self.core.on_answer(id, || value, &mut self.wakers);
            self.past.push((id, value));
        }
    }

    fn answer_again(&mut self, argument: u8) {
        if let Some(at) = pick(self.past.len(), argument) {
            let (id, value) = self.past.swap_remove(at);
            let before = self.core.statistics().stale_answers;
            self.core.on_answer(id, || value, &mut self.wakers);
            assert_eq!(self.core.statistics().stale_answers, before + 1);
        }
    }

    fn answer_nobody(&mut self, argument: u8) {
        let odd = u64::from(argument).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let id = RequestId((odd | 1 << 63).cast_signed());
        self.core.on_answer(id, || 0, &mut self.wakers);
    }

    fn poll(&mut self, argument: u8) {
        if let Some(at) = pick(self.calls.len(), argument) {
            self.poll_at(at);
        }
    }

    /// Polls one call; true when it ended.
    fn poll_at(&mut self, at: usize) -> bool {
        let call = &mut self.calls[at];
        let waker = Waker::from(call.woken.clone());
        let Poll::Ready(outcome) = self.core.poll_call(call.key, &waker) else {
            call.asleep = true;
            return false;
        };
        let woken = call.woken.0.load(Ordering::Relaxed);
        assert!(woken || !call.asleep, "a call ended and nobody was told");
        let call = self.calls.swap_remove(at);
        self.wakers.extend(self.core.next_caller());
        match outcome {
            Outcome::Answer(value) => {
                assert_eq!(value, call.value, "an answer reached the wrong call");
                self.tally.answered += 1;
            }
            Outcome::Timeout(_) => {
                assert!(call.deadline <= self.now, "a call ended before its time");
                self.tally.timed_out += 1;
            }
            Outcome::Closed(..) => self.tally.lost += 1,
            Outcome::AnswerTooLarge { .. } => unreachable!("no such answer is made here"),
        }
        true
    }

    fn drop_call(&mut self, argument: u8) {
        if let Some(at) = pick(self.calls.len(), argument) {
            let call = self.calls.swap_remove(at);
            self.wakers.extend(self.core.abandon(call.key));
            self.tally.abandoned += 1;
        }
    }

    fn write(&mut self, argument: u8) {
        let bytes = self.queued.min(usize::from(argument) * 8);
        self.queued -= bytes;
        self.core.on_written(bytes, &mut self.wakers);
        assert_eq!(self.core.statistics().out_bytes, self.queued);
    }

    fn sweep(&mut self) {
        self.core.on_timeout(self.now, &mut self.wakers);
        if let Some(at) = self.core.timeout() {
            assert!(at > self.now, "a sweep asks for itself at once");
        }
    }

    fn poll_waiting(&mut self, argument: u8) {
        if let Some(at) = pick(self.waiting.len(), argument) {
            self.poll_waiting_at(at);
        }
    }

    /// Polls one waiting call; true when it waits no more.
    fn poll_waiting_at(&mut self, at: usize) -> bool {
        let Waiting { ticket, deadline } = self.waiting[at];
        match self.core.poll_room(ticket, Waker::noop()) {
            Some(Admission::Wait) => return false,
            Some(Admission::Go) => {
                self.begin(deadline);
                self.wakers.extend(self.core.next_caller());
            }
            Some(_) => self.tally.refused += 1,
            None => {
                assert!(deadline <= self.now, "a wait ended before its time");
                self.tally.timed_out += 1;
            }
        }
        // Order is kept: it is the core's promise that the first goes first.
        self.waiting.remove(at);
        true
    }

    fn leave_waiting(&mut self, argument: u8) {
        if let Some(at) = pick(self.waiting.len(), argument) {
            let waiting = self.waiting.remove(at);
            self.wakers.extend(self.core.leave_calls(waiting.ticket));
            self.tally.abandoned += 1;
        }
    }

    /// The connection is lost, mostly for good reason, and made again.
    fn lose(&mut self, argument: u8) {
        if argument >= 64 {
            return;
        }
        self.core.on_lost(CloseReason::Peer, &mut self.wakers);
        self.wake();
        self.queued = 0;
        // What the peer still had is answered late, if at all: over the next connection.
        self.past.append(&mut self.wire);
        self.past.truncate(100);
        while !self.calls.is_empty() {
            assert!(self.poll_at(0), "a call outlived its connection");
        }
        while !self.waiting.is_empty() {
            assert!(self.poll_waiting_at(0), "a wait outlived its connection");
        }
        assert_eq!(self.core.statistics().in_flight, 0);
        assert_eq!(self.core.admit(), Admission::NotConnected);
        if argument.is_multiple_of(2) {
            self.core.release_memory();
        }
        self.core.on_connected(&mut self.wakers);
    }

    fn notice(&mut self, argument: u8) {
        match argument % 3 {
            0 => self.core.on_event(Event::ReadOnly),
            1 => self.core.on_event(Event::Writeable),
            _ => self.core.release_memory(),
        }
    }

    fn wake(&mut self) {
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
    }

    fn finish(mut self) -> Tally {
        self.lose(0);
        self.wake();
        let left = self.core.statistics();
        assert_eq!((left.in_flight, left.waiting, left.out_bytes), (0, 0, 0));
        let tally = Tally {
            stale: left.stale_answers,
            ..self.tally
        };
        let ended = tally.answered + tally.timed_out + tally.lost + tally.abandoned + tally.refused;
        assert_eq!(ended, tally.calls, "each call ends once");
        tally
    }
}

fn pick(length: usize, argument: u8) -> Option<usize> {
    usize::from(argument).checked_rem(length)
}
