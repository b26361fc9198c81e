//! Whether the peer still lives.
//!
//! A heartbeat is sent after some silence of the peer; its answer, or anything else that the peer
//! sends, is a sign of life. After more silence the connection is given up: three heartbeats by
//! default, as Dubbo has it.

use std::time::{Duration, Instant};

/// Listens for the peer.
#[derive(Clone, Copy, Debug)]
pub struct Liveness {
    heartbeat: Option<Duration>,
    idle_timeout: Option<Duration>,
    heard: Instant,
    sent: Instant,
}

/// What the silence calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulse {
    /// Nothing.
    Quiet,
    /// A heartbeat.
    Send,
    /// The peer is given up after this much silence.
    Dead(Duration),
}

impl Liveness {
    /// Begins to listen.
    pub fn new(heartbeat: Option<Duration>, idle_timeout: Option<Duration>, now: Instant) -> Self {
        Self {
            heartbeat: heartbeat.filter(|interval| !interval.is_zero()),
            idle_timeout: idle_timeout.filter(|limit| !limit.is_zero()),
            heard: now,
            sent: now,
        }
    }

    /// The peer sent something, or we were not listening until now.
    pub fn on_heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// What the silence calls for at `now`; a heartbeat that it calls for counts as sent.
    pub fn on_timeout(&mut self, now: Instant) -> Pulse {
        if let Some(limit) = self.idle_timeout
            && now >= self.heard + limit
        {
            return Pulse::Dead(limit);
        }
        match self.next_heartbeat() {
            Some(at) if now >= at => {
                self.sent = now;
                Pulse::Send
            }
            _ => Pulse::Quiet,
        }
    }

    /// When [`on_timeout`](Self::on_timeout) wants to be called.
    pub fn timeout(&self) -> Option<Instant> {
        let dead = self.idle_timeout.map(|limit| self.heard + limit);
        [dead, self.next_heartbeat()].into_iter().flatten().min()
    }

    fn next_heartbeat(&self) -> Option<Instant> {
        let interval = self.heartbeat?;
        Some(self.heard.max(self.sent) + interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_silent_peer_gets_two_heartbeats_and_is_given_up_at_the_third_interval() {
        let start = Instant::now();
        let mut liveness = Liveness::new(Some(60 * SECOND), Some(180 * SECOND), start);
        let mut seen = Vec::new();
        let mut now = start;
        while now <= start + 180 * SECOND {
            match liveness.on_timeout(now) {
                Pulse::Quiet => {}
                pulse => seen.push(((now - start).as_secs(), pulse)),
            }
            now += SECOND;
        }
        let expected = [
            (60, Pulse::Send),
            (120, Pulse::Send),
            (180, Pulse::Dead(180 * SECOND)),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn whatever_is_heard_is_a_sign_of_life() {
        let start = Instant::now();
        let mut liveness = Liveness::new(Some(60 * SECOND), Some(180 * SECOND), start);
        for minute in 0..100 {
            let now = start + minute * 59 * SECOND;
            assert_eq!(liveness.on_timeout(now), Pulse::Quiet);
            liveness.on_heard(now);
            assert_eq!(liveness.timeout(), Some(now + 60 * SECOND));
        }
    }

    #[test]
    fn zero_switches_off() {
        let start = Instant::now();
        let mut liveness = Liveness::new(Some(Duration::ZERO), None, start);
        assert_eq!(liveness.timeout(), None);
        assert_eq!(liveness.on_timeout(start + 9999 * SECOND), Pulse::Quiet);
    }
}
