//! Conditions besides the match itself: words near, check digits, kinds of lines.

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

    /// Whether it stands where the rule applies.
    pub(super) fn admits_place(&self, line: &[u8], span: Span) -> bool {
        (self.carriers.is_empty() || self.carriers.contains(&carrier(line, span)))
            && (self.fields.is_empty() || field::is_inside(line, span, &self.fields))
            && self.lines.as_ref().is_none_or(|lines| lines.is_match(line))
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

/// What carries the text at `span`.
fn carrier(line: &[u8], span: Span) -> Carrier {
    let head = &line[..span.start];
    let has = |text: &[u8]| memchr::memmem::find(head, text).is_some();
    let opens =
        |head: &[u8]| matches!(head.trim_ascii_start(), [b'{' | b'[', b'"' | b'{' | b'[', ..]);
    if opens(line) || has(b"{\"") || has(b"[{") || has(b"{\\\"") {
        return Carrier::Json;
    }
    if is_sip(line) {
        return Carrier::Sip;
    }
    let before = head.iter().rev().find(|b| !matches!(b, b'"' | b'\''));
    if before == Some(&b'=') { Carrier::KeyValue } else { Carrier::Text }
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
            assert_eq!(carrier(line.as_bytes(), Span::new(at, at + 1)), carrier_of_x, "{line}");
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
