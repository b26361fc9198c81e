//! What happens when a try has failed.
//!
//! Names are those that Dubbo users type: `failover`, `failfast`, `failsafe`. A strategy decides and
//! does nothing: `run.rs` makes the tries.

mod failfast;
mod failover;
mod failsafe;

use tenfold_protocol::{ErrorKind, RpcError};

pub use self::{failfast::Failfast, failover::Failover, failsafe::Failsafe};
use crate::RetryPolicy;

/// A fault tolerance strategy.
pub trait Cluster: Send + Sync {
    /// The name that a user types.
    fn name(&self) -> &str;

    /// The most tries that a call with that many `retries` may take; at least one is made.
    fn tries(&self, retries: u32) -> u32 {
        let _ = retries;
        1
    }

    /// What to do after a failure.
    fn after_failure(&self, failure: &Failure<'_>) -> Verdict;
}

/// A call that has failed, as a [`Cluster`] sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// What happened last.
    pub error: &'a RpcError,
    /// Whether running the method twice does no harm.
    pub idempotent: bool,
    /// When further tries are made.
    pub policy: RetryPolicy,
    /// Tries that may still be made.
    pub tries_left: u32,
}

/// What a [`Cluster`] decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Another try, on another provider if there is one.
    Again,
    /// The caller gets the error.
    Fail,
    /// The error is logged, and the caller gets an empty result.
    Empty,
}

impl Failure<'_> {
    /// Whether the policy allows a further try after this error, however many are left.
    pub fn may_retry(&self) -> bool {
        match self.policy {
            RetryPolicy::Dubbo => self.error.kind() != ErrorKind::Exception,
            RetryPolicy::Tenfold => self.error.may_retry(self.idempotent),
        }
    }
}
