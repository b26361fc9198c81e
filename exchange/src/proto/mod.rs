//! What decides: the state of one connection's exchange, without I/O, clock or randomness.
//!
//! ```text
//!                request()                     answer / timeout / loss
//!   (caller) ──┬──▶ Waiting for room ──▶ Pending ──────────────────────▶ Done ──▶ taken
//!              │        │ full: refused     │ caller gone
//!              │        ▼                   ▼
//!              └──▶ refused             Abandoned ── answer / deadline / loss ──▶ free
//! ```
//!
//! [`Core`] is told what happened and at what time, and says what follows: which callers to wake, when it
//! wants to be asked again. The driver around it owns sockets and timers. The same core runs in the
//! tests' simulation and under a fuzzer, see [`script`].

mod backoff;
mod core;
mod leave;
mod liveness;
mod pending;
mod room;
pub mod script;

pub use self::core::{Admission, Core, CoreLimits, Phase, Statistics};
pub use backoff::Backoff;
pub use leave::Leave;
pub use liveness::{Liveness, Pulse};
pub use pending::{CallKey, Outcome, Pending};
pub use room::{RoomQueue, Ticket, Turn};
