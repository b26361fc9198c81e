//! The provider's side of the protocol: from a request frame to an answer.
//!
//! Everything up to the service's own future runs in place, in the connection's task: find the
//! service and the method, read the arguments and the attachments, take the permits. What goes wrong
//! there is answered at once, with the status and the words of Dubbo.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tenfold_common::{Attachments, Deadline, keys};
use tenfold_exchange as exchange;
use tenfold_hessian2::{Decode, Decoder, Value};
use tenfold_protocol::{BoxFuture, Call, ErrorKind, Invocation, Peer, Response, RpcError};
use tenfold_serialization::{Reader, SerializationKind};

use crate::{
    attachments, exception, request, response,
    route::{self, Route, Target, undecodable},
    services::{Limit, Permit, Service, Services},
    status,
};

/// Answers the requests of one port.
pub(crate) struct DubboHandler {
    services: Arc<Services>,
    running: Arc<Limit>,
}

/// A call that is being carried out.
pub(crate) struct Running {
    call: BoxFuture<Result<Response, RpcError>>,
    answers_with_attachments: bool,
    _service_permit: Permit,
    _port_permit: PortPermit,
}

/// What is kept for one connection.
pub(crate) struct Session {
    peer: Arc<Peer>,
}

/// What is sent back.
pub(crate) enum DubboAnswer {
    /// A value or an exception, with status 20.
    Response {
        response: Response,
        with_attachments: bool,
    },
    /// A failure of the framework: a status and a text.
    Failure { status: u8, text: String },
}

/// A place under the port's limit, given back on drop.
struct PortPermit(Arc<Limit>);

impl DubboHandler {
    pub(crate) fn new(services: Arc<Services>, calls_max: usize) -> Self {
        Self {
            services,
            running: Arc::new(Limit::new(calls_max)),
        }
    }

    /// Everything before the service's own future.
    fn begin(
        &self,
        request: &exchange::Incoming<'_>,
        peer: &Arc<Peer>,
    ) -> Result<Started, RpcError> {
        let kind = SerializationKind::from_id(request.serialization);
        if !kind.is_supported() {
            return Err(undecodable(format_args!(
                "java.io.IOException: Unexpected serialization type:{kind} received from network, \
                 please check if the peer send the right id."
            )));
        }
        let port_permit =
            PortPermit::take(&self.running).ok_or_else(|| exhausted(peer, &self.running))?;
        let mut decoder = Decoder::new(&request.body);
        let route = match route::find(&self.services, &request.body, &mut decoder, &Between(peer))?
        {
            Target::Method(route) => route,
            Target::Echo {
                answers_with_attachments,
            } => {
                return echo(&mut decoder, answers_with_attachments);
            }
        };
        let received = request.received;
        let (service, method, arguments, received_attachments) =
            self.read(&request.body, decoder, &route, peer)?;
        let service_permit = service.enter().ok_or_else(|| too_many(&service))?;
        let mut call = Call::new(Arc::clone(&service.descriptor), method, received);
        call.deadline = request::sent_timeout(&received_attachments)
            .map(|timeout| Deadline::after(received, timeout));
        call.tag = received_attachments.text(keys::TAG).map(Into::into);
        call.one_way = !request.two_way;
        call.attachments = received_attachments;
        call.peer = Some(Arc::clone(peer));
        let always_spawn = call.method.settings.always_spawn;
        let running = Running {
            call: service.invoker.invoke(Invocation::unary(call, arguments)),
            answers_with_attachments: route.answers_with_attachments,
            _service_permit: service_permit,
            _port_permit: port_permit,
        };
        Ok(Started::Running {
            running,
            always_spawn,
        })
    }

    /// Reads arguments and attachments, and settles which group's service is meant.
    fn read(
        &self,
        body: &[u8],
        decoder: Decoder<'_>,
        route: &Route,
        peer: &Arc<Peer>,
    ) -> Result<Read, RpcError> {
        let arguments_at = decoder.position();
        let mut reader = Reader::Hessian2(decoder);
        let mut method = Arc::clone(&route.method);
        let mut arguments = method
            .codec()
            .read_arguments(&mut reader)
            .map_err(undecodable)?;
        let Reader::Hessian2(decoder) = &mut reader else {
            return Err(undecodable("unknown serialization"));
        };
        let read = attachments::read_cached(body, decoder).map_err(undecodable)?;
        let group = read.text(keys::GROUP);
        let at = route
            .candidates
            .iter()
            .position(|service| service.is_of_group(group));
        let Some((at, service)) = at.and_then(|at| Some((at, route.candidates.get(at)?))) else {
            return Err(self.wrong_group(route, group, peer));
        };
        if at > 0 {
            // Another group's service may have other types for the same names: read again.
            let own = service.method(&method.name, &method.parameter_descriptor);
            method = own.ok_or_else(|| self.wrong_group(route, group, peer))?;
            let mut again = Decoder::new(body);
            again.skip_known(arguments_at);
            let mut again = Reader::Hessian2(again);
            arguments = method
                .codec()
                .read_arguments(&mut again)
                .map_err(undecodable)?;
        }
        check_token(service, &read)?;
        Ok((Arc::clone(service), method, arguments, read))
    }

    fn wrong_group(&self, route: &Route, group: Option<&str>, peer: &Arc<Peer>) -> RpcError {
        let key = route
            .candidates
            .first()
            .map(|service| service.descriptor.key());
        let interface = key.as_ref().map_or("", |key| key.interface());
        let wanted = tenfold_common::ServiceKey::new(
            interface,
            group,
            key.as_ref().and_then(|key| key.version()),
        );
        self.services.not_found(&wanted.to_string(), &Between(peer))
    }
}

type Read = (
    Arc<Service>,
    Arc<tenfold_protocol::MethodDescriptor>,
    Arc<dyn tenfold_serialization::Arguments>,
    Attachments,
);

enum Started {
    Running {
        running: Running,
        always_spawn: bool,
    },
    Answered(DubboAnswer),
}

impl exchange::Handler for DubboHandler {
    type Session = Session;
    type Answer = DubboAnswer;
    type Future = Running;

    fn open(&self, peer: Arc<exchange::Peer>) -> Session {
        let mut known = Peer::in_process();
        known.remote = peer.remote_address().socket();
        known.local = peer.local_address().socket();
        known.disconnected = peer.disconnected().clone();
        Session {
            peer: Arc::new(known),
        }
    }

    fn handle(
        &self,
        session: &mut Session,
        request: exchange::Incoming<'_>,
    ) -> exchange::Handling<DubboAnswer, Running> {
        let two_way = request.two_way;
        match self.begin(&request, &session.peer) {
            Ok(Started::Running {
                running,
                always_spawn: false,
            }) => exchange::Handling::Future(running),
            Ok(Started::Running {
                running,
                always_spawn: true,
            }) => exchange::Handling::Spawn(running),
            Ok(Started::Answered(answer)) => exchange::Handling::Answer(answer),
            Err(error) if two_way => exchange::Handling::Answer(DubboAnswer::failure(&error)),
            Err(error) => {
                tracing::warn!(%error, "a one-way request was refused");
                exchange::Handling::Nothing
            }
        }
    }

    fn fault(&self, fault: exchange::Fault, serialization: u8, body: &mut Vec<u8>) -> Option<u8> {
        let too_large = |bytes: usize, limit: usize| {
            format!(
                "org.apache.dubbo.remoting.transport.ExceedPayloadLimitException: \
                 Data length too large: {bytes}, max payload: {limit}"
            )
        };
        let (status, text) = match fault {
            exchange::Fault::RequestTooLarge { bytes, limit } => (
                status::BAD_REQUEST,
                format!("Fail to decode request due to: {}", too_large(bytes, limit)),
            ),
            exchange::Fault::AnswerTooLarge { bytes, limit } => {
                (status::SERIALIZATION_ERROR, too_large(bytes, limit))
            }
            exchange::Fault::Panicked => (status::SERVER_ERROR, "the handler panicked".to_owned()),
            _ => (
                status::SERVER_ERROR,
                "the request could not be served".to_owned(),
            ),
        };
        if serialization != SerializationKind::HESSIAN2.id() {
            return None;
        }
        write_text(&text, body);
        Some(status)
    }
}

impl Future for Running {
    type Output = DubboAnswer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<DubboAnswer> {
        let result = match self.call.as_mut().poll(cx) {
            Poll::Ready(result) => result,
            Poll::Pending => return Poll::Pending,
        };
        let answer = match result {
            Ok(response) => DubboAnswer::Response {
                response,
                with_attachments: self.answers_with_attachments,
            },
            Err(error) if is_the_handlers_own(&error) => DubboAnswer::Response {
                response: Response::exception(exception::of_framework_error(&error)),
                with_attachments: self.answers_with_attachments,
            },
            Err(error) => DubboAnswer::failure(&error),
        };
        Poll::Ready(answer)
    }
}

/// Whether the error came up through the service's own code, from a call that it made: to the
/// consumer that is an exception of the method, as it is in Java.
fn is_the_handlers_own(error: &RpcError) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::BadRequest | ErrorKind::MethodNotFound | ErrorKind::ServiceNotFound
    )
}

impl exchange::Answer for DubboAnswer {
    fn encode(self, body: &mut exchange::AnswerBody<'_>) -> u8 {
        let out = body.buffer();
        match self {
            Self::Response {
                response,
                with_attachments,
            } => {
                let start = out.len();
                match response::write(&response, with_attachments, out) {
                    Ok(()) => status::OK,
                    Err(error) => {
                        out.truncate(start);
                        write_text(&format!("Failed to send response, cause: {error}"), out);
                        status::BAD_RESPONSE
                    }
                }
            }
            Self::Failure { status, text } => {
                write_text(&text, out);
                status
            }
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    tenfold_hessian2::Encoder::new(out).write_str(text);
}

impl DubboAnswer {
    fn failure(error: &RpcError) -> Self {
        let status = match error.kind() {
            ErrorKind::MethodNotFound if error.message().starts_with("Fail to decode") => {
                status::BAD_REQUEST
            }
            _ => status::of_error(error),
        };
        Self::Failure {
            status,
            text: error.to_string(),
        }
    }
}

impl PortPermit {
    fn take(limit: &Arc<Limit>) -> Option<Self> {
        limit.enter().then(|| Self(Arc::clone(limit)))
    }
}

impl Drop for PortPermit {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Both ends of a connection, as Java prints a channel.
struct Between<'a>(&'a Peer);

impl std::fmt::Display for Between<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0.remote, self.0.local) {
            (Some(remote), Some(local)) => {
                write!(f, "consumer: /{remote} --> provider: /{local}")
            }
            _ => f.write_str("in process"),
        }
    }
}

fn echo(decoder: &mut Decoder<'_>, with_attachments: bool) -> Result<Started, RpcError> {
    let value = Value::decode(decoder).map_err(undecodable)?;
    let response = Response::value(value);
    Ok(Started::Answered(DubboAnswer::Response {
        response,
        with_attachments,
    }))
}

/// In the words of Dubbo's `AbortPolicyWithReport`.
fn exhausted(peer: &Peer, limit: &Limit) -> RpcError {
    let local = peer
        .local
        .map(|local| (local.ip().to_string(), local.port()));
    let (ip, port) = local.unwrap_or_default();
    RpcError::new(
        ErrorKind::Overloaded,
        format!(
            "Server side({ip},{port}) thread pool is exhausted, detail msg:{} calls are running, \
             the limit of the port (`threads`)",
            limit.max()
        ),
    )
}

/// In the words of Dubbo's `ExecuteLimitFilter`.
fn too_many(service: &Service) -> RpcError {
    RpcError::new(
        ErrorKind::Overloaded,
        format!(
            "Failed to invoke service {}, cause: The service using threads greater than \
             <dubbo:service executes=\"{}\" /> limited.",
            service.descriptor.key(),
            service.executes_max()
        ),
    )
}

/// In the words of Dubbo's `TokenFilter`.
fn check_token(service: &Service, received: &Attachments) -> Result<(), RpcError> {
    match service.url.param(keys::TOKEN) {
        Some(token) if !same(token, received.text(keys::TOKEN).unwrap_or_default()) => {
            Err(RpcError::new(
                ErrorKind::Forbidden,
                format!(
                    "Invalid token! Forbid invoke remote service {}",
                    service.descriptor.key()
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// Compares in a time that does not tell how much of the text is right.
fn same(expected: &str, given: &str) -> bool {
    expected.len() == given.len()
        && expected
            .bytes()
            .zip(given.bytes())
            .fold(0, |all, (a, b)| all | (a ^ b))
            == 0
}
