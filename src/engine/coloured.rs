//! Lines with control sequences, as a terminal shows them.
//!
//! In: a block and its class masks. Out: its lines that have sequences, without these, one after the other as a
//! block of their own, and the way back from its offsets. A sequence is glued to what it colours (`[36mErika`),
//! so such lines are searched here and not where they stand; what is found is replaced where it stands, and the
//! sequences around it stay.
//!
//! Cost: a search for three bytes, and a look at each backslash; the lines themselves are searched like others.

use memchr::{memchr, memchr3};

use crate::colour;
use crate::detect::{Pieces, coloured};
use crate::scan::Marks;
use crate::span::Span;

/// The lines of a block that have control sequences.
#[derive(Debug, Default)]
pub(super) struct Coloured {
    /// Where they are.
    pub(super) lines: Vec<Span>,
    /// The lines without the sequences.
    pub(super) shown: Pieces,
}

impl Coloured {
    /// Takes the lines of `block` that have sequences, and wants no candidates in them.
    pub(super) fn take(&mut self, block: &[u8], marks: &mut Marks) {
        self.shown.clear();
        coloured::lines(block, &marks.lanes, &mut self.lines);
        for index in 0..self.lines.len() {
            let line = self.lines[index];
            marks.leave_out(line.start, line.end);
            self.strip(block, line);
        }
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
                if coloured::parts(self.shown.text(), &text[end..]) {
                    self.shown.put(b" ", at);
                }
            }
            next = if next < end { plain(end) } else { next };
            slash = if slash < end { spelled(end) } else { slash };
        }
        self.shown.copy(text, Span::new(start, line.end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;

    #[test]
    fn lines_lose_their_sequences_and_know_the_way_back() {
        let block = b"plain\n\x1b[1mErika\x1b[0m \\x1b[3mBei\\spiel\x1b[0m7\r\n\n^[[0mend";
        let (mut marks, mut coloured) = (Marks::default(), Coloured::default());
        Kernel::auto().mark(block, &mut marks);
        coloured.take(block, &mut marks);
        assert_eq!(coloured.shown.text(), b"Erika Bei\\spiel 7\r\nend");
        for (at, &byte) in coloured.shown.text().iter().enumerate() {
            let Span { start, end } = coloured.shown.source(Span::new(at, at + 1));
            let blank = block[start] == 0x1b && byte == b' ';
            assert!(end == start + 1 && (block[start] == byte || blank), "{at}");
        }
        let whole = coloured.shown.source(Span::new(0, 15));
        assert_eq!(&block[whole.start..whole.end], &block[10..36]);
        coloured.take(b"plain\n", &mut marks);
        assert!(coloured.shown.text().is_empty() && coloured.lines.is_empty());
    }
}
