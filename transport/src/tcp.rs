//! TCP: connecting with a time limit, listening, and the options of every socket.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{net, time};

use crate::{Address, Channel, ConnectFuture, Connector, Listener, TransportError};

/// The options that are set on every TCP socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketOptions {
    /// After how much silence the kernel begins to probe the peer; `None` leaves probing off.
    pub keepalive: Option<Duration>,
    /// How long written bytes may stay unacknowledged before the kernel gives the connection up
    /// (`TCP_USER_TIMEOUT`, where the system has it).
    pub user_timeout: Option<Duration>,
}

/// Connects to one `host:port` over TCP.
#[derive(Clone, Debug)]
pub struct TcpConnector {
    target: Arc<str>,
    timeout: Duration,
    options: SocketOptions,
}

/// Listens on one TCP address.
#[derive(Debug)]
pub struct TcpListener {
    inner: net::TcpListener,
    local: Address,
    options: SocketOptions,
}

impl Default for SocketOptions {
    /// Probes after a minute; bytes unacknowledged for 30 s end the connection, which is as long as
    /// a reader may stall.
    fn default() -> Self {
        Self {
            keepalive: Some(Duration::from_secs(60)),
            user_timeout: Some(Duration::from_secs(30)),
        }
    }
}

impl SocketOptions {
    fn apply(self, stream: &net::TcpStream) -> io::Result<()> {
        // Frames are gathered into one write above; waiting for more would only add delay.
        stream.set_nodelay(true)?;
        let socket = SockRef::from(stream);
        // Both are a second net under the heartbeat, so a system without them is no error.
        if let Some(after) = self.keepalive {
            let probes = TcpKeepalive::new().with_time(after);
            let _ = socket.set_tcp_keepalive(&probes);
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            let _ = socket.set_tcp_user_timeout(self.user_timeout);
        }
        Ok(())
    }
}

impl TcpConnector {
    /// Dubbo's `connect.timeout`.
    pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(3);

    /// A connector to `target`, which is `host:port`: a name, an IPv4 address or a bracketed IPv6
    /// address.
    pub fn new(target: impl Into<Arc<str>>) -> Self {
        Self {
            target: target.into(),
            timeout: Self::TIMEOUT_DEFAULT,
            options: SocketOptions::default(),
        }
    }

    /// The same with another limit for resolving and connecting together.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same with other socket options.
    #[must_use]
    pub fn with_options(self, options: SocketOptions) -> Self {
        Self { options, ..self }
    }
}

impl Connector for TcpConnector {
    fn connect(&self) -> ConnectFuture {
        let Self {
            target,
            timeout,
            options,
        } = self.clone();
        Box::pin(async move {
            match time::timeout(timeout, connect(&target, options)).await {
                Ok(result) => result,
                Err(_) => Err(TransportError::ConnectTimeout {
                    target: target.to_string(),
                    limit: timeout,
                }),
            }
        })
    }

    fn target(&self) -> &str {
        &self.target
    }
}

async fn connect(target: &str, options: SocketOptions) -> Result<Channel, TransportError> {
    let resolved = net::lookup_host(target)
        .await
        .map_err(|source| TransportError::Resolve {
            target: target.to_owned(),
            source,
        })?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in resolved {
        match connect_one(address, options).await {
            Ok(channel) => return Ok(channel),
            Err(error) => last = error,
        }
    }
    Err(TransportError::Connect {
        target: target.to_owned(),
        source: last,
    })
}

async fn connect_one(address: SocketAddr, options: SocketOptions) -> io::Result<Channel> {
    let stream = net::TcpStream::connect(address).await?;
    let local = stream.local_addr()?;
    // On loopback a port of the ephemeral range can be given to the connecting socket itself, and
    // the kernel then joins the socket to itself. Nobody is at the other end.
    if local == address {
        return Err(io::Error::new(
            io::ErrorKind::ConnectionRefused,
            "connected to itself",
        ));
    }
    options.apply(&stream)?;
    Ok(Channel::new(stream, local.into(), address.into()))
}

impl TcpListener {
    /// Listens on `target`, which is `host:port`; port 0 takes any free one.
    pub async fn bind(target: &str, options: SocketOptions) -> Result<Self, TransportError> {
        let failed = |source| TransportError::Listen {
            target: target.to_owned(),
            source,
        };
        let inner = net::TcpListener::bind(target).await.map_err(failed)?;
        let local = inner.local_addr().map_err(failed)?;
        Ok(Self {
            inner,
            local: local.into(),
            options,
        })
    }
}

impl Listener for TcpListener {
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Channel>> {
        let (stream, remote) = ready!(self.inner.poll_accept(cx))?;
        let accepted = || {
            self.options.apply(&stream)?;
            stream.local_addr()
        };
        Poll::Ready(accepted().map(|local| Channel::new(stream, local.into(), remote.into())))
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

    async fn bytes_pass(target: &str) {
        let mut listener = TcpListener::bind(target, SocketOptions::default())
            .await
            .expect("loopback is there");
        let address = listener.local_address().clone();
        assert_ne!(address.socket().map(|a| a.port()), Some(0));
        let connector = TcpConnector::new(address.to_string());
        let (client, server) =
            tokio::join!(connector.connect(), poll_fn(|cx| listener.poll_accept(cx)));
        let (mut client, mut server) = (client.expect("connects"), server.expect("accepts"));
        assert_eq!(client.remote_address(), &address);
        assert_eq!(client.local_address(), server.remote_address());

        let written = poll_fn(|cx| client.poll_write(cx, b"hello")).await;
        assert_eq!(written.expect("writes"), 5);
        let mut buffer = BytesMut::with_capacity(64);
        poll_fn(|cx| server.poll_read(cx, &mut buffer))
            .await
            .expect("reads");
        assert_eq!(&buffer[..], b"hello");
    }

    #[tokio::test]
    async fn bytes_pass_over_ipv4_ipv6_and_names() {
        bytes_pass("127.0.0.1:0").await;
        bytes_pass("localhost:0").await;
        // A machine may have IPv6 switched off; then there is nothing to show.
        if net::TcpListener::bind("[::1]:0").await.is_ok() {
            bytes_pass("[::1]:0").await;
        }
    }

    #[tokio::test]
    async fn a_closed_port_is_a_typed_error() {
        let listener = TcpListener::bind("127.0.0.1:0", SocketOptions::default())
            .await
            .expect("loopback is there");
        let target = listener.local_address().to_string();
        drop(listener);
        let error = TcpConnector::new(target.clone()).connect().await;
        match error {
            Err(TransportError::Connect { target: at, .. }) => assert_eq!(at, target),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_target_without_a_port_is_a_resolve_error() {
        let error = TcpConnector::new("127.0.0.1").connect().await;
        assert!(matches!(error, Err(TransportError::Resolve { .. })));
    }
}
