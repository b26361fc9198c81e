//! The cluster as one invoker.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
    time::Instant,
};

use arc_swap::{ArcSwap, Guard};
use parking_lot::{Mutex, RwLock};
use tenfold_common::{Clock, SystemClock, Url, keys};
use tenfold_protocol::{
    BoxFuture, Call, ErrorKind, Filter, FilterChain, Invocation, Invoker, MethodDescriptor,
    Response, RpcError,
};
use tracing::warn;

use crate::{
    Cluster, Directory, Extensions, LoadBalance, Random, Randomness, Router, RouterChain, Snapshot,
    extensions, merge,
    plan::{MethodPlan, RETRY_POLICY, Sticky},
    run,
};

/// Calls one of the providers of a [`Directory`], and another one when that fails.
///
/// The URL of the reference says how: `cluster`, `loadbalance`, `retries`, `retry.policy`,
/// `idempotent`, `sticky`, `hash.arguments`, `hash.nodes`, `router`; those that concern one call may
/// stand for one method (`find.retries`). Where the reference says nothing, the first provider's URL
/// does.
///
/// # Time
///
/// Each try has the method's `timeout` ([`MethodDescriptor::timeout_by`], or the call's own); all
/// tries together end at the call's deadline, if it has one. So a call without a deadline may take
/// `timeout` × (`retries` + 1), as in Dubbo. The cluster starts no timer: a try ends by the timer of
/// its protocol, and no further try starts after the deadline.
pub struct ClusterInvoker {
    pub(crate) shared: Arc<Shared>,
}

/// Settings of a [`ClusterInvoker`].
pub struct ClusterBuilder {
    directory: Arc<Directory>,
    extensions: Extensions,
    filters: Vec<Arc<dyn Filter>>,
    randomness: Randomness,
    clock: Arc<dyn Clock>,
}

/// What all calls of a cluster use.
pub(crate) struct Shared {
    pub(crate) directory: Arc<Directory>,
    pub(crate) cluster: Arc<dyn Cluster>,
    pub(crate) routers: RouterChain,
    pub(crate) filters: Box<[Arc<dyn Filter>]>,
    pub(crate) randomness: Randomness,
    clock: Arc<dyn Clock>,
    extensions: Extensions,
    view: ArcSwap<View>,
    /// What methods keep from one list of providers to the next.
    memory: Mutex<HashMap<Box<str>, MethodMemory>>,
}

/// A snapshot of the directory with what was worked out for it.
pub(crate) struct View {
    pub(crate) snapshot: Arc<Snapshot>,
    /// By method index.
    plans: Box<[OnceLock<Arc<MethodPlan>>]>,
    /// Methods that generic calls name.
    named: RwLock<HashMap<Box<str>, Arc<MethodPlan>>>,
    since: Instant,
    since_unix_millis: u64,
}

#[derive(Default)]
struct MethodMemory {
    balances: Vec<(String, Arc<dyn LoadBalance>)>,
    sticky: Arc<Sticky>,
}

impl ClusterInvoker {
    /// Starts a cluster over a directory, with the built-in extensions.
    pub fn builder(directory: Arc<Directory>) -> ClusterBuilder {
        ClusterBuilder {
            directory,
            extensions: extensions(),
            filters: Vec::new(),
            randomness: Randomness::of_thread(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl Invoker for ClusterInvoker {
    fn url(&self) -> &Url {
        self.shared.directory.reference()
    }

    /// # Cancel safety
    ///
    /// Dropping the future drops the try in flight and makes no other one; the filters that have
    /// seen the call hear of it.
    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        run::start(&self.shared, invocation)
    }

    fn is_available(&self) -> bool {
        self.shared.directory.is_available()
    }
}

impl fmt::Debug for ClusterInvoker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterInvoker")
            .field("cluster", &self.shared.cluster.name())
            .field("routers", &self.shared.routers)
            .field("directory", &self.shared.directory)
            .finish_non_exhaustive()
    }
}

impl ClusterBuilder {
    /// Takes these extensions in place of the built-in ones.
    #[must_use]
    pub fn extensions(mut self, extensions: &Extensions) -> Self {
        self.extensions = extensions.clone();
        self
    }

    /// The filters around whole calls, the first outermost.
    ///
    /// Those that wrap cost a boxed future a call; where there is one, all take that way.
    #[must_use]
    pub fn filters(mut self, filters: Vec<Arc<dyn Filter>>) -> Self {
        self.filters = filters;
        self
    }

    /// The source of random choices.
    #[must_use]
    pub fn randomness(mut self, randomness: Randomness) -> Self {
        self.randomness = randomness;
        self
    }

    /// The clock by which providers warm up.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Resolves the names in the reference's URL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for an unknown name; it lists the known ones.
    pub fn build(self) -> Result<Arc<dyn Invoker>, RpcError> {
        let url = self.directory.reference().clone();
        let cluster = url.param(keys::CLUSTER).unwrap_or(CLUSTER);
        let cluster = self.extensions.clusters.named(cluster).map_err(config)?;
        let service = self.directory.service();
        for method in &service.methods {
            let balance = url.method_param(&method.name, keys::LOADBALANCE);
            self.extensions
                .load_balances
                .named(balance.unwrap_or(LOADBALANCE))
                .map_err(config)?;
        }
        check_policies(&url, &service.methods)?;
        let routers = routers(&url, &self.extensions)?;
        let (inner, outer) = if self.filters.iter().any(|filter| filter.wraps()) {
            (Vec::new(), self.filters)
        } else {
            (self.filters, Vec::new())
        };
        let view = View::new(&self.directory, &*self.clock);
        let shared = Shared {
            cluster: Arc::clone(cluster),
            routers,
            filters: inner.into(),
            randomness: self.randomness,
            view: ArcSwap::from_pointee(view),
            memory: Mutex::default(),
            directory: self.directory,
            clock: self.clock,
            extensions: self.extensions,
        };
        let invoker = ClusterInvoker {
            shared: Arc::new(shared),
        };
        Ok(FilterChain::wrap(outer, Arc::new(invoker)))
    }
}

impl Shared {
    /// The view of the latest snapshot.
    pub(crate) fn view(&self) -> Guard<Arc<View>> {
        let view = self.view.load();
        if view.snapshot.version() == self.directory.version() {
            return view;
        }
        // Whoever comes first after a change makes the view; if two do, the results are the same.
        self.view
            .store(Arc::new(View::new(&self.directory, &*self.clock)));
        self.view.load()
    }

    /// The settings of the method that `call` means.
    pub(crate) fn plan<'v>(&self, view: &'v View, call: &Call) -> PlanRef<'v> {
        let methods = &self.directory.service().methods;
        let index = call.method.index;
        let is_own = call.real_method.is_none()
            && methods
                .get(index)
                .is_some_and(|method| Arc::ptr_eq(method, &call.method));
        match view.plans.get(index) {
            Some(plan) if is_own => PlanRef::Own(
                plan.get_or_init(|| self.make_plan(view, &call.method.name, Some(&call.method))),
            ),
            _ => PlanRef::Named(self.named_plan(view, call)),
        }
    }

    fn named_plan(&self, view: &View, call: &Call) -> Arc<MethodPlan> {
        let name = call.method_name();
        if let Some(plan) = view.named.read().get(name) {
            return Arc::clone(plan);
        }
        let methods = &self.directory.service().methods;
        let descriptor = methods.iter().find(|method| *method.name == *name);
        let plan = self.make_plan(view, name, descriptor.map(|method| &**method));
        let mut named = view.named.write();
        if named.len() < NAMED_MAX {
            named.insert(name.into(), Arc::clone(&plan));
        }
        plan
    }

    fn make_plan(
        &self,
        view: &View,
        method: &str,
        descriptor: Option<&MethodDescriptor>,
    ) -> Arc<MethodPlan> {
        let settings = view.snapshot.members().first().map_or_else(
            || merge(self.directory.reference(), self.directory.reference()),
            |first| first.url().clone(),
        );
        let name = settings
            .method_param(method, keys::LOADBALANCE)
            .unwrap_or(LOADBALANCE);
        let (balance, sticky) = self.remembered(method, name);
        let plan = MethodPlan::new(
            method,
            descriptor,
            settings,
            &view.snapshot,
            balance,
            sticky,
        );
        Arc::new(plan)
    }

    /// The load balance and the sticky provider of a method, which outlive a list of providers.
    fn remembered(&self, method: &str, balance: &str) -> (Arc<dyn LoadBalance>, Arc<Sticky>) {
        let mut memory = self.memory.lock();
        if memory.len() >= NAMED_MAX && !memory.contains_key(method) {
            return (self.balance(balance), Arc::default());
        }
        let kept = memory.entry(method.into()).or_default();
        let known = kept.balances.iter().find(|(name, _)| name == balance);
        let balance = match known {
            Some((_, known)) => Arc::clone(known),
            None => {
                let made = self.balance(balance);
                // A method changes its load balance seldom, so the former ones are few.
                kept.balances.push((balance.to_owned(), Arc::clone(&made)));
                made
            }
        };
        (balance, Arc::clone(&kept.sticky))
    }

    fn balance(&self, name: &str) -> Arc<dyn LoadBalance> {
        match self.extensions.load_balances.named(name) {
            Ok(make) => make(),
            Err(error) => {
                // The reference's own names were checked when it was built.
                warn!(%error, "a provider asks for a load balance that is not there, taking random");
                Arc::new(Random)
            }
        }
    }
}

/// A plan in its view, or one that is not kept there.
pub(crate) enum PlanRef<'v> {
    Own(&'v MethodPlan),
    Named(Arc<MethodPlan>),
}

impl std::ops::Deref for PlanRef<'_> {
    type Target = MethodPlan;

    fn deref(&self) -> &MethodPlan {
        match self {
            Self::Own(plan) => plan,
            Self::Named(plan) => plan,
        }
    }
}

impl View {
    fn new(directory: &Directory, clock: &dyn Clock) -> Self {
        Self {
            snapshot: directory.snapshot(),
            plans: directory
                .service()
                .methods
                .iter()
                .map(|_| OnceLock::new())
                .collect(),
            named: RwLock::default(),
            since: clock.now(),
            since_unix_millis: clock.unix_millis(),
        }
    }

    /// The wall-clock time at `instant`, without a look at the clock.
    pub(crate) fn unix_millis(&self, instant: Instant) -> u64 {
        let elapsed = instant.saturating_duration_since(self.since).as_millis();
        self.since_unix_millis
            .saturating_add(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }
}

/// The routers that the reference's URL names, beside the built-in tag router.
fn routers(url: &Url, extensions: &Extensions) -> Result<RouterChain, RpcError> {
    let mut names = vec![TAG_ROUTER];
    for name in url.param(ROUTER).unwrap_or_default().split(',') {
        match name.trim() {
            "" => {}
            "-default" => names.clear(),
            name => match name.strip_prefix('-') {
                Some(removed) => names.retain(|known| *known != removed),
                None if names.contains(&name) => {}
                None => names.push(name),
            },
        }
    }
    let routers: Result<Vec<Arc<dyn Router>>, RpcError> = names
        .into_iter()
        .map(|name| {
            let make = extensions.routers.named(name).map_err(config)?;
            Ok(make(url))
        })
        .collect();
    routers.map(RouterChain::new)
}

fn check_policies(url: &Url, methods: &[Arc<MethodDescriptor>]) -> Result<(), RpcError> {
    let of_methods = methods
        .iter()
        .map(|method| url.method_param(&method.name, RETRY_POLICY));
    for policy in of_methods.flatten() {
        if !["dubbo", "tenfold"].contains(&policy.trim()) {
            return Err(RpcError::new(
                ErrorKind::Config,
                format!("unknown retry policy `{policy}`; known: dubbo, tenfold"),
            ));
        }
    }
    Ok(())
}

fn config(error: tenfold_common::UnknownExtension) -> RpcError {
    RpcError::new(ErrorKind::Config, error.to_string())
}

const ROUTER: &str = "router";
/// Dubbo's defaults.
const CLUSTER: &str = "failover";
const LOADBALANCE: &str = "random";
const TAG_ROUTER: &str = "tag";
/// A consumer that makes up more method names has their settings worked out for each call.
const NAMED_MAX: usize = 1024;
