//! Lines with control sequences, as a terminal shows them.
//!
//! In: a block and its class masks. Out: its lines that have sequences, without these, one after the other as a
//! block of their own, and the way back from its offsets. A sequence is glued to what it colours (`[36mErika`),
//! so such lines are searched here and not where they stand; what is found is replaced where it stands, and the
//! sequences around it stay.
//!
//! Cost: a search for three bytes, and a look at each backslash; the lines themselves are searched like others.

use memchr::{memchr, memchr3, memchr3_iter, memrchr};

use crate::colour;
use crate::scan::Lane;
use crate::span::Span;

use super::feeds::Feeds;
use super::line::is_word_byte;
use super::pieces::Pieces;

/// The lines of a block that have control sequences; reused from block to block.
#[derive(Debug, Default)]
pub struct Coloured {
    /// Where they are, their ends included, in ascending order.
    pub lines: Vec<Span>,
    /// The lines without the sequences.
    pub shown: Pieces,
}

impl Coloured {
    /// Takes the lines of `block`, whose class masks are `lanes`, that have sequences.
    pub fn take(&mut self, block: &[u8], lanes: &[Lane]) {
        self.shown.clear();
        lines(block, lanes, &mut self.lines);
        for index in 0..self.lines.len() {
            self.strip(block, self.lines[index]);
        }
    }

    /// Whether `at` is in one of the lines.
    pub(super) fn hold(&self, at: usize) -> bool {
        let after = self.lines.partition_point(|line| line.end <= at);
        self.lines.get(after).is_some_and(|line| line.start <= at)
    }

    /// Adds a line without its sequences, a blank in the place of those that part two words.
    fn strip(&mut self, block: &[u8], line: Span) {
        let text = &block[..line.end];
        let [escape, number, caret] = colour::OPENINGS;
        // The end stands for none, so that nothing is looked for twice.
        let or_end = |from: usize, found: Option<usize>| found.map_or(text.len(), |at| from + at);
        let plain = |from| or_end(from, memchr3(escape, number, caret, &text[from..]));
        let spelled = |from| or_end(from, memchr(b'\\', &text[from..]));
        let mut start = line.start;
        let (mut next, mut slash) = (plain(start), spelled(start));
        while next.min(slash) < text.len() {
            let at = next.min(slash);
            let mut end = at + 1;
            if let Some(length) = colour::length(text, at) {
                self.shown.copy(text, Span::new(start, at));
                end = at + length;
                start = end;
                if parts(self.shown.text(), &text[end..]) {
                    self.shown.put(b" ", at);
                }
            }
            next = if next < end { plain(end) } else { next };
            slash = if slash < end { spelled(end) } else { slash };
        }
        self.shown.copy(text, Span::new(start, line.end));
    }
}

/// Replaces what `lines` holds by the lines of `block` that have control sequences, their ends included, in
/// ascending order; `lanes` are its class masks.
fn lines(block: &[u8], lanes: &[Lane], lines: &mut Vec<Span>) {
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
fn parts(before: &[u8], after: &[u8]) -> bool {
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

    #[test]
    fn lines_lose_their_sequences_and_know_the_way_back() {
        let block = b"plain\n\x1b[1mErika\x1b[0m \\x1b[3mBei\\spiel\x1b[0m7\r\n\n^[[0mend";
        let (mut lanes, mut coloured) = (Vec::new(), Coloured::default());
        Kernel::auto().classify(block, &mut lanes);
        coloured.take(block, &lanes);
        assert_eq!(coloured.shown.text(), b"Erika Bei\\spiel 7\r\nend");
        for (at, &byte) in coloured.shown.text().iter().enumerate() {
            let Span { start, end } = coloured.shown.source(Span::new(at, at + 1));
            let blank = block[start] == 0x1b && byte == b' ';
            assert!(end == start + 1 && (block[start] == byte || blank), "{at}");
        }
        let whole = coloured.shown.source(Span::new(0, 15));
        assert_eq!(&block[whole.start..whole.end], &block[10..36]);
        coloured.take(b"plain\n", &lanes[..1]);
        assert!(coloured.shown.text().is_empty() && coloured.lines.is_empty());
    }
}
