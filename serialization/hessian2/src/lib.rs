//! The Hessian 2 codec as Dubbo uses it.
//!
//! Three ways in: `#[derive(Wire)]` on a struct that stands for a Java class, [`Value`] for
//! whatever comes, and [`Encoder`]/[`Decoder`] for those who write a protocol around it.
//!
//! ```
//! use tenfold_hessian2::{Value, from_slice, to_vec};
//! let bytes = to_vec(&vec![1, 2])?;
//! assert_eq!(bytes, [0x7a, 0x91, 0x92]);
//! assert_eq!(from_slice::<Vec<i64>>(&bytes)?, [1, 2]);
//! assert_eq!(from_slice::<Value>(&bytes)?, Value::list([1, 2]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[macro_use]
pub mod class;
mod date;
mod decode;
mod encode;
mod error;
mod java_type;
#[cfg(doc)]
#[doc = include_str!("../../../docs/java-types.md")]
pub mod java_types {}
mod limits;
mod table;
mod tag;
mod throwable;
pub mod time;
pub mod types;
mod value;

pub use class::{Class, ClassDef, FieldNames};
pub use date::{Date, DateRangeError};
pub use decode::{
    Decode, Decoder, ObjectHead, Sequence, decode_constant, decode_object, from_slice,
};
pub use encode::{Encode, Encoder, to_vec};
pub use error::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};
pub use java_type::{JavaType, TypeNames};
pub use limits::Limits;
pub use throwable::{StackTraceElement, Throwable};
pub use types::{BigDecimal, BigInteger, JavaArray, LinkedMap};
pub use value::{Back, List, Map, Object, ObjectBuilder, Schema, Value};
#[cfg(feature = "json")]
pub use value::{JsonError, JsonOptions};
