//! Which capitalised words are worth a look: most are words or parts of something.
//!
//! In: the place of a capital. Out: whether its run is to be read, by the byte behind the word and what the
//! lexicon knows of it. Few are.

use crate::lexicon::Bits;
use crate::rules::words::LONGEST;

use super::features;
use super::line::{Line, is_word_byte};
use super::reach;
use super::vocabulary::Vocabulary;

/// Whether the word at `at` makes its run worth a look: most capitals of a log are words or parts of
/// something, and a look at the lexicon is far cheaper than reading the run.
#[inline]
pub(super) fn is_worth(line: &Line, at: usize, words: Vocabulary) -> bool {
    let word = reach::letters_at(line.text, at, LONGEST);
    let end = at + word.count;
    let (follower, next) = (FOLLOWERS[usize::from(line.at(end))], line.at(end + 1));
    // One branch for all that says no; nobody could foretell which it is.
    let joined = follower.is(Follower::JOINS) & (word.count > 1) & is_joined(next);
    if follower.is(Follower::BARS) | joined {
        return false;
    }
    if follower.is(Follower::SPELLS) {
        return true;
    }
    let bits = words.known(line.text, at, &word).bits;
    if follower.is(Follower::DASH) {
        return opens_double(line, at, end, bits);
    }
    // `Mar 14`, `Jan  3`: a date.
    let date =
        follower.is(Follower::SPACE) & (word.count == 3) && matches!(next, b' ' | b'0'..=b'9');
    features::is_worth(bits, &line.text[at..end]) && !(date && bits.is_month())
}

/// Whether the word from `at` to `end` may be the first part of a double name: it is a name itself, or nobody knows it
/// and a capital follows.
fn opens_double(line: &Line, at: usize, end: usize, bits: Bits) -> bool {
    let next = line.at(end + 1);
    let unknown = || features::is_worth(bits, &line.text[at..end]);
    (next.is_ascii_alphabetic() && bits.is_name())
        || ((next.is_ascii_uppercase() || next >= 0x80) && unknown())
}

/// `Detail:4`, `Server/2.4`, `Manager.java`: whether a sign joins a word to this byte behind it.
#[inline]
fn is_joined(next: u8) -> bool {
    is_word_byte(next) || matches!(next, b'/' | b'+')
}

/// What the byte after a word says of it; nothing if no bit is set.
#[derive(Clone, Copy)]
struct Follower(u8);

impl Follower {
    /// It is a part of something else.
    const BARS: u8 = 1;
    /// The word may go on.
    const SPELLS: u8 = 2;
    /// It is a part of something else if a word follows.
    const JOINS: u8 = 4;
    const DASH: u8 = 8;
    const SPACE: u8 = 16;

    #[inline]
    fn is(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

static FOLLOWERS: [Follower; 256] = {
    let mut table = [Follower(0); 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = Follower(match byte as u8 {
            b'_' | b'@' | b'(' | b'=' | b'[' | b'{' | b'$' | b'0'..=b'9' => Follower::BARS,
            b'\'' | b'\\' | b'%' | b'&' | 0x80.. => Follower::SPELLS,
            b':' | b'/' | b'.' => Follower::JOINS,
            b'-' => Follower::DASH,
            b' ' => Follower::SPACE,
            _ => 0,
        });
        byte += 1;
    }
    table
};
