//! [`Encode`] for the types of the standard library.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use super::{Encode, Encoder};
use crate::error::EncodeError;
use crate::java_type::{ArrayOf, JavaType};

macro_rules! scalar {
    ($($t:ty, $v:ident, $e:ident => $write:expr;)+) => {$(
        impl Encode for $t {
            #[inline]
            fn encode(&self, $e: &mut Encoder<'_>) -> Result<(), EncodeError> {
                let $v = *self;
                $write;
                Ok(())
            }
        }
    )+};
}

scalar! {
    bool, v, e => e.write_bool(v);
    i16, v, e => e.write_int(i32::from(v));
    i32, v, e => e.write_int(v);
    i64, v, e => e.write_long(v);
    f64, v, e => e.write_double(v);
    // As Java's boxed Float: by its shortest decimal text, 12.3 and not 12.300000190734863.
    f32, v, e => e.write_double(v.to_string().parse().unwrap_or_else(|_| f64::from(v)));
    (), _v, e => e.write_null();
}

/// Bytes: a single one is an int, a list of `u8` and an array of either are binary data.
macro_rules! byte {
    ($t:ty $(, $list:item)?) => {
        impl Encode for $t {
            #[inline]
            fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
                e.write_int(i32::from(*self as i8));
                Ok(())
            }

            $($list)?

            fn encode_array(
                items: &[Self],
                _: &'static str,
                e: &mut Encoder<'_>,
            ) -> Result<(), EncodeError> {
                let bytes: Vec<u8> = items.iter().map(|b| *b as u8).collect();
                e.write_bytes(&bytes);
                Ok(())
            }
        }
    };
}
byte!(i8);
byte!(
    u8,
    #[inline]
    fn encode_list(items: &[Self], e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_bytes(items);
        Ok(())
    }
);

impl Encode for char {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_str(self.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    /// A `char[]` is a string.
    fn encode_array(
        items: &[Self],
        _: &'static str,
        e: &mut Encoder<'_>,
    ) -> Result<(), EncodeError> {
        e.write_str(&items.iter().collect::<String>());
        Ok(())
    }
}

impl Encode for str {
    #[inline]
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_str(self);
        Ok(())
    }
}

impl Encode for String {
    #[inline]
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_str(self);
        Ok(())
    }
}

macro_rules! transparent {
    ($($t:ty),+) => {$(
        impl<T: Encode + ?Sized> Encode for $t {
            #[inline]
            fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
                (**self).encode(e)
            }
        }
    )+};
}
transparent!(&T, Box<T>, Rc<T>);

/// The same `Arc` written twice in a stream is one Java object.
impl<T: Encode + Send + Sync + 'static> Encode for Arc<T> {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        if Arc::strong_count(self) == 1 {
            return (**self).encode(e);
        }
        let address = Arc::as_ptr(self) as usize;
        if let Some(slot) = e.shared_slot(address) {
            e.write_reference(slot);
            return Ok(());
        }
        let slot = e.slots();
        (**self).encode(e)?;
        // Strings, numbers and null take no slot and cannot be referred to.
        if e.slots() > slot {
            let held: Arc<T> = Arc::clone(self);
            e.share(address, slot, held);
        }
        Ok(())
    }
}

impl<T: Encode> Encode for Option<T> {
    #[inline]
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        match self {
            Some(value) => value.encode(e),
            None => {
                e.write_null();
                Ok(())
            }
        }
    }
}

impl<T: Encode> Encode for [T] {
    #[inline]
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode_list(self, e)
    }
}

impl<T: Encode> Encode for Vec<T> {
    #[inline]
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode_list(self, e)
    }
}

impl<T: Encode + JavaType, const N: usize> Encode for [T; N] {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode_array(self, ArrayOf::<T>::COMPONENT, e)
    }
}

macro_rules! collection {
    ($($t:ty [$($g:tt)*], $class:literal;)+) => {$(
        impl<T: Encode, $($g)*> Encode for $t {
            fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
                e.write_typed_list_start($class, self.len())?;
                for item in self {
                    item.encode(e)?;
                }
                e.write_list_end();
                Ok(())
            }
        }
    )+};
}
collection! {
    VecDeque<T> [], "java.util.LinkedList";
    LinkedList<T> [], "java.util.LinkedList";
    HashSet<T, S> [S], "java.util.HashSet";
    BTreeSet<T> [], "java.util.TreeSet";
}

impl<K: Encode, V: Encode, S> Encode for HashMap<K, V, S> {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_map_start()?;
        for (key, value) in self {
            key.encode(e)?;
            value.encode(e)?;
        }
        e.write_map_end();
        Ok(())
    }
}

impl<K: Encode, V: Encode> Encode for BTreeMap<K, V> {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_typed_map_start("java.util.TreeMap")?;
        for (key, value) in self {
            key.encode(e)?;
            value.encode(e)?;
        }
        e.write_map_end();
        Ok(())
    }
}
