//! The replicated half of sessions: that they exist. Whether they are alive is
//! [`super::liveness`]'s matter.

use std::collections::BTreeMap;

use tenfold_zk::SessionId;

/// The sessions that stand open.
#[derive(Debug)]
pub(crate) struct Sessions {
    open: BTreeMap<SessionId, i32>,
    /// The low 56 bits of the next id.
    next: i64,
}

impl Sessions {
    /// No sessions; ids count up from `seed`.
    pub(crate) fn new(seed: i64) -> Self {
        Self {
            open: BTreeMap::new(),
            next: seed & COUNTER_MASK,
        }
    }

    /// Opens a session and makes its id: the node's number in the top byte, a counter that never
    /// repeats below it.
    pub(crate) fn open(&mut self, node: u8, timeout_ms: i32) -> SessionId {
        loop {
            self.next = self.next.wrapping_add(1) & COUNTER_MASK;
            let id = SessionId(self.next | (i64::from(node) << COUNTER_BITS));
            // Zero asks for a session and the lowest number marks containers; the rest of the loop
            // is for a counter that has gone all the way round.
            if id.0 != 0 && id.0 != i64::MIN && !self.open.contains_key(&id) {
                self.open.insert(id, timeout_ms);
                return id;
            }
        }
    }

    /// Ends a session; false if there is none.
    pub(crate) fn close(&mut self, id: SessionId) -> bool {
        self.open.remove(&id).is_some()
    }

    /// Whether the session stands open.
    pub(crate) fn contains(&self, id: SessionId) -> bool {
        self.open.contains_key(&id)
    }

    /// How many stand open.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// Every session with its timeout in milliseconds, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SessionId, i32)> {
        self.open.iter().map(|(id, timeout_ms)| (*id, *timeout_ms))
    }

    /// The counter's state, for the digest.
    pub(crate) fn counter(&self) -> i64 {
        self.next
    }
}

const COUNTER_BITS: u32 = 56;
const COUNTER_MASK: i64 = (1 << COUNTER_BITS) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_carry_the_node_and_never_mark_containers() {
        let mut sessions = Sessions::new(COUNTER_MASK - 1);
        assert_eq!(sessions.open(0x80, 1).0 as u64, 0x80ff_ffff_ffff_ffff);
        assert_eq!(sessions.open(0x80, 1).0 as u64, 0x8000_0000_0000_0001);
        let mut sessions = Sessions::new(-1);
        assert_eq!(sessions.open(0, 1), SessionId(1));
        assert!(sessions.close(SessionId(1)) && !sessions.close(SessionId(1)));
        assert_eq!(sessions.open(0, 1), SessionId(2));
    }
}
