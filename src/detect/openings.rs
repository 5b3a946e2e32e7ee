//! The first two letters of words: most other words are told from these by a look at two bytes.
//!
//! In: the words, then a place in a text. Out: whether one of the words may stand there, whatever its
//! case; no is certain.

/// What some words begin with.
#[derive(Debug)]
pub(super) struct Openings {
    /// For each kind of first letter, a bit for each kind of second one.
    seconds: [u32; KINDS],
}

impl Openings {
    /// Those of no word.
    pub(super) const NONE: Self = Self { seconds: [0; KINDS] };

    /// Those of `words`, written as they are here.
    pub(super) fn of<'w>(words: impl Iterator<Item = &'w [u8]>) -> Self {
        let mut openings = Self::NONE;
        for word in words.filter(|word| !word.is_empty()) {
            let seconds = if word.len() > 1 { 1 << kind(word, 1) } else { 1 | 1 << SIGN };
            openings.seconds[kind(word, 0)] |= seconds;
        }
        openings
    }

    /// Adds a word that begins with these two letters; either may be spelled otherwise, and the second one
    /// is any if it is not plain.
    #[inline]
    pub(super) fn add_spelled(&mut self, letters: [u8; 2]) {
        let plain = letters[1].is_ascii_alphabetic();
        let seconds = if plain { 1 << kind(&letters, 1) | 1 << SIGN | 1 << HIGH } else { u32::MAX };
        self.seconds[kind(&letters, 0)] |= seconds;
    }

    /// Whether one of the words may stand at `at`.
    #[inline]
    pub(super) fn may_open(&self, text: &[u8], at: usize) -> bool {
        self.seconds[kind(text, at)] >> kind(text, at + 1) & 1 != 0
    }
}

/// What kind of letter stands at `at`, whatever its case.
#[inline]
fn kind(text: &[u8], at: usize) -> usize {
    text.get(at).map_or(0, |&byte| usize::from(KIND[usize::from(byte)]))
}

/// How many kinds there are: each plain letter is one, and 0 is what no letter begins with.
const KINDS: usize = 29;
/// Letters that are not ASCII.
const HIGH: u8 = 27;
/// Signs that a letter may be spelled with, or that join two letters.
const SIGN: u8 = 28;

static KIND: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            letter @ (b'A'..=b'Z' | b'a'..=b'z') => letter & 31,
            0x80.. => HIGH,
            b'%'..=b'.' | b'\\' | b'`' => SIGN,
            _ => 0,
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_two_letters() {
        let openings = Openings::of([&b"herr"[..], b"m", "\u{f6}l".as_bytes()].into_iter());
        for text in ["Herr", "heute", "HE", "M.", "m", "M 7", "\u{d6}l"] {
            assert!(openings.may_open(text.as_bytes(), 0), "{text}");
        }
        for text in ["Hans", "h", "Me", "M\u{fc}", "", "7", "x"] {
            assert!(!openings.may_open(text.as_bytes(), 0), "{text}");
        }
        assert!(openings.may_open(b"x herr", 2));
    }

    #[test]
    fn letters_may_be_spelled_otherwise() {
        let mut openings = Openings::NONE;
        openings.add_spelled([b'E', b'r']);
        openings.add_spelled(*"\u{d6}m".as_bytes().first_chunk().expect("two bytes"));
        for text in ["er", "ER", "e\\u0072", "e%72", "e\u{301}r", "\u{f6}m"] {
            assert!(openings.may_open(text.as_bytes(), 0), "{text}");
        }
        for text in ["e", "e ", "e7", "ea", "ra"] {
            assert!(!openings.may_open(text.as_bytes(), 0), "{text}");
        }
    }
}
