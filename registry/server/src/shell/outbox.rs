//! What the owner of the node and a connection's task have between them.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::Notify;

/// Bytes on their way to one peer, and the owner's word on how the connection goes on.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    queue: VecDeque<Bytes>,
    /// Bytes in the queue and in the task's hands.
    waiting: usize,
    fate: Fate,
    /// The owner has decided everything that the task has handed in.
    idle: bool,
    /// The owner has stopped deciding because too much waits here, and wants to know when it has
    /// gone.
    parked: bool,
}

/// How a connection goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Fate {
    /// As before.
    #[default]
    Open,
    /// To be closed once everything has been sent.
    Closing,
    /// To be dropped at once.
    Cut,
}

impl Outbox {
    /// Adds bytes. False if more than `limit` would wait; one piece may always wait alone.
    pub(super) fn push(&self, bytes: Bytes, limit: usize) -> bool {
        let mut inner = self.lock();
        let waiting = inner.waiting.saturating_add(bytes.len());
        if inner.waiting > 0 && waiting > limit {
            return false;
        }
        inner.waiting = waiting;
        inner.queue.push_back(bytes);
        drop(inner);
        self.changed.notify_one();
        true
    }

    /// Says how the connection goes on.
    pub(super) fn set_fate(&self, fate: Fate) {
        self.lock().fate = fate;
        self.changed.notify_one();
    }

    /// The owner has decided everything that was handed in.
    pub(super) fn set_idle(&self) {
        self.lock().idle = true;
        self.changed.notify_one();
    }

    /// The task is about to hand something in.
    pub(super) fn set_busy(&self) {
        self.lock().idle = false;
    }

    /// Whether the task may hand something in.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().idle
    }

    /// How many bytes wait.
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting
    }

    /// The owner waits until less than [`RESUME_BYTES`] wait. False if that is so already.
    pub(super) fn park(&self) -> bool {
        let mut inner = self.lock();
        inner.parked = inner.waiting >= RESUME_BYTES;
        inner.parked
    }

    /// The next piece to send.
    pub(super) fn pop(&self) -> Option<Bytes> {
        self.lock().queue.pop_front()
    }

    /// Bytes have been sent. True if the owner waited for that.
    pub(super) fn sent(&self, bytes: usize) -> bool {
        let mut inner = self.lock();
        inner.waiting = inner.waiting.saturating_sub(bytes);
        let resume = inner.parked && inner.waiting < RESUME_BYTES;
        if resume {
            inner.parked = false;
        }
        resume
    }

    /// How the connection goes on.
    pub(super) fn fate(&self) -> Fate {
        self.lock().fate
    }

    /// Waits until something has changed. Dropping the future loses nothing.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // No code under this lock can panic half way through a change.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A parked connection's requests go on once less than this waits: a quarter of what parks it.
const RESUME_BYTES: usize = PARK_BYTES / 4;

/// A connection's requests wait while so many bytes of replies do: enough to keep a fast network
/// busy.
pub(super) const PARK_BYTES: usize = 1 << 20;
