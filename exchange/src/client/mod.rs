//! A connection to one provider that is made again when it is lost.

mod state;
mod task;

use std::{future::Future, sync::Arc, time::Instant};

use tenfold_transport::Connector;

pub use self::state::ClientState;
use crate::{
    Call, ClientConfig, ExchangeError, Handler, OneWay, Outgoing,
    link::{LeaveOrder, Link},
    proto::{Phase, Statistics},
};

/// A connection to one provider that is made again when it is lost.
///
/// Clones share it. When the last clone is dropped, calls that are in flight go on to their end, and
/// the connection is closed then.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Owner>,
}

/// Held by all clones; its end is the end of the client.
#[derive(Debug)]
struct Owner {
    link: Arc<Link>,
    lazy: bool,
}

impl Client {
    /// A client for the provider that `connector` leads to. `handler` serves what the provider
    /// asks of this side; [`NoHandler`](crate::NoHandler) serves nothing.
    ///
    /// The connection is made in the background, at once or, for a lazy client, at the first call.
    /// Calls wait for a first attempt that is under way; later, while the connection is lost, they
    /// are refused with [`ExchangeError::NotConnected`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, on which the connection's task is spawned.
    pub fn new(
        connector: Arc<dyn Connector>,
        handler: Arc<impl Handler>,
        config: ClientConfig,
    ) -> Self {
        let phase = if config.lazy {
            Phase::Idle
        } else {
            Phase::Connecting
        };
        let target = Arc::from(connector.target());
        let link = Link::new(&config.connection, phase, target, config.on_state.clone());
        let lazy = config.lazy;
        let task = task::ClientTask::new(link.clone(), connector, handler, config);
        // Its owner is this client: it ends when the last clone is gone or was closed, and
        // `close` waits for that.
        tokio::spawn(task.run());
        Self {
            inner: Arc::new(Owner { link, lazy }),
        }
    }

    /// Sends a request.
    ///
    /// Its bytes are appended before this returns, unless there is no room or no connection yet:
    /// then the call waits, in order, and the wait counts against the deadline. Requests leave in
    /// the order in which this was called.
    #[inline]
    pub fn request(&self, request: Outgoing<'_>) -> Call {
        Call::begin(&self.inner.link, request)
    }

    /// Sends a request that has no answer.
    pub fn one_way(&self, request: Outgoing<'_>) -> OneWay {
        OneWay::begin(&self.inner.link, request)
    }

    /// Waits until the connection stands, or an attempt to make it has failed. Asks a lazy client
    /// to connect.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn connected(&self) -> Result<(), ExchangeError> {
        let link = &self.inner.link;
        let mut changes = link.changes();
        let failures = changes.borrow().failures;
        link.want_connection();
        loop {
            let change = *changes.borrow_and_update();
            match change.state {
                ClientState::Connected | ClientState::ReadOnly => return Ok(()),
                ClientState::Closing => return Err(ExchangeError::Closing),
                ClientState::Closed => return Err(link.not_connected()),
                _ if change.failures > failures => return Err(link.not_connected()),
                ClientState::Down if change.failures > 0 => return Err(link.not_connected()),
                _ => {}
            }
            if changes.changed().await.is_err() {
                return Err(link.not_connected());
            }
        }
    }

    /// Waits until the state is another than `known`, and says which.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn changed_from(&self, known: ClientState) -> ClientState {
        let mut changes = self.inner.link.changes();
        match changes.wait_for(|change| change.state != known).await {
            Ok(change) => change.state,
            Err(_) => ClientState::Closed,
        }
    }

    /// Closes the connection: no calls begin any more, those in flight go on until `deadline`. The
    /// future is ready when the connection is gone.
    ///
    /// # Cancel safety
    ///
    /// The closing goes on if the future is dropped.
    pub fn close(&self, deadline: Instant) -> impl Future<Output = ()> + Send + use<> {
        let link = self.inner.link.clone();
        link.order_leave(LeaveOrder::at_latest(deadline));
        async move { link.ended().cancelled().await }
    }

    /// Whether a call would be sent: the connection stands and the provider has not said that it
    /// is going away. A lazy client that has not connected yet counts as available.
    pub fn is_available(&self) -> bool {
        match self.state() {
            ClientState::Connected => true,
            ClientState::Idle => self.inner.lazy,
            _ => false,
        }
    }

    /// Where the connection stands.
    pub fn state(&self) -> ClientState {
        self.inner.link.state()
    }

    /// The target as the connector names it.
    pub fn target(&self) -> &str {
        self.inner.link.target()
    }

    /// What the connection holds and has seen.
    pub fn statistics(&self) -> Statistics {
        self.inner.link.statistics()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // Every call has a deadline, so this ends.
        self.link.order_leave(LeaveOrder::when_done());
    }
}
