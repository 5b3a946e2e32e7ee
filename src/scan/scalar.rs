//! The kernel for every CPU, and the oracle that the vector kernels are tested against.
//!
//! One table look-up per byte; then, for each class, the bits of eight bytes are brought together
//! by one multiplication.

use super::Lane;
use super::drive::{WIDTH, drive};
use crate::class::Class;
use crate::swar;

pub(super) fn classify(bytes: &[u8], lanes: &mut Vec<Lane>) {
    drive(bytes, lanes, lane_of);
}

fn lane_of(chunk: &[u8; WIDTH]) -> Lane {
    let mut lane = Lane::default();
    let (eights, _) = chunk.as_chunks::<8>();
    for (index, eight) in eights.iter().enumerate() {
        let classes = u64::from_le_bytes(eight.map(|byte| Class::of(byte).bits()));
        let mask = |class: Class| gather(classes, class) << (8 * index);
        lane.digit |= mask(Class::DIGIT);
        lane.alpha |= mask(Class::ALPHA);
        lane.upper |= mask(Class::UPPER);
        lane.join |= mask(Class::JOIN);
        lane.key |= mask(Class::KEY);
        let bytes = u64::from_le_bytes(*eight);
        let only = |wanted: u8| swar::compress(swar::equal(bytes, wanted) >> 7) << (8 * index);
        lane.opens |= only(b'+') | only(b',');
        lane.colon |= only(b':');
        lane.feed |= only(b'\n');
        lane.escape |= mask(Class::ESCAPE);
        lane.high |= mask(Class::HIGH);
        lane.space |= mask(Class::SPACE);
    }
    lane
}

/// Bit i of the result: whether byte i of `classes` holds the one class `class`.
fn gather(classes: u64, class: Class) -> u64 {
    swar::compress(classes >> class.bits().trailing_zeros() & 0x0101_0101_0101_0101)
}
