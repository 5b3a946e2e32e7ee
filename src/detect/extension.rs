//! Extensions behind numbers: `+49 30 23125-123 ext. 7`, `030 23125123, Durchwahl 42`.
//!
//! In: a line and where a number ends in it. Out: where its extension ends. It is replaced with its number and no part
//! of its canonical form: a token stands for the line that E.164 knows, so a number has one token with and
//! without an extension.

use crate::rules::words::Said;

use super::digits;
use super::line::Line;
use super::phone::Phones;

impl Phones<'_> {
    /// Where an extension after `end` ends; `end` itself without one.
    #[inline]
    pub(super) fn extension(&self, line: &Line, end: usize) -> usize {
        let opens = |byte| matches!(byte, b' ' | b',' | b';' | b'a'..=b'z' | b'A'..=b'Z');
        match line.at(end) {
            byte if byte.is_ascii_alphabetic() => self.extension_after(line, end),
            byte if opens(byte) && opens(line.at(end + 1)) => self.extension_after(line, end),
            _ => end,
        }
    }

    fn extension_after(&self, line: &Line, end: usize) -> usize {
        let mut at = end;
        while matches!(line.at(at), b' ' | b',' | b';') && at - end < 2 {
            at += 1;
        }
        let start = at;
        while line.at(at).is_ascii_alphabetic() && at - start < 12 {
            at += 1;
        }
        let word = &line.text[start.min(line.text.len())..at.min(line.text.len())];
        if word.is_empty() {
            return end;
        }
        while matches!(line.at(at), b'.' | b':' | b' ' | b'=') && at - start < 16 {
            at += 1;
        }
        let digits = digits::run(line.text, at);
        let after = at + digits;
        let fits = (1..=6).contains(&digits) && !line.glues(after);
        if fits && self.words.of(word).any(Said::P_EXTENSION) { after } else { end }
    }
}
