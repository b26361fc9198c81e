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
use parking_lot::Mutex;
use tenfold_common::{Url, keys};
use tenfold_exchange::{Client, ClientConfig, NoHandler};
use tenfold_transport::TcpConnector;

use crate::connection_config;

/// How long a connection that nobody refers to any more waits for its calls in flight.
const CLOSE_DEADLINE: Duration = Duration::from_secs(10);

/// The most connections that one reference has to one provider. Each costs a task and a socket on
/// both ends, and a few fill a network.
const CONNECTIONS_MAX: u32 = 64;

/// The URL parameters that shape a connection: two references that differ in one of them cannot
/// share.
const SHAPING: [&str; 5] = [
    keys::PAYLOAD,
    keys::HEARTBEAT,
    keys::HEARTBEAT_TIMEOUT,
    CONNECT_TIMEOUT,
    keys::LAZY,
];

const CONNECT_TIMEOUT: &str = "connect.timeout";

/// The connections of one [`DubboProtocol`](crate::DubboProtocol).
#[derive(Default)]
pub(crate) struct Clients {
    shared: DashMap<Key, Weak<Held>>,
    own: Mutex<Vec<Weak<Held>>>,
}

/// What a shared connection is known by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    number: u32,
    shape: [Option<String>; SHAPING.len()],
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
            let held: Vec<_> = (0..own.min(CONNECTIONS_MAX))
                .map(|_| Arc::new(open(url)))
                .collect();
            let mut known = self.own.lock();
            known.retain(|held| held.strong_count() > 0);
            known.extend(held.iter().map(Arc::downgrade));
            return held.into_iter().map(|held| Lease { held }).collect();
        }
        let shared: u32 = url.param_as("shareconnections").unwrap_or(1);
        (0..shared.clamp(1, CONNECTIONS_MAX))
            .map(|number| self.shared(url, number))
            .collect()
    }

    fn shared(&self, url: &Url, number: u32) -> Lease {
        let key = Key {
            address: url.address(),
            number,
            shape: SHAPING.map(|key| url.param(key).map(str::to_owned)),
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

    /// Closes every connection after its calls in flight, or at `deadline`.
    pub(crate) async fn close_all(&self, deadline: Instant) {
        let mut open: Vec<Arc<Held>> = self
            .shared
            .iter()
            .filter_map(|entry| entry.value().upgrade())
            .collect();
        open.extend(self.own.lock().iter().filter_map(Weak::upgrade));
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
    if let Some(timeout) = url.millis(CONNECT_TIMEOUT) {
        connector = connector.with_timeout(timeout);
    }
    Held {
        client: Client::new(Arc::new(connector), Arc::new(NoHandler), config),
    }
}
