//! `failfast`: one try.

use super::{Cluster, Failure, Verdict};

/// One try, whose error the caller gets: for calls that must not run twice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Failfast;

impl Cluster for Failfast {
    fn name(&self) -> &str {
        "failfast"
    }

    fn after_failure(&self, _failure: &Failure<'_>) -> Verdict {
        Verdict::Fail
    }
}
