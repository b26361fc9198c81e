//! The serialization room: what writes values to bytes and reads them back.
//!
//! The lowest of the ten rooms. A protocol opens a [`Writer`] or a [`Reader`] in the serialization
//! that the peers agreed on; a value that travels ([`Body`], [`Arguments`]) writes itself into
//! whichever it is handed. The codecs live in folders of their own: `serialization/hessian2`.
//!
//! ```text
//!     protocol ──opens──▶ Writer::Hessian2 ◀──writes── Arguments, Body
//!     protocol ──opens──▶ Reader::Hessian2 ──reads───▶ MethodCodec (protocol room)
//! ```

mod body;
mod error;
mod kind;

pub use body::{Arguments, Body, Reader, Writer};
pub use error::SerializationError;
pub use kind::SerializationKind;
