//! One serving node, without I/O: connections, sessions, watches and the core behind them.
//!
//! ```text
//!                 connected / received / disconnected / tick
//!                                  │
//!     reads ◄── answered at once ──┤
//!                                  ▼
//!   Node::take_proposals ──► an entry of the log ──► Node::committed
//!                                  │                     │ per transaction: events, then the reply
//!                                  ▼                     ▼
//!                           Node::take_actions: bytes to send, connections to close
//! ```
//!
//! A connection's requests are answered in their order. A read that stands behind a transaction of
//! its own connection waits until that one is applied and sees exactly the state behind it;
//! everything else is read at once. Events of a transaction go into a connection's buffer before
//! any reply that could show the transaction's effect.

mod connection;
mod handshake;
mod password;
mod serve;
mod translate;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    time::Duration,
};

use bytes::Bytes;
use tenfold_zk::{SessionId, WatcherEvent};

use self::{
    connection::{Connection, Latency, Pending, Phase},
    translate::Asked,
};
pub use self::{password::Passwords, words::Word};
use crate::{
    config::ServerConfig,
    core::{
        Genesis, State, acl,
        entry::{Entry, Identities, Origin, Output, Request, Write, WriteReply},
        liveness::Liveness,
    },
    watch::{ConnectionId, Event, WatchTable},
};

/// What time it is, by both clocks that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Since a moment of the caller's choice; never runs backwards.
    pub monotonic: Duration,
    /// Milliseconds since 1970.
    pub unix_ms: i64,
}

/// What the shell is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Send bytes.
    Send {
        /// To whom.
        connection: ConnectionId,
        /// Whole frames, or a four-letter word's text.
        bytes: Bytes,
    },
    /// Close a connection once everything before it has been sent.
    Close {
        /// Which one.
        connection: ConnectionId,
    },
}

/// One serving node.
#[derive(Debug)]
pub struct Node {
    config: ServerConfig,
    state: State,
    liveness: Liveness,
    watches: WatchTable,
    passwords: Passwords,
    connections: BTreeMap<ConnectionId, Connection>,
    /// Which connection a session is attached to.
    attached: HashMap<SessionId, ConnectionId>,
    proposals: Vec<Request>,
    dirty: BTreeSet<ConnectionId>,
    actions: Vec<Action>,
    last_tick: Option<Duration>,
    next_reap: Duration,
    stats: NodeStats,
}

/// What the four-letter words show.
#[derive(Debug, Default)]
struct NodeStats {
    received: u64,
    sent: u64,
    latency: Latency,
    auth_failures: u64,
    expired: u64,
    started_at: Option<Duration>,
}

impl Node {
    /// A node with an empty tree. `secret` is what session passwords are made from.
    #[must_use]
    pub fn new(config: ServerConfig, genesis: Genesis, secret: &[u8]) -> Self {
        let next_reap = config.reap_interval;
        Self {
            liveness: Liveness::new(config.tick),
            config,
            state: State::new(genesis),
            watches: WatchTable::default(),
            passwords: Passwords::new(secret),
            connections: BTreeMap::new(),
            attached: HashMap::new(),
            proposals: Vec::new(),
            dirty: BTreeSet::new(),
            actions: Vec::new(),
            last_tick: None,
            next_reap,
            stats: NodeStats::default(),
        }
    }

    /// A peer has connected.
    pub fn connected(&mut self, id: ConnectionId, peer: SocketAddr, now: Now) {
        self.connections
            .insert(id, Connection::new(peer, now.monotonic));
    }

    /// A whole frame has come, without its length.
    pub fn received(&mut self, id: ConnectionId, frame: Bytes, now: Now) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.stats.received = connection.stats.received.saturating_add(1);
        self.stats.received = self.stats.received.saturating_add(1);
        match &mut connection.phase {
            Phase::Fresh => self.connect(id, &frame, now),
            Phase::Opening { held, .. } => held.push(frame),
            Phase::Live { session } => {
                let session = *session;
                self.liveness.touch(session, now.monotonic);
                self.request(id, session, &frame, now);
            }
        }
    }

    /// A peer has gone, or its connection has been cut. Its session stays.
    pub fn disconnected(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.remove(&id) {
            self.watches.forget(id);
            self.dirty.remove(&id);
            if let Some(session) = connection.session()
                && self.attached.get(&session) == Some(&id)
            {
                self.attached.remove(&session);
            }
        }
    }

    /// Time has passed; to be called every [`Node::beat`].
    pub fn tick(&mut self, now: Now) {
        let beat = self.beat();
        let last = self
            .last_tick
            .replace(now.monotonic)
            .unwrap_or(now.monotonic);
        self.stats.started_at.get_or_insert(now.monotonic);
        if now.monotonic.saturating_sub(last) > self.config.tick + beat {
            // This process has been stopped: what clients sent meanwhile still waits to be read.
            self.liveness.renew_all(now.monotonic);
        }
        for session in self.liveness.expired(now.monotonic) {
            self.stats.expired = self.stats.expired.saturating_add(1);
            tracing::info!(%session, "session expired");
            self.proposals
                .push(Request::internal(session, Write::CloseSession));
        }
        let late = |(id, connection): (&ConnectionId, &Connection)| {
            let age = now.monotonic.saturating_sub(connection.opened_at);
            (connection.session().is_none() && age > self.config.limits.handshake_time_max)
                .then_some(*id)
        };
        let late: Vec<ConnectionId> = self.connections.iter().filter_map(late).collect();
        for id in late {
            self.close(id);
        }
        if now.monotonic >= self.next_reap {
            self.next_reap = now.monotonic + self.config.reap_interval;
            let unused = self.config.container_unused_max.as_millis();
            let unused_ms = i64::try_from(unused).unwrap_or(i64::MAX);
            let due = self.state.reapable(now.unix_ms, unused_ms, REAPED_MAX);
            self.proposals.extend(due);
        }
    }

    /// How often [`Node::tick`] wants to be called.
    #[must_use]
    pub fn beat(&self) -> Duration {
        (self.config.tick / 4).clamp(Duration::from_millis(5), Duration::from_millis(500))
    }

    /// The transactions that wait to be put into the log, in order.
    pub fn take_proposals(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.proposals)
    }

    /// An entry of the log is decided: applies it, tells the watchers, answers whoever waits here.
    pub fn committed(&mut self, entry: &Entry, now: Now) {
        if !self.state.begin(entry) {
            return;
        }
        for request in &entry.requests {
            let output = self.state.step(request);
            self.announce(&output);
            self.settle(output, now);
        }
    }

    /// Whether a connection waits for a transaction before something else of it can be answered.
    #[must_use]
    pub fn waits(&self, id: ConnectionId) -> bool {
        self.connections.get(&id).is_some_and(|connection| {
            matches!(connection.phase, Phase::Opening { .. })
                || !matches!(
                    connection.pending.back(),
                    None | Some(Pending::Proposed { .. })
                )
        })
    }

    /// How many bytes for a connection have not been taken yet.
    #[must_use]
    pub fn buffered_bytes(&self, id: ConnectionId) -> usize {
        self.connections
            .get(&id)
            .map_or(0, |connection| connection.out.len())
    }

    /// What is to be sent and closed, in order.
    pub fn take_actions(&mut self) -> Vec<Action> {
        for id in std::mem::take(&mut self.dirty) {
            self.flush(id);
        }
        std::mem::take(&mut self.actions)
    }

    /// The state as it is applied here.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// Tells the watchers what a transaction changed.
    fn announce(&mut self, output: &Output) {
        for change in &output.changes {
            for event in self.watches.trigger(change) {
                self.tell(&event, output);
            }
        }
    }

    fn tell(&mut self, event: &Event, output: &Output) {
        let record = WatcherEvent {
            kind: event.kind,
            state: tenfold_zk::KeeperState::SyncConnected,
            path: event.path.to_string(),
        };
        let frame = record.to_frame(output.zxid);
        for id in &event.connections {
            let Some(connection) = self.connections.get_mut(id) else {
                continue;
            };
            if acl::allows(&event.acl, tenfold_zk::Perms::READ, &connection.identities) {
                connection.out.extend_from_slice(&frame);
                connection.stats.sent = connection.stats.sent.saturating_add(1);
                self.stats.sent = self.stats.sent.saturating_add(1);
                self.dirty.insert(*id);
            }
        }
    }

    /// Does what an outcome means here: session bookkeeping, the reply, and what waited behind it.
    fn settle(&mut self, output: Output, now: Now) {
        let mine = output
            .origin
            .filter(|origin| origin.node == self.config.node_id);
        match output.reply {
            WriteReply::Opened { timeout_ms } => {
                self.session_opened(output.session, timeout_ms, mine, now);
                return;
            }
            WriteReply::Closed => self.liveness.close(output.session),
            _ => {}
        }
        let closed = output.reply == WriteReply::Closed;
        if let Some(origin) = mine {
            self.answer_proposed(origin, output.reply, output.zxid, now);
        }
        if closed && let Some(id) = self.attached.get(&output.session).copied() {
            self.close(id);
        }
    }

    /// Puts a connection's bytes among the actions.
    fn flush(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id)
            && !connection.out.is_empty()
        {
            let bytes = connection.out.split().freeze();
            self.actions.push(Action::Send {
                connection: id,
                bytes,
            });
        }
    }

    /// Closes a connection after what has been said to it.
    fn close(&mut self, id: ConnectionId) {
        if self.connections.contains_key(&id) {
            self.flush(id);
            self.disconnected(id);
            self.actions.push(Action::Close { connection: id });
        }
    }

    /// Puts a transaction of a connection among the proposals and gives its number.
    fn propose(&mut self, id: ConnectionId, session: SessionId, write: Write) -> u64 {
        let Some(connection) = self.connections.get_mut(&id) else {
            return 0;
        };
        connection.sequence = connection.sequence.wrapping_add(1);
        let sequence = connection.sequence;
        let identities = Identities::clone(&connection.identities);
        let origin = Origin {
            node: self.config.node_id,
            connection: id.0,
            sequence,
        };
        self.proposals
            .push(Request::new(origin, session, identities, write));
        sequence
    }
}

/// At most so many nodes are reaped in one round, as in ZooKeeper in a minute.
const REAPED_MAX: usize = 10_000;

#[cfg(test)]
mod tests;
