//! How a consumer comes to a channel.

use std::{future::Future, pin::Pin};

use crate::{Channel, TransportError};

/// A connection in the making.
///
/// Dropping it gives the attempt up and leaves nothing open.
pub type ConnectFuture = Pin<Box<dyn Future<Output = Result<Channel, TransportError>> + Send>>;

/// Makes channels to one target, as often as it is asked.
pub trait Connector: Send + Sync + 'static {
    /// Begins one attempt. Names are resolved in each attempt, because addresses change.
    fn connect(&self) -> ConnectFuture;

    /// The target as the user wrote it, for messages.
    fn target(&self) -> &str;
}
