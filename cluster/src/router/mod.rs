//! Routers narrow the providers that a call may go to.

mod tag;

use std::sync::Arc;

use tenfold_common::Url;
use tenfold_protocol::Call;
use tenfold_serialization::Arguments;

pub use tag::TagRouter;

use crate::Candidates;

/// Takes away the providers that a call must not go to.
pub trait Router: Send + Sync {
    /// The name that a user types, and that explanations name.
    fn name(&self) -> &str;

    /// Its place in the chain: the least goes first. Dubbo's own: tag 100, service conditions 140,
    /// provider application 145, application conditions 150, script 200.
    fn priority(&self) -> i32;

    /// Narrows the candidates. An empty result ends the call.
    fn route(&self, request: &RouteRequest<'_>, candidates: &mut Candidates<'_>);
}

/// What a [`Router`] may go by.
pub struct RouteRequest<'a> {
    pub(crate) call: &'a Call,
    pub(crate) arguments: Option<&'a Arc<dyn Arguments>>,
    pub(crate) consumer: &'a Url,
}

/// The routers of a reference in order of priority.
#[derive(Clone, Default)]
pub struct RouterChain {
    routers: Arc<[Arc<dyn Router>]>,
}

impl<'a> RouteRequest<'a> {
    /// The call.
    pub fn call(&self) -> &'a Call {
        self.call
    }

    /// The method that the user means.
    pub fn method(&self) -> &'a str {
        self.call.method_name()
    }

    /// The arguments, unless the call carries a stream.
    pub fn arguments(&self) -> Option<&'a dyn Arguments> {
        self.arguments.map(|arguments| &**arguments)
    }

    /// The reference's URL.
    pub fn consumer(&self) -> &'a Url {
        self.consumer
    }
}

impl RouterChain {
    /// A chain of these routers; those of equal priority keep their order.
    pub fn new(mut routers: Vec<Arc<dyn Router>>) -> Self {
        routers.sort_by_key(|router| router.priority());
        Self {
            routers: routers.into(),
        }
    }

    /// Lets each router narrow what the one before it left.
    pub fn route(&self, request: &RouteRequest<'_>, candidates: &mut Candidates<'_>) {
        for router in &*self.routers {
            router.route(request, candidates);
        }
    }

    /// The same, with one line for each router that took something away.
    pub fn explain(
        &self,
        request: &RouteRequest<'_>,
        candidates: &mut Candidates<'_>,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        for router in &*self.routers {
            let before = candidates.len();
            router.route(request, candidates);
            let after = candidates.len();
            if after != before {
                lines.push(format!(
                    "router {}: {before} before, {after} after",
                    router.name()
                ));
            }
        }
        lines
    }
}

impl std::fmt::Debug for RouterChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.routers.iter().map(|router| router.name()))
            .finish()
    }
}
