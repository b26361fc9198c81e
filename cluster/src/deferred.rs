//! An invoker that is still being made.

use std::sync::Arc;

use tenfold_common::Url;
use tenfold_protocol::{BoxFuture, ErrorKind, Invocation, Invoker, Response, Retry, RpcError};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// Stands for an invoker that a future makes, as [`tenfold_protocol::Protocol::refer`] does, so that
/// a [`crate::InvokerFactory`] need not wait for it.
///
/// It is available once the invoker is there and available. A call that comes earlier waits, within
/// its time.
pub struct Deferred {
    url: Url,
    made: watch::Receiver<Option<Made>>,
}

type Made = Result<Arc<dyn Invoker>, RpcError>;

impl Deferred {
    /// An invoker for `url` that `making` makes, and the future that makes it: the caller has it
    /// polled, on a task of its own as a rule.
    ///
    /// # Cancel safety
    ///
    /// Dropping the returned future gives the invoker up: its calls fail.
    pub fn new(url: Url, making: BoxFuture<Made>) -> (Self, BoxFuture<()>) {
        let (sender, made) = watch::channel(None);
        let work = async move {
            let invoker = making.await;
            // Nobody waits when the provider has gone already.
            let _ = sender.send(Some(invoker));
        };
        (Self { url, made }, Box::pin(work))
    }
}

impl Invoker for Deferred {
    fn url(&self) -> &Url {
        &self.url
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        match &*self.made.borrow() {
            Some(Ok(invoker)) => return invoker.invoke(invocation),
            Some(Err(error)) => return Box::pin(std::future::ready(Err(error.clone()))),
            None => {}
        }
        let mut made = self.made.clone();
        let address = self.url.address();
        let configured = invocation.call.method.timeout_by(&self.url);
        let deadline = invocation
            .call
            .try_deadline(invocation.call.started, configured);
        Box::pin(async move {
            let is_made = made.wait_for(Option::is_some);
            let invoker = match timeout_at(Instant::from_std(deadline.instant()), is_made).await {
                Ok(Ok(made)) => made.clone(),
                Ok(Err(_)) => None,
                Err(_) => {
                    let text = format!("no connection to {address} was made in time");
                    return Err(RpcError::new(ErrorKind::Timeout, text).with_retry(Retry::Safe));
                }
            };
            match invoker {
                Some(Ok(invoker)) => invoker.invoke(invocation).await,
                Some(Err(error)) => Err(error),
                None => Err(RpcError::new(
                    ErrorKind::Closed,
                    format!("connecting to {address} was given up"),
                )
                .with_retry(Retry::Safe)),
            }
        })
    }

    fn is_available(&self) -> bool {
        match &*self.made.borrow() {
            Some(Ok(invoker)) => invoker.is_available(),
            _ => false,
        }
    }
}
