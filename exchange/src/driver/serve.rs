//! Serving the peer's requests: a first poll where the request stands, a task for what has to wait.

use std::{
    cell::Cell,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::Instant,
};

use tenfold_transport::{CloseReason, FrameBody, WriteQueue};
use tokio_util::task::TaskTracker;

use crate::{
    Answer, AnswerBody, Fault, FrameKind, HEAD_BYTES, Handler, Handling, Head, Incoming, Peer,
    handler::IncomingBody, link::Link, proto::Ticket,
};

/// A handler and what it keeps for one connection.
pub(super) struct Service<H: Handler> {
    handler: Arc<H>,
    /// Taken when the connection ends.
    session: Option<H::Session>,
    peer: Arc<Peer>,
    tasks: TaskTracker,
}

/// A request that is served by a task of its own.
struct Serving<H: Handler> {
    link: Arc<Link>,
    handler: Arc<H>,
    request: Head,
    state: ServingState<H>,
    /// The place of an answer that waits for room.
    ticket: Option<Ticket>,
}

enum ServingState<H: Handler> {
    Running(H::Future),
    Answered(H::Answer),
    Panicked,
    Done,
}

impl<H: Handler> Service<H> {
    pub(super) fn new(handler: Arc<H>, peer: Arc<Peer>, tasks: TaskTracker) -> Self {
        let session = handler.open(peer.clone());
        Self {
            handler,
            session: Some(session),
            peer,
            tasks,
        }
    }

    /// Serves a request: what is ready at once is appended to `answers`. True when a task was made
    /// for it.
    pub(super) fn serve(
        &mut self,
        link: &Arc<Link>,
        request: Head,
        two_way: bool,
        body: FrameBody<'_>,
        received: Instant,
        answers: &mut WriteQueue,
    ) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        let incoming = Incoming {
            id: request.id(),
            two_way,
            serialization: request.serialization(),
            received,
            body: IncomingBody(body),
        };
        let handler = &*self.handler;
        let handled = catch_unwind(AssertUnwindSafe(|| {
            match handler.handle(session, incoming) {
                Handling::Future(mut future) => {
                    let mut cx = Context::from_waker(Waker::noop());
                    match Pin::new(&mut future).poll(&mut cx) {
                        Poll::Ready(answer) => Handling::Answer(answer),
                        Poll::Pending => Handling::Spawn(future),
                    }
                }
                other => other,
            }
        }));
        let limit = link.payload_bytes_max();
        match handled {
            Ok(Handling::Answer(answer)) if two_way => {
                write_answer(handler, request, answer, limit, answers);
            }
            Ok(Handling::Spawn(future) | Handling::Future(future)) => {
                link.lock().core.on_serve();
                self.tasks.spawn(Serving {
                    link: link.clone(),
                    handler: self.handler.clone(),
                    request,
                    state: ServingState::Running(future),
                    ticket: None,
                });
                return true;
            }
            Ok(Handling::Answer(_) | Handling::Nothing) => {}
            Err(_) if two_way => write_fault(handler, request, Fault::Panicked, answers),
            Err(_) => {}
        }
        false
    }

    /// Answers a request that was never handed to the handler.
    pub(super) fn refuse(&self, request: Head, fault: Fault, answers: &mut WriteQueue) {
        if matches!(request.kind(), FrameKind::Request { two_way: true }) {
            write_fault(&*self.handler, request, fault, answers);
        }
    }

    /// The connection ended.
    pub(super) fn close(&mut self, reason: CloseReason) {
        if let Some(session) = self.session.take() {
            self.peer.disconnected().cancel();
            self.handler.close(session, reason);
        }
    }
}

impl<H: Handler> Unpin for Serving<H> {}

impl<H: Handler> Future for Serving<H> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if let ServingState::Running(future) = &mut this.state {
            let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(future).poll(cx)));
            this.state = match polled {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(answer)) => ServingState::Answered(answer),
                Err(_) => ServingState::Panicked,
            };
        }
        if matches!(this.request.kind(), FrameKind::Request { two_way: true }) {
            ready!(this.link.poll_answer(&mut this.ticket, cx.waker()));
            this.answer();
        }
        Poll::Ready(())
    }
}

impl<H: Handler> Serving<H> {
    fn answer(&mut self) {
        let (handler, request) = (&*self.handler, self.request);
        let mut frames = SCRATCH.take();
        match std::mem::replace(&mut self.state, ServingState::Done) {
            ServingState::Answered(answer) => {
                let limit = self.link.payload_bytes_max();
                write_answer(handler, request, answer, limit, &mut frames);
            }
            ServingState::Panicked => write_fault(handler, request, Fault::Panicked, &mut frames),
            ServingState::Running(_) | ServingState::Done => {}
        }
        self.link.append_frames(&mut frames);
        frames.clear();
        SCRATCH.set(frames);
    }
}

impl<H: Handler> Drop for Serving<H> {
    fn drop(&mut self) {
        // The user's future goes first: what it holds must not outlive the count of it.
        self.state = ServingState::Done;
        self.link.on_served(self.ticket.take());
    }
}

thread_local! {
    /// Where tasks write their answers before they take the connection's lock. It is taken out
    /// while it is used, so an encoder that comes here again finds an empty one.
    static SCRATCH: Cell<WriteQueue> = Cell::default();
}

/// Appends the frame of an answer, or of the fault that it turns out to be.
fn write_answer<H: Handler>(
    handler: &H,
    request: Head,
    answer: H::Answer,
    bytes_max: usize,
    queue: &mut WriteQueue,
) {
    let small = queue.small();
    let start = small.len();
    let body_start = start + HEAD_BYTES;
    small.resize(body_start, 0);
    let encoded = catch_unwind(AssertUnwindSafe(|| {
        let mut body = AnswerBody::new(small, request.serialization(), bytes_max);
        let status = answer.encode(&mut body);
        (status, body.serialization(), body.into_tail())
    }));
    let small = queue.small();
    let fault = match encoded {
        Ok((status, serialization, tail)) => {
            let tail_bytes = tail.as_ref().map_or(0, |tail| tail.len());
            let bytes = small.len().saturating_sub(body_start) + tail_bytes;
            if bytes <= bytes_max {
                let answer = request.with_serialization(serialization);
                put_head(small, start, answer, status, bytes);
                if let Some(tail) = tail {
                    queue.push(tail);
                }
                return;
            }
            Fault::AnswerTooLarge {
                bytes,
                limit: bytes_max,
            }
        }
        Err(_) => Fault::Panicked,
    };
    small.truncate(start);
    write_fault(handler, request, fault, queue);
}

/// Appends the frame that tells of a fault, if the handler has one.
fn write_fault<H: Handler>(handler: &H, request: Head, fault: Fault, queue: &mut WriteQueue) {
    let small = queue.small();
    let start = small.len();
    let body_start = start + HEAD_BYTES;
    small.resize(body_start, 0);
    let status = catch_unwind(AssertUnwindSafe(|| {
        handler.fault(fault, request.serialization(), small)
    }));
    let small = queue.small();
    match status {
        Ok(Some(status)) => {
            let bytes = small.len().saturating_sub(body_start);
            put_head(small, start, request, status, bytes);
        }
        // A handler that has no answer, or that panics again: none is sent.
        Ok(None) | Err(_) => small.truncate(start),
    }
}

/// Fills in the head for which room was left at `start`.
fn put_head(small: &mut [u8], start: usize, request: Head, status: u8, body_bytes: usize) {
    if let Some(room) = small.get_mut(start..start + HEAD_BYTES) {
        room.copy_from_slice(&request.answer(status).to_bytes(body_bytes));
    }
}
