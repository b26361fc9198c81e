//! How a request gets to the core and its reply back: deadlines, repetition, withdrawal.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tenfold_zk::{
    ErrorCode, Request, Response,
    client::{Token, WatchId},
};
use tokio::{sync::oneshot, task::JoinHandle};

use super::{
    ZkClient, ZkError, ZkErrorKind,
    shared::{Inner, Outcome},
};

/// Ends the driver when the last client has gone.
pub(super) struct Handle {
    pub(super) inner: Arc<Inner>,
    driver: JoinHandle<()>,
}

impl ZkClient {
    pub(super) async fn request(
        &self,
        operation: &'static str,
        path: &str,
        request: Request,
    ) -> Result<Response, ZkError> {
        self.request_anywhere(operation, Some(path), request, None)
            .await
    }

    pub(super) async fn watched_request(
        &self,
        operation: &'static str,
        path: &str,
        request: Request,
        watch: WatchId,
    ) -> Result<Response, ZkError> {
        self.request_anywhere(operation, Some(path), request, Some(watch))
            .await
    }

    /// Sends a request and waits for its reply, repeating reads whose connection was lost.
    pub(super) async fn request_anywhere(
        &self,
        operation: &'static str,
        path: Option<&str>,
        request: Request,
        watch: Option<WatchId>,
    ) -> Result<Response, ZkError> {
        let limit = self.request_timeout;
        let deadline = Instant::now() + limit;
        let failed = |kind| ZkError::new(kind, operation, path);
        let repeatable = is_repeatable(&request);
        loop {
            let (token, reply) = self
                .inner()
                .submit(request.clone(), watch)
                .map_err(|error| failed(error.into()))?;
            let ticket = Ticket::new(self.inner(), token);
            match ticket.reply(reply, deadline).await {
                Ok(Ok((_, response))) => return Ok(response),
                Ok(Err(ErrorCode::CONNECTION_LOSS | ErrorCode::SESSION_EXPIRED)) if repeatable => {}
                Ok(Err(code)) => return Err(failed(code.into())),
                Err(sent) => return Err(failed(ZkErrorKind::DeadlineExceeded { limit, sent })),
            }
        }
    }
}

impl Handle {
    pub(super) fn new(inner: Arc<Inner>, driver: JoinHandle<()>) -> Self {
        Self { inner, driver }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.driver.is_finished() {
            self.inner.close(CLOSE_PATIENCE);
        }
    }
}

/// A request under way. Dropping it withdraws the request.
struct Ticket<'a> {
    inner: &'a Inner,
    token: Option<Token>,
}

impl<'a> Ticket<'a> {
    const fn new(inner: &'a Inner, token: Token) -> Self {
        Self {
            inner,
            token: Some(token),
        }
    }

    /// The outcome, or at the deadline whether the request may have reached a server.
    async fn reply(
        mut self,
        reply: oneshot::Receiver<Outcome>,
        deadline: Instant,
    ) -> Result<Outcome, bool> {
        let Ok(outcome) = tokio::time::timeout_at(deadline.into(), reply).await else {
            return Err(self.withdraw());
        };
        self.token = None;
        // A dropped sender means that the driver was aborted with its runtime.
        Ok(outcome.unwrap_or(Err(ErrorCode::CLOSING)))
    }

    fn withdraw(&mut self) -> bool {
        self.token
            .take()
            .is_some_and(|token| self.inner.cancel(token))
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// Whether doing it twice is the same as doing it once.
const fn is_repeatable(request: &Request) -> bool {
    matches!(
        request,
        Request::Exists(_)
            | Request::GetData(_)
            | Request::GetAcl(_)
            | Request::GetChildren(_)
            | Request::GetChildren2(_)
            | Request::Sync(_)
            | Request::MultiRead(_)
            | Request::GetEphemerals(_)
            | Request::GetAllChildrenNumber(_)
            | Request::AddWatch(_)
            | Request::WhoAmI
    )
}

/// How long the driver waits for the server's answer to closeSession. Without it the session
/// ends by its timeout.
pub(super) const CLOSE_PATIENCE: Duration = Duration::from_secs(2);
