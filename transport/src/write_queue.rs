//! What waits to be written.
//!
//! Small pieces are copied together into one buffer, because a copy of a hundred bytes is cheaper
//! than a reference count. Large pieces are kept by reference and go out with one gathering write.

use std::{
    collections::VecDeque,
    io,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};

use crate::Channel;

/// From this length on a piece is kept by reference. Measured: at 10 KiB copying is still as cheap
/// as a gathering write, at 64 KiB it costs a third more.
pub const LARGE_BYTES_MIN: usize = 32 * 1024;

/// Pieces of one gathering write. Each large piece needs one, and one for the small bytes before
/// it; with 32 KiB a piece this is more than a socket takes at once.
const PIECES_MAX: usize = 32;

/// A buffer that is longer than this is given back after it was written, so that one burst does not
/// stay in memory for ever.
const KEPT_BYTES_MAX: usize = 128 * 1024;

/// Bytes in the order in which they are written.
#[derive(Debug, Default)]
pub struct WriteQueue {
    small: Vec<u8>,
    /// How much of `small` is written.
    start: usize,
    /// Large pieces, each with the place in `small` before which it stands.
    large: VecDeque<(usize, Bytes)>,
    large_bytes: usize,
}

impl WriteQueue {
    /// An empty queue that holds no memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.small.len() - self.start + self.large_bytes
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.small.len() == self.start && self.large.is_empty()
    }

    /// Where small pieces are appended. What is there already must not be changed, except for what
    /// the caller has appended itself since the last write.
    pub fn small(&mut self) -> &mut Vec<u8> {
        &mut self.small
    }

    /// Appends a piece: copied when small, by reference when large.
    pub fn push(&mut self, piece: Bytes) {
        if piece.len() < LARGE_BYTES_MIN {
            self.small.extend_from_slice(&piece);
        } else {
            self.large_bytes += piece.len();
            self.large.push_back((self.small.len(), piece));
        }
    }

    /// Moves everything out of `other` to the end of this queue.
    pub fn append(&mut self, other: &mut Self) {
        if other.large.is_empty() && other.start == 0 && other.small.len() >= LARGE_BYTES_MIN {
            self.push(Bytes::from(std::mem::take(&mut other.small)));
            return;
        }
        let mut at = other.start;
        for (place, piece) in other.large.drain(..) {
            let before = other.small.get(at..place).unwrap_or_default();
            self.small.extend_from_slice(before);
            self.push(piece);
            at = place;
        }
        let rest = other.small.get(at..).unwrap_or_default();
        self.small.extend_from_slice(rest);
        other.clear();
    }

    /// Writes once, as much as the network takes at once; `Ready(Ok(0))` for a queue with bytes in
    /// it says that the peer takes no more.
    pub fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        channel: &mut Channel,
    ) -> Poll<io::Result<usize>> {
        let written = if self.large.is_empty() {
            channel.poll_write(cx, self.small.get(self.start..).unwrap_or_default())
        } else {
            let mut pieces = [io::IoSlice::new(&[]); PIECES_MAX];
            let count = self.gather(&mut pieces);
            channel.poll_write_vectored(cx, pieces.get(..count).unwrap_or_default())
        };
        if let Poll::Ready(Ok(bytes)) = &written {
            self.advance(*bytes);
        }
        written
    }

    /// Drops everything, and memory that is not small.
    pub fn clear(&mut self) {
        self.small.clear();
        if self.small.capacity() > KEPT_BYTES_MAX {
            self.small = Vec::new();
        }
        self.start = 0;
        self.large.clear();
        self.large_bytes = 0;
    }

    /// Gives memory back, unless bytes are in it.
    pub fn release(&mut self) {
        if self.is_empty() {
            *self = Self::new();
        }
    }

    /// Memory that the queue holds.
    pub fn capacity(&self) -> usize {
        self.small.capacity() + self.large_bytes
    }

    fn gather<'a>(&'a self, pieces: &mut [io::IoSlice<'a>; PIECES_MAX]) -> usize {
        let mut count = 0;
        let mut put = |bytes: &'a [u8]| {
            if !bytes.is_empty()
                && let Some(piece) = pieces.get_mut(count)
            {
                *piece = io::IoSlice::new(bytes);
                count += 1;
            }
        };
        let mut at = self.start;
        for (place, piece) in self.large.iter().take(PIECES_MAX / 2) {
            put(self.small.get(at..*place).unwrap_or_default());
            put(piece);
            at = *place;
        }
        if self.large.len() <= PIECES_MAX / 2 {
            put(self.small.get(at..).unwrap_or_default());
        }
        count
    }

    fn advance(&mut self, mut bytes: usize) {
        while let Some((place, piece)) = self.large.front_mut() {
            let before = bytes.min(*place - self.start);
            self.start += before;
            bytes -= before;
            if self.start < *place || bytes == 0 {
                return;
            }
            let inside = bytes.min(piece.len());
            piece.advance(inside);
            self.large_bytes -= inside;
            bytes -= inside;
            if !piece.is_empty() {
                return;
            }
            self.large.pop_front();
        }
        self.start = (self.start + bytes).min(self.small.len());
        if self.start == self.small.len() {
            self.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use bytes::BytesMut;

    use super::*;
    use crate::MemoryNetwork;

    fn waiting(queue: &WriteQueue) -> Vec<u8> {
        let mut pieces = [io::IoSlice::new(&[]); PIECES_MAX];
        let count = queue.gather(&mut pieces);
        pieces[..count]
            .iter()
            .flat_map(|piece| piece.to_vec())
            .collect()
    }

    fn mixed(pieces: usize) -> (WriteQueue, Vec<u8>) {
        let mut queue = WriteQueue::new();
        let mut expected = Vec::new();
        for n in 0..pieces {
            let length = [10, LARGE_BYTES_MIN, 0, 700, LARGE_BYTES_MIN + 5][n % 5];
            let piece = Bytes::from(vec![n as u8; length]);
            expected.extend_from_slice(&piece);
            queue.push(piece);
        }
        (queue, expected)
    }

    #[test]
    fn order_is_kept_however_much_each_write_takes() {
        for step in [1_000, 7_777, LARGE_BYTES_MIN, 100_001] {
            let (mut queue, mut expected) = mixed(12);
            while !queue.is_empty() {
                assert_eq!(queue.len(), expected.len());
                assert_eq!(waiting(&queue), expected);
                let taken = step.min(expected.len());
                queue.advance(taken);
                expected.drain(..taken);
            }
            assert!(expected.is_empty());
        }
    }

    #[test]
    fn pieces_may_be_added_between_writes() {
        let (mut queue, mut expected) = mixed(5);
        queue.advance(LARGE_BYTES_MIN);
        expected.drain(..LARGE_BYTES_MIN);
        queue.small().extend_from_slice(b"more");
        expected.extend_from_slice(b"more");
        assert_eq!(waiting(&queue), expected);
    }

    #[test]
    fn one_queue_behind_another_keeps_the_order() {
        for long in [10, LARGE_BYTES_MIN] {
            let (mut first, mut expected) = mixed(7);
            let (mut second, rest) = mixed(6);
            second.small().extend(vec![1; long]);
            expected.extend(rest);
            expected.extend(vec![1; long]);
            first.append(&mut second);
            assert_eq!(waiting(&first), expected);
            assert_eq!(first.len(), expected.len());
            assert!(second.is_empty());
            assert_eq!(second.large_bytes, 0);
        }
        let mut first = WriteQueue::new();
        let mut second = WriteQueue::new();
        second.small().resize(LARGE_BYTES_MIN, 5);
        first.append(&mut second);
        assert_eq!(first.len(), LARGE_BYTES_MIN);
        assert!(second.is_empty());
    }

    #[tokio::test]
    async fn everything_arrives_though_the_pipe_is_narrow() {
        let (mut left, mut right) = MemoryNetwork::pair();
        let (mut queue, expected) = mixed(60);
        let writer = async {
            while !queue.is_empty() {
                poll_fn(|cx| queue.poll_write(cx, &mut left))
                    .await
                    .expect("writes");
            }
        };
        let reader = async {
            let mut buffer = BytesMut::new();
            while buffer.len() < expected.len() {
                buffer.reserve(8192);
                poll_fn(|cx| right.poll_read(cx, &mut buffer))
                    .await
                    .expect("reads");
            }
            buffer
        };
        let ((), arrived) = tokio::join!(writer, reader);
        assert!(arrived == expected);
    }

    #[test]
    fn a_burst_does_not_stay_in_memory() {
        let mut queue = WriteQueue::new();
        queue.small().resize(KEPT_BYTES_MAX + 1, 0);
        queue.advance(KEPT_BYTES_MAX + 1);
        assert_eq!(queue.capacity(), 0);
        queue.small().resize(100, 0);
        queue.advance(100);
        assert!(queue.capacity() >= 100);
        queue.release();
        assert_eq!(queue.capacity(), 0);
    }
}
