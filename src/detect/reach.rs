//! How far the letters of a word reach, eight bytes at a time.
//!
//! Words are short, so a loop over their bytes costs more in branches that nobody can foretell than in
//! work: here a word of up to eight bytes takes one step, whatever its length.

use crate::swar;

/// How many ASCII letters stand at the front of `bytes`, 64 at most, and which of them are capitals:
/// the first in the lowest bit.
#[inline]
pub(super) fn letters_and_capitals(bytes: &[u8]) -> (usize, u64) {
    const CASE: u64 = swar::all(0x20);
    let mut capitals = 0;
    let mut count = 0;
    while count < 64 {
        let eight = eight(&bytes[count..]);
        let letters = swar::letters(eight);
        let end = (letters ^ swar::TOPS).trailing_zeros() / 8;
        let upper = letters & !((eight & CASE) << 2);
        // Gathers the top bits; those behind the end are no part of the word.
        let upper = (upper >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        capitals |= (upper & ((1 << end) - 1)) << count;
        count += end as usize;
        if end < 8 {
            break;
        }
    }
    (count, capitals)
}

/// How many ASCII letters stand at the front of `bytes`.
#[inline]
pub(super) fn letters(bytes: &[u8]) -> usize {
    front(bytes, swar::letters)
}

/// How many letters and digits stand at the front of `bytes`, as [`super::line::is_word_byte`] takes
/// them.
#[inline]
pub(super) fn word_bytes(bytes: &[u8]) -> usize {
    front(bytes, are_word_bytes)
}

/// How many letters and digits stand at the end of `bytes`.
#[inline]
pub(super) fn word_bytes_back(bytes: &[u8]) -> usize {
    back(bytes, are_word_bytes)
}

/// Those of eight bytes that are letters or digits.
#[inline(always)]
pub(super) fn are_word_bytes(eight: u64) -> u64 {
    swar::letters(eight) | swar::digits(eight) | eight & swar::TOPS
}

/// How many bytes at the front of `bytes` are what `are` says yes to; no zero is.
#[inline(always)]
pub(super) fn front(bytes: &[u8], are: impl Fn(u64) -> u64) -> usize {
    let mut count = 0;
    loop {
        let end = (are(eight(&bytes[count..])) ^ swar::TOPS).trailing_zeros() / 8;
        count += end as usize;
        if end < 8 {
            return count;
        }
    }
}

/// How many bytes at the end of `bytes` are what `are` says yes to; no zero is.
#[inline(always)]
pub(super) fn back(bytes: &[u8], are: impl Fn(u64) -> u64) -> usize {
    let mut count = 0;
    loop {
        let end = (are(last_eight(&bytes[..bytes.len() - count])) ^ swar::TOPS).leading_zeros() / 8;
        count += end as usize;
        if end < 8 {
            return count;
        }
    }
}

/// The first eight bytes, the first one lowest; zeros behind shorter text.
#[inline(always)]
fn eight(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
    }
}

/// The last eight bytes, the last one highest; zeros before shorter text.
#[inline(always)]
fn last_eight(bytes: &[u8]) -> u64 {
    match bytes.last_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => bytes.iter().fold(0, |sum, &byte| sum >> 8 | u64::from(byte) << 56),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::line::is_word_byte;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_at_a_time_is_one_at_a_time(text in "[A-Za-z0ä]{0,70}[- _0é]?[A-Za-z]{0,9}") {
            let text = text.as_bytes();
            let count = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            prop_assert_eq!(letters(text), count);
            let first = &text[..count.min(64)];
            let capital = |(i, b): (usize, &u8)| u64::from(b.is_ascii_uppercase()) << i;
            let capitals = first.iter().enumerate().map(capital).sum();
            prop_assert_eq!(letters_and_capitals(text), (first.len(), capitals));
            let count = text.iter().take_while(|b| is_word_byte(**b)).count();
            prop_assert_eq!(word_bytes(text), count);
            let count = text.iter().rev().take_while(|b| is_word_byte(**b)).count();
            prop_assert_eq!(word_bytes_back(text), count);
        }
    }
}
