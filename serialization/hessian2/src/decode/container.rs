//! Lists and maps, and what all containers share: nesting, reference slots, type names.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Decode, Decoder, TypeName};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::tag;
use crate::value::Back;

/// Where a container starts and ends; `end` is 0 while it is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    start: u32,
    end: u32,
}

/// The slot's number, and its end from an earlier reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) slot: u32,
}

/// How much memory the decoder's own tables take for a container.
const CONTAINER_BYTES: usize = 24;
/// How many bytes a reference costs beyond those it leads to.
const REPLAY_EACH: usize = 32;
/// A vector is made no larger than this before its elements have come.
const RESERVE_BYTES: usize = 4096;

/// A list or map that is being read.
#[derive(Debug)]
pub struct Sequence {
    /// Elements to come; `None` where an end mark says so.
    left: Option<usize>,
    open: Open,
    type_index: Option<usize>,
}

impl Sequence {
    pub(crate) fn slot(&self) -> u32 {
        self.open.slot
    }

    pub(crate) fn type_index(&self) -> Option<usize> {
        self.type_index
    }

    /// How many elements of a size to make room for: what was announced, but no more than could
    /// have come and no more than a page.
    pub(crate) fn reserve(&self, each: usize, remaining: usize) -> usize {
        let room = RESERVE_BYTES / each.max(1);
        self.left.unwrap_or(0).min(remaining).min(room)
    }
}

impl<'a> Decoder<'a> {
    /// Reads the head of a list or array of any form. Then call [`list_next`](Self::list_next)
    /// before each element, until it says false.
    ///
    /// A reference to a list is not followed; see [`follow`](Self::follow).
    pub fn read_list_start(&mut self) -> Result<Sequence, DecodeError> {
        let at = self.pos;
        let tag = self.byte()?;
        if !matches!(tag, 0x70..=0x7f | b'U'..=b'X') {
            self.pos = at;
            return Err(self.unexpected("a list"));
        }
        let open = self.open(at)?;
        let type_index = match tag {
            0x70..=0x77 | tag::TYPED_LIST | tag::TYPED_LIST_VARIABLE => Some(self.read_type()?),
            _ => None,
        };
        let left = match tag {
            0x70..=0x77 => Some(usize::from(tag - 0x70)),
            0x78..=0x7f => Some(usize::from(tag - 0x78)),
            tag::LIST | tag::TYPED_LIST => Some(self.read_count()?),
            _ => None,
        };
        Ok(Sequence {
            left,
            open,
            type_index,
        })
    }

    /// Whether another element follows; if none does, the list is closed.
    #[inline]
    pub fn list_next(&mut self, list: &mut Sequence) -> Result<bool, DecodeError> {
        let more = match &mut list.left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => !self.read_end()?,
        };
        if more {
            self.charge_element()?;
        } else {
            self.close(list.open);
        }
        Ok(more)
    }

    /// Reads the head of a map. Then call [`map_next`](Self::map_next) before each key, until it
    /// says false.
    ///
    /// A reference to a map is not followed; see [`follow`](Self::follow).
    pub fn read_map_start(&mut self) -> Result<Sequence, DecodeError> {
        let at = self.pos;
        let tag = self.byte()?;
        if !matches!(tag, tag::MAP | tag::TYPED_MAP) {
            self.pos = at;
            return Err(self.unexpected("a map"));
        }
        let open = self.open(at)?;
        let type_index = match tag {
            tag::TYPED_MAP => Some(self.read_type()?),
            _ => None,
        };
        Ok(Sequence {
            left: None,
            open,
            type_index,
        })
    }

    /// Whether another key and value follow; if none do, the map is closed.
    #[inline]
    pub fn map_next(&mut self, map: &mut Sequence) -> Result<bool, DecodeError> {
        self.list_next(map)
    }

    /// The class or array name that a list or map was written with.
    pub fn type_name(&self, sequence: &Sequence) -> Option<&str> {
        let index = sequence.type_index?;
        self.types.get(index).map(|name| &*name.text)
    }

    /// Whether the next value is a reference to an earlier one.
    #[inline]
    pub fn peek_reference(&self) -> bool {
        self.input.get(self.pos) == Some(&tag::REFERENCE)
    }

    /// Reads a reference and, at the place it leads to, a value.
    ///
    /// The same bytes are read again, so a tree type gets a copy. A reference to a container
    /// that is still being read is an error.
    pub fn follow<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let at = self.pos;
        let index = self.read_reference()?;
        let slot = self.closed(at, index)?;
        let len = slot.end.saturating_sub(slot.start) as usize + REPLAY_EACH;
        let cost = if self.following > 0 {
            len.saturating_mul(8)
        } else {
            len
        };
        match self.replay_left.checked_sub(cost) {
            Some(left) => self.replay_left = left,
            None => {
                return Err(self.limit("bytes read again for references", self.limits.replay));
            }
        }
        let back = self.pos;
        self.pos = slot.start as usize;
        self.following += 1;
        let value = read(self);
        self.following -= 1;
        self.pos = back;
        value
    }

    /// Reads a reference into an `Arc`: the one that was made before, if there is one.
    pub(crate) fn follow_shared<T: Decode + Send + Sync + 'static>(
        &mut self,
    ) -> Result<Arc<T>, DecodeError> {
        let at = self.pos;
        let index = self.read_reference()?;
        let known = self
            .shared
            .iter()
            .rev()
            .find(|(slot, _)| Ok(*slot) == u32::try_from(index));
        if let Some((_, any)) = known
            && let Ok(arc) = Arc::clone(any).downcast::<T>()
        {
            return Ok(arc);
        }
        self.pos = at;
        let arc = Arc::new(self.follow(T::decode)?);
        self.share(index, &arc)?;
        Ok(arc)
    }

    /// Remembers what was read from a slot.
    pub(crate) fn share<T: Send + Sync + 'static>(
        &mut self,
        slot: i32,
        arc: &Arc<T>,
    ) -> Result<(), DecodeError> {
        self.charge(CONTAINER_BYTES)?;
        if let Ok(slot) = u32::try_from(slot) {
            let any: Arc<T> = Arc::clone(arc);
            self.shared.push((slot, any));
        }
        Ok(())
    }

    /// The slot that the next container takes; `None` while a reference is followed.
    pub(crate) fn next_slot(&self) -> Option<i32> {
        match self.following {
            0 => i32::try_from(self.slots.len()).ok(),
            _ => None,
        }
    }

    /// Reads a reference's index.
    pub(crate) fn read_reference(&mut self) -> Result<i32, DecodeError> {
        let at = self.pos;
        match self.byte()? {
            tag::REFERENCE => {
                let index = self.read_int()?;
                match self.slot(index) {
                    Some(_) => Ok(index),
                    None => Err(self.error_at(at, DecodeErrorKind::UnknownReference { index })),
                }
            }
            _ => Err(self.wrong_tag(at, "a reference")),
        }
    }

    /// Whether the container of that slot is still being read.
    pub(crate) fn is_open(&self, index: i32) -> bool {
        self.slot(index).is_some_and(|slot| slot.end == 0)
    }

    fn slot(&self, index: i32) -> Option<&Slot> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.slots.get(index))
    }

    fn closed(&self, at: usize, index: i32) -> Result<Slot, DecodeError> {
        match self.slot(index) {
            Some(slot) if slot.end > 0 => Ok(*slot),
            Some(_) => Err(self.error_at(at, DecodeErrorKind::Cycle { index })),
            None => Err(self.error_at(at, DecodeErrorKind::UnknownReference { index })),
        }
    }

    /// The offset of the container that a reference (next in the input) leads to.
    pub(crate) fn peek_reference_start(&mut self) -> Result<usize, DecodeError> {
        let back = self.pos;
        let index = self.read_reference()?;
        self.pos = back;
        Ok(self.slot(index).map_or(back, |slot| slot.start as usize))
    }

    /// Enters a container whose tag is at `at`: one level deeper, one slot.
    #[inline]
    pub(crate) fn open(&mut self, at: usize) -> Result<Open, DecodeError> {
        if self.depth >= self.limits.depth {
            return Err(self.limit("nesting", self.limits.depth));
        }
        self.depth += 1;
        self.charge_element()?;
        self.charge(CONTAINER_BYTES)?;
        let Ok(start) = u32::try_from(at) else {
            return Err(self.limit("message size", u32::MAX as usize));
        };
        if at < self.entered {
            return Ok(self.reopen(start));
        }
        self.entered = at + 1;
        self.slots.push(Slot { start, end: 0 });
        let slot = u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX);
        Ok(Open { slot })
    }

    /// Enters a container a second time, for a reference.
    fn reopen(&mut self, start: u32) -> Open {
        let (mut low, mut high) = (0, self.slots.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.slots.get(middle) {
                Some(slot) if slot.start < start => low = middle + 1,
                _ => high = middle,
            }
        }
        if let Some(slot) = self.slots.get_mut(low) {
            slot.end = 0;
        }
        let slot = u32::try_from(low).unwrap_or(u32::MAX);
        Open { slot }
    }

    /// Leaves a container.
    #[inline]
    pub(crate) fn close(&mut self, open: Open) {
        self.depth = self.depth.saturating_sub(1);
        let end = u32::try_from(self.pos).unwrap_or(u32::MAX);
        if let Some(slot) = self.slots.get_mut(open.slot as usize) {
            slot.end = end;
        }
    }

    /// Remembers the dynamic value of a slot.
    pub(crate) fn set_node(&mut self, slot: u32, node: Back) {
        match self.nodes.last() {
            Some((last, _)) if *last >= slot => {
                match self.nodes.binary_search_by_key(&slot, |(slot, _)| *slot) {
                    Ok(at) => {
                        if let Some(entry) = self.nodes.get_mut(at) {
                            entry.1 = node;
                        }
                    }
                    Err(at) => self.nodes.insert(at, (slot, node)),
                }
            }
            _ => self.nodes.push((slot, node)),
        }
    }

    /// The dynamic value of a slot.
    pub(crate) fn node(&self, slot: i32) -> Option<&Back> {
        let slot = u32::try_from(slot).ok()?;
        let at = self
            .nodes
            .binary_search_by_key(&slot, |(slot, _)| *slot)
            .ok()?;
        self.nodes.get(at).map(|(_, node)| node)
    }

    /// A type name as a dynamic value keeps it.
    pub(crate) fn type_arc(&mut self, index: usize) -> Option<Arc<str>> {
        let name = self.types.get_mut(index)?;
        let arc = name.arc.get_or_insert_with(|| Arc::from(&*name.text));
        Some(Arc::clone(arc))
    }

    /// Reads a count of elements. Each takes a byte at least, so a count beyond the input is
    /// refused before anything is made for it.
    fn read_count(&mut self) -> Result<usize, DecodeError> {
        let at = self.pos;
        let count = self.read_int()?;
        match usize::try_from(count) {
            Ok(count) if count <= self.remaining().len() => Ok(count),
            Ok(_) => Err(self.error_at(self.input.len(), DecodeErrorKind::UnexpectedEnd)),
            Err(_) => {
                let found = i64::from(count);
                Err(self.error_at(at, DecodeErrorKind::BadLength { found }))
            }
        }
    }

    /// Reads a type: a name, which enters the table, or an index into it.
    fn read_type(&mut self) -> Result<usize, DecodeError> {
        let at = self.pos;
        match self.peek_tag()? {
            0x00..=0x1f | 0x30..=0x33 | tag::STRING | tag::STRING_CHUNK => {
                let text = self.read_str()?;
                if at < self.entered
                    && let Some(index) = self.types.iter().position(|name| name.start == at)
                {
                    return Ok(index);
                }
                if self.types.len() >= self.limits.types {
                    return Err(self.limit("number of type names", self.limits.types));
                }
                let owned = owned_len(&text);
                self.charge(size_of::<TypeName<'_>>() + owned)?;
                self.entered = self.entered.max(at + 1);
                self.types.push(TypeName {
                    start: at,
                    text,
                    arc: None,
                });
                Ok(self.types.len() - 1)
            }
            _ => {
                let index = self.read_int()?;
                match usize::try_from(index) {
                    Ok(known) if known < self.types.len() => Ok(known),
                    _ => Err(self.error_at(at, DecodeErrorKind::UnknownType { index })),
                }
            }
        }
    }

    #[inline]
    fn read_end(&mut self) -> Result<bool, DecodeError> {
        let end = self.peek_tag()? == tag::END;
        if end {
            self.pos += 1;
        }
        Ok(end)
    }
}

/// Reads any list into a vector; null is an empty one.
pub(super) fn list<T: Decode>(d: &mut Decoder<'_>) -> Result<Vec<T>, DecodeError> {
    if d.read_null() {
        return Ok(Vec::new());
    }
    if d.peek_reference() {
        return d.follow(list);
    }
    let mut list = d.read_list_start()?;
    let mut items = Vec::with_capacity(list.reserve(size_of::<T>(), d.remaining().len()));
    while d.list_next(&mut list)? {
        // Twice: a vector grows by doubling.
        d.charge(size_of::<T>() * 2)?;
        items.push(T::decode(d)?);
    }
    Ok(items)
}

/// What a text takes beside the input it may be borrowed from.
#[allow(clippy::ptr_arg, reason = "the question is which kind of Cow it is")]
pub(super) fn owned_len(text: &Cow<'_, str>) -> usize {
    match text {
        Cow::Borrowed(_) => 0,
        Cow::Owned(text) => text.len(),
    }
}
