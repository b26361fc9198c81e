//! The services that one port serves, and how a request finds its method.
//!
//! A request names path and version before its arguments and the group after them, so a service is
//! looked up in two steps: by path and version to learn how to read the arguments, by group once
//! the attachments are read.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tenfold_common::{Url, keys};
use tenfold_protocol::{
    ErrorKind, Invoker, MethodDescriptor, RpcError, ServiceDescriptor, split_descriptors,
};

/// The services of one port. Reading takes no lock.
pub(crate) struct Services {
    table: ArcSwap<Table>,
    change: Mutex<()>,
    generation: AtomicU64,
}

/// Services by path and version; those of one entry differ in their group.
type Table = HashMap<String, Vec<Arc<Service>>>;

/// A service that is served.
pub(crate) struct Service {
    pub(crate) url: Url,
    pub(crate) descriptor: Arc<ServiceDescriptor>,
    pub(crate) invoker: Arc<dyn Invoker>,
    pub(crate) token: Option<String>,
    group: Option<String>,
    methods: HashMap<String, Vec<Arc<MethodDescriptor>>>,
    executes: Limit,
    port: Arc<Limit>,
}

/// How many calls may run at once; 0 is unlimited.
pub(crate) struct Limit {
    max: usize,
    running: AtomicUsize,
}

/// A place for one call under the limits of a port and of a service, given back on drop.
pub(crate) struct Permit {
    service: Arc<Service>,
}

/// A place for one call under the limit of a port, given back on drop.
pub(crate) struct Place<'a> {
    limit: &'a Limit,
    kept: bool,
}

impl Services {
    pub(crate) fn new() -> Self {
        Self {
            table: ArcSwap::default(),
            change: Mutex::new(()),
            generation: AtomicU64::new(next_generation()),
        }
    }

    /// A number that no other table of services in this process has or had: what was found in a
    /// table of this generation still holds while the generation is the same.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Adds a service; `false` when one with its key is there.
    pub(crate) fn add(&self, service: Service) -> Option<Arc<Service>> {
        let service = Arc::new(service);
        let _one_at_a_time = self.change.lock();
        let mut table = Table::clone(&self.table.load());
        let entry = table.entry(service.table_key()).or_default();
        if entry.iter().any(|known| known.group == service.group) {
            return None;
        }
        entry.push(Arc::clone(&service));
        self.publish(table);
        Some(service)
    }

    /// Removes a service.
    pub(crate) fn remove(&self, service: &Arc<Service>) {
        let _one_at_a_time = self.change.lock();
        let mut table = Table::clone(&self.table.load());
        if let Some(entry) = table.get_mut(&service.table_key()) {
            entry.retain(|known| !Arc::ptr_eq(known, service));
            if entry.is_empty() {
                table.remove(&service.table_key());
            }
        }
        self.publish(table);
    }

    fn publish(&self, table: Table) {
        self.table.store(Arc::new(table));
        self.generation.store(next_generation(), Ordering::Release);
    }

    /// The services with that path and version, which differ in their group.
    pub(crate) fn candidates(&self, path: &str, version: Option<&str>) -> Vec<Arc<Service>> {
        let version = version.filter(|version| !version.is_empty() && *version != keys::NO_VERSION);
        self.table
            .load()
            .get(&table_key(path, version))
            .cloned()
            .unwrap_or_default()
    }

    /// The answer to a request for a service that is not here, in the words of Dubbo 2.7.
    pub(crate) fn not_found(&self, wanted: &str, peer: &dyn std::fmt::Display) -> RpcError {
        let table = self.table.load();
        let mut known: Vec<String> = table
            .values()
            .flatten()
            .map(|service| service.descriptor.key().to_string())
            .collect();
        known.sort_unstable();
        RpcError::new(
            ErrorKind::ServiceNotFound,
            format!(
                "org.apache.dubbo.remoting.RemotingException: Not found exported service: {wanted} \
                 in [{}], may be version or group mismatch , channel: {peer}",
                known.join(", ")
            ),
        )
    }
}

impl Service {
    pub(crate) fn new(
        url: Url,
        descriptor: Arc<ServiceDescriptor>,
        invoker: Arc<dyn Invoker>,
        port: Arc<Limit>,
    ) -> Self {
        let mut methods: HashMap<String, Vec<_>> = HashMap::new();
        for method in &descriptor.methods {
            methods
                .entry(method.name.clone().into_owned())
                .or_default()
                .push(Arc::clone(method));
        }
        let key = url.service_key();
        Self {
            token: url.param(keys::TOKEN).map(str::to_owned),
            port,
            group: key.group().map(str::to_owned),
            executes: Limit::new(url.param_as(keys::EXECUTES).unwrap_or(0)),
            url,
            descriptor,
            invoker,
            methods,
        }
    }

    pub(crate) fn is_of_group(&self, group: Option<&str>) -> bool {
        self.group.as_deref() == group.filter(|group| !group.is_empty())
    }

    /// The method that a request means.
    ///
    /// Peers in other languages guess descriptors from their own types, so the only method of that
    /// name and number of arguments is taken whatever the descriptor says; among several the
    /// descriptor decides.
    pub(crate) fn method(&self, name: &str, descriptor: &str) -> Option<Arc<MethodDescriptor>> {
        let overloads = self.methods.get(name).map_or(&[][..], Vec::as_slice);
        if let Some(exact) = overloads
            .iter()
            .find(|method| method.parameter_descriptor == descriptor)
        {
            return Some(Arc::clone(exact));
        }
        let count = split_descriptors(descriptor)?.len();
        let mut fitting = overloads
            .iter()
            .filter(|method| method.parameters.len() == count);
        match (fitting.next(), fitting.next(), self.descriptor.open) {
            (Some(only), None, _) => Some(Arc::clone(only)),
            (None, _, Some(describe)) => describe(name, descriptor),
            _ => None,
        }
    }

    /// Turns a place under the port's limit into a permit for one call, if the service's
    /// `executes` leaves one.
    pub(crate) fn enter(self: &Arc<Self>, mut place: Place<'_>) -> Option<Permit> {
        if !self.executes.enter() {
            return None;
        }
        place.kept = true;
        Some(Permit {
            service: Arc::clone(self),
        })
    }

    pub(crate) fn executes_max(&self) -> usize {
        self.executes.max
    }

    fn table_key(&self) -> String {
        table_key(self.path(), self.url.service_key().version())
    }

    /// The path of the URL, which is the interface unless configured otherwise.
    fn path(&self) -> &str {
        if self.url.path().is_empty() {
            self.url.interface()
        } else {
            self.url.path()
        }
    }
}

impl Limit {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            running: AtomicUsize::new(0),
        }
    }

    /// Takes a place, if there is one.
    pub(crate) fn place(&self) -> Option<Place<'_>> {
        self.enter().then(|| Place {
            limit: self,
            kept: false,
        })
    }

    fn enter(&self) -> bool {
        if self.max == 0 {
            return true;
        }
        let before = self.running.fetch_add(1, Ordering::Relaxed);
        if before >= self.max {
            self.running.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        true
    }

    fn leave(&self) {
        if self.max > 0 {
            self.running.fetch_sub(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn max(&self) -> usize {
        self.max
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.service.executes.leave();
        self.service.port.leave();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.limit.leave();
        }
    }
}

fn table_key(path: &str, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{path}:{version}"),
        None => path.to_owned(),
    }
}

fn next_generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
