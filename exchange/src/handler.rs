//! The door through which requests go up to the protocol room and answers come back.

use std::{
    convert::Infallible,
    future::{Future, Ready},
    ops::Deref,
    sync::Arc,
    time::Instant,
};

use bytes::Bytes;
use tenfold_transport::{CloseReason, FrameBody};

use crate::{Peer, RequestId};

/// Serves the requests of a connection.
pub trait Handler: Send + Sync + 'static {
    /// What the handler keeps for one connection.
    type Session: Send + 'static;
    /// An answer that has not been written yet.
    type Answer: Answer;
    /// An answer in the making. It is boxed by whoever makes it, because it may have to be moved
    /// to a task after its first poll.
    type Future: Future<Output = Self::Answer> + Send + Unpin + 'static;

    /// A connection was made.
    fn open(&self, peer: Arc<Peer>) -> Self::Session;

    /// A request arrived.
    ///
    /// This runs on the task that drives the connection, so it must not block. What it returns
    /// says where the rest is done.
    fn handle(
        &self,
        session: &mut Self::Session,
        request: Incoming<'_>,
    ) -> Handling<Self::Answer, Self::Future>;

    /// Something went wrong with a two-way request. Appends the body of the answer that tells the
    /// peer, and returns its status; `None` sends no answer.
    fn fault(&self, fault: Fault, serialization: u8, body: &mut Vec<u8>) -> Option<u8>;

    /// The connection ended.
    fn close(&self, session: Self::Session, reason: CloseReason) {
        let _ = (session, reason);
    }
}

/// What becomes of a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Handling<A, F> {
    /// It is answered.
    Answer(A),
    /// The future is polled once where it stands; it becomes a task only if it has to wait.
    Future(F),
    /// The future becomes a task at once: for handlers that burn CPU.
    Spawn(F),
    /// There will be no answer.
    Nothing,
}

/// An answer that has not been written yet.
pub trait Answer: Send + 'static {
    /// Writes the body and returns the status.
    ///
    /// Runs outside every lock, on the connection's task or on the request's own.
    fn encode(self, body: &mut AnswerBody<'_>) -> u8;
}

/// Where an answer's body is written.
#[derive(Debug)]
pub struct AnswerBody<'a> {
    buffer: &'a mut Vec<u8>,
    tail: Option<Bytes>,
    serialization: u8,
    bytes_max: usize,
}

/// A request that arrived.
#[derive(Debug)]
#[non_exhaustive]
pub struct Incoming<'a> {
    /// Its id, as the peer chose it.
    pub id: RequestId,
    /// Whether the peer expects an answer.
    pub two_way: bool,
    /// Dubbo's number of the body's serialization; the answer is written in the same unless it
    /// says otherwise.
    pub serialization: u8,
    /// When it was read.
    pub received: Instant,
    /// Its body.
    pub body: IncomingBody<'a>,
}

/// The body of a request, still in the read buffer.
#[derive(Debug)]
pub struct IncomingBody<'a>(pub(crate) FrameBody<'a>);

/// What went wrong with a request before or after its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is longer than is allowed; its body is thrown away.
    RequestTooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The answer is longer than is allowed.
    AnswerTooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The handler panicked.
    Panicked,
}

/// Serves nothing: for a client that takes no requests from its provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHandler;

impl<'a> AnswerBody<'a> {
    pub(crate) fn new(buffer: &'a mut Vec<u8>, serialization: u8, bytes_max: usize) -> Self {
        Self {
            buffer,
            tail: None,
            serialization,
            bytes_max,
        }
    }

    /// The buffer, to which the body is to be appended. Bytes that are in it already belong to
    /// other answers and must stay as they are.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        self.buffer
    }

    /// Sets bytes that follow everything appended to the buffer; long ones are not copied.
    pub fn set_tail(&mut self, tail: Bytes) {
        self.tail = Some(tail);
    }

    /// Dubbo's number of the body's serialization: the request's, unless set.
    pub fn serialization(&self) -> u8 {
        self.serialization
    }

    /// Says that the body is in another serialization than the request; the answer's head names it.
    pub fn set_serialization(&mut self, serialization: u8) {
        self.serialization = serialization;
    }

    /// The longest body that will be sent, so that an encoder may stop early.
    pub fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    pub(crate) fn into_tail(self) -> Option<Bytes> {
        self.tail
    }
}

impl IncomingBody<'_> {
    /// The body as bytes of its own: copied when short, by reference when long.
    pub fn into_bytes(self) -> Bytes {
        self.0.into_bytes()
    }
}

impl Deref for IncomingBody<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Answer for Infallible {
    fn encode(self, _: &mut AnswerBody<'_>) -> u8 {
        match self {}
    }
}

impl Handler for NoHandler {
    type Session = ();
    type Answer = Infallible;
    type Future = Ready<Infallible>;

    fn open(&self, _: Arc<Peer>) {}

    fn handle(&self, (): &mut (), _: Incoming<'_>) -> Handling<Infallible, Ready<Infallible>> {
        Handling::Nothing
    }

    fn fault(&self, _: Fault, _: u8, _: &mut Vec<u8>) -> Option<u8> {
        None
    }
}
