//! The connections to providers: shared by all references of the process unless one asks for its
//! own.
//!
//! A connection is known by the provider's address and by the settings that shape it, so two
//! references that differ in one of those do not share. It is closed, after its calls in flight,
//! when the last reference to it is gone.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use dashmap::{DashMap, mapref::entry::Entry};
use tenfold_common::{Url, keys};
use tenfold_exchange::{Client, ClientConfig, NoHandler};
use tenfold_transport::TcpConnector;

use crate::{connection_config, invoker};

/// How long a connection that nobody refers to any more waits for its calls in flight.
const CLOSE_DEADLINE: Duration = Duration::from_secs(10);

/// The connections of one [`DubboProtocol`](crate::DubboProtocol).
#[derive(Default)]
pub(crate) struct Clients {
    shared: DashMap<Key, Weak<Held>>,
}

/// What a shared connection is known by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    number: u32,
    payload_max: usize,
    heartbeat: Option<u64>,
    lazy: bool,
}

/// A reference's hold on a connection.
#[derive(Clone)]
pub(crate) struct Lease {
    held: Arc<Held>,
}

struct Held {
    client: Client,
}

impl Clients {
    /// The connections for a provider: `connections` of its own, or those that are shared.
    pub(crate) fn lease(&self, url: &Url) -> Vec<Lease> {
        let own: u32 = url.param_as(keys::CONNECTIONS).unwrap_or(0);
        if own > 0 {
            return (0..own)
                .map(|_| Lease {
                    held: Arc::new(open(url)),
                })
                .collect();
        }
        let shared: u32 = url.param_as("shareconnections").unwrap_or(1).max(1);
        (0..shared).map(|number| self.shared(url, number)).collect()
    }

    fn shared(&self, url: &Url, number: u32) -> Lease {
        let key = Key {
            address: url.address(),
            number,
            payload_max: invoker::payload_max(url),
            heartbeat: url.param_as(keys::HEARTBEAT),
            lazy: url.flag(keys::LAZY, false),
        };
        let held = match self.shared.entry(key) {
            Entry::Occupied(mut entry) => match entry.get().upgrade() {
                Some(held) => held,
                None => {
                    let held = Arc::new(open(url));
                    entry.insert(Arc::downgrade(&held));
                    held
                }
            },
            Entry::Vacant(entry) => {
                let held = Arc::new(open(url));
                entry.insert(Arc::downgrade(&held));
                held
            }
        };
        self.shared.retain(|_, held| held.strong_count() > 0);
        Lease { held }
    }

    /// Closes every shared connection after its calls in flight, or at `deadline`.
    pub(crate) async fn close_all(&self, deadline: Instant) {
        let open: Vec<Arc<Held>> = self
            .shared
            .iter()
            .filter_map(|entry| entry.value().upgrade())
            .collect();
        let mut closing = tokio::task::JoinSet::new();
        for held in open {
            closing.spawn(async move { held.client.close(deadline).await });
        }
        closing.join_all().await;
    }
}

impl Lease {
    pub(crate) fn client(&self) -> &Client {
        &self.held.client
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // The order to leave is given at once; nobody waits for the end.
        drop(self.client.close(Instant::now() + CLOSE_DEADLINE));
    }
}

fn open(url: &Url) -> Held {
    let mut config = ClientConfig::default();
    config.connection = connection_config(url);
    config.lazy = url.flag(keys::LAZY, false);
    let mut connector = TcpConnector::new(url.address());
    if let Some(timeout) = url.millis("connect.timeout") {
        connector = connector.with_timeout(timeout);
    }
    Held {
        client: Client::new(Arc::new(connector), Arc::new(NoHandler), config),
    }
}
