//! Reading: [`Decoder`] and [`Decode`].
//!
//! One decoder is one stream. What a tag opens is read by the file that is named after it:
//! `scalar.rs` numbers, `string.rs` text and binary data, `container.rs` lists, maps and the
//! bookkeeping of references, `object.rs` classes, `skip.rs` what nobody wants, `impls.rs` the
//! types of the standard library.
//!
//! # References
//!
//! Java writes an object that it has written before as a reference. The decoder notes where each
//! container starts and ends. A typed target that meets a reference goes back and reads those
//! bytes again ([`Decoder::follow`]); tables are not touched on the way, because everything
//! before the furthest point reached has been entered. A reference to a container that is still
//! open is a cycle, a typed error. What may be read twice is bounded by
//! [`Limits::replay`](crate::Limits::replay).

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::{DEFAULT_LIMITS, Limits};
use crate::table::Table;
use crate::value::Back;

mod container;
mod impls;
mod object;
mod scalar;
mod skip;
mod string;

pub use container::Sequence;
pub(crate) use impls::entries;
pub(crate) use object::decode_single;
pub use object::{ObjectHead, decode_constant, decode_object};
pub(crate) use scalar::Number;

/// A value that can be read from Hessian 2.
///
/// `#[derive(Wire)]` implements it. By hand, read exactly one value:
///
/// ```
/// use tenfold_hessian2::{Decode, DecodeError, Decoder, from_slice};
/// struct Celsius(f64);
/// impl Decode for Celsius {
///     fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
///         d.read_double().map(Celsius)
///     }
/// }
/// assert_eq!(from_slice::<Celsius>(&[0x5f, 0, 0, 0x2f, 0xda])?.0, 12.25);
/// # Ok::<(), DecodeError>(())
/// ```
pub trait Decode: Sized {
    /// Reads one value.
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// What a field that did not come, or came as null, is taken for; `None` makes it an error.
    ///
    /// Zero for primitives, empty for strings and collections, `None` for options: what a Java
    /// reader leaves in such a field, as near as Rust has it.
    fn absent() -> Option<Self> {
        None
    }

    /// Reads a `Vec` of values: any list or array, and binary data for `u8`.
    #[doc(hidden)]
    fn decode_list(d: &mut Decoder<'_>) -> Result<Vec<Self>, DecodeError> {
        container::list(d)
    }
}

/// Reads values one after the other from a buffer, sharing the tables of one stream.
#[derive(Debug)]
pub struct Decoder<'a> {
    input: &'a [u8],
    pos: usize,
    depth: usize,
    limits: &'a Limits,
    elements_left: usize,
    bytes_left: usize,
    replay_left: usize,
    /// How many references are being followed.
    following: usize,
    /// Classes, types and containers that start before this offset are in the tables.
    entered: usize,
    classes: Table<object::ClassEntry<'a>, 2>,
    names: Vec<Cow<'a, str>>,
    types: Vec<TypeName<'a>>,
    slots: Table<container::Slot, 8>,
    /// Containers that have been read as dynamic values, by slot in ascending order.
    nodes: Vec<(u32, Back)>,
    /// Values that have been read into an `Arc`.
    shared: Vec<(u32, Arc<dyn Any + Send + Sync>)>,
}

/// A type name of the stream's table; as an `Arc` once a dynamic value has asked for it.
#[derive(Debug)]
struct TypeName<'a> {
    start: usize,
    text: Cow<'a, str>,
    arc: Option<Arc<str>>,
}

impl<'a> Decoder<'a> {
    /// A decoder at the start of a stream, with the default limits.
    #[inline]
    pub fn new(input: &'a [u8]) -> Self {
        Self::with_limits(input, &DEFAULT_LIMITS)
    }

    /// A decoder at the start of a stream.
    #[inline]
    pub fn with_limits(input: &'a [u8], limits: &'a Limits) -> Self {
        Decoder {
            input,
            pos: 0,
            depth: 0,
            limits,
            elements_left: limits.elements,
            bytes_left: limits.bytes,
            replay_left: limits.replay,
            following: 0,
            entered: 0,
            classes: Table::new(),
            names: Vec::new(),
            types: Vec::new(),
            slots: Table::new(),
            nodes: Vec::new(),
            shared: Vec::new(),
        }
    }

    /// Reads one value.
    #[inline]
    pub fn read<T: Decode>(&mut self) -> Result<T, DecodeError> {
        T::decode(self)
    }

    /// Reads one dynamic value.
    pub fn read_value(&mut self) -> Result<crate::Value, DecodeError> {
        self.read()
    }

    /// How many bytes have been read.
    #[inline]
    pub fn position(&self) -> usize {
        self.pos
    }

    /// The bytes that have not been read.
    #[inline]
    pub fn remaining(&self) -> &'a [u8] {
        self.input.get(self.pos..).unwrap_or_default()
    }

    /// Passes over `bytes` bytes whose meaning is known: values that touch no table of the stream.
    /// Never goes past the end.
    #[inline]
    pub fn skip_known(&mut self, bytes: usize) {
        self.pos = self.pos.saturating_add(bytes).min(self.input.len());
    }

    /// Whether every byte has been read.
    #[inline]
    pub fn is_at_end(&self) -> bool {
        self.pos >= self.input.len()
    }

    /// The tag of the next value.
    #[inline]
    pub fn peek_tag(&self) -> Result<u8, DecodeError> {
        match self.input.get(self.pos) {
            Some(tag) => Ok(*tag),
            None => Err(self.error(DecodeErrorKind::UnexpectedEnd)),
        }
    }

    /// Whether the next value is null. It is not read.
    #[inline]
    pub fn peek_null(&self) -> bool {
        self.input.get(self.pos) == Some(&crate::tag::NULL)
    }

    /// Whether the next value is neither a container nor a reference to one.
    pub(crate) fn peek_scalar(&self) -> bool {
        !matches!(
            self.input.get(self.pos),
            Some(b'C' | b'H' | b'M' | b'O' | b'Q' | b'U'..=b'X' | 0x60..=0x7f)
        )
    }

    /// Reads null if it is next.
    #[inline]
    pub fn read_null(&mut self) -> bool {
        let null = self.peek_null();
        if null {
            self.pos += 1;
        }
        null
    }

    /// Goes back to an earlier offset, to read the value there in another way.
    pub(crate) fn rewind(&mut self, offset: usize) {
        self.pos = offset;
    }

    /// An error at the present place, for hand-written [`Decode`]s.
    #[cold]
    pub fn custom(&self, message: impl Into<String>) -> DecodeError {
        self.error(DecodeErrorKind::Custom(message.into()))
    }

    /// An error at the present place: the next value is not what was expected.
    #[cold]
    pub fn unexpected(&self, expected: &'static str) -> DecodeError {
        match self.input.get(self.pos) {
            Some(&crate::tag::NULL) => self.error(DecodeErrorKind::UnexpectedNull { expected }),
            Some(_) => self.error(DecodeErrorKind::UnexpectedTag { expected }),
            None => self.error(DecodeErrorKind::UnexpectedEnd),
        }
    }

    /// An error at the present place.
    #[cold]
    pub(crate) fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(kind, self.pos, self.input.get(self.pos).copied())
    }

    /// An error at the tag just read.
    #[cold]
    pub(crate) fn error_at(&self, offset: usize, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(kind, offset, self.input.get(offset).copied())
    }

    #[cold]
    fn limit(&self, what: &'static str, max: usize) -> DecodeError {
        self.error(DecodeErrorKind::Limit { what, max })
    }

    /// Takes bytes from the memory budget before they are allocated.
    #[inline]
    pub fn charge(&mut self, bytes: usize) -> Result<(), DecodeError> {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            None => Err(self.limit("decoded size in bytes", self.limits.bytes)),
        }
    }

    #[inline]
    fn charge_element(&mut self) -> Result<(), DecodeError> {
        match self.elements_left.checked_sub(1) {
            Some(left) => {
                self.elements_left = left;
                Ok(())
            }
            None => Err(self.limit("number of elements", self.limits.elements)),
        }
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, DecodeError> {
        let byte = self.peek_tag()?;
        self.pos += 1;
        Ok(byte)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.remaining().first_chunk::<N>() {
            Some(chunk) => {
                self.pos += N;
                Ok(*chunk)
            }
            None => Err(self.error_at(self.input.len(), DecodeErrorKind::UnexpectedEnd)),
        }
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        match self.remaining().get(..len) {
            Some(bytes) => {
                self.pos += len;
                Ok(bytes)
            }
            None => Err(self.error_at(self.input.len(), DecodeErrorKind::UnexpectedEnd)),
        }
    }
}

/// Reads the value at the start of a stream; what follows it is ignored.
pub fn from_slice<T: Decode>(input: &[u8]) -> Result<T, DecodeError> {
    T::decode(&mut Decoder::new(input))
}
