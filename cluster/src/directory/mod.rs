//! Which providers there are.
//!
//! Whoever watches the registry hands each list to [`Directory::update`]. The directory keeps an
//! invoker as long as its merged URL stays the same, has others made, and publishes a new
//! [`Snapshot`]; calls read it without a lock. An invoker that is dropped from it lives until its
//! last call in flight has ended.

mod merge;
mod snapshot;

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tenfold_common::{Url, keys};
use tenfold_protocol::{Filter, Invoker, RpcError, ServiceDescriptor};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};
use tracing::{info, warn};

pub use merge::{matches, merge};
pub(crate) use snapshot::State;
pub use snapshot::{Fallen, Reason, Snapshot};

use crate::{Member, explain, loadbalance::Rings};

/// Makes the invokers of a directory's members.
///
/// Every closure `Fn(&Url) -> Result<Arc<dyn Invoker>, RpcError>` is one.
pub trait InvokerFactory: Send + Sync {
    /// Makes the invoker of a provider from its merged URL, as a rule by
    /// [`tenfold_protocol::Protocol::refer`]. It must not wait: connecting goes on behind the
    /// invoker, whose `is_available` tells.
    ///
    /// # Errors
    ///
    /// An [`RpcError`] when the URL cannot be used, as for an unknown protocol. The provider is
    /// left out and remembered with the error.
    fn refer(&self, url: &Url) -> Result<Arc<dyn Invoker>, RpcError>;

    /// The filters around each try that goes to that provider, the first outermost.
    fn filters(&self, url: &Url) -> Vec<Arc<dyn Filter>> {
        let _ = url;
        Vec::new()
    }
}

/// The providers of one reference from one registry.
pub struct Directory {
    reference: Url,
    registry: String,
    service: Arc<ServiceDescriptor>,
    factory: Arc<dyn InvokerFactory>,
    empty_protection: bool,
    snapshot: ArcSwap<Snapshot>,
    version: AtomicU64,
    updating: Mutex<()>,
    changed: Notify,
}

/// Settings of a [`Directory`].
pub struct DirectoryBuilder {
    reference: Url,
    registry: String,
    service: Arc<ServiceDescriptor>,
    factory: Arc<dyn InvokerFactory>,
}

impl Directory {
    /// Starts a directory of `service` for the consumer URL `reference`.
    ///
    /// Of the reference's parameters the directory itself reads `protocol` (take providers of these
    /// protocols only) and `enable-empty-protection` (keep the providers when the registry says
    /// that there are none; `false` by default, as in Dubbo 3.3).
    pub fn builder(
        reference: Url,
        service: Arc<ServiceDescriptor>,
        factory: Arc<dyn InvokerFactory>,
    ) -> DirectoryBuilder {
        DirectoryBuilder {
            reference,
            registry: "none".to_owned(),
            service,
            factory,
        }
    }

    /// Takes over a list of providers.
    ///
    /// A single `empty://` URL says that there are none: calls are refused, unless the reference
    /// has empty protection. A list without any URL says nothing, and the providers stay. They stay
    /// too when no invoker can be made for any URL of the list.
    pub fn update(&self, providers: Vec<Url>) {
        let _updating = self.updating.lock();
        let before = self.snapshot.load_full();
        let confirmed_empty = providers
            .iter()
            .any(|url| url.protocol() == keys::EMPTY_PROTOCOL);
        let listed: Vec<Url> = providers
            .into_iter()
            .filter(|url| url.protocol() != keys::EMPTY_PROTOCOL)
            .collect();
        if listed.is_empty() && (!confirmed_empty || self.keeps_when_empty(&before)) {
            warn!(
                service = %self.service.key(),
                registry = %self.registry,
                kept = before.members.len(),
                "an empty list came from the registry, the providers are kept"
            );
            return;
        }

        let (members, mut fallen) = self.members_of(&listed, &before);
        let all_refused = members.is_empty()
            && !listed.is_empty()
            && fallen.iter().all(|fallen| fallen.reason.keeps_the_old());
        let (members, state) = match (all_refused, listed.len()) {
            (true, count) => (before.members.clone(), State::Listed(count)),
            (false, 0) => (members, State::Forbidden),
            (false, count) => (members, State::Listed(count)),
        };
        remember_left(&mut fallen, &before, &members);
        info!(
            service = %self.service.key(),
            registry = %self.registry,
            listed = listed.len(),
            usable = members.len(),
            "the list of providers has changed"
        );
        self.publish(members, fallen, state, &before);
    }

    /// The providers at this moment.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Waits until a call has a chance, for a reference that checks at its start.
    ///
    /// # Errors
    ///
    /// After `limit` the error that a call would get: which providers were seen, and why none can
    /// be called.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect.
    pub async fn ready(&self, limit: Duration) -> Result<(), RpcError> {
        let end = Instant::now() + limit;
        loop {
            let changed = self.changed.notified();
            if self.is_available() {
                return Ok(());
            }
            if Instant::now() >= end {
                return Err(explain::not_ready(self, limit));
            }
            // Invokers do not tell when they become available, so they are asked again.
            let look_again = end.min(Instant::now() + LOOK_AGAIN);
            let _ = timeout_at(look_again, changed).await;
        }
    }

    /// Whether some provider is available.
    pub fn is_available(&self) -> bool {
        let snapshot = self.snapshot.load();
        snapshot.members.iter().any(|member| member.is_available())
    }

    /// The reference's URL.
    pub fn reference(&self) -> &Url {
        &self.reference
    }

    /// The registry's address, for texts.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The interface.
    pub fn service(&self) -> &Arc<ServiceDescriptor> {
        &self.service
    }

    /// The version of the latest snapshot.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn keeps_when_empty(&self, before: &Snapshot) -> bool {
        self.empty_protection && !before.members.is_empty()
    }

    /// The members of a list, and what did not become one.
    fn members_of(&self, listed: &[Url], before: &Snapshot) -> (Vec<Arc<Member>>, Vec<Fallen>) {
        let mut known: HashMap<&Url, &Arc<Member>> = before
            .members
            .iter()
            .map(|member| (member.url(), member))
            .collect();
        let mut members: Vec<Arc<Member>> = Vec::with_capacity(listed.len());
        let mut fallen = Vec::new();
        let mut seen = std::collections::HashSet::with_capacity(listed.len());
        for url in listed {
            if let Err(reason) = matches(&self.reference, url) {
                fallen.push(Fallen {
                    url: url.clone(),
                    reason,
                });
                continue;
            }
            let merged = merge(&self.reference, url);
            if !seen.insert(merged.clone()) {
                continue;
            }
            let member = match known.remove(&merged) {
                Some(member) => Ok(Arc::clone(member)),
                None => self.factory.refer(&merged).map(|invoker| {
                    let filters = self.factory.filters(&merged);
                    let methods = self.service.methods.len();
                    Arc::new(Member::new(merged, invoker, filters, methods))
                }),
            };
            match member {
                Ok(member) => members.push(member),
                Err(error) => fallen.push(Fallen {
                    url: url.clone(),
                    reason: Reason::Refused(error),
                }),
            }
        }
        (members, fallen)
    }

    fn publish(
        &self,
        members: Vec<Arc<Member>>,
        fallen: Vec<Fallen>,
        state: State,
        before: &Snapshot,
    ) {
        let version = before.version + 1;
        let addresses = members.iter().map(|member| member.address());
        let rings = Rings::of(addresses, &before.rings);
        self.snapshot.store(Arc::new(Snapshot {
            version,
            any_tagged: members.iter().any(|member| member.tag().is_some()),
            members,
            fallen,
            state,
            rings,
        }));
        self.version.store(version, Ordering::Release);
        self.changed.notify_waiters();
    }
}

impl DirectoryBuilder {
    /// Names the registry in texts and logs.
    #[must_use]
    pub fn registry(mut self, address: impl Into<String>) -> Self {
        self.registry = address.into();
        self
    }

    /// A directory that has seen no list yet.
    pub fn build(self) -> Arc<Directory> {
        Arc::new(Directory {
            empty_protection: self.reference.flag(EMPTY_PROTECTION, false),
            reference: self.reference,
            registry: self.registry,
            service: self.service,
            factory: self.factory,
            snapshot: ArcSwap::default(),
            version: AtomicU64::new(0),
            updating: Mutex::new(()),
            changed: Notify::new(),
        })
    }
}

impl<F> InvokerFactory for F
where
    F: Fn(&Url) -> Result<Arc<dyn Invoker>, RpcError> + Send + Sync,
{
    fn refer(&self, url: &Url) -> Result<Arc<dyn Invoker>, RpcError> {
        self(url)
    }
}

impl Reason {
    /// Whether a list of nothing but such providers is taken for a mistake (Dubbo: "if no URL can
    /// be converted the old invokers stay") and not for the operator's will.
    fn keeps_the_old(&self) -> bool {
        match self {
            Self::Refused(_) => true,
            Self::Mismatch { key, .. } => key == "protocol",
            _ => false,
        }
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("reference", &self.reference)
            .field("registry", &self.registry)
            .field("snapshot", &self.snapshot.load())
            .finish_non_exhaustive()
    }
}

/// Adds those that were members, or had left before, and are in the list no more.
fn remember_left(fallen: &mut Vec<Fallen>, before: &Snapshot, members: &[Arc<Member>]) {
    let had_left = before
        .fallen
        .iter()
        .filter(|fallen| matches!(fallen.reason, Reason::Left))
        .map(|fallen| &fallen.url);
    let mut left: Vec<Fallen> = Vec::new();
    for url in had_left.chain(before.members.iter().map(|member| member.url())) {
        let address = url.address();
        let is_here = members.iter().any(|member| member.address() == address)
            || fallen.iter().any(|known| known.url.address() == address)
            || left.iter().any(|known| known.url.address() == address);
        if !is_here {
            left.push(Fallen {
                url: url.clone(),
                reason: Reason::Left,
            });
        }
    }
    let surplus = left.len().saturating_sub(LEFT_MAX);
    fallen.extend(left.into_iter().skip(surplus));
}

const EMPTY_PROTECTION: &str = "enable-empty-protection";
/// Enough to explain an error after a restart of a whole group of providers.
const LEFT_MAX: usize = 32;
/// How often the invokers are asked while a reference waits for its start.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
