//! What the rules and the lexicon say of a word, with a memory of the words that were met last.
//!
//! In: a word as it stands in the text. Out: both answers. A log repeats its words, and
//! asking for both costs ten times a look at the memory. A word is compared whole, so the memory never
//! changes an answer. It may hold names, so each worker keeps its own and wipes it in the end.

use zeroize::Zeroize;

use crate::lexicon::{self, Bits};
use crate::rules::words::{self, Said, Words};

use super::case::{Case, case};
use super::line::is_word_byte;
use super::memo::{self, Slots};
use super::reach::{self, Letters};

/// What is known of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// What the rules say of it.
    pub said: Said,
    /// What the lexicon knows of it.
    pub bits: Bits,
    /// How it is written.
    pub case: Case,
    /// How many bytes its letters take.
    pub letters: u8,
    /// Whether a full stop after them belongs to them.
    pub initial: bool,
}

/// The rules and, for who has one, a memory of words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vocabulary<'a> {
    pub words: &'a Words,
    memo: Option<&'a Slots<Slot, SLOTS>>,
}

impl<'a> From<&'a Words> for Vocabulary<'a> {
    fn from(words: &'a Words) -> Self {
        Self { words, memo: None }
    }
}

impl<'a> Vocabulary<'a> {
    /// The rules with a memory, which always sees the same rules.
    pub(super) fn new(words: &'a Words, memo: &'a Memo) -> Self {
        Self { words, memo: memo.slots() }
    }

    /// What is known of the `letters` at `at`, of which there is one at least.
    #[inline]
    pub(super) fn known(self, text: &[u8], at: usize, letters: &Letters) -> Known {
        let look_up = || self.look_up(&text[at..at + letters.count]);
        if letters.count <= LONGEST { self.kept(letters.first, look_up) } else { look_up() }
    }

    /// What is kept of a `word` of up to sixteen bytes, zeros behind; else what `look_up` says of it, which
    /// always says the same.
    #[inline]
    pub(super) fn kept(self, word: [u64; 2], look_up: impl FnOnce() -> Known) -> Known {
        let Some(memo) = self.memo else { return look_up() };
        let look_up = || Slot { word, known: look_up() };
        memo.answer(mixed(word), |slot| slot.word == word, look_up).known
    }

    #[inline(never)]
    fn look_up(self, word: &[u8]) -> Known {
        let (said, bits, case) = (self.words.of(word), lexicon::lookup(word), case(word));
        Known { said, bits, case, letters: word.len() as u8, initial: case == Case::Initial }
    }

    /// How many bytes of letters and digits stand at `at`, [`words::LONGEST`] at
    /// most, and what the rules say of them.
    #[inline]
    pub(super) fn said_at(self, text: &[u8], at: usize) -> (usize, Said) {
        let letters = reach::letters_at(text, at, words::LONGEST);
        let end = at + letters.count;
        if text.get(end).is_some_and(|&next| is_word_byte(next)) {
            let count = reach::word_bytes(text, at, words::LONGEST);
            return (count, self.words.of(&text[at..at + count]));
        }
        match letters.count {
            0 => (0, Said::default()),
            count => (count, self.known(text, at, &letters).said),
        }
    }
}

/// Longest word that is kept, in bytes.
const LONGEST: usize = 16;
/// 64 KiB: more than the first-level cache holds, but the words that come again and again stay there, and a miss
/// costs ten times a look at the second level.
const SLOTS: usize = 2048;

/// A word as [`Letters::first`] has it; free as long as it has no letter, which nothing is known of.
#[derive(Clone, Copy, Default)]
#[repr(align(32))]
pub(super) struct Slot {
    word: [u64; 2],
    known: Known,
}

/// What tells its place among the others.
#[inline]
fn mixed([low, high]: [u64; 2]) -> u64 {
    low ^ high.rotate_left(29)
}

impl Zeroize for Slot {
    fn zeroize(&mut self) {
        self.word.zeroize();
    }
}

/// The words that were met last.
pub(super) type Memo = memo::Memo<Slot, SLOTS>;

#[cfg(test)]
mod tests {
    use super::super::reach::letters_at;
    use super::*;
    use crate::rules::RuleSet;
    use proptest::prelude::*;

    #[test]
    fn a_memory_shows_no_word_and_leaves_none() {
        let words = RuleSet::builtin().expect("the embedded rules are valid").words;
        let mut memo = Memo::default().ready();
        let text = b"Beispiel";
        Vocabulary::new(&words, &memo).known(text, 0, &letters_at(text, 0, 32));
        let kept = |memo: &Memo| {
            let slots = memo.slots().into_iter().flat_map(Slots::iter);
            slots.filter(|slot| slot.get().word != [0; 2]).count()
        };
        assert_eq!(kept(&memo), 1);
        assert!(!format!("{memo:?}").contains("0x") && !format!("{memo:?}").contains("Beispiel"));
        memo.wipe();
        assert_eq!(kept(&memo), 0);
    }

    proptest! {
        #[test]
        fn a_memory_changes_no_answer(texts in proptest::collection::vec("[A-Da-d]{1,18}", 1..40)) {
            let words = RuleSet::builtin().expect("the embedded rules are valid").words;
            let memo = Memo::default().ready();
            let with = Vocabulary::new(&words, &memo);
            for text in texts.iter().chain(&texts) {
                let text = text.as_bytes();
                for at in 0..text.len() {
                    for end in at + 1..=text.len() {
                        let letters = letters_at(&text[..end], at, 32);
                        let alone = Vocabulary::from(&words).known(text, at, &letters);
                        prop_assert_eq!(with.known(text, at, &letters), alone);
                    }
                }
            }
        }
    }
}
