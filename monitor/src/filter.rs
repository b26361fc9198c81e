//! The filters that count: they find the cell of a call and tell it how the call went.
//!
//! A consumer's filter knows its peer, so a call finds its cell by the method's index. A provider's
//! filter learns the peer from the call: each thread remembers the cells of the connections and
//! methods that it served last.

use std::{
    cell::RefCell,
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use parking_lot::RwLock;
use tenfold_common::keys;
use tenfold_protocol::{
    Call, ErrorKind, Filter, Invocation, MethodDescriptor, Peer, Response, RpcError,
    ServiceDescriptor, Side,
};

use crate::{
    cell::{Cell, Ending, RowKey},
    statistics::{Table, other},
};

/// Counts a consumer's calls or tries, whose peer is known beforehand.
pub(crate) struct CallFilter {
    table: Arc<Table>,
    methods: Box<[MethodCell]>,
    /// Methods that generic calls name.
    named: RwLock<HashMap<Arc<str>, Arc<Cell>>>,
    service: Arc<str>,
    peer: Option<Arc<str>>,
    peer_application: Option<Arc<str>>,
}

/// A method and its cell, once it has been called.
struct MethodCell {
    method: Arc<MethodDescriptor>,
    cell: OnceLock<Arc<Cell>>,
}

/// Counts the calls that a provider serves.
pub(crate) struct ServedFilter {
    /// Tells this filter's entries in a thread's memory from those of others.
    number: usize,
    table: Arc<Table>,
    methods: Box<[Arc<MethodDescriptor>]>,
    /// Whether the service takes methods that it does not name.
    is_open: bool,
    service: Arc<str>,
}

/// What a thread remembers: where calls of one method over one connection are counted. The weak
/// reference keeps the peer's address from being given to another one.
struct Remembered {
    filter: usize,
    peer: Weak<Peer>,
    method: usize,
    cell: Arc<Cell>,
}

impl CallFilter {
    pub(crate) fn new(
        table: &Arc<Table>,
        service: &ServiceDescriptor,
        peer: Option<Arc<str>>,
        peer_application: Option<Arc<str>>,
    ) -> Self {
        Self {
            table: Arc::clone(table),
            methods: service
                .methods
                .iter()
                .map(|method| MethodCell {
                    method: Arc::clone(method),
                    cell: OnceLock::new(),
                })
                .collect(),
            named: RwLock::default(),
            service: service.key().to_string().into(),
            peer,
            peer_application,
        }
    }

    fn with_cell(&self, call: &Call, count: impl FnOnce(&Cell)) {
        let own = self
            .methods
            .get(call.method.index)
            .filter(|own| call.real_method.is_none() && Arc::ptr_eq(&own.method, &call.method));
        match own {
            Some(own) => count(own.cell.get_or_init(|| self.cell(&own.method.name))),
            None => {
                let known = self.named.read().get(call.method_name()).cloned();
                count(&known.unwrap_or_else(|| self.named_cell(call.method_name())));
            }
        }
    }

    fn named_cell(&self, method: &str) -> Arc<Cell> {
        let cell = self.cell(method);
        let mut named = self.named.write();
        if named.len() < NAMED_MAX {
            named.insert(method.into(), Arc::clone(&cell));
        }
        cell
    }

    fn cell(&self, method: &str) -> Arc<Cell> {
        self.table.cell(RowKey {
            service: Arc::clone(&self.service),
            method: method.into(),
            side: Side::Consumer,
            peer: self.peer.clone(),
            peer_application: self.peer_application.clone(),
        })
    }
}

impl ServedFilter {
    pub(crate) fn new(table: &Arc<Table>, service: &ServiceDescriptor) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            table: Arc::clone(table),
            methods: service.methods.clone().into(),
            is_open: service.open.is_some(),
            service: service.key().to_string().into(),
        }
    }

    fn with_cell(&self, call: &Call, count: impl FnOnce(&Cell)) {
        let (Some(peer), Some(method)) = (&call.peer, self.method(call)) else {
            return count(&self.cell(call));
        };
        let address = Arc::as_ptr(peer);
        let slot = slot_of(self.number, address as usize, method);
        let mut count = Some(count);
        let counted = MEMORY.try_with(|memory| {
            let mut memory = memory.borrow_mut();
            if memory.is_empty() {
                memory.resize_with(MEMORY_SLOTS, || None);
            }
            let Some(place) = memory.get_mut(slot) else {
                return;
            };
            let hit = place.as_ref().is_some_and(|known| {
                known.filter == self.number
                    && known.method == method
                    && std::ptr::eq(known.peer.as_ptr(), address)
            });
            if !hit {
                *place = Some(Remembered {
                    filter: self.number,
                    peer: Arc::downgrade(peer),
                    method,
                    cell: self.cell(call),
                });
            }
            if let (Some(known), Some(count)) = (place, count.take()) {
                count(&known.cell);
            }
        });
        // A thread that is ending has lost its memory.
        if let (Err(_), Some(count)) = (counted, count) {
            count(&self.cell(call));
        }
    }

    /// The index of the method that the user means, if the service names it.
    fn method(&self, call: &Call) -> Option<usize> {
        let index = call.method.index;
        let is_own = call.real_method.is_none()
            && self
                .methods
                .get(index)
                .is_some_and(|method| Arc::ptr_eq(method, &call.method));
        if is_own {
            return Some(index);
        }
        let name = call.method_name();
        self.methods.iter().position(|method| *method.name == *name)
    }

    fn cell(&self, call: &Call) -> Arc<Cell> {
        // The name in a generic call comes from outside: it makes a row of its own only if the
        // service takes such a method.
        let is_known = call.real_method.is_none() || self.is_open || self.method(call).is_some();
        if !is_known {
            return self.table.cell(other(&self.service, Side::Provider));
        }
        let host = call.peer.as_ref().and_then(|peer| peer.remote);
        self.table.cell(RowKey {
            service: Arc::clone(&self.service),
            method: shortened(call.method_name()).into(),
            side: Side::Provider,
            peer: Some(host.map_or_else(|| IN_PROCESS.into(), |remote| host_text(remote.ip()))),
            peer_application: call
                .attachments
                .text(keys::REMOTE_APPLICATION)
                .map(|name| shortened(name).into()),
        })
    }
}

impl Filter for CallFilter {
    fn before(&self, invocation: &mut Invocation) -> Result<(), RpcError> {
        invocation.name_method();
        self.with_cell(&invocation.call, Cell::enter);
        Ok(())
    }

    fn after(&self, call: &Call, result: &mut Result<Response, RpcError>) {
        self.with_cell(call, |cell| leave(cell, call, result));
    }

    fn abandoned(&self, call: &Call) {
        self.with_cell(call, Cell::abandon);
    }
}

impl Filter for ServedFilter {
    fn before(&self, invocation: &mut Invocation) -> Result<(), RpcError> {
        invocation.name_method();
        self.with_cell(&invocation.call, Cell::enter);
        Ok(())
    }

    fn after(&self, call: &Call, result: &mut Result<Response, RpcError>) {
        self.with_cell(call, |cell| leave(cell, call, result));
    }

    fn abandoned(&self, call: &Call) {
        self.with_cell(call, Cell::abandon);
    }
}

fn leave(cell: &Cell, call: &Call, result: &Result<Response, RpcError>) {
    let ending = match result {
        Ok(response) if response.is_exception() => Ending::Exception,
        Ok(_) => Ending::Succeeded,
        Err(error) if error.kind() == ErrorKind::Exception => Ending::Exception,
        Err(error) => Ending::Failed(error.kind()),
    };
    cell.leave(ending, call.started.elapsed());
}

/// An IPv4 address that came over an IPv6 socket is the same consumer.
fn host_text(address: IpAddr) -> Arc<str> {
    address.to_canonical().to_string().into()
}

/// Cuts a name that came from outside, so that it takes a bounded place in the table.
fn shortened(name: &str) -> &str {
    let end = (0..=NAME_BYTES_MAX.min(name.len()))
        .rev()
        .find(|end| name.is_char_boundary(*end))
        .unwrap_or(0);
    name.get(..end).unwrap_or_default()
}

fn slot_of(filter: usize, peer: usize, method: usize) -> usize {
    // Heap addresses differ in their middle bits; the constants are odd, so nothing is lost.
    let mixed = (peer >> 4)
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add(method.wrapping_mul(31))
        .wrapping_add(filter.wrapping_mul(0x85eb));
    (mixed ^ (mixed >> 16)) % MEMORY_SLOTS
}

thread_local! {
    static MEMORY: RefCell<Vec<Option<Remembered>>> = const { RefCell::new(Vec::new()) };
}

/// What a provider calls a consumer of its own process.
const IN_PROCESS: &str = "in-process";
/// 40 bytes each: 10 KiB for a thread that serves. Connections and methods beyond share slots, and
/// a call that misses costs a look-up in the table.
const MEMORY_SLOTS: usize = 256;
/// A consumer calls methods of its own choice; past this many the cell is looked up in the table.
const NAMED_MAX: usize = 1024;
/// Names of methods and applications are far shorter.
const NAME_BYTES_MAX: usize = 128;
