//! The first two letters of the words of a line's names, looked for in the rest of the line.
//!
//! In: a line with its findings. Out: whether a word between them may open like a word of one of its
//! names; no is certain, yes is for the caller to look into. Nearly every line says no, so the line is
//! read sixteen bytes at a time, by operations on vectors of bytes.

use crate::span::Span;

use super::Finding;
use super::line::Line;
use super::name::starts_freely;
use super::reach;

/// Most openings that differ; of a line with more it is not told.
const MOST: usize = 8;
/// Bytes of a step.
const STEP: usize = 16;
/// A step with the two bytes before it and the one after.
type Around = [u8; STEP + 3];

/// Whether a word between the `findings` of `line`, which are in ascending order, may open like one of the
/// `names` among them; nothing if that cannot be told so simply.
pub(super) fn may_return(
    line: &Line,
    findings: &[Finding],
    names: impl Iterator<Item = Span>,
) -> Option<bool> {
    let mut openings = Openings { pairs: [[[0; STEP]; 2]; MOST], count: 0 };
    for name in names {
        openings.take(line.text, name)?;
    }
    // Places come in ascending order as well, so that each finding is passed once.
    let mut rest = findings;
    let free = |at: usize| {
        while let [first, others @ ..] = rest
            && first.span.end <= at
        {
            rest = others;
        }
        rest.first().is_none_or(|next| at < next.span.start) && starts_freely(line, at)
    };
    Some(openings.find(line, free))
}

/// Two letters in lower case each, as often as a step has bytes; a second one that is not plain is 0.
struct Openings {
    pairs: [[[u8; STEP]; 2]; MOST],
    count: usize,
}

impl Openings {
    /// Takes the openings of the words of the name at `span`; nothing if they cannot be told from plain
    /// Latin letters between plain signs.
    fn take(&mut self, text: &[u8], span: Span) -> Option<()> {
        let text = &text[..span.end];
        let (mut at, mut before) = (span.start, b' ');
        while at < span.end {
            let letters = reach::letters(text, at, span.end - at);
            let is_letter = letters > 0 || text[at] >= 0x80;
            // Shorter words are not looked for.
            if is_letter && matches!(before, b' ' | b'\t' | b'+' | b',') && at + 2 < span.end {
                self.push([text[at], text[at + 1], text[at + 2]])?;
            }
            at += letters;
            before = text.get(at).copied().unwrap_or_default();
            // Escapes, spaces of more than one byte, letters that are not of Latin-1 or its extension.
            if matches!(before, b'%' | b'\\' | b'&' | 0xC0..=0xC2 | 0xC6..) {
                return None;
            }
            at += 1;
        }
        Some(())
    }

    fn push(&mut self, [first, second, third]: [u8; 3]) -> Option<()> {
        // An initial is not looked for.
        if !matches!([second, third], [b' ' | b',', _] | [b'.', b' ']) {
            let second = if second.is_ascii_alphabetic() { second | 0x20 } else { 0 };
            let pair = [[first | 0x20; STEP], [second; STEP]];
            if !self.pairs[..self.count].contains(&pair) {
                *self.pairs.get_mut(self.count)? = pair;
                self.count += 1;
            }
        }
        Some(())
    }

    /// Whether a place of `line` that is `free`, which is asked in ascending order, begins with one of the
    /// pairs.
    fn find(&self, line: &Line, mut free: impl FnMut(usize) -> bool) -> bool {
        let text = line.text;
        let mut at = line.start;
        while at < text.len() {
            // The last step ends with the line, whose last byte opens nothing.
            let from = at.min((text.len() - 1).saturating_sub(STEP));
            let around = from.checked_sub(2).and_then(|before| text[before..].first_chunk());
            let mut places = match around {
                Some(around) => self.places(around),
                None => self.places(&padded(text, from)),
            };
            while places != 0 {
                let place = places.trailing_zeros() as usize / 8;
                if from + place >= at && free(from + place) {
                    return true;
                }
                places &= !(0xff << (8 * place));
            }
            at += STEP;
        }
        false
    }

    /// The bytes of the step where a pair stands at what may be the beginning of a word.
    #[inline]
    fn places(&self, around: &Around) -> u128 {
        // One byte after the other, and without a branch: the compiler makes vectors of it.
        let mut found = [0; STEP];
        for [first, second] in &self.pairs[..self.count] {
            for i in 0..STEP {
                let [byte, next] = [around[i + 2], around[i + 3]];
                let inside = is_letter(around[i]) & is_letter(around[i + 1]);
                let follows = (next | 0x20 == second[i]) | (second[i] == 0) | spells(next);
                let opens = (byte | 0x20 == first[i]) & follows & !inside;
                found[i] |= if opens { 0xff } else { 0 };
            }
        }
        u128::from_le_bytes(found)
    }
}

/// Whether the second letter of a word may begin with this byte, or follow it: a letter that is not
/// plain, an escape, a sign that joins letters. Behind any other sign a single letter is no part of a
/// name that is looked for.
#[inline(always)]
fn spells(next: u8) -> bool {
    const SIGNS: u8 = b'.' - b'%' + 1;
    (next >= 0x80) | (next.wrapping_sub(b'%') < SIGNS) | (next == b'\\') | (next == b'`')
}

#[inline(always)]
fn is_letter(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26
}

/// What is around a step at the start or the end of the text; line feeds beyond.
#[cold]
fn padded(text: &[u8], at: usize) -> Around {
    std::array::from_fn(|i| (at + i).checked_sub(2).and_then(|i| text.get(i)).map_or(b'\n', |b| *b))
}

#[cfg(test)]
mod tests {
    use super::super::Context;
    use super::*;
    use proptest::prelude::*;

    fn line_with(name: &str, rest: &str) -> Option<bool> {
        let text = format!("{name}{rest}");
        let finding = Finding::new(Span::new(0, name.len()), Context::NameField);
        let line = Line::around(text.as_bytes(), 0, 0);
        may_return(&line, &[finding], [finding.span].into_iter())
    }

    #[test]
    fn openings_of_words_are_found() {
        for rest in [" x erika", "; ERNA", "|beat", " 7 é \tE\u{301}rika", "\\nBei", " call e-7"] {
            assert_eq!(line_with("Erika Beispiel", rest), Some(true), "{rest}");
        }
        for rest in [
            "",
            " ",
            " ten bits are here",
            " derika abeispiel",
            " enter e a name b",
            " x e",
            " e=b",
        ] {
            assert_eq!(line_with("Erika Beispiel", rest), Some(false), "{rest}");
        }
        assert_eq!(line_with("Zo\u{eb} Muster", " zoe"), Some(true));
        for rest in [" ohara", " \u{f6}m"] {
            assert_eq!(line_with("\u{d6}mer O'Hara", rest), Some(true), "{rest}");
        }
        assert_eq!(line_with("E. Be\u{ef}spiel, X", " eva x. 7 spiel"), Some(false));
    }

    #[test]
    fn of_some_names_it_is_not_told() {
        for name in ["Erika%20Beispiel", "Bob\u{a0}Muster", "Abc Bcd Cde Def Efg Fgh Ghi Hij Ijk"] {
            assert_eq!(line_with(name, " x"), None, "{name}");
        }
        // The same openings count once.
        assert_eq!(
            line_with("Erika Ernst Erna Erich Erwin Erhard Erk Ertl Erz", " x"),
            Some(false)
        );
    }

    #[test]
    fn places_inside_findings_are_none() {
        let text = "Erika 7 Erna 7 x Ernst 7";
        let finding = |word: &str| {
            let at = text.find(word).expect("it is there");
            Finding::new(Span::new(at, at + word.len()), Context::NameField)
        };
        let line = Line::around(text.as_bytes(), 0, 0);
        let found = ["Erika", "Erna", "Ernst"].map(finding);
        let names = || [found[0].span].into_iter();
        assert_eq!(may_return(&line, &found, names()), Some(false));
        assert_eq!(may_return(&line, &found[..2], names()), Some(true));
        assert_eq!(may_return(&line, &[found[0], found[2]], names()), Some(true));
    }

    proptest! {
        #[test]
        fn steps_find_what_a_search_finds(rest in "[ a-zA-Z,\\\\ntr]{0,60}") {
            let text = format!("Erika Beispiel{rest}");
            let line = Line::around(text.as_bytes(), 0, 0);
            let found = (14..text.len() - 1).any(|at| {
                let [first, next] = [line.at(at), line.at(at + 1)].map(|b| b.to_ascii_lowercase());
                let opens = matches!([first, next], [b'e', b'r'] | [b'b', b'e'])
                    || matches!(first, b'e' | b'b') && matches!(next, b',' | b'\\');
                opens && starts_freely(&line, at)
            });
            prop_assert_eq!(line_with("Erika Beispiel", &rest), Some(found));
        }
    }
}
