//! The word lexicon: a word goes in, evidence for and against a person's name comes out.
//!
//! The lists under `rules/words` (given and family names, common words, places, months,
//! products, words of functions and rooms) are compiled by `cargo run --example lexicon` into
//! one hash table that is embedded in the binary and used where it lies: nothing is built at
//! start-up, nothing is allocated. The keys are search forms ([`fold`]), so
//! `Müller`, `MUELLER` and `mueller` are one word.
//!
//! This is a source of features, never a detector: what a word counts in its place is the
//! business of the name model. A foreign word is taken for a listed one about once in 10^5
//! (see [`table`]).
//!
//! Cost: a hash and, nearly always, one cache line a word, independent of the size of the lists.

mod bits;
pub mod table;
#[cfg(test)]
mod tests;

pub use bits::Bits;

use crate::fold;
use std::cell::Cell;
use table::{LINE, MAX_WORD, Place};

#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

/// Aligned so that a line of the table is a line of the cache.
static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../../rules/lexicon.bin"));
/// Home lines and one more for the overflow of the last.
static LINES: &[[u8; LINE]] = FILE.0.split_at(LINE).1.as_chunks().0;
const HOMES: usize = LINES.len() - 1;
const SEED: u64 = match FILE.0.split_at(table::MAGIC.len()).1.first_chunk() {
    Some(bytes) => u64::from_le_bytes(*bytes),
    None => 0,
};

/// What is known of a word in search form, as [`fold::search_form`] gives it: `A-Z`.
///
/// Lower case will do too. Anything else (other letters, nothing, more than 32 bytes) is
/// unknown: [`Bits::EMPTY`].
#[inline]
pub fn lookup(folded: &[u8]) -> Bits {
    letters(folded).unwrap_or_default()
}

/// What is known of a word as it stands in a text: UTF-8, any case, any spelling of its letters.
///
/// Apostrophes and invisible characters are passed over (`O'Brien` is `OBRIEN`); a word with
/// any other character that is no letter, with invalid UTF-8 or with more than 32 letters is
/// unknown. Hyphenated names are for the caller to split.
#[inline]
pub fn word(raw: &[u8]) -> Bits {
    letters(raw).unwrap_or_else(|| other(raw))
}

/// The same for a word of 1 to 32 ASCII letters; nothing if it is none.
#[inline]
pub fn letters(raw: &[u8]) -> Option<Bits> {
    Place::of(raw, SEED, HOMES).map(|place| table::walk(LINES, place))
}

thread_local! {
    /// Holds the search form of a word that is not plain ASCII; grows once.
    static FORM: Cell<String> = const { Cell::new(String::new()) };
}

#[cold]
fn other(raw: &[u8]) -> Bits {
    latin(raw).unwrap_or_else(|| by_form(raw))
}

/// The same for a word whose letters all have a search form of their own; nothing if one has not.
fn latin(raw: &[u8]) -> Option<Bits> {
    let (mut form, mut len, mut rest) = ([0; MAX_WORD], 0, raw);
    if raw.len() > 4 * MAX_WORD {
        return None;
    }
    while let [first, next @ ..] = rest {
        let [letter, second] = match (*first, next) {
            (b'\'', _) => [0; 2],
            (0xC3..=0xC5, [tail @ 0x80..=0xBF, ..]) => {
                rest = next;
                let code = u32::from(first & 0x1F) << 6 | u32::from(tail & 0x3F);
                fold::direct(char::from_u32(code)?)?
            }
            (0x80.., _) => return None,
            (letter, _) if letter.is_ascii_alphabetic() => [letter, 0],
            _ => return Some(Bits::EMPTY),
        };
        for letter in [letter, second].into_iter().filter(|&letter| letter != 0) {
            *form.get_mut(len)? = letter;
            len += 1;
        }
        rest = &rest[1..];
    }
    Some(lookup(&form[..len]))
}

fn by_form(raw: &[u8]) -> Bits {
    // No letter takes more than four bytes to write; longer words need not be looked at.
    let text = match str::from_utf8(raw) {
        Ok(text) if raw.len() <= 4 * MAX_WORD => text,
        _ => return Bits::EMPTY,
    };
    let mut form = FORM.take();
    form.clear();
    let known = text.chars().all(|c| {
        fold::search_form(c, &mut form) || matches!(c, '\'' | '’') || fold::is_ignorable(c)
    });
    let bits = if known { lookup(form.as_bytes()) } else { Bits::EMPTY };
    FORM.set(form);
    bits
}
