//! The exchange room: requests matched with answers over one multiplexed connection.
//!
//! ```text
//!   protocol ── Client::request ──▶ Link (one short lock: pending calls, out-buffer)
//!                                      │ ▲
//!                            wake, swap│ │answers, wake-ups
//!                                      ▼ │
//!                                   driver: ONE task per connection, both directions
//!                                      │ ▲
//!                                      ▼ │
//!                                   transport
//! ```
//!
//! * [`proto`]: what decides. Request ids, pending calls, deadlines, heartbeats, leave-taking; no I/O,
//!   no clock, no randomness.
//! * [`Client`]: a connection to one provider that is made again when it is lost.
//! * [`Server`]: takes connections in and serves them through a [`Handler`].
//! * [`Peer`]: the other end of one connection. Both roles are symmetric: whoever serves requests may
//!   send some as well.
//!
//! The frame is Dubbo's 16-byte head and a body; what the body says is the affair of the protocol
//! room above. See [`ExchangeCodec`].

mod call;
mod client;
mod codec;
mod config;
mod driver;
mod error;
mod handler;
mod link;
mod peer;
pub mod proto;
mod server;

pub use call::{Body, Call, OneWay, Outgoing, Reply};
pub use client::{Client, ClientState};
pub use codec::{EVENT_BYTES_MAX, Event, ExchangeCodec, FrameKind, HEAD_BYTES, Head, RequestId};
pub use config::{BackoffConfig, ClientConfig, ConnectionConfig, ServerConfig, StateCallback};
pub use error::{Bound, ExchangeError, Origin, Progress, Retry};
pub use handler::{Answer, AnswerBody, Fault, Handler, Handling, Incoming, NoHandler};
pub use peer::Peer;
pub use server::{Server, ShutdownReport};
pub use tenfold_transport::{CloseReason, FrameError};
