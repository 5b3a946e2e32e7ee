//! One table from words to what they say: field names, keywords, honorifics.
//!
//! Built once from the rule files, then read only. A look-up hashes the word, compares it whole and
//! returns its bits; an unknown word returns none. Cost: no loop over the bytes for words of up to
//! sixteen of ASCII, and one look at a filter of 8 KiB for most that are unknown.

use crate::swar;

/// What a word says; a word can say several things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said(u32);

impl Said {
    /// Field word: the value is a phone number.
    pub const F_PHONE: Said = Said(1);
    /// Field word: a number of something.
    pub const F_NUMBER: Said = Said(1 << 1);
    /// Field word: a person or a party of a call.
    pub const F_PARTY: Said = Said(1 << 2);
    /// Field word: a name of something.
    pub const F_NAME: Said = Said(1 << 3);
    /// Field word: the value is a person's name.
    pub const F_PERSON_NAME: Said = Said(1 << 4);
    /// Field word: makes `name` a person's name.
    pub const F_PERSON_WORD: Said = Said(1 << 5);
    /// Field word: says nothing.
    pub const F_NEUTRAL: Said = Said(1 << 6);
    /// Field word: the value is something else.
    pub const F_OTHER: Said = Said(1 << 7);
    /// Before a number: it is a phone number.
    pub const P_KEYWORD: Said = Said(1 << 8);
    /// Before a number: it may be a phone number.
    pub const P_HINT: Said = Said(1 << 9);
    /// Before a number: it is another number.
    pub const P_NEGATIVE: Said = Said(1 << 10);
    /// After a number: it is a measure.
    pub const P_UNIT: Said = Said(1 << 11);
    /// After a number: an extension follows.
    pub const P_EXTENSION: Said = Said(1 << 12);
    /// Before a name.
    pub const N_HONORIFIC: Said = Said(1 << 13);
    /// Between honorific and name.
    pub const N_TITLE: Said = Said(1 << 14);
    /// A person in a role.
    pub const N_ROLE: Said = Said(1 << 15);
    /// Last word of a phrase that leads to a person.
    pub const N_PHRASE: Said = Said(1 << 16);
    /// A greeting.
    pub const N_GREETING: Said = Said(1 << 17);
    /// A lower-case part of a name.
    pub const N_PARTICLE: Said = Said(1 << 18);
    /// A value that names nobody.
    pub const N_NOBODY: Said = Said(1 << 19);
    /// Before a number, with another hint or alone.
    pub const P_PREPOSITION: Said = Said(1 << 20);
    /// Field word: a party of a call.
    pub const F_CALLER: Said = Said(1 << 21);
    /// Field word: a login or user.
    pub const F_ACCOUNT: Said = Said(1 << 22);
    /// Before a number, with [`Said::P_KEYWORD`]: it can be no other number.
    pub const P_PHONE: Said = Said(1 << 23);
    /// Before a number, with [`Said::P_HINT`]: speaks of what is dialled.
    pub const P_DIAL: Said = Said(1 << 24);
    /// In a cell of its own: the row is about a call.
    pub const P_EVENT: Said = Said(1 << 25);
    /// Between two numbers: both are of a kind.
    pub const P_TIE: Said = Said(1 << 26);
    /// Before a name, if a full stop follows: weaker than [`Said::N_HONORIFIC`].
    pub const N_ABBREVIATION: Said = Said(1 << 27);
    /// End of a noun for a person in a role.
    pub const N_ROLE_ENDING: Said = Said(1 << 28);
    /// Before a word for numbers: it says that they are no phone numbers.
    pub const P_COUNTED: Said = Said(1 << 29);
    /// Field word: a person who has a number that is no phone number.
    pub const F_ENROLLED: Said = Said(1 << 30);
    /// Beside a name: a place or thing that is called after a person.
    pub const N_NAMESAKE: Said = Said(1 << 31);
    /// Words that a key may end in whose value is looked at for a name.
    pub const F_VALUED: Said = Said(
        Self::F_PARTY.0
            | Self::F_CALLER.0
            | Self::F_NAME.0
            | Self::F_ACCOUNT.0
            | Self::F_ENROLLED.0
            | Self::F_PERSON_NAME.0
            | Self::F_PERSON_WORD.0,
    );
    /// Words that a key may end in whose value is looked at for a phone number.
    pub const F_NUMBERED: Said =
        Said(Self::F_VALUED.0 | Self::F_PHONE.0 | Self::F_NUMBER.0 | Self::P_KEYWORD.0);
    /// Any word that opens a search for a name.
    pub const N_CUES: Said = Said(
        Self::N_HONORIFIC.0
            | Self::N_ROLE.0
            | Self::N_PHRASE.0
            | Self::N_GREETING.0
            | Self::N_ABBREVIATION.0,
    );

    /// Whether any of the bits of `of` is set.
    #[inline]
    pub const fn any(self, of: Said) -> bool {
        self.0 & of.0 != 0
    }

    /// Both together.
    pub const fn with(self, more: Said) -> Said {
        Said(self.0 | more.0)
    }

    /// What is left without the bits of `of`.
    #[must_use]
    pub const fn without(self, of: Said) -> Said {
        Said(self.0 & !of.0)
    }

    /// Whether nothing is known.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Longest word that the table holds, in bytes.
pub const LONGEST: usize = 32;
/// Longest word that its key holds whole.
const WHOLE: usize = 16;

/// The table; see the module.
#[derive(Debug)]
pub struct Words {
    /// A bit for each hash of a word: nearly all words of a log are in no list, and end here.
    seen: [u64; SEEN],
    /// Open addressing, a power of two, at most half full; length 0 marks a free slot.
    slots: Vec<Slot>,
    text: Vec<u8>,
    count: usize,
}

/// Words of the filter, 8 KiB: a few thousand words leave most of its bits free.
const SEEN: usize = 1024;

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: Key,
    start: u32,
    said: Said,
}

impl Default for Words {
    fn default() -> Self {
        Self { seen: [0; SEEN], slots: Vec::new(), text: Vec::new(), count: 0 }
    }
}

impl Words {
    /// Adds `said` to what `word` (lower case, at most [`LONGEST`] bytes, not empty) says; any other
    /// word is never found and left out.
    pub fn add(&mut self, word: &[u8], said: Said) {
        let Some(key) = Key::of(word) else { return };
        if 2 * (self.count + 1) > self.slots.len() {
            self.grow();
        }
        let hash = key.hash();
        let at = self.slot(hash, key, word);
        let slot = &mut self.slots[at];
        if slot.key.len == 0 {
            *slot = Slot { key, start: self.text.len() as u32, said: Said::default() };
            self.text.extend_from_slice(word);
            self.count += 1;
            let (part, bit) = seen_at(hash);
            self.seen[part] |= bit;
        }
        slot.said = slot.said.with(said);
    }

    /// What the lower-case `word` says.
    #[inline]
    pub fn exact(&self, word: &[u8]) -> Said {
        Key::of(word).map_or_else(Said::default, |key| self.said(key, word))
    }

    /// What `word` says, whatever its case (ASCII letters and Ä Ö Ü É).
    #[inline]
    pub fn of(&self, word: &[u8]) -> Said {
        let Some(key) = Key::of(word) else { return Said::default() };
        match key.lower() {
            Some(key) if word.len() <= WHOLE => self.said(key, word),
            Some(key) if !self.may_hold(key.hash()) => Said::default(),
            _ => self.of_other(word),
        }
    }

    /// The same for words that their keys do not hold whole, or that are not ASCII alone.
    #[cold]
    fn of_other(&self, word: &[u8]) -> Said {
        let mut lower = [0; LONGEST];
        let lower = &mut lower[..word.len()];
        lower_into(word, lower);
        self.exact(lower)
    }

    #[inline]
    fn said(&self, key: Key, word: &[u8]) -> Said {
        let hash = key.hash();
        if !self.may_hold(hash) {
            return Said::default();
        }
        self.slots[self.slot(hash, key, word)].said
    }

    #[inline]
    fn may_hold(&self, hash: u64) -> bool {
        let (part, bit) = seen_at(hash);
        self.seen[part] & bit != 0
    }

    /// All words that say any of `of`.
    pub fn saying(&self, of: Said) -> impl Iterator<Item = &[u8]> {
        self.slots.iter().filter(move |slot| slot.said.any(of)).map(|slot| self.word(slot))
    }

    fn word(&self, slot: &Slot) -> &[u8] {
        let start = slot.start as usize;
        &self.text[start..start + slot.key.len as usize]
    }

    /// The slot that holds `word`, whose key this is, or the free one where it belongs.
    fn slot(&self, hash: u64, key: Key, word: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = &self.slots[at];
            let same = slot.key == key && (word.len() <= WHOLE || self.word(slot) == word);
            if same || slot.key.len == 0 {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![Slot::default(); (2 * old.len()).max(1024)];
        for slot in old.into_iter().filter(|slot| slot.key.len > 0) {
            let at = self.slot(slot.key.hash(), slot.key, self.word(&slot));
            self.slots[at] = slot;
        }
    }
}

/// Where the filter has the bit of a hash: its upper bits, as the table goes by the lower ones.
#[inline]
fn seen_at(hash: u64) -> (usize, u64) {
    ((hash >> 54) as usize, 1 << (hash >> 48 & 63))
}

/// Writes `word` in lower case; both have the same length. In UTF-8 the capitals of Latin-1
/// (`C3 80..9E`) and their small letters differ by 0x20 in the second byte, as ASCII letters do.
#[inline]
pub fn lower_into(word: &[u8], lower: &mut [u8]) {
    let mut previous = 0u8;
    for (to, &from) in lower.iter_mut().zip(word) {
        let capital =
            from.is_ascii_uppercase() || (previous == 0xC3 && (0x80..=0x9E).contains(&from));
        *to = if capital { from | 0x20 } else { from };
        previous = from;
    }
}

/// The ends of a word and its length: all of a word of up to [`WHOLE`] bytes, in two registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key {
    first: u64,
    last: u64,
    len: u32,
}

impl Key {
    /// The key of a word of 1 to [`LONGEST`] bytes.
    #[inline]
    fn of(word: &[u8]) -> Option<Self> {
        let len = word.len();
        // Pieces that overlap hold every byte, and no length needs a loop.
        let (first, last) =
            if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
                (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
            } else if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
                let [first, last] = [first, last].map(|part| u64::from(u32::from_le_bytes(*part)));
                (first | last << 32, 0)
            } else {
                let [first, middle, last] = [*word.first()?, word[len / 2], word[len - 1]];
                (u64::from(first) | u64::from(middle) << 8 | u64::from(last) << 16, 0)
            };
        (len <= LONGEST).then_some(Self { first, last, len: len as u32 })
    }

    /// The key of the word in lower case; nothing if that cannot be told from its ASCII letters.
    #[inline]
    fn lower(self) -> Option<Self> {
        let lower = |bytes: u64| bytes | swar::letters(bytes) >> 2;
        let ascii = (self.first | self.last) & swar::TOPS == 0;
        ascii.then(|| Self { first: lower(self.first), last: lower(self.last), ..self })
    }

    /// Multiplicative hash: good enough for a fixed set of short words.
    #[inline]
    fn hash(self) -> u64 {
        let first = self.first ^ u64::from(self.len) << 56 ^ 0x9E37_79B9_7F4A_7C15;
        let product = u128::from(first) * u128::from(self.last ^ 0xD6E8_FEB8_6659_FD93);
        product as u64 ^ (product >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_was_added() {
        let mut words = Words::default();
        words.add(b"tel", Said::F_PHONE);
        words.add(b"tel", Said::P_KEYWORD);
        words.add("rückruf".as_bytes(), Said::P_HINT);
        for i in 0..3000 {
            words.add(format!("filler{i}").as_bytes(), Said::F_OTHER);
        }
        assert!(words.exact(b"tel").any(Said::F_PHONE) && words.of(b"TEL").any(Said::P_KEYWORD));
        assert!(words.of("RÜCKRUF".as_bytes()).any(Said::P_HINT));
        assert!(words.of(b"filler2999").any(Said::F_OTHER));
        assert!(
            words.of(b"te").is_empty()
                && words.of(b"").is_empty()
                && words.of(&[b'x'; 99]).is_empty()
        );
        assert_eq!(words.saying(Said::F_PHONE).collect::<Vec<_>>(), [b"tel"]);
    }

    #[test]
    fn each_byte_of_a_word_counts() {
        let mut words = Words::default();
        let text: Vec<u8> = (0..LONGEST as u8).map(|i| b'a' + i % 26).collect();
        for len in 1..=LONGEST {
            words.add(&text[..len], Said::F_PHONE);
        }
        for len in 1..=LONGEST {
            let upper = text[..len].to_ascii_uppercase();
            assert!(words.of(&upper).any(Said::F_PHONE), "{len}");
            assert!(words.exact(&upper).is_empty(), "{len}");
            for at in 0..len {
                for other in [b'~', 0, 0xC3] {
                    let mut word = text[..len].to_vec();
                    word[at] = other;
                    assert!(words.of(&word).is_empty() && words.exact(&word).is_empty());
                }
            }
        }
        // Two words that differ in their middle alone.
        let (mut long, other) = (text.clone(), [b'z'; 1]);
        long[LONGEST / 2] = other[0];
        words.add(&long, Said::F_OTHER);
        assert_eq!((words.exact(&long), words.exact(&text)), (Said::F_OTHER, Said::F_PHONE));
    }
}
