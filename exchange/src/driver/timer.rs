//! The one timer of a connection.

use std::{future::Future, pin::Pin, task::Context, time::Instant};

use tokio::time::{self, Sleep};

/// A timer that is made when it is first needed, and moved only to an earlier time: what it was set
/// for may have become later meanwhile, and is then asked again.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    armed: Option<Instant>,
}

impl Timer {
    /// Sees to it that the task is woken at `at` or earlier.
    pub(crate) fn arm(&mut self, at: Instant, cx: &mut Context<'_>) {
        if self.sleep.as_ref().is_some_and(|sleep| sleep.is_elapsed()) {
            self.armed = None;
        }
        if self.armed.is_some_and(|armed| armed <= at) {
            return;
        }
        self.armed = Some(at);
        let at = time::Instant::from_std(at);
        let sleep = match &mut self.sleep {
            Some(sleep) => {
                sleep.as_mut().reset(at);
                sleep
            }
            none => none.insert(Box::pin(time::sleep_until(at))),
        };
        // The waker is left here once; it stays the same as long as the task does.
        if sleep.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }
}

/// The time, as tokio's clock has it: a test may pause it.
pub(crate) fn now() -> Instant {
    time::Instant::now().into_std()
}
