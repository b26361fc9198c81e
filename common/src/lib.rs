//! The ground floor of Tenfold: what every room needs and no room owns.
//!
//! * [`Url`]: Dubbo's universal description of a service, a registry or a subscription.
//! * [`Attachments`]: the string-keyed values that travel with a call.
//! * [`Deadline`] and [`Clock`]: when a call must be over, and who says what time it is.
//! * [`ExtensionPoint`]: a name that a user types and the factory behind it.
//! * [`keys`]: the parameter and attachment names that Dubbo peers understand.
//!
//! This crate knows no layer and does no I/O.

mod attachments;
mod clock;
mod deadline;
pub mod encode;
mod extension;
pub mod keys;
mod service_key;
mod url;

pub use attachments::{AttachmentValue, Attachments};
pub use clock::{Clock, ManualClock, SystemClock};
pub use deadline::Deadline;
pub use extension::{ExtensionPoint, ExtensionPointBuilder, UnknownExtension};
pub use service_key::ServiceKey;
pub use url::{ParseUrlError, Url, UrlBuilder};
