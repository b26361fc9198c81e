//! A call on its way down.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tenfold_common::{Attachments, Deadline};
use tenfold_serialization::Arguments;

use crate::{MethodDescriptor, Payload, Peer, ServiceDescriptor};

/// Everything about a call but what it carries: cheap to clone, so that filters and retries can
/// keep it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The interface that is called.
    pub service: Arc<ServiceDescriptor>,
    /// The method that is called.
    pub method: Arc<MethodDescriptor>,
    /// The method that a generic call means, once a room has looked ([`Invocation::name_method`]);
    /// `None` for a typed call.
    pub real_method: Option<Arc<str>>,
    /// What travels beside the arguments. On a consumer: what the user and the filters add; the
    /// protocol adds path, version and the like by itself. On a provider: all that came.
    pub attachments: Attachments,
    /// How long one try may take; `None` leaves it to the method and the configuration.
    pub timeout: Option<Duration>,
    /// When the call, with all its tries, must be over.
    pub deadline: Option<Deadline>,
    /// Tag of the call, for routing.
    pub tag: Option<Arc<str>>,
    /// Tries of failover beyond the first; `None` leaves it to the method and the configuration.
    pub retries: Option<u32>,
    /// Whether the caller wants no answer.
    pub one_way: bool,
    /// The other end of the connection, on a provider.
    pub peer: Option<Arc<Peer>>,
    /// When the call began in this process.
    pub started: Instant,
}

/// A call with its arguments.
#[non_exhaustive]
pub struct Invocation {
    /// What is called, and how.
    pub call: Call,
    /// The arguments, or a stream of messages.
    pub payload: Payload<Arc<dyn Arguments>>,
}

impl Call {
    /// A call of `method` without attachments, deadline or tag.
    pub fn new(
        service: Arc<ServiceDescriptor>,
        method: Arc<MethodDescriptor>,
        started: Instant,
    ) -> Self {
        let one_way = method.settings.one_way;
        Self {
            service,
            method,
            real_method: None,
            attachments: Attachments::new(),
            timeout: None,
            deadline: None,
            tag: None,
            retries: None,
            one_way,
            peer: None,
            started,
        }
    }
}

impl Call {
    /// The method that the user means, for one who has the call without its arguments: right once
    /// [`Invocation::name_method`] has run.
    pub fn method_name(&self) -> &str {
        self.real_method.as_deref().unwrap_or(&self.method.name)
    }

    /// When a try that starts at `now` must be over: after the call's own timeout, else after
    /// `configured`, and never later than the call itself.
    pub fn try_deadline(&self, now: Instant, configured: Duration) -> Deadline {
        Deadline::after(now, self.timeout.unwrap_or(configured)).earlier(self.deadline)
    }
}

impl Invocation {
    /// A call with its arguments.
    pub fn unary(call: Call, arguments: Arc<dyn Arguments>) -> Self {
        Self {
            call,
            payload: Payload::Unary(arguments),
        }
    }

    /// The same call for a further try; `None` for a stream, which can be sent only once.
    pub fn try_clone(&self) -> Option<Self> {
        match &self.payload {
            Payload::Unary(arguments) => {
                Some(Self::unary(self.call.clone(), Arc::clone(arguments)))
            }
            Payload::Stream(_) => None,
        }
    }

    /// Notes in [`Call::real_method`] which method a generic call means, so that those who see the
    /// call without its arguments know too.
    pub fn name_method(&mut self) {
        if self.call.real_method.is_none()
            && let Payload::Unary(arguments) = &self.payload
            && let Some(name) = self.call.method.codec().named_method(&**arguments)
        {
            self.call.real_method = Some(Arc::from(name));
        }
    }

    /// The arguments, unless the payload is a stream.
    pub fn arguments(&self) -> Option<&Arc<dyn Arguments>> {
        match &self.payload {
            Payload::Unary(arguments) => Some(arguments),
            Payload::Stream(_) => None,
        }
    }

    /// The method that the user means: for a generic call its first argument, else the method's
    /// own name. Routing, load balance, limits and statistics go by it.
    pub fn real_method_name(&self) -> &str {
        self.call
            .method
            .real_name(self.arguments().map(|arguments| &**arguments))
    }
}
