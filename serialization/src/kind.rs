//! The serializations that Dubbo peers name, and their ids in a frame's flag byte.

use std::fmt;

/// A serialization by its id in the dubbo2 header (five bits) and its name in URLs.
///
/// Ids and names are those of Dubbo's `serialize/Constants.java`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerializationKind(u8);

const NAMES: &[(u8, &str)] = &[
    (2, "hessian2"),
    (3, "java"),
    (4, "compactedjava"),
    (6, "fastjson"),
    (7, "nativejava"),
    (8, "kryo"),
    (9, "fst"),
    (10, "native-hessian"),
    (11, "avro"),
    (12, "protostuff"),
    (16, "gson"),
    (18, "jackson"),
    (21, "protobuf-json"),
    (22, "protobuf"),
    (23, "fastjson2"),
    (25, "kryo2"),
    (27, "msgpack"),
    (28, "fury"),
    (31, "custom-message-pack"),
];

impl SerializationKind {
    /// Hessian 2, Dubbo's default and the one that Tenfold speaks.
    pub const HESSIAN2: Self = Self(2);

    /// The serialization with the id that a frame's flag byte holds; bits above the fifth are cut
    /// off, as Dubbo's mask does.
    pub const fn from_id(id: u8) -> Self {
        Self(id & 0x1f)
    }

    /// The serialization with that name in a URL.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(id, _)| Self(*id))
    }

    /// The id in the flag byte.
    pub const fn id(self) -> u8 {
        self.0
    }

    /// The name in a URL, `None` for an id that Dubbo does not define.
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(id, _)| *id == self.0)
            .map(|(_, name)| *name)
    }

    /// Whether Tenfold can read and write it.
    pub const fn is_supported(self) -> bool {
        self.0 == Self::HESSIAN2.0
    }
}

impl fmt::Display for SerializationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "serialization id {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_belong_together() {
        for (id, name) in NAMES {
            let kind = SerializationKind::from_id(*id);
            assert_eq!(kind.name(), Some(*name));
            assert_eq!(SerializationKind::from_name(name), Some(kind));
        }
        assert_eq!(
            SerializationKind::from_id(5).to_string(),
            "serialization id 5"
        );
    }
}
