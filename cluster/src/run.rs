//! One logical call: its tries, its filters, its end.
//!
//! ```text
//!   start: filters before ─▶ begin_try ─▶ wait ─▶ ended ─▶ result: filters after ─▶ caller
//!                               ▲                   │ error
//!                               └──── Again ──── strategy ── Fail, Empty ─▶ filters after
//! ```
//!
//! The first try begins before the future is polled, so calls leave in the order in which they are
//! made. The future is one allocation; what it waits for is the protocol's own.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Instant,
};

use tenfold_protocol::{
    BoxFuture, Call, ErrorKind, Invocation, Origin, Payload, Response, Retry, RpcError,
};
use tenfold_serialization::Arguments;
use tracing::warn;

use crate::{
    Candidates, Failure, Member, Verdict, explain,
    invoker::{Shared, View},
    loadbalance::Selection,
    plan::{MethodPlan, RETRIES_MAX},
    router::RouteRequest,
    select::select,
};

type Outcome = Result<Response, RpcError>;

/// Starts a call.
pub(crate) fn start(shared: &Arc<Shared>, mut invocation: Invocation) -> BoxFuture<Outcome> {
    invocation.name_method();
    let mut seen = 0;
    let mut refusal = None;
    for filter in &shared.filters {
        if let Err(error) = filter.before(&mut invocation) {
            refusal = Some(error);
            break;
        }
        seen += 1;
    }
    let mut run = Run {
        shared: Arc::clone(shared),
        call: invocation.call.clone(),
        arguments: invocation.arguments().cloned(),
        filters_seen: seen,
        current: None,
        tries: 0,
        tried: Vec::new(),
        ended: false,
    };
    let step = match refusal.or_else(|| too_late(&run.call)) {
        Some(error) => Step::Done(Err(error)),
        None => run.begin(invocation),
    };
    match step {
        Step::Wait(attempt) => Box::pin(Logical { run, attempt }),
        Step::Done(result) => Box::pin(std::future::ready(run.end(result))),
    }
}

/// The error of a call whose time was over before it began, as when a handler calls on with what
/// is left of its own.
fn too_late(call: &Call) -> Option<RpcError> {
    let deadline = call.deadline?;
    deadline.has_passed(call.started).then(|| {
        RpcError::new(
            ErrorKind::Timeout,
            format!(
                "the deadline had passed before {}.{} was called",
                call.service.interface,
                call.method_name()
            ),
        )
        .with_origin(Origin::Local)
        .with_retry(Retry::Never)
    })
}

/// The future of a call.
struct Logical {
    run: Run,
    attempt: BoxFuture<Outcome>,
}

impl Future for Logical {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.get_mut();
        loop {
            let Poll::Ready(result) = this.attempt.as_mut().poll(cx) else {
                return Poll::Pending;
            };
            match this.run.ended(result) {
                Step::Wait(attempt) => this.attempt = attempt,
                Step::Done(result) => return Poll::Ready(this.run.end(result)),
            }
        }
    }
}

/// The state of a call between its tries.
struct Run {
    shared: Arc<Shared>,
    /// The call as the filters left it; a try gets a copy, so nothing leaks into the next one.
    call: Call,
    /// `None` for a stream, which can be sent only once.
    arguments: Option<Arc<dyn Arguments>>,
    filters_seen: usize,
    current: Option<Try>,
    tries: u32,
    tried: Vec<(Arc<Member>, RpcError)>,
    ended: bool,
}

/// A try in flight.
struct Try {
    member: Arc<Member>,
    /// The call as the member's filters left it, for their other hooks.
    call: Option<Call>,
    filters_seen: usize,
    is_counted: bool,
}

/// What comes next.
enum Step {
    Wait(BoxFuture<Outcome>),
    Done(Outcome),
}

impl Run {
    /// Begins the first try.
    fn begin(&mut self, invocation: Invocation) -> Step {
        match self.begin_try(invocation) {
            Ok(attempt) => Step::Wait(attempt),
            Err(error) => self.failed(error),
        }
    }

    /// A try has ended.
    fn ended(&mut self, mut result: Outcome) -> Step {
        self.leave_try(&mut result);
        match result {
            Ok(response) => Step::Done(Ok(response)),
            Err(error) => self.failed(error),
        }
    }

    /// Asks the strategy what to do, and does it, until a try is in flight or the call is over.
    fn failed(&mut self, mut error: RpcError) -> Step {
        loop {
            let shared = Arc::clone(&self.shared);
            let view = shared.view();
            let plan = shared.plan(&view, &self.call);
            let verdict = self.verdict(&view, &plan, &error);
            if verdict == Verdict::Empty {
                return Step::Done(self.empty(error));
            }
            if verdict == Verdict::Again && self.has_time() {
                // A further try is a call of its own to the rooms below: its time begins anew.
                let mut call = self.call.clone();
                call.started = Instant::now();
                let Some(arguments) = self.arguments.clone() else {
                    return Step::Done(Err(self.gave_up(&view, &plan, error)));
                };
                match self.begin_try(Invocation::unary(call, arguments)) {
                    Ok(attempt) => return Step::Wait(attempt),
                    Err(next) if is_about_the_list(&next) => {
                        let lines = [next.message().to_owned()];
                        let lines = lines.into_iter().chain(next.explain().iter().cloned());
                        let error = error.with_explanation(lines);
                        return Step::Done(Err(self.gave_up(&view, &plan, error)));
                    }
                    Err(next) => error = next,
                }
            } else {
                return Step::Done(Err(self.gave_up(&view, &plan, error)));
            }
        }
    }

    fn verdict(&self, view: &View, plan: &MethodPlan, error: &RpcError) -> Verdict {
        let retries = self
            .call
            .retries
            .or_else(|| self.attached_retries())
            .unwrap_or(plan.retries)
            .min(RETRIES_MAX);
        let tries = match &self.arguments {
            Some(_) => self.shared.cluster.tries(retries),
            None => 1,
        };
        // Without a single try there was no provider, and there is none for another one.
        let tries_left = match self.tries {
            0 => 0,
            _ if self.is_lacking_everywhere(view, error) => 0,
            made => tries.saturating_sub(made),
        };
        self.shared.cluster.after_failure(&Failure {
            error,
            idempotent: plan.idempotent,
            policy: plan.retry_policy,
            tries_left,
        })
    }

    /// Whether the last of the providers has said that it does not have the service or the method.
    /// The same provider asked again would say the same again.
    fn is_lacking_everywhere(&self, view: &View, error: &RpcError) -> bool {
        let lacking = [ErrorKind::ServiceNotFound, ErrorKind::MethodNotFound];
        let was_tried = |member: &Arc<Member>| {
            self.tried
                .iter()
                .any(|(tried, _)| Arc::ptr_eq(tried, member))
        };
        lacking.contains(&error.kind()) && view.snapshot.members().iter().all(was_tried)
    }

    /// Dubbo lets the attachment `retries` overrule the settings.
    fn attached_retries(&self) -> Option<u32> {
        let retries = self.call.attachments.value(tenfold_common::keys::RETRIES)?;
        Some(u32::try_from(retries.as_i64()?.max(0)).unwrap_or(u32::MAX))
    }

    fn has_time(&self) -> bool {
        self.call
            .deadline
            .is_none_or(|deadline| !deadline.has_passed(Instant::now()))
    }

    /// Picks a provider and sends the call to it.
    ///
    /// # Errors
    ///
    /// When there is no provider, or one of its filters refuses the try.
    fn begin_try(&mut self, mut invocation: Invocation) -> Result<BoxFuture<Outcome>, RpcError> {
        let (member, is_counted) = {
            let view = self.shared.view();
            let plan = self.shared.plan(&view, &self.call);
            let member = self.choose(&view, &plan, &invocation)?;
            (member, plan.counts_active)
        };
        self.tries += 1;
        if is_counted && let Some(active) = member.active_cell(self.call.method.index) {
            active.fetch_add(1, Ordering::Relaxed);
        }
        let attempt = self.current.insert(Try {
            member,
            call: None,
            filters_seen: 0,
            is_counted,
        });
        let mut refusal = None;
        for filter in attempt.member.filters() {
            if let Err(error) = filter.before(&mut invocation) {
                refusal = Some(error);
                break;
            }
            attempt.filters_seen += 1;
        }
        if attempt.filters_seen > 0 {
            attempt.call = Some(invocation.call.clone());
        }
        match refusal {
            None => Ok(attempt.member.invoker().invoke(invocation)),
            Some(error) => {
                let mut result = Err(error);
                self.leave_try(&mut result);
                match result {
                    Err(error) => Err(error),
                    // A filter has answered in place of the provider.
                    Ok(response) => Ok(Box::pin(std::future::ready(Ok(response)))),
                }
            }
        }
    }

    fn choose(
        &self,
        view: &View,
        plan: &MethodPlan,
        invocation: &Invocation,
    ) -> Result<Arc<Member>, RpcError> {
        let shared = &*self.shared;
        let arguments = match &invocation.payload {
            Payload::Unary(arguments) => Some(arguments),
            _ => None,
        };
        let request = RouteRequest {
            call: &invocation.call,
            arguments,
            consumer: shared.directory.reference(),
        };
        let mut candidates = Candidates::all(&view.snapshot);
        shared.routers.route(&request, &mut candidates);
        let selection = Selection {
            call: &invocation.call,
            arguments,
            plan,
            rings: view.snapshot.rings(),
            random: &shared.randomness,
            unix_millis: view.unix_millis(invocation.call.started),
        };
        let picked = if self.tried.is_empty() {
            select(&selection, &candidates, &[])
        } else {
            let tried: Vec<Arc<Member>> = self
                .tried
                .iter()
                .map(|(member, _)| Arc::clone(member))
                .collect();
            select(&selection, &candidates, &tried)
        };
        picked.ok_or_else(|| {
            explain::no_provider(&shared.directory, &view.snapshot, &shared.routers, &request)
        })
    }

    /// The member's filters and counters hear how the try ended.
    fn leave_try(&mut self, result: &mut Outcome) {
        let Some(attempt) = self.current.take() else {
            return;
        };
        attempt.uncount(&self.call);
        if let Some(call) = &attempt.call {
            let filters = attempt.member.filters().iter();
            for filter in filters.take(attempt.filters_seen).rev() {
                filter.after(call, result);
            }
        }
        if let Err(error) = result {
            if error.peer().is_none() {
                *error = error.clone().with_peer(attempt.member.address());
            }
            self.tried.push((attempt.member, error.clone()));
        }
    }

    /// The result of a strategy that passes failures over.
    fn empty(&self, error: RpcError) -> Outcome {
        match self.call.method.codec().no_value() {
            Some(value) => {
                warn!(
                    service = %self.call.service.interface,
                    method = self.call.method_name(),
                    %error,
                    "a call has failed, its caller gets an empty result"
                );
                Ok(Response::boxed(value))
            }
            None => Err(error.with_explanation([format!(
                "{}: the result type of {} has no empty value",
                self.shared.cluster.name(),
                self.call.method_name()
            )])),
        }
    }

    /// The error that the caller gets.
    fn gave_up(&self, view: &View, plan: &MethodPlan, error: RpcError) -> RpcError {
        let Some((last, _)) = self.tried.last() else {
            return error;
        };
        if error.kind() == ErrorKind::Exception {
            return error;
        }
        let directory = &self.shared.directory;
        let method = self.call.method_name();
        if self.shared.cluster.tries(1) == 1 {
            return explain::failed_fast(directory, method, last, plan.load_balance.name(), error);
        }
        let why = self.why_not_again(plan, &error);
        let known = view.snapshot.members().len();
        explain::tried_in_vain(directory, method, self.tries, &self.tried, known, error)
            .with_explanation(why)
    }

    fn why_not_again(&self, plan: &MethodPlan, error: &RpcError) -> Option<String> {
        if !self.has_time() {
            return Some("no further try: the call's deadline has passed".to_owned());
        }
        let may_retry = Failure {
            error,
            idempotent: plan.idempotent,
            policy: plan.retry_policy,
            tries_left: 0,
        }
        .may_retry();
        if may_retry {
            return None;
        }
        Some(match error.retry() {
            Retry::IfIdempotent => format!(
                "no further try: the call may have run, and {} is not marked idempotent",
                self.call.method_name()
            ),
            _ => "no further try: it would fail again".to_owned(),
        })
    }

    /// The filters of the call hear how it ended.
    fn end(&mut self, mut result: Outcome) -> Outcome {
        self.ended = true;
        for filter in self.shared.filters.iter().take(self.filters_seen).rev() {
            filter.after(&self.call, &mut result);
        }
        result
    }
}

impl Try {
    fn uncount(&self, call: &Call) {
        if self.is_counted
            && let Some(active) = self.member.active_cell(call.method.index)
        {
            active.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The caller has dropped the future.
impl Drop for Run {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if let Some(attempt) = self.current.take() {
            attempt.uncount(&self.call);
            // Without a call of its own a filter has panicked while it looked.
            let call = attempt.call.as_ref().unwrap_or(&self.call);
            let filters = attempt.member.filters().iter();
            for filter in filters.take(attempt.filters_seen).rev() {
                filter.abandoned(call);
            }
        }
        for filter in self.shared.filters.iter().take(self.filters_seen).rev() {
            filter.abandoned(&self.call);
        }
    }
}

/// Whether an error says that there is nobody to call.
fn is_about_the_list(error: &RpcError) -> bool {
    matches!(error.kind(), ErrorKind::NoProvider | ErrorKind::Forbidden)
}
