//! The consumer's side of the protocol: one provider as an invoker.
//!
//! A call is encoded into scratch space and handed to the connection before the future exists; the
//! future only waits for the answer and decodes it in the caller's task.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tenfold_common::{Url, keys};
use tenfold_exchange::{self as exchange, ExchangeError};
use tenfold_hessian2::Decoder;
use tenfold_protocol::{
    BoxFuture, Call, ErrorKind, Invocation, Invoker, MethodDescriptor, Origin, Payload, Response,
    Retry, RpcError, ServiceDescriptor,
};
use tenfold_serialization::SerializationKind;

use crate::{clients::Lease, request::RequestTemplate, response, status};

/// Scratch space beyond this is given back after a call.
const SCRATCH_BYTES_KEPT: usize = 64 * 1024;

/// Bodies from this size go to the connection without a copy.
const BODY_BYTES_MOVED: usize = 32 * 1024;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// One provider.
pub(crate) struct DubboInvoker {
    url: Url,
    connections: Box<[Lease]>,
    next: AtomicUsize,
    templates: Box<[RequestTemplate]>,
    payload_max: usize,
}

impl DubboInvoker {
    pub(crate) fn new(
        url: Url,
        service: &ServiceDescriptor,
        connections: Vec<Lease>,
        payload_max: usize,
    ) -> Self {
        let templates = service
            .methods
            .iter()
            .map(|method| RequestTemplate::new(&url, method))
            .collect();
        Self {
            url,
            connections: connections.into(),
            next: AtomicUsize::new(0),
            templates,
            payload_max,
        }
    }

    /// Sends the call, and gives what waits for its answer.
    fn send(
        &self,
        call: &Call,
        payload: &Payload<Arc<dyn tenfold_serialization::Arguments>>,
    ) -> Result<Sent, RpcError> {
        let Payload::Unary(arguments) = payload else {
            return Err(RpcError::new(
                ErrorKind::Unsupported,
                "dubbo2 carries no streams",
            ));
        };
        let own;
        let template = match self.templates.get(call.method.index) {
            Some(template) if template.is_for(&call.method) => template,
            _ => {
                own = RequestTemplate::new(&self.url, &call.method);
                &own
            }
        };
        // The cluster notes the begin of each try in the call, so the clock is not read again.
        let deadline = call.try_deadline(call.started, template.timeout());
        let timeout = deadline.remaining(call.started);
        if timeout.is_zero() {
            return Err(RpcError::new(
                ErrorKind::Timeout,
                format!(
                    "no time is left for {:?} of {}",
                    call.method,
                    call.service.key()
                ),
            )
            .with_origin(Origin::Local)
            .with_retry(Retry::Never));
        }
        // Taken out while it is used: the encoder is the user's code and may come here again.
        let mut scratch = SCRATCH.take();
        scratch.clear();
        template
            .write(call, &**arguments, timeout, &mut scratch)
            .map_err(|error| cannot_encode(&call.method, error))?;
        self.check_size(scratch.len())?;
        let body = if scratch.len() < BODY_BYTES_MOVED {
            exchange::Body::Slice(&scratch)
        } else {
            exchange::Body::Bytes(std::mem::take(&mut scratch).into())
        };
        let kind = SerializationKind::HESSIAN2.id();
        let request = exchange::Outgoing::new(kind, body, deadline.instant());
        let client = self.connection()?;
        let answer = if call.one_way {
            Answer::Nothing(client.one_way(request))
        } else {
            Answer::Reply(client.request(request))
        };
        if scratch.capacity() <= SCRATCH_BYTES_KEPT {
            SCRATCH.set(scratch);
        }
        Ok(Sent { answer, timeout })
    }

    /// The connections by turns; one that is down is passed over while another stands.
    fn connection(&self) -> Result<&exchange::Client, RpcError> {
        if let [only] = &*self.connections {
            return Ok(only.client());
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let (before, from) = match self.connections.len() {
            0 => (&[][..], &[][..]),
            count => self.connections.split_at(turn % count),
        };
        let mut in_turn = from.iter().chain(before).map(Lease::client);
        let first = in_turn
            .next()
            .ok_or_else(|| RpcError::new(ErrorKind::Network, "the reference has no connection"))?;
        if first.is_available() {
            return Ok(first);
        }
        Ok(in_turn
            .find(|client| client.is_available())
            .unwrap_or(first))
    }

    /// In the words of Dubbo's `AbstractCodec`.
    fn check_size(&self, length: usize) -> Result<(), RpcError> {
        if length <= self.payload_max {
            return Ok(());
        }
        Err(RpcError::new(
            ErrorKind::PayloadTooLarge,
            format!(
                "Data length too large: {length}, max payload: {}, provider: {}",
                self.payload_max,
                self.url.address()
            ),
        ))
    }
}

/// A request that is on its way.
struct Sent {
    answer: Answer,
    timeout: Duration,
}

enum Answer {
    Reply(exchange::Call),
    Nothing(exchange::OneWay),
}

impl Invoker for DubboInvoker {
    fn url(&self) -> &Url {
        &self.url
    }

    fn is_available(&self) -> bool {
        self.connections
            .iter()
            .any(|connection| connection.client().is_available())
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        let sent = match self.send(&invocation.call, &invocation.payload) {
            Ok(sent) => sent,
            Err(error) => return Box::pin(std::future::ready(Err(error))),
        };
        let method = invocation.call.method;
        Box::pin(async move {
            let Sent { answer, timeout } = sent;
            let reply = match answer {
                Answer::Reply(reply) => reply.await,
                Answer::Nothing(gone) => match gone.await {
                    Ok(()) => return nothing(&method),
                    Err(error) => Err(error),
                },
            };
            match reply {
                Ok(reply) if reply.status == status::OK => response::read(&reply.body, &method),
                Ok(reply) => Err(status::to_error(reply.status, &failure_text(&reply.body))),
                Err(error) => Err(of_exchange(&error, &method, timeout)),
            }
        })
    }
}

/// The text of a response that is a failure; one that is no string is told by its length.
fn failure_text(body: &[u8]) -> String {
    match Decoder::new(body).read_opt_str() {
        Ok(Some(text)) => text.into_owned(),
        Ok(None) => "null".to_owned(),
        Err(_) => format!("{} bytes that are no text", body.len()),
    }
}

/// The result of a call that waits for no answer.
fn nothing(method: &MethodDescriptor) -> Result<Response, RpcError> {
    method
        .codec()
        .no_value()
        .map(Response::boxed)
        .ok_or_else(|| {
            RpcError::new(
                ErrorKind::Unsupported,
                format!("{method:?} is one-way, but its result type has no empty value"),
            )
        })
}

fn cannot_encode(
    method: &MethodDescriptor,
    error: tenfold_serialization::SerializationError,
) -> RpcError {
    RpcError::new(
        ErrorKind::Serialization,
        format!("the arguments of {method:?} cannot be sent: {error}"),
    )
    .with_source(error)
}

/// The framework's error for one of the connection.
fn of_exchange(error: &ExchangeError, method: &MethodDescriptor, timeout: Duration) -> RpcError {
    let kind = match error {
        ExchangeError::Timeout { .. } => ErrorKind::Timeout,
        ExchangeError::Overloaded { .. } => ErrorKind::Overloaded,
        ExchangeError::RequestTooLarge { .. } | ExchangeError::AnswerTooLarge { .. } => {
            ErrorKind::PayloadTooLarge
        }
        ExchangeError::Closing
        | ExchangeError::Closed {
            reason: exchange::CloseReason::Local,
            ..
        } => ErrorKind::Closed,
        _ => ErrorKind::Network,
    };
    let origin = match error.origin() {
        exchange::Origin::Local => Origin::Local,
        exchange::Origin::Network => Origin::Network,
        exchange::Origin::Peer => Origin::Peer,
    };
    let retry = match error.retry() {
        exchange::Retry::Safe => Retry::Safe,
        exchange::Retry::UnknownOutcome => Retry::IfIdempotent,
        exchange::Retry::Never => Retry::Never,
    };
    let message = match kind {
        ErrorKind::Timeout => {
            format!(
                "no answer to {method:?} within {} ms: {error}",
                timeout.as_millis()
            )
        }
        _ => format!("{method:?}: {error}"),
    };
    RpcError::new(kind, message)
        .with_origin(origin)
        .with_retry(retry)
}

/// The longest body by what a URL says. A limit of zero or less, which switches the check off in
/// Java, leaves the default in force: a URL may come from a registry, and memory has to stay
/// bounded.
pub(crate) fn payload_max(url: &Url) -> usize {
    url.param_as::<i64>(keys::PAYLOAD)
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|limit| *limit > 0)
        .unwrap_or(crate::PAYLOAD_BYTES_MAX)
}
