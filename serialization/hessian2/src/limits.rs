//! What a decoder is willing to spend on one message.
//!
//! Every bound is checked before the memory or the work it stands for is spent, and no buffer is
//! sized by a number that the peer sent.

/// The bounds of one [`Decoder`](crate::Decoder).
///
/// The worst a message can cost with the defaults is `bytes` (64 MiB) of memory; an element that
/// is announced but has not arrived costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How deep containers may be nested. 64: real data transfer objects stay below 20, and 64
    /// frames of the recursive reader fit the smallest thread stack in use.
    pub depth: usize,
    /// How many list elements, map entries and containers a message may hold in all. 4 Mi:
    /// an 8 MiB message (Dubbo's usual payload limit) full of two-byte numbers.
    pub elements: usize,
    /// How many class definitions. 1,024: each is some 100 bytes of table.
    pub definitions: usize,
    /// How many field names all definitions may have together. 16,384.
    pub fields: usize,
    /// How many type names of lists and maps. 4,096.
    pub types: usize,
    /// How many bytes the decoded values may take in memory, counted node by node before each is
    /// built. 64 MiB.
    pub bytes: usize,
    /// How many bytes may be read a second time because a reference leads back to them; 32 are
    /// added for each reference, and a reference met while following another counts eightfold.
    /// 4 MiB: an object of 2 KiB shared 2,000 times passes, an exponential "reference bomb"
    /// ends after some 14,000 steps. [`Value`](crate::Value) and [`Arc`](std::sync::Arc) share
    /// what was read and do not draw on it.
    pub replay: usize,
}

impl Limits {
    /// The defaults, as a constant.
    pub const DEFAULT: Limits = Limits {
        depth: 64,
        elements: 4 << 20,
        definitions: 1 << 10,
        fields: 1 << 14,
        types: 1 << 12,
        bytes: 64 << 20,
        replay: 4 << 20,
    };

    /// The same bounds with another depth.
    #[must_use]
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// The same bounds with another number of elements.
    #[must_use]
    pub fn elements(mut self, elements: usize) -> Self {
        self.elements = elements;
        self
    }

    /// The same bounds with another number of class definitions.
    #[must_use]
    pub fn definitions(mut self, definitions: usize) -> Self {
        self.definitions = definitions;
        self
    }

    /// The same bounds with another memory budget.
    #[must_use]
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// The same bounds with another allowance for re-reading.
    #[must_use]
    pub fn replay(mut self, replay: usize) -> Self {
        self.replay = replay;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

pub(crate) static DEFAULT_LIMITS: Limits = Limits::DEFAULT;
