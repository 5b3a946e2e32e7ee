//! From a match to a claim: how far a replacement must reach so that the line stays what it was.
//!
//! A token runs into no letter or digit beside it, a bare JSON number is replaced as a whole and gets
//! quotes, an escape is never cut.

use crate::carrier;
use crate::rules::book::model::{Action, Form, Truncate};
use crate::span::Span;

use super::super::line::Line;
use super::super::{Found, json_number_quotes, number, reading};
use super::{Claim, Finding, Hit, Operator, Quotes};

impl Operator {
    /// The claim of a match, or nothing if it would tear a bare number apart.
    pub(super) fn claim_of(&self, hit: &Hit, block: &[u8], found: &mut Found) -> Option<Claim> {
        let treatment = &self.treatments[usize::from(hit.rule)];
        let rank = self.rank(hit.rule);
        let line = Line::around(block, hit.span.start, 0);
        let literal = literal(&line, hit.span);
        let quotes = json_number_quotes(&line, literal);
        let claim = |span, quotes, value, stays| {
            let finding = Finding::of_rule(span, quotes, value, hit.rule);
            Some(Claim { finding, rank, stays })
        };
        let no_value = Span::default();
        match &treatment.action {
            Action::Pass if quotes != Quotes::NO && literal != hit.span => None,
            Action::Pass => claim(hit.span, Quotes::NO, no_value, true),
            Action::DropLine => claim(hit.span, Quotes::NO, no_value, false),
            Action::Truncate(Truncate::Decimals(_)) => claim(hit.span, Quotes::NO, no_value, false),
            _ => {
                let value = match treatment.form {
                    Form::Phone => self.phone_value(block, hit.span, found),
                    _ => no_value,
                };
                let span = match quotes {
                    Quotes::NO if treatment.action.writes_tokens() => widened(&line, hit.span),
                    Quotes::NO => hit.span,
                    _ => literal,
                };
                // A value that reaches farther is another value.
                let value = if span == hit.span || !value.is_empty() {
                    value
                } else {
                    found.keep(&block[hit.span.start..hit.span.end])
                };
                claim(span, quotes, value, false)
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

/// The run of letters, digits and signs of a number around `span`, within the line.
fn literal(line: &Line, span: Span) -> Span {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-' | b'_');
    let head = line.text[line.start..span.start].iter().rev().take_while(|&&b| is_part(b)).count();
    let tail = line.text.get(span.end..).unwrap_or_default();
    let tail = tail.iter().take_while(|&&b| is_part(b)).count();
    Span::new(span.start - head, span.end + tail)
}

/// `span` and the word characters that would run into a token in its place.
fn widened(line: &Line, span: Span) -> Span {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let tail = line.text.get(span.end..).unwrap_or_default();
    let end = span.end + tail.iter().take_while(|&&b| is_word(b)).count();
    if !is_word(line.before(span.start)) {
        return Span::new(span.start, end);
    }
    // Read from the start: the last letter before may belong to an escape.
    let (mut at, mut start) = (line.start, line.start);
    while let Some(unit) = carrier::unit(line.text, at).filter(|_| at < span.start) {
        let plain = unit.len == 1 && is_word(line.text[at]);
        at += unit.len;
        if !plain {
            start = at;
        }
    }
    Span::new(start.min(span.start), end)
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
        ] {
            let start = text.find(at).expect("it is there");
            let line = Line::around(text.as_bytes(), start, 0);
            let span = widened(&line, Span::new(start, start + at.len()));
            assert_eq!(&text[span.start..span.end], expected, "{text}");
        }
    }
}
