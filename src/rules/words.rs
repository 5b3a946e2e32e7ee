//! One table from words to what they say: field names, keywords, honorifics.
//!
//! Built once from the rule files, then read only. A look-up hashes the word, compares it whole and
//! returns its bits; an unknown word returns none. Cost: a few nanoseconds, no allocation.

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
    /// Words that a key may end in whose value is looked at for a name.
    pub const F_VALUED: Said = Said(
        Self::F_PARTY.0
            | Self::F_CALLER.0
            | Self::F_NAME.0
            | Self::F_ACCOUNT.0
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

    /// Whether nothing is known.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Longest word that the table holds, in bytes.
pub const LONGEST: usize = 32;

/// The table; see the module.
#[derive(Debug, Default)]
pub struct Words {
    /// Open addressing, a power of two, at most half full; length 0 marks a free slot.
    slots: Vec<Slot>,
    text: Vec<u8>,
    count: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    start: u32,
    len: u32,
    said: Said,
}

impl Words {
    /// Adds `said` to what `word` (lower case, at most [`LONGEST`] bytes, not empty) says; any other
    /// word is never found and left out.
    pub fn add(&mut self, word: &[u8], said: Said) {
        let Some(padded) = Padded::new(word) else { return };
        if 2 * (self.count + 1) > self.slots.len() {
            self.grow();
        }
        let at = self.slot(&padded);
        let slot = &mut self.slots[at];
        if slot.len == 0 {
            *slot = Slot {
                hash: padded.hash(),
                start: self.text.len() as u32,
                len: word.len() as u32,
                said: Said::default(),
            };
            self.text.extend_from_slice(word);
            self.count += 1;
        }
        slot.said = slot.said.with(said);
    }

    /// What the lower-case `word` says.
    #[inline]
    pub fn exact(&self, word: &[u8]) -> Said {
        Padded::new(word).map_or_else(Said::default, |word| self.said(&word))
    }

    /// What `word` says, whatever its case (ASCII letters and Ä Ö Ü É).
    #[inline]
    pub fn of(&self, word: &[u8]) -> Said {
        Padded::new(word).map_or_else(Said::default, |mut word| {
            word.lower();
            self.said(&word)
        })
    }

    #[inline]
    fn said(&self, word: &Padded) -> Said {
        self.slots[self.slot(word)].said
    }

    /// All words that say any of `of`.
    pub fn saying(&self, of: Said) -> impl Iterator<Item = &[u8]> {
        self.slots.iter().filter(move |slot| slot.said.any(of)).map(|slot| self.word(slot))
    }

    fn word(&self, slot: &Slot) -> &[u8] {
        &self.text[slot.start as usize..(slot.start + slot.len) as usize]
    }

    /// The slot that holds `word`, or the free one where it belongs.
    #[inline]
    fn slot(&self, word: &Padded) -> usize {
        let mask = self.slots.len() - 1;
        let wanted = word.hash();
        let mut at = wanted as usize & mask;
        loop {
            let slot = &self.slots[at];
            if slot.len == 0 || (slot.hash == wanted && self.word(slot) == word.bytes()) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![Slot::default(); (2 * old.len()).max(1024)];
        for slot in old.into_iter().filter(|slot| slot.len > 0) {
            if let Some(word) = Padded::new(self.word(&slot)) {
                let at = self.slot(&word);
                self.slots[at] = slot;
            }
        }
    }
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

/// A word that may be in the table, with zeros behind it: read eight bytes at a time, changed
/// sixteen at a time.
struct Padded {
    text: [u8; LONGEST],
    len: usize,
}

impl Padded {
    #[inline]
    fn new(word: &[u8]) -> Option<Self> {
        let mut text = [0; LONGEST];
        text.get_mut(..word.len()).filter(|text| !text.is_empty())?.copy_from_slice(word);
        Some(Self { text, len: word.len() })
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        &self.text[..self.len]
    }

    /// Puts it into lower case, as [`lower_into`] does.
    #[inline]
    fn lower(&mut self) {
        if self.text.is_ascii() {
            self.text.make_ascii_lowercase();
        } else {
            let word = self.text;
            lower_into(&word, &mut self.text);
        }
    }

    /// Multiplicative hash: good enough for a fixed set of short words.
    #[inline]
    fn hash(&self) -> u32 {
        let (parts, _) = self.text.as_chunks::<8>();
        let mut mixed = self.len as u64;
        for part in &parts[..self.len.div_ceil(8)] {
            mixed = (mixed ^ u64::from_le_bytes(*part)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^= mixed >> 29;
        }
        (mixed ^ (mixed >> 32)) as u32
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
}
