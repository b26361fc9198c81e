//! One call, as its caller sees it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use tenfold_transport::LARGE_BYTES_MIN;

use crate::{
    ExchangeError,
    link::Link,
    proto::{CallKey, Outcome, Ticket},
};

/// A request that is to be sent.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// Dubbo's number of the body's serialization.
    pub serialization: u8,
    /// The encoded body.
    pub body: Body<'a>,
    /// When the call must be over, waiting for room included.
    pub deadline: Instant,
}

/// An encoded body.
#[derive(Clone, Debug)]
pub enum Body<'a> {
    /// Borrowed: copied into the out-buffer.
    Slice(&'a [u8]),
    /// Owned: sent without a copy when it is long.
    Bytes(Bytes),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// Dubbo's status byte; 20 is success.
    pub status: u8,
    /// Dubbo's number of the body's serialization.
    pub serialization: u8,
    /// The encoded body.
    pub body: Bytes,
}

/// A call in flight.
///
/// The request is on its way as soon as this exists, unless it has to wait for room.
///
/// # Cancel safety
///
/// Dropping it stops the waiting and nothing more: a request that was appended is sent, and the
/// peer may run it. A request that still waits for room is not sent.
#[derive(Debug)]
#[must_use = "an answer is lost if nobody waits for it"]
pub struct Call {
    link: Arc<Link>,
    state: State,
}

/// A request without an answer, on its way out.
///
/// Ready as soon as the request stands in the out-buffer.
///
/// # Cancel safety
///
/// A request that still waits for room is not sent if this is dropped.
#[derive(Debug)]
#[must_use = "a request that waits for room is not sent if this is dropped"]
pub struct OneWay {
    link: Arc<Link>,
    state: State,
}

/// Two words: it is written for every call.
#[derive(Debug)]
pub(crate) enum State {
    /// Waits for room.
    Waiting(Box<Held>),
    /// Waits for the answer.
    Sent(CallKey),
    /// Appended, and no answer is to come.
    Appended,
    /// It never went out.
    Failed(Box<ExchangeError>),
    /// The outcome was taken.
    Taken,
}

impl From<ExchangeError> for State {
    fn from(error: ExchangeError) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// A request that waits for room.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) ticket: Ticket,
    pub(crate) serialization: u8,
    pub(crate) body: Bytes,
    pub(crate) deadline: Instant,
    pub(crate) two_way: bool,
}

impl<'a> Outgoing<'a> {
    /// A request.
    pub fn new(serialization: u8, body: impl Into<Body<'a>>, deadline: Instant) -> Self {
        Self {
            serialization,
            body: body.into(),
            deadline,
        }
    }
}

impl Body<'_> {
    /// The length.
    pub fn len(&self) -> usize {
        match self {
            Self::Slice(slice) => slice.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Slice(slice) => Bytes::copy_from_slice(slice),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// A long borrowed body is copied before the connection's lock is taken, not under it.
    pub(crate) fn detach_long(self) -> Self {
        match self {
            Self::Slice(slice) if slice.len() >= LARGE_BYTES_MIN => {
                Self::Bytes(Bytes::copy_from_slice(slice))
            }
            body => body,
        }
    }
}

impl<'a> From<&'a [u8]> for Body<'a> {
    fn from(slice: &'a [u8]) -> Self {
        Self::Slice(slice)
    }
}

impl From<Bytes> for Body<'_> {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Body<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl Reply {
    /// An answer.
    pub fn new(status: u8, serialization: u8, body: Bytes) -> Self {
        Self {
            status,
            serialization,
            body,
        }
    }
}

impl Call {
    #[inline]
    pub(crate) fn begin(link: &Arc<Link>, request: Outgoing<'_>) -> Self {
        let state = match link.try_call(&request) {
            Some(key) => State::Sent(key),
            None => link.send(request, true),
        };
        Self {
            link: link.clone(),
            state,
        }
    }
}

impl Future for Call {
    type Output = Result<Reply, ExchangeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            if let State::Sent(key) = this.state {
                let Poll::Ready(outcome) = this.link.poll_call(key, cx.waker()) else {
                    return Poll::Pending;
                };
                this.state = State::Taken;
                return Poll::Ready(match outcome {
                    Outcome::Answer(reply) => Ok(reply),
                    failed => failed.into(),
                });
            }
            match &this.state {
                State::Waiting(..) => {
                    if this
                        .link
                        .poll_waiting(&mut this.state, cx.waker())
                        .is_pending()
                    {
                        return Poll::Pending;
                    }
                }
                State::Failed(error) => {
                    let error = (**error).clone();
                    this.state = State::Taken;
                    return Poll::Ready(Err(error));
                }
                State::Sent(_) | State::Appended | State::Taken => {
                    unreachable!("a call is not polled after it is done")
                }
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !matches!(self.state, State::Taken) {
            self.link.give_up(&self.state);
        }
    }
}

impl OneWay {
    pub(crate) fn begin(link: &Arc<Link>, request: Outgoing<'_>) -> Self {
        Self {
            link: link.clone(),
            state: link.send(request, false),
        }
    }
}

impl Future for OneWay {
    type Output = Result<(), ExchangeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if matches!(this.state, State::Waiting(..))
            && this
                .link
                .poll_waiting(&mut this.state, cx.waker())
                .is_pending()
        {
            return Poll::Pending;
        }
        Poll::Ready(match &this.state {
            State::Failed(error) => Err((**error).clone()),
            _ => Ok(()),
        })
    }
}

impl Drop for OneWay {
    fn drop(&mut self) {
        self.link.give_up(&self.state);
    }
}

impl From<Outcome<Reply>> for Result<Reply, ExchangeError> {
    fn from(outcome: Outcome<Reply>) -> Self {
        match outcome {
            Outcome::Answer(reply) => Ok(reply),
            Outcome::Timeout(progress) => Err(ExchangeError::Timeout { progress }),
            Outcome::Closed(reason, progress) => Err(ExchangeError::Closed { reason, progress }),
            Outcome::AnswerTooLarge { bytes, limit } => {
                Err(ExchangeError::AnswerTooLarge { bytes, limit })
            }
        }
    }
}
