//! A call's answer on its way up.

use std::{fmt, pin::Pin};

use futures_core::Stream;
use tenfold_common::Attachments;
use tenfold_serialization::Body;

use crate::{Exception, RpcError};

/// What a call carries in one direction: one value, or a stream of messages.
///
/// dubbo2 knows unary calls only and refuses streams.
#[non_exhaustive]
pub enum Payload<T> {
    /// One value.
    Unary(T),
    /// Any number of messages.
    Stream(BodyStream),
}

/// Messages of a streaming call.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Box<dyn Body>, RpcError>> + Send>>;

/// The answer of the called method.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// A value or a business exception.
    pub outcome: Outcome,
    /// What the provider sent beside it.
    pub attachments: Attachments,
}

/// How the called method ended.
#[non_exhaustive]
pub enum Outcome {
    /// It returned.
    Value(Payload<Box<dyn Body>>),
    /// It threw: a result of the method, not a failure of the framework.
    Exception(Box<Exception>),
}

impl Response {
    /// An answer with a value.
    pub fn value(value: impl Body) -> Self {
        Self::boxed(Box::new(value))
    }

    /// An answer with a value that is boxed already.
    pub fn boxed(value: Box<dyn Body>) -> Self {
        Self {
            outcome: Outcome::Value(Payload::Unary(value)),
            attachments: Attachments::new(),
        }
    }

    /// An answer with a business exception.
    pub fn exception(exception: Exception) -> Self {
        Self {
            outcome: Outcome::Exception(Box::new(exception)),
            attachments: Attachments::new(),
        }
    }

    /// The same answer with these attachments.
    #[must_use]
    pub fn with_attachments(mut self, attachments: Attachments) -> Self {
        self.attachments = attachments;
        self
    }

    /// Whether the method threw.
    pub fn is_exception(&self) -> bool {
        matches!(self.outcome, Outcome::Exception(_))
    }
}

impl<T: fmt::Debug> fmt::Debug for Payload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unary(value) => f.debug_tuple("Unary").field(value).finish(),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(Payload::Unary(_)) => f.write_str("Value"),
            Self::Value(Payload::Stream(_)) => f.write_str("Stream"),
            Self::Exception(exception) => f.debug_tuple("Exception").field(exception).finish(),
        }
    }
}
