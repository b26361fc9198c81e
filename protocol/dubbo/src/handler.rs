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
use tenfold_protocol::{
    BoxFuture, Call, ErrorKind, Invocation, MethodDescriptor, Peer, Response, RpcError,
};
use tenfold_serialization::{Arguments, Reader, SerializationKind};

use crate::{
    attachments::{self, Received},
    exception, response,
    route::{self, Candidate, Route, Target, undecodable},
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
    /// Given back as soon as the method is over, before its answer is written.
    permit: Option<Permit>,
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

impl DubboHandler {
    pub(crate) fn new(services: Arc<Services>, running: Arc<Limit>) -> Self {
        Self { services, running }
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
        let place = self
            .running
            .place()
            .ok_or_else(|| exhausted(peer, &self.running))?;
        let mut reader = Reader::Hessian2(Decoder::new(&request.body));
        let Reader::Hessian2(decoder) = &mut reader else {
            return Err(undecodable("unknown serialization"));
        };
        let route = match route::find(&self.services, &request.body, decoder, &Between(peer))? {
            Target::Method(route) => route,
            Target::Echo {
                answers_with_attachments,
            } => return echo(decoder, answers_with_attachments),
        };
        let Read {
            service,
            method,
            arguments,
            received,
        } = self.read(&request.body, &mut reader, &route, peer)?;
        let permit = service.enter(place).ok_or_else(|| too_many(service))?;
        let begun = request.received;
        let mut call = Call::new(Arc::clone(&service.descriptor), Arc::clone(method), begun);
        call.deadline = received
            .timeout
            .map(|timeout| Deadline::after(begun, timeout));
        call.tag = received.tag;
        call.one_way = !request.two_way;
        call.attachments = received.attachments;
        call.peer = Some(Arc::clone(peer));
        let always_spawn = method.settings.always_spawn;
        let running = Running {
            call: service.invoker.invoke(Invocation::unary(call, arguments)),
            answers_with_attachments: route.answers_with_attachments,
            permit: Some(permit),
        };
        Ok(Started::Running {
            running,
            always_spawn,
        })
    }

    /// Reads arguments and attachments, and settles which group's service is meant.
    fn read<'a>(
        &self,
        body: &[u8],
        reader: &mut Reader<'_>,
        route: &'a Route,
        peer: &Arc<Peer>,
    ) -> Result<Read<'a>, RpcError> {
        let between = Between(peer);
        let [
            Candidate {
                service,
                method: Some(method),
            },
        ] = &*route.candidates
        else {
            return self.read_attachments_first(body, reader, route, &between);
        };
        if service.token.is_some() {
            return self.read_attachments_first(body, reader, route, &between);
        }
        let arguments = read_arguments(method, reader)?;
        let Reader::Hessian2(decoder) = reader else {
            return Err(undecodable("unknown serialization"));
        };
        let received = attachments::read_cached(body, decoder).map_err(undecodable)?;
        let group = received.group.as_deref();
        let (service, method) = route.of_group(group, &self.services, body, &between)?;
        Ok(Read {
            service,
            method,
            arguments,
            received,
        })
    }

    /// Reads the attachments before the arguments, where they decide whether and how the arguments
    /// are read: services of several groups may have other types for the same names, and who has
    /// not the token is to make nothing be built.
    fn read_attachments_first<'a>(
        &self,
        body: &[u8],
        reader: &mut Reader<'_>,
        route: &'a Route,
        between: &Between<'_>,
    ) -> Result<Read<'a>, RpcError> {
        let Reader::Hessian2(decoder) = reader else {
            return Err(undecodable("unknown serialization"));
        };
        let arguments_at = decoder.position();
        for _ in 0..route.arguments {
            decoder.skip_value().map_err(undecodable)?;
        }
        let received = attachments::read_cached(body, decoder).map_err(undecodable)?;
        let group = received.group.as_deref();
        let (service, method) = route.of_group(group, &self.services, body, between)?;
        check_token(service, &received.attachments)?;
        let mut decoder = Decoder::new(body);
        decoder.skip_known(arguments_at);
        let arguments = read_arguments(method, &mut Reader::Hessian2(decoder))?;
        Ok(Read {
            service,
            method,
            arguments,
            received,
        })
    }
}

#[cfg(fuzzing)]
impl DubboHandler {
    /// Whether the body of a request leads to a method and to arguments.
    pub(crate) fn understands(&self, body: &[u8], peer: &Arc<Peer>) -> bool {
        let mut reader = Reader::Hessian2(Decoder::new(body));
        let Reader::Hessian2(decoder) = &mut reader else {
            return false;
        };
        match route::find(&self.services, body, decoder, &Between(peer)) {
            Ok(Target::Method(route)) => self.read(body, &mut reader, &route, peer).is_ok(),
            Ok(Target::Echo { .. }) => echo(decoder, true).is_ok(),
            Err(_) => false,
        }
    }
}

/// A request that was read.
struct Read<'a> {
    service: &'a Arc<Service>,
    method: &'a Arc<MethodDescriptor>,
    arguments: Arc<dyn Arguments>,
    received: Received,
}

fn read_arguments(
    method: &MethodDescriptor,
    reader: &mut Reader<'_>,
) -> Result<Arc<dyn Arguments>, RpcError> {
    method.codec().read_arguments(reader).map_err(undecodable)
}

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
        self.permit = None;
        let answer = match result {
            Ok(response) => DubboAnswer::Response {
                response,
                with_attachments: self.answers_with_attachments,
            },
            Err(error) if is_refusal(&error) => DubboAnswer::failure(&error),
            Err(error) => DubboAnswer::Response {
                response: Response::exception(exception::of_framework_error(&error)),
                with_attachments: self.answers_with_attachments,
            },
        };
        Poll::Ready(answer)
    }
}

/// Whether the call was turned away before its method began. Everything else is to the consumer an
/// exception of the method, as it is in Java; an error that the method met in a call of its own
/// above all, of whatever kind: a status would say that nothing was run.
fn is_refusal(error: &RpcError) -> bool {
    !error.is_nested()
        && matches!(
            error.kind(),
            ErrorKind::BadRequest
                | ErrorKind::MethodNotFound
                | ErrorKind::Overloaded
                | ErrorKind::ServiceNotFound
        )
}

impl exchange::Answer for DubboAnswer {
    fn encode(self, body: &mut exchange::AnswerBody<'_>) -> u8 {
        // A request in another serialization is answered in the one that every peer has: Java
        // reads the text of a failure by the answer's own flag.
        body.set_serialization(SerializationKind::HESSIAN2.id());
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
    match &service.token {
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
