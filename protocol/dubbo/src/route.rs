//! From the head of a request to the service and the method that it means.
//!
//! The heads of one method's requests are the same bytes every time, so what they lead to is kept
//! by those bytes, in a small table of each thread. A table belongs to the service list it was made
//! from: exporting or unexporting makes it void.

use std::{cell::RefCell, fmt, sync::Arc};

use tenfold_hessian2::Decoder;
use tenfold_protocol::{ErrorKind, MethodDescriptor, RpcError};

use crate::{
    request::{RequestHead, head_end},
    services::{Service, Services},
    version,
};

/// What a request head leads to.
#[derive(Clone)]
pub(crate) struct Route {
    /// Services with that path and version, which differ in their group; most often one. At least
    /// one of them has the method.
    pub(crate) candidates: Arc<[Candidate]>,
    /// How many arguments follow the head.
    pub(crate) arguments: usize,
    /// Whether the consumer understands attachments in a response.
    pub(crate) answers_with_attachments: bool,
}

/// A service that a request may mean.
pub(crate) struct Candidate {
    pub(crate) service: Arc<Service>,
    /// Its method, if it has the one that is called.
    pub(crate) method: Option<Arc<MethodDescriptor>>,
}

/// A special call that no service answers by itself.
pub(crate) enum Target {
    Method(Route),
    /// `$echo(Object)` on a service that exists.
    Echo {
        answers_with_attachments: bool,
    },
}

/// The name of the call that returns its argument.
const ECHO: &str = "$echo";

struct Known {
    generation: u64,
    head: Box<[u8]>,
    route: Route,
}

/// Slots of a thread's table.
const SLOTS: usize = 64;

/// Longer heads are read each time; with [`SLOTS`] it bounds a thread's table to 32 KiB of heads.
const HEAD_BYTES_MAX: usize = 512;

thread_local! {
    static TABLE: RefCell<Vec<Option<Known>>> = const { RefCell::new(Vec::new()) };
}

/// Finds what the request in `body` means and leaves `decoder` at its first argument.
pub(crate) fn find(
    services: &Services,
    body: &[u8],
    decoder: &mut Decoder<'_>,
    peer: &dyn fmt::Display,
) -> Result<Target, RpcError> {
    let head = head_end(body)
        .filter(|end| *end <= HEAD_BYTES_MAX)
        .and_then(|end| body.get(..end));
    if let Some(head) = head
        && let Some(route) = known(services.generation(), head)
    {
        decoder.skip_known(head.len());
        return Ok(Target::Method(route));
    }
    let generation = services.generation();
    let read = RequestHead::read(decoder).map_err(undecodable)?;
    let target = look_up(services, &read, peer)?;
    if let (Some(head), Target::Method(route)) = (head, &target) {
        remember(generation, head, route.clone());
    }
    Ok(target)
}

fn look_up(
    services: &Services,
    head: &RequestHead,
    peer: &dyn fmt::Display,
) -> Result<Target, RpcError> {
    let named = services.candidates(&head.path, head.version.as_deref());
    if named.is_empty() {
        return Err(services.not_found(&head.key(None), peer));
    }
    let answers_with_attachments = version::supports_response_attachments(&head.dubbo_version);
    if head.method == ECHO {
        return Ok(Target::Echo {
            answers_with_attachments,
        });
    }
    let candidates: Arc<[Candidate]> = named
        .into_iter()
        .map(|service| Candidate {
            method: service.method(&head.method, &head.descriptor),
            service,
        })
        .collect();
    let Some(method) = candidates.iter().find_map(|known| known.method.as_ref()) else {
        return Err(no_such_method(head));
    };
    Ok(Target::Method(Route {
        arguments: method.parameters.len(),
        candidates,
        answers_with_attachments,
    }))
}

impl Route {
    /// The service of `group`, and its method.
    ///
    /// `body` is the request's, to name what is not found.
    pub(crate) fn of_group(
        &self,
        group: Option<&str>,
        services: &Services,
        body: &[u8],
        peer: &dyn fmt::Display,
    ) -> Result<(&Arc<Service>, &Arc<MethodDescriptor>), RpcError> {
        let found = self
            .candidates
            .iter()
            .find(|candidate| candidate.service.is_of_group(group));
        if let Some(Candidate {
            service,
            method: Some(method),
        }) = found
        {
            return Ok((service, method));
        }
        let head = RequestHead::read(&mut Decoder::new(body)).map_err(undecodable)?;
        Err(match found {
            Some(_) => no_such_method(&head),
            None => services.not_found(&head.key(group), peer),
        })
    }
}

/// In the words of Dubbo 2.7: for a method with parameters the request counts as undecodable, for
/// one without the invocation fails.
fn no_such_method(head: &RequestHead) -> RpcError {
    let message = if head.descriptor.is_empty() {
        format!(
            "org.apache.dubbo.rpc.RpcException: Failed to invoke remote proxy method {} to {}: \
             No such method",
            head.method, head.path
        )
    } else {
        format!(
            "Fail to decode request due to: java.lang.IllegalArgumentException: \
             Service not found:{}, {}",
            head.path, head.method
        )
    };
    RpcError::new(ErrorKind::MethodNotFound, message)
}

/// The error for a body that cannot be read, in Dubbo's words.
pub(crate) fn undecodable(error: impl fmt::Display) -> RpcError {
    RpcError::new(
        ErrorKind::BadRequest,
        format!("Fail to decode request due to: {error}"),
    )
}

fn known(generation: u64, head: &[u8]) -> Option<Route> {
    TABLE.with_borrow(|table| {
        table
            .get(crate::cache::slot_of(head, SLOTS))?
            .as_ref()
            .filter(|known| known.generation == generation && *known.head == *head)
            .map(|known| known.route.clone())
    })
}

fn remember(generation: u64, head: &[u8], route: Route) {
    TABLE.with_borrow_mut(|table| {
        if table.is_empty() {
            table.resize_with(SLOTS, || None);
        }
        if let Some(slot) = table.get_mut(crate::cache::slot_of(head, SLOTS)) {
            *slot = Some(Known {
                generation,
                head: head.into(),
                route,
            });
        }
    });
}
