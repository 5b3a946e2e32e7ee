//! Whether a name of a line may stand in it once more, by the first two letters of its words.
//!
//! In: a line with its findings, and where its words begin. Out: whether a word between them may open like a
//! word of one of its names; no is certain, yes is for the caller to look into. Nearly every line says
//! no.

use crate::span::Span;

use super::Finding;
use super::feeds::Feeds;
use super::line::Line;
use super::name::starts_freely;
use super::openings::Openings;
use super::reach;

/// Whether a word between the `findings` of `line`, which are in ascending order, may open like one of the
/// `names` among them; nothing if that cannot be told so simply.
pub(super) fn may_return(
    line: &Line,
    feeds: Feeds,
    findings: &[Finding],
    names: impl Iterator<Item = Span>,
) -> Option<bool> {
    let mut openings = Openings::NONE;
    for name in names {
        take(&mut openings, line.text, name)?;
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
    let all = Span::new(line.start, line.text.len());
    Some(feeds.any_word(all, |at| openings.may_open(line.text, at), free))
}

/// Takes the openings of the words of the name at `span`; nothing if they cannot be told from Latin letters
/// between plain signs.
fn take(openings: &mut Openings, text: &[u8], span: Span) -> Option<()> {
    let text = &text[..span.end];
    let (mut at, mut before) = (span.start, b' ');
    while at < span.end {
        let letters = reach::letters(text, at, span.end - at);
        let is_letter = letters > 0 || text[at] >= 0x80;
        // Shorter words are not looked for, and no initials.
        if is_letter
            && matches!(before, b' ' | b'\t' | b'+' | b',')
            && let Some(&[first, second, third]) = text[at..].first_chunk()
            && !matches!([second, third], [b' ' | b',', _] | [b'.', b' '])
        {
            openings.add_spelled([first, second]);
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

#[cfg(test)]
mod tests {
    use super::super::Context;
    use super::*;
    use crate::scan::{Kernel, Lane};
    use proptest::prelude::*;

    fn lanes(text: &str) -> Vec<Lane> {
        let mut lanes = Vec::new();
        Kernel::auto().classify(text.as_bytes(), &mut lanes);
        lanes
    }

    fn line_with(name: &str, rest: &str) -> Option<bool> {
        let text = format!("{name}{rest}");
        let finding = Finding::new(Span::new(0, name.len()), Context::NameField);
        let line = Line::around(text.as_bytes(), 0, 0);
        may_return(&line, Feeds::of(&lanes(&text)), &[finding], [finding.span].into_iter())
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
        for name in ["Erika%20Beispiel", "Bob\u{a0}Muster"] {
            assert_eq!(line_with(name, " x"), None, "{name}");
        }
        assert_eq!(line_with("Abc Bcd Cde Def Efg Fgh Ghi Hij Ijk", " x"), Some(false));
    }

    #[test]
    fn places_inside_findings_are_none() {
        let text = "Erika 7 Erna 7 x Ernst 7";
        let finding = |word: &str| {
            let at = text.find(word).expect("it is there");
            Finding::new(Span::new(at, at + word.len()), Context::NameField)
        };
        let (line, lanes) = (Line::around(text.as_bytes(), 0, 0), lanes(text));
        let found = ["Erika", "Erna", "Ernst"].map(finding);
        let may_return = |found: &[Finding]| {
            may_return(&line, Feeds::of(&lanes), found, [found[0].span].into_iter())
        };
        assert_eq!(may_return(&found), Some(false));
        assert_eq!(may_return(&found[..2]), Some(true));
        assert_eq!(may_return(&[found[0], found[2]]), Some(true));
    }

    proptest! {
        #[test]
        fn words_are_found_where_a_search_finds_them(rest in "[ a-zA-Z,\\\\ntr]{0,150}") {
            let text = format!("Erika Beispiel{rest}");
            let line = Line::around(text.as_bytes(), 0, 0);
            let found = (14..text.len()).any(|at| {
                let [first, next] = [line.at(at), line.at(at + 1)].map(|b| b.to_ascii_lowercase());
                let opens = matches!([first, next], [b'e', b'r'] | [b'b', b'e'])
                    || matches!(first, b'e' | b'b') && matches!(next, b',' | b'\\');
                opens && starts_freely(&line, at)
            });
            prop_assert_eq!(line_with("Erika Beispiel", &rest), Some(found));
        }
    }
}
