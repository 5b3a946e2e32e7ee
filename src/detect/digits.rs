//! Runs of digits.
//!
//! In: text and a place in it. Out: how many digits stand there, or the digits themselves however they
//! are spelled. Cost: one step for eight bytes.

use crate::carrier;
use crate::span::Span;
use crate::swar;

/// Digits that are read in one step.
pub(super) const STEP: usize = 8;

/// How many ASCII digits stand at `at`.
#[inline]
pub(super) fn run(text: &[u8], at: usize) -> usize {
    let mut place = at;
    while let Some(eight) = text.get(place..).and_then(<[u8]>::first_chunk) {
        let count = leading(u64::from_le_bytes(*eight));
        place += count;
        if count < STEP {
            return place - at;
        }
    }
    while text.get(place).is_some_and(u8::is_ascii_digit) {
        place += 1;
    }
    place - at
}

/// How many digits open `eight`, the first byte lowest.
#[inline]
pub(super) fn leading(eight: u64) -> usize {
    let others = swar::digits(eight) ^ swar::TOPS;
    others.trailing_zeros() as usize / STEP
}

/// Appends the digits of the number at `span` to `out`, all of them.
pub(super) fn digits_into(text: &[u8], span: Span, out: &mut Vec<u8>) {
    let mut at = span.start;
    while let Some(unit) = carrier::unit(text, at).filter(|_| at < span.end) {
        out.extend(carrier::digit(unit.ch).map(|digit| b'0' + digit));
        at += unit.len;
    }
}
