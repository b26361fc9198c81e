//! A watch as its user holds it: a queue of events.

use std::{collections::VecDeque, fmt, sync::Arc};

use parking_lot::Mutex;
use tenfold_zk::{EventType, Zxid, client::WatchId};
use tokio::sync::Notify;

use super::shared::Inner;

/// What a watch tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchEvent {
    /// A watched node changed.
    Changed {
        /// What happened.
        kind: EventType,
        /// To which node; below the client's chroot, without it.
        path: String,
        /// The transaction; [`Zxid::NONE`] when the server does not say.
        zxid: Zxid,
    },
    /// Events of a lasting watch may be missing: the connection was lost and made again, or the
    /// queue was full. Read again what matters.
    Missed,
    /// The session has ended and the watch with it.
    SessionLost,
}

/// An armed watch. Dropping it disarms it.
///
/// Events wait in a bounded queue of the watch's own; a slow user delays nobody and is told
/// [`WatchEvent::Missed`] when its queue overflowed.
#[must_use = "dropping a watch disarms it"]
pub struct Watch {
    pub(super) id: WatchId,
    pub(super) queue: Arc<WatchQueue>,
    pub(super) inner: Arc<Inner>,
}

/// Events on their way from the driver to the user.
#[derive(Debug, Default)]
pub(super) struct WatchQueue {
    state: Mutex<QueueState>,
    ready: Notify,
}

#[derive(Debug, Default)]
struct QueueState {
    events: VecDeque<WatchEvent>,
    ended: bool,
}

impl Watch {
    /// The next event; `None` after the last one of a one-shot watch or of a session that ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<WatchEvent> {
        loop {
            {
                let mut state = self.queue.state.lock();
                if let Some(event) = state.events.pop_front() {
                    return Some(event);
                }
                if state.ended {
                    return None;
                }
            }
            self.queue.ready.notified().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.inner.unwatch(self.id);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.id.0).finish()
    }
}

impl WatchQueue {
    pub(super) fn push(&self, event: WatchEvent) {
        let mut state = self.state.lock();
        if state.events.len() >= EVENTS_MAX {
            state.events.clear();
            state.events.push_back(WatchEvent::Missed);
        } else if event != WatchEvent::Missed || state.events.back() != Some(&WatchEvent::Missed) {
            state.events.push_back(event);
        }
        drop(state);
        self.ready.notify_one();
    }

    /// No event will follow those that wait.
    pub(super) fn end(&self) {
        self.state.lock().ended = true;
        self.ready.notify_one();
    }
}

/// Events that wait for a slow user of a lasting watch: about 100 KiB of paths.
const EVENTS_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overflowing_queue_is_replaced_by_the_fact_that_something_is_missing() {
        let queue = WatchQueue::default();
        let changed = || WatchEvent::Changed {
            kind: EventType::NodeCreated,
            path: "/a".into(),
            zxid: Zxid(1),
        };
        for _ in 0..=EVENTS_MAX {
            queue.push(changed());
        }
        assert_eq!(queue.state.lock().events, [WatchEvent::Missed]);
        queue.push(WatchEvent::Missed);
        queue.push(changed());
        assert_eq!(queue.state.lock().events, [WatchEvent::Missed, changed()]);
    }
}
