//! Small types for Java classes that Rust's standard library has no counterpart of.
//!
//! They hold what the wire holds and do no arithmetic; convert to the crate of your choice.

mod array;
mod big_decimal;
mod big_integer;
mod linked_map;
mod single;
#[cfg(feature = "json")]
mod text;
mod various;

pub use array::JavaArray;
pub use big_decimal::{BigDecimal, ParseDecimalError};
pub use big_integer::{BigInteger, ParseBigIntegerError};
pub use linked_map::LinkedMap;
pub use single::{
    AtomicInteger, AtomicLong, Currency, File, JavaClass, Locale, ParseUuidError, SqlDate, SqlTime,
    Timestamp, Uri, Uuid,
};
pub use various::{BitSet, Calendar, InetAddress};

#[cfg(feature = "json")]
pub(crate) use text::text_of;
