//! Closing on a peer that begins a frame and does not finish it.
//!
//! A quiet connection is healthy: nothing is asked of it here. But once a frame has begun, its head
//! must be complete within a time, and its body must go on at a least rate. So a peer that trickles
//! bytes holds a connection for half a minute, not for ever.

use std::time::{Duration, Instant};

use crate::{CloseReason, Stage};

/// How slowly a frame may arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadLimits {
    /// How long a begun head may take. Default 10 s: a head is a few bytes, which only a stalled
    /// network or a malicious peer splits over seconds.
    pub head_timeout: Duration,
    /// The window over which the rate of a body is judged. Default 30 s, long enough for a network
    /// to lose and find itself again.
    pub body_window: Duration,
    /// The least that a window must bring. Default 30 KiB, that is 1 KiB a second.
    pub body_window_bytes_min: usize,
}

/// Watches the frame that is arriving.
#[derive(Clone, Copy, Debug)]
pub struct ReadWatch {
    limits: ReadLimits,
    begun: Begun,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    Nothing,
    Head { since: Instant },
    Body { window: Instant, bytes: usize },
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            head_timeout: Duration::from_secs(10),
            body_window: Duration::from_secs(30),
            body_window_bytes_min: 30 * 1024,
        }
    }
}

impl ReadWatch {
    /// A watch over a connection on which no frame has begun.
    pub fn new(limits: ReadLimits) -> Self {
        Self {
            limits,
            begun: Begun::Nothing,
        }
    }

    /// `bytes` came, and whole frames were handed out (`frames`) or not; the reader stands at
    /// `stage`.
    pub fn on_read(&mut self, now: Instant, bytes: usize, frames: bool, stage: Stage) {
        self.begun = match (self.begun, stage) {
            (_, Stage::Between) => Begun::Nothing,
            // The same head is still incomplete.
            (Begun::Head { since }, Stage::Head) if !frames => Begun::Head { since },
            (_, Stage::Head) => Begun::Head { since: now },
            (Begun::Body { window, bytes: had }, Stage::Body) if !frames => Begun::Body {
                window,
                bytes: had.saturating_add(bytes),
            },
            (_, Stage::Body) => Begun::Body { window: now, bytes },
        };
    }

    /// Reading went on after we had stopped it ourselves: what the peer did not send meanwhile is
    /// not its fault.
    pub fn on_resume(&mut self, now: Instant) {
        self.begun = match self.begun {
            Begun::Nothing => Begun::Nothing,
            Begun::Head { .. } => Begun::Head { since: now },
            Begun::Body { .. } => Begun::Body {
                window: now,
                bytes: 0,
            },
        };
    }

    /// When [`on_timeout`](Self::on_timeout) wants to be called.
    pub fn timeout(&self) -> Option<Instant> {
        match self.begun {
            Begun::Nothing => None,
            Begun::Head { since } => since.checked_add(self.limits.head_timeout),
            Begun::Body { window, .. } => window.checked_add(self.limits.body_window),
        }
    }

    /// Judges the frame that is arriving; an error is a peer that is too slow.
    pub fn on_timeout(&mut self, now: Instant) -> Result<(), CloseReason> {
        if self.timeout().is_none_or(|at| now < at) {
            return Ok(());
        }
        match self.begun {
            Begun::Nothing => Ok(()),
            Begun::Head { .. } => Err(CloseReason::SlowHead(self.limits.head_timeout)),
            Begun::Body { bytes, .. } if bytes < self.limits.body_window_bytes_min => {
                Err(CloseReason::SlowBody {
                    bytes_min: self.limits.body_window_bytes_min,
                    window: self.limits.body_window,
                })
            }
            Begun::Body { .. } => {
                self.begun = Begun::Body {
                    window: now,
                    bytes: 0,
                };
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn watch() -> (ReadWatch, Instant) {
        (ReadWatch::new(ReadLimits::default()), Instant::now())
    }

    #[test]
    fn a_quiet_connection_is_never_closed() {
        let (mut watch, start) = watch();
        assert_eq!(watch.timeout(), None);
        watch.on_read(start, 500, true, Stage::Between);
        assert_eq!(watch.timeout(), None);
        assert_eq!(watch.on_timeout(start + 10_000 * SECOND), Ok(()));
    }

    #[test]
    fn a_head_that_trickles_is_closed_after_its_time() {
        let (mut watch, start) = watch();
        for second in 0..10 {
            let now = start + second * SECOND;
            assert_eq!(watch.on_timeout(now), Ok(()));
            watch.on_read(now, 1, false, Stage::Head);
        }
        assert_eq!(watch.timeout(), Some(start + 10 * SECOND));
        assert_eq!(
            watch.on_timeout(start + 10 * SECOND),
            Err(CloseReason::SlowHead(10 * SECOND))
        );
    }

    #[test]
    fn a_body_of_one_byte_a_second_is_closed_after_one_window() {
        let (mut watch, start) = watch();
        for second in 0..30 {
            let now = start + second * SECOND;
            assert_eq!(watch.on_timeout(now), Ok(()));
            watch.on_read(now, 1, false, Stage::Body);
        }
        assert!(matches!(
            watch.on_timeout(start + 30 * SECOND),
            Err(CloseReason::SlowBody { .. })
        ));
    }

    #[test]
    fn a_long_body_at_a_fair_rate_lives() {
        let (mut watch, start) = watch();
        for second in 0..300 {
            let now = start + second * SECOND;
            assert_eq!(watch.on_timeout(now), Ok(()), "second {second}");
            watch.on_read(now, 1100, false, Stage::Body);
        }
    }

    #[test]
    fn a_pause_of_our_own_is_not_held_against_the_peer() {
        let (mut watch, start) = watch();
        watch.on_read(start, 20, false, Stage::Body);
        let later = start + 100 * SECOND;
        watch.on_resume(later);
        assert_eq!(watch.on_timeout(later), Ok(()));
        assert_eq!(watch.timeout(), Some(later + 30 * SECOND));
    }

    #[test]
    fn each_frame_has_its_own_time() {
        let (mut watch, start) = watch();
        watch.on_read(start, 3, false, Stage::Head);
        let later = start + 9 * SECOND;
        watch.on_read(later, 30, true, Stage::Head);
        assert_eq!(watch.timeout(), Some(later + 10 * SECOND));
    }
}
