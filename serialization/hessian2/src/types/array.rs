//! [`JavaArray`]: `T[]` as against `List<T>`.

use std::ops::{Deref, DerefMut};

use crate::decode::{Decode, Decoder};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::{ArrayOf, JavaType};

/// A Java array. A `Vec` is a `java.util.List`; where the Java method or field has `T[]`, use
/// this. `byte[]` is `Vec<u8>` as well.
///
/// ```
/// use tenfold_hessian2::{JavaArray, to_vec};
/// let bytes = to_vec(&JavaArray(vec![1, 2, 3]))?;
/// assert_eq!(bytes, b"\x73\x04[int\x91\x92\x93");
/// # Ok::<(), tenfold_hessian2::EncodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JavaArray<T>(pub Vec<T>);

impl<T> From<Vec<T>> for JavaArray<T> {
    fn from(items: Vec<T>) -> Self {
        JavaArray(items)
    }
}

impl<T> FromIterator<T> for JavaArray<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        JavaArray(items.into_iter().collect())
    }
}

impl<T> Deref for JavaArray<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for JavaArray<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T: Encode + JavaType> Encode for JavaArray<T> {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode_array(&self.0, ArrayOf::<T>::COMPONENT, e)
    }
}

impl<T: Decode> Decode for JavaArray<T> {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        T::decode_list(d).map(JavaArray)
    }

    fn absent() -> Option<Self> {
        Some(JavaArray(Vec::new()))
    }
}

impl<T: JavaType> JavaType for JavaArray<T> {
    const DESCRIPTOR: &'static str = ArrayOf::<T>::DESCRIPTOR;
    const NAME: &'static str = ArrayOf::<T>::NAME;
    const COMPONENT: &'static str = ArrayOf::<T>::COMPONENT;
}
