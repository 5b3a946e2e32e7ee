//! The loop that all kernels share: cuts bytes into chunks, keeps the lanes' memory.
//!
//! Safe code only. A kernel is a function of one chunk, so it can neither read past the end nor
//! leave a lane unwritten.

use super::Lane;

/// Bytes in a chunk, bits in a mask.
pub(super) const WIDTH: usize = 64;

/// Leaves `lanes` with one lane for each 64 bytes, made by `lane_of`; the last chunk is padded
/// with zero bytes, which belong to no class.
///
/// Inlined by force: inside a `#[target_feature]` function the loop and `lane_of` then become
/// one, with the kernel's constants held in registers.
#[inline(always)]
pub(super) fn drive(bytes: &[u8], lanes: &mut Vec<Lane>, lane_of: impl Fn(&[u8; WIDTH]) -> Lane) {
    let (chunks, tail) = bytes.as_chunks::<WIDTH>();
    // Old lanes are overwritten where they stand: clearing first would fill them twice.
    lanes.resize(bytes.len().div_ceil(WIDTH), Lane::default());
    for (lane, chunk) in lanes.iter_mut().zip(chunks) {
        *lane = lane_of(chunk);
    }
    if let (Some(last), false) = (lanes.last_mut(), tail.is_empty()) {
        let mut padded = [0; WIDTH];
        padded[..tail.len()].copy_from_slice(tail);
        *last = lane_of(&padded);
    }
}
