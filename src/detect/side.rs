//! What stands beside a run of capitalised words, as the name model sees it.
//!
//! In: a line and where the run begins or ends in it. Out: the class of what parts the run from its
//! neighbour, and that word in small letters, if one is near. What is settled on the left is known by
//! its kind alone.

use crate::rules::words::{LONGEST, lower_into};
use crate::span::{Span, TypeCode};
use crate::swar;

use super::line::{Line, is_word_byte};
use super::reach;

/// What stands beside a run.
#[derive(Clone, Copy, Default)]
pub(super) struct Side {
    /// What parts the run from it.
    pub gap: u8,
    /// The word, if one is near.
    pub word: Lower,
}

impl Side {
    /// All of it: the word, and in the low 13 bits of a number the gap and how long the word is.
    #[inline]
    pub(super) fn packed(&self) -> ([u64; 2], u64) {
        let text = u128::from_le_bytes(self.word.text);
        let short = u64::from(self.gap) | (self.word.len as u64) << 8;
        ([text as u64, (text >> 64) as u64], short)
    }
}

/// What stands on both sides of a run.
pub(super) struct Sides {
    pub left: Side,
    pub right: Side,
}

impl Sides {
    /// What stands beside the run at `span`.
    #[inline]
    pub(super) fn of(line: &Line, span: Span) -> Self {
        Self { left: left(line, span.start), right: right(line, span.end) }
    }
}

/// Classes of gaps that are no byte of the text.
pub(super) mod gap {
    pub(in crate::detect) const EDGE: u8 = b'\n';
    pub(in crate::detect) const INSIDE: u8 = 1;
    pub(in crate::detect) const SMALL: u8 = b'a';
    pub(in crate::detect) const CAPITAL: u8 = b'A';
    pub(in crate::detect) const NUMBER: u8 = b'0';
    pub(in crate::detect) const PHONE: u8 = 2;
    pub(in crate::detect) const NAME: u8 = 3;
}

/// A word in lower case, its digits zeros, cut to sixteen bytes, with zeros behind.
#[derive(Clone, Copy, Default)]
pub(super) struct Lower {
    text: [u8; 16],
    pub len: usize,
}

impl Lower {
    pub(super) fn new(word: &[u8]) -> Self {
        let len = word.len().min(16);
        let word = &word[..len];
        let text = padded(word);
        let halves = [text as u64, (text >> 64) as u64];
        if (halves[0] | halves[1]) & swar::TOPS != 0 {
            return Self::other(word);
        }
        // `v7`, `line3`: which digit it is says nothing.
        let digits = halves.map(|half| swar::filled(swar::digits(half)) & swar::all(0x0f));
        let [low, high] = halves.map(|half| half | swar::letters(half) >> 2);
        let text = u128::from(low & !digits[0]) | u128::from(high & !digits[1]) << 64;
        Self { text: text.to_le_bytes(), len }
    }

    /// The same for words that are not ASCII alone.
    #[cold]
    fn other(word: &[u8]) -> Self {
        let mut lower = Self { len: word.len(), ..Self::default() };
        lower_into(word, &mut lower.text);
        for byte in &mut lower.text {
            *byte = if byte.is_ascii_digit() { b'0' } else { *byte };
        }
        lower
    }

    pub(super) fn whole(&self) -> u64 {
        let whole = u128::from_le_bytes(self.text);
        (whole as u64 ^ self.len as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (whole >> 64) as u64
    }

    pub(super) fn first(&self, count: usize) -> u64 {
        u128::from_le_bytes(self.text) as u64 & ((1 << (8 * count)) - 1)
    }

    pub(super) fn last(&self, count: usize) -> u64 {
        let from = self.len.saturating_sub(count);
        let rest = u128::from_le_bytes(self.text) >> (8 * from);
        rest as u64 & ((1 << (8 * count)) - 1)
    }
}

/// What stands before `start`.
fn left(line: &Line, start: usize) -> Side {
    const NEAR: usize = 3;
    if let Some((_, kind)) = line.last.filter(|&(end, _)| end + NEAR >= start && end <= start) {
        let gap = if kind == TypeCode::NAM { gap::NAME } else { gap::PHONE };
        return Side { gap, ..Side::default() };
    }
    let head = &line.text[line.start.max(line.done).min(start)..start];
    match head {
        [] => Side { gap: gap::EDGE, ..Side::default() },
        [.., b' '] => {
            let head = head.trim_ascii_end();
            let Some(&last) = head.last() else { return Side::default() };
            let end = head.len() - usize::from(!is_word_byte(last));
            let length = reach::word_bytes_back(head, end.saturating_sub(LONGEST), end);
            let word = Lower::new(&head[end - length..end]);
            Side { gap: class(last), word }
        }
        [.., last] => Side { gap: class(*last), ..Side::default() },
    }
}

/// What stands after `end`.
fn right(line: &Line, end: usize) -> Side {
    let rest = line.text.get(end..).unwrap_or_default();
    match rest {
        [] => Side { gap: gap::EDGE, ..Side::default() },
        [b' ', next, ..] if is_word_byte(*next) => {
            let length = reach::word_bytes(rest, 1, LONGEST);
            Side { gap: class(*next), word: Lower::new(&rest[1..=length]) }
        }
        [b' ', b'(', b'+' | b'0'..=b'9', ..] | [b' ', b'+', ..] => {
            Side { gap: gap::NUMBER, ..Side::default() }
        }
        [b' ', other, ..] | [other, ..] => Side { gap: class(*other), ..Side::default() },
    }
}

fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => gap::NUMBER,
        b'A'..=b'Z' => gap::CAPITAL,
        b'a'..=b'z' | 0x80.. => gap::SMALL,
        _ => byte,
    }
}

/// Up to sixteen bytes, the first one lowest, zeros behind.
#[inline]
fn padded(word: &[u8]) -> u128 {
    let len = word.len();
    // Pieces that overlap hold every byte, and no length needs a loop.
    if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
        let [first, last] = [first, last].map(|part| u128::from(u64::from_le_bytes(*part)));
        first | last << (8 * (len - 8))
    } else if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
        let [first, last] = [first, last].map(|part| u128::from(u32::from_le_bytes(*part)));
        first | last << (8 * (len - 4))
    } else {
        word.iter().rev().fold(0, |sum, &byte| sum << 8 | u128::from(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_lowered_by_halves_as_by_bytes(word in "[A-Za-z0-9_.äÖ-]{0,20}") {
            let word = word.as_bytes();
            let (cut, lower) = (&word[..word.len().min(16)], Lower::new(word));
            let other = Lower::other(cut);
            prop_assert_eq!((lower.text, lower.len), (other.text, other.len));
        }
    }
}
