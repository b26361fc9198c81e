//! [`LinkedMap`]: a map that keeps its order.

use crate::decode::{Decode, Decoder, entries};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::java_class;

/// A `java.util.LinkedHashMap`: entries in the order they were put in. Lookups are linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedMap<K, V>(pub Vec<(K, V)>);

impl<K, V> Default for LinkedMap<K, V> {
    fn default() -> Self {
        LinkedMap(Vec::new())
    }
}

impl<K: PartialEq, V> LinkedMap<K, V> {
    /// The value of a key; the last one wins, as in Java.
    pub fn get<Q: PartialEq<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.0.iter().rev().find(|(k, _)| key == k).map(|(_, v)| v)
    }
}

impl<K, V> FromIterator<(K, V)> for LinkedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        LinkedMap(entries.into_iter().collect())
    }
}

impl<K: Encode, V: Encode> Encode for LinkedMap<K, V> {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_typed_map_start("java.util.LinkedHashMap")?;
        for (key, value) in &self.0 {
            key.encode(e)?;
            value.encode(e)?;
        }
        e.write_map_end();
        Ok(())
    }
}

impl<K: Decode, V: Decode> Decode for LinkedMap<K, V> {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::default();
        entries(d, &mut |key, value| map.0.push((key, value)))?;
        Ok(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

java_class!("Ljava/util/Map;", "java.util.Map" => @[K, V] LinkedMap<K, V>);
