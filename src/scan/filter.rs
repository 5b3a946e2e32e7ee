//! Which words and keys are worth a look: two small tables of flags, at home in the first cache.
//!
//! A table is asked for the hash of a few letters and answers with all that any word of this hash
//! may say, so it never loses a word it was made from and now and then takes another for one;
//! whoever takes the candidate looks the word up. A look costs a multiplication and a load.

/// What a word may say where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cue(u8);

impl Cue {
    /// A name may follow it.
    pub const NAME: Cue = Cue(1);
    /// A name may follow it if it begins with a capital (`Ms`, not `ms`).
    pub const CAPITAL: Cue = Cue(1 << 1);
    /// A name may follow it if a word with [`Cue::OPENS`] stands before it (`call from`).
    pub const CLOSES: Cue = Cue(1 << 2);
    /// The first word of a phrase that leads to a name.
    pub const OPENS: Cue = Cue(1 << 3);
    /// A phone number may follow it at some distance.
    pub const PHONE: Cue = Cue(1 << 4);
    /// It ties a number to what stands before it.
    pub const TIE: Cue = Cue(1 << 5);
    /// A part of a name if the word before it begins with a capital (`Erika von Beispiel`).
    pub const PARTICLE: Cue = Cue(1 << 6);

    /// Whether any of `of` is said.
    #[inline]
    pub(super) fn any(self, of: Cue) -> bool {
        self.0 & of.0 != 0
    }

    /// What either says.
    #[inline]
    #[must_use]
    pub(super) fn or(self, other: Cue) -> Cue {
        Cue(self.0 | other.0)
    }

    /// `self` if `condition` is met, else nothing.
    #[inline]
    #[must_use]
    pub(super) fn when(self, condition: bool) -> Cue {
        Cue(self.0 * u8::from(condition))
    }
}

/// What a key may say of its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key(u8);

impl Key {
    /// It may be a name.
    pub const NAME: Key = Key(1);
    /// It may be a phone number.
    pub const NUMBER: Key = Key(1 << 1);
    /// It is the user part of a URI if a colon without a space parts them (`sip:`).
    pub const SCHEME: Key = Key(1 << 2);
    /// It may be either if this is the end of a longer key (`caller_home`).
    pub const ENDING: Key = Key(1 << 3);
    /// It may name a field, or be the value of a named one, if it is in quotes after a colon.
    pub const LABEL: Key = Key(1 << 4);
    /// A word ends so that says something.
    const KNOWN: Key = Key(1 << 5);
    /// It may be either.
    pub(super) const ANY: Key = Key(Self::NAME.0 | Self::NUMBER.0);

    /// Whether any of `of` is said.
    #[inline]
    pub(super) fn any(self, of: Key) -> bool {
        self.0 & of.0 != 0
    }

    /// What either says.
    #[inline]
    #[must_use]
    pub(super) fn or(self, other: Key) -> Key {
        Key(self.0 | other.0)
    }
}

/// Letters of a word that count.
const WORD_LETTERS: usize = 8;
/// How many letters of a word must agree with the end of a longer one (`kundenname`): as many as
/// the word has, of these.
const KEY_ENDS: [u32; 2] = [4, 6];
/// Makes ASCII letters small; other bytes come out as something that is compared nowhere else.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// The words that open a search, and the ends of the keys whose values are looked at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    words: Table<14>,
    keys: Table<13>,
}

impl Filter {
    /// Lets `word` (lower case) say `cue` besides what it says already. What counts of a word are
    /// the ASCII letters that it begins with.
    pub fn add_word(&mut self, word: &[u8], cue: Cue) {
        let length = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let mut letters = [0; WORD_LETTERS];
        let known = length.min(WORD_LETTERS);
        letters[..known].copy_from_slice(&word[..known]);
        *self.words.flags_mut(first_letters(letters, length)) |= cue.0;
    }

    /// Lets keys that end in `word` (lower case) say `key` besides what they say already.
    pub fn add_key(&mut self, word: &[u8], key: Key) {
        let mut tail = [0; 8];
        let known = word.len().min(8);
        tail[8 - known..].copy_from_slice(&word[word.len() - known..]);
        let tail = u64::from_le_bytes(tail);
        let known = known as u32;
        *self.keys.flags_mut(last_letters(tail, known)) |= key.0;
        // As the end of a longer word, at fewer letters.
        if let Some(few) = KEY_ENDS.into_iter().rev().find(|&few| few <= known) {
            *self.keys.flags_mut(last_letters(tail, few)) |= key.0;
        }
        *self.keys.flags_mut(last_letters(tail, known.min(KEY_ENDS[0]))) |= Key::KNOWN.0;
    }

    /// What the word may say that begins with `letters`, of which `length` belong to it.
    #[inline]
    pub(super) fn word(&self, letters: [u8; WORD_LETTERS], length: usize) -> Cue {
        Cue(self.words.flags(first_letters(letters, length)))
    }

    /// Whether a key whose last word is the `length` last bytes (one at least) of `tail` may say
    /// anything: one look, and most keys say nothing.
    #[inline]
    pub(super) fn knows_key(&self, tail: u64, length: u32) -> bool {
        self.keys.flags(last_letters(tail, length.min(KEY_ENDS[0]))) != 0
    }

    /// What a key may say that is the `length` last bytes of `tail` and whose last word is the `word`
    /// last ones; one at least of each.
    #[inline]
    pub(super) fn key(&self, tail: u64, length: u32, word: u32) -> Key {
        let flags = |length| self.keys.flags(last_letters(tail, length));
        let [few, more] = KEY_ENDS.map(|few| flags(few.min(length)));
        Key(flags(length) | flags(word) | few | more)
    }
}

#[inline]
fn first_letters(letters: [u8; WORD_LETTERS], length: usize) -> u64 {
    /// Masks that keep the first letters.
    const KEEP: [u64; WORD_LETTERS + 1] = {
        let mut keep = [u64::MAX; WORD_LETTERS + 1];
        let mut length = 0;
        while length < WORD_LETTERS {
            keep[length] = (1 << (8 * length)) - 1;
            length += 1;
        }
        keep
    };
    (u64::from_le_bytes(letters) | SMALL) & KEEP[length.min(WORD_LETTERS)]
}

#[inline]
fn last_letters(tail: u64, length: u32) -> u64 {
    (tail | SMALL) >> (64 - 8 * length.clamp(1, 8))
}

/// One byte of flags for each hash of `BITS` bits.
#[derive(Clone, Debug)]
struct Table<const BITS: u32>(Box<[u8]>);

impl<const BITS: u32> Default for Table<BITS> {
    fn default() -> Self {
        Self(vec![0; 1 << BITS].into_boxed_slice())
    }
}

impl<const BITS: u32> Table<BITS> {
    /// Fibonacci hashing: the high bits of the product are the best mixed.
    #[inline]
    fn slot(letters: u64) -> usize {
        (letters.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
    }

    #[inline]
    fn flags(&self, letters: u64) -> u8 {
        self.0[Self::slot(letters)]
    }

    fn flags_mut(&mut self, letters: u64) -> &mut u8 {
        &mut self.0[Self::slot(letters)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(filter: &Filter, word: &str) -> Cue {
        let mut letters = [b'!'; WORD_LETTERS];
        let known = word.len().min(WORD_LETTERS);
        letters[..known].copy_from_slice(&word.as_bytes()[..known]);
        filter.word(letters, word.len())
    }

    fn key(filter: &Filter, text: &str, letters: u32) -> Key {
        let padded = format!("........{text}");
        let tail = *padded.as_bytes().last_chunk().expect("eight bytes and more");
        let tail = u64::from_le_bytes(tail);
        assert!(
            filter.key(tail, letters, letters) == Key::default() || filter.knows_key(tail, letters)
        );
        Key(filter.key(tail, letters, letters).0 & !Key::KNOWN.0)
    }

    #[test]
    fn words_say_what_they_were_told() {
        let mut filter = Filter::default();
        filter.add_word(b"herr", Cue::CAPITAL);
        filter.add_word(b"anrufer", Cue::NAME);
        filter.add_word(b"anrufer", Cue::PHONE);
        filter.add_word("rückruf".as_bytes(), Cue::PHONE);
        assert_eq!(word(&filter, "Herr"), Cue::CAPITAL);
        assert_eq!(word(&filter, "ANRUFER"), Cue(Cue::NAME.0 | Cue::PHONE.0));
        assert_eq!(word(&filter, "R"), Cue::PHONE);
        for other in ["herring", "anruf", "m", "anrufers"] {
            assert_eq!(word(&filter, other), Cue::default(), "{other}");
        }
    }

    #[test]
    fn keys_say_what_their_ends_say() {
        let mut filter = Filter::default();
        filter.add_key(b"name", Key::NAME);
        filter.add_key(b"to", Key::NUMBER);
        assert_eq!(key(&filter, "hostNAME", 4), Key::NAME);
        assert_eq!(key(&filter, "nickname", 8), Key::NAME);
        assert_eq!(key(&filter, "_to", 2), Key::NUMBER);
        assert_eq!(key(&filter, "ato", 3), Key::default());
        assert_eq!(key(&filter, "ame", 3), Key::default());
    }
}
