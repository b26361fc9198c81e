//! The 16-byte head that the floors put before each body: as long as the real one, and no more.

pub(crate) const HEAD_BYTES: usize = 16;

/// Appends a frame.
pub(crate) fn put(out: &mut impl Append, id: u64, body: &[u8]) {
    let mut head = [0; HEAD_BYTES];
    head[..4].copy_from_slice(&[0xda, 0xbb, 0xc2, 0]);
    head[4..12].copy_from_slice(&id.to_be_bytes());
    head[12..].copy_from_slice(&(body.len() as u32).to_be_bytes());
    out.append_slice(&head);
    out.append_slice(body);
}

/// The id and the body length of the frame at the front of `bytes`, when it is whole.
pub(crate) fn peek(bytes: &[u8]) -> Option<(u64, usize)> {
    let head = bytes.first_chunk::<HEAD_BYTES>()?;
    let [_, _, _, _, id @ .., l0, l1, l2, l3] = *head;
    assert_eq!(head[..2], [0xda, 0xbb], "the floors speak to themselves");
    let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
    (bytes.len() >= HEAD_BYTES + length).then_some((u64::from_be_bytes(id), length))
}

/// What a frame can be appended to.
pub(crate) trait Append {
    fn append_slice(&mut self, bytes: &[u8]);
}

impl Append for Vec<u8> {
    fn append_slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Append for bytes::BytesMut {
    fn append_slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}
