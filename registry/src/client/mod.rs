//! A ZooKeeper client on tokio: [`ZkClient`].
//!
//! One task, the driver, owns the socket. Everything that decides is `tenfold_zk::client`; callers
//! hand their requests to it under a short lock and wake the driver, so there is no queue between
//! them and a cancelled request is known to be unsent or not.
//!
//! ```text
//!   ZkClient ──submit──▶ ┌ Shared (lock) ┐ ◀──events, bytes── driver task ⇄ TcpStream
//!   Watch    ◀──queue─── │  ClientCore   │
//!   SessionWatch ◀────── └───────────────┘
//! ```
//!
//! The session outlives connections: the driver tries all servers in a shuffled order, pauses with
//! growing, jittered delays after each unlucky round, and resumes the session. When it has expired
//! the driver opens another one and says so through [`SessionWatch`].

mod builder;
mod call;
mod driver;
mod error;
mod hosts;
mod multi;
mod ops;
mod session;
mod shared;
mod watch;

pub use builder::ZkClientBuilder;
pub use error::{ZkError, ZkErrorKind};
pub use multi::Multi;
pub use ops::ZkClient;
pub use session::{SessionPhase, SessionState, SessionWatch};
pub use watch::{Watch, WatchEvent};
