//! Numbers of JSON: a token in their place needs the quotes of their level.
//!
//! In: a number in a line. Out: how the quotes on either side are to be spelled, if it needs any. The
//! line is not parsed: what stands before the number tells.

use crate::span::Span;

use super::Quotes;
use super::line::{Field, Line};

/// The quotes that a replacement of the JSON number at `span` needs: none unless it stands bare
/// after a key in quotes, or in the array that does.
pub(super) fn number_quotes(line: &mut Line, span: Span) -> Quotes {
    if !may_end_number(line.at(span.end)) {
        return Quotes::NO;
    }
    let head = line.text[line.start..span.start].trim_ascii_end();
    let last = match head.last() {
        Some(b':') => None,
        Some(b'[' | b',') => line.last_quote(span.start),
        _ => return Quotes::NO,
    };
    number_quotes_by(line, span, |head| element_quotes(head, last.map(|at| at - line.start)))
}

/// Whether a number of JSON may end before `byte`.
fn may_end_number(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')
}

/// The same; `element` tells the quotes of an array element after what stands before it, for callers
/// who ask about many of a line.
pub(super) fn number_quotes_by(
    line: &Line,
    span: Span,
    element: impl FnOnce(&[u8]) -> Quotes,
) -> Quotes {
    if !may_end_number(line.at(span.end)) {
        return Quotes::NO;
    }
    let before = line.text[line.start..span.start].trim_ascii_end();
    match before {
        [head @ .., b':'] => key_quotes(head.trim_ascii_end()),
        [.., b'[' | b','] => {
            let field = line.field.filter(Field::is_bare_member);
            let inside = field.filter(|field| {
                let lead = line.text[line.start..field.start].trim_ascii_end();
                let between = &line.text[field.start.min(span.start)..span.start];
                matches!(lead.last(), Some(b'[' | b',')) && !between.contains(&b']')
            });
            inside.map_or_else(|| element(before), |field| field.key_quotes)
        }
        _ => Quotes::NO,
    }
}

/// The quotes of the key that ends `head`. A quote after a sign that a value or key follows may open
/// a string, as in `"note":":7`: then the strings before it tell.
fn key_quotes(head: &[u8]) -> Quotes {
    let quotes = Quotes::ending(head);
    let inside = &head[..head.len() - quotes.as_bytes().len()];
    match inside.trim_ascii_end().last() {
        Some(b':' | b',' | b'{' | b'[') if !is_outside(head, quotes) => Quotes::NO,
        _ => quotes,
    }
}

/// The quotes of an array element after `head`, judged by the last quote in it, which is at `last`.
pub(super) fn element_quotes(head: &[u8], last: Option<usize>) -> Quotes {
    let Some(last) = last else { return Quotes::NO };
    let head = &head[..=last];
    let quotes = element_opening(head);
    let json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
    let level = json || quotes != Quotes::PLAIN || last > LONGEST_LOOK;
    if level && is_outside(head, quotes) { quotes } else { Quotes::NO }
}

/// How the string was opened that ends with `head`: one may end with backslashes of its own.
fn element_opening(head: &[u8]) -> Quotes {
    let closing = Quotes::ending(head);
    let inside = &head[head.len().saturating_sub(LONGEST_LOOK)..head.len() - 1];
    let before = memchr::memrchr_iter(b'"', inside).map(|at| Quotes::ending(&inside[..=at]));
    before.into_iter().find(|quotes| quotes.level() == closing.level()).unwrap_or(closing)
}

/// So far back every string has ended: what was accepted without quotes stands outside of them.
const LONGEST_LOOK: usize = 16 << 10;

/// Whether what follows `head`, which ends with a quote spelled as `quotes`, stands outside of the
/// strings of that level: within the string around it they come in pairs.
fn is_outside(head: &[u8], quotes: Quotes) -> bool {
    let own = quotes.level();
    let levels = memchr::memchr_iter(b'"', head).map(|at| Quotes::ending(&head[..=at]).level());
    let count = |count: usize, level| match level {
        level if level < own => 0,
        level if level == own => count + 1,
        _ => count,
    };
    head.len() > LONGEST_LOOK || levels.fold(0, count) % 2 == 0
}
