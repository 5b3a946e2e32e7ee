//! What the name model sees of the words of a run: features, hashed to slots of its table.
//!
//! In: a line and the capitalised words that stand in a row in it. Out: for each word its own
//! features, and for each word but the first those of its bond with the one before. A feature speaks
//! of a word and its direct neighbours only, and what is settled on the left is known by its kind
//! alone; so the words of a line that are no name stay none when the names beside them have become
//! tokens.

use crate::lexicon::{self, Bits};
use crate::rules::words::{LONGEST, lower_into};
use crate::span::{Span, TypeCode};
use crate::swar;

use super::line::{Line, is_word_byte};
use super::person::{self, Case, LONGEST_WORD, MOST_WORDS, Name, Word};
use super::reach;

/// Bits of a slot.
pub(super) const SLOT_BITS: u32 = 15;

/// What a feature speaks of. The trainer leaves kinds out at random, so that none is relied on
/// alone: see [`Kind::is_identity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Nothing: how seldom names are.
    Bias,
    /// Case and length.
    Shape,
    /// Bands of the lexicon: given, family, common.
    Bands,
    /// What is known of the stem of the word, or of its part after the last hyphen.
    HeadBands,
    /// Place, month, company, thing, eponym, host.
    Flags,
    /// Bands of the word and of the one before.
    BandsBefore,
    /// Bands of the word and of the one after.
    BandsAfter,
    /// First three letters.
    Prefix,
    /// Last two letters.
    Suffix2,
    /// Last three letters.
    Suffix3,
    /// Last four letters.
    Suffix4,
    /// The word.
    Identity,
    /// The word before.
    Before,
    /// The word before, and whether this one is listed.
    BeforeListed,
    /// End of the word before.
    BeforeEnd,
    /// What parts it from the word before.
    GapBefore,
    /// The word after.
    After,
    /// The word after, and whether this one is listed.
    AfterListed,
    /// End of the word after.
    AfterEnd,
    /// What parts it from the word after.
    GapAfter,
    /// Bond: always.
    Tie,
    /// Bond: bands of both words.
    TieBands,
    /// Bond: cases of both words.
    TieCase,
}

impl Kind {
    /// Whether it names one word out of a vocabulary.
    pub fn is_identity(self) -> bool {
        matches!(self, Kind::Identity | Kind::Prefix | Kind::Suffix4 | Kind::Before | Kind::After)
            || self.is_listed_identity()
    }

    fn is_listed_identity(self) -> bool {
        matches!(self, Kind::BeforeListed | Kind::AfterListed)
    }
}

/// What stands beside a run.
#[derive(Clone, Copy, Default)]
pub(super) struct Side {
    /// What parts the run from it.
    gap: u8,
    /// The word, if one is near.
    word: Lower,
}

/// Classes of gaps that are no byte of the text.
mod gap {
    pub(super) const EDGE: u8 = b'\n';
    pub(super) const INSIDE: u8 = 1;
    pub(super) const SMALL: u8 = b'a';
    pub(super) const CAPITAL: u8 = b'A';
    pub(super) const NUMBER: u8 = b'0';
    pub(super) const PHONE: u8 = 2;
    pub(super) const NAME: u8 = 3;
}

/// A word in lower case, its digits zeros, cut to sixteen bytes, with zeros behind.
#[derive(Clone, Copy, Default)]
struct Lower {
    text: [u8; 16],
    len: usize,
}

impl Lower {
    fn new(word: &[u8]) -> Self {
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

    fn whole(&self) -> u64 {
        let whole = u128::from_le_bytes(self.text);
        (whole as u64 ^ self.len as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (whole >> 64) as u64
    }

    fn first(&self, count: usize) -> u64 {
        u128::from_le_bytes(self.text) as u64 & ((1 << (8 * count)) - 1)
    }

    fn last(&self, count: usize) -> u64 {
        let from = self.len.saturating_sub(count);
        let rest = u128::from_le_bytes(self.text) >> (8 * from);
        rest as u64 & ((1 << (8 * count)) - 1)
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

/// The words of a run with what is around them.
pub(super) struct Run<'a> {
    words: &'a [Word],
    lower: [Lower; MOST_WORDS],
    /// See [`stem`].
    heads: [Option<Bits>; MOST_WORDS],
    left: Side,
    right: Side,
}

impl<'a> Run<'a> {
    pub(super) fn new(line: &Line, name: &'a Name) -> Self {
        let words = name.words();
        let mut lower = [Lower::default(); MOST_WORDS];
        let mut heads = [None; MOST_WORDS];
        for ((lower, head), word) in lower.iter_mut().zip(&mut heads).zip(words) {
            let Span { start, end } = word.span();
            let text = &line.text[start..end];
            let is_plain = reach::letters(line.text, start, text.len()) == text.len();
            let mut plain = [0; LONGEST_WORD + 4];
            let text = if is_plain { text } else { person::decoded(text, &mut plain) };
            *lower = Lower::new(text);
            *head = stem(text, is_plain, word);
        }
        let span = name.span();
        Self { words, lower, heads, left: left(line, span.start), right: right(line, span.end) }
    }

    /// The features of the word `i`.
    pub(super) fn word(&self, i: usize, sink: &mut impl FnMut(Kind, u16)) {
        let mut put = |kind: Kind, value: u64| sink(kind, slot(kind, value));
        let word = &self.words[i];
        let lower = &self.lower[i];
        let bands = bands(word);
        let listed = u64::from(listed(word));
        put(Kind::Bias, 0);
        put(Kind::Shape, word.case as u64 | (lower.len.min(12) as u64) << 4);
        put(Kind::Bands, bands);
        if let Some(head) = self.heads[i] {
            put(Kind::HeadBands, u64::from(head.raw()));
        }
        put(Kind::Flags, u64::from(word.bits.raw() >> 6));
        put(Kind::Prefix, lower.first(3));
        put(Kind::Suffix2, lower.last(2));
        put(Kind::Suffix3, lower.last(3));
        put(Kind::Suffix4, lower.last(4));
        put(Kind::Identity, lower.whole());
        let (before, before_bands) = self.before(i);
        put(Kind::GapBefore, u64::from(before.gap) | listed << 8);
        put(Kind::BandsBefore, bands | before_bands << 8);
        if before.word.len > 0 {
            put(Kind::Before, before.word.whole());
            put(Kind::BeforeListed, before.word.whole() ^ (listed + 1) << 60);
            put(Kind::BeforeEnd, before.word.last(3));
        }
        let (after, after_bands) = self.after(i);
        put(Kind::GapAfter, u64::from(after.gap) | listed << 8);
        put(Kind::BandsAfter, bands | after_bands << 8);
        if after.word.len > 0 {
            put(Kind::After, after.word.whole());
            put(Kind::AfterListed, after.word.whole() ^ (listed + 1) << 60);
            put(Kind::AfterEnd, after.word.last(3));
        }
    }

    /// The features of the bond between the words `i - 1` and `i`.
    pub(super) fn tie(&self, i: usize, sink: &mut impl FnMut(Kind, u16)) {
        let mut put = |kind: Kind, value: u64| sink(kind, slot(kind, value));
        let (first, second) = (&self.words[i - 1], &self.words[i]);
        put(Kind::Tie, 0);
        put(Kind::TieBands, bands(first) | bands(second) << 8);
        put(Kind::TieCase, first.case as u64 | (second.case as u64) << 4);
    }

    pub(super) fn words(&self) -> &'a [Word] {
        self.words
    }

    fn before(&self, i: usize) -> (Side, u64) {
        match i.checked_sub(1) {
            Some(i) => (Side { gap: gap::INSIDE, word: self.lower[i] }, bands(&self.words[i])),
            None => (self.left, OUTSIDE | u64::from(self.left.gap) << 8),
        }
    }

    fn after(&self, i: usize) -> (Side, u64) {
        match self.words.get(i + 1) {
            Some(next) => (Side { gap: gap::INSIDE, word: self.lower[i + 1] }, bands(next)),
            None => (self.right, OUTSIDE | u64::from(self.right.gap) << 8),
        }
    }
}

/// In place of the bands of a word: there is none in the run.
const OUTSIDE: u64 = 1 << 7;

/// Given, family and common band, and whether it is a particle.
fn bands(word: &Word) -> u64 {
    u64::from(word.bits.raw() & 0b11_1111) | u64::from(word.is_particle()) << 6
}

/// Given name, family name, common word: yes or no.
fn listed(word: &Word) -> u8 {
    let bits = word.bits;
    u8::from(bits.given() > 0) | u8::from(bits.family() > 0) << 1 | u8::from(bits.common() > 0) << 2
}

#[inline]
fn slot(kind: Kind, value: u64) -> u16 {
    let mixed = (value ^ (kind as u64 + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93))
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93) >> (64 - SLOT_BITS)) as u16
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

/// Whether a capitalised word can be a part of a name: a name list has it, or no list.
#[inline]
pub(super) fn is_worth(bits: Bits, text: &[u8]) -> bool {
    // No branch could be foretold here.
    let small = !text.get(1).is_none_or(u8::is_ascii_uppercase);
    bits.is_name() | (bits.is_empty() & small & (text.len() > 3))
}

/// A capital inside a word that is on no name list: the name of something else.
pub(super) fn is_humped(text: &[u8], word: &Word) -> bool {
    !word.is_listed()
        && word.case == Case::Title
        && text[word.span().start..word.span().end]
            .windows(2)
            .any(|pair| pair[0].is_ascii_alphanumeric() && pair[1].is_ascii_uppercase())
}

/// What the lexicon knows of the stem of a word that it does not know: `Mustermanns`, and the last
/// part of `SPD-Mann`. `is_plain` says that it is made of ASCII letters alone.
fn stem(text: &[u8], is_plain: bool, word: &Word) -> Option<Bits> {
    let dash = if is_plain { None } else { text.iter().rposition(|&b| b == b'-') };
    if let Some(dash) = dash {
        return Some(lexicon::word(&text[dash + 1..]));
    }
    let stem = text.strip_suffix(b"s").filter(|_| word.bits.is_empty())?;
    Some(lexicon::word(stem))
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
