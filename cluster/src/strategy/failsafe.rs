//! `failsafe`: one try, and failures are passed over.

use tenfold_protocol::ErrorKind;

use super::{Cluster, Failure, Verdict};

/// One try; a failure is logged and gives an empty result, as for audit logs.
///
/// The empty result is what the method's type reads from a null. A type that has no such value
/// (a number) cannot be made up, so the caller gets the error then. As in Dubbo, a service that the
/// registry has closed fails all the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Failsafe;

impl Cluster for Failsafe {
    fn name(&self) -> &str {
        "failsafe"
    }

    fn after_failure(&self, failure: &Failure<'_>) -> Verdict {
        if failure.error.kind() == ErrorKind::Forbidden {
            Verdict::Fail
        } else {
            Verdict::Empty
        }
    }
}
