//! Literals by the million: which of them stand at the words of a text.
//!
//! A literal is found by its first word. For each word of the text a small table tells whether any
//! literal begins with a word of this length and first letter; a load, whether with this word (a Bloom
//! filter in blocks of 64 bits, about one word in a hundred passes for nothing); the next one how
//! long those literals are; the last finds the literal itself, which is compared byte by byte. So what an
//! entry costs is memory only: its text, some 35 bytes of tables, and the misses of the processor's
//! caches.
//!
//! A literal stands alone: no letter or digit before or after it, if it begins or ends with one.

use crate::scan::Lane;
use crate::span::Span;

/// The index; empty if there are no literals.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// For each first byte, lower case, the lengths of first words; bit 31 for longer ones.
    openings: Vec<u32>,
    bloom: Vec<u64>,
    /// For each hash of a first word the lengths of its literals from there on: bit n for n bytes,
    /// bit 0 for [`LONG`] and more.
    lengths: Vec<u64>,
    /// Open addressing, at most half full.
    slots: Vec<Slot>,
    entries: Vec<Entry>,
    text: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    tag: u32,
    /// Number of the entry, from 1; 0 is a free slot.
    entry: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    rule: u16,
    len: u8,
    /// Bytes before its first word, and two flags above them.
    lead: u8,
}

const IGNORE_CASE: u8 = 0x80;
/// A length from which on all are tried.
const LONG: usize = 64;
/// Longest literal, as the rule files allow.
const LONGEST: usize = 127;
/// Text that the index can address.
const MOST_TEXT: usize = u32::MAX as usize;

impl Lists {
    /// The index of literals with the numbers of their rules and whether their case does not count. A
    /// literal without a letter or digit, or one that is too long, is left out: rule files have none.
    pub(super) fn new<'l>(literals: impl Iterator<Item = (&'l str, u16, bool)>) -> Self {
        let mut lists = Lists::default();
        for (literal, rule, ignore_case) in literals {
            lists.add(literal.as_bytes(), rule, ignore_case);
        }
        if !lists.entries.is_empty() {
            lists.build();
        }
        lists
    }

    fn add(&mut self, literal: &[u8], rule: u16, ignore_case: bool) {
        let lead = literal.iter().position(|&b| is_word(b));
        let Some(lead) = lead.filter(|_| literal.len() <= LONGEST) else { return };
        if self.text.len() + literal.len() > MOST_TEXT {
            return;
        }
        self.entries.push(Entry {
            start: self.text.len() as u32,
            rule,
            len: literal.len() as u8,
            lead: lead as u8 | if ignore_case { IGNORE_CASE } else { 0 },
        });
        self.text.extend_from_slice(literal);
    }

    fn build(&mut self) {
        let size = self.entries.len().next_power_of_two();
        self.openings = vec![0; 256];
        self.bloom = vec![0; (size / 4).max(16)];
        self.lengths = vec![0; size.max(16)];
        self.slots = vec![Slot::default(); 2 * size];
        for (index, entry) in self.entries.iter().enumerate() {
            let tail = entry.tail(&self.text);
            let first = &tail[..word_len(tail)];
            self.openings[usize::from(first[0] | 0x20)] |= 1 << first.len().min(31);
            let word = word_hash(first);
            let (block, bits) = bloom(word, self.bloom.len());
            self.bloom[block] |= bits;
            let length = if tail.len() < LONG { tail.len() } else { 0 };
            self.lengths[(word >> 20) as usize % size.max(16)] |= 1 << length;
            let hash = text_hash(tail);
            let mut at = hash as usize % self.slots.len();
            while self.slots[at].entry != 0 {
                at = (at + 1) % self.slots.len();
            }
            self.slots[at] = Slot { tag: (hash >> 32) as u32, entry: index as u32 + 1 };
        }
        self.entries.shrink_to_fit();
        self.text.shrink_to_fit();
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Calls `hit` with rule and span for each literal in `text`, whose class masks are `lanes`.
    pub(super) fn run(&self, text: &[u8], lanes: &[Lane], mut hit: impl FnMut(u16, Span)) {
        if self.is_empty() {
            return;
        }
        let mut before = 0;
        for (index, lane) in lanes.iter().enumerate() {
            let words = lane.digit | lane.alpha | lane.high;
            let mut starts = words & !(words << 1 | before);
            before = words >> 63;
            while starts != 0 {
                let bit = starts.trailing_zeros();
                starts &= starts - 1;
                let at = index * 64 + bit as usize;
                let inside = (words >> bit).trailing_ones() as usize;
                let len = match bit as usize + inside {
                    64.. => word_len(&text[at..]),
                    _ => inside,
                };
                let Some(word) = text.get(at..at + len) else { return };
                if self.openings[usize::from(word[0] | 0x20)] >> len.min(31) & 1 == 0 {
                    continue;
                }
                let hash = word_hash(word);
                let (block, bits) = bloom(hash, self.bloom.len());
                if self.bloom[block] & bits == bits {
                    self.look(text, at, hash, &mut hit);
                }
            }
        }
    }

    /// Calls `hit` for each literal whose first word is the one at `at`.
    #[cold]
    fn look(&self, text: &[u8], at: usize, word: u64, hit: &mut impl FnMut(u16, Span)) {
        let mut lengths = self.lengths[(word >> 20) as usize % self.lengths.len()];
        if lengths & 1 != 0 {
            (LONG..=LONGEST).for_each(|len| self.probe(text, at, len, hit));
        }
        lengths &= !1;
        while lengths != 0 {
            self.probe(text, at, lengths.trailing_zeros() as usize, hit);
            lengths &= lengths - 1;
        }
    }

    fn probe(&self, text: &[u8], at: usize, len: usize, hit: &mut impl FnMut(u16, Span)) {
        let Some(tail) = text.get(at..at + len) else { return };
        let glued = is_word(tail[len - 1]) && text.get(at + len).is_some_and(|&b| is_word(b));
        if glued {
            return;
        }
        let hash = text_hash(tail);
        let mut slot = hash as usize % self.slots.len();
        while self.slots[slot].entry != 0 {
            let Slot { tag, entry } = self.slots[slot];
            slot = (slot + 1) % self.slots.len();
            let entry = self.entries[entry as usize - 1];
            let lead = entry.lead();
            if tag == (hash >> 32) as u32 && at >= lead {
                let span = Span::new(at - lead, at + len);
                if entry.is(&self.text, &text[span.start..span.end]) {
                    hit(entry.rule, span);
                }
            }
        }
    }
}

impl Entry {
    fn lead(&self) -> usize {
        usize::from(self.lead & !IGNORE_CASE)
    }

    fn whole<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &text[self.start as usize..][..usize::from(self.len)]
    }

    /// The literal from its first word on.
    fn tail<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &self.whole(text)[self.lead()..]
    }

    fn is(&self, text: &[u8], found: &[u8]) -> bool {
        let whole = self.whole(text);
        if self.lead & IGNORE_CASE != 0 {
            whole.eq_ignore_ascii_case(found)
        } else {
            whole == found
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn word_len(text: &[u8]) -> usize {
    text.iter().take_while(|&&b| is_word(b)).count()
}

/// Makes the case of ASCII letters one, and some signs too: good enough for a hash.
const LOWER: u64 = 0x2020_2020_2020_2020;

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9E37_79B9_7F4A_7C15) * u128::from(b ^ 0xD1B5_4A32_D192_ED03);
    (product >> 64) as u64 ^ product as u64
}

/// A hash of a word that is not empty, whatever its case: its first and last eight bytes and its
/// length.
#[inline]
fn word_hash(word: &[u8]) -> u64 {
    let len = word.len();
    let (head, tail) = match (word.first_chunk(), word.last_chunk()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (word.first_chunk(), word.last_chunk()) {
            (Some(head), Some(tail)) => {
                (u64::from(u32::from_le_bytes(*head)), u64::from(u32::from_le_bytes(*tail)))
            }
            _ => (u64::from(word[0]) << 8 | u64::from(word[len / 2]), u64::from(word[len - 1])),
        },
    };
    mix(head | LOWER, (tail | LOWER).rotate_left(29) ^ len as u64)
}

/// A hash of any text that is not empty, whatever its case.
fn text_hash(text: &[u8]) -> u64 {
    let (chunks, rest) = text.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let start = mix(text.len() as u64, u64::from_le_bytes(last) | LOWER);
    chunks.iter().fold(start, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk) | LOWER))
}

/// The block of the filter for a hash, and its three bits in it.
#[inline]
fn bloom(hash: u64, blocks: usize) -> (usize, u64) {
    let bits = 1 << (hash >> 58) | 1 << (hash >> 52 & 63) | 1 << (hash >> 46 & 63);
    (hash as usize & (blocks - 1), bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;

    fn found(lists: &Lists, text: &str) -> Vec<(u16, String)> {
        let mut lanes = Vec::new();
        Kernel::auto().classify(text.as_bytes(), &mut lanes);
        let mut found = Vec::new();
        lists.run(text.as_bytes(), &lanes, |rule, span| {
            found.push((rule, text[span.start..span.end].to_owned()));
        });
        found
    }

    fn lists(literals: &[&str], ignore_case: bool) -> Lists {
        Lists::new(literals.iter().zip(0..).map(|(text, rule)| (*text, rule, ignore_case)))
    }

    #[test]
    fn literals_stand_alone() {
        let lists = lists(&["ACME", "Müller GmbH & Co", "#4711", "ab", "x-y-z."], true);
        let text =
            "acme ACMEs (Acme) müller 0Müller GmbH & Co at Müller GmbH & co, #4711 4711 ab x-y-z.";
        let expected = [
            (0, "acme"),
            (0, "Acme"),
            (1, "Müller GmbH & co"),
            (2, "#4711"),
            (3, "ab"),
            (4, "x-y-z."),
        ];
        let expected = expected.map(|(rule, text)| (rule, text.to_owned()));
        assert_eq!(found(&lists, text), expected);
    }

    #[test]
    fn case_counts_when_it_should_and_all_lengths_are_found() {
        let long: String = "long ".repeat(25) + "x";
        let longer: String = "a".repeat(100);
        let lists = lists(&["AbC", &long, &longer], false);
        assert_eq!(found(&lists, "abc AbC"), [(0, "AbC".to_owned())]);
        assert_eq!(found(&lists, &format!("- {long} {longer}")), [(1, long), (2, longer)]);
    }

    #[test]
    fn every_entry_of_a_large_list_is_found_wherever_it_stands() {
        let names: Vec<_> = (0..5000).map(|i| format!("k{}-{i}", i % 7)).collect();
        let literals: Vec<_> = names.iter().map(String::as_str).collect();
        let lists = lists(&literals, true);
        let all = found(&lists, &names.join("; "));
        assert_eq!(all.len(), names.len());
        assert!(all.iter().zip(&names).all(|((_, found), name)| found == name));
        assert_eq!(found(&lists, "k3-9 k9-3 k1-10000 sk3-3"), []);
    }
}
