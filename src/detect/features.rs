//! What the name model sees of the words of a run: features, hashed to slots of its table.
//!
//! In: a line and the capitalised words that stand in a row in it. Out: for each word its own
//! features, and for each word but the first those of its bond with the one before. A feature speaks
//! of a word and its direct neighbours only, and what is settled on the left is known by its kind
//! alone; so the words of a line that are no name stay none when the names beside them have become
//! tokens.

use crate::lexicon::{self, Bits};
use crate::span::Span;

use super::line::Line;
use super::person::{self, Case, LONGEST_WORD, MOST_WORDS, Name, Word};
use super::reach;
use super::side::{Lower, Side, Sides, gap};

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
        Self::between(line, name, &Sides::of(line, name.span()))
    }

    /// The same where the sides of `name` are known.
    pub(super) fn between(line: &Line, name: &'a Name, sides: &Sides) -> Self {
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
        Self { words, lower, heads, left: sides.left, right: sides.right }
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
