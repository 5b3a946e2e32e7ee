//! JSON as it stands in a line: the place of a member, the scalars of a container.
//!
//! Reads from left to right and stops where it makes no sense any more: a log line may be cut. Cost:
//! one pass over the line, only for lines in which a key matches.

use crate::carrier::{self, Unit};
use crate::rules::book::Step;
use crate::span::Span;

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// Keys and indices from the root of the document in `line` to the member whose colon is at `colon`.
pub(super) fn place(line: &[u8], colon: usize) -> Option<Vec<Step>> {
    let mut at = line.iter().position(|&b| matches!(b, b'{' | b'['))?;
    let mut place: Vec<Step> = Vec::new();
    let mut key: &[u8] = b"";
    while at < colon {
        match line[at] {
            b'"' => {
                let end = string_end(line, at + 1, QUOTE)?;
                key = &line[at + 1..end];
                at = end;
            }
            b':' => *place.last_mut()? = step(key),
            b'{' | b'[' if place.len() == DEEPEST => return None,
            b'{' => place.push(Step::Any),
            b'[' => place.push(Step::Index(0)),
            b'}' | b']' => {
                place.pop()?;
            }
            b',' => {
                if let Step::Index(index) = place.last_mut()? {
                    *index += 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    (at == colon).then_some(())?;
    *place.last_mut()? = step(key);
    Some(place)
}

fn step(key: &[u8]) -> Step {
    let mut text = String::new();
    carrier::decode_into(key, &mut text);
    Step::Key(text.into())
}

const QUOTE: Unit = Unit { ch: '"', len: 1 };

/// Where the string ends that `quote` opened before `from`: the place of its closing quote.
pub(super) fn string_end(line: &[u8], from: usize, quote: Unit) -> Option<usize> {
    let mut at = from;
    while let Some(unit) = carrier::unit(line, at) {
        if unit == quote {
            return Some(at);
        }
        at += unit.len;
    }
    None
}

/// Calls `found` for each scalar of the container that opens at `open`, keys left out, and returns
/// where the container ends. Strings are quoted by `quote`; their spans are without it.
pub(super) fn scalars(line: &[u8], open: usize, quote: Unit, mut found: impl FnMut(Span)) -> usize {
    let (mut at, mut depth) = (open, 0);
    while let Some(unit) = carrier::unit(line, at) {
        if unit == quote {
            let start = at + unit.len;
            let end = string_end(line, start, quote).unwrap_or(line.len());
            at = (end + quote.len).min(line.len());
            let is_key = line[at..].trim_ascii_start().starts_with(b":");
            if !is_key {
                found(Span::new(start, end));
            }
            continue;
        }
        at += unit.len;
        match unit.ch {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' | ':' | ' ' | '\t' => {}
            _ => {
                let start = at - unit.len;
                at += bare_len(&line[at..]);
                found(Span::new(start, at));
            }
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Length of a number or word, up to what parts it from the rest.
pub(super) fn bare_len(rest: &[u8]) -> usize {
    rest.iter().position(|b| b",]} \t\r\n\"\\:".contains(b)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::book::JsonPath;

    #[test]
    fn members_have_places() {
        let line = r#"12:00 {"a":{"b":[1,{"c":"x,:}","d":2}]},"e\"f":3,"g":null}"#;
        for (key, path) in
            [("\"d\"", "$.a.b[1].d"), ("\"g\"", "$.g"), ("\"c\"", "$..c"), ("\"b\"", "$.a.b")]
        {
            let colon = line.find(key).expect("a key") + key.len();
            let place = place(line.as_bytes(), colon).expect("a place");
            assert!(JsonPath::parse(path).expect("a path").names(&place), "{key}: {place:?}");
        }
        assert_eq!(place(b"no json: here", 7), None);
        assert_eq!(place(b"]:{\"a\":1}", 1), None);
    }

    #[test]
    fn scalars_of_a_container_are_told_from_its_keys() {
        let line = br#"{"t":["a",1.5,{"k":"v\"w","n":null}],"after":"no"}"#;
        let mut found = Vec::new();
        let end = scalars(line, 5, QUOTE, |span| {
            found.push(String::from_utf8_lossy(&line[span.start..span.end]).into_owned());
        });
        assert_eq!(found, ["a", "1.5", "v\\\"w", "null"]);
        assert_eq!(&line[end..end + 7], b",\"after");
        assert_eq!(scalars(b"[\"cut", 0, QUOTE, |_| {}), 5);
    }
}
