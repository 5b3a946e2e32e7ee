//! From a match to a claim: how far a replacement must reach so that the line stays what it was.
//!
//! A token runs into no letter or digit beside it, a bare JSON number is replaced as a whole and gets
//! quotes, an escape is never cut.

use memchr::memrchr;

use crate::carrier;
use crate::pseudonym::token;
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
    /// Where the word characters behind a match end, and where the characters of a number do around it.
    words: Run,
    literals: Run,
    /// The last quote before a place in an array, and how an element after it is quoted.
    quote: Option<usize>,
    quotes: Option<Quotes>,
    /// Up to where quotes have been looked for.
    looked: usize,
}

/// A run of characters of one kind, remembered while places keep to it.
#[derive(Debug, Default)]
struct Run {
    span: Span,
    /// How many bytes were looked at.
    #[cfg(test)]
    read: usize,
}

impl Run {
    /// The run on both sides of `at`, not before `floor`.
    fn around(&mut self, text: &[u8], floor: usize, at: usize, is_in: fn(u8) -> bool) -> Span {
        let Span { start, end } = self.span;
        if start < end && (start..=end).contains(&at) && start >= floor {
            return self.span;
        }
        let head = text[floor..at].iter().rev().take_while(|&&b| is_in(b)).count();
        let tail = text.get(at..).unwrap_or_default().iter().take_while(|&&b| is_in(b)).count();
        self.span = Span::new(at - head, at + tail);
        #[cfg(test)]
        {
            self.read += head + tail;
        }
        self.span
    }
}

impl<'b> Cursor<'b> {
    /// At the start of the line that holds `at` and begins at `start`.
    pub(super) fn new(block: &'b [u8], start: usize, at: usize) -> Self {
        let mut line = Line::around(block, at, start);
        line.start = start;
        let (words, literals) = (Run::default(), Run::default());
        let (at, run, looked) = (start, start, start);
        Self { line, at, run, words, literals, quote: None, quotes: None, looked }
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
    fn widened(&mut self, span: Span) -> Span {
        let Line { text, start, .. } = self.line;
        let end = self.words.around(text, start, span.end, is_word).end;
        Span::new(self.run.min(span.start), end)
    }

    /// The run of letters, digits and signs of a number around `span`.
    fn literal(&mut self, span: Span) -> Span {
        let Line { text, start, .. } = self.line;
        let from = self.literals.around(text, start, span.start, is_literal).start;
        Span::new(from, self.literals.around(text, start, span.end, is_literal).end)
    }

    /// The quotes that a replacement of `literal` needs, if it is a bare value of JSON.
    fn quotes(&mut self, literal: Span) -> Quotes {
        let Self { line, quote, quotes, looked, .. } = self;
        json::number_quotes_by(line, literal, |head| {
            // Elements after the same quote are quoted alike.
            let unread = &line.text[(*looked).min(literal.start)..literal.start];
            if let Some(at) = memrchr(b'"', unread) {
                (*quote, *quotes) = (Some(literal.start - unread.len() + at), None);
            }
            *looked = (*looked).max(literal.start);
            match quote {
                None => Quotes::NO,
                Some(_) => *quotes
                    .get_or_insert_with(|| json::element_quotes(head, memchr::memrchr(b'"', head))),
            }
        })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `tel_...@host`: the person in the address has a token, and what is left of it is a host. The address need not
/// have been one of mail before: `<+49...@host>` is none.
fn is_at_host(text: &[u8]) -> bool {
    text.get(token::LEN) == Some(&b'@') && token::lex(text).is_some()
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
        cursor: &mut Cursor<'_>,
        found: &mut Found,
    ) -> Option<Claim> {
        let treatment = &self.treatments[usize::from(hit.rule)];
        let text = &block[hit.span.start..hit.span.end];
        if is_blank(text) || is_at_host(text) {
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

    #[test]
    fn a_line_is_read_once_for_all_matches_in_it() {
        for part in ["ab", "ab-", "1,", "\"a\":[1,2", "\\u0061b"] {
            let line = part.repeat(1_000);
            let mut cursor = Cursor::new(line.as_bytes(), 0, 0);
            for at in (0..line.len()).step_by(part.len()) {
                let span = cursor.aligned(Span::new(at, at + 1));
                let literal = cursor.literal(span);
                cursor.quotes(literal);
                cursor.widened(span);
            }
            for run in [&cursor.words, &cursor.literals] {
                assert!(run.read <= 3 * line.len(), "{part}: {} of {}", run.read, line.len());
            }
        }
    }

    #[test]
    fn elements_of_arrays_are_quoted_as_one_by_one() {
        let line = br#"{"a":[1,2,3],"b":"x,4","c":[[5,6]],7:"\"d\":[8,9]","e":[10 ]}"#;
        let mut cursor = Cursor::new(line, 0, 0);
        for at in (0..line.len()).filter(|&at| line[at].is_ascii_digit()) {
            let literal = cursor.literal(Span::new(at, at + 1));
            let alone = Cursor::new(line, 0, 0).quotes(literal);
            assert_eq!(cursor.quotes(literal), alone, "{at}");
        }
    }
}
