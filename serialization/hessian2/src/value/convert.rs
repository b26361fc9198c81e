//! `From` for dynamic values, and the way to and from Rust types.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{List, Map, Object, Value};
use crate::date::Date;
use crate::decode::{Decode, Decoder, Number};
use crate::encode::{Encode, to_vec};
use crate::error::{DecodeError, EncodeError};

macro_rules! from {
    ($($t:ty, $v:ident => $value:expr;)+) => {$(
        impl From<$t> for Value {
            fn from($v: $t) -> Self {
                $value
            }
        }
    )+};
}

from! {
    (), _v => Value::Null;
    bool, v => Value::Bool(v);
    i8, v => Value::Int(i32::from(v));
    i16, v => Value::Int(i32::from(v));
    i32, v => Value::Int(v);
    i64, v => Value::Long(v);
    f32, v => Value::Double(v.to_string().parse().unwrap_or_else(|_| f64::from(v)));
    f64, v => Value::Double(v);
    char, v => Value::String(v.to_string());
    &str, v => Value::String(v.to_owned());
    String, v => Value::String(v);
    Date, v => Value::Date(v);
    Vec<u8>, v => Value::Bytes(Arc::from(v));
    &[u8], v => Value::Bytes(Arc::from(v));
    Vec<Value>, v => Value::list(v);
    List, v => Value::List(Arc::new(v));
    Map, v => Value::Map(Arc::new(v));
    Object, v => Value::Object(Arc::new(v));
    Number, v => match v {
        Number::Int(v) => Value::Int(v),
        Number::Long(v) => Value::Long(v),
        Number::Double(v) => Value::Double(v),
    };
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl<K: Into<Value>, V: Into<Value>, S> From<HashMap<K, V, S>> for Value {
    fn from(map: HashMap<K, V, S>) -> Self {
        Value::map(map)
    }
}

impl<K: Into<Value>, V: Into<Value>> From<BTreeMap<K, V>> for Value {
    fn from(map: BTreeMap<K, V>) -> Self {
        Value::typed_map("java.util.TreeMap", map)
    }
}

impl Value {
    /// The dynamic form of any value that can be written.
    pub fn from_encode<T: Encode + ?Sized>(value: &T) -> Result<Value, EncodeError> {
        let bytes = to_vec(value)?;
        Value::decode(&mut Decoder::new(&bytes))
            .map_err(|error| EncodeError::custom(error.to_string()))
    }

    /// This value as a Rust type, with the leniency of reading from the wire.
    pub fn to_decode<T: Decode>(&self) -> Result<T, DecodeError> {
        let bytes = to_vec(self).map_err(|error| {
            let kind = crate::error::DecodeErrorKind::Custom(error.to_string());
            DecodeError::new(kind, 0, None)
        })?;
        T::decode(&mut Decoder::new(&bytes))
    }
}
