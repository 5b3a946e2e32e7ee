//! What the model says of a run, with a memory of the runs of one word that were met last.
//!
//! In: a run in its line and what its place speaks for it. Out: which of its words are a name. A log
//! repeats its words and their neighbours, and asking the model costs four times a look at the memory.
//! All that the model sees of a run is compared whole, so the memory never changes a verdict. It may
//! hold names, so each worker keeps its own and wipes it in the end. Longer runs are few, and are judged
//! anew.

use zeroize::Zeroize;

use crate::lexicon::Bits;

use super::features::Run;
use super::line::Line;
use super::memo::{Memo, Slots};
use super::model;
use super::person::{Case, MOST_WORDS, Name, Word};
use super::side::Sides;

/// The model and, for who has one, a memory of what it said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdicts<'a>(Option<&'a Slots<Slot, SLOTS>>);

impl<'a> Verdicts<'a> {
    /// The model with a memory.
    pub(super) fn new(kept: &'a Kept) -> Self {
        Self(kept.slots())
    }

    /// Which words of the run `name` are a name; `prior` is added to the score of each.
    pub(super) fn tags(self, line: &Line, name: &Name, prior: i32) -> [bool; MOST_WORDS] {
        let sides = Sides::of(line, name.span());
        let ask = || model::tags(&Run::between(line, name, &sides), prior);
        let key = match name.words() {
            [only] => Key::of(line.text, only, &sides, prior),
            _ => None,
        };
        let (Some(slots), Some(key)) = (self.0, key) else { return ask() };
        slots.answer(key.mixed(), |slot| slot.key == key, || Slot { key, tags: ask() }).tags
    }
}

/// All that the model sees of a run of one word: the word as it is written, the words beside it as the
/// features have them, and the rest of it in one number.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Key([u64; 7]);

impl Key {
    /// Nothing for a word that is too long; a word has one byte at least.
    #[inline]
    fn of(text: &[u8], word: &Word, sides: &Sides, prior: i32) -> Option<Self> {
        let (start, length) = (word.span().start, word.span().len());
        if length > LONGEST {
            return None;
        }
        let own = match text[start..].first_chunk() {
            Some(chunk) => u128::from_le_bytes(*chunk) & (u128::MAX >> (8 * (LONGEST - length))),
            None => padded(&text[start..start + length]),
        };
        let prior = u64::from(i16::try_from(prior).ok()?.cast_unsigned());
        let ([before, more_before], left) = sides.left.packed();
        let ([after, more_after], right) = sides.right.packed();
        const { assert!(Bits::WIDTH <= 12 && (Case::Other as u64) < 8) };
        let bits = u64::from(word.bits.raw());
        let manner = (word.case as u64) << 1 | u64::from(word.is_particle());
        let small = left | right << 16 | prior << 32 | bits << 48 | manner << 60;
        Some(Self([own as u64, (own >> 64) as u64, before, more_before, after, more_after, small]))
    }

    /// What tells its place among the others.
    #[inline]
    fn mixed(self) -> u64 {
        let [own, more_own, before, more_before, after, more_after, small] = self.0;
        let words = own ^ before.rotate_left(17) ^ after.rotate_left(38);
        let rest = more_own ^ more_before.rotate_left(17) ^ more_after.rotate_left(38) ^ small;
        words ^ rest.rotate_left(29)
    }
}

#[cold]
fn padded(word: &[u8]) -> u128 {
    word.iter().rev().fold(0, |sum, &byte| sum << 8 | u128::from(byte))
}

/// Longest word that is kept, in bytes.
const LONGEST: usize = 16;
/// 64 KiB, in the second-level cache.
const SLOTS: usize = 1024;

/// A run and what the model says of it; free as long as the run has no word.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Slot {
    key: Key,
    tags: [bool; MOST_WORDS],
}

impl Zeroize for Slot {
    fn zeroize(&mut self) {
        self.key.0.zeroize();
    }
}

/// What was said last.
pub(super) type Kept = Memo<Slot, SLOTS>;

#[cfg(test)]
mod tests {
    use super::super::person::{self, Manner};
    use super::*;
    use crate::rules::RuleSet;
    use crate::span::TypeCode;
    use proptest::prelude::*;

    const WRITTEN: Manner = Manner { lower: false, comma: false, plus: false };
    /// Names, places, months, words that differ late, or in a digit alone.
    const TEXT: &str = "((Erika|Paris|Rose|Mai|E\\.|von|Zo\u{eb}|Mustermanns|Annaannaannaann[ab]|\
                        Annaannaannaanna[ab]|[A-C][a-c]{0,3}|line[0-9]|call|[(:,]|[0-9]{1,2})[ :]){1,4}";

    proptest! {
        #[test]
        fn a_memory_changes_no_verdict(
            texts in proptest::collection::vec(TEXT, 1..20),
            priors in proptest::collection::vec(-80..80, 3),
            kinds in proptest::collection::vec(
                prop_oneof![Just(None), Just(Some(TypeCode::NAM)), Just(Some(TypeCode::TEL))],
                4,
            ),
        ) {
            let words = RuleSet::builtin().expect("the embedded rules are valid").words;
            let kept = Kept::default().ready();
            let (with, without) = (Verdicts::new(&kept), Verdicts::default());
            for (text, &kind) in texts.iter().chain(&texts).zip(kinds.iter().cycle()) {
                let text = text.as_bytes();
                let mut line = Line::around(text, 0, 0);
                for at in (0..text.len()).filter(|&at| at == 0 || text[at - 1] == b' ') {
                    let name = person::read(text, at, text.len(), &words, WRITTEN);
                    line.last = kind.map(|kind| (at.saturating_sub(1), kind));
                    for &prior in &priors {
                        let tags = with.tags(&line, &name, prior);
                        prop_assert_eq!(tags, without.tags(&line, &name, prior));
                    }
                }
            }
        }
    }
}
