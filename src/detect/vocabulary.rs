//! What the rules and the lexicon say of a word, with a memory of the words that were met last.
//!
//! In: a word of ASCII letters as it stands in the text. Out: both answers. A log repeats its words, and
//! asking for both costs ten times a look at the memory. A word is compared whole, so the memory never
//! changes an answer. It may hold names, so each worker keeps its own and wipes it in the end.

use std::cell::Cell;

use zeroize::Zeroize;

use crate::lexicon::{self, Bits};
use crate::rules::words::{Said, Words};

/// What is known of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// What the rules say of it.
    pub said: Said,
    /// What the lexicon knows of it.
    pub bits: Bits,
}

/// The rules and, for who has one, a memory of words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vocabulary<'a> {
    pub words: &'a Words,
    memo: Option<&'a Memo>,
}

impl<'a> From<&'a Words> for Vocabulary<'a> {
    fn from(words: &'a Words) -> Self {
        Self { words, memo: None }
    }
}

impl<'a> Vocabulary<'a> {
    /// The rules with a memory, which always sees the same rules.
    pub(super) fn new(words: &'a Words, memo: &'a Memo) -> Self {
        Self { words, memo: Some(memo) }
    }

    /// What is known of the `len` ASCII letters at `at`.
    #[inline]
    pub(super) fn known(self, text: &[u8], at: usize, len: usize) -> Known {
        match self.memo {
            Some(memo) if (1..=LONGEST).contains(&len) => {
                let key = word_at(text, at, len);
                let slot = memo.slot(key);
                let (known, kept) = slot.get();
                if kept == key { known } else { self.learn(slot, key, &text[at..at + len]) }
            }
            _ => self.look_up(&text[at..at + len]),
        }
    }

    fn look_up(self, word: &[u8]) -> Known {
        Known { said: self.words.of(word), bits: lexicon::lookup(word) }
    }

    #[inline(never)]
    fn learn(self, slot: &Cell<(Known, u128)>, key: u128, word: &[u8]) -> Known {
        let known = self.look_up(word);
        slot.set((known, key));
        known
    }
}

/// Longest word that is kept, in bytes.
const LONGEST: usize = 16;

/// The words that were met last; each has one place.
#[derive(Default)]
pub(super) struct Memo(Vec<Cell<(Known, u128)>>);

impl Memo {
    /// 16 KiB.
    const SLOTS: usize = 512;

    /// The same, ready for use: an empty one takes no room.
    pub(super) fn ready(mut self) -> Self {
        self.0.resize(Self::SLOTS, Cell::default());
        self
    }

    #[inline]
    fn slot(&self, key: u128) -> &Cell<(Known, u128)> {
        let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        &self.0[(mixed >> (64 - Self::SLOTS.trailing_zeros())) as usize]
    }
}

impl Drop for Memo {
    fn drop(&mut self) {
        for slot in &mut self.0 {
            let (known, word) = slot.get_mut();
            *known = Known::default();
            word.zeroize();
        }
    }
}

impl std::fmt::Debug for Memo {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        // No word is shown.
        f.debug_struct("Memo").field("slots", &self.0.len()).finish()
    }
}

/// The `len` bytes at `at`, 1 to 16, the first one lowest and zeros behind.
#[inline]
fn word_at(text: &[u8], at: usize, len: usize) -> u128 {
    let rest = &text[at..];
    match (rest.first_chunk(), text.last_chunk()) {
        (Some(chunk), _) => u128::from_le_bytes(*chunk) << (128 - 8 * len) >> (128 - 8 * len),
        // The last sixteen bytes hold the word, with others on both sides.
        (None, Some(last)) => {
            let word = u128::from_le_bytes(*last) >> (128 - 8 * rest.len());
            word << (128 - 8 * len) >> (128 - 8 * len)
        }
        _ => rest[..len].iter().rev().fold(0, |sum, &byte| sum << 8 | u128::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_memory_changes_no_answer(texts in proptest::collection::vec("[A-Da-d]{1,18}", 1..40)) {
            let words = RuleSet::builtin().expect("the embedded rules are valid").words;
            let memo = Memo::default().ready();
            let with = Vocabulary::new(&words, &memo);
            for text in texts.iter().chain(&texts) {
                let text = text.as_bytes();
                for at in 0..text.len() {
                    for len in 1..=text.len() - at {
                        let alone = Vocabulary::from(&words).known(text, at, len);
                        prop_assert_eq!(with.known(text, at, len), alone);
                    }
                }
            }
        }
    }
}
