//! Follows one children list for as long as somebody wants to know.

use std::time::Duration;

use tenfold_zk::Zxid;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep, sleep_until},
};

use crate::client::{SessionWatch, Watch, ZkClient, ZkError, ZkErrorKind};

/// What to follow and how.
#[derive(Clone, Debug)]
pub(super) struct Follow {
    pub(super) client: ZkClient,
    pub(super) path: String,
    /// Data of the nodes that are made when the path is missing; `None` to wait for its birth.
    pub(super) make: Option<String>,
    /// How soon a failed read is tried again.
    pub(super) retry: Duration,
}

impl Follow {
    /// Tells every list, until the client is closed or the task is aborted.
    ///
    /// `first` gets the outcome of the first read; after a failure the reading goes on. Events that
    /// come in a burst are gathered: between two reads lies [`GATHER`] at least. The first event
    /// after a pause is read at once.
    pub(super) async fn run(
        self,
        first: oneshot::Sender<Result<(), ZkError>>,
        mut tell: impl FnMut(Vec<String>) + Send,
    ) {
        let mut first = Some(first);
        let mut session = self.client.session();
        loop {
            let started = Instant::now();
            let connections = session.current().connections;
            let read = self.read().await;
            let outcome = read.as_ref().map(|_| ()).map_err(Clone::clone);
            let seen = match read {
                Ok((names, seen)) => {
                    tell(names);
                    Some(seen)
                }
                Err(error) => {
                    log_retry(&error, "registry list cannot be read; trying again");
                    None
                }
            };
            if let Some(first) = first.take() {
                // Who subscribed may have given up waiting.
                let _ = first.send(outcome);
            }
            let goes_on = match seen {
                Some(seen) => self.until_changed(seen, &mut session, connections).await,
                None => self.until_worth_a_try(&mut session, connections).await,
            };
            if !goes_on {
                return;
            }
            sleep_until(started + GATHER).await;
        }
    }

    async fn read(&self) -> Result<(Vec<String>, Seen), ZkError> {
        loop {
            match self.client.children_watched(&self.path).await {
                Ok(((names, stat), watch)) => {
                    let pzxid = Some(stat.pzxid);
                    return Ok((names, Seen { pzxid, watch }));
                }
                Err(error) if *error.kind() == ZkErrorKind::NoNode => {}
                Err(error) => return Err(error),
            }
            match &self.make {
                Some(data) => self.client.ensure_path(&self.path, data.clone()).await?,
                None => {
                    let (stat, watch) = self.client.exists_watched(&self.path).await?;
                    if stat.is_none() {
                        return Ok((Vec::new(), Seen { pzxid: None, watch }));
                    }
                }
            }
        }
    }

    /// Waits until the list may have changed; `false` when the client has ended.
    async fn until_changed(
        &self,
        mut seen: Seen,
        session: &mut SessionWatch,
        connections: u64,
    ) -> bool {
        loop {
            tokio::select! {
                _ = seen.watch.next() => return !session.current().phase.is_final(),
                state = session.changed() => match state {
                    None => return false,
                    Some(state) if state.phase.is_final() => return false,
                    Some(state) if state.is_connected() && state.connections != connections => {
                        return true;
                    }
                    Some(_) => {}
                },
                () = sleep(COMPARE_PERIOD) => {
                    // Events do not get lost. If one does, it costs one period.
                    if let Ok(stat) = self.client.exists(&self.path).await
                        && stat.map(|stat| stat.pzxid) != seen.pzxid
                    {
                        return true;
                    }
                }
            }
        }
    }

    /// Waits for the next try after a failed read; `false` when the client has ended.
    async fn until_worth_a_try(&self, session: &mut SessionWatch, connections: u64) -> bool {
        let retry_at = Instant::now() + self.retry;
        loop {
            tokio::select! {
                state = session.changed() => match state {
                    None => return false,
                    Some(state) if state.phase.is_final() => return false,
                    Some(state) if state.is_connected() && state.connections != connections => {
                        return true;
                    }
                    Some(_) => {}
                },
                () = sleep_until(retry_at) => return !session.current().phase.is_final(),
            }
        }
    }
}

/// A registry out of reach is told once, by the client; what hangs on it need not repeat that for
/// each list and node. Whatever else goes wrong is worth a warning.
pub(super) fn log_retry(error: &ZkError, what: &str) {
    if error.is_transient() {
        tracing::debug!(%error, "{what}");
    } else {
        tracing::warn!(%error, "{what}");
    }
}

/// What the last read left behind.
struct Seen {
    /// The list's version; `None` when there is no node.
    pzxid: Option<Zxid>,
    watch: Watch,
}

/// Least time between two reads of one list. A hundred providers that restart together are a
/// handful of reads and not a hundred; nobody notices a tenth of a second.
pub(super) const GATHER: Duration = Duration::from_millis(100);
/// How often a list is compared with the registry although no event came. A consumer follows
/// hundreds of lists and a registry serves thousands of consumers, so this is no matter of seconds.
const COMPARE_PERIOD: Duration = Duration::from_secs(30);
