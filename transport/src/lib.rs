//! The transport room: connections that carry bytes, and what keeps them within their limits.
//!
//! * [`Channel`]: one connection, over TCP or in memory; TLS fits behind the same door.
//! * [`Connector`] and [`Listener`]: how a channel comes to be, on either side.
//! * [`FrameCodec`] and [`FrameReader`]: how whole frames are cut out of the bytes that arrive. A
//!   frame over the limit is refused at its head, and memory grows with the bytes that came.
//! * [`WriteQueue`]: what waits to be written, small pieces copied together, large ones by reference.
//! * [`ReadWatch`]: closes on a peer that begins a frame and does not finish it.
//! * [`CloseReason`]: why a connection ended.
//!
//! This room knows nothing of requests and answers; the exchange room above it does.

mod channel;
mod close;
mod connector;
mod error;
mod frame;
mod listener;
mod memory;
mod read_watch;
mod tcp;
mod write_queue;

pub use channel::{Address, Channel, Stream};
pub use close::{CloseReason, FrameError};
pub use connector::{ConnectFuture, Connector};
pub use error::TransportError;
pub use frame::{Frame, FrameBody, FrameCodec, FrameHead, FrameReader, Stage};
pub use listener::Listener;
pub use memory::{MemoryConnector, MemoryListener, MemoryNetwork};
pub use read_watch::{ReadLimits, ReadWatch};
pub use tcp::{SocketOptions, TcpConnector, TcpListener};
pub use write_queue::{LARGE_BYTES_MIN, WriteQueue};
