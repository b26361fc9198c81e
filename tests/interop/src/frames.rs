//! Cuts a byte stream of the dubbo2 protocol into frames.
//!
//! A frame is a header of 16 bytes and a body: magic `da bb`, flags, status, id (8 bytes), body
//! length (4 bytes). This is written apart from the framework's own codec on purpose.

/// Bytes of a header.
pub const HEADER_BYTES: usize = 16;

/// What a stream cannot be cut any further after: bytes that are no header.
#[derive(Debug, PartialEq, Eq)]
pub struct NotDubbo;

/// One frame, header included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame(pub Vec<u8>);

impl Frame {
    /// Whether the event bit is set: heartbeat, read-only.
    pub fn is_event(&self) -> bool {
        self.0.get(2).is_some_and(|flags| flags & 0x20 != 0)
    }

    /// The header in hex, its parts separated by spaces.
    pub fn header(&self) -> String {
        let part = |from, to| hex(self.0.get(from..to).unwrap_or_default());
        format!(
            "{} {} {} {} {}",
            part(0, 2),
            part(2, 3),
            part(3, 4),
            part(4, 12),
            part(12, 16)
        )
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        self.0.get(HEADER_BYTES..).unwrap_or_default()
    }
}

/// Collects bytes until they make frames.
#[derive(Debug, Default)]
pub struct Splitter {
    pending: Vec<u8>,
}

impl Splitter {
    /// Adds bytes and gives the frames that are whole now.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, NotDubbo> {
        self.pending.extend_from_slice(bytes);
        let mut frames = Vec::new();
        while let Some(header) = self.pending.first_chunk::<HEADER_BYTES>() {
            if header[..2] != [0xda, 0xbb] {
                return Err(NotDubbo);
            }
            let length = u32::from_be_bytes([header[12], header[13], header[14], header[15]]);
            let whole = usize::try_from(length)
                .ok()
                .and_then(|length| length.checked_add(HEADER_BYTES));
            let whole = whole.ok_or(NotDubbo)?;
            if self.pending.len() < whole {
                break;
            }
            let rest = self.pending.split_off(whole);
            frames.push(Frame(std::mem::replace(&mut self.pending, rest)));
        }
        Ok(frames)
    }
}

/// Lower-case hex without separators.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heartbeat(id: u8) -> Vec<u8> {
        vec![
            0xda, 0xbb, 0xe2, 0, 0, 0, 0, 0, 0, 0, 0, id, 0, 0, 0, 1, 0x4e,
        ]
    }

    #[test]
    fn frames_are_cut_wherever_the_reads_fall() {
        let stream = [heartbeat(1), heartbeat(2)].concat();
        for cut in 0..stream.len() {
            let mut splitter = Splitter::default();
            let mut frames = splitter.push(&stream[..cut]).unwrap();
            frames.extend(splitter.push(&stream[cut..]).unwrap());
            assert_eq!(
                frames,
                [Frame(heartbeat(1)), Frame(heartbeat(2))],
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn the_header_is_shown_in_parts() {
        let frame = Frame(heartbeat(1));
        assert!(frame.is_event());
        assert_eq!(frame.header(), "dabb e2 00 0000000000000001 00000001");
        assert_eq!(frame.body(), [0x4e]);
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(
            Splitter::default().push(b"GET / HTTP/1.1\r\n"),
            Err(NotDubbo)
        );
    }
}
