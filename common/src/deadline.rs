//! When a call must be over.

use std::time::{Duration, Instant};

/// The moment after which nobody waits for a call any more.
///
/// A deadline travels with the call through every room; no room starts a timeout of its own that
/// could outlive it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline at `instant`.
    pub fn at(instant: Instant) -> Self {
        Self(instant)
    }

    /// A deadline `timeout` after `now`; a sum past the end of time is thirty years away.
    pub fn after(now: Instant, timeout: Duration) -> Self {
        const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
        Self(now.checked_add(timeout).unwrap_or_else(|| now + FAR))
    }

    /// The moment itself.
    pub fn instant(self) -> Instant {
        self.0
    }

    /// What is left of it at `now`; zero once it has passed.
    pub fn remaining(self, now: Instant) -> Duration {
        self.0.saturating_duration_since(now)
    }

    /// Whether it has passed at `now`.
    pub fn has_passed(self, now: Instant) -> bool {
        now >= self.0
    }

    /// The earlier of two deadlines.
    pub fn earlier(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| self.min(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_time_never_goes_below_zero() {
        let now = Instant::now();
        let deadline = Deadline::after(now, Duration::from_millis(5));
        assert_eq!(deadline.remaining(now), Duration::from_millis(5));
        let later = now + Duration::from_secs(1);
        assert_eq!(deadline.remaining(later), Duration::ZERO);
        assert!(deadline.has_passed(later));
        assert!(!Deadline::after(now, Duration::MAX).has_passed(later));
    }
}
