//! Where a byte string belongs in a small direct-mapped table.

/// The slot of `bytes` in a table of `slots` slots.
///
/// Not a hash against adversaries: whoever makes two byte strings collide makes their own calls
/// miss a cache, no more.
pub(crate) fn slot_of(bytes: &[u8], slots: usize) -> usize {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word))
            .wrapping_mul(PRIME)
            .rotate_left(23);
    }
    for byte in chunks.remainder() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
    }
    usize::try_from((hash >> 32) % slots.max(1) as u64).unwrap_or(0)
}
