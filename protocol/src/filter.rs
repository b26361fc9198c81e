//! What looks at every call.
//!
//! A filter has two plain hooks, which cost a call nothing but their own work. One that has to
//! wait, or to decide whether the call is made at all, asks for [`Filter::around`], which costs one
//! more boxed future.

use std::sync::Arc;

use tenfold_common::Url;

use crate::{BoxFuture, Call, Invocation, Invoker, Response, RpcError};

/// Looks at calls, and may change or refuse them.
pub trait Filter: Send + Sync {
    /// Runs before the call.
    ///
    /// # Errors
    ///
    /// An error refuses the call; the `after` hooks of the filters before this one run.
    fn before(&self, invocation: &mut Invocation) -> Result<(), RpcError> {
        let _ = invocation;
        Ok(())
    }

    /// Runs after the call, whatever came of it.
    ///
    /// It does not run for a call whose future was dropped; [`Filter::abandoned`] does.
    fn after(&self, call: &Call, result: &mut Result<Response, RpcError>) {
        let _ = (call, result);
    }

    /// Runs in place of `after` when the caller dropped the call's future.
    fn abandoned(&self, call: &Call) {
        let _ = call;
    }

    /// Whether this filter wraps the call in a future of its own ([`Filter::around`]).
    fn wraps(&self) -> bool {
        false
    }

    /// Carries the call out by way of `next`, for a filter that [`Filter::wraps`]; its `before` and
    /// `after` hooks are not called.
    fn around(&self, invocation: Invocation, next: Next) -> BoxFuture<Result<Response, RpcError>> {
        next.run(invocation)
    }
}

/// The rest of a [`FilterChain`], for a filter that wraps.
pub struct Next {
    chain: Arc<Chain>,
    from: usize,
}

/// Filters before an invoker, as an invoker.
#[derive(Clone)]
pub struct FilterChain {
    chain: Arc<Chain>,
}

struct Chain {
    filters: Box<[Arc<dyn Filter>]>,
    invoker: Arc<dyn Invoker>,
}

/// Tells the filters that have seen a call how it ended, or that its future was dropped.
struct Watch {
    chain: Arc<Chain>,
    call: Call,
    from: usize,
    seen: usize,
    ended: bool,
}

impl FilterChain {
    /// Puts `filters`, the first outermost, before `invoker`; no filters give the invoker itself.
    pub fn wrap(filters: Vec<Arc<dyn Filter>>, invoker: Arc<dyn Invoker>) -> Arc<dyn Invoker> {
        if filters.is_empty() {
            return invoker;
        }
        Arc::new(Self {
            chain: Arc::new(Chain {
                filters: filters.into(),
                invoker,
            }),
        })
    }
}

impl Invoker for FilterChain {
    fn url(&self) -> &Url {
        self.chain.invoker.url()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        Next {
            chain: Arc::clone(&self.chain),
            from: 0,
        }
        .run(invocation)
    }

    fn is_available(&self) -> bool {
        self.chain.invoker.is_available()
    }
}

impl Next {
    /// Carries the call out.
    ///
    /// # Cancel safety
    ///
    /// As [`Invoker::invoke`]; the filters that have seen the call hear of it by
    /// [`Filter::abandoned`].
    pub fn run(self, mut invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        let Self { chain, from } = self;
        let plain = chain.filters[from..]
            .iter()
            .take_while(|filter| !filter.wraps())
            .count();
        if plain == 0 {
            return Self::step(&chain, from, invocation);
        }
        let filters = &chain.filters[from..from + plain];
        for (seen, filter) in filters.iter().enumerate() {
            if let Err(refusal) = filter.before(&mut invocation) {
                let mut result = Err(refusal);
                for filter in filters[..seen].iter().rev() {
                    filter.after(&invocation.call, &mut result);
                }
                return Box::pin(std::future::ready(result));
            }
        }
        let mut watch = Watch {
            call: invocation.call.clone(),
            chain: Arc::clone(&chain),
            from,
            seen: plain,
            ended: false,
        };
        let call = Self::step(&chain, from + plain, invocation);
        Box::pin(async move {
            let mut result = call.await;
            watch.end(&mut result);
            result
        })
    }

    /// Enters the filter at `at`, which wraps, or the invoker behind the last filter.
    fn step(
        chain: &Arc<Chain>,
        at: usize,
        invocation: Invocation,
    ) -> BoxFuture<Result<Response, RpcError>> {
        match chain.filters.get(at) {
            Some(filter) => filter.around(
                invocation,
                Self {
                    chain: Arc::clone(chain),
                    from: at + 1,
                },
            ),
            None => chain.invoker.invoke(invocation),
        }
    }
}

impl Watch {
    fn end(&mut self, result: &mut Result<Response, RpcError>) {
        self.ended = true;
        for filter in self.chain.filters[self.from..self.from + self.seen]
            .iter()
            .rev()
        {
            filter.after(&self.call, result);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended {
            for filter in self.chain.filters[self.from..self.from + self.seen]
                .iter()
                .rev()
            {
                filter.abandoned(&self.call);
            }
        }
    }
}
