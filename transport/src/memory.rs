//! Connections inside one process, for tests and for callers and services that live together.

use std::{
    collections::HashMap,
    io,
    sync::Arc,
    task::{Context, Poll},
};

use parking_lot::Mutex;
use tokio::{io::duplex, sync::mpsc};

use crate::{Address, Channel, ConnectFuture, Connector, Listener, TransportError};

/// Bytes that one direction of a connection holds before its writer has to wait: about what a
/// kernel gives a socket at first.
const PIPE_BYTES: usize = 64 * 1024;

/// Connections that wait to be accepted before further ones are refused.
const BACKLOG: usize = 1024;

/// A set of names that listeners take and connectors find.
///
/// Clones share the names.
#[derive(Clone, Debug, Default)]
pub struct MemoryNetwork {
    names: Arc<Mutex<HashMap<Arc<str>, mpsc::Sender<Channel>>>>,
}

/// Takes the connections to one name.
#[derive(Debug)]
pub struct MemoryListener {
    incoming: mpsc::Receiver<Channel>,
    local: Address,
}

/// Connects to one name.
#[derive(Clone, Debug)]
pub struct MemoryConnector {
    network: MemoryNetwork,
    target: Arc<str>,
}

impl MemoryNetwork {
    /// A network with no names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Two ends of one connection, with no name.
    pub fn pair() -> (Channel, Channel) {
        connected(Arc::from("left"), Arc::from("right"))
    }

    /// Listens on `name`; a listener that holds it is replaced.
    pub fn listen(&self, name: impl Into<Arc<str>>) -> MemoryListener {
        let name = name.into();
        let (sender, incoming) = mpsc::channel(BACKLOG);
        self.names.lock().insert(name.clone(), sender);
        MemoryListener {
            incoming,
            local: Address::Memory(name),
        }
    }

    /// A connector to `name`, whether or not anybody listens there yet.
    pub fn connector(&self, name: impl Into<Arc<str>>) -> MemoryConnector {
        MemoryConnector {
            network: self.clone(),
            target: name.into(),
        }
    }

    fn connect(&self, target: &Arc<str>) -> Result<Channel, TransportError> {
        let refused = || TransportError::Connect {
            target: target.to_string(),
            source: io::ErrorKind::ConnectionRefused.into(),
        };
        let sender = self.names.lock().get(target).cloned();
        let sender = sender.ok_or_else(refused)?;
        let (client, server) = connected(Arc::from("caller"), target.clone());
        sender.try_send(server).map_err(|_| refused())?;
        Ok(client)
    }
}

fn connected(left: Arc<str>, right: Arc<str>) -> (Channel, Channel) {
    let (near, far) = duplex(PIPE_BYTES);
    let (left, right) = (Address::Memory(left), Address::Memory(right));
    (
        Channel::new(near, left.clone(), right.clone()),
        Channel::new(far, right, left),
    )
}

impl Connector for MemoryConnector {
    fn connect(&self) -> ConnectFuture {
        let this = self.clone();
        Box::pin(async move { this.network.connect(&this.target) })
    }

    fn target(&self) -> &str {
        &self.target
    }
}

impl Listener for MemoryListener {
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Channel>> {
        match self.incoming.poll_recv(cx) {
            Poll::Ready(Some(channel)) => Poll::Ready(Ok(channel)),
            // The name was taken by another listener, so nothing comes here any more.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    fn local_address(&self) -> &Address {
        &self.local
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use bytes::BytesMut;

    use super::*;

    #[tokio::test]
    async fn a_name_is_found_only_while_somebody_listens() {
        let network = MemoryNetwork::new();
        let connector = network.connector("orders");
        assert!(connector.connect().await.is_err());

        let mut listener = network.listen("orders");
        let mut client = connector.connect().await.expect("somebody listens");
        let mut server = poll_fn(|cx| listener.poll_accept(cx))
            .await
            .expect("accepts");
        let wrote = poll_fn(|cx| server.poll_write(cx, b"hi")).await;
        assert_eq!(wrote.expect("writes"), 2);
        let mut buffer = BytesMut::with_capacity(16);
        let read = poll_fn(|cx| client.poll_read(cx, &mut buffer)).await;
        assert_eq!(read.expect("reads"), 2);

        drop(listener);
        assert!(connector.connect().await.is_err());
    }
}
