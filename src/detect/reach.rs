//! How far the letters of a word reach, eight bytes at a time.
//!
//! Words are short, so a loop over their bytes costs more in branches that nobody can foretell than in
//! work: here a word of up to eight bytes takes one step, whatever its length.

use crate::swar;

/// How many ASCII letters stand at `at`, `most` at most (a multiple of 8 up to 64), and which of them
/// are capitals: the first in the lowest bit.
#[inline]
pub(super) fn letters_and_capitals(text: &[u8], at: usize, most: usize) -> (usize, u64) {
    const CASE: u64 = swar::all(0x20);
    let (mut count, mut capitals) = (0, 0);
    while count < most {
        let eight = eight(text, at + count);
        let letters = swar::letters(eight);
        let end = (letters ^ swar::TOPS).trailing_zeros() / 8;
        let upper = letters & !((eight & CASE) << 2);
        // Those behind the end are no part of the word.
        let upper = swar::compress(upper >> 7);
        capitals |= (upper & ((1 << end) - 1)) << count;
        count += end as usize;
        if end < 8 {
            break;
        }
    }
    (count, capitals)
}

/// The ASCII letters at a place; not shown, as they may be a name.
#[derive(Clone, Copy)]
pub(super) struct Letters {
    /// How many.
    pub count: usize,
    /// The first sixteen of them, the first one lowest, zeros behind.
    pub first: [u64; 2],
}

/// The ASCII letters at `at`, `most` at most, which is at least 16.
#[inline(always)]
pub(super) fn letters_at(text: &[u8], at: usize, most: usize) -> Letters {
    let [(low, less), (high, more)] = sixteen(text, at).map(|eight| front_of(eight, swar::letters));
    // The second half counts where the first one is full; no branch could foretell it.
    let full = less == 8;
    let first = [low, if full { high } else { 0 }];
    let count = less + if full { more } else { 0 };
    let count = if count == 16 { letters_of_many(text, at, most) } else { count };
    Letters { count, first }
}

/// The same, of a text that ends at `end` in `all`: where more stands behind, no word near its end has to be
/// filled up.
#[inline(always)]
pub(super) fn letters_up_to(all: &[u8], end: usize, at: usize, most: usize) -> Letters {
    let letters = letters_at(all, at, most);
    if at + letters.count <= end { letters } else { cut_letters(&all[..end], at, most) }
}

/// Out of the way of the words that end before their text does.
#[cold]
#[inline(never)]
fn cut_letters(text: &[u8], at: usize, most: usize) -> Letters {
    letters_at(text, at, most)
}

/// Out of the way of the words that are shorter.
#[cold]
#[inline(never)]
fn letters_of_many(text: &[u8], at: usize, most: usize) -> usize {
    letters(text, at, most)
}

/// The bytes at `at` up to the first one that is no letter, no byte of one and no sign that joins letters,
/// zeros behind: all that a word of letters without escapes may be read from. Nothing if these are more
/// than fifteen, or an escape follows.
pub(super) fn spelled_at(text: &[u8], at: usize) -> Option<[u64; 2]> {
    let are = |eight: u64| {
        let sign = |sign| swar::equal(eight, sign);
        swar::letters(eight) | eight & swar::TOPS | sign(b'\'') | sign(b'-') | sign(b'`')
    };
    let [(low, less), (high, more)] = sixteen(text, at).map(|eight| front_of(eight, are));
    let (count, high) = if less == 8 { (8 + more, high) } else { (less, 0) };
    let escaped = matches!(text.get(at + count), Some(b'%' | b'\\' | b'&'));
    (count < 16 && !escaped).then_some([low, high])
}

/// The bytes at the front of eight that are what `are` says yes to, zeros behind, and how many.
#[inline(always)]
fn front_of(eight: u64, are: impl Fn(u64) -> u64) -> (u64, usize) {
    let other = are(eight) ^ swar::TOPS;
    // All bits below the first byte that is none.
    let below = ((other & other.wrapping_neg()) >> 7).wrapping_sub(1);
    (eight & below, other.trailing_zeros() as usize / 8)
}

/// The sixteen bytes at `at`, the first one lowest; zeros behind the end of the text.
#[inline(always)]
fn sixteen(text: &[u8], at: usize) -> [u64; 2] {
    let sixteen = match text[at..].first_chunk() {
        Some(chunk) => u128::from_le_bytes(*chunk),
        None => padded(text, at),
    };
    [sixteen as u64, (sixteen >> 64) as u64]
}

#[inline(never)]
fn padded(text: &[u8], at: usize) -> u128 {
    let (low, high) = (eight(text, at), eight(text, text.len().min(at + 8)));
    u128::from(low) | u128::from(high) << 64
}

/// How many ASCII letters stand at `at`, `most` at most.
#[inline]
pub(super) fn letters(text: &[u8], at: usize, most: usize) -> usize {
    front(text, at, most, swar::letters)
}

/// How many letters and digits stand at `at`, `most` at most, as [`super::line::is_word_byte`] takes
/// them.
#[inline]
pub(super) fn word_bytes(text: &[u8], at: usize, most: usize) -> usize {
    front(text, at, most, are_word_bytes)
}

/// How many letters and digits stand before `end`, not before `floor`.
#[inline]
pub(super) fn word_bytes_back(text: &[u8], floor: usize, end: usize) -> usize {
    back(text, floor, end, are_word_bytes)
}

/// Those of eight bytes that are letters or digits.
#[inline(always)]
pub(super) fn are_word_bytes(eight: u64) -> u64 {
    swar::letters(eight) | swar::digits(eight) | eight & swar::TOPS
}

/// How many bytes at `at` are what `are` says yes to, `most` at most; no zero is.
#[inline(always)]
fn front(text: &[u8], at: usize, most: usize, are: impl Fn(u64) -> u64) -> usize {
    let mut count = 0;
    while count < most {
        let end = (are(eight(text, at + count)) ^ swar::TOPS).trailing_zeros() / 8;
        count += end as usize;
        if end < 8 {
            break;
        }
    }
    count.min(most)
}

/// How many bytes before `end` are what `are` says yes to, not before `floor`; no zero is.
#[inline(always)]
pub(super) fn back(text: &[u8], floor: usize, end: usize, are: impl Fn(u64) -> u64) -> usize {
    let most = end - floor;
    let mut count = 0;
    while count < most {
        let end = (are(eight_before(text, end - count)) ^ swar::TOPS).leading_zeros() / 8;
        count += end as usize;
        if end < 8 {
            break;
        }
    }
    count.min(most)
}

/// The eight bytes at `at`, the first one lowest; zeros behind the end of the text.
#[inline(always)]
pub(super) fn eight(text: &[u8], at: usize) -> u64 {
    let rest = &text[at..];
    match (rest.first_chunk(), text.last_chunk()) {
        (Some(chunk), _) => u64::from_le_bytes(*chunk),
        // The last eight bytes hold what is left: a line ends there more often than not.
        (None, Some(last)) if !rest.is_empty() => {
            u64::from_le_bytes(*last) >> (64 - 8 * rest.len())
        }
        _ => rest.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
    }
}

/// The eight bytes before `end`, the last one highest; zeros before the start of the text.
#[inline(always)]
fn eight_before(text: &[u8], end: usize) -> u64 {
    let head = &text[..end];
    match head.last_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => head.iter().fold(0, |sum, &byte| sum >> 8 | u64::from(byte) << 56),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::line::is_word_byte;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_at_a_time_is_one_at_a_time(
            text in "[A-Za-z0ä]{0,70}[- _0é]?[A-Za-z]{0,9}",
            at in 0..9usize,
            most in 0..9usize,
        ) {
            let (text, most) = (text.as_bytes(), 8 * most);
            let at = at.min(text.len());
            let part = &text[at..text.len().min(at + most)];
            let count = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            prop_assert_eq!(letters(text, at, most), count);
            let capital = |(i, b): (usize, &u8)| u64::from(b.is_ascii_uppercase()) << i;
            let capitals = part[..count].iter().enumerate().map(capital).sum();
            prop_assert_eq!(letters_and_capitals(text, at, most), (count, capitals));
            let all = letters_at(text, at, 32);
            let count = letters(text, at, 32);
            prop_assert_eq!(all.count, count);
            let mut first = [0; 16];
            first[..count.min(16)].copy_from_slice(&text[at..at + count.min(16)]);
            prop_assert_eq!(all.first.map(u64::to_le_bytes).concat(), first);
            let count = part.iter().take_while(|b| is_word_byte(**b)).count();
            prop_assert_eq!(word_bytes(text, at, most), count);
            let count = part.iter().rev().take_while(|b| is_word_byte(**b)).count();
            prop_assert_eq!(word_bytes_back(text, at, at + part.len()), count);
        }
    }
}
