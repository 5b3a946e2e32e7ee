//! A line as people read it: escapes undone, invisible characters dropped, odd digits and spaces
//! made plain.
//!
//! In: the bytes of a line. Out: the plain bytes, and for each of them which source bytes it stands
//! for, so what is found in the one is replaced in the other. Only lines with something to undo get a
//! view; the others are searched as they are.

use crate::carrier::{self, Unit};
use crate::fold;
use crate::span::Span;

/// The view; reused from line to line.
#[derive(Debug, Default)]
pub(super) struct View {
    text: Vec<u8>,
    /// Source bytes of each byte of the text.
    sources: Vec<Span>,
}

impl View {
    /// Fills the view from `line`, which begins at `start` of the block; whether it differs from it.
    pub(super) fn fill(&mut self, line: &[u8], start: usize) -> bool {
        self.text.clear();
        self.sources.clear();
        let (mut at, mut differs) = (0, false);
        while let Some(unit) = carrier::unit(line, at) {
            let source = Span::new(start + at, start + at + unit.len);
            at += unit.len;
            if unit.ch == char::REPLACEMENT_CHARACTER && unit.len == 1 {
                self.push(&line[at - 1..at], source);
                continue;
            }
            let mut buffer = [0; 4];
            let plain = plain(unit, &mut buffer);
            differs |= *plain != line[at - unit.len..at];
            self.push(plain, source);
        }
        differs
    }

    fn push(&mut self, bytes: &[u8], source: Span) {
        self.text.extend_from_slice(bytes);
        self.sources.extend(bytes.iter().map(|_| source));
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The source bytes of `span`, which is not empty.
    pub(super) fn source(&self, span: Span) -> Span {
        Span::new(self.sources[span.start].start, self.sources[span.end - 1].end)
    }
}

fn plain(unit: Unit, buffer: &mut [u8; 4]) -> &[u8] {
    let ch = unit.ch;
    if ch.is_ascii() {
        buffer[0] = ch as u8;
        return &buffer[..1];
    }
    if fold::is_ignorable(ch) {
        return &buffer[..0];
    }
    let ch = match carrier::digit(ch) {
        Some(value) => char::from(b'0' + value),
        None if carrier::is_space(ch) => ' ',
        None if carrier::is_dash(ch) => '-',
        None if carrier::is_plus(ch) => '+',
        None => match ch {
            // Full-width forms of the ASCII signs and letters.
            '\u{FF01}'..='\u{FF5E}' => char::from((ch as u32 - 0xFEE0) as u8),
            _ => ch,
        },
    };
    ch.encode_utf8(buffer).as_bytes()
}

/// Whether the byte at `at`, high or an escape's, may open something to undo.
pub(super) fn is_oddity(block: &[u8], at: usize) -> bool {
    match block[at] {
        b'\\' => match block.get(at + 1) {
            Some(b'u' | b'/') => true,
            // The letter of `\n` is none of the word after it.
            Some(b'n' | b't' | b'r' | b'b' | b'f') => {
                block.get(at + 2).is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_')
            }
            _ => false,
        },
        b'%' => block.get(at + 1).is_some_and(u8::is_ascii_hexdigit),
        b'&' => block.get(at + 1).is_some_and(|&b| b == b'#' || b.is_ascii_lowercase()),
        // Lead bytes of invisible characters, odd spaces, dashes and digits.
        0xC2 | 0xCD | 0xD8..=0xDB | 0xE0..=0xE3 | 0xEF | 0xF0 | 0xF3 => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_seen_at_its_place() {
        let mut view = View::default();
        let line = "to%3Aerika%40x.example DE\u{a0}\u{200b}８9".as_bytes();
        assert!(view.fill(line, 100));
        assert_eq!(view.text(), b"to:erika@x.example DE 89");
        let source = view.source(Span::new(3, 18));
        assert_eq!(&line[source.start - 100..source.end - 100], b"erika%40x.example");
        assert!(!view.fill(b"plain \xff line", 0));
        assert_eq!(view.text(), b"plain \xff line");
    }

    #[test]
    fn oddities_are_noticed() {
        for (text, at) in [
            ("a%40b", Some(1)),
            ("100% of", None),
            ("a\\u0040", Some(1)),
            ("a\\\"b", None),
            ("a\\n b", None),
            ("a\\nb", Some(1)),
            ("a&amp;b", Some(1)),
            ("a & b", None),
            ("ü", None),
            ("a\u{a0}b", Some(1)),
        ] {
            let found = (0..text.len()).find(|&at| is_oddity(text.as_bytes(), at));
            assert_eq!(found, at, "{text}");
        }
    }
}
