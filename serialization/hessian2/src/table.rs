//! A table that keeps its first entries in place and allocates only for those after them.
//!
//! Most messages define one class and open a handful of containers; their tables cost no
//! allocation.

/// Up to `N` entries inline, the rest in a vector.
#[derive(Debug)]
pub(crate) struct Table<T, const N: usize> {
    inline: [Option<T>; N],
    len: usize,
    more: Vec<T>,
}

impl<T, const N: usize> Table<T, N> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Table {
            inline: [const { None }; N],
            len: 0,
            more: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn push(&mut self, entry: T) {
        match self.inline.get_mut(self.len) {
            Some(place) => *place = Some(entry),
            None => self.more.push(entry),
        }
        self.len += 1;
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        match self.inline.get(index) {
            Some(place) => place.as_ref(),
            None => self.more.get(index - N),
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        match self.inline.get_mut(index) {
            Some(place) => place.as_mut(),
            None => self.more.get_mut(index - N),
        }
    }

    #[inline]
    pub(crate) fn position(&self, mut is: impl FnMut(&T) -> bool) -> Option<usize> {
        for (index, place) in self.inline.iter().enumerate() {
            match place {
                Some(entry) if is(entry) => return Some(index),
                Some(_) => {}
                None => return None,
            }
        }
        self.more.iter().position(is).map(|index| index + N)
    }
}
