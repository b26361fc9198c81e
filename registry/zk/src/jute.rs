//! Jute, ZooKeeper's field encoding: big-endian, no tags, no alignment.
//!
//! A record is the plain concatenation of its fields. Null and empty are different on the wire
//! (length −1 against length 0), so a field that may be null is an [`Option`].

use bytes::{BufMut, Bytes, BytesMut};

use crate::DecodeError;

/// A value with a jute encoding.
pub trait Jute: Sized {
    /// Appends the encoding.
    fn write(&self, out: &mut BytesMut);

    /// Takes one value off the input.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when the bytes are not such a value.
    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The encoding alone.
    fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::new();
        self.write(&mut out);
        out.freeze()
    }

    /// Decodes one value from the start of `bytes`; what follows it is ignored, as Java does.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when the bytes are not such a value.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::read(&mut Reader::new(bytes))
    }
}

/// Takes fields off a byte slice.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Takes `count` bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Truncated`] when fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated {
                missing: count.saturating_sub(self.rest.len()),
            })?;
        self.rest = rest;
        Ok(taken)
    }

    /// The bytes of a string or buffer; `None` for null.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when the length is below −1 or more than what is left.
    pub fn length_prefixed(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let length = i32::read(self)?;
        if length == -1 {
            return Ok(None);
        }
        let count = usize::try_from(length).map_err(|_| DecodeError::BadLength(length))?;
        if count > self.rest.len() {
            return Err(DecodeError::BadLength(length));
        }
        self.take(count).map(Some)
    }

    /// What has not been read.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether everything has been read.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }
}

impl Jute for bool {
    fn write(&self, out: &mut BytesMut) {
        out.put_u8(u8::from(*self));
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(input.array::<1>()? != [0])
    }
}

impl Jute for i32 {
    fn write(&self, out: &mut BytesMut) {
        out.put_i32(*self);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.array().map(Self::from_be_bytes)
    }
}

impl Jute for i64 {
    fn write(&self, out: &mut BytesMut) {
        out.put_i64(*self);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.array().map(Self::from_be_bytes)
    }
}

/// Text. Ill-formed UTF-8 becomes U+FFFD, as Java's reader does; such a path then fails validation
/// as a bad argument and not as a broken record.
impl Jute for String {
    fn write(&self, out: &mut BytesMut) {
        write_length_prefixed(out, self.as_bytes());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Option::<Self>::read(input)?.ok_or(DecodeError::UnexpectedNull)
    }
}

impl Jute for Option<String> {
    fn write(&self, out: &mut BytesMut) {
        match self {
            Some(text) => text.write(out),
            None => out.put_i32(-1),
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(input
            .length_prefixed()?
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    }
}

impl Jute for Option<Bytes> {
    fn write(&self, out: &mut BytesMut) {
        match self {
            Some(bytes) => write_length_prefixed(out, bytes),
            None => out.put_i32(-1),
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(input.length_prefixed()?.map(Bytes::copy_from_slice))
    }
}

/// A vector; a null one reads as empty. It grows with the elements that are there, not by the
/// announced count.
impl<T: Jute> Jute for Vec<T> {
    fn write(&self, out: &mut BytesMut) {
        out.put_i32(announced(self.len()));
        for element in self {
            element.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = i32::read(input)?;
        if count == -1 {
            return Ok(Self::new());
        }
        let count = usize::try_from(count).map_err(|_| DecodeError::BadLength(count))?;
        let mut elements = Self::new();
        for _ in 0..count {
            elements.push(T::read(input)?);
        }
        Ok(elements)
    }
}

/// A field of more than 2 GiB cannot be announced and is cut; frame limits refuse it long before.
fn write_length_prefixed(out: &mut BytesMut, bytes: &[u8]) {
    let length = announced(bytes.len());
    out.put_i32(length);
    let kept = usize::try_from(length).unwrap_or(0);
    out.extend_from_slice(bytes.get(..kept).unwrap_or(bytes));
}

fn announced(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// Declares a record: a struct whose fields are read and written in the order they stand in.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::jute::Jute for $name {
            fn write(&self, out: &mut ::bytes::BytesMut) {
                $($crate::jute::Jute::write(&self.$field, out);)*
            }

            fn read(
                input: &mut $crate::jute::Reader<'_>,
            ) -> Result<Self, $crate::DecodeError> {
                Ok(Self { $($field: $crate::jute::Jute::read(input)?,)* })
            }
        }
    };
}

pub(crate) use record;

macro_rules! newtypes {
    ($($name:ty),*) => {
        $(impl Jute for $name {
            fn write(&self, out: &mut BytesMut) {
                self.0.write(out);
            }

            fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Jute::read(input).map(Self)
            }
        })*
    };
}

newtypes!(crate::Zxid, crate::SessionId, crate::Xid, crate::ErrorCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_are_different_on_the_wire() {
        assert_eq!(None::<String>.to_bytes()[..], [0xff; 4]);
        assert_eq!(String::new().to_bytes()[..], [0; 4]);
        assert_eq!(Option::<Bytes>::from_bytes(&[0xff; 4]), Ok(None));
        assert_eq!(Option::<Bytes>::from_bytes(&[0; 4]), Ok(Some(Bytes::new())));
        assert_eq!(
            String::from_bytes(&[0xff; 4]),
            Err(DecodeError::UnexpectedNull)
        );
    }

    #[test]
    fn announced_lengths_beyond_the_record_are_refused() {
        assert_eq!(
            String::from_bytes(&[0x7f, 0xff, 0xff, 0xff, 1]),
            Err(DecodeError::BadLength(i32::MAX))
        );
        assert_eq!(
            String::from_bytes(&[0xff, 0xff, 0xff, 0xfe]),
            Err(DecodeError::BadLength(-2))
        );
        assert_eq!(
            Vec::<String>::from_bytes(&[0x7f, 0xff, 0xff, 0xff]),
            Err(DecodeError::Truncated { missing: 4 })
        );
        assert_eq!(Vec::<String>::from_bytes(&[0xff; 4]), Ok(Vec::new()));
    }

    #[test]
    fn ill_formed_text_becomes_the_replacement_character() {
        assert_eq!(
            String::from_bytes(&[0, 0, 0, 2, b'/', 0xff]).as_deref(),
            Ok("/\u{fffd}")
        );
    }

    #[test]
    fn any_non_zero_byte_is_true() {
        assert_eq!(bool::from_bytes(&[7]), Ok(true));
        assert_eq!(
            bool::from_bytes(&[]),
            Err(DecodeError::Truncated { missing: 1 })
        );
    }
}
