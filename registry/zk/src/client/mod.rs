//! What a client has to remember and decide, without sockets, clocks or tasks.
//!
//! ```text
//!            opened                    ConnectResponse, timeout > 0
//!   Down ───────────▶ Handshaking ───────────────────────────────▶ Up
//!    ▲ ▲                   │ timeout 0: session expired             │
//!    │ └───────────────────┘                                        │
//!    └──────── closed by the peer, silence, broken bytes ───────────┘
//! ```
//!
//! A shell owns the socket and drives [`ClientCore`]:
//!
//! * it reports what happened: [`ClientCore::handle_opened`], [`ClientCore::handle_bytes`],
//!   [`ClientCore::handle_closed`], [`ClientCore::handle_timeout`];
//! * it hands in what users want: [`ClientCore::submit`], [`ClientCore::cancel`],
//!   [`ClientCore::unwatch`], [`ClientCore::close`];
//! * it carries out what the core wants: [`ClientCore::take_output`], [`ClientCore::poll_event`],
//!   [`ClientCore::poll_timeout`].
//!
//! The session outlives connections. It ends when a server answers the handshake with timeout 0,
//! or when nothing was heard for 4/3 of its timeout; the next handshake then asks for another one.

mod config;
mod core;
mod event;
mod watches;

pub use config::ClientConfig;
pub use core::ClientCore;
pub use event::{Disconnect, Event, SubmitError, Token};
pub use watches::{WatchId, WatchKind};
