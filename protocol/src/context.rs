//! What the user's code sees of a call beside its arguments, and what it may set.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tenfold_common::{AttachmentValue, Attachments, Deadline, keys};

use crate::{Call, Peer};

/// The explicit companion of a call.
///
/// A **consumer** makes one ([`Context::new`]), may put a deadline and attachments into it, and
/// finds in it what the provider sent back ([`Context::response_attachments`]). A **provider**'s
/// handler is handed one that holds what came ([`Context::attachments`]), who calls
/// ([`Context::remote_address`], [`Context::remote_application`]), when the answer is due
/// ([`Context::deadline`]), and may send attachments back ([`Context::respond_with`]).
///
/// Nothing is passed on to the next hop by itself: [`Context::next_hop`] makes the context for a
/// call that is made while another is being served.
#[derive(Debug, Default)]
pub struct Context {
    attachments: Attachments,
    deadline: Option<Deadline>,
    tag: Option<Arc<str>>,
    peer: Option<Arc<Peer>>,
    response: Mutex<Attachments>,
}

/// Settings of single calls, on top of what the reference is configured with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long the call may take.
    pub timeout: Option<Duration>,
    /// What is sent beside the arguments.
    pub attachments: Attachments,
    /// Tag for routing.
    pub tag: Option<Arc<str>>,
    /// Tries of failover beyond the first.
    pub retries: Option<u32>,
}

impl Context {
    /// A context without deadline and attachments.
    pub fn new() -> Self {
        Self::default()
    }

    /// The context that a handler is given for `call`.
    pub fn of_call(call: &Call) -> Self {
        Self {
            attachments: call.attachments.clone(),
            deadline: call.deadline,
            tag: call.tag.clone(),
            peer: call.peer.clone(),
            response: Mutex::default(),
        }
    }

    /// The same context with a value to send beside the arguments.
    #[must_use]
    pub fn with_attachment(
        mut self,
        key: impl Into<String> + AsRef<str>,
        value: impl Into<AttachmentValue>,
    ) -> Self {
        self.attachments.insert(key, value);
        self
    }

    /// The same context with a moment at which the call must be over.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(Deadline::at(deadline));
        self
    }

    /// The same context with a time that its calls, all together, may take.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.deadline = Some(Deadline::after(Instant::now(), timeout));
        self
    }

    /// The same context with a tag for routing.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<Arc<str>>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// The context for a call that is made while this one is being served: it has this one's
    /// deadline, and of the attachments those that `keys` names.
    #[must_use]
    pub fn next_hop(&self, keys: &[&str]) -> Self {
        let mut attachments = self.attachments.clone();
        attachments.retain(|key, _| keys.contains(&key));
        Self {
            attachments,
            deadline: self.deadline,
            ..Self::default()
        }
    }

    /// What was sent, or is to be sent, beside the arguments.
    pub fn attachments(&self) -> &Attachments {
        &self.attachments
    }

    /// One of [`Self::attachments`], if it is text.
    pub fn attachment(&self, key: &str) -> Option<&str> {
        self.attachments.text(key)
    }

    /// When the call must be over.
    pub fn deadline(&self) -> Option<Deadline> {
        self.deadline
    }

    /// The tag for routing.
    pub fn tag(&self) -> Option<&Arc<str>> {
        self.tag.as_ref()
    }

    /// The caller's address; `None` on a consumer and inside one process.
    pub fn remote_address(&self) -> Option<SocketAddr> {
        self.peer.as_ref().and_then(|peer| peer.remote)
    }

    /// The caller's application, when it sent its name.
    pub fn remote_application(&self) -> Option<&str> {
        self.attachments.text(keys::REMOTE_APPLICATION)
    }

    /// Waits until the caller is gone: its connection is closed. Never ready on a consumer.
    ///
    /// A handler runs to its end whether it looks here or not.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect.
    pub async fn cancelled(&self) {
        match &self.peer {
            Some(peer) => peer.disconnected.cancelled().await,
            None => std::future::pending().await,
        }
    }

    /// On a provider: sends a value back beside the answer.
    pub fn respond_with(
        &self,
        key: impl Into<String> + AsRef<str>,
        value: impl Into<AttachmentValue>,
    ) {
        self.response.lock().insert(key, value);
    }

    /// On a consumer: what the provider sent beside its answer, once the call is over. On a
    /// provider: what will be sent.
    pub fn response_attachments(&self) -> Attachments {
        self.response.lock().clone()
    }

    /// Takes [`Self::response_attachments`] out.
    pub fn into_response_attachments(self) -> Attachments {
        self.response.into_inner()
    }

    /// Replaces [`Self::response_attachments`].
    pub fn set_response_attachments(&self, attachments: Attachments) {
        *self.response.lock() = attachments;
    }
}

impl CallOptions {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long the call may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds a value to send beside the arguments.
    #[must_use]
    pub fn attachment(
        mut self,
        key: impl Into<String> + AsRef<str>,
        value: impl Into<AttachmentValue>,
    ) -> Self {
        self.attachments.insert(key, value);
        self
    }

    /// Sets the tag for routing.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<Arc<str>>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Sets the tries of failover beyond the first.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }
}
