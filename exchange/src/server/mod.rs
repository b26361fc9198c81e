//! Takes connections in and serves them.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tenfold_transport::{Address, Channel, Listener};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ConnectionConfig, Event, Handler, ServerConfig,
    driver::{Driver, now},
    link::{LeaveOrder, Link},
    proto::{Phase, Statistics},
};

/// How long accepting rests after an error that does not concern one connection, such as too many
/// open files: long enough not to spin, short enough not to be noticed.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// Takes connections in and serves them through a [`Handler`].
///
/// Dropping it stops accepting and closes the connections at once; [`shutdown`](Self::shutdown) does it
/// gently.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    local: Address,
}

/// What the accept loop and the server's owner share.
#[derive(Debug)]
struct Shared {
    connections: Mutex<Connections>,
    refused: AtomicUsize,
    /// Ends the accept loop.
    stop: CancellationToken,
    /// The accept loop and the connections' tasks.
    tasks: TaskTracker,
    /// The tasks of requests that had to wait.
    requests: TaskTracker,
}

#[derive(Debug, Default)]
struct Connections {
    open: HashMap<u64, Arc<Link>>,
    next: u64,
    /// Connections that are made after this was said are told at once.
    read_only: bool,
    /// The order to leave, once it was given, for a connection that is accepted at that moment.
    leave: Option<LeaveOrder>,
}

/// What was left when a server had been shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Requests whose handlers were still running at the deadline. They go on: a handler runs to
    /// its end unless its runtime does not.
    pub requests_left: usize,
}

/// Forgets a connection however its task ends.
struct Registered {
    shared: Arc<Shared>,
    key: u64,
}

impl Server {
    /// Serves what `listener` takes in.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, on which the tasks are spawned.
    pub fn start(
        listener: impl Listener,
        handler: Arc<impl Handler>,
        config: ServerConfig,
    ) -> Self {
        let local = listener.local_address().clone();
        let shared = Arc::new(Shared {
            connections: Mutex::default(),
            refused: AtomicUsize::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            requests: TaskTracker::new(),
        });
        let accepting = accept(listener, handler, config, shared.clone());
        shared.tasks.spawn(accepting);
        Self { shared, local }
    }

    /// Where the server listens; a port 0 that was asked for has become a real one.
    pub fn local_address(&self) -> &Address {
        &self.local
    }

    /// Tells every consumer, those that connect later included, that this provider is going away:
    /// they send their further calls elsewhere. What arrives all the same is served.
    pub fn announce_read_only(&self) {
        self.announce(Event::ReadOnly);
    }

    /// Takes the announcement back.
    pub fn announce_writeable(&self) {
        self.announce(Event::Writeable);
    }

    /// Shuts down: takes no more connections, announces read-only, goes on serving what arrives on
    /// the open ones until each has been quiet for `quiet`, and closes it then. At `deadline` from
    /// now, whatever is still open is closed.
    ///
    /// # Cancel safety
    ///
    /// The shutdown goes on if the future is dropped.
    pub async fn shutdown(&self, quiet: Duration, deadline: Duration) -> ShutdownReport {
        let until = now() + deadline;
        self.shared.stop.cancel();
        self.announce_read_only();
        self.leave(quiet, until);
        self.shared.tasks.close();
        self.shared.requests.close();
        self.shared.tasks.wait().await;
        let until = tokio::time::Instant::from_std(until);
        let left = tokio::time::timeout_at(until, self.shared.requests.wait()).await;
        ShutdownReport {
            requests_left: left.map_or_else(|_| self.shared.requests.len(), |()| 0),
        }
    }

    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.shared.connections.lock().open.len()
    }

    /// Connections that were closed at once because there were too many.
    pub fn refused_connections(&self) -> usize {
        self.shared.refused.load(Ordering::Relaxed)
    }

    /// What all open connections together hold and have seen.
    pub fn statistics(&self) -> Statistics {
        let links: Vec<_> = {
            let connections = self.shared.connections.lock();
            connections.open.values().cloned().collect()
        };
        links.iter().fold(Statistics::default(), |sum, link| {
            sum.plus(link.statistics())
        })
    }

    fn announce(&self, event: Event) {
        let mut connections = self.shared.connections.lock();
        connections.read_only = event == Event::ReadOnly;
        for link in connections.open.values() {
            link.send_event(event, false);
        }
    }

    fn leave(&self, quiet: Duration, until: Instant) {
        let order = LeaveOrder {
            quiet,
            deadline: Some(until),
            refuse_calls: false,
        };
        let mut connections = self.shared.connections.lock();
        connections.leave = Some(order);
        for link in connections.open.values() {
            link.order_leave(order);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.shared.stop.is_cancelled() {
            self.shared.stop.cancel();
            self.leave(Duration::ZERO, now());
        }
    }
}

async fn accept<H: Handler>(
    mut listener: impl Listener,
    handler: Arc<H>,
    config: ServerConfig,
    shared: Arc<Shared>,
) {
    let connection = Arc::new(config.connection);
    loop {
        let accepted = poll_fn(|cx| listener.poll_accept(cx));
        let Some(accepted) = shared.stop.run_until_cancelled(accepted).await else {
            return;
        };
        match accepted {
            Ok(channel) => {
                let open = shared.connections.lock().open.len();
                if config.accepts.is_some_and(|limit| open >= limit) {
                    shared.refused.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(target: "tenfold::exchange", peer = %channel.remote_address(), open, "too many connections, this one is closed");
                    continue;
                }
                serve(channel, handler.clone(), connection.clone(), &shared);
            }
            Err(error) => {
                tracing::warn!(target: "tenfold::exchange", %error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

fn serve<H: Handler>(
    channel: Channel,
    handler: Arc<H>,
    config: Arc<ConnectionConfig>,
    shared: &Arc<Shared>,
) {
    let target = Arc::from(channel.remote_address().to_string());
    let link = Link::new(&config, Phase::Open, target, None);
    let key = {
        let mut connections = shared.connections.lock();
        let key = connections.next;
        connections.next += 1;
        connections.open.insert(key, link.clone());
        if connections.read_only {
            link.send_event(Event::ReadOnly, false);
        }
        if let Some(order) = connections.leave {
            link.order_leave(order);
        }
        key
    };
    let registered = Registered {
        shared: shared.clone(),
        key,
    };
    let driver = Driver::new(
        link,
        channel,
        config,
        handler,
        shared.requests.clone(),
        false,
    );
    shared.tasks.spawn(async move {
        let _registered = registered;
        let reason = driver.await;
        tracing::debug!(target: "tenfold::exchange", %reason, "connection ended");
    });
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.shared.connections.lock().open.remove(&self.key);
    }
}
