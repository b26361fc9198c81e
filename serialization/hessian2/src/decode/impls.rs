//! [`Decode`] for the types of the standard library.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use super::{Decode, Decoder, container};
use crate::error::DecodeError;
use crate::tag;

macro_rules! number {
    ($($t:ty, $d:ident => $read:expr;)+) => {$(
        impl Decode for $t {
            #[inline]
            fn decode($d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                $read
            }

            fn absent() -> Option<Self> {
                Some(<$t>::default())
            }
        }
    )+};
}

number! {
    bool, d => d.read_bool();
    i16, d => narrow(d, "a short");
    i32, d => d.read_int();
    i64, d => d.read_long();
    f32, d => d.read_double().map(|v| v as f32);
    f64, d => d.read_double();
    String, d => d.read_string();
}

fn narrow<T: TryFrom<i64>>(d: &mut Decoder<'_>, expected: &'static str) -> Result<T, DecodeError> {
    let at = d.position();
    let wide = d.read_long()?;
    T::try_from(wide).map_err(|_| d.out_of_range(at, expected, wide))
}

/// A byte of either sign, and lists of them from binary data.
macro_rules! byte {
    ($t:ty) => {
        impl Decode for $t {
            #[inline]
            fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let at = d.position();
                match d.read_long()? {
                    wide @ -128..=255 => Ok(wide as $t),
                    wide => Err(d.out_of_range(at, "a byte", wide)),
                }
            }

            fn absent() -> Option<Self> {
                Some(0)
            }

            fn decode_list(d: &mut Decoder<'_>) -> Result<Vec<Self>, DecodeError> {
                if !d.peek_binary() {
                    return container::list(d);
                }
                let bytes = d.read_bytes()?;
                d.charge(bytes.len())?;
                Ok(bytes.iter().map(|b| *b as $t).collect())
            }
        }
    };
}
byte!(i8);
byte!(u8);

impl Decode for char {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let at = d.position();
        let text = d.read_str()?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(c),
            (None, _) => Ok('\0'),
            _ => Err(d.wrong_tag(at, "a single character")),
        }
    }

    fn absent() -> Option<Self> {
        Some('\0')
    }

    /// A `char[]` is a string.
    fn decode_list(d: &mut Decoder<'_>) -> Result<Vec<Self>, DecodeError> {
        if !d.string_head_is_next() {
            return container::list(d);
        }
        let text = d.read_str()?;
        d.charge(text.len().saturating_mul(size_of::<char>()))?;
        Ok(text.chars().collect())
    }
}

/// Nothing: whatever a void method answered is passed over.
impl Decode for () {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        d.skip_value()
    }

    fn absent() -> Option<Self> {
        Some(())
    }
}

impl<T: Decode> Decode for Option<T> {
    #[inline]
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if d.read_null() {
            return Ok(None);
        }
        T::decode(d).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

macro_rules! boxed {
    ($($t:ident),+) => {$(
        impl<T: Decode> Decode for $t<T> {
            #[inline]
            fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                d.charge(size_of::<T>())?;
                T::decode(d).map($t::new)
            }

            fn absent() -> Option<Self> {
                T::absent().map($t::new)
            }
        }
    )+};
}
boxed!(Box, Rc);

/// One Java object that occurs twice becomes one `Arc`.
impl<T: Decode + Send + Sync + 'static> Decode for Arc<T> {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if d.peek_reference() {
            return d.follow_shared();
        }
        d.charge(size_of::<T>() + 2 * size_of::<usize>())?;
        let slot = d.next_slot();
        let arc = Arc::new(T::decode(d)?);
        // Nothing was opened for strings, numbers and null.
        if let Some(slot) = slot
            && d.next_slot() != Some(slot)
        {
            d.share(slot, &arc)?;
        }
        Ok(arc)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Arc::new)
    }
}

impl<T: Decode> Decode for Vec<T> {
    #[inline]
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        T::decode_list(d)
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

impl<T: Decode, const N: usize> Decode for [T; N] {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let at = d.position();
        let items = T::decode_list(d)?;
        let len = items.len();
        items
            .try_into()
            .map_err(|_| d.out_of_range(at, "the length of an array", len))
    }
}

macro_rules! collection {
    ($($t:ty [$($g:tt)*], $node:literal, $insert:ident;)+) => {$(
        impl<T: Decode + $($g)*> Decode for $t {
            fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                if d.read_null() {
                    return Ok(Self::default());
                }
                if d.peek_reference() {
                    return d.follow(Self::decode);
                }
                let mut list = d.read_list_start()?;
                let mut items = Self::default();
                while d.list_next(&mut list)? {
                    d.charge(size_of::<T>() * 2 + $node)?;
                    items.$insert(T::decode(d)?);
                }
                Ok(items)
            }

            fn absent() -> Option<Self> {
                Some(Self::default())
            }
        }
    )+};
}
collection! {
    VecDeque<T> [Sized], 0, push_back;
    LinkedList<T> [Sized], 16, push_back;
    BTreeSet<T> [Ord], 16, insert;
}

impl<T: Decode + Eq + Hash, S: BuildHasher + Default> Decode for HashSet<T, S> {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if d.read_null() {
            return Ok(Self::default());
        }
        if d.peek_reference() {
            return d.follow(Self::decode);
        }
        let mut list = d.read_list_start()?;
        let mut items = Self::default();
        while d.list_next(&mut list)? {
            d.charge(size_of::<T>() * 2 + 2)?;
            items.insert(T::decode(d)?);
        }
        Ok(items)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Reads a map, or an object as one: names are the keys.
pub(crate) fn entries<K: Decode, V: Decode>(
    d: &mut Decoder<'_>,
    insert: &mut impl FnMut(K, V),
) -> Result<(), DecodeError> {
    let each = (size_of::<K>() + size_of::<V>()) * 2 + 8;
    match d.peek_tag()? {
        tag::NULL => {
            d.read_null();
            Ok(())
        }
        tag::REFERENCE => d.follow(|d| entries(d, insert)),
        tag::CLASS | tag::OBJECT | 0x60..=0x6f => d.object_as_map(|d, key| {
            d.charge(each)?;
            insert(key, V::decode(d)?);
            Ok(())
        }),
        _ => {
            let mut map = d.read_map_start()?;
            while d.map_next(&mut map)? {
                d.charge(each)?;
                let key = K::decode(d)?;
                insert(key, V::decode(d)?);
            }
            Ok(())
        }
    }
}

impl<K, V, S> Decode for HashMap<K, V, S>
where
    K: Decode + Eq + Hash,
    V: Decode,
    S: BuildHasher + Default,
{
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::default();
        entries(d, &mut |key, value| drop(map.insert(key, value)))?;
        Ok(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl<K: Decode + Ord, V: Decode> Decode for BTreeMap<K, V> {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::default();
        entries(d, &mut |key, value| drop(map.insert(key, value)))?;
        Ok(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}
