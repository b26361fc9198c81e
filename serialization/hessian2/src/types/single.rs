//! Java classes that are written as an object with one field.

use std::fmt;
use std::str::FromStr;

use crate::class::ClassDef;
use crate::date::Date;
use crate::decode::{Decode, Decoder, decode_single};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::java_class;

/// Declares a wrapper: documentation, name, content, wire class and field, Java type.
macro_rules! single {
    ($($(#[$doc:meta])* $t:ident($content:ty), $class:literal $field:literal,
        $descriptor:literal $name:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $t(pub $content);

        impl $t {
            const CLASS: &'static ClassDef = class_def!($class, [$field]);
        }

        impl From<$content> for $t {
            fn from(content: $content) -> Self {
                $t(content)
            }
        }

        impl fmt::Display for $t {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Encode for $t {
            fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
                e.write_object_start(Self::CLASS)?;
                self.0.encode(e)?;
                e.write_object_end();
                Ok(())
            }
        }

        impl Decode for $t {
            fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                decode_single(d, Self::CLASS).map($t)
            }
        }

        java_class!($descriptor, $name => $t);
    )+};
}

single! {
    /// A `java.util.Locale`, such as `zh_CN`.
    Locale(String), "com.alibaba.com.caucho.hessian.io.LocaleHandle" "value",
        "Ljava/util/Locale;" "java.util.Locale";
    /// A `java.lang.Class`, by its name.
    JavaClass(String), "java.lang.Class" "name", "Ljava/lang/Class;" "java.lang.Class";
    /// A `java.util.Currency`, by its ISO 4217 code.
    Currency(String), "java.util.Currency" "currencyCode",
        "Ljava/util/Currency;" "java.util.Currency";
    /// A `java.net.URI`.
    Uri(String), "java.net.URI" "string", "Ljava/net/URI;" "java.net.URI";
    /// A `java.io.File`, by its path.
    File(String), "java.io.File" "value", "Ljava/io/File;" "java.io.File";
    /// A `java.util.concurrent.atomic.AtomicInteger`.
    AtomicInteger(i32), "java.util.concurrent.atomic.AtomicInteger" "value",
        "Ljava/util/concurrent/atomic/AtomicInteger;" "java.util.concurrent.atomic.AtomicInteger";
    /// A `java.util.concurrent.atomic.AtomicLong`.
    AtomicLong(i64), "java.util.concurrent.atomic.AtomicLong" "value",
        "Ljava/util/concurrent/atomic/AtomicLong;" "java.util.concurrent.atomic.AtomicLong";
    /// A `java.sql.Date`.
    SqlDate(Date), "java.sql.Date" "value", "Ljava/sql/Date;" "java.sql.Date";
    /// A `java.sql.Time`.
    SqlTime(Date), "java.sql.Time" "value", "Ljava/sql/Time;" "java.sql.Time";
    /// A `java.sql.Timestamp`; the wire carries milliseconds.
    Timestamp(Date), "java.sql.Timestamp" "value", "Ljava/sql/Timestamp;" "java.sql.Timestamp";
}

/// A `java.util.UUID`.
///
/// ```
/// use tenfold_hessian2::types::Uuid;
/// let id: Uuid = "123e4567-e89b-12d3-a456-426614174000".parse()?;
/// assert_eq!(id.to_string(), "123e4567-e89b-12d3-a456-426614174000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub u128);

/// Text that is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseUuidError;

const UUID: &ClassDef = class_def!("java.util.UUID", ["value"]);

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            bits >> 80 & 0xffff,
            bits >> 64 & 0xffff,
            bits >> 48 & 0xffff,
            bits & 0xffff_ffff_ffff
        )
    }
}

impl FromStr for Uuid {
    type Err = ParseUuidError;

    fn from_str(text: &str) -> Result<Self, ParseUuidError> {
        let mut parts = text.split('-');
        let mut bits = 0u128;
        for len in [8, 4, 4, 4, 12] {
            let part = parts
                .next()
                .filter(|part| part.len() == len)
                .ok_or(ParseUuidError)?;
            if !part.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(ParseUuidError);
            }
            let value = u128::from_str_radix(part, 16).map_err(|_| ParseUuidError)?;
            bits = bits << (4 * len) | value;
        }
        match parts.next() {
            None => Ok(Uuid(bits)),
            Some(_) => Err(ParseUuidError),
        }
    }
}

impl fmt::Display for ParseUuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a uuid in five groups of hexadecimal digits")
    }
}

impl std::error::Error for ParseUuidError {}

impl Encode for Uuid {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_object_start(UUID)?;
        e.write_str(&self.to_string());
        e.write_object_end();
        Ok(())
    }
}

impl Decode for Uuid {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let text: String = decode_single(d, UUID)?;
        text.parse()
            .map_err(|error: ParseUuidError| d.custom(error.to_string()))
    }
}

java_class!("Ljava/util/UUID;", "java.util.UUID" => Uuid);
