//! From class masks to candidates: the few places of a block where a detector should look.
//!
//! In: the bytes, their [`Lane`]s and the filter of words and keys. Out: candidates in ascending order.
//! Everything here is a necessary condition only, cheap and never wrong to pass on: a detector
//! decides. Most of a log is dropped by mask arithmetic, 64 bytes at a time.

use super::Lane;
use super::filter::Filter;
use crate::class::Class;
use key::Keys;
use mask::after;
use word::Words;

mod key;
mod mask;
mod number;
mod word;

pub use number::PHONE_WORD_REACH;

/// Why a place is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// First digit of a group, with at least six digits ahead that separators may join, or a plus
    /// sign before it (then the place of the plus sign).
    Number,
    /// `:` or `=` with something before it that may be a key, or `<`.
    Key,
    /// First letter of a word that a name may follow.
    Word,
    /// First letter of a capitalised word that follows a space.
    Pair,
    /// `%`, `\` or `&`: an escape may spell a plus sign, a digit or a bracket.
    Escape,
    /// The cell of this column of a row whose header is known; the scan gives none.
    Cell(u8),
}

/// A place and the reason to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Offset in the block.
    pub at: u32,
    /// Why.
    pub trigger: Trigger,
}

/// What stands before and after the block.
static EMPTY: Lane =
    Lane { digit: 0, alpha: 0, upper: 0, join: 0, key: 0, escape: 0, high: 0, space: 0 };

/// Replaces what `out` holds by the candidates of `bytes`, in ascending order.
///
/// Inlined by force: a kernel compiles it for the instructions that it vouches for.
#[inline(always)]
pub(super) fn fill(bytes: &[u8], lanes: &[Lane], filter: &Filter, out: &mut Vec<Candidate>) {
    out.clear();
    let mut before = &EMPTY;
    let mut past = Context::default();
    for (number, lane) in lanes.iter().enumerate() {
        let base = number * 64;
        let padded;
        let around = match base.checked_sub(Window::MARGIN).and_then(|at| bytes[at..].first_chunk())
        {
            Some(around) => around,
            None => {
                padded = pad(bytes, base);
                &padded
            }
        };
        let next = lanes.get(number + 1).unwrap_or(&EMPTY);
        past = Window { bytes, base, around, before, lane, next }.fill(filter, &past, out);
        before = lane;
    }
}

/// What stands around the window at `base`, which is the first or near the end of `bytes`; line
/// feeds where there is nothing.
#[cold]
fn pad(bytes: &[u8], base: usize) -> [u8; Window::AROUND] {
    let at = |place: usize| (base + place).checked_sub(Window::MARGIN).and_then(|at| bytes.get(at));
    std::array::from_fn(|place| at(place).copied().unwrap_or(b'\n'))
}

/// 64 bytes with their neighbours.
struct Window<'a> {
    bytes: &'a [u8],
    base: usize,
    /// The bytes of the window with a margin on either side.
    around: &'a [u8; Window::AROUND],
    before: &'a Lane,
    lane: &'a Lane,
    next: &'a Lane,
}

/// What a window says of the places after it, and takes from the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Context {
    words: Words,
    keys: Keys,
}

impl Window<'_> {
    /// How far a look at the neighbours of a byte goes; some bytes more keep it free of checks.
    const MARGIN: usize = 8;
    const AROUND: usize = Self::MARGIN + 64 + Self::MARGIN;

    /// Adds the candidates of these 64 bytes: each class is thinned out by itself, first by
    /// arithmetic on masks, then by a look at what is left. `past` is what the window before
    /// returned.
    #[inline(always)]
    fn fill(&self, filter: &Filter, past: &Context, out: &mut Vec<Candidate>) -> Context {
        let (lane, before) = (self.lane, self.before);
        let inside = after(lane.alpha | lane.digit, before.alpha | before.digit);
        let starts = lane.alpha & !inside;
        let context =
            Context { words: self.words(starts, filter, &past.words), keys: self.keys(filter) };
        let mut others = self.pairs() | self.numbers(&context, past) | context.keys.names;
        // Most logs have neither escapes nor other scripts.
        if lane.escape | lane.high != 0 {
            others |= self.escapes() | self.foreign_digits();
        }
        self.put(context.words.names, others, out);
        context
    }

    /// Adds the candidates at `words` and `others` in order.
    #[inline(always)]
    fn put(&self, words: u64, others: u64, out: &mut Vec<Candidate>) {
        let mut rest = words | others;
        while rest != 0 {
            let place = rest.trailing_zeros() as usize;
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            let [byte] = self.ahead(place);
            let word = words & bit != 0;
            let trigger = if word { Trigger::Word } else { TRIGGERS[usize::from(byte)] };
            // The plus sign belongs to the number.
            let plus = (trigger == Trigger::Number) & (self.behind(place) == [b'+']);
            let at = self.at(place) as u32 - u32::from(plus);
            out.push(Candidate { at, trigger });
        }
    }

    /// Capitals after a space.
    #[inline(always)]
    fn pairs(&self) -> u64 {
        self.lane.upper & after(self.lane.space, self.before.space)
    }

    /// The escapes that may spell something of a number or part it from what stands before it.
    #[inline(always)]
    fn escapes(&self) -> u64 {
        let mut kept = 0;
        let mut rest = self.lane.escape;
        while rest != 0 {
            let place = rest.trailing_zeros() as usize;
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            let keep = match self.ahead(place) {
                [b'\\', next] => matches!(next, b'u' | b'U' | b'x' | b'n' | b'r' | b't' | b'\\'),
                [b'%', next] => next.is_ascii_hexdigit() || next == b'%',
                _ => true,
            };
            kept |= if keep { bit } else { 0 };
        }
        kept
    }

    /// Digits of another script (full-width, Arabic-Indic, Persian, Devanagari) that may begin a
    /// number.
    #[inline(always)]
    fn foreign_digits(&self) -> u64 {
        let mut digits = 0;
        let mut rest = self.lane.high & !after(self.lane.high, self.before.high);
        while rest != 0 {
            let place = rest.trailing_zeros() as usize;
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            let digit = matches!(
                self.ahead(place),
                [0xEF, 0xBC, 0x90..=0x99 | 0x8B]
                    | [0xD9, 0xA0..=0xA9, _]
                    | [0xDB, 0xB0..=0xB9, _]
                    | [0xE0, 0xA5, 0xA6..=0xAF]
            );
            digits |= if digit { bit } else { 0 };
        }
        digits
    }

    /// Where in the block `place` is.
    #[inline(always)]
    fn at(&self, place: usize) -> usize {
        self.base + place
    }

    /// The bytes from `place` on, eight at most.
    #[inline(always)]
    fn ahead<const N: usize>(&self, place: usize) -> [u8; N] {
        const { assert!(N <= Self::MARGIN) };
        self.around[Self::MARGIN + place % 64..].first_chunk().copied().unwrap_or([0; N])
    }

    /// The bytes before `place`, eight at most.
    #[inline(always)]
    fn behind<const N: usize>(&self, place: usize) -> [u8; N] {
        const { assert!(N <= Self::MARGIN) };
        self.around[Self::MARGIN - N + place % 64..].first_chunk().copied().unwrap_or([0; N])
    }
}

/// What the class of a byte says of a candidate there, cue words apart.
static TRIGGERS: [Trigger; 256] = {
    let mut triggers = [Trigger::Escape; 256];
    let mut byte = 0;
    while byte < triggers.len() {
        let class = Class::of(byte as u8);
        if class.meets(Class::DIGIT.or(Class::HIGH)) {
            triggers[byte] = Trigger::Number;
        } else if class.meets(Class::KEY) {
            triggers[byte] = Trigger::Key;
        } else if class.meets(Class::ALPHA) {
            triggers[byte] = Trigger::Pair;
        }
        byte += 1;
    }
    triggers
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;
    use crate::scan::filter::{Cue, Key};

    fn found(bytes: &[u8]) -> Vec<(u32, Trigger)> {
        let (mut lanes, mut out) = (Vec::new(), Vec::new());
        let mut filter = Filter::default();
        filter.add_word(b"herr", Cue::CAPITAL);
        filter.add_word(b"tel", Cue::PHONE);
        filter.add_key(b"id", Key::NAME);
        let kernel = Kernel::auto();
        kernel.classify(bytes, &mut lanes);
        kernel.candidates(bytes, &lanes, &filter, &mut out);
        out.iter().map(|candidate| (candidate.at, candidate.trigger)).collect()
    }

    /// Every kind of candidate, and what looks like one.
    const LINE: &[u8] =
        b"12:30:01 10.0.0.1 id=7 Erika Beispiel, Herr <9011+4930 23125 12%2B 12 34 56 x";

    #[test]
    fn each_kind_is_seen_and_the_rest_dropped() {
        let at = |text: &str| {
            let text = text.as_bytes();
            LINE.windows(text.len()).position(|part| part == text).map_or(0, |at| at as u32)
        };
        let wanted = [
            (at("=7"), Trigger::Key),
            (at("Beispiel"), Trigger::Pair),
            (at("Herr"), Trigger::Word),
            (at("<9"), Trigger::Key),
            (at("9011"), Trigger::Number),
            (at("+4930"), Trigger::Number),
            (at("23125"), Trigger::Number),
            (at("12%"), Trigger::Number),
            (at("%2B"), Trigger::Escape),
            (at("12 34"), Trigger::Number),
        ];
        let found = found(LINE);
        let missing: Vec<_> = wanted.iter().filter(|want| !found.contains(want)).collect();
        assert!(missing.is_empty(), "{missing:?} of {found:?}");
        for dropped in ["30:01", "0.0.1", "34 56", "56 x"] {
            assert!(!found.iter().any(|(place, _)| *place == at(dropped)), "{dropped}");
        }
    }

    #[test]
    fn the_place_in_the_block_does_not_matter() {
        let alone = found(LINE);
        for shift in 0..=130 {
            let text = [&vec![b'\n'; shift], LINE, b"\n"].concat();
            let moved: Vec<_> =
                alone.iter().map(|(at, trigger)| (at + shift as u32, *trigger)).collect();
            assert_eq!(found(&text), moved, "{shift}");
        }
    }
}
