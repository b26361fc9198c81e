//! Values that travel, and what they are written into and read from.

use std::any::{self, Any};

use tenfold_hessian2 as hessian2;

use crate::{SerializationError, SerializationKind};

/// Where a value writes itself: one open stream of one serialization.
///
/// Several values written into one writer share its tables (Hessian references, class
/// definitions), as the body of a dubbo2 frame wants it.
#[non_exhaustive]
pub enum Writer<'a> {
    /// A Hessian 2 stream.
    Hessian2(hessian2::Encoder<'a>),
}

/// Where a value is read from: one open stream of one serialization.
#[non_exhaustive]
pub enum Reader<'a> {
    /// A Hessian 2 stream.
    Hessian2(hessian2::Decoder<'a>),
}

/// A value that travels: the result of a call, or a message of a stream.
///
/// Every type that Hessian 2 can encode is one.
pub trait Body: Any + Send + Sync {
    /// Writes the value.
    ///
    /// # Errors
    ///
    /// [`SerializationError`] when the value has no form in the writer's serialization.
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError>;
}

/// The arguments of one call: type-erased, and writable again for each try.
pub trait Arguments: Any + Send + Sync {
    /// The number of arguments.
    fn count(&self) -> usize;

    /// Writes all arguments, one value each.
    ///
    /// # Errors
    ///
    /// [`SerializationError`] when an argument has no form in the writer's serialization.
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError>;

    /// Appends the text of argument `index` as Java's `String.valueOf` would print it, for hash
    /// keys and rules; `false` when there is no such argument or its type has no stable text.
    fn text(&self, index: usize, out: &mut String) -> bool;
}

impl<'a> Writer<'a> {
    /// Opens a stream that appends to `out`.
    ///
    /// # Errors
    ///
    /// [`SerializationError::Unsupported`] for a serialization that Tenfold does not speak.
    pub fn open(
        serialization: SerializationKind,
        out: &'a mut Vec<u8>,
    ) -> Result<Self, SerializationError> {
        if serialization == SerializationKind::HESSIAN2 {
            Ok(Self::Hessian2(hessian2::Encoder::new(out)))
        } else {
            Err(SerializationError::Unsupported {
                type_name: "a body",
                serialization,
            })
        }
    }
}

impl<'a> Reader<'a> {
    /// Opens a stream over `bytes`.
    ///
    /// # Errors
    ///
    /// [`SerializationError::Unsupported`] for a serialization that Tenfold does not speak.
    pub fn open(
        serialization: SerializationKind,
        bytes: &'a [u8],
    ) -> Result<Self, SerializationError> {
        if serialization == SerializationKind::HESSIAN2 {
            Ok(Self::Hessian2(hessian2::Decoder::new(bytes)))
        } else {
            Err(SerializationError::Unsupported {
                type_name: "a body",
                serialization,
            })
        }
    }
}

impl<T: hessian2::Encode + Send + Sync + 'static> Body for T {
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError> {
        match writer {
            Writer::Hessian2(encoder) => Ok(self.encode(encoder)?),
        }
    }
}

impl dyn Body {
    /// The concrete value, if it is a `T`.
    ///
    /// # Errors
    ///
    /// The value itself when it is of another type.
    pub fn downcast<T: Body>(self: Box<Self>) -> Result<T, Box<Self>> {
        if (&*self as &dyn Any).is::<T>() {
            let any: Box<dyn Any> = self;
            match any.downcast::<T>() {
                Ok(value) => Ok(*value),
                Err(_) => unreachable!("the type was compared above: {}", any::type_name::<T>()),
            }
        } else {
            Err(self)
        }
    }
}
