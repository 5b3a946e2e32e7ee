//! Names whose parts stand in components: HL7 version 2, DICOM, and the names of passengers.
//!
//! In: a capital, or a title in capitals. Out: the components of one person's name there, each by itself, so that
//! a message keeps its structure: `Beispiel^Erika` (HL7 v2.5.1 data types XPN and XCN; DICOM PS3.5, PN) and
//! `BEISPIEL/ERIKA MRS` (passenger name records). In fields that hold names by their standard any word is one;
//! elsewhere the lists have to know a part of it.

use crate::span::Span;

use super::judge::{self, Trust, is_person};
use super::line::{Line, is_word_byte};
use super::name::{Names, WRITTEN};
use super::person::{self, Name};

/// Family name, given name, and the other given names.
pub(super) type Components = [Option<Span>; 3];

/// Longest component.
const LONGEST: usize = 48;
/// How far back the name of a segment is looked for.
const SEGMENT_REACH: usize = 512;

/// Fields of HL7 segments that hold a person's name (v2.5.1 chapters 3, 4, 6, 7, 8, 10 and 15).
const FIELDS: [(&[u8; 3], &[usize]); 18] = [
    (b"PID", &[5, 6, 9]),
    (b"PD1", &[4]),
    (b"NK1", &[2, 30]),
    (b"PV1", &[7, 8, 9, 17, 52]),
    (b"PV2", &[13]),
    (b"ORC", &[10, 11, 12, 19]),
    (b"OBR", &[10, 16, 28, 32, 33, 34, 35]),
    (b"OBX", &[16]),
    (b"GT1", &[3, 4]),
    (b"IN1", &[16]),
    (b"MRG", &[7]),
    (b"ROL", &[4]),
    (b"SCH", &[12, 16, 20]),
    (b"AIP", &[3]),
    (b"STF", &[3]),
    (b"EVN", &[5]),
    (b"TXA", &[5, 9, 10, 11]),
    (b"PR1", &[8, 11, 12]),
];

impl Names<'_> {
    /// The components of the name whose first or second one begins at `at`.
    #[inline]
    pub(super) fn components(&self, line: &Line, at: usize) -> Option<Components> {
        let may_be = matches!(line.before(at), b'|' | b'^' | b'[' | b'~' | b'"' | b'\'');
        may_be.then(|| self.components_around(line, at)).flatten()
    }

    #[inline(never)]
    fn components_around(&self, line: &Line, at: usize) -> Option<Components> {
        let here = component(line, at)?;
        if line.before(at) == b'^'
            && let Some(before) = component_before(line, at - 1)
            && let Some(found) = self.judged(line, before, here)
        {
            return Some(found);
        }
        let next = (line.at(here.end) == b'^').then(|| component(line, here.end + 1))??;
        self.judged(line, here, next)
    }

    fn judged(&self, line: &Line, family: Span, given: Span) -> Option<Components> {
        let read = |span: Span| {
            let name = person::read(line.text, span.start, span.end, self.vocabulary, WRITTEN);
            (name.span() == span).then_some(name)
        };
        let both = [read(family)?, read(given)?];
        let certain = opens_dicom(line, family.start) || is_name_field(line, family.start);
        let person = match certain {
            true => both.iter().all(|name| is_person(name, Trust::Sure)),
            false => is_listed(&both),
        };
        let more = (line.at(given.end) == b'^').then(|| component(line, given.end + 1)).flatten();
        let more = more.filter(|&more| read(more).is_some_and(|name| is_given(&name)));
        person.then_some([Some(family), Some(given), more])
    }

    /// The parts of the name of a passenger whose title is at `at`: `1.1BEISPIEL/ERIKA MRS`.
    pub(super) fn passenger(&self, line: &Line, at: usize) -> Option<Components> {
        const TITLES: [&[u8]; 6] = [b"MR", b"MRS", b"MS", b"MISS", b"MSTR", b"DR"];
        let floor = line.done.max(line.start);
        let title = line.text[at..].iter().take_while(|b| b.is_ascii_uppercase()).count();
        let ends = !is_word_byte(line.at(at + title));
        let head = line.text.get(floor..at)?.strip_suffix(b" ")?;
        if !ends || !TITLES.contains(&&line.text[at..at + title]) {
            return None;
        }
        let letters = |text: &[u8]| {
            let letter = |b: &&u8| b.is_ascii_uppercase() || **b >= 0x80 || **b == b'-';
            text.iter().rev().take(LONGEST).take_while(letter).count()
        };
        let given = letters(head);
        let rest = head[..head.len() - given].strip_suffix(b"/")?;
        let family = letters(rest);
        let end = floor + rest.len();
        let all = given > 1 && family > 1;
        all.then(|| {
            let given = Span::new(end + 1, end + 1 + given);
            [Some(Span::new(end - family, end)), Some(given), None]
        })
    }
}

/// The component that begins at `start`: letters, and what stands between them in names.
fn component(line: &Line, start: usize) -> Option<Span> {
    let rest = line.text.get(start..)?;
    let inside =
        |b: &&u8| matches!(b, b'A'..=b'Z' | b'a'..=b'z' | 0x80.. | b' ' | b'-' | b'\'' | b'.');
    let length = rest.iter().take(LONGEST).take_while(inside).count();
    let ends = matches!(
        rest.get(length),
        None | Some(b'^' | b'|' | b']' | b'~' | b'&' | b'"' | b'\'' | b'\\' | b'=' | b'\r')
    );
    (length > 0 && ends).then(|| Span::new(start, start + length))
}

/// The component that ends at `end`.
fn component_before(line: &Line, end: usize) -> Option<Span> {
    let floor = line.done.max(line.start).max(end.saturating_sub(LONGEST)).min(end);
    let head = &line.text[floor..end];
    let open = head.iter().rposition(|b| matches!(b, b'|' | b'^' | b'[' | b'~' | b'"' | b'\''))?;
    component(line, floor + open + 1).filter(|span| span.end == end)
}

/// `PN [Beispiel^Erika]`: what tools for DICOM print of a value of this representation.
fn opens_dicom(line: &Line, start: usize) -> bool {
    line.text[line.start..start].ends_with(b"PN [")
}

/// Whether the field that holds `at` is one of [`FIELDS`].
fn is_name_field(line: &Line, at: usize) -> bool {
    let floor = line.start.max(at.saturating_sub(SEGMENT_REACH));
    let head = &line.text[floor..at];
    let mut bars = 0;
    for bar in memchr::memrchr_iter(b'|', head) {
        bars += 1;
        let Some(name) = head[..bar].last_chunk::<3>() else { return false };
        let free =
            bar < 4 || !head[bar - 4].is_ascii_alphanumeric() || opens_segment(&head[..bar - 3]);
        if free && let Some((_, fields)) = FIELDS.iter().find(|(segment, _)| *segment == name) {
            return fields.contains(&bars);
        }
    }
    false
}

/// `\rPID|`, with the carriage return as an escape of JSON.
fn opens_segment(head: &[u8]) -> bool {
    head.ends_with(b"\\r") || head.ends_with(b"\\n")
}

/// Whether the lists know both components for names, or one of them and nothing of the other.
fn is_listed([family, given]: &[Name; 2]) -> bool {
    let other = |name: &Name| {
        let mut words = name.words().iter().filter(|word| !word.is_particle());
        words.any(|word| judge::is_elsewhere(word) || word.bits.common() > 0 && !word.is_listed())
    };
    let unknown = |name: &Name| name.words().iter().all(|word| word.bits.is_empty());
    let of_family = family.words().iter().any(|word| word.bits.family() > 1);
    let known = is_given(given) && (of_family || unknown(family) || is_given(family))
        || of_family && unknown(given);
    known && !other(family) && !other(given)
}

fn is_given(name: &Name) -> bool {
    name.words().first().is_some_and(|first| first.bits.given() > 0 && first.bits.common() == 0)
}

#[cfg(test)]
mod tests {
    use super::super::verdicts::Verdicts;
    use super::*;
    use crate::detect::openings::Openings;
    use crate::detect::{Bias, Detector};
    use crate::rules::RuleSet;

    /// The components found at the first place of `text` where there are any.
    fn found(text: &str) -> Vec<String> {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        let detector = Detector::new(rules, Vec::new(), Bias::Balanced, None);
        let names = detector.names((&detector.rules.words).into(), Verdicts::default());
        let _: &Openings = names.titles;
        let line = Line::around(text.as_bytes(), 0, 0);
        let places = || (0..text.len()).filter(|&at| text.is_char_boundary(at));
        let capital = |at: &usize| text[*at..].starts_with(char::is_uppercase);
        let components = places()
            .filter(capital)
            .find_map(|at| names.components(&line, at).or_else(|| names.passenger(&line, at)));
        let spans = components.into_iter().flatten().flatten();
        spans.map(|span| text[span.start..span.end].to_owned()).collect()
    }

    #[test]
    fn fields_of_the_standard_hold_any_name() {
        assert_eq!(found("PID|1||4711^^^KIS^PI||Xyzmann^Qwertine^^^^^L|"), ["Xyzmann", "Qwertine"]);
        assert_eq!(
            found("x\\rPV1|1|I|A^2||||8837^Xyzmann^Qwertine^^^Dr."),
            ["Xyzmann", "Qwertine"]
        );
        assert_eq!(found("(0010,0010) PN [Xyzmann^Qwertine] # 16"), ["Xyzmann", "Qwertine"]);
        assert_eq!(found("NK1|1|van der Beispiel^Erika|"), ["van der Beispiel", "Erika"]);
        assert_eq!(found("PID|1||4711||BEISPIEL^ERIKA^KLARA^^|"), ["BEISPIEL", "ERIKA", "KLARA"]);
    }

    #[test]
    fn elsewhere_the_lists_decide() {
        assert_eq!(found("patient=\"Schneider^Erika\""), ["Schneider", "Erika"]);
        for other in [
            "OBX|1|NM|GLU^Glucose^L||5.4|mmol/L",
            "NK1|1|X|SPO^Spouse|12 Elm Grove^^LEEDS^^LS7",
            "PV1|1|I|INN3^312^2^KLINIKUM-NORD||",
            "AL1|1|DA|PEN^Penicillin|",
            "path A/B MR, 4 MR",
        ] {
            assert!(found(other).is_empty(), "{other}: {:?}", found(other));
        }
    }

    #[test]
    fn titles_in_capitals_stand_behind_passengers() {
        assert_eq!(found("1.1XYZMANN/QWERTINE MRS 2.1"), ["XYZMANN", "QWERTINE"]);
        assert!(found("SELECT/INSERT MRSX").is_empty());
    }
}
