//! Arithmetic on masks. Bit i of a mask stands for byte i; `before` and `next` are the masks of the
//! same class in the lanes at either side.

/// The mask moved up by one byte: bit i says whether byte i-1 is in the class.
#[inline(always)]
pub(in crate::scan) fn after(mask: u64, before: u64) -> u64 {
    mask << 1 | before >> 63
}

/// The places where this bit of the class and the five after it are set, and those where the seventh is
/// as well.
#[inline(always)]
pub(in crate::scan) fn six_and_seven_ahead(mask: u64, next: u64) -> (u64, u64) {
    let low2 = mask & (mask >> 1 | next << 63);
    let high2 = next & next >> 1;
    let low4 = low2 & (low2 >> 2 | high2 << 62);
    let high4 = high2 & high2 >> 2;
    (low4 & (low2 >> 4 | high2 << 60), low4 & (low4 >> 3 | high4 << 61))
}

/// The places where this bit of the class, or one of the seven after it, is set.
#[inline(always)]
pub(in crate::scan) fn any_of_eight_ahead(mask: u64, next: u64) -> u64 {
    let low2 = mask | mask >> 1 | next << 63;
    let high2 = next | next >> 1;
    let low4 = low2 | low2 >> 2 | high2 << 62;
    let high4 = high2 | high2 >> 2;
    low4 | low4 >> 4 | high4 << 60
}

/// 64 bits of a class from `offset` on.
#[inline(always)]
pub(in crate::scan) fn from(mask: u64, next: u64, offset: u32) -> u64 {
    // Two shifts, as a shift by 64 is undefined.
    mask >> offset | next << 1 << (63 - offset)
}

/// The 64 bits of a class before `offset`, the last one on top.
#[inline(always)]
pub(in crate::scan) fn up_to(mask: u64, before: u64, offset: u32) -> u64 {
    mask << 1 << (63 - offset) | before >> offset
}

/// The bits below the lowest that is set in `mask`; all if none is.
#[inline(always)]
pub(in crate::scan) fn before_first(mask: u64) -> u64 {
    (mask & mask.wrapping_neg()).wrapping_sub(1)
}

/// The bits above the highest that is set in `mask`; all if none is.
#[inline(always)]
pub(in crate::scan) fn after_last(mask: u64) -> u64 {
    !u64::MAX.checked_shr(mask.leading_zeros()).unwrap_or(0)
}

/// How many bits in a row are set at the low end.
#[inline(always)]
pub(in crate::scan) fn run(mask: u64) -> usize {
    (!mask).trailing_zeros() as usize
}

/// How many bits in a row are set at the high end.
#[inline(always)]
pub(in crate::scan) fn leading_run(mask: u64) -> u32 {
    (!mask).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_in_a_row_are_seen_over_the_edge() {
        let ahead = |bits: u128| six_and_seven_ahead(bits as u64, (bits >> 64) as u64);
        for start in 0..64u32 {
            let one = 1 << start;
            assert_eq!(ahead(0x7f << start), (one | one << 1, one));
            assert_eq!(ahead(0x3f << start), (one, 0));
            assert_eq!(ahead(0x1f << start), (0, 0));
        }
    }

    #[test]
    fn one_of_eight_is_seen_over_the_edge() {
        for place in 0..72u32 {
            let (bits, reach) = (1u128 << place, 0xff_u128 << 64 >> 7 << place >> 64);
            assert_eq!(any_of_eight_ahead(bits as u64, (bits >> 64) as u64), reach as u64);
        }
    }

    #[test]
    fn masks_go_over_the_edges_of_lanes() {
        assert_eq!(from(1 << 63, 1, 60), 0b11 << 3);
        assert_eq!(from(1 << 63, 1, 0), 1 << 63);
        assert_eq!(up_to(1, 1 << 63, 0), 1 << 63);
        assert_eq!(up_to(1, 1 << 63, 6), 0b11 << 57);
    }

    #[test]
    fn bits_beside_the_outermost_are_told() {
        assert_eq!([0b1000, 1, 0].map(before_first), [0b0111, 0, u64::MAX]);
        assert_eq!([1 << 60, 1 << 63, 0].map(after_last), [0b111 << 61, 0, u64::MAX]);
    }

    #[test]
    fn runs_are_counted_from_the_ends() {
        assert_eq!((run(0b1011), run(0), run(u64::MAX)), (2, 0, 64));
        assert_eq!((leading_run(0b1011 << 60), leading_run(!0)), (1, 64));
    }
}
