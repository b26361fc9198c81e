//! Who waits for room, in the order of arrival.
//!
//! The first in the queue is called when there is room, takes what it needs, and the next is called
//! then. So nobody overtakes, and a caller that goes away while it is called passes the call on.

use std::{collections::VecDeque, task::Waker, time::Instant};

/// A queue of those who wait for room.
#[derive(Debug)]
pub struct RoomQueue {
    waiters: VecDeque<Waiter>,
    next: u64,
    limit: usize,
    /// No deadline of a waiter is earlier than this.
    earliest: Option<Instant>,
}

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What a place in the queue is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Wait on.
    Wait,
    /// It is your turn; the place is given up.
    Go,
    /// Your time is over; the place is given up.
    Expired,
}

#[derive(Debug)]
struct Waiter {
    ticket: Ticket,
    deadline: Option<Instant>,
    waker: Option<Waker>,
    expired: bool,
}

impl RoomQueue {
    /// An empty queue of at most `limit` places.
    pub fn new(limit: usize) -> Self {
        Self {
            waiters: VecDeque::new(),
            next: 0,
            limit,
            earliest: None,
        }
    }

    /// Takes a place at the end; `None` when all are taken.
    pub fn join(&mut self, deadline: Option<Instant>) -> Option<Ticket> {
        if self.waiters.len() >= self.limit {
            return None;
        }
        let ticket = Ticket(self.next);
        self.next += 1;
        self.earliest = [self.earliest, deadline].into_iter().flatten().min();
        self.waiters.push_back(Waiter {
            ticket,
            deadline,
            waker: None,
            expired: false,
        });
        Some(ticket)
    }

    /// Asks whose turn it is, and leaves `waker` to be woken when that changes.
    pub fn poll(&mut self, ticket: Ticket, has_room: bool, waker: &Waker) -> Turn {
        let Some(at) = self.position(ticket) else {
            return Turn::Expired;
        };
        let Some(waiter) = self.waiters.get_mut(at) else {
            return Turn::Expired;
        };
        if waiter.expired {
            self.waiters.remove(at);
            return Turn::Expired;
        }
        if at == 0 && has_room {
            self.waiters.pop_front();
            return Turn::Go;
        }
        match &mut waiter.waker {
            Some(left) if left.will_wake(waker) => {}
            left => *left = Some(waker.clone()),
        }
        Turn::Wait
    }

    /// Gives a place up.
    pub fn leave(&mut self, ticket: Ticket) {
        if let Some(at) = self.position(ticket) {
            self.waiters.remove(at);
        }
    }

    /// Calls the first in the queue, because there is room.
    pub fn call(&mut self) -> Option<Waker> {
        self.waiters.front_mut()?.waker.take()
    }

    /// Calls everybody, because what they wait for has changed.
    pub fn call_all(&mut self, wakers: &mut Vec<Waker>) {
        wakers.extend(self.waiters.iter_mut().filter_map(|w| w.waker.take()));
    }

    /// Ends the wait of everybody whose time is over.
    pub fn sweep(&mut self, now: Instant, wakers: &mut Vec<Waker>) {
        if self.earliest.is_none_or(|at| now < at) {
            return;
        }
        self.earliest = None;
        for waiter in &mut self.waiters {
            let Some(deadline) = waiter.deadline.filter(|_| !waiter.expired) else {
                continue;
            };
            if deadline <= now {
                waiter.expired = true;
                wakers.extend(waiter.waker.take());
            } else {
                self.earliest = Some(self.earliest.map_or(deadline, |at| at.min(deadline)));
            }
        }
    }

    /// A moment not later than the earliest deadline of those whose time is not over.
    pub fn earliest_deadline(&self) -> Option<Instant> {
        self.earliest
    }

    /// Places that are taken.
    pub fn len(&self) -> usize {
        self.waiters.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// Tickets only grow, so the queue is sorted by them.
    fn position(&self, ticket: Ticket) -> Option<usize> {
        self.waiters
            .binary_search_by_key(&ticket, |waiter| waiter.ticket)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn poll(queue: &mut RoomQueue, ticket: Ticket, has_room: bool) -> Turn {
        queue.poll(ticket, has_room, Waker::noop())
    }

    #[test]
    fn nobody_overtakes() {
        let mut queue = RoomQueue::new(8);
        let first = queue.join(None).expect("a place");
        let second = queue.join(None).expect("a place");
        assert_eq!(poll(&mut queue, second, true), Turn::Wait);
        assert_eq!(poll(&mut queue, first, false), Turn::Wait);
        assert_eq!(poll(&mut queue, first, true), Turn::Go);
        assert_eq!(poll(&mut queue, second, true), Turn::Go);
        assert!(queue.is_empty());
    }

    #[test]
    fn a_place_given_up_lets_the_next_one_go() {
        let mut queue = RoomQueue::new(8);
        let first = queue.join(None).expect("a place");
        let second = queue.join(None).expect("a place");
        poll(&mut queue, first, false);
        poll(&mut queue, second, false);
        assert!(queue.call().is_some());
        queue.leave(first);
        assert!(queue.call().is_some());
        assert_eq!(poll(&mut queue, second, true), Turn::Go);
    }

    #[test]
    fn waiting_ends_with_the_deadline() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut queue = RoomQueue::new(1);
        let ticket = queue.join(Some(later)).expect("a place");
        assert!(queue.join(None).is_none());
        poll(&mut queue, ticket, false);
        let mut wakers = Vec::new();
        queue.sweep(now, &mut wakers);
        assert!(wakers.is_empty());
        assert_eq!(queue.earliest_deadline(), Some(later));
        queue.sweep(later, &mut wakers);
        assert_eq!(wakers.len(), 1);
        assert_eq!(queue.earliest_deadline(), None);
        assert_eq!(poll(&mut queue, ticket, true), Turn::Expired);
        assert!(queue.is_empty());
    }
}
