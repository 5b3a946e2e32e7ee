//! Layout of `rules/lexicon.bin`, shared with the generator `rules/gen/lexicon.rs`.
//!
//! A header of one line (magic, seed as little-endian `u64`, zeros), then lines of 64 bytes, a
//! cache line each, of 16 entries. An entry is a little-endian `u32`: 20 bits of fingerprint
//! above the 12 bits of [`Bits`]; 0 is a free place. The hash of a word names its home line
//! and its fingerprint; what does not fit at home stands on the first line after it that has
//! room. Lines fill from the front, so a line with a free last place has sent nothing on, and
//! a miss is then known after one line. The last line is no home and never full.
//!
//! Words themselves are not stored. The generator looks for a seed under which no word of the
//! lists is taken for another; a foreign word is taken for one of its line's with the odds
//! `entries / 2^20`, about one in 10^5.

use super::Bits;

/// Bytes of a line: what one memory access brings.
pub const LINE: usize = 64;
/// Bytes of an entry.
pub const ENTRY: usize = 4;
/// First bytes of the file; the last one is the version of the format.
pub const MAGIC: [u8; 8] = *b"LNLEX\0\0\x01";
/// Longest word in bytes of its search form; longer ones are in no list.
pub const MAX_WORD: usize = 32;

/// Odd constants of random bits that spread the bytes of a word (the fraction of pi).
const MIX: [u64; 3] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1];

/// Where a word belongs: its home line and its fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    home: usize,
    tag: u32,
}

impl Place {
    /// The place of a word in a table of `homes` home lines; `None` unless it is made of 1 to
    /// [`MAX_WORD`] ASCII letters. Case does not matter.
    #[inline]
    pub fn of(word: &[u8], seed: u64, homes: usize) -> Option<Self> {
        let hash = hash(word, seed)?;
        // The upper half scaled to the number of lines: no division (Lemire 2016).
        let home = ((hash >> 32) * homes as u64) >> 32;
        Some(Self { home: home as usize, tag: hash as u32 >> Bits::WIDTH })
    }

    /// Index of the home line, the header not counted.
    pub fn home(self) -> usize {
        self.home
    }

    /// The entry of a word with this place and these bits.
    pub fn entry(self, bits: Bits) -> u32 {
        self.tag << Bits::WIDTH | u32::from(bits.raw())
    }
}

/// The evidence that `lines` hold for a word with this place.
#[inline]
pub fn walk(lines: &[[u8; LINE]], place: Place) -> Bits {
    for line in lines.iter().skip(place.home) {
        let entry = find(line, place.tag);
        if entry != 0 || line.ends_with(&[0; ENTRY]) {
            return Bits::from_raw(entry);
        }
    }
    Bits::EMPTY
}

/// The entry with fingerprint `tag` on `line`, or 0.
///
/// Looks at all entries without a branch, which compiles to a few vector instructions.
#[inline]
fn find(line: &[u8; LINE], tag: u32) -> u32 {
    let entries = line.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    entries.fold(0, |found, entry| found | if entry >> Bits::WIDTH == tag { entry } else { 0 })
}

/// Hash of the upper-case form of a word; `None` unless it is made of 1 to [`MAX_WORD`] letters.
///
/// Reads the word in two or (from 17 bytes) four pieces of eight bytes and folds their
/// products, as wyhash does.
#[inline]
fn hash(word: &[u8], seed: u64) -> Option<u64> {
    let len = word.len();
    // Spread over all bits: added to the letters alone, a length would look like a letter.
    let seed = seed ^ MIX[1].wrapping_mul(len as u64);
    let (low, high) = match len {
        4..=16 => upper(ends(word))?,
        1..4 => upper((short(word), FILL))?,
        17..=MAX_WORD => {
            let (low, high) = upper(ends(&word[..16]))?;
            let (next, last) = upper(ends(&word[len - 16..]))?;
            (fold(low ^ MIX[1], high ^ seed) ^ next, last)
        }
        _ => return None,
    };
    Some(fold(fold(low ^ MIX[0], high ^ seed), MIX[2]))
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// Sixteen bytes in upper case, or `None` if one of them is no ASCII letter.
#[inline]
fn upper((low, high): (u64, u64)) -> Option<(u64, u64)> {
    const CASE: u64 = u64::from_ne_bytes([0x20; 8]);
    let (low, high) = (low & !CASE, high & !CASE);
    (others(low) | others(high) == 0).then_some((low, high))
}

/// The high bits of those bytes of `upper` that are not in `A-Z`.
#[inline]
fn others(upper: u64) -> u64 {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    const TO_A: u64 = u64::from_ne_bytes([0x80 - b'A'; 8]);
    const PAST_Z: u64 = u64::from_ne_bytes([0x7f - b'Z'; 8]);
    // Adding carries into the high bit of each byte that is at least A, or beyond Z.
    let low = upper & !HIGH;
    (!(low + TO_A) | (low + PAST_Z) | upper) & HIGH
}

/// All bytes of a word of 4 to 16 in two pieces, some of them twice; the same four reads for
/// every length, for lengths are hard to predict.
#[inline]
fn ends(word: &[u8]) -> (u64, u64) {
    let (middle, last) = ((word.len() >> 3) << 2, word.len() - 4);
    (four(word, 0) | four(word, middle) << 32, four(word, last) | four(word, last - middle) << 32)
}

/// Four bytes from `at`; the callers' lengths keep them inside the word.
#[inline]
fn four(word: &[u8], at: usize) -> u64 {
    word[at..].first_chunk().map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)))
}

/// Stands for the letters that a short word lacks; the length in the hash tells it from them.
const FILL: u64 = u64::from_ne_bytes([b'A'; 8]);

/// One to three bytes, filled up.
#[inline]
fn short(word: &[u8]) -> u64 {
    word.iter().fold(FILL, |sum, &byte| sum << 8 | u64::from(byte))
}
