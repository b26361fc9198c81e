//! Taking leave of a connection without losing what is on its way.

use std::time::{Duration, Instant};

/// A connection that is to be closed when it has fallen quiet, or at the latest at a deadline.
#[derive(Clone, Copy, Debug)]
pub struct Leave {
    quiet: Duration,
    deadline: Option<Instant>,
    /// The last moment at which it was not quiet.
    stirred: Instant,
}

impl Leave {
    /// Begins to take leave: the connection is over once nothing has stirred for `quiet`, and at
    /// `deadline` in any case.
    pub fn new(quiet: Duration, deadline: Option<Instant>, now: Instant) -> Self {
        Self {
            quiet,
            deadline,
            stirred: now,
        }
    }

    /// A request arrived.
    pub fn on_request(&mut self, now: Instant) {
        self.stirred = now;
    }

    /// Whether the connection is to be closed; `busy` says that calls are still open, requests are
    /// being served, or bytes wait to be written.
    pub fn is_over(&self, now: Instant, busy: bool) -> bool {
        self.deadline.is_some_and(|at| now >= at) || (!busy && now >= self.stirred + self.quiet)
    }

    /// When to ask again. While the connection is busy it is the end of the work that asks.
    pub fn timeout(&self, busy: bool) -> Option<Instant> {
        let quiet = (!busy).then(|| self.stirred + self.quiet);
        [quiet, self.deadline].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn quiet_is_counted_from_the_last_request() {
        let start = Instant::now();
        let mut leave = Leave::new(SECOND, Some(start + 10 * SECOND), start);
        leave.on_request(start + SECOND / 2);
        assert!(!leave.is_over(start + SECOND, false));
        assert_eq!(leave.timeout(false), Some(start + SECOND * 3 / 2));
        assert!(!leave.is_over(start + SECOND * 3 / 2, true));
        assert!(leave.is_over(start + SECOND * 3 / 2, false));
    }

    #[test]
    fn the_deadline_ends_even_a_busy_connection() {
        let start = Instant::now();
        let leave = Leave::new(SECOND, Some(start + 10 * SECOND), start);
        assert_eq!(leave.timeout(true), Some(start + 10 * SECOND));
        assert!(leave.is_over(start + 10 * SECOND, true));
    }
}
