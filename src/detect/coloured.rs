//! Lines with control sequences: where they are, and what a sequence parts.
//!
//! In: a block and its class masks. Out: the lines that are to be read as a terminal shows them. Cost: a search for
//! three bytes, and a look at each backslash.

use memchr::{memchr3_iter, memrchr};

use crate::colour;
use crate::scan::Lane;
use crate::span::Span;

use super::feeds::Feeds;
use super::line::is_word_byte;

/// Replaces what `lines` holds by the lines of `block` that have control sequences, their ends included, in
/// ascending order; `lanes` are its class masks.
pub fn lines(block: &[u8], lanes: &[Lane], lines: &mut Vec<Span>) {
    lines.clear();
    let [escape, number, caret] = colour::OPENINGS;
    note(block, lanes, memchr3_iter(escape, number, caret, block), lines);
    let known = lines.len();
    let escapes = lanes.iter().enumerate().filter(|(_, lane)| lane.escape != 0);
    let places =
        escapes.flat_map(|(index, lane)| Bits(lane.escape).map(move |bit| index * 64 + bit));
    let spells = |at: &usize| {
        matches!(block.get(*at..), Some([b'\\', b'u' | b'U' | b'x' | b'0' | b'e' | b'\\', ..]))
    };
    note(block, lanes, places.filter(spells), lines);
    if known > 0 && lines.len() > known {
        lines.sort_unstable();
        lines.dedup();
    }
}

/// Adds the lines in which a sequence begins at one of `places`, which are in ascending order.
fn note(block: &[u8], lanes: &[Lane], places: impl Iterator<Item = usize>, lines: &mut Vec<Span>) {
    let mut done = 0;
    for at in places {
        if at < done || colour::length(block, at).is_none() {
            continue;
        }
        let start = memrchr(b'\n', &block[done..at]).map_or(done, |feed| done + feed + 1);
        let feed = Feeds::of(lanes).next(at).filter(|&feed| feed < block.len());
        done = feed.map_or(block.len(), |feed| feed + 1);
        lines.push(Span::new(start, done));
    }
}

/// Whether a sequence between `before` and `after` stands for a blank: a change of colour parts two words that
/// nothing else parts.
pub fn parts(before: &[u8], after: &[u8]) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|&byte| is_word_byte(byte));
    is_word(before.last()) && is_word(after.first())
}

/// The places of the bits of a mask, in ascending order.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let bit = self.0.trailing_zeros() as usize;
        self.0 &= self.0.checked_sub(1)?;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;

    #[test]
    fn lines_with_sequences_are_found_once_and_in_order() {
        let text = "plain #7 ^x\n\\u001b[1mjson\\u001B[0m \x1b[0m\nC:\\temp\n\x1b[32mraw\x1b[0m\r\n\n#033[1mend";
        let mut lanes = Vec::new();
        Kernel::auto().classify(text.as_bytes(), &mut lanes);
        let mut found = vec![Span::new(1, 2)];
        lines(text.as_bytes(), &lanes, &mut found);
        let found: Vec<_> = found.iter().map(|span| &text[span.start..span.end]).collect();
        let all: Vec<_> = text.split_inclusive('\n').collect();
        assert_eq!(found, [all[1], all[3], all[5]]);
    }

    #[test]
    fn a_sequence_parts_words_and_nothing_else() {
        assert!(parts(b"7", b"a") && parts(b"a", "\u{e9}".as_bytes()));
        for (before, after) in [("", "a"), ("a", ""), ("a", "="), ("\"", "a"), ("a", "_b")] {
            assert!(!parts(before.as_bytes(), after.as_bytes()), "{before} {after}");
        }
    }
}
