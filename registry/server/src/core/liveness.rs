//! The unreplicated half of sessions: when each was last heard of. Only the leader's counts.
//!
//! As in ZooKeeper's expiry queue a deadline is rounded up to the next beat of the clockwork, so
//! that a session lives between its timeout and one tick more, and a touch within the same beat
//! costs a look-up.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use tenfold_zk::SessionId;

/// The deadlines of all sessions. Times are durations since a moment of the caller's choice that
/// never runs backwards.
#[derive(Debug)]
pub struct Liveness {
    tick: Duration,
    sessions: HashMap<SessionId, Tracked>,
    deadlines: BTreeMap<Duration, BTreeSet<SessionId>>,
}

#[derive(Debug)]
struct Tracked {
    timeout: Duration,
    deadline: Duration,
    closing: bool,
}

impl Liveness {
    /// No sessions, with deadlines on multiples of `tick`.
    #[must_use]
    pub fn new(tick: Duration) -> Self {
        let tick = tick.max(Duration::from_millis(1));
        Self {
            tick,
            sessions: HashMap::new(),
            deadlines: BTreeMap::new(),
        }
    }

    /// Begins to watch over a session, or gives it another timeout; its full time starts at `now`.
    pub fn open(&mut self, session: SessionId, timeout: Duration, now: Duration) {
        self.close(session);
        let deadline = self.round_up(now + timeout);
        self.sessions.insert(
            session,
            Tracked {
                timeout,
                deadline,
                closing: false,
            },
        );
        self.deadlines.entry(deadline).or_default().insert(session);
    }

    /// The session has been heard of. False if it is unknown or its end has been decided.
    pub fn touch(&mut self, session: SessionId, now: Duration) -> bool {
        let tick = self.tick;
        let Some(tracked) = self.sessions.get_mut(&session) else {
            return false;
        };
        if tracked.closing {
            return false;
        }
        let deadline = round_up(now + tracked.timeout, tick);
        if deadline > tracked.deadline {
            let old = std::mem::replace(&mut tracked.deadline, deadline);
            self.unlist(session, old);
            self.deadlines.entry(deadline).or_default().insert(session);
        }
        true
    }

    /// The sessions whose time is over. From here on they are closing: no touch brings them back.
    pub fn expired(&mut self, now: Duration) -> Vec<SessionId> {
        let mut expired = Vec::new();
        while let Some(bucket) = self.deadlines.first_entry() {
            if *bucket.key() > now {
                break;
            }
            for session in bucket.remove() {
                if let Some(tracked) = self.sessions.get_mut(&session) {
                    tracked.closing = true;
                    expired.push(session);
                }
            }
        }
        expired
    }

    /// Gives every session its full time again: this node has led for no time yet, or has been
    /// stopped for a while and cannot know who was heard of meanwhile.
    pub fn renew_all(&mut self, now: Duration) {
        let open = |(id, tracked): (&SessionId, &Tracked)| {
            (!tracked.closing).then_some((*id, tracked.timeout))
        };
        let sessions: Vec<_> = self.sessions.iter().filter_map(open).collect();
        for (session, timeout) in sessions {
            self.open(session, timeout, now);
        }
    }

    /// The session has ended.
    pub fn close(&mut self, session: SessionId) {
        if let Some(tracked) = self.sessions.remove(&session) {
            self.unlist(session, tracked.deadline);
        }
    }

    /// The timeout of a session whose end has not been decided.
    #[must_use]
    pub fn timeout(&self, session: SessionId) -> Option<Duration> {
        self.sessions
            .get(&session)
            .filter(|tracked| !tracked.closing)
            .map(|one| one.timeout)
    }

    /// When the next session's time is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.deadlines
            .first_key_value()
            .map(|(deadline, _)| *deadline)
    }

    /// Every deadline with the sessions that have it.
    pub fn deadlines(&self) -> impl Iterator<Item = (Duration, &BTreeSet<SessionId>)> {
        self.deadlines
            .iter()
            .map(|(deadline, sessions)| (*deadline, sessions))
    }

    fn unlist(&mut self, session: SessionId, deadline: Duration) {
        if let Some(bucket) = self.deadlines.get_mut(&deadline) {
            bucket.remove(&session);
            if bucket.is_empty() {
                self.deadlines.remove(&deadline);
            }
        }
    }

    fn round_up(&self, time: Duration) -> Duration {
        round_up(time, self.tick)
    }
}

/// The first multiple of `tick` after `time`.
fn round_up(time: Duration, tick: Duration) -> Duration {
    let beats = time.as_micros() / tick.as_micros().max(1);
    let micros = beats.saturating_add(1).saturating_mul(tick.as_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_session_lives_between_its_timeout_and_a_tick_more() {
        let mut liveness = Liveness::new(ms(2000));
        liveness.open(SessionId(1), ms(4000), ms(100));
        assert_eq!(liveness.next_deadline(), Some(ms(6000)));
        assert_eq!(liveness.expired(ms(5999)), []);
        assert_eq!(liveness.expired(ms(6000)), [SessionId(1)]);
        assert_eq!(liveness.expired(ms(60_000)), []);
    }

    #[test]
    fn a_touch_moves_the_deadline_and_never_back() {
        let mut liveness = Liveness::new(ms(2000));
        liveness.open(SessionId(1), ms(4000), ms(0));
        assert!(liveness.touch(SessionId(1), ms(3000)));
        assert!(liveness.touch(SessionId(1), ms(1000)));
        assert_eq!(liveness.next_deadline(), Some(ms(8000)));
        assert!(!liveness.touch(SessionId(2), ms(0)));
    }

    #[test]
    fn a_closing_session_cannot_be_touched_back_to_life() {
        let mut liveness = Liveness::new(ms(1000));
        liveness.open(SessionId(1), ms(1000), ms(0));
        assert_eq!(liveness.expired(ms(9000)), [SessionId(1)]);
        assert!(!liveness.touch(SessionId(1), ms(9000)));
        assert_eq!(liveness.timeout(SessionId(1)), None);
        liveness.close(SessionId(1));
        assert!(liveness.sessions.is_empty() && liveness.deadlines.is_empty());
    }
}
