//! The errors of the codec: one type for writing, one for reading.
//!
//! Both are a single pointer wide, so that a `Result` on the hot path stays in a register.

use std::borrow::Cow;
use std::fmt;

use crate::tag;

/// Why a value could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError(Box<EncodeErrorKind>);

/// What went wrong while writing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeErrorKind {
    /// Containers are nested deeper than the encoder allows.
    Depth {
        /// The deepest nesting allowed.
        max: usize,
    },
    /// A count does not fit the 31 bits that the format has for it.
    Length {
        /// What was counted.
        what: &'static str,
        /// How many there were.
        len: usize,
    },
    /// A message from an [`Encode`](crate::Encode) written by hand.
    Custom(String),
}

impl EncodeError {
    /// An error with a message of one's own, for hand-written [`Encode`](crate::Encode)s.
    pub fn custom(message: impl Into<String>) -> Self {
        EncodeErrorKind::Custom(message.into()).into()
    }

    /// What went wrong.
    pub fn kind(&self) -> &EncodeErrorKind {
        &self.0
    }
}

impl From<EncodeErrorKind> for EncodeError {
    #[cold]
    fn from(kind: EncodeErrorKind) -> Self {
        EncodeError(Box::new(kind))
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            EncodeErrorKind::Depth { max } => write!(f, "value is nested deeper than {max}"),
            EncodeErrorKind::Length { what, len } => {
                write!(f, "{len} {what} exceed {}", i32::MAX)
            }
            EncodeErrorKind::Custom(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for EncodeError {}

/// Why bytes could not be read as the value that was asked for.
///
/// It says where ([`offset`](Self::offset), [`path`](Self::path)), which tag stood there
/// ([`tag`](Self::tag)) and what was wrong ([`kind`](Self::kind)). After an error the decoder
/// stands at no particular place: drop it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: DecodeErrorKind,
    offset: usize,
    tag: Option<u8>,
    path: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

/// What went wrong while reading.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The input ends inside a value.
    UnexpectedEnd,
    /// The tag opens a value of another kind.
    UnexpectedTag {
        /// What was expected, in words.
        expected: &'static str,
    },
    /// Null stands where the target has no null.
    UnexpectedNull {
        /// What was expected, in words.
        expected: &'static str,
    },
    /// A number does not fit the target.
    OutOfRange {
        /// The target type.
        expected: &'static str,
        /// The number that came.
        found: String,
    },
    /// A negative or impossible count.
    BadLength {
        /// The count as it came.
        found: i64,
    },
    /// A string whose bytes are not Hessian's form of UTF-8.
    BadText,
    /// A class index without a definition.
    UnknownClass {
        /// The index.
        index: i32,
    },
    /// A type index without a type.
    UnknownType {
        /// The index.
        index: i32,
    },
    /// A reference to a container that has not been seen.
    UnknownReference {
        /// The index.
        index: i32,
    },
    /// A reference back to a container that is still being read: a cycle, which a Rust tree
    /// cannot hold. [`Value`](crate::Value) can.
    Cycle {
        /// The index.
        index: i32,
    },
    /// A bound of [`Limits`](crate::Limits) is exceeded.
    Limit {
        /// The name of the bound.
        what: &'static str,
        /// Its value.
        max: usize,
    },
    /// The object lacks a field that the target needs.
    MissingField {
        /// The Java class of the target.
        class: &'static str,
        /// The Java name of the field.
        field: &'static str,
    },
    /// An enum constant that the target does not know.
    UnknownConstant {
        /// The Java class of the target.
        class: &'static str,
        /// The constant's name as it came.
        name: String,
    },
    /// An object of a class that the target has no variant for.
    UnknownVariant {
        /// The Rust enum.
        target: &'static str,
        /// The class as it came.
        class: String,
    },
    /// A message from a [`Decode`](crate::Decode) written by hand.
    Custom(String),
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(kind: DecodeErrorKind, offset: usize, tag: Option<u8>) -> Self {
        DecodeError(Box::new(Inner {
            kind,
            offset,
            tag,
            path: Vec::new(),
        }))
    }

    /// Adds the field in which the error happened; callers add from the inside out.
    #[cold]
    #[must_use]
    pub fn in_field(
        mut self,
        class: impl Into<Cow<'static, str>>,
        field: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.0.path.push((class.into(), field.into()));
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.0.kind
    }

    /// How many bytes into the input the trouble starts.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The tag byte at that place, if the input reaches so far.
    pub fn tag(&self) -> Option<u8> {
        self.0.tag
    }

    /// The fields that led there, outermost first, as (class, field).
    pub fn path(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.path.iter().rev().map(|(c, f)| (&**c, &**f))
    }

    /// Whether a bound of [`Limits`](crate::Limits) was the reason.
    pub fn is_limit(&self) -> bool {
        matches!(self.0.kind, DecodeErrorKind::Limit { .. })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (class, field) in self.path() {
            write!(f, "{class}.{field}: ")?;
        }
        match &self.0.kind {
            DecodeErrorKind::UnexpectedEnd => f.write_str("input ends inside a value")?,
            DecodeErrorKind::UnexpectedTag { expected } => write!(f, "expected {expected}")?,
            DecodeErrorKind::UnexpectedNull { expected } => {
                write!(f, "expected {expected}, found null")?;
            }
            DecodeErrorKind::OutOfRange { expected, found } => {
                write!(f, "{found} does not fit {expected}")?;
            }
            DecodeErrorKind::BadLength { found } => write!(f, "impossible length {found}")?,
            DecodeErrorKind::BadText => f.write_str("malformed text")?,
            DecodeErrorKind::UnknownClass { index } => {
                write!(f, "class index {index} has no definition")?;
            }
            DecodeErrorKind::UnknownType { index } => write!(f, "type index {index} is unknown")?,
            DecodeErrorKind::UnknownReference { index } => {
                write!(f, "reference {index} points at nothing")?;
            }
            DecodeErrorKind::Cycle { index } => {
                write!(
                    f,
                    "reference {index} closes a cycle, which this type cannot hold"
                )?;
            }
            DecodeErrorKind::Limit { what, max } => write!(f, "{what} exceeds {max}")?,
            DecodeErrorKind::MissingField { class, field } => {
                write!(f, "field {field} of {class} is missing")?;
            }
            DecodeErrorKind::UnknownConstant { class, name } => {
                write!(f, "{class} has no constant {name:?}")?;
            }
            DecodeErrorKind::UnknownVariant { target, class } => {
                write!(f, "{target} has no variant for class {class}")?;
            }
            DecodeErrorKind::Custom(message) => f.write_str(message)?,
        }
        write!(f, " at offset {}", self.0.offset)?;
        match self.0.tag {
            Some(t) => write!(f, " (tag {t:#04x}, {})", tag::describe(t)),
            None => f.write_str(" (end of input)"),
        }
    }
}

impl std::error::Error for DecodeError {}
