//! Which words and keys are worth a look: two small tables of flags, at home in the first cache.
//!
//! A table is asked for the hash of a few letters and answers with all that any word of this hash
//! may say, so it never loses a word it was made from and now and then takes another for one;
//! whoever takes the candidate looks the word up. A look costs a multiplication and a load.

use crate::class::among;
use crate::swar::{self, eight};

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

    /// Which of `cues` may say anything themselves, and not of the next word alone; as bits.
    #[inline(always)]
    pub(super) fn speaking(cues: [Cue; AT_ONCE]) -> u64 {
        nonzero(eight!(I => cues[I].0 & !Cue::OPENS.0))
    }

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

    /// `self` if `condition` is met, else nothing.
    #[inline]
    #[must_use]
    pub(super) fn when(self, condition: bool) -> Key {
        Key(self.0 * u8::from(condition))
    }
}

/// Words or keys that are looked up at once.
pub(super) const AT_ONCE: usize = 8;
/// Letters of a word that count.
const WORD_LETTERS: usize = 8;
/// How many letters of a word must agree with the end of a longer one (`kundenname`): as many as
/// the word has, of these.
const KEY_ENDS: [u32; 2] = [4, 6];
/// As many of the highest bytes.
pub(super) const FEW: u64 = u64::MAX << (64 - 8 * KEY_ENDS[0]);
/// Most bytes between a key and its sign.
pub(super) const MOST_CLOSING: u32 = 3;
/// Makes ASCII letters small; other bytes come out as something that is compared nowhere else.
const SMALL: u64 = swar::all(0x20);

/// The words that open a search, and the ends of the keys whose values are looked at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    words: WordTable,
    keys: KeyTable,
}

impl Filter {
    /// Lets `word` (lower case) say `cue` besides what it says already. What counts of a word are
    /// the ASCII letters that it begins with.
    pub fn add_word(&mut self, word: &[u8], cue: Cue) {
        let mut head = [0; WORD_LETTERS];
        let known = word.len().min(WORD_LETTERS);
        head[..known].copy_from_slice(&word[..known]);
        *self.words.flags_mut(first_letters(u64::from_le_bytes(head))) |= cue.0;
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

    /// What the word may say that opens `head` (its first byte lowest).
    #[inline(always)]
    pub(super) fn word(&self, head: u64) -> Cue {
        Cue(self.words.flags(first_letters(head)))
    }

    /// What the words at these [slots](word_slots) may say.
    #[inline(always)]
    pub(super) fn words(&self, slots: [u32; AT_ONCE]) -> [Cue; AT_ONCE] {
        eight!(I => Cue(self.words.at(slots[I])))
    }

    /// Which of the signs with these [slots](key_slots) may say anything, as bits.
    #[inline(always)]
    pub(super) fn keys(&self, KeySlots { words, humps, always }: KeySlots) -> u64 {
        always | nonzero(eight!(I => self.keys.at(words[I]) | self.keys.at(humps[I])))
    }

    /// What a key may say that is the `length` last bytes of `tail` and whose last word is the `word`
    /// last ones; one at least of each.
    #[inline(always)]
    pub(super) fn key(&self, tail: u64, length: u32, word: u32) -> Key {
        let ends = &ENDS[length.min(8) as usize][word.min(8) as usize];
        let slots = ends.map(|end| KeyTable::slot((tail | SMALL) & end));
        Key(slots.into_iter().fold(0, |flags, slot| flags | self.keys.at(slot)))
    }
}

/// Where the keys before eight signs are looked up.
pub(super) struct KeySlots {
    /// By the letters that they end in.
    pub(super) words: [u32; AT_ONCE],
    /// By those from the last capital on.
    pub(super) humps: [u32; AT_ONCE],
    /// Which signs are worth a look whatever their key says, as bits: `<`, and others after a bracket.
    pub(super) always: u64,
}

/// Which of eight bytes are not 0, as bits.
#[inline(always)]
fn nonzero(bytes: [u8; AT_ONCE]) -> u64 {
    swar::compress((swar::equal(u64::from_le_bytes(bytes), 0) ^ swar::TOPS) >> 7)
}

/// The letters that `head` begins with, in lower case.
#[inline(always)]
fn first_letters(head: u64) -> u64 {
    let others = !swar::letters(head) & swar::TOPS;
    let first = others & others.wrapping_neg();
    // All bits below the first byte that is no letter; all there are, if there is none.
    (head | SMALL) & (first >> 7).wrapping_sub(1)
}

/// `tail` without the quotes, spaces, digits and brackets that it ends in, three at most, and how many
/// bits those are.
#[inline(always)]
pub(super) fn without_closing(tail: u64) -> (u64, u32) {
    let (mut closing, mut skipped) = (true, 0);
    for index in 0..MOST_CLOSING {
        closing &= CLOSING[(tail >> (56 - 8 * index)) as usize & 0xff];
        skipped += 8 * u32::from(closing);
    }
    (tail << skipped, skipped)
}

/// What may stand between a key and its sign.
static CLOSING: [bool; 256] = among(b" \"'\\)0123456789");

/// The letters, of any script, that `tail` ends in; four at most, in lower case and on top.
#[inline(always)]
fn last_word(tail: u64) -> u64 {
    let others = !(swar::letters(tail) | tail) & swar::TOPS;
    (tail | SMALL) & !swar::filled(swar::and_below(others)) & FEW
}

/// The same from the last capital on.
#[inline(always)]
fn last_hump(tail: u64) -> u64 {
    let capitals = swar::letters(tail) & !(tail << 2);
    last_word(tail) & !swar::filled(swar::and_below(capitals) >> 8)
}

/// The `length` last bytes of `tail`, one at least, in lower case and on top.
#[inline(always)]
fn last_letters(tail: u64, length: u32) -> u64 {
    (tail | SMALL) & highest(length)
}

/// The `count` highest bytes, one at least and eight at most.
const fn highest(count: u32) -> u64 {
    match count {
        0 => u64::MAX << 56,
        1..8 => u64::MAX << (64 - 8 * count),
        _ => u64::MAX,
    }
}

const fn least(one: u32, other: u32) -> u32 {
    if one < other { one } else { other }
}

/// The ends that are looked up of a key, by how many letters it and its last word have.
static ENDS: [[[u64; 4]; 9]; 9] = {
    let mut ends = [[[0; 4]; 9]; 9];
    let mut index = 0;
    while index < 81 {
        let (length, word) = (index / 9, index % 9);
        let [few, more] = [least(KEY_ENDS[0], length), least(KEY_ENDS[1], length)];
        ends[length as usize][word as usize] =
            [highest(length), highest(word), highest(few), highest(more)];
        index += 1;
    }
    ends
};

/// Where the words are looked up that open `heads` (their first bytes lowest).
#[inline(always)]
pub(super) fn word_slots(heads: [u64; AT_ONCE]) -> [u32; AT_ONCE] {
    heads.map(|head| WordTable::slot(first_letters(head)))
}

/// Where the keys are looked up that end before signs; these are the highest of the eight bytes `ends`,
/// and what counts of a key fits into the others. `callerTo` ends in `to` as much as `CALLERNAME` in
/// `name`, so a second look begins with the last capital.
#[inline(always)]
pub(super) fn key_slots(ends: [u64; AT_ONCE]) -> KeySlots {
    let tails = ends.map(|end| without_closing(end << 8).0);
    let slots = |end: fn(u64) -> u64| tails.map(|tail| KeyTable::slot(end(tail)));
    let always = eight!(I => {
        let [.., last, sign] = ends[I].to_le_bytes();
        u64::from(sign == b'<' || last == b')') << I
    });
    let always = always.into_iter().fold(0, |all, one| all | one);
    KeySlots { words: slots(last_word), humps: slots(last_hump), always }
}

/// What the halves of letters are multiplied by: of some ten thousand pairs of odd numbers the one with which 18 MB of
/// logs, real and generated ones, have the fewest candidates; words and keys that fall on the hash of another one
/// that is wanted are looked at for nothing.
pub(super) const ODD: [u32; 2] = [0x6C40_B429, 0xCF69_9B8F];
/// How far the products are shifted down, for words and for keys.
pub(super) const SHIFTS: [u32; 2] = [WordTable::SHIFT, KeyTable::SHIFT];

type WordTable = Table<{ 1 << 14 }>;
type KeyTable = Table<{ 1 << 13 }>;

/// One byte of flags for each hash; `SIZE` is a power of two.
#[derive(Clone, Debug)]
struct Table<const SIZE: usize>(Box<[u8; SIZE]>);

impl<const SIZE: usize> Default for Table<SIZE> {
    fn default() -> Self {
        Self(Box::new([0; SIZE]))
    }
}

impl<const SIZE: usize> Table<SIZE> {
    const SHIFT: u32 = 32 - SIZE.ilog2();

    /// Fibonacci hashing of both halves, as vector units multiply: the high bits of each product, of
    /// 32, are the best mixed.
    #[inline(always)]
    fn slot(letters: u64) -> u32 {
        let low = (letters as u32).wrapping_mul(ODD[0]);
        let high = ((letters >> 32) as u32).wrapping_mul(ODD[1]);
        (low ^ high) >> Self::SHIFT
    }

    #[inline(always)]
    fn flags(&self, letters: u64) -> u8 {
        self.at(Self::slot(letters))
    }

    #[inline(always)]
    fn at(&self, slot: u32) -> u8 {
        self.0[slot as usize % SIZE]
    }

    fn flags_mut(&mut self, letters: u64) -> &mut u8 {
        &mut self.0[Self::slot(letters) as usize % SIZE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(filter: &Filter, word: &str) -> Cue {
        let mut head = [b'!'; WORD_LETTERS];
        let known = word.len().min(WORD_LETTERS);
        head[..known].copy_from_slice(&word.as_bytes()[..known]);
        let head = u64::from_le_bytes(head);
        assert_eq!(filter.words(word_slots([head; AT_ONCE])), [filter.word(head); AT_ONCE]);
        filter.word(head)
    }

    fn key(filter: &Filter, text: &str, letters: u32) -> Key {
        let padded = format!("........{text}");
        let tail = *padded.as_bytes().last_chunk().expect("eight bytes and more");
        let tail = u64::from_le_bytes(tail);
        let end = tail >> 8 | u64::from(b'=') << 56;
        let known = filter.keys(key_slots([end; AT_ONCE]));
        assert!(known == 0xff || filter.key(tail, letters, letters) == Key::default(), "{text}");
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
