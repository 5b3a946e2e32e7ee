//! Eight bytes at a time in a plain register.
//!
//! A `u64` holds eight bytes. An answer is given in the top bits of the bytes; the other bits of such a
//! mask are 0. Nothing here branches, so that a loop over several registers becomes one over vectors.

/// The top bit of each byte.
pub(crate) const TOPS: u64 = all(0x80);

/// Eight times `byte`.
#[inline(always)]
pub(crate) const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Those bytes that are ASCII letters.
#[inline(always)]
pub(crate) const fn letters(bytes: u64) -> u64 {
    between(bytes | all(0x20), b'a', b'z') & !bytes
}

/// Those bytes that are ASCII digits.
#[inline(always)]
pub(crate) const fn digits(bytes: u64) -> u64 {
    between(bytes, b'0', b'9') & !bytes
}

/// Those bytes that are `byte`, which is ASCII.
#[inline(always)]
pub(crate) const fn equal(bytes: u64, byte: u8) -> u64 {
    let other = bytes ^ all(byte);
    // The low bits carry into the top bit unless all are 0.
    !(((other & !TOPS) + all(0x7f)) | other) & TOPS
}

/// Those bytes whose low seven bits are from `first` to `last`.
#[inline(always)]
const fn between(bytes: u64, first: u8, last: u8) -> u64 {
    let low = bytes & !TOPS;
    // Adding carries into the top bit of each byte that is at least `first`, or beyond `last`.
    (low + all(0x80 - first)) & !(low + all(0x7f - last)) & TOPS
}

/// The highest byte of `mask` and all below it.
#[inline(always)]
pub(crate) const fn and_below(mask: u64) -> u64 {
    let mask = mask | mask >> 8;
    let mask = mask | mask >> 16;
    mask | mask >> 32
}

/// All bits of the bytes of `mask`.
#[inline(always)]
pub(crate) const fn filled(mask: u64) -> u64 {
    (mask << 1).wrapping_sub(mask >> 7)
}

/// Bit i of the result: the low bit of byte i of `ones`, whose other bits are 0.
#[inline(always)]
pub(crate) fn compress(ones: u64) -> u64 {
    // The product's bit 56 + i is the sum of one term alone, byte i times 2^(56 - 7i): no two
    // terms meet in a bit, so nothing carries.
    ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Whether `long`, which is no shorter, begins with `short`. Two words that may overlap cover most of what is
/// kept in caches, and spare a call.
#[inline]
pub(crate) fn begins_with(long: &[u8], short: &[u8]) -> bool {
    let len = short.len();
    if let (Some(first), Some(last), 8..=16) =
        (short.first_chunk::<8>(), short.last_chunk::<8>(), len)
    {
        return long[..8] == *first && long[len - 8..len] == *last;
    }
    if let (Some(first), Some(last), 4..8) =
        (short.first_chunk::<4>(), short.last_chunk::<4>(), len)
    {
        return long[..4] == *first && long[len - 4..len] == *last;
    }
    long[..len] == *short
}

/// Copies `from` to where as many bytes have room. Two words that may overlap cover most of what is this
/// short, and spare a call.
#[inline]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    let len = from.len();
    if let (Some(first), Some(last), 8..=16) =
        (from.first_chunk::<8>(), from.last_chunk::<8>(), len)
    {
        to[..8].copy_from_slice(first);
        to[len - 8..len].copy_from_slice(last);
    } else {
        to.copy_from_slice(from);
    }
}

/// An array of eight, written out: what a loop or a closure would put on the stack, and into a function
/// of its own, stays in registers of the caller's width.
macro_rules! eight {
    ($index:ident => $value:expr) => {
        [
            {
                const $index: usize = 0;
                $value
            },
            {
                const $index: usize = 1;
                $value
            },
            {
                const $index: usize = 2;
                $value
            },
            {
                const $index: usize = 3;
                $value
            },
            {
                const $index: usize = 4;
                $value
            },
            {
                const $index: usize = 5;
                $value
            },
            {
                const $index: usize = 6;
                $value
            },
            {
                const $index: usize = 7;
                $value
            },
        ]
    };
}
pub(crate) use eight;

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that `answer` says yes to those bytes that `is` says yes to, in each place.
    fn answers(answer: impl Fn(u64) -> u64, is: impl Fn(u8) -> bool) {
        for byte in 0..=255u8 {
            for place in 0..8 {
                for filler in [0, b'9', b'z', 0xff] {
                    let mut bytes = [filler; 8];
                    bytes[place] = byte;
                    let tops = bytes.map(|byte| if is(byte) { 0x80 } else { 0 });
                    let (got, wanted) =
                        (answer(u64::from_le_bytes(bytes)), u64::from_le_bytes(tops));
                    assert_eq!(got, wanted, "{byte:#x} at {place} amid {filler:#x}");
                }
            }
        }
    }

    #[test]
    fn bytes_are_told_apart_in_each_place() {
        answers(letters, |byte| byte.is_ascii_alphabetic());
        answers(digits, |byte| byte.is_ascii_digit());
        for wanted in [b' ', b'\\', b'9', 0, 0x7f] {
            answers(|bytes| equal(bytes, wanted), |byte| byte == wanted);
        }
    }

    #[test]
    fn a_beginning_is_compared_whole() {
        let long: [u8; 40] = std::array::from_fn(|i| i as u8);
        for len in 0..=long.len() {
            let mut short = long[..len].to_vec();
            assert!(begins_with(&long, &short), "{len}");
            for at in 0..len {
                short[at] ^= 1;
                assert!(!begins_with(&long, &short), "{at} of {len}");
                short[at] ^= 1;
            }
        }
    }

    #[test]
    fn what_is_copied_is_whole() {
        let from: [u8; 40] = std::array::from_fn(|i| i as u8);
        for len in 0..=from.len() {
            let mut to = [0xff; 40];
            copy(&mut to[..len], &from[..len]);
            assert_eq!((&to[..len], to.get(len)), (&from[..len], [0xff; 40].get(len)), "{len}");
        }
    }

    #[test]
    fn masks_are_spread() {
        assert_eq!(and_below(0x80 << 32), 0x80_8080_8080);
        assert_eq!(filled(0x80 << 56 | 0x80), 0xff << 56 | 0xff);
        assert_eq!(filled(0), 0);
    }
}
