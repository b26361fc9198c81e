//! What the settings say about one method, worked out once for each list of providers.

use std::sync::Arc;

use parking_lot::Mutex;
use tenfold_common::{Url, keys};
use tenfold_protocol::MethodDescriptor;

use crate::{
    LoadBalance, Member, Snapshot,
    loadbalance::{RingCell, Weights},
};

/// When failover makes a further try. The parameter `retry.policy` names it, per method too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryPolicy {
    /// `tenfold`: when the failed try was not run, or the method is idempotent.
    #[default]
    Tenfold,
    /// `dubbo`: after every failure of the framework, timeouts included, so a call may run as
    /// often as it is tried.
    Dubbo,
}

/// The settings of one method under one list of providers.
pub(crate) struct MethodPlan {
    pub(crate) method: Box<str>,
    /// The reference's settings over those of the first provider, as Dubbo takes them.
    pub(crate) settings: Url,
    pub(crate) load_balance: Arc<dyn LoadBalance>,
    pub(crate) counts_active: bool,
    pub(crate) weights: Weights,
    pub(crate) sticky: Option<Arc<Sticky>>,
    /// Whether a choice that is not available is replaced.
    pub(crate) checks_available: bool,
    pub(crate) retries: u32,
    pub(crate) idempotent: bool,
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) hash_nodes: usize,
    pub(crate) hash_arguments: Box<[usize]>,
    pub(crate) ring: RingCell,
}

/// The provider that a sticky method stays with.
#[derive(Debug, Default)]
pub(crate) struct Sticky {
    pub(crate) last: Mutex<std::sync::Weak<Member>>,
}

impl MethodPlan {
    pub(crate) fn new(
        method: &str,
        descriptor: Option<&MethodDescriptor>,
        settings: Url,
        snapshot: &Snapshot,
        load_balance: Arc<dyn LoadBalance>,
        sticky: Arc<Sticky>,
    ) -> Self {
        let flag = |key: &str| {
            settings
                .method_param(method, key)
                .map(|value| value.eq_ignore_ascii_case("true"))
        };
        let own = descriptor.map(|descriptor| &descriptor.settings);
        Self {
            method: method.into(),
            counts_active: load_balance.counts_active(),
            load_balance,
            weights: Weights::of(snapshot.members(), method),
            sticky: flag(keys::STICKY).unwrap_or(false).then_some(sticky),
            checks_available: flag(AVAILABLE_CHECK).unwrap_or(true),
            retries: retries_by(&settings, method)
                .or(own.and_then(|own| own.retries))
                .unwrap_or(RETRIES)
                .min(RETRIES_MAX),
            idempotent: flag(IDEMPOTENT).unwrap_or(own.is_some_and(|own| own.idempotent)),
            retry_policy: RetryPolicy::by_name(settings.method_param(method, RETRY_POLICY)),
            hash_nodes: settings
                .method_param(method, keys::HASH_NODES)
                .and_then(|nodes| nodes.trim().parse().ok())
                .unwrap_or(HASH_NODES),
            hash_arguments: indexes(settings.method_param(method, keys::HASH_ARGUMENTS)),
            ring: RingCell::new(),
            settings,
        }
    }
}

impl RetryPolicy {
    fn by_name(name: Option<&str>) -> Self {
        match name.map(str::trim) {
            Some("dubbo") => Self::Dubbo,
            _ => Self::Tenfold,
        }
    }
}

/// `retries` of a URL; a negative number is none, as in Dubbo.
fn retries_by(settings: &Url, method: &str) -> Option<u32> {
    let retries: i64 = settings
        .method_param(method, keys::RETRIES)?
        .trim()
        .parse()
        .ok()?;
    Some(u32::try_from(retries.max(0)).unwrap_or(u32::MAX))
}

fn indexes(list: Option<&str>) -> Box<[usize]> {
    match list {
        None => Box::new([0]),
        Some(list) => list
            .split(',')
            .filter_map(|index| index.trim().parse().ok())
            .take(HASH_ARGUMENTS_MAX)
            .collect(),
    }
}

/// Tenfold's own parameters.
pub(crate) const RETRY_POLICY: &str = "retry.policy";
const IDEMPOTENT: &str = "idempotent";

const AVAILABLE_CHECK: &str = "cluster.availablecheck";
/// Dubbo's defaults.
const RETRIES: u32 = 2;
const HASH_NODES: usize = 160;
/// More tries of one call help nobody and load everybody.
pub(crate) const RETRIES_MAX: u32 = 100;
/// No Java method has more parameters.
const HASH_ARGUMENTS_MAX: usize = 255;
