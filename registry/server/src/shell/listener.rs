//! Takes connections in, within the bounds, and owns their tasks.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{connection::Link, outbox::Outbox, owner::Input};
use crate::{config::Limits, watch::ConnectionId};

/// Takes connections in.
pub(super) struct Acceptor {
    inputs: mpsc::Sender<Input>,
    limits: Limits,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    next_id: u64,
    tasks: JoinSet<()>,
}

impl Acceptor {
    pub(super) fn new(inputs: mpsc::Sender<Input>, limits: Limits) -> Self {
        Self {
            inputs,
            limits,
            by_address: Arc::default(),
            next_id: 0,
            tasks: JoinSet::new(),
        }
    }

    /// Accepts until the server is told to stop, then waits for the connections to end.
    pub(super) async fn run(mut self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                // When the sender is gone, so is the server's handle: that is a stop, too.
                _ = stop.changed() => break,
                () = self.inputs.closed() => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.admit(stream, peer).await,
                    Err(error) => {
                        // Out of descriptors, most likely: they come back when connections close.
                        tracing::warn!(%error, "cannot accept");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = self.tasks.join_next() => {}
            }
        }
        drop(listener);
        // The owner has told every connection to close; one that was admitted behind its back ends
        // with its channel.
        drop(self.inputs);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(STOP_TIME_MAX, all).await.is_err() {
            tracing::warn!("connections did not end in time");
        }
        self.tasks.shutdown().await;
    }

    async fn admit(&mut self, stream: TcpStream, peer: SocketAddr) {
        if self.tasks.len() >= self.limits.connections_max {
            tracing::warn!(%peer, limit = self.limits.connections_max, "too many connections");
            return;
        }
        let Some(place) = self.take_place(peer.ip()) else {
            let limit = self.limits.connections_per_address_max;
            tracing::warn!(%peer, limit, "too many connections from one address");
            return;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "cannot set nodelay");
        }
        self.next_id = self.next_id.wrapping_add(1);
        let id = ConnectionId(self.next_id);
        let outbox = Arc::new(Outbox::default());
        let connected = Input::Connected {
            id,
            peer,
            outbox: Arc::clone(&outbox),
        };
        if self.inputs.send(connected).await.is_err() {
            return;
        }
        let frame_bytes_max = self.limits.request_bytes_max;
        let link = Link {
            id,
            outbox,
            inputs: self.inputs.clone(),
            frame_bytes_max,
        };
        self.tasks.spawn(async move {
            link.run(stream).await;
            drop(place);
        });
    }

    /// A place among the connections of an address, given back when dropped.
    fn take_place(&self, address: IpAddr) -> Option<Place> {
        let limit = self.limits.connections_per_address_max;
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let taken = by_address.entry(address).or_insert(0);
        if limit != 0 && *taken >= limit {
            return None;
        }
        *taken = taken.saturating_add(1);
        drop(by_address);
        Some(Place {
            address,
            by_address: Arc::clone(&self.by_address),
        })
    }
}

struct Place {
    address: IpAddr,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = by_address.get_mut(&self.address) {
            *taken = taken.saturating_sub(1);
            if *taken == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

/// How long accepting rests after an error.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a stopping server waits for its connections: each sends for two seconds at most and
/// lingers for one.
const STOP_TIME_MAX: Duration = Duration::from_millis(3500);
