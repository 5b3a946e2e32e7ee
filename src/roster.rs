//! The operator's own list of people: names that are found wherever they stand.
//!
//! In: one name a line, in any spelling. Out: the places of a text where the words of an entry stand
//! side by side, in any order, case and transliteration (`Müller, Zoë` finds `zoe mueller`): see
//! [`crate::spelling`]. What is kept: 8 bytes an entry, and a set of bits for their words, two to four bytes an
//! entry; 10 to 12 MB for a million. Two entries, or an entry and other words, are taken for one another
//! with odds of one in 2^64 for each pair. Cost: one hash for each word of the text, and a search
//! where the word belongs to some entry.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::carrier;
use crate::span::Span;
use crate::spelling::{self, MOST_WORDS, word};

/// Most entries of a list.
pub const MOST_ENTRIES: usize = 4 << 20;
/// Longest line of the file in bytes.
const LONGEST_LINE: u64 = 4096;

/// Why a list was refused.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// It cannot be read.
    #[error("reading the list of names failed")]
    Read(#[source] io::Error),
    /// A line is no text.
    #[error("list of names, line {0}: not UTF-8, or longer than {LONGEST_LINE} bytes")]
    Text(usize),
    /// An entry has no word or too many.
    #[error("list of names, line {0}: expected 1 to {MOST_WORDS} words of letters")]
    Words(usize),
    /// There are too many.
    #[error("list of names: more than {MOST_ENTRIES} entries; split it")]
    TooMany,
}

/// The list; see the module.
#[derive(Debug)]
pub struct Roster {
    /// Hashes of the entries, ascending.
    keys: Box<[u64]>,
    /// One bit for each hash of a word, modulo their number, a power of two.
    words: Box<[u64]>,
}

impl Roster {
    /// Reads the file at `path`: a name a line; empty lines and those that begin with `#` are
    /// passed over.
    ///
    /// # Errors
    /// When it cannot be read or a line is no name; the error names the line, never its text.
    pub fn open(path: &Path) -> Result<Self, RosterError> {
        Self::read(BufReader::new(File::open(path).map_err(RosterError::Read)?))
    }

    /// The same from any reader.
    ///
    /// # Errors
    /// As for [`Roster::open`].
    pub fn read(mut input: impl BufRead) -> Result<Self, RosterError> {
        let (mut keys, mut words) = (Vec::new(), Vec::new());
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let limited = &mut io::Read::take(&mut input, LONGEST_LINE + 1);
            let length = limited.read_until(b'\n', &mut line).map_err(RosterError::Read)?;
            if length == 0 {
                break;
            }
            let text = str::from_utf8(&line).ok().filter(|_| length as u64 <= LONGEST_LINE);
            let text = text.ok_or(RosterError::Text(number))?.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let entry = entry(text).ok_or(RosterError::Words(number))?;
            keys.push(entry.iter().fold(0, |sum: u64, &word| sum.wrapping_add(word)));
            words.extend(entry);
            if keys.len() > MOST_ENTRIES {
                return Err(RosterError::TooMany);
            }
        }
        Ok(Self::new(keys, &words))
    }

    fn new(mut keys: Vec<u64>, words: &[u64]) -> Self {
        keys.sort_unstable();
        keys.dedup();
        // Sixteen bits a word, or less where words repeat: one in sixteen others gets through.
        let mut bits = vec![0u64; (16 * keys.len().max(64)).next_power_of_two() / 64];
        for &word in words {
            let bit = word as usize % (bits.len() * 64);
            bits[bit / 64] |= 1 << (bit % 64);
        }
        Self { keys: keys.into(), words: bits.into() }
    }

    /// Bytes of memory that the list takes.
    pub fn bytes(&self) -> usize {
        8 * (self.keys.len() + self.words.len())
    }

    /// Calls `each` with the place of each entry in `text`, the longest where several begin, in
    /// ascending order and disjoint.
    pub fn find(&self, text: &[u8], each: impl FnMut(Span)) {
        let holds = |sum| self.keys.binary_search(&sum).is_ok();
        spelling::find(text, 0, |hash| self.knows(hash), holds, each);
    }

    /// Whether some entry may hold the word.
    #[inline]
    fn knows(&self, hash: u64) -> bool {
        let bit = hash as usize % (self.words.len() * 64);
        self.words[bit / 64] >> (bit % 64) & 1 != 0
    }
}

/// The hashes of the words of an entry.
fn entry(text: &str) -> Option<Vec<u64>> {
    let bytes = text.as_bytes();
    let (mut at, mut words) = (0, Vec::new());
    while at < bytes.len() {
        match word(bytes, at) {
            Some(word) => {
                words.push(word.hash);
                at = word.end;
            }
            None => at += carrier::unit(bytes, at).map_or(1, |unit| unit.len),
        }
    }
    (1..=MOST_WORDS).contains(&words.len()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(list: &str, text: &'t str) -> Vec<&'t str> {
        let roster = Roster::read(list.as_bytes()).expect("a valid list");
        let mut found = Vec::new();
        roster.find(text.as_bytes(), |span| found.push(&text[span.start..span.end]));
        found
    }

    #[test]
    fn any_spelling_finds_any_other() {
        let list = "# staff\nZoë Müller-Beispiel\n\nO'Neill, Max\nErika\n";
        for text in [
            "zoe mueller-beispiel",
            "MÜLLER BEISPIEL, ZOË",
            "M\\u00fcller Beispiel Zo%C3%AB",
            "Max ONeill",
        ] {
            assert_eq!(found(list, &format!("x {text} y")), [text]);
        }
        assert_eq!(found(list, "(erika)=Erika,max"), ["erika", "Erika"]);
        assert_eq!(found(list, "Zoë Müller; Erikas x_erika erika7 Maxim O'Neill"), [""; 0]);
    }

    #[test]
    fn what_is_no_list_is_refused_by_line() {
        let error = |list: &[u8]| Roster::read(list).map(|_| ()).map_err(|e| e.to_string());
        assert!(error(b"Erika\n123\n").is_err_and(|e| e.contains("line 2")));
        assert!(error(b"Erika\n\xff\n").is_err_and(|e| e.contains("line 2")));
        assert!(error(&[b'a'; 5000]).is_err_and(|e| e.contains("line 1")));
        assert!(error(b"").is_ok());
    }

    #[test]
    fn a_million_entries_take_twelve_megabytes() {
        let list: String = (0..1 << 20).map(|i: u32| format!("Erika {}\n", letters(i))).collect();
        let roster = Roster::read(list.as_bytes()).expect("a valid list");
        assert_eq!(roster.keys.len(), 1 << 20);
        assert!(roster.bytes() <= 12 << 20, "{}", roster.bytes());
    }

    fn letters(number: u32) -> String {
        (0..8).map(|i| char::from(b'a' + (number >> (4 * i) & 15) as u8)).collect()
    }
}
