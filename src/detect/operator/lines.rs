//! The lines of a text around places in it, each looked for once as long as the places keep to it.

use memchr::{memchr, memrchr};

use crate::span::Span;

/// Remembers the line that was asked for last.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t [u8],
    /// The line with its end; empty before the first question.
    line: Span,
    /// Where its last byte ends that is no blank.
    trimmed: usize,
    /// How often a line had to be looked for.
    #[cfg(test)]
    pub looked: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            line: Span::default(),
            trimmed: 0,
            #[cfg(test)]
            looked: 0,
        }
    }

    /// The line that holds `at`, its end included.
    pub(super) fn around(&mut self, at: usize) -> Span {
        if !(self.line.start..self.line.end).contains(&at) {
            let start = memrchr(b'\n', &self.text[..at]).map_or(0, |i| i + 1);
            let end = memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |i| at + i + 1);
            self.line = Span::new(start, end);
            self.trimmed = start + self.text[start..end].trim_ascii_end().len();
            #[cfg(test)]
            {
                self.looked += 1;
            }
        }
        self.line
    }

    /// The text of the line that holds `span`, without its end and blanks before that, where it
    /// starts, and the place of `span` in it.
    pub(super) fn of(&mut self, span: Span) -> (&'t [u8], usize, Span) {
        let Span { start, .. } = self.around(span.start);
        let inside = Span::new(span.start - start, span.end - start);
        (&self.text[start..self.trimmed.max(span.end)], start, inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_looked_for_once() {
        let text = b"first  \nsecond line\r\nthird";
        let mut lines = Lines::new(text);
        for at in 0..text.len() {
            let (line, start, inside) = lines.of(Span::new(at, at + 1));
            let expected = [&b"first"[..], b"second line", b"third"];
            assert!(expected.iter().any(|known| line.starts_with(known)), "{at}");
            assert_eq!((start + inside.start, inside.end <= line.len()), (at, true));
        }
        assert_eq!(lines.looked, 3);
    }
}
