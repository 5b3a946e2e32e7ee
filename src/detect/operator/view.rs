//! A line as people read it: escapes undone, invisible characters dropped, odd digits and spaces made
//! plain.
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
    /// What the text is made of, in its order.
    pieces: Vec<Piece>,
}

/// A part of the text and where it comes from.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where it begins in the text.
    start: usize,
    source: Span,
    /// Whether each of its bytes stands for one, and not all of them for the whole.
    is_plain: bool,
}

impl View {
    /// Fills the view from `line`, which begins at `start` of the block; whether it differs from it.
    pub(super) fn fill(&mut self, line: &[u8], start: usize) -> bool {
        self.text.clear();
        self.pieces.clear();
        let (mut at, mut differs) = (0, false);
        while at < line.len() {
            let row = line[at..].iter().take_while(|&&byte| carrier::is_plain(byte)).count();
            self.push(&line[at..at + row], Span::new(start + at, start + at + row), true);
            at += row;
            let Some(unit) = carrier::unit(line, at) else { break };
            let raw = &line[at..at + unit.len];
            let source = Span::new(start + at, start + at + unit.len);
            at += unit.len;
            let mut buffer = [0; 4];
            let plain = match unit {
                Unit { ch: char::REPLACEMENT_CHARACTER, len: 1 } => raw,
                _ => plain(unit, &mut buffer),
            };
            differs |= plain != raw;
            self.push(plain, source, false);
        }
        differs
    }

    fn push(&mut self, bytes: &[u8], source: Span, is_plain: bool) {
        if !bytes.is_empty() {
            self.pieces.push(Piece { start: self.text.len(), source, is_plain });
            self.text.extend_from_slice(bytes);
        }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The source bytes of `span`, which is not empty.
    pub(super) fn source(&self, span: Span) -> Span {
        Span::new(self.source_of(span.start).start, self.source_of(span.end - 1).end)
    }

    /// The source bytes of the one at `place`.
    fn source_of(&self, place: usize) -> Span {
        let next = self.pieces.partition_point(|piece| piece.start <= place);
        let Piece { start, source, is_plain } = self.pieces[next - 1];
        let at = source.start + (place - start);
        if is_plain { Span::new(at, at + 1) } else { source }
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
