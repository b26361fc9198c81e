//! How a Rust type describes the Java class it stands for.
//!
//! A class definition (Hessian 2: tag `C`, name, count, field names) never changes, so it is a
//! constant of the type: the encoder copies its bytes, the decoder compares them once and then
//! reads the fields straight. `#[derive(Wire)]` fills everything in here; hand-written code
//! rarely needs it.

use crate::decode::{Decode, Decoder};
use crate::encode::Encoder;
use crate::error::{DecodeError, DecodeErrorKind, EncodeError};

/// The field names of a class, those of its parent first.
///
/// Parent first because a Java reader assigns by name and the last one wins: a name that occurs
/// in both classes must end with the value of the subclass.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldNames {
    /// The fields of the superclass, if there is one.
    pub parent: Option<&'static FieldNames>,
    /// The Java names, in wire order.
    pub names: &'static [&'static str],
    /// The same names as Hessian strings, one after the other.
    pub bytes: &'static [u8],
}

impl FieldNames {
    /// The number of fields, the parent's included.
    pub const fn count(&self) -> usize {
        let parent = match self.parent {
            Some(parent) => parent.count(),
            None => 0,
        };
        parent + self.names.len()
    }

    /// The name at a place in wire order.
    pub fn get(&self, index: usize) -> Option<&'static str> {
        match self.parent {
            None => self.names.get(index).copied(),
            Some(parent) => match index.checked_sub(parent.count()) {
                None => parent.get(index),
                Some(own) => self.names.get(own).copied(),
            },
        }
    }

    /// The names in wire order.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        (0..self.count()).filter_map(|index| self.get(index))
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(parent) = self.parent {
            parent.write(out);
        }
        out.extend_from_slice(self.bytes);
    }
}

/// A class definition as a constant.
#[derive(Debug)]
pub struct ClassDef {
    /// The Java class name, `com.acme.Order`.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static FieldNames,
    /// The whole definition, tag included, when it is known at compile time: always, but for
    /// classes with a parent.
    pub whole: Option<&'static [u8]>,
}

impl ClassDef {
    /// Appends the definition.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self.whole {
            Some(bytes) => out.extend_from_slice(bytes),
            None => {
                out.push(crate::tag::CLASS);
                crate::encode::string::write(out, self.name);
                crate::encode::scalar::int(out, i32::try_from(self.fields.count()).unwrap_or(0));
                self.fields.write(out);
            }
        }
    }

    /// Whether these bytes are this definition.
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        match self.whole {
            Some(whole) => whole == bytes,
            None => {
                let mut own = Vec::new();
                self.write(&mut own);
                own == bytes
            }
        }
    }

    /// Whether the other definition says the same.
    pub(crate) fn same(&self, other: &ClassDef) -> bool {
        std::ptr::eq(self, other)
            || (self.name == other.name
                && (std::ptr::eq(self.fields, other.fields) || self.fields == other.fields))
    }
}

/// A Rust type that stands for a Java class with fields. Implemented by `#[derive(Wire)]`.
pub trait Class: Sized {
    /// The class definition.
    const CLASS: &'static ClassDef;
    /// The fields read so far, when they come by name.
    type Partial: Default;

    /// Writes the field values in the order of [`CLASS`](Self::CLASS).
    fn encode_fields(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Reads the field values in the order of [`CLASS`](Self::CLASS).
    fn decode_fields(d: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Reads the field of that name, if there is one. `again` says that the same name comes once
    /// more in this object: a class with a parent hands the first to the parent.
    fn accept(
        partial: &mut Self::Partial,
        name: &str,
        again: bool,
        d: &mut Decoder<'_>,
    ) -> Result<bool, DecodeError>;

    /// Puts the fields together; those that did not come take their default or are an error.
    fn finish(partial: Self::Partial, d: &Decoder<'_>) -> Result<Self, DecodeError>;
}

/// A missing field of a [`Class`].
#[cold]
pub fn missing(class: &'static str, field: &'static str, d: &Decoder<'_>) -> DecodeError {
    d.error(DecodeErrorKind::MissingField { class, field })
}

/// How many bytes [`strings`] needs.
pub const fn strings_len(names: &[&str]) -> usize {
    let mut len = 0;
    let mut index = 0;
    while index < names.len() {
        len += if names[index].len() < 32 { 1 } else { 2 } + names[index].len();
        index += 1;
    }
    len
}

/// How many bytes [`definition`] needs.
pub const fn definition_len(name: &str, fields: &[&str]) -> usize {
    1 + strings_len(&[name]) + if fields.len() < 48 { 1 } else { 2 } + strings_len(fields)
}

/// Names as Hessian strings, one after the other, at compile time.
///
/// # Panics
/// At compile time, when a name is longer than 1,023 bytes or has characters outside the basic
/// plane.
pub const fn strings<const N: usize>(names: &[&str]) -> [u8; N] {
    put_strings([0; N], 0, names).0
}

/// A whole class definition at compile time.
///
/// # Panics
/// At compile time, for names as in [`strings`] and for more than 2,047 fields.
pub const fn definition<const N: usize>(name: &str, fields: &[&str]) -> [u8; N] {
    let mut out = [0; N];
    out[0] = crate::tag::CLASS;
    let (mut out, mut at) = put_strings(out, 1, &[name]);
    let count = fields.len();
    assert!(count < 2048, "a class has at most 2047 fields");
    if count < 48 {
        out[at] = 0x90 + count as u8;
        at += 1;
    } else {
        out[at] = 0xc8 + (count >> 8) as u8;
        out[at + 1] = count as u8;
        at += 2;
    }
    put_strings(out, at, fields).0
}

const fn put_strings<const N: usize>(
    mut out: [u8; N],
    mut at: usize,
    names: &[&str],
) -> ([u8; N], usize) {
    let mut index = 0;
    while index < names.len() {
        let bytes = names[index].as_bytes();
        let mut units = 0;
        let mut i = 0;
        while i < bytes.len() {
            assert!(bytes[i] < 0xf0, "Java names stay within the basic plane");
            units += if bytes[i] & 0xc0 == 0x80 { 0 } else { 1 };
            i += 1;
        }
        assert!(bytes.len() < 1024, "a Java name has at most 1023 bytes");
        // The two-byte form is decided by bytes so that the length is known beforehand; both
        // forms are legal for any length they can hold.
        if bytes.len() < 32 {
            out[at] = units as u8;
            at += 1;
        } else {
            out[at] = 0x30 + (units >> 8) as u8;
            out[at + 1] = units as u8;
            at += 2;
        }
        let mut i = 0;
        while i < bytes.len() {
            out[at] = bytes[i];
            at += 1;
            i += 1;
        }
        index += 1;
    }
    (out, at)
}

/// A Rust enum that stands for a Java enum. Implemented by `#[derive(Wire)]`.
pub trait Constant: Sized {
    /// The class definition: one field, `name`.
    const CLASS: &'static ClassDef;

    /// The name of the Java constant.
    fn name(&self) -> &'static str;

    /// The constant of a name.
    fn from_name(name: &str) -> Option<Self>;
}

/// Writes an enum constant.
#[inline]
pub fn encode_constant<T: Constant>(value: &T, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
    e.write_object_start(T::CLASS)?;
    e.write_str(value.name());
    e.write_object_end();
    Ok(())
}

/// Reads a field; an error says which.
#[inline]
pub fn field<T: Decode>(
    d: &mut Decoder<'_>,
    class: &'static str,
    name: &'static str,
) -> Result<T, DecodeError> {
    match T::decode(d) {
        Ok(value) => Ok(value),
        Err(error) => Err(error.in_field(class, name)),
    }
}

/// Reads a field for which null is the type's default.
#[inline]
pub fn field_or_default<T: Decode + Default>(
    d: &mut Decoder<'_>,
    class: &'static str,
    name: &'static str,
) -> Result<T, DecodeError> {
    if d.read_null() {
        return Ok(T::default());
    }
    field(d, class, name)
}

/// No variant of a Rust enum stands for the class that came.
#[cold]
pub fn no_variant(d: &Decoder<'_>, target: &'static str, class: Option<&str>) -> DecodeError {
    match class {
        Some(class) => {
            let class = class.to_owned();
            d.error(DecodeErrorKind::UnknownVariant { target, class })
        }
        None => d.unexpected("an object"),
    }
}

/// Defines a class at compile time: `class_def!("demo.Point", ["x", "y"])` is a
/// `&'static ClassDef`.
#[macro_export]
macro_rules! class_def {
    ($class:expr, [$($field:expr),* $(,)?]) => {{
        const NAMES: &[&str] = &[$($field),*];
        static STRINGS: [u8; $crate::class::strings_len(NAMES)] = $crate::class::strings(NAMES);
        static WHOLE: [u8; $crate::class::definition_len($class, NAMES)] =
            $crate::class::definition($class, NAMES);
        static FIELDS: $crate::class::FieldNames = $crate::class::FieldNames {
            parent: ::core::option::Option::None,
            names: NAMES,
            bytes: &STRINGS,
        };
        static CLASS: $crate::class::ClassDef = $crate::class::ClassDef {
            name: $class,
            fields: &FIELDS,
            whole: ::core::option::Option::Some(&WHOLE),
        };
        &CLASS
    }};
}

/// Implements [`Class`], [`Encode`](crate::Encode) and [`Decode`](crate::Decode) for a struct of
/// this crate; the fields stand in wire order.
macro_rules! wire_object {
    ($t:ty, $class:literal, { $($field:ident: $ft:ty = $name:literal),+ $(,)? }) => {
        impl $crate::class::Class for $t {
            const CLASS: &'static $crate::class::ClassDef = $crate::class_def!($class, [$($name),+]);
            type Partial = ($(Option<$ft>,)+);

            fn encode_fields(
                &self,
                e: &mut $crate::Encoder<'_>,
            ) -> Result<(), $crate::EncodeError> {
                $($crate::Encode::encode(&self.$field, e)?;)+
                Ok(())
            }

            fn decode_fields(d: &mut $crate::Decoder<'_>) -> Result<Self, $crate::DecodeError> {
                $(let $field = $crate::Decode::decode(d)?;)+
                Ok(Self { $($field),+ })
            }

            fn accept(
                partial: &mut Self::Partial,
                name: &str,
                _: bool,
                d: &mut $crate::Decoder<'_>,
            ) -> Result<bool, $crate::DecodeError> {
                let ($($field,)+) = partial;
                match name {
                    $($name => *$field = Some($crate::Decode::decode(d)?),)+
                    _ => return Ok(false),
                }
                Ok(true)
            }

            fn finish(
                partial: Self::Partial,
                d: &$crate::Decoder<'_>,
            ) -> Result<Self, $crate::DecodeError> {
                let ($($field,)+) = partial;
                Ok(Self {
                    $($field: match $field.or_else(<$ft as $crate::Decode>::absent) {
                        Some(value) => value,
                        None => return Err($crate::class::missing($class, $name, d)),
                    }),+
                })
            }
        }

        impl $crate::Encode for $t {
            fn encode(&self, e: &mut $crate::Encoder<'_>) -> Result<(), $crate::EncodeError> {
                e.write_object(self)
            }
        }

        impl $crate::Decode for $t {
            fn decode(d: &mut $crate::Decoder<'_>) -> Result<Self, $crate::DecodeError> {
                $crate::decode_object(d)
            }
        }
    };
}

/// Implements [`Constant`] and the codec for an enum of this crate.
macro_rules! wire_enum {
    ($t:ty, $class:literal, { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $crate::class::Constant for $t {
            const CLASS: &'static $crate::class::ClassDef = $crate::class_def!($class, ["name"]);

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl $crate::Encode for $t {
            fn encode(&self, e: &mut $crate::Encoder<'_>) -> Result<(), $crate::EncodeError> {
                $crate::class::encode_constant(self, e)
            }
        }

        impl $crate::Decode for $t {
            fn decode(d: &mut $crate::Decoder<'_>) -> Result<Self, $crate::DecodeError> {
                $crate::decode::decode_constant(d)
            }
        }
    };
}
