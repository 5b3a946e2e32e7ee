//! JSON as it stands in a line: the place of a member, the scalars of a container.
//!
//! Reads from left to right and stops where it makes no sense any more: a log line may be cut. Cost:
//! one pass over the line for all its members, only for lines in which a key matches.

use crate::carrier::{self, Unit};
use crate::rules::book::Step;
use crate::span::Span;

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// A reading of the JSON document in a line, from left to right, for colons in ascending order: one
/// pass for all of them.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// How far it is; nothing before the document has been looked for.
    at: Option<usize>,
    /// Keys and indices from the root to there.
    steps: Vec<Step>,
    /// The string that was read last.
    key: Span,
    /// Whether it makes no sense any more.
    lost: bool,
}

impl Walk {
    /// Keys and indices from the root of the document in `line` to the member whose colon is at
    /// `colon`.
    pub(super) fn place(&mut self, line: &[u8], colon: usize) -> Option<&[Step]> {
        if !self.lost && self.go_to(line, colon).is_none() {
            self.lost = true;
        }
        if self.lost || self.at != Some(colon) {
            return None;
        }
        *self.steps.last_mut()? = step(&line[self.key.start..self.key.end]);
        Some(&self.steps)
    }

    /// Reads on up to `colon`, or to the end of the string that holds it.
    fn go_to(&mut self, line: &[u8], colon: usize) -> Option<()> {
        let opening = || line.iter().position(|&b| matches!(b, b'{' | b'['));
        let mut at = match self.at {
            Some(at) => at,
            None => opening()?,
        };
        while at < colon {
            match line[at] {
                b'"' => {
                    let end = string_end(line, at + 1, QUOTE)?;
                    self.key = Span::new(at + 1, end);
                    at = end;
                }
                b':' => *self.steps.last_mut()? = step(&line[self.key.start..self.key.end]),
                b'{' | b'[' if self.steps.len() == DEEPEST => return None,
                b'{' => self.steps.push(Step::Any),
                b'[' => self.steps.push(Step::Index(0)),
                b'}' | b']' => {
                    self.steps.pop()?;
                }
                b',' => {
                    if let Step::Index(index) = self.steps.last_mut()? {
                        *index += 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.at = Some(at);
        Some(())
    }
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
            let mut walk = Walk::default();
            let place = walk.place(line.as_bytes(), colon).expect("a place");
            assert!(JsonPath::parse(path).expect("a path").names(place), "{key}: {place:?}");
        }
        assert_eq!(Walk::default().place(b"no json: here", 7), None);
        assert_eq!(Walk::default().place(b"]:{\"a\":1}", 1), None);
        let mut walk = Walk::default();
        let all: Vec<_> = line
            .match_indices(':')
            .map(|(at, _)| walk.place(line.as_bytes(), at).map_or(0, <[_]>::len))
            .collect();
        // The time has no document around it, a string holds no member.
        assert_eq!(all, [0, 1, 2, 4, 0, 4, 1, 1]);
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
