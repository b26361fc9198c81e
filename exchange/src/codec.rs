//! Dubbo's frame head, as `ExchangeCodec` of the Java implementation writes it.
//!
//! ```text
//!  0      2       3        4            12          16
//!  ┌──────┬───────┬────────┬────────────┬───────────┬──────────
//!  │ dabb │ flags │ status │ request id │ body size │ body …
//!  └──────┴───────┴────────┴────────────┴───────────┴──────────
//!  flags: 0x80 request, 0x40 two-way, 0x20 event, 0x1f serialization id
//! ```
//!
//! All numbers are big-endian. The id and the size are signed.

use tenfold_transport::{FrameCodec, FrameError, FrameHead};

/// The length of a frame head.
pub const HEAD_BYTES: usize = 16;

/// The most data that an event carries (Dubbo's `deserialization.event.size`).
pub const EVENT_BYTES_MAX: usize = 15;

const MAGIC: u16 = 0xdabb;
const FLAG_REQUEST: u8 = 0x80;
const FLAG_TWO_WAY: u8 = 0x40;
const FLAG_EVENT: u8 = 0x20;
const MASK_SERIALIZATION: u8 = 0x1f;

/// The status of an event that answers another.
pub(crate) const STATUS_OK: u8 = 20;

/// The serialization whose bytes for null and for strings are known here.
pub(crate) const HESSIAN2: u8 = 2;

/// What a request and its answer have in common.
///
/// Any 64 bits are one; whoever answers repeats what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub i64);

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A request; `two_way` when an answer is expected.
    Request {
        /// Whether an answer is expected.
        two_way: bool,
    },
    /// An answer.
    Response {
        /// Dubbo's status byte; 20 is success.
        status: u8,
    },
    /// A notice between the connection's ends; `two_way` when it is to be answered.
    Event {
        /// Whether an answer is expected.
        two_way: bool,
    },
    /// The answer to a notice.
    EventResponse,
}

/// What a frame head says, without the length.
///
/// It is kept as the wire has it: two bytes and an id, which move in two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    id: RequestId,
    flags: u8,
    status: u8,
}

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The peer wants to know whether we live.
    Heartbeat,
    /// The peer is going away: calls in flight go on, further ones should go elsewhere.
    ReadOnly,
    /// The peer takes its leave back.
    Writeable,
    /// Something this version does not know.
    Unknown,
}

/// Reads and writes frame heads.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeCodec {
    payload_bytes_max: usize,
}

impl ExchangeCodec {
    /// A codec that refuses bodies longer than `payload_bytes_max`.
    pub fn new(payload_bytes_max: usize) -> Self {
        Self { payload_bytes_max }
    }
}

impl FrameCodec for ExchangeCodec {
    type Head = Head;

    #[inline]
    fn decode_head(&self, bytes: &[u8]) -> Result<Option<FrameHead<Head>>, FrameError> {
        let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else {
            return check_magic(bytes).map(|()| None);
        };
        let [m0, m1, flags, status, ..] = *head;
        if u16::from_be_bytes([m0, m1]) != MAGIC {
            return Err(FrameError::Magic(u16::from_be_bytes([m0, m1])));
        }
        // One wide number instead of sixteen bytes: this runs for every frame.
        let wide = u128::from_be_bytes(*head);
        let length = (wide as u32).cast_signed();
        let body_bytes = usize::try_from(length).map_err(|_| FrameError::NegativeLength(length))?;
        let head = Head {
            id: RequestId(((wide >> 32) as u64).cast_signed()),
            flags,
            status,
        };
        if flags & FLAG_EVENT != 0 && body_bytes > EVENT_BYTES_MAX {
            return Err(FrameError::EventTooLong {
                bytes: body_bytes,
                limit: EVENT_BYTES_MAX,
            });
        }
        Ok(Some(FrameHead {
            head,
            head_bytes: HEAD_BYTES,
            body_bytes,
            body_bytes_max: self.payload_bytes_max,
        }))
    }
}

/// A part of a head: the magic is checked as soon as it is there.
fn check_magic(bytes: &[u8]) -> Result<(), FrameError> {
    let [m0, m1] = MAGIC.to_be_bytes();
    match *bytes {
        [] => Ok(()),
        [first] if first == m0 => Ok(()),
        [first] => Err(FrameError::Magic(u16::from_be_bytes([first, 0]))),
        [first, second, ..] if (first, second) == (m0, m1) => Ok(()),
        [first, second, ..] => Err(FrameError::Magic(u16::from_be_bytes([first, second]))),
    }
}

impl Head {
    /// The head of a frame of `kind`; of the serialization number the lower five bits count.
    #[inline]
    pub fn new(kind: FrameKind, serialization: u8, id: RequestId) -> Self {
        let (flags, status) = match kind {
            FrameKind::Request { two_way } => (FLAG_REQUEST | two_way_flag(two_way), 0),
            FrameKind::Event { two_way } => (FLAG_REQUEST | FLAG_EVENT | two_way_flag(two_way), 0),
            FrameKind::Response { status } => (0, status),
            FrameKind::EventResponse => (FLAG_EVENT, STATUS_OK),
        };
        Self {
            id,
            flags: flags | (serialization & MASK_SERIALIZATION),
            status,
        }
    }

    /// The head of the answer to this frame.
    #[inline]
    pub fn answer(self, status: u8) -> Self {
        Self {
            id: self.id,
            flags: self.flags & (MASK_SERIALIZATION | FLAG_EVENT),
            status,
        }
    }

    /// The same head for a body in another serialization.
    #[inline]
    #[must_use]
    pub fn with_serialization(self, serialization: u8) -> Self {
        Self {
            flags: self.flags & !MASK_SERIALIZATION | serialization & MASK_SERIALIZATION,
            ..self
        }
    }

    /// What the frame is.
    #[inline]
    pub fn kind(self) -> FrameKind {
        let two_way = self.flags & FLAG_TWO_WAY != 0;
        let event = self.flags & FLAG_EVENT != 0;
        match (self.flags & FLAG_REQUEST != 0, event) {
            (true, false) => FrameKind::Request { two_way },
            (true, true) => FrameKind::Event { two_way },
            (false, false) => FrameKind::Response {
                status: self.status,
            },
            (false, true) => FrameKind::EventResponse,
        }
    }

    /// Dubbo's number of the serialization of the body, 0 to 31.
    #[inline]
    pub fn serialization(self) -> u8 {
        self.flags & MASK_SERIALIZATION
    }

    /// The request that the frame makes or answers.
    #[inline]
    pub fn id(self) -> RequestId {
        self.id
    }

    /// The bytes of a head with a body of `body_bytes` behind it.
    ///
    /// A body that does not fit into Dubbo's signed length must have been refused before.
    #[inline]
    pub fn to_bytes(self, body_bytes: usize) -> [u8; HEAD_BYTES] {
        let length = u32::try_from(body_bytes).unwrap_or(u32::MAX) & i32::MAX.cast_unsigned();
        let first = u32::from(MAGIC) << 16 | u32::from(self.flags) << 8 | u32::from(self.status);
        let wide = u128::from(first) << 96
            | u128::from(self.id.0.cast_unsigned()) << 32
            | u128::from(length);
        wide.to_be_bytes()
    }
}

#[inline]
fn two_way_flag(two_way: bool) -> u8 {
    if two_way { FLAG_TWO_WAY } else { 0 }
}

impl Event {
    /// What the body of an event frame tells.
    ///
    /// Only Hessian 2 is read: its null is `4e`, and some peers append a second `4e`. Dubbo sends
    /// the notices as the strings `R` and `W`. A body in another serialization is a heartbeat when
    /// an answer is expected, because only heartbeats are answered.
    pub fn from_body(two_way: bool, body: &[u8]) -> Self {
        match body {
            [0x4e, ..] | [] => Self::Heartbeat,
            [0x01, b'R', ..] => Self::ReadOnly,
            [0x01, b'W', ..] => Self::Writeable,
            _ if two_way => Self::Heartbeat,
            _ => Self::Unknown,
        }
    }

    /// The Hessian 2 body of the event.
    pub(crate) fn body(self) -> &'static [u8] {
        match self {
            Self::ReadOnly => &[0x01, b'R'],
            Self::Writeable => &[0x01, b'W'],
            Self::Heartbeat | Self::Unknown => &[0x4e],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<Option<FrameHead<Head>>, FrameError> {
        ExchangeCodec::new(8 << 20).decode_head(bytes)
    }

    fn every_kind() -> Vec<FrameKind> {
        vec![
            FrameKind::Request { two_way: true },
            FrameKind::Request { two_way: false },
            FrameKind::Event { two_way: true },
            FrameKind::Event { two_way: false },
            FrameKind::Response { status: 20 },
            FrameKind::Response { status: 255 },
            FrameKind::EventResponse,
        ]
    }

    #[test]
    fn flag_bytes_are_dubbos() {
        let flags: Vec<u8> = every_kind()
            .into_iter()
            .map(|kind| {
                let head = Head::new(kind, HESSIAN2, RequestId(1));
                head.to_bytes(0)[2]
            })
            .collect();
        assert_eq!(flags, [0xc2, 0x82, 0xe2, 0xa2, 0x02, 0x02, 0x22]);
    }

    #[test]
    fn every_head_is_read_back_as_it_was_written() {
        for kind in every_kind() {
            for id in [0, 1, -1, i64::MIN, i64::MAX] {
                for serialization in [0, 2, 31] {
                    let head = Head::new(kind, serialization, RequestId(id));
                    let found = decode(&head.to_bytes(15)).expect("a head").expect("whole");
                    assert_eq!(found.head, head);
                    assert_eq!(found.body_bytes, 15);
                }
            }
        }
    }

    #[test]
    fn a_heartbeat_is_the_frame_that_java_sends() {
        let head = Head::new(FrameKind::Event { two_way: true }, HESSIAN2, RequestId(7));
        let mut frame = head.to_bytes(1).to_vec();
        frame.extend_from_slice(Event::Heartbeat.body());
        let expected = [
            0xda, 0xbb, 0xe2, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0x4e,
        ];
        assert_eq!(frame, expected);
    }

    #[test]
    fn foreign_bytes_are_refused_as_soon_as_they_are_there() {
        assert_eq!(decode(b""), Ok(None));
        assert_eq!(decode(&[0xda]), Ok(None));
        assert_eq!(decode(&[0xda, 0xbb, 0xc2]), Ok(None));
        assert_eq!(decode(b"G"), Err(FrameError::Magic(0x4700)));
        assert_eq!(
            decode(b"GET / HTTP/1.1\r\n\r\n"),
            Err(FrameError::Magic(0x4745))
        );
        assert_eq!(decode(&[0xda, 0]), Err(FrameError::Magic(0xda00)));
    }

    #[test]
    fn lengths_are_checked_at_the_head() {
        let mut head =
            Head::new(FrameKind::Request { two_way: true }, HESSIAN2, RequestId(1)).to_bytes(0);
        head[12..].copy_from_slice(&(-1i32).to_be_bytes());
        assert_eq!(decode(&head), Err(FrameError::NegativeLength(-1)));
        head[12..].copy_from_slice(&i32::MAX.to_be_bytes());
        let found = decode(&head).expect("a head").expect("whole");
        assert!(found.body_bytes > found.body_bytes_max);
        head[2] |= FLAG_EVENT;
        head[12..].copy_from_slice(&16i32.to_be_bytes());
        assert!(matches!(
            decode(&head),
            Err(FrameError::EventTooLong { bytes: 16, .. })
        ));
    }

    #[test]
    fn event_bodies_are_told_apart() {
        assert_eq!(Event::from_body(true, &[0x4e]), Event::Heartbeat);
        assert_eq!(Event::from_body(true, &[0x4e, 0x4e]), Event::Heartbeat);
        assert_eq!(Event::from_body(true, &[]), Event::Heartbeat);
        assert_eq!(
            Event::from_body(true, &[0, 0, 0, 1, 0xaf]),
            Event::Heartbeat
        );
        assert_eq!(Event::from_body(false, &[1, b'R']), Event::ReadOnly);
        assert_eq!(Event::from_body(false, &[1, b'W']), Event::Writeable);
        assert_eq!(Event::from_body(false, &[1, b'H']), Event::Unknown);
    }
}
