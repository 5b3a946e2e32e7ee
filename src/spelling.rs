//! Names in any spelling: words as hashes of their search form.
//!
//! In: text. Out: the places of names that somebody holds, whatever their case, transliteration and
//! order (`Müller, Zoë` is `zoe mueller`). A word is its search form (DIN 91379) hashed, a name the sum
//! of its words, so that their order does not matter. Two names are taken for one another with odds of
//! one in 2^64 for each pair. Cost: one hash for each word of the text, and a search where the word
//! belongs to some name.

use crate::carrier;
use crate::fold;
use crate::span::Span;

/// Most words of a name.
pub const MOST_WORDS: usize = 8;

/// Calls `each` with the places of `text`, from `from` on, where words side by side are a name that is held: the
/// longest where several begin, in ascending order and disjoint. `knows` says of a word whether it may
/// be part of a name, `holds` of a sum of words whether it is one.
pub fn find(
    text: &[u8],
    from: usize,
    knows: impl Fn(u64) -> bool,
    holds: impl Fn(u64) -> bool,
    mut each: impl FnMut(Span),
) {
    let mut at = from;
    while at < text.len() {
        if !is_word(text[at]) {
            at += 1;
            continue;
        }
        let Some(first) = word(text, at) else {
            at += 1;
            continue;
        };
        let glued = at > 0 && (is_word(text[at - 1]) || text[at - 1].is_ascii_digit());
        let known = !glued && knows(first.hash);
        match known.then(|| longest(text, first, &knows, &holds)).flatten() {
            Some(end) => {
                each(Span::new(at, end));
                at = end;
            }
            None => at = first.end,
        }
    }
}

/// Where the longest name ends that begins with `first`.
fn longest(
    text: &[u8],
    first: Word,
    knows: impl Fn(u64) -> bool,
    holds: impl Fn(u64) -> bool,
) -> Option<usize> {
    let (mut sum, mut end, mut best) = (first.hash, first.end, None);
    for _ in 0..MOST_WORDS {
        let ends = !text.get(end).is_some_and(|&b| is_word(b) || b.is_ascii_digit());
        if ends && holds(sum) {
            best = Some(end);
        }
        let next = gap(text, end).and_then(|start| word(text, start));
        let Some(next) = next.filter(|next| knows(next.hash)) else { break };
        sum = sum.wrapping_add(next.hash);
        end = next.end;
    }
    best
}

/// A word: letters with apostrophes and invisible characters inside.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Of its search form.
    pub hash: u64,
    /// Where it ends.
    pub end: usize,
}

/// The word at `at`; nothing if no letter stands there.
pub fn word(text: &[u8], at: usize) -> Option<Word> {
    let mut hash = Hash::default();
    let letters = text[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
    text[at..at + letters].iter().for_each(|b| hash.add(b.to_ascii_uppercase()));
    let mut end = at + letters;
    let next = text.get(end).copied().unwrap_or(b'\n');
    if !carrier::is_plain(next) || next == b'\'' {
        end = spelled(text, end, &mut hash);
    }
    (end > at).then(|| Word { hash: hash.finish(), end })
}

/// Goes on behind plain letters: where the last letter ends.
#[cold]
fn spelled(text: &[u8], from: usize, hash: &mut Hash) -> usize {
    let mut form = String::new();
    let (mut at, mut end) = (from, from);
    while let Some(unit) = carrier::unit(text, at) {
        form.clear();
        let letter =
            fold::search_form(unit.ch, &mut form) && !form.is_empty() || unit.ch.is_alphabetic();
        if letter {
            let form = if form.is_empty() { unit.ch.to_string() } else { form.clone() };
            form.bytes().for_each(|b| hash.add(b.to_ascii_uppercase()));
            end = at + unit.len;
        } else if !fold::is_ignorable(unit.ch) && !matches!(unit.ch, '\'' | '\u{2019}') {
            break;
        }
        at += unit.len;
    }
    end
}

/// Where the next word of the same name may begin: after a space, a hyphen, a comma or a full stop.
pub fn gap(text: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    for _ in 0..2 {
        let Some(unit) = carrier::unit(text, at) else { break };
        let joins = carrier::is_space(unit.ch)
            || carrier::is_dash(unit.ch)
            || matches!(unit.ch, ',' | '.' | '+');
        if !joins {
            break;
        }
        at += unit.len;
    }
    (at > end).then_some(at)
}

#[inline]
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || byte == b'_'
}

/// FNV-1a over the letters, mixed at the end.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    #[inline]
    fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    #[inline]
    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^ mixed >> 29
    }
}
