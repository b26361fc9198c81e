//! The one door through which everything is called.

use std::{future::Future, pin::Pin, sync::Arc};

use tenfold_common::Url;

use crate::{Invocation, Response, RpcError};

/// A future that owns all it needs, so that it can be spawned.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;

/// Something that can be called.
///
/// A provider's connection, a cluster of providers and the user's service behind its skeleton all
/// look alike from here: middleware is an invoker around an invoker.
pub trait Invoker: Send + Sync {
    /// What is called, and with which settings.
    fn url(&self) -> &Url;

    /// Carries out a call.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops waiting for the answer and nothing else: a request that has left
    /// is answered, and its handler runs to its end.
    ///
    /// # Errors
    ///
    /// An [`RpcError`] when the framework failed; an exception of the called method is a
    /// [`Response`].
    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>>;

    /// Whether a call has a chance: connected, and the provider is not going away.
    fn is_available(&self) -> bool {
        true
    }
}

impl<I: Invoker + ?Sized> Invoker for Arc<I> {
    fn url(&self) -> &Url {
        (**self).url()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        (**self).invoke(invocation)
    }

    fn is_available(&self) -> bool {
        (**self).is_available()
    }
}
