//! What a stream remembers of the people it has met: bounded, and hashes only.
//!
//! In: the words of names that were found, one name after the other. Out: where they stand in a text,
//! in any spelling (see [`crate::spelling`]), and as a family name alone. The last names are held, as
//! many as the limit says; the one that came first goes first. Memory: some 250 bytes a name. Cost: one
//! hash for each word of a text.
//!
//! A memory belongs to one stream: what is found hangs on what came before.

use std::collections::{HashMap, HashSet, VecDeque};
use std::num::NonZeroUsize;

use crate::span::Span;
use crate::spelling::{self, MOST_WORDS};

/// The names that a stream has met last.
#[derive(Debug)]
pub struct Memory {
    limit: usize,
    order: VecDeque<Held>,
    /// Whole names.
    names: HashSet<u64>,
    /// Family names, and in how many names they stand.
    families: HashMap<u64, u32>,
    /// Words of names, and in how many they stand.
    words: HashMap<u64, u32>,
}

#[derive(Debug)]
struct Held {
    words: [u64; MOST_WORDS],
    count: usize,
    family: u64,
}

impl Held {
    fn words(&self) -> &[u64] {
        &self.words[..self.count]
    }

    fn sum(&self) -> u64 {
        self.words().iter().fold(0, |sum: u64, &word| sum.wrapping_add(word))
    }
}

impl Memory {
    /// How many names are held unless told otherwise.
    pub const USUAL: NonZeroUsize = NonZeroUsize::new(10_000).expect("not zero");

    /// Holds the last `limit` names.
    pub fn new(limit: NonZeroUsize) -> Self {
        let limit = limit.get();
        let (order, names) = (VecDeque::new(), HashSet::new());
        Self { limit, order, names, families: HashMap::new(), words: HashMap::new() }
    }

    /// Whether no name is held.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Holds the name of these `words`, hashed; `family` is the sum of those that are the family name.
    /// One of no words, or of more than [`MOST_WORDS`], is not held.
    pub fn learn(&mut self, words: &[u64], family: u64) {
        let mut held = Held { words: [0; MOST_WORDS], count: words.len(), family };
        let Some(place) = held.words.get_mut(..words.len()).filter(|place| !place.is_empty())
        else {
            return;
        };
        place.copy_from_slice(words);
        if !self.names.insert(held.sum()) {
            return;
        }
        held.words().iter().for_each(|&word| *self.words.entry(word).or_default() += 1);
        *self.families.entry(family).or_default() += 1;
        self.order.push_back(held);
        if self.order.len() > self.limit {
            self.forget();
        }
    }

    fn forget(&mut self) {
        let Some(held) = self.order.pop_front() else { return };
        self.names.remove(&held.sum());
        held.words().iter().for_each(|&word| release(&mut self.words, word));
        release(&mut self.families, held.family);
    }

    /// Calls `each` with the places of names in `text` from `from` on: the longest where several begin,
    /// in ascending order and disjoint.
    pub fn find(&self, text: &[u8], from: usize, each: impl FnMut(Span)) {
        let knows = |word| self.words.contains_key(&word);
        let holds = |sum| self.names.contains(&sum) || self.families.contains_key(&sum);
        spelling::find(text, from, knows, holds, each);
    }
}

/// Counts one down; what is not needed any more goes.
fn release(counts: &mut HashMap<u64, u32>, key: u64) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(memory: &mut Memory, given: &str, family: &str) {
        let hash = |word: &str| spelling::word(word.as_bytes(), 0).expect("a word").hash;
        memory.learn(&[hash(given), hash(family)], hash(family));
    }

    fn found<'t>(memory: &Memory, text: &'t str) -> Vec<&'t str> {
        let mut found = Vec::new();
        memory.find(text.as_bytes(), 0, |span| found.push(&text[span.start..span.end]));
        found
    }

    #[test]
    fn the_last_names_are_held_in_any_spelling() {
        let mut memory = Memory::new(NonZeroUsize::new(2).expect("not zero"));
        learn(&mut memory, "Zoë", "Müller");
        learn(&mut memory, "Erika", "Mustermann");
        let text = "MUELLER, ZOE then erika mustermann, Mustermann or Erika";
        assert_eq!(found(&memory, text), ["MUELLER, ZOE", "erika mustermann", "Mustermann"]);
        learn(&mut memory, "Max", "Mustermann");
        assert_eq!(found(&memory, text), ["erika mustermann", "Mustermann"]);
        learn(&mut memory, "Max", "Mustermann");
        learn(&mut memory, "Max", "Beispiel");
        assert_eq!(found(&memory, text), ["mustermann", "Mustermann"]);
        assert_eq!((memory.order.len(), memory.words.len(), memory.families.len()), (2, 3, 2));
    }
}
