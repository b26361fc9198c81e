//! Keeps what is registered registered: compares what should stand with what stands.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tenfold_zk::{Acl, CreateMode, SessionId, Stat, path};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{follow::log_retry, metadata};
use crate::client::{Multi, ZkClient, ZkError, ZkErrorKind};

/// All registrations of one registry.
#[derive(Debug)]
pub(super) struct Keeper {
    client: ZkClient,
    /// Data of the nodes that are made: this machine's address, as Java writes it.
    data: String,
    root: String,
    wishes: Mutex<Wishes>,
}

#[derive(Debug, Default)]
struct Wishes {
    wanted: HashMap<String, Wanted>,
    /// In which session a wanted node was last seen as it should be.
    placed: HashMap<String, SessionId>,
    unwanted: HashSet<String>,
    /// The last of the standing nodes that was compared.
    cursor: String,
}

/// A node that should stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) ephemeral: bool,
    /// Interface and application that Dubbo 3 consumers should find by the mapping.
    pub(super) mapping: Option<(String, String)>,
}

impl Keeper {
    pub(super) fn new(client: ZkClient, root: String, data: String) -> Self {
        Self {
            client,
            data,
            root,
            wishes: Mutex::new(Wishes::default()),
        }
    }

    /// Wants a node and tries to place it at once. Whatever comes of that, the wish stands.
    pub(super) async fn want(&self, path: &str, wanted: Wanted) -> Result<(), ZkError> {
        {
            let mut wishes = self.wishes.lock();
            wishes.unwanted.remove(path);
            wishes.wanted.insert(path.to_owned(), wanted.clone());
        }
        self.place(path, &wanted).await
    }

    /// Gives a wish up. What may stand of it is removed in the background.
    pub(super) fn discard(&self, path: &str) {
        let mut wishes = self.wishes.lock();
        if wishes.wanted.remove(path).is_some() {
            wishes.placed.remove(path);
            wishes.unwanted.insert(path.to_owned());
        }
    }

    /// Wants a node gone and tries to remove it at once. If that fails it is tried again later.
    pub(super) async fn unwant(&self, path: &str) -> Result<(), ZkError> {
        {
            let mut wishes = self.wishes.lock();
            if wishes.wanted.remove(path).is_none() {
                return Ok(());
            }
            wishes.placed.remove(path);
            wishes.unwanted.insert(path.to_owned());
        }
        self.remove(path).await?;
        self.wishes.lock().unwanted.remove(path);
        Ok(())
    }

    /// Mends the difference every `period` and after each reconnect, until it is aborted or the
    /// client has ended.
    pub(super) async fn run(self: Arc<Self>, period: Duration) {
        let mut session = self.client.session();
        let mut connections = session.current().connections;
        let mut due = Instant::now() + period;
        loop {
            let reconnected = tokio::select! {
                state = session.changed() => match state {
                    None => return,
                    Some(state) if state.phase.is_final() => return,
                    Some(state) => {
                        let reconnected =
                            state.is_connected() && state.connections != connections;
                        if reconnected {
                            connections = state.connections;
                        }
                        reconnected
                    }
                },
                () = sleep_until(due) => false,
            };
            let is_due = Instant::now() >= due;
            if reconnected || (is_due && session.current().is_connected()) {
                self.mend(reconnected).await;
            }
            if reconnected || is_due {
                due = Instant::now() + period;
            }
        }
    }

    /// Compares all nodes, or those that are not known to stand and a share of the others.
    async fn mend(self: &Arc<Self>, all: bool) {
        let (wanted, unwanted) = self.wishes.lock().next_round(all, self.session());
        let mut tasks = JoinSet::new();
        for path in wanted {
            if tasks.len() >= MEND_AT_ONCE {
                tasks.join_next().await;
            }
            tasks.spawn(Arc::clone(self).mend_wanted(path));
        }
        for path in unwanted {
            if tasks.len() >= MEND_AT_ONCE {
                tasks.join_next().await;
            }
            tasks.spawn(Arc::clone(self).mend_unwanted(path));
        }
        while tasks.join_next().await.is_some() {}
    }

    async fn mend_wanted(self: Arc<Self>, path: String) {
        let Some(wanted) = self.wanted(&path) else {
            return;
        };
        if let Err(error) = self.place(&path, &wanted).await {
            log_retry(&error, "registration does not stand; trying again");
        }
        // It may have been withdrawn while it was placed.
        if self.wanted(&path).is_none() && self.remove(&path).await.is_err() {
            self.wishes.lock().unwanted.insert(path);
        }
    }

    async fn mend_unwanted(self: Arc<Self>, path: String) {
        if self.wanted(&path).is_some() {
            return;
        }
        match self.remove(&path).await {
            Ok(()) => {
                self.wishes.lock().unwanted.remove(&path);
            }
            Err(error) => log_retry(&error, "registration cannot be removed yet; trying again"),
        }
    }

    /// Makes a node stand as it should, whoever left what in its place.
    async fn place(&self, path: &str, wanted: &Wanted) -> Result<(), ZkError> {
        for _ in 0..PLACE_TRIES {
            let placed = match self.client.exists(path).await? {
                Some(stat) if self.is_right(&stat, wanted) => Ok(()),
                // It stood in this session, so whoever took its place is alive and announces the
                // same URL. It stands for both; taking turns would make it flicker.
                Some(stat) if wanted.ephemeral && self.stood(path) => {
                    tracing::debug!(path, owner = %stat.ephemeral_owner, "announced by another");
                    return Ok(());
                }
                // An ephemeral of a session that is about to end, most often our own last one.
                // Waiting for its end would leave a gap; both steps in one leave none, and the
                // version keeps us from removing what another process has just renewed.
                Some(stat) => {
                    let replace = Multi::new().delete(path, Some(stat.version)).create(
                        path,
                        self.data.clone(),
                        Acl::open(),
                        wanted.mode(),
                    );
                    self.client.multi(replace).await.map(|_| ())
                }
                None => self.create(path, wanted.mode()).await,
            };
            match placed.as_ref().map_err(ZkError::kind) {
                Ok(()) => {
                    self.note_placed(path);
                    return self.place_mapping(path, wanted).await;
                }
                // Somebody was faster; look again.
                Err(ZkErrorKind::NodeExists | ZkErrorKind::NoNode | ZkErrorKind::BadVersion) => {}
                Err(_) => return placed,
            }
        }
        let mode = wanted.mode();
        self.client
            .create(path, self.data.clone(), Acl::open(), mode)
            .await
            .map(|_| ())
    }

    async fn create(&self, path: &str, mode: CreateMode) -> Result<(), ZkError> {
        let created = self
            .client
            .create(path, self.data.clone(), Acl::open(), mode)
            .await;
        match created {
            Err(error) if *error.kind() == ZkErrorKind::NoNode => {
                if let Some(parent) = path::parent(path) {
                    self.client.ensure_path(parent, self.data.clone()).await?;
                }
                self.client
                    .create(path, self.data.clone(), Acl::open(), mode)
                    .await?;
                Ok(())
            }
            other => other.map(|_| ()),
        }
    }

    /// Adds an application to the mapping of an interface.
    pub(super) async fn map(&self, interface: &str, application: &str) -> Result<(), ZkError> {
        metadata::map_interface(&self.client, &self.root, &self.data, interface, application).await
    }

    /// Writes the mapping once; a failure is no reason to call the registration failed.
    async fn place_mapping(&self, path: &str, wanted: &Wanted) -> Result<(), ZkError> {
        let Some((interface, application)) = &wanted.mapping else {
            return Ok(());
        };
        match self.map(interface, application).await {
            Ok(()) => {
                if let Some(wanted) = self.wishes.lock().wanted.get_mut(path) {
                    wanted.mapping = None;
                }
            }
            Err(error) => log_retry(&error, "interface mapping not written; trying again"),
        }
        Ok(())
    }

    /// Removes a node unless it belongs to another process.
    async fn remove(&self, path: &str) -> Result<(), ZkError> {
        for _ in 0..PLACE_TRIES {
            let Some(stat) = self.client.exists(path).await? else {
                return Ok(());
            };
            let own = self.session();
            if stat.ephemeral_owner != SessionId::NONE && Some(stat.ephemeral_owner) != own {
                return Ok(());
            }
            let deleted = self.client.delete(path, Some(stat.version)).await;
            match deleted.as_ref().map_err(ZkError::kind) {
                Err(ZkErrorKind::BadVersion) => {}
                Err(ZkErrorKind::NoNode) => return Ok(()),
                _ => return deleted,
            }
        }
        self.client.delete(path, None).await
    }

    fn wanted(&self, path: &str) -> Option<Wanted> {
        self.wishes.lock().wanted.get(path).cloned()
    }

    fn note_placed(&self, path: &str) {
        let mut wishes = self.wishes.lock();
        if let (Some(session), true) = (self.session(), wishes.wanted.contains_key(path)) {
            wishes.placed.insert(path.to_owned(), session);
        }
    }

    /// Whether the node was seen as it should be in the session that stands at this moment.
    fn stood(&self, path: &str) -> bool {
        let placed = self.wishes.lock().placed.get(path).copied();
        placed.is_some() && placed == self.session()
    }

    fn is_right(&self, stat: &Stat, wanted: &Wanted) -> bool {
        if wanted.ephemeral {
            stat.ephemeral_owner != SessionId::NONE && Some(stat.ephemeral_owner) == self.session()
        } else {
            stat.ephemeral_owner == SessionId::NONE
        }
    }

    fn session(&self) -> Option<SessionId> {
        self.client.session().current().session
    }
}

impl Wishes {
    /// What to compare in this round: wanted and unwanted paths.
    fn next_round(&mut self, all: bool, session: Option<SessionId>) -> (Vec<String>, Vec<String>) {
        let unwanted = self.unwanted.iter().cloned().collect();
        let stands = |path: &String, wanted: &Wanted| {
            wanted.mapping.is_none()
                && session.is_some()
                && self.placed.get(path) == session.as_ref()
        };
        let (standing, mut round): (Vec<_>, Vec<_>) = self
            .wanted
            .iter()
            .map(|(path, wanted)| (path, all || !stands(path, wanted)))
            .partition(|(_, urgent)| !urgent);
        let mut standing: Vec<_> = standing.into_iter().map(|(path, _)| path).collect();
        standing.sort_unstable();
        // Goes on behind the path where the last round ended, and around.
        let after = standing.partition_point(|path| **path <= self.cursor);
        standing.rotate_left(after);
        standing.truncate(COMPARED_MAX);
        let mut paths: Vec<String> = round.drain(..).map(|(path, _)| path.clone()).collect();
        paths.extend(standing.iter().map(|path| (*path).clone()));
        if let Some(last) = standing.last() {
            self.cursor = (*last).clone();
        }
        (paths, unwanted)
    }
}

impl Wanted {
    const fn mode(&self) -> CreateMode {
        if self.ephemeral {
            CreateMode::Ephemeral
        } else {
            CreateMode::Persistent
        }
    }
}

/// Registrations that are mended at the same time. After an expiry a thousand of them are back
/// within some thirty round trips, and the server's queue stays short.
const MEND_AT_ONCE: usize = 32;
/// How often somebody else may be faster before it is an error.
const PLACE_TRIES: usize = 3;
/// Standing registrations that are compared in one round. A process with a thousand services must
/// not ask a thousand questions every few seconds: all its peers do the same. Most have fewer than
/// this, so each of their nodes is compared in each round.
const COMPARED_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: SessionId = SessionId(7);

    fn wishes(count: usize, standing: usize) -> Wishes {
        let mut wishes = Wishes::default();
        for number in 0..count {
            let path = format!("/{number:04}");
            let wanted = Wanted {
                ephemeral: true,
                mapping: None,
            };
            wishes.wanted.insert(path.clone(), wanted);
            if number < standing {
                wishes.placed.insert(path, SESSION);
            }
        }
        wishes
    }

    #[test]
    fn few_nodes_are_compared_in_each_round() {
        let mut wishes = wishes(10, 10);
        for _ in 0..3 {
            assert_eq!(wishes.next_round(false, Some(SESSION)).0.len(), 10);
        }
    }

    #[test]
    fn many_nodes_take_turns_and_none_is_left_out() {
        let mut wishes = wishes(150, 150);
        let mut seen = HashSet::new();
        for _ in 0..3 {
            let (round, _) = wishes.next_round(false, Some(SESSION));
            assert_eq!(round.len(), COMPARED_MAX);
            seen.extend(round);
        }
        assert_eq!(seen.len(), 150);
    }

    #[test]
    fn what_does_not_stand_and_what_stood_in_another_session_is_always_compared() {
        let mut wishes = wishes(150, 100);
        let (round, _) = wishes.next_round(false, Some(SESSION));
        assert_eq!(round.len(), 50 + COMPARED_MAX);
        let (round, _) = wishes.next_round(false, Some(SessionId(8)));
        assert_eq!(round.len(), 150);
        let (round, _) = wishes.next_round(true, Some(SESSION));
        assert_eq!(round.len(), 150);
    }
}
