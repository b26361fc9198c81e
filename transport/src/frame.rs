//! Cutting whole frames out of the bytes that arrive.
//!
//! ```text
//!            bytes            head complete             body complete
//!  Between ────────▶ Head ──────────────────▶ Body ──────────────────▶ Between
//!                                │ over the limit                         ▲
//!                                └──────────────▶ Skip ───────────────────┘
//! ```
//!
//! A frame over the limit is reported as soon as its head is there, and its body is thrown away as
//! it comes. Memory is asked for in proportion to the bytes that came, never to the length that a
//! head announces.

use std::{
    cell::Cell,
    io,
    ops::Deref,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes, BytesMut};

use crate::{Channel, FrameError};

/// Room for one read. It holds some 500 small frames, so the system call no longer counts.
const READ_BYTES: usize = 64 * 1024;

/// A begun frame up to this is moved out of a read buffer that is to be given back.
const PARKED_BYTES_MAX: usize = READ_BYTES / 8;

thread_local! {
    /// One read buffer for all connections of a thread that have nothing in theirs. So only
    /// connections in the middle of a frame hold memory, and the buffer stays in the cache.
    static SPARE: Cell<Option<BytesMut>> = const { Cell::new(None) };
}

/// Bodies shorter than this are copied when they are to be kept: a short body must not keep a whole
/// read buffer alive.
const SHARED_BYTES_MIN: usize = 4 * 1024;

/// How the head of a frame is read.
pub trait FrameCodec {
    /// What the head says.
    type Head: Copy;

    /// Reads the head at the front of `bytes`; `None` when it is not whole yet.
    ///
    /// Bytes that no head begins with are an error as soon as they are there.
    fn decode_head(&self, bytes: &[u8]) -> Result<Option<FrameHead<Self::Head>>, FrameError>;
}

/// A head that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHead<H> {
    /// What it says.
    pub head: H,
    /// Its own length.
    pub head_bytes: usize,
    /// The length of the body behind it.
    pub body_bytes: usize,
    /// The most that a body of this kind may have; a longer one is reported and skipped.
    pub body_bytes_max: usize,
}

/// A frame, or the head of one that is too long.
#[derive(Debug)]
pub enum Frame<'a, H> {
    /// A whole frame.
    Whole {
        /// What its head says.
        head: H,
        /// Its body.
        body: FrameBody<'a>,
    },
    /// A frame over the limit; its body is thrown away as it comes.
    Oversized {
        /// What its head says.
        head: H,
        /// The length that it announces.
        body_bytes: usize,
        /// The most that is allowed.
        body_bytes_max: usize,
    },
}

/// The body of a frame, still in the read buffer.
///
/// Dropping it lets the buffer go on to the next frame.
#[derive(Debug)]
pub struct FrameBody<'a> {
    buffer: &'a mut BytesMut,
    bytes: usize,
}

/// Where the reader stands after the frames it has handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing of a next frame has come.
    Between,
    /// A part of a head has come.
    Head,
    /// The head has come and the body is still coming.
    Body,
}

/// Reads frames from a channel.
#[derive(Debug)]
pub struct FrameReader<C> {
    codec: C,
    buffer: BytesMut,
    stage: Stage,
    /// What is still to come of the body that has begun.
    missing_bytes: usize,
    /// What is still to be thrown away of a frame over the limit.
    skip_bytes: usize,
}

impl<C: FrameCodec> FrameReader<C> {
    /// A reader that holds no memory yet.
    pub fn new(codec: C) -> Self {
        Self {
            codec,
            buffer: BytesMut::new(),
            stage: Stage::Between,
            missing_bytes: 0,
            skip_bytes: 0,
        }
    }

    /// Reads once from `channel`; `Ready(Ok(0))` says that the peer has ended its side.
    pub fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        channel: &mut Channel,
    ) -> Poll<io::Result<usize>> {
        self.make_room();
        channel.poll_read(cx, &mut self.buffer)
    }

    /// Adds bytes by hand, as a read would.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next frame, or `None` until more bytes have come.
    ///
    /// After an error the reader has lost its place and must not be used again.
    #[inline(always)]
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_, C::Head>>, FrameError> {
        if self.skip_bytes > 0 && !self.skip() {
            return Ok(None);
        }
        let Some(found) = self.codec.decode_head(&self.buffer)? else {
            self.stage = if self.buffer.is_empty() {
                Stage::Between
            } else {
                Stage::Head
            };
            return Ok(None);
        };
        let FrameHead {
            head,
            head_bytes,
            body_bytes,
            body_bytes_max,
        } = found;
        if body_bytes > body_bytes_max {
            self.buffer.advance(head_bytes);
            self.skip_bytes = body_bytes;
            self.skip();
            return Ok(Some(Frame::Oversized {
                head,
                body_bytes,
                body_bytes_max,
            }));
        }
        let here = self.buffer.len() - head_bytes;
        if here < body_bytes {
            self.stage = Stage::Body;
            self.missing_bytes = body_bytes - here;
            return Ok(None);
        }
        self.stage = Stage::Between;
        self.missing_bytes = 0;
        self.buffer.advance(head_bytes);
        Ok(Some(Frame::Whole {
            head,
            body: FrameBody {
                buffer: &mut self.buffer,
                bytes: body_bytes,
            },
        }))
    }

    /// Where the reader stands, as the last [`next_frame`](Self::next_frame) found it.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Bytes that have come and were not handed out.
    pub fn buffered_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Memory that the reader holds.
    pub fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Throws away what has come; the reader has lost its place then.
    pub fn discard(&mut self) {
        self.buffer.clear();
    }

    /// Gives the read buffer back before a wait; a short begin of a frame is kept in memory of its
    /// own.
    pub fn park(&mut self) {
        let held = self.buffer.len();
        if self.buffer.capacity() <= 2 * held || held > PARKED_BYTES_MAX {
            return;
        }
        let rest = BytesMut::from(&self.buffer[..]);
        let mut spare = std::mem::replace(&mut self.buffer, rest);
        spare.clear();
        // A buffer of which a body is still in use is not to be had, and an overlong one not
        // wanted.
        if spare.try_reclaim(READ_BYTES) && spare.capacity() <= 2 * READ_BYTES {
            SPARE.set(Some(spare));
        }
    }

    /// Throws away what has come of a skipped body; true when all of it is gone.
    fn skip(&mut self) -> bool {
        let gone = self.skip_bytes.min(self.buffer.len());
        self.buffer.advance(gone);
        self.skip_bytes -= gone;
        let done = self.skip_bytes == 0;
        self.stage = if done { Stage::Between } else { Stage::Body };
        done
    }

    fn make_room(&mut self) {
        let spare = self.buffer.capacity() - self.buffer.len();
        // For a body that has begun, room for one read more or for what is missing of it. The
        // buffer doubles when it has to grow, so it is never much more than twice what came.
        let wanted = match self.missing_bytes {
            0 => READ_BYTES / 2,
            missing => missing.min(READ_BYTES),
        };
        if spare >= wanted {
            return;
        }
        if self.buffer.len() <= PARKED_BYTES_MAX
            && let Some(mut shared) = SPARE.take()
        {
            shared.extend_from_slice(&self.buffer);
            self.buffer = shared;
        }
        // Moves the rest to the front if the buffer is long enough for that and nobody else uses
        // it, else makes another.
        self.buffer
            .reserve(wanted.max(READ_BYTES - self.buffer.len().min(READ_BYTES)));
    }
}

impl FrameBody<'_> {
    /// The body as bytes that may be kept: copied when short, by reference when long.
    #[inline]
    pub fn into_bytes(self) -> Bytes {
        if self.bytes < SHARED_BYTES_MIN {
            return Bytes::copy_from_slice(&self);
        }
        self.share()
    }

    /// The body by reference, whatever its length: cheaper than a copy, but the whole read buffer
    /// lives as long. For bytes that are looked at soon and let go.
    #[inline]
    pub fn share(mut self) -> Bytes {
        let bytes = std::mem::take(&mut self.bytes);
        self.buffer.split_to(bytes).freeze()
    }
}

impl Deref for FrameBody<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // The reader made the body only after all of it had come.
        self.buffer.get(..self.bytes).unwrap_or_default()
    }
}

impl Drop for FrameBody<'_> {
    fn drop(&mut self) {
        self.buffer.advance(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One byte `7`, one byte of length, the body.
    struct Tiny;

    impl FrameCodec for Tiny {
        type Head = u8;

        fn decode_head(&self, bytes: &[u8]) -> Result<Option<FrameHead<u8>>, FrameError> {
            match bytes {
                [7, length, ..] => Ok(Some(FrameHead {
                    head: *length,
                    head_bytes: 2,
                    body_bytes: usize::from(*length),
                    body_bytes_max: 100,
                })),
                [] | [7] => Ok(None),
                [other, ..] => Err(FrameError::Magic(u16::from(*other))),
            }
        }
    }

    fn all(reader: &mut FrameReader<Tiny>) -> Vec<Result<Vec<u8>, usize>> {
        let mut found = Vec::new();
        while let Some(frame) = reader.next_frame().expect("frames") {
            found.push(match frame {
                Frame::Whole { body, .. } => Ok(body.to_vec()),
                Frame::Oversized { body_bytes, .. } => Err(body_bytes),
            });
        }
        found
    }

    fn sample() -> (Vec<u8>, Vec<Result<Vec<u8>, usize>>) {
        let mut bytes = vec![7, 0, 7, 3, 1, 2, 3, 7, 200];
        bytes.extend([9; 200]);
        bytes.extend([7, 1, 5]);
        (
            bytes,
            vec![Ok(vec![]), Ok(vec![1, 2, 3]), Err(200), Ok(vec![5])],
        )
    }

    #[test]
    fn a_stream_split_at_any_byte_gives_the_same_frames() {
        let (bytes, expected) = sample();
        for at in 0..=bytes.len() {
            let mut reader = FrameReader::new(Tiny);
            let (left, right) = bytes.split_at(at);
            reader.extend(left);
            let mut found = all(&mut reader);
            reader.extend(right);
            found.extend(all(&mut reader));
            assert_eq!(found, expected, "split at {at}");
            assert_eq!(reader.stage(), Stage::Between);
        }
    }

    #[test]
    fn a_stream_fed_byte_by_byte_gives_the_same_frames() {
        let (bytes, expected) = sample();
        let mut reader = FrameReader::new(Tiny);
        let mut found = Vec::new();
        for byte in bytes {
            reader.extend(&[byte]);
            found.extend(all(&mut reader));
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn the_stage_tells_a_begun_head_from_a_begun_body() {
        let mut reader = FrameReader::new(Tiny);
        assert!(all(&mut reader).is_empty());
        assert_eq!(reader.stage(), Stage::Between);
        reader.extend(&[7]);
        assert!(all(&mut reader).is_empty());
        assert_eq!(reader.stage(), Stage::Head);
        reader.extend(&[4, 0]);
        assert!(all(&mut reader).is_empty());
        assert_eq!(reader.stage(), Stage::Body);
        reader.extend(&[0, 0, 0]);
        assert_eq!(all(&mut reader).len(), 1);
        assert_eq!(reader.stage(), Stage::Between);
    }

    #[test]
    fn a_skipped_body_is_never_held() {
        let mut reader = FrameReader::new(Tiny);
        reader.extend(&[7, 255]);
        assert_eq!(all(&mut reader), vec![Err(255)]);
        for _ in 0..254 {
            reader.extend(&[1]);
            assert!(all(&mut reader).is_empty());
            assert_eq!(reader.buffered_bytes(), 0);
            assert_eq!(reader.stage(), Stage::Body);
        }
        reader.extend(&[1, 7, 0]);
        assert_eq!(all(&mut reader), vec![Ok(vec![])]);
    }

    #[test]
    fn bytes_that_begin_no_frame_are_an_error() {
        let mut reader = FrameReader::new(Tiny);
        reader.extend(&[1]);
        assert_eq!(reader.next_frame().err(), Some(FrameError::Magic(1)));
    }

    /// Four bytes of length, the body.
    struct Long;

    impl FrameCodec for Long {
        type Head = ();

        fn decode_head(&self, bytes: &[u8]) -> Result<Option<FrameHead<()>>, FrameError> {
            let Some(length) = bytes.first_chunk::<4>() else {
                return Ok(None);
            };
            Ok(Some(FrameHead {
                head: (),
                head_bytes: 4,
                body_bytes: u32::from_be_bytes(*length) as usize,
                body_bytes_max: usize::MAX,
            }))
        }
    }

    #[test]
    fn memory_grows_with_the_bytes_that_came() {
        let mut reader = FrameReader::new(Long);
        reader.extend(&u32::to_be_bytes(1 << 30));
        let mut came = 4;
        while came < 4 << 20 {
            assert!(reader.next_frame().expect("no error").is_none());
            reader.make_room();
            let limit = 2 * came + 3 * READ_BYTES;
            assert!(
                reader.capacity() <= limit,
                "{} > {limit}",
                reader.capacity()
            );
            let piece = vec![0; (reader.capacity() - reader.buffered_bytes()).min(10_000)];
            reader.extend(&piece);
            came += piece.len();
        }
    }

    #[test]
    fn a_reader_that_waits_holds_no_more_than_the_frame_that_has_begun() {
        let mut first = FrameReader::new(Tiny);
        first.make_room();
        assert!(first.capacity() >= READ_BYTES);
        first.park();
        assert_eq!(first.capacity(), 0);

        let mut second = FrameReader::new(Tiny);
        second.make_room();
        second.extend(&[7, 4, 1]);
        assert!(all(&mut second).is_empty());
        second.park();
        assert!(second.capacity() < 100, "{}", second.capacity());
        second.make_room();
        second.extend(&[2, 3, 4]);
        assert_eq!(all(&mut second), vec![Ok(vec![1, 2, 3, 4])]);
    }

    #[test]
    fn a_buffer_whose_bodies_are_in_use_is_not_used_again() {
        let mut reader = FrameReader::new(Tiny);
        let mut kept = Vec::new();
        for byte in 0..50 {
            reader.make_room();
            reader.extend(&[7, 3, byte, byte, byte]);
            let Ok(Some(Frame::Whole { body, .. })) = reader.next_frame() else {
                panic!("whole");
            };
            kept.push((byte, body.share()));
            reader.park();
        }
        for (byte, body) in kept {
            assert_eq!(body[..], [byte; 3]);
        }
    }

    #[test]
    fn long_bodies_are_shared_and_short_ones_copied() {
        for length in [100, SHARED_BYTES_MIN, 100_000] {
            let mut reader = FrameReader::new(Long);
            reader.extend(&u32::to_be_bytes(length as u32));
            reader.extend(&vec![3; length]);
            reader.extend(&u32::to_be_bytes(1));
            reader.extend(&[4]);
            let Ok(Some(Frame::Whole { body, .. })) = reader.next_frame() else {
                panic!("whole");
            };
            let kept = body.into_bytes();
            assert_eq!(kept, vec![3; length]);
            let Ok(Some(Frame::Whole { body, .. })) = reader.next_frame() else {
                panic!("whole");
            };
            assert_eq!(&body[..], &[4]);
        }
    }
}
