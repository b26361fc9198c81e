//! The task of a client: connects, drives the connection, and comes back when it is lost.

use std::{
    future::{Future, poll_fn},
    hash::{BuildHasher, RandomState},
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tenfold_transport::{CloseReason, Connector};
use tokio_util::task::TaskTracker;

use crate::{
    ClientConfig, ConnectionConfig, Handler,
    driver::{Driver, DriverTimer, now},
    link::{Link, wake_all},
    proto::{Backoff, Phase},
};

/// A connection that has lived this long was a good one: the next attempt after it comes early.
const GOOD_AFTER: Duration = Duration::from_secs(5);

pub(super) struct ClientTask<H: Handler> {
    link: Arc<Link>,
    connector: Arc<dyn Connector>,
    handler: Arc<H>,
    config: Arc<ConnectionConfig>,
    backoff: Backoff,
    tasks: TaskTracker,
}

/// Ends the link however the task ends.
struct EndGuard(Arc<Link>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        self.0.on_closed(CloseReason::Runtime);
    }
}

impl<H: Handler> ClientTask<H> {
    pub(super) fn new(
        link: Arc<Link>,
        connector: Arc<dyn Connector>,
        handler: Arc<H>,
        config: ClientConfig,
    ) -> Self {
        let seed = config
            .jitter_seed
            .unwrap_or_else(|| RandomState::new().hash_one(connector.target()));
        Self {
            link,
            connector,
            handler,
            config: Arc::new(config.connection),
            backoff: Backoff::new(config.backoff, seed),
            tasks: TaskTracker::new(),
        }
    }

    pub(super) async fn run(mut self) {
        let guard = EndGuard(self.link.clone());
        let mut attendant = Attendant::new(self.link.clone());
        let reason = loop {
            if attendant.wait_until_wanted().await.is_err() {
                break CloseReason::Local;
            }
            match attendant.attend(self.connector.connect()).await {
                Err(Left) => break CloseReason::Local,
                Ok(Ok(channel)) => {
                    self.link.on_connected();
                    let begun = now();
                    let driver = Driver::new(
                        self.link.clone(),
                        channel,
                        self.config.clone(),
                        self.handler.clone(),
                        self.tasks.clone(),
                        true,
                    );
                    let reason = driver.await;
                    tracing::debug!(target: "tenfold::exchange", peer = %self.link.target(), %reason, "connection ended");
                    if matches!(self.link.lock().core.phase(), Phase::Closed(_)) {
                        break reason;
                    }
                    if now().saturating_duration_since(begun) >= GOOD_AFTER {
                        self.backoff.reset();
                    }
                }
                Ok(Err(error)) => {
                    tracing::debug!(target: "tenfold::exchange", %error, "connection attempt failed");
                    self.link.on_connect_failed(error);
                }
            }
            let delay = self.backoff.next_delay();
            if attendant.attend(tokio::time::sleep(delay)).await.is_err() {
                break CloseReason::Local;
            }
        };
        self.link.on_closed(reason);
        drop(guard);
    }
}

/// Looks after the link while there is no connection: waiting calls have deadlines, and the client
/// may be closed.
struct Attendant {
    link: Arc<Link>,
    timer: DriverTimer,
}

/// The client was closed.
struct Left;

impl Attendant {
    fn new(link: Arc<Link>) -> Self {
        Self {
            link,
            timer: DriverTimer::default(),
        }
    }

    /// Runs `work` unless the client is closed first.
    async fn attend<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Left> {
        let mut work = std::pin::pin!(work);
        poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(done));
            }
            self.poll_left(cx).map(Err)
        })
        .await
    }

    async fn wait_until_wanted(&mut self) -> Result<(), Left> {
        poll_fn(|cx| {
            // Ordered so that nothing is missed: the waker is left before the phase is read.
            let left = self.poll_left(cx);
            if left.is_ready() {
                return left.map(Err);
            }
            match self.link.lock().core.phase() {
                Phase::Idle => Poll::Pending,
                _ => Poll::Ready(Ok(())),
            }
        })
        .await
    }

    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<Left> {
        let mut wakers = Vec::new();
        let mut inner = self.link.lock();
        let left = inner.leave.is_some();
        inner.core.on_timeout(now(), &mut wakers);
        inner.task = Some(cx.waker().clone());
        let next: Option<Instant> = inner.core.timeout();
        drop(inner);
        wake_all(&mut wakers);
        if left {
            return Poll::Ready(Left);
        }
        if let Some(at) = next {
            self.timer.arm(at, cx);
        }
        Poll::Pending
    }
}
