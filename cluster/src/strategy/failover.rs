//! `failover`: try another provider.

use super::{Cluster, Failure, Verdict};

/// Dubbo's default: up to `retries` further tries (2 by default), each on another provider if there
/// is one.
///
/// A business exception is a result and is never tried again. What else is, says
/// [`crate::RetryPolicy`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Failover;

impl Cluster for Failover {
    fn name(&self) -> &str {
        "failover"
    }

    fn tries(&self, retries: u32) -> u32 {
        retries.saturating_add(1)
    }

    fn after_failure(&self, failure: &Failure<'_>) -> Verdict {
        if failure.tries_left > 0 && failure.may_retry() {
            Verdict::Again
        } else {
            Verdict::Fail
        }
    }
}
