//! What stands before a sign in every match of a pattern.
//!
//! In: the sign, as the `@` of an address, and the pattern's syntax tree. Out: a row of bytes, and what stands before
//! all of them: `erika.beispiel@` has letters behind a full stop, `2f9ab4c7@` has not. So most lines with
//! such a sign are not searched. Cost: each byte of the row is looked at once.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::bytes::Bytes;

/// What a match of `hir` can end with.
fn ending(hir: &Hir) -> Bytes {
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => {
            Bytes::of(class.iter().map(|range| (range.start(), range.end())))
        }
        HirKind::Literal(literal) => Bytes::of(literal.0.last().map(|&b| (b, b)).into_iter()),
        HirKind::Capture(capture) => ending(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => ending(&repetition.sub),
        HirKind::Concat(parts) => parts.last().map_or(Bytes::ALL, ending),
        _ => Bytes::ALL,
    }
}

/// What stands before a sign in every match: some bytes in a row, and before them another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before {
    /// One at least.
    row: Bytes,
    /// What stands before all of them; anything, or none of them.
    opening: Bytes,
}

impl Before {
    pub(super) const ANYTHING: Before = Before { row: Bytes::ALL, opening: Bytes::ALL };

    /// What can stand before `sign` where a match of `hir` has it; a sign that stands elsewhere says
    /// nothing of the line.
    pub(super) fn of(sign: u8, hir: &Hir) -> Self {
        let HirKind::Concat(parts) = hir.kind() else { return Self::ANYTHING };
        let is_sign =
            |part: &Hir| matches!(part.kind(), HirKind::Literal(l) if l.0.first() == Some(&sign));
        let head = parts.iter().position(is_sign).map_or(&[][..], |at| &parts[..at]);
        let Some(last) = head.last() else { return Self::ANYTHING };
        match Self::of_row(head) {
            // Else it could not be told where the row begins.
            Some(Self { row, opening }) if !row.meets(opening) && !row.holds(sign) => {
                Self { row, opening }
            }
            _ => Self { row: ending(last), opening: Bytes::ALL },
        }
    }

    /// The row that every match of `parts` ends with; nothing if there is none.
    fn of_row(parts: &[Hir]) -> Option<Self> {
        let (last, head) = parts.split_last()?;
        let ends = Self::at_end(last)?;
        match head.last() {
            Some(before) if ends.opening == Bytes::ALL => {
                Some(Self { opening: ending(before), ..ends })
            }
            _ => Some(ends),
        }
    }

    fn at_end(hir: &Hir) -> Option<Self> {
        match hir.kind() {
            HirKind::Capture(capture) => Self::at_end(&capture.sub),
            HirKind::Concat(parts) => Self::of_row(parts),
            HirKind::Repetition(repetition) if repetition.min > 0 => match repetition.sub.kind() {
                HirKind::Class(_) => {
                    Some(Self { row: ending(&repetition.sub), opening: Bytes::ALL })
                }
                // What stands before the first of several may stand before none of the others.
                _ => Self::at_end(&repetition.sub).filter(|ends| ends.opening != Bytes::ALL),
            },
            _ => None,
        }
    }

    /// Whether it stands in `text` before `at`.
    #[inline]
    pub(super) fn stands(self, text: &[u8], at: usize) -> bool {
        let byte = |place: usize| place.checked_sub(1).map_or(b'\n', |before| text[before]);
        let row = || text[..at].iter().rev().take_while(|&&byte| self.row.holds(byte)).count();
        self.row.holds(byte(at))
            && (self.opening == Bytes::ALL || self.opening.holds(byte(at - row())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Patterns with a sign, and what of them stands before it.
    const PATTERNS: [&str; 8] = [
        r"(?:^|x)((?:[a-z]+[._]){1,2}[a-z]+)@[a-z]",
        r"([a-z]+(?:[._][a-z]+){1,3})@",
        r"\b[a-z]{2,}1+[ab]{1,3}@",
        r"(?:\.[a-c]+)+@x?",
        r"[a-z]x*[a-z]+@",
        r"(?:[a-z]1?)+@",
        r"(?:a|b@)c+@",
        r"[^ ]+@1",
    ];

    fn tree(pattern: &str) -> Hir {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        parser.parse(pattern).expect("a pattern")
    }

    #[test]
    fn a_row_and_what_opens_it_are_known() {
        let stands = |pattern, text: &str| {
            Before::of(b'@', &tree(pattern)).stands(text.as_bytes(), text.len())
        };
        for pattern in &PATTERNS[..2] {
            assert!(stands(pattern, "erika.beispiel") && stands(pattern, "7._a"), "{pattern}");
            for text in ["erikabeispiel", "erika.", "", "2f9ab", "erika-beispiel", "beispiel"] {
                assert!(!stands(pattern, text), "{pattern} {text}");
            }
        }
        for pattern in ["@a", r"[a-z]\d*@a", "a@|b", "(?:a|b@)c"] {
            assert_eq!(Before::of(b'@', &tree(pattern)), Before::ANYTHING, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn it_stands_before_the_sign_of_every_match(text in "[a-cx1._@ ]{0,24}") {
            for pattern in PATTERNS {
                let before = Before::of(b'@', &tree(pattern));
                let regex = regex::bytes::RegexBuilder::new(pattern).unicode(false).build();
                let regex = regex.expect("a pattern");
                for found in regex.find_iter(text.as_bytes()) {
                    let signs = found.range().filter(|&at| text.as_bytes()[at] == b'@');
                    let mut stands = signs.map(|at| before.stands(text.as_bytes(), at));
                    prop_assert!(stands.any(|stands| stands), "{pattern} {text}");
                }
            }
        }
    }
}
