//! Conditions besides the match itself: words near, check digits, kinds of lines.
//!
//! Cost: what is asked of a line is read once a line and rule, however many matches stand in it.

use regex::bytes::Regex;

use crate::rules::book::Glob;
use crate::rules::book::model::{Carrier, Check, Near};
use crate::span::Span;

use super::{check, field};

/// The conditions of a rule; none by default.
#[derive(Debug, Default)]
pub(super) struct Gate {
    pub near: Option<Near>,
    pub check: Option<Check>,
    pub carriers: Vec<Carrier>,
    pub fields: Vec<Glob>,
    pub lines: Option<Regex>,
}

impl Gate {
    /// Whether the text at `span` of `line` satisfies what is asked of it and its words.
    pub(super) fn admits_text(&self, line: &[u8], span: Span) -> bool {
        let holds = |check| check::holds(check, &line[span.start..span.end]);
        self.check.is_none_or(holds)
            && self.near.as_ref().is_none_or(|near| is_near(near, line, span))
    }

    /// Whether it stands where the rule applies. `known` is what is known of this rule in this line.
    pub(super) fn admits_place(
        &self,
        line: &[u8],
        span: Span,
        (kinds, known): (&mut Option<Kinds>, &mut Known),
    ) -> bool {
        let mut carrier = || kinds.get_or_insert_with(|| Kinds::of(line)).carrier(line, span);
        (self.carriers.is_empty() || self.carriers.contains(&carrier()))
            && (self.fields.is_empty() || known.values.holds(line, span, &self.fields))
            && self
                .lines
                .as_ref()
                .is_none_or(|lines| *known.matches.get_or_insert_with(|| lines.is_match(line)))
    }
}

/// What the gates know of a line, so that each looks at it once however many matches it has.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Where the line starts.
    line: usize,
    kinds: Option<Kinds>,
    /// By rule, each with the start of the line that it is about.
    rules: Vec<(usize, Known)>,
}

/// What one rule knows of a line.
#[derive(Debug, Default)]
pub(super) struct Known {
    matches: Option<bool>,
    values: field::Values,
}

impl Memory {
    /// Forgets the last block; `rules` of this one are asked.
    pub(super) fn begin(&mut self, rules: usize) {
        (self.line, self.kinds) = (usize::MAX, None);
        self.rules.clear();
        self.rules.resize_with(rules, || (usize::MAX, Known::default()));
    }

    /// What is known for `rule` of the line that begins at `start`.
    pub(super) fn of(&mut self, rule: u16, start: usize) -> (&mut Option<Kinds>, &mut Known) {
        if self.line != start {
            (self.line, self.kinds) = (start, None);
        }
        let (line, known) = &mut self.rules[usize::from(rule)];
        if *line != start {
            (*line, *known) = (start, Known::default());
        }
        (&mut self.kinds, known)
    }
}

/// Whether one of the words stands before or after `span`, near enough to begin in reach.
fn is_near(near: &Near, line: &[u8], span: Span) -> bool {
    let before = &line[span.start.saturating_sub(near.before)..span.start];
    let after = &line[span.end..line.len().min(span.end + near.after)];
    words(before)
        .chain(words(after))
        .any(|word| near.words.iter().any(|wanted| wanted.as_bytes().eq_ignore_ascii_case(word)))
}

/// The runs of letters and digits.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| !b.is_ascii_alphanumeric() && *b < 0x80).filter(|word| !word.is_empty())
}

/// What a line can carry, and from where on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds {
    /// Where the first container of JSON has opened.
    json_from: usize,
    is_sip: bool,
}

/// Most quotes between a key and its value.
const MOST_QUOTES: usize = 8;

impl Kinds {
    fn of(line: &[u8]) -> Self {
        let opens = matches!(line.trim_ascii_start(), [b'{' | b'[', b'"' | b'{' | b'[', ..]);
        let after = |text: &[u8]| memchr::memmem::find(line, text).map(|at| at + text.len());
        let openings = [&b"{\""[..], b"[{", b"{\\\""].into_iter().filter_map(after).min();
        let json_from = if opens { 0 } else { openings.unwrap_or(usize::MAX) };
        Self { json_from, is_sip: is_sip(line) }
    }

    /// What carries the text at `span`.
    fn carrier(self, line: &[u8], span: Span) -> Carrier {
        if self.json_from <= span.start {
            return Carrier::Json;
        }
        if self.is_sip {
            return Carrier::Sip;
        }
        let mut before = line[..span.start].iter().rev().take(MOST_QUOTES);
        let is_value = before.find(|b| !matches!(b, b'"' | b'\'')) == Some(&b'=');
        if is_value { Carrier::KeyValue } else { Carrier::Text }
    }
}

/// A request or status line, a URI of SIP, or a header field at the start of the line.
fn is_sip(line: &[u8]) -> bool {
    let has = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let header = name > 0 && line[0].is_ascii_uppercase() && line[name..].starts_with(b": ");
    has(b"sip:") || has(b"sips:") || has(b"SIP/2.0") || header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_are_told_apart() {
        for (line, carrier_of_x) in [
            (r#"{"a":"x"}"#, Carrier::Json),
            (r#"12:00 INFO {"a":"x"}"#, Carrier::Json),
            ("a=1 b=\"x\"", Carrier::KeyValue),
            ("From: <sip:x@192.0.2.1>", Carrier::Sip),
            ("spoke to x", Carrier::Text),
        ] {
            let at = line.find('x').expect("there is one");
            let line = line.as_bytes();
            assert_eq!(Kinds::of(line).carrier(line, Span::new(at, at + 1)), carrier_of_x);
        }
    }

    #[test]
    fn words_are_near_or_not() {
        let near = Near { words: vec!["iban".to_owned()], before: 8, after: 6 };
        for (line, expected) in [
            ("IBAN: x", true),
            ("my_iban=x", true),
            ("ibans: x", false),
            ("IBAN is far away from x", false),
            ("x (IBAN)", true),
            ("x and no IBAN", false),
        ] {
            let at = line.find('x').expect("there is one");
            assert_eq!(is_near(&near, line.as_bytes(), Span::new(at, at + 1)), expected, "{line}");
        }
    }
}
