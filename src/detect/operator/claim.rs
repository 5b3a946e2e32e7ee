//! From a match to a claim: how far a replacement must reach so that the line stays what it was.
//!
//! A token runs into no letter or digit beside it, a bare JSON number is replaced as a whole and gets
//! quotes, an escape is never cut.

use crate::carrier;
use crate::rules::book::model::{Action, Form, Truncate};
use crate::span::Span;

use super::super::line::Line;
use super::super::{Found, json, number, reading};
use super::{Claim, Finding, Hit, Operator, Quotes};

/// Reads a line's units from left to right, for hits in ascending order: linear for all of them.
pub(super) struct Cursor<'b> {
    line: Line<'b>,
    /// A place between two units.
    at: usize,
    /// Where the run of word characters begins that ends there, each spelled as itself.
    run: usize,
}

impl<'b> Cursor<'b> {
    /// At the start of the line that holds `at` and begins at `start`.
    pub(super) fn new(block: &'b [u8], start: usize, at: usize) -> Self {
        let mut line = Line::around(block, at, start);
        line.start = start;
        Self { line, at: start, run: start }
    }

    /// `span` without halves of escapes: those that it touches are in it.
    fn aligned(&mut self, span: Span) -> Span {
        while let Some(unit) = carrier::unit(self.line.text, self.at) {
            let next = self.at + unit.len;
            if next > span.start {
                break;
            }
            if unit.len > 1 || !is_word(self.line.text[self.at]) {
                self.run = next;
            }
            self.at = next;
        }
        let mut end = self.at;
        while end < span.end {
            end += carrier::unit(self.line.text, end).map_or(span.end - end, |unit| unit.len);
        }
        Span::new(self.at.min(span.start), end.max(span.end))
    }

    /// `span`, which was aligned last, and the word characters that would run into a token there.
    fn widened(&self, span: Span) -> Span {
        let tail = self.line.text.get(span.end..).unwrap_or_default();
        let end = span.end + tail.iter().take_while(|&&b| is_word(b)).count();
        Span::new(self.run.min(span.start), end)
    }

    /// The run of letters, digits and signs of a number around `span`.
    fn literal(&self, span: Span) -> Span {
        let Line { text, start, .. } = self.line;
        let head = text[start..span.start].iter().rev().take_while(|&&b| is_literal(b)).count();
        let tail = text.get(span.end..).unwrap_or_default();
        let tail = tail.iter().take_while(|&&b| is_literal(b)).count();
        Span::new(span.start - head, span.end + tail)
    }

    /// The quotes that a replacement of `literal` needs, if it is a bare value of JSON.
    fn quotes(&self, literal: Span) -> Quotes {
        json::number_quotes(&self.line, literal)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether there is nothing but blanks, spelled in whatever way.
fn is_blank(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(unit) = carrier::unit(text, at) {
        if !unit.ch.is_whitespace() {
            return false;
        }
        at += unit.len;
    }
    true
}

fn is_literal(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'+' | b'-')
}

impl Operator {
    /// The claim of a match, or nothing if what stays would tear a bare number or an escape apart.
    pub(super) fn claim_of(
        &self,
        hit: &Hit,
        block: &[u8],
        cursor: &mut Cursor,
        found: &mut Found,
    ) -> Option<Claim> {
        let treatment = &self.treatments[usize::from(hit.rule)];
        if is_blank(&block[hit.span.start..hit.span.end]) {
            return None;
        }
        let rank = self.rank(hit.rule);
        let span = cursor.aligned(hit.span);
        let literal = cursor.literal(span);
        let quotes = cursor.quotes(literal);
        let claim = |span, quotes, value, stays| {
            let finding = Finding::of_rule(span, quotes, value, hit.rule);
            Some(Claim { finding, rank, stays })
        };
        let nothing = Span::default();
        match &treatment.action {
            Action::Pass if span != hit.span || (quotes != Quotes::NO && literal != span) => None,
            Action::Pass => claim(span, Quotes::NO, nothing, true),
            Action::DropLine => claim(span, Quotes::NO, nothing, false),
            Action::Truncate(Truncate::Decimals(_)) => {
                let whole = if quotes == Quotes::NO { span } else { literal };
                claim(whole, Quotes::NO, nothing, false)
            }
            action => {
                let whole = match quotes {
                    Quotes::NO if action.writes_tokens() => cursor.widened(span),
                    Quotes::NO => span,
                    _ => literal,
                };
                let value = match treatment.form {
                    Form::Phone => self.phone_value(block, span, found),
                    // More is replaced than what the rule has found.
                    _ if whole != span => found.keep(&block[span.start..span.end]),
                    _ => nothing,
                };
                claim(whole, quotes, value, false)
            }
        }
    }

    /// The canonical form of a phone number, kept in `found`.
    fn phone_value(&self, block: &[u8], span: Span, found: &mut Found) -> Span {
        let text = &block[..span.end];
        let read = number::read(text, span.start).filter(|number| number.span.end == span.end);
        match read.and_then(|number| reading::read(&number, &self.regions)) {
            Some(reading) => {
                let e164: Vec<u8> = [b"+", reading.e164()].concat();
                found.keep(&e164)
            }
            None => found.keep_digits(block, span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_runs_into_nothing_and_no_escape_is_cut() {
        for (text, at, expected) in [
            ("see K12345678x.", "12345678", "K12345678x"),
            (r#""a\nERIKA b""#, "ERIKA", "ERIKA"),
            ("q=x%20ERIKA&", "ERIKA", "ERIKA"),
            ("plain ERIKA", "ERIKA", "ERIKA"),
            (r#"a\u0039x"#, "003", r#"a\u0039x"#),
        ] {
            let start = text.find(at).expect("it is there");
            let mut cursor = Cursor::new(text.as_bytes(), 0, start);
            let span = cursor.aligned(Span::new(start, start + at.len()));
            let span = cursor.widened(span);
            assert_eq!(&text[span.start..span.end], expected, "{text}");
        }
    }
}
