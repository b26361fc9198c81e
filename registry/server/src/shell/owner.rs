//! The one task that owns the node: every decision of the server is made here, one after the other.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior, interval},
};

use super::outbox::{Fate, Outbox, PARK_BYTES};
use crate::{
    core::entry::Entry,
    node::{Action, Node, Now, Word},
    watch::ConnectionId,
};

/// What connections tell the owner.
#[derive(Debug)]
pub(super) enum Input {
    /// A peer has connected.
    Connected {
        id: ConnectionId,
        peer: SocketAddr,
        outbox: Arc<Outbox>,
    },
    /// Whole frames have come. No more come from this connection until they are decided.
    Frames {
        id: ConnectionId,
        frames: Vec<Bytes>,
    },
    /// The connection began with a four-letter word.
    Word { id: ConnectionId, word: Word },
    /// The replies that held up a connection's requests have been sent.
    Drained { id: ConnectionId },
    /// The connection is over.
    Gone { id: ConnectionId },
}

/// The owner of the node.
pub(super) struct Owner {
    node: Node,
    peers: HashMap<ConnectionId, Peer>,
    /// Connections whose frames have all been decided in this round.
    idle: Vec<ConnectionId>,
    started: Instant,
    /// The index of the last entry.
    index: u64,
}

struct Peer {
    outbox: Arc<Outbox>,
    /// Frames that wait until the replies before them have been sent.
    backlog: VecDeque<Bytes>,
}

impl Owner {
    pub(super) fn new(node: Node) -> Self {
        Self {
            node,
            peers: HashMap::new(),
            idle: Vec::new(),
            started: Instant::now(),
            index: 0,
        }
    }

    /// Runs until the server is told to stop, then lets every connection send what it has and
    /// close.
    pub(super) async fn run(
        mut self,
        mut inputs: mpsc::Receiver<Input>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut beat = interval(self.node.beat());
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::with_capacity(BATCH_MAX);
        loop {
            // Not biased: neither a busy server's clock nor an idle one's inputs may starve.
            tokio::select! {
                _ = stop.changed() => break,
                count = inputs.recv_many(&mut batch, BATCH_MAX) => {
                    if count == 0 {
                        break;
                    }
                    for input in batch.drain(..) {
                        self.take(input);
                    }
                }
                _ = beat.tick() => {
                    let now = self.now();
                    self.node.tick(now);
                }
            }
            self.commit();
            self.free_the_idle();
        }
        for peer in self.peers.values() {
            peer.outbox.set_fate(Fate::Closing);
        }
        inputs.close();
        while let Ok(input) = inputs.try_recv() {
            if let Input::Connected { outbox, .. } = input {
                outbox.set_fate(Fate::Closing);
            }
        }
    }

    fn take(&mut self, input: Input) {
        let now = self.now();
        match input {
            Input::Connected { id, peer, outbox } => {
                self.node.connected(id, peer, now);
                outbox.set_idle();
                self.peers.insert(
                    id,
                    Peer {
                        outbox,
                        backlog: VecDeque::new(),
                    },
                );
            }
            Input::Frames { id, frames } => {
                if let Some(peer) = self.peers.get_mut(&id) {
                    peer.backlog.extend(frames);
                }
                self.work(id);
            }
            Input::Drained { id } => self.work(id),
            Input::Word { id, word } => self.node.word(id, word, now),
            Input::Gone { id } => {
                self.node.disconnected(id);
                self.peers.remove(&id);
            }
        }
    }

    /// Decides a connection's waiting frames, as long as its replies do not pile up.
    fn work(&mut self, id: ConnectionId) {
        loop {
            let Some(peer) = self.peers.get_mut(&id) else {
                return;
            };
            let Some(frame) = peer.backlog.pop_front() else {
                self.idle.push(id);
                return;
            };
            let now = self.now();
            self.node.received(id, frame, now);
            if self.node.waits(id) {
                // Reads that wait for a write would all be answered at once when it is applied,
                // however much that is.
                self.commit();
            }
            if self.node.buffered_bytes(id) >= PARK_BYTES {
                self.deliver();
            }
            if let Some(peer) = self.peers.get(&id)
                && peer.outbox.waiting() >= PARK_BYTES
                && peer.outbox.park()
            {
                return;
            }
        }
    }

    /// Puts everything that was proposed into entries and applies them: one node alone is its own
    /// majority.
    fn commit(&mut self) {
        loop {
            let requests = self.node.take_proposals();
            if requests.is_empty() {
                break;
            }
            let now = self.now();
            self.index = self.index.saturating_add(1);
            self.node
                .committed(&Entry::new(self.index, now.unix_ms, requests), now);
        }
        self.deliver();
    }

    fn deliver(&mut self) {
        let limit = self.node.config().limits.output_bytes_max;
        for action in self.node.take_actions() {
            match action {
                Action::Send { connection, bytes } => {
                    let Some(peer) = self.peers.get(&connection) else {
                        continue;
                    };
                    if !peer.outbox.push(bytes, limit) {
                        tracing::warn!(connection = connection.0, limit, "slow reader cut off");
                        peer.outbox.set_fate(Fate::Cut);
                        self.node.disconnected(connection);
                        self.peers.remove(&connection);
                    }
                }
                Action::Close { connection } => {
                    if let Some(peer) = self.peers.remove(&connection) {
                        peer.outbox.set_fate(Fate::Closing);
                    }
                }
            }
        }
    }

    /// Lets connections hand in more whose frames are all decided.
    fn free_the_idle(&mut self) {
        for id in self.idle.drain(..) {
            if let Some(peer) = self.peers.get(&id) {
                peer.outbox.set_idle();
            }
        }
    }

    fn now(&self) -> Now {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            monotonic: self.started.elapsed(),
            unix_ms: i64::try_from(unix.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

/// So many inputs are decided before their transactions are put into one entry.
const BATCH_MAX: usize = 256;
