//! One connection: bytes both ways, and the addresses of its two ends.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite};

/// A byte stream that a [`Channel`] can run over.
///
/// Everything that is read and written in tokio's way is one.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where one end of a channel is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// An address of the network.
    Socket(SocketAddr),
    /// A name in a [`MemoryNetwork`](crate::MemoryNetwork).
    Memory(Arc<str>),
}

/// One connection.
///
/// Dropping it closes it in both directions.
pub struct Channel {
    stream: Box<dyn Stream>,
    local: Address,
    remote: Address,
}

impl Address {
    /// The network address, when there is one.
    pub fn socket(&self) -> Option<SocketAddr> {
        match self {
            Self::Socket(address) => Some(*address),
            Self::Memory(_) => None,
        }
    }
}

impl Channel {
    /// A channel over `stream`.
    pub fn new(stream: impl Stream + 'static, local: Address, remote: Address) -> Self {
        Self {
            stream: Box::new(stream),
            local,
            remote,
        }
    }

    /// Reads once, behind what `buffer` holds, into the room that it has.
    ///
    /// `Ready(Ok(0))` says that the peer has ended its side.
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        tokio_util::io::poll_read_buf(Pin::new(&mut *self.stream), cx, buffer)
    }

    /// Writes once, as much as the network takes.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write(cx, bytes)
    }

    /// Writes several pieces with one system call, as much as the network takes.
    pub fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write_vectored(cx, pieces)
    }

    /// Ends our side: the peer reads to the end of what was written and then sees the end.
    pub fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = &mut self.stream;
        match Pin::new(&mut **stream).poll_flush(cx) {
            Poll::Ready(Ok(())) => Pin::new(&mut **stream).poll_shutdown(cx),
            other => other,
        }
    }

    /// Our end.
    pub fn local_address(&self) -> &Address {
        &self.local
    }

    /// The other end.
    pub fn remote_address(&self) -> &Address {
        &self.remote
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Socket(address)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(address) => address.fmt(f),
            Self::Memory(name) => write!(f, "memory:{name}"),
        }
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({} -> {})", self.local, self.remote)
    }
}
