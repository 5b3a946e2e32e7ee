//! Numbers of JSON: a token in their place needs the quotes of their level.
//!
//! In: a number in a line. Out: how the quotes on either side are to be spelled, if it needs any. The
//! line is not parsed: what stands before the number tells.

use crate::span::Span;

use super::Quotes;
use super::line::{Field, Line};

/// The quotes that a replacement of the JSON number at `span` needs: none unless it stands bare
/// after a key in quotes, or in the array that does.
pub(super) fn number_quotes(line: &Line, span: Span) -> Quotes {
    number_quotes_by(line, span, element_quotes)
}

/// The same; `element` tells the quotes of an array element after what stands before it, for callers
/// who ask about many of a line.
pub(super) fn number_quotes_by(
    line: &Line,
    span: Span,
    element: impl FnOnce(&[u8]) -> Quotes,
) -> Quotes {
    if !matches!(line.at(span.end), b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') {
        return Quotes::NO;
    }
    let before = line.text[line.start..span.start].trim_ascii_end();
    match before {
        [head @ .., b':'] => Quotes::ending(head.trim_ascii_end()),
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

/// The quotes of an array element after `head`, judged by the last quote before it: as long as those
/// spelled like it come in pairs, the element stands outside of the strings of its level.
pub(super) fn element_quotes(head: &[u8]) -> Quotes {
    let Some(last) = head.iter().rposition(|&b| b == b'"') else { return Quotes::NO };
    let quotes = Quotes::ending(&head[..=last]);
    // So far back every string has ended: what was accepted without quotes stands outside of them.
    const LONGEST_LOOK: usize = 16 << 10;
    if last > LONGEST_LOOK {
        return quotes;
    }
    let alike = |&(i, &b): &(usize, &u8)| b == b'"' && Quotes::ending(&head[..=i]) == quotes;
    let outside = head.iter().enumerate().filter(alike).count() % 2 == 0;
    let json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
    if outside && (json || quotes != Quotes::PLAIN) { quotes } else { Quotes::NO }
}
