//! Frames: `int length`, then that many bytes, in both directions.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::{DecodeError, jute::Jute};

/// The limit of ZooKeeper's servers and Java clients (`jute.maxbuffer`), in bytes.
pub const FRAME_BYTES_MAX: usize = 0xf_ffff;

/// Bytes of the length prefix.
pub const PREFIX_BYTES: usize = 4;

/// Takes the first whole frame off `buffer`, without its prefix; `None` when more bytes are needed.
///
/// No memory is reserved for a frame that has not come.
///
/// # Errors
///
/// [`DecodeError::FrameLength`] when the announced length is negative or above `limit`; framing is
/// lost then and the connection has to be closed.
pub fn split(buffer: &mut BytesMut, limit: usize) -> Result<Option<Bytes>, DecodeError> {
    let Some(prefix) = buffer.first_chunk::<PREFIX_BYTES>() else {
        return Ok(None);
    };
    let announced = i32::from_be_bytes(*prefix);
    let length = usize::try_from(announced)
        .ok()
        .filter(|length| *length <= limit)
        .ok_or(DecodeError::FrameLength {
            length: announced,
            limit,
        })?;
    if buffer.len() - PREFIX_BYTES < length {
        return Ok(None);
    }
    buffer.advance(PREFIX_BYTES);
    Ok(Some(buffer.split_to(length).freeze()))
}

/// Appends one frame to `out` whose payload `fill` writes.
pub fn append(out: &mut BytesMut, fill: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_i32(0);
    fill(out);
    let length = out.len() - start - PREFIX_BYTES;
    let announced = i32::try_from(length).unwrap_or(i32::MAX);
    if let Some(prefix) = out.get_mut(start..start + PREFIX_BYTES) {
        prefix.copy_from_slice(&announced.to_be_bytes());
    }
}

/// A frame with the given parts, one after the other.
pub fn of<H: Jute, B: Jute>(header: &H, body: &B) -> Bytes {
    let mut out = BytesMut::new();
    append(&mut out, |out| {
        header.write(out);
        body.write(out);
    });
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_whole_wherever_the_stream_is_cut() {
        let mut stream = BytesMut::new();
        append(&mut stream, |out| out.put_slice(b"abc"));
        append(&mut stream, |_| ());
        append(&mut stream, |out| out.put_slice(b"d"));
        for cut in 0..=stream.len() {
            let (first, second) = stream.split_at(cut);
            let mut buffer = BytesMut::new();
            let mut frames = Vec::new();
            for part in [first, second] {
                buffer.extend_from_slice(part);
                while let Some(frame) = split(&mut buffer, 3).expect("well-formed") {
                    frames.push(frame);
                }
            }
            assert_eq!(frames, [&b"abc"[..], b"", b"d"], "cut at {cut}");
        }
    }

    #[test]
    fn lengths_outside_the_limit_are_refused_at_the_prefix() {
        for (length, ok) in [(10, true), (11, false), (-1, false)] {
            let mut buffer = BytesMut::from(&i32::to_be_bytes(length)[..]);
            assert_eq!(split(&mut buffer, 10).is_ok(), ok, "{length}");
        }
    }
}
