//! What the name of a field says about its value.
//!
//! In: the bytes of a key such as `callerName`, `kunde_nachname`, `agi_calleridname`,
//! `CALLERID(name)`. Out: a [`Class`]. The key is split at signs and camelCase humps, words written
//! together are split with the field words of the rules, and the last word, the head, decides
//! together with what stands before it.

use std::fmt;

use zeroize::Zeroize;

use crate::rules::words::{Said, Words, lower_into};
use crate::swar;

use super::traits::Traits;

/// What a field holds, judged by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A phone number.
    Phone,
    /// A number, likely a phone number (`number`, `num`).
    Number,
    /// A party of a call: a phone number or a name.
    Caller,
    /// A person or the end of a connection: a phone number, a name or neither.
    Party,
    /// A person: a name, or the number of a file.
    Person,
    /// A person's name.
    Name,
    /// A part of a person's name: any word can be one.
    Part,
    /// A name, of a person or a thing (`name`).
    AnyName,
    /// The user part of a URI follows (`sip:`).
    Uri,
    /// Something else.
    Other,
    /// The name says nothing.
    Unknown,
}

/// How keys end, signs apart, whose value is a [`Class::Part`].
const PARTS: [&[u8]; 12] = [
    b"lastname",
    b"surname",
    b"familyname",
    b"nachname",
    b"familienname",
    b"namelast",
    b"firstname",
    b"givenname",
    b"vorname",
    b"namefirst",
    b"forename",
    b"middlename",
];
/// Whether `key`, signs and case apart, ends in one of [`PARTS`].
fn names_part(key: &[u8]) -> bool {
    let letters = || key.iter().rev().filter(|b| b.is_ascii_alphanumeric());
    let ends = |part: &&[u8]| {
        let mut letters = letters();
        part.iter()
            .rev()
            .all(|b| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(b)))
    };
    PARTS.iter().any(ends)
}

/// Longest key that is read; longer ones say nothing.
pub(super) const LONGEST_KEY: usize = 64;
/// Most words of a key.
const MOST_WORDS: usize = 10;

/// Classes of the keys that were met last. Logs repeat few keys, and splitting one costs a hundred
/// times a look-up. A key is compared whole, so the cache never changes an answer. What stands before a
/// colon may be a name, so that keys are not shown, and are wiped in the end.
pub(super) struct KeyCache(Box<[Cached; KeyCache::SLOTS]>);

#[derive(Clone, Copy)]
struct Cached {
    key: [u8; KeyCache::LONGEST],
    len: u8,
    class: Class,
    traits: Traits,
}

impl KeyCache {
    /// 17 KiB: half of a first-level cache.
    const SLOTS: usize = 512;
    const LONGEST: usize = 30;

    /// What [`classify`] says of `key`.
    #[inline]
    pub(super) fn class(&mut self, words: &Words, key: &[u8]) -> Class {
        self.meaning(words, key).0
    }

    /// The same, and what kinds of key it is.
    #[inline]
    pub(super) fn meaning(&mut self, words: &Words, key: &[u8]) -> (Class, Traits) {
        if key.len() > Self::LONGEST || key.is_empty() {
            return (classify(words, key), Traits::of(key));
        }
        let slot = &mut self.0[hash(key) % Self::SLOTS];
        if usize::from(slot.len) != key.len() || !swar::begins_with(&slot.key, key) {
            slot.key[..key.len()].copy_from_slice(key);
            slot.len = key.len() as u8;
            (slot.class, slot.traits) = (classify(words, key), Traits::of(key));
        }
        (slot.class, slot.traits)
    }
}

impl fmt::Debug for KeyCache {
    /// Shows no key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").finish_non_exhaustive()
    }
}

impl Drop for KeyCache {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|slot| slot.key.zeroize());
    }
}

/// Multiplicative hash over both ends of `key`.
#[inline]
fn hash(key: &[u8]) -> usize {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let (first, last) = match (key.first_chunk(), key.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (0, key.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte))),
    };
    ((first.rotate_left(25) ^ last).wrapping_mul(ODD) >> 50) as usize
}

impl Default for KeyCache {
    fn default() -> Self {
        let free = Cached {
            key: [0; Self::LONGEST],
            len: 0,
            class: Class::Unknown,
            traits: Traits::default(),
        };
        Self(Box::new([free; Self::SLOTS]))
    }
}

/// The class of the field called `key`.
pub(super) fn classify(words: &Words, key: &[u8]) -> Class {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Class::Unknown;
    }
    let mut lower = [0u8; LONGEST_KEY];
    let mut said = [Said::default(); MOST_WORDS];
    let (mut count, mut previous, mut end) = (0, 0, 0);
    for part in Parts(key) {
        let start = end;
        end += part.len();
        lower_into(part, &mut lower[start..end]);
        // `first_name` is `firstname`, `caller_id` is `callerid`.
        let joined = field_words(words, &lower[previous..end]);
        if count > 0 && !joined.is_empty() {
            said[count - 1] = joined;
        } else if count < MOST_WORDS {
            count += split(words, &lower[start..end], &mut said[count..]);
        }
        previous = start;
    }
    match combine(&said[..count]) {
        Class::Name if names_part(key) => Class::Part,
        class => class,
    }
}

/// What makes `name` the name of a person.
const PERSON: Said = Said::F_PARTY
    .with(Said::F_ENROLLED)
    .with(Said::F_PERSON_WORD)
    .with(Said::F_PERSON_NAME)
    .with(Said::F_PHONE);

/// How the words of a key combine; the last one is the head.
fn combine(said: &[Said]) -> Class {
    let Some((&head, rest)) = said.split_last() else {
        return Class::Unknown;
    };
    let rest_says = |what: Said| rest.iter().any(|said| said.any(what));
    let last_of_rest_is_other =
        rest.last().is_some_and(|said| said.any(Said::F_OTHER) && !said.any(Said::F_PHONE));
    if head.any(Said::F_PERSON_NAME) {
        return Class::Name;
    }
    if head.any(Said::F_NAME) {
        return match () {
            () if last_of_rest_is_other => Class::Other,
            () if rest_says(PERSON) => Class::Name,
            () if rest_says(Said::F_OTHER) => Class::Other,
            () => Class::AnyName,
        };
    }
    if head.any(Said::F_PHONE) {
        // `company_phone`, but not `build_cli`.
        let other = last_of_rest_is_other && !head.any(Said::P_PHONE);
        return if other { Class::Other } else { Class::Phone };
    }
    if head.any(Said::F_NUMBER) {
        let last_of_rest_is_call =
            rest.last().is_some_and(|said| said.any(Said::F_PHONE.with(Said::F_CALLER)));
        return match () {
            // `variable_effective_caller_id_number`
            () if last_of_rest_is_call => Class::Phone,
            () if rest_says(Said::F_OTHER) => Class::Other,
            () if rest_says(Said::F_ENROLLED) => Class::Unknown,
            () if rest_says(Said::F_PARTY.with(Said::F_PHONE)) => Class::Phone,
            () if rest.iter().all(|said| said.any(Said::F_NEUTRAL)) => Class::Number,
            () => Class::Unknown,
        };
    }
    if head.any(Said::F_OTHER) {
        return Class::Other;
    }
    if head.any(Said::F_NEUTRAL) {
        return neutral_head(rest);
    }
    match () {
        () if head.any(Said::F_ACCOUNT) && rest_says(Said::F_PARTY.with(Said::F_PHONE)) => {
            Class::Caller
        }
        () if head.any(Said::F_ACCOUNT) => Class::AnyName,
        () if head.any(Said::F_CALLER) => Class::Caller,
        () if head.any(Said::F_PARTY) => Class::Party,
        () if head.any(Said::F_ENROLLED) => Class::Person,
        // `NAME_LAST`, `name.given`.
        () if head.any(Said::F_PERSON_WORD) && rest_says(Said::F_NAME) => Class::Name,
        () if head.any(Said::F_PERSON_WORD) => Class::AnyName,
        () => Class::Unknown,
    }
}

/// `phone_home` is a number, `name_raw` a name.
fn neutral_head(rest: &[Said]) -> Class {
    match rest.last() {
        Some(said) if said.any(Said::F_PHONE) => Class::Phone,
        Some(said) if said.any(Said::F_PERSON_NAME) => Class::Name,
        Some(said) if said.any(Said::F_NAME) => Class::AnyName,
        Some(said) if said.any(Said::F_CALLER) => Class::Caller,
        Some(said) if said.any(Said::F_PARTY) => Class::Party,
        Some(said) if said.any(Said::F_ENROLLED) => Class::Person,
        _ => Class::Unknown,
    }
}

/// Splits lower-case `part` into known words, longest first from the left, writes what they say
/// into `said` and returns how many there are; an unsplittable part is one word that says nothing.
fn split(words: &Words, part: &[u8], said: &mut [Said]) -> usize {
    if said.is_empty() {
        return 0;
    }
    let whole = field_words(words, part);
    if !whole.is_empty() {
        said[0] = whole;
        return 1;
    }
    for cut in (2..part.len().saturating_sub(1)).rev() {
        let first = field_words(words, &part[..cut]);
        if first.is_empty() {
            continue;
        }
        let rest = &part[cut..];
        let second = field_words(words, rest);
        if !second.is_empty() && said.len() > 1 {
            said[0] = first;
            said[1] = second;
            return 2;
        }
    }
    said[0] = Said::default();
    1
}

fn field_words(words: &Words, word: &[u8]) -> Said {
    const FIELD: Said = Said::F_PHONE
        .with(Said::F_NUMBER)
        .with(Said::F_PARTY)
        .with(Said::F_ENROLLED)
        .with(Said::F_CALLER)
        .with(Said::F_NAME)
        .with(Said::F_ACCOUNT)
        .with(Said::F_PERSON_NAME)
        .with(Said::F_PERSON_WORD)
        .with(Said::F_NEUTRAL)
        .with(Said::F_OTHER);
    let said = words.exact(word);
    if said.any(FIELD) { said } else { Said::default() }
}

/// The parts of a key: split at signs, at digits, and before a capital that follows a small letter
/// or begins a word after an abbreviation (`CallerIDName`: Caller, ID, Name).
struct Parts<'a>(&'a [u8]);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let letter = |b: u8| b.is_ascii_alphabetic() || b >= 0x80;
        let start = self.0.iter().position(|&b| letter(b))?;
        let key = &self.0[start..];
        let mut end = 1;
        while end < key.len() && letter(key[end]) {
            let after_small = !key[end - 1].is_ascii_uppercase();
            let before_small = key.get(end + 1).is_some_and(u8::is_ascii_lowercase);
            if key[end].is_ascii_uppercase() && (after_small || before_small) {
                break;
            }
            end += 1;
        }
        self.0 = &key[end..];
        Some(&key[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use proptest::prelude::*;

    #[test]
    fn keys_are_classified() {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        for (key, class) in [
            ("callerName", Class::Name),
            ("CallerIDName", Class::Name),
            ("CALLERID(name)", Class::Name),
            ("agi_calleridname", Class::Name),
            ("kunde_nachname", Class::Part),
            ("kundenname", Class::Name),
            ("first-name", Class::Part),
            ("NAME_LAST", Class::Part),
            ("name.given", Class::Name),
            ("effective_caller_id_name", Class::Name),
            ("name", Class::AnyName),
            ("hostname", Class::Other),
            ("fileName", Class::Other),
            ("queue_name", Class::Other),
            ("threadName", Class::Other),
            ("userName", Class::AnyName),
            ("toUser", Class::Caller),
            ("phone", Class::Phone),
            ("callerNumber", Class::Phone),
            ("caller_id", Class::Phone),
            ("agi_callerid", Class::Phone),
            ("telephoneNumber", Class::Phone),
            ("rueckrufnummer", Class::Phone),
            ("number", Class::Number),
            ("order_number", Class::Other),
            ("orderNumber", Class::Other),
            ("agentId", Class::Other),
            ("phone_id", Class::Other),
            ("company_phone", Class::Phone),
            ("build_cli", Class::Other),
            ("variable_effective_caller_id_number", Class::Phone),
            ("caller", Class::Caller),
            ("lastCaller", Class::Caller),
            ("To", Class::Party),
            ("message_id", Class::Other),
            ("callid", Class::Other),
            ("foobar", Class::Unknown),
            ("", Class::Unknown),
        ] {
            assert_eq!(classify(&rules.words, key.as_bytes()), class, "{key}");
        }
    }

    proptest! {
        #[test]
        fn a_cache_changes_no_answer(keys in prop::collection::vec("[a-c]{0,3}(name|num|to|value)?[a-c]{0,40}", 1..60)) {
            let words = RuleSet::builtin().expect("the embedded rules are valid").words;
            let mut cache = KeyCache::default();
            for key in keys.iter().chain(&keys) {
                let key = key.as_bytes();
                let (class, traits) = cache.meaning(&words, key);
                prop_assert_eq!(class, classify(&words, key));
                prop_assert!(traits == Traits::of(key));
            }
        }
    }

    #[test]
    fn humps_part_a_key() {
        let parts: Vec<_> =
            Parts(b"CallerIDName_x2y").map(|p| String::from_utf8_lossy(p).into_owned()).collect();
        assert_eq!(parts, ["Caller", "ID", "Name", "x", "y"]);
    }
}
