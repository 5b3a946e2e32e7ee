//! Names whose parts stand in components: HL7 version 2, DICOM, and the names of passengers.
//!
//! In: the first word of a segment, a capital, or a title in capitals. Out: the components of a person's name, each
//! by itself, so that a message keeps its structure: `Beispiel^Erika` (HL7 v2.5.1 data types XPN and XCN; DICOM
//! PS3.5, PN) and `BEISPIEL/ERIKA MRS` (passenger name records). In fields that hold names by their standard any
//! word is one; elsewhere the lists have to know a part of it.

use crate::span::Span;

use super::context::Context;
use super::judge::{self, Trust, is_person};
use super::line::{Line, is_word_byte};
use super::name::{Names, WRITTEN};
use super::person::{self, Name};

/// Family name, given name, and the other given names.
pub(super) type Components = [Option<Span>; 3];

/// Longest component.
const LONGEST: usize = 48;
/// The most fields of a segment that are looked at.
const MOST_FIELDS: usize = 60;

/// A segment, its fields that hold names, and those that hold numbers.
type Fields = (&'static [u8; 3], &'static [usize], &'static [usize]);

/// Fields of HL7 segments that hold a person's name (XPN, XCN), and those that hold a phone number (XTN): v2.5.1
/// chapters 3, 4, 6, 7, 8, 9, 10 and 15.
const FIELDS: [Fields; 16] = [
    (b"PID", &[5, 6, 9], &[13, 14]),
    (b"NK1", &[2, 30], &[5, 6, 31]),
    (b"PV1", &[7, 8, 9, 17, 52], &[]),
    (b"PV2", &[13], &[]),
    (b"ORC", &[10, 11, 12, 19], &[14, 23]),
    (b"OBR", &[10, 16, 28, 32, 33, 34, 35], &[17]),
    (b"OBX", &[16], &[]),
    (b"GT1", &[3, 4], &[6, 7]),
    (b"IN1", &[6, 16], &[7]),
    (b"MRG", &[7], &[]),
    (b"ROL", &[4], &[12]),
    (b"SCH", &[12, 16, 20], &[13, 17]),
    (b"AIP", &[3], &[]),
    (b"STF", &[3], &[10]),
    (b"EVN", &[5], &[]),
    (b"TXA", &[5, 9, 10, 11], &[]),
];

/// The words that open what [`Names::segment`] reads, as far as they are letters, in small ones.
pub(super) const OPENERS: [&[u8]; 15] = [
    b"pid", b"nk", b"pv", b"orc", b"obr", b"obx", b"gt", b"mrg", b"rol", b"sch", b"aip", b"stf",
    b"evn", b"txa", b"pn",
];

impl Names<'_> {
    /// Adds the components of all names in the segment of HL7 that begins at `at`, and its phone numbers, in ascending
    /// order; or those of the value of DICOM there (`PN [Beispiel^Erika]`).
    pub(super) fn segment(&self, line: &Line, at: usize, parts: &mut Vec<(Span, Context)>) {
        let rest = &line.text[at..];
        if rest.starts_with(b"PN [") {
            return self.add_name(line, at + 4, parts);
        }
        let Some((name, [b'|', ..])) = rest.split_first_chunk::<3>() else { return };
        let Some((_, names, numbers)) = fields_of(name) else { return };
        let rest = &rest[..end_of_segment(rest)];
        // Tables parted by bars have no components: `PID|PPID|UID`.
        if !rest.contains(&b'^') {
            return;
        }
        let bars = memchr::memchr_iter(b'|', rest).take(MOST_FIELDS);
        for (bar, index) in bars.zip(1..) {
            let start = at + bar + 1;
            if names.contains(&index) {
                self.add_name(line, start, parts);
            } else if numbers.contains(&index) {
                add_numbers(line, start, parts);
            }
        }
    }

    /// Adds the components of the name in the field at `start`: family and given names, or an identifier before them.
    fn add_name(&self, line: &Line, start: usize, names: &mut Vec<(Span, Context)>) {
        let numbered =
            line.text[start..].iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric());
        let number = numbered.count();
        let is_number = line.text[start..start + number].iter().any(u8::is_ascii_digit);
        let skipped = if is_number && line.at(start + number) == b'^' { number + 1 } else { 0 };
        let mut place = start + skipped;
        for index in 0..3 {
            let Some(part) = component(line, place) else { return };
            let alone = index == 0 && line.at(part.end) != b'^';
            let trust = if alone { Trust::Some } else { Trust::Sure };
            if !self.read_whole(line, part).is_some_and(|name| is_person(&name, trust)) {
                return;
            }
            names.push((part, Context::NameField));
            if line.at(part.end) != b'^' {
                return;
            }
            place = part.end + 1;
        }
    }

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
            && let Some(found) = self.listed(line, before, here)
        {
            return Some(found);
        }
        let next = (line.at(here.end) == b'^').then(|| component(line, here.end + 1))??;
        self.listed(line, here, next)
    }

    fn listed(&self, line: &Line, family: Span, given: Span) -> Option<Components> {
        let both = [self.read_whole(line, family)?, self.read_whole(line, given)?];
        let more = (line.at(given.end) == b'^').then(|| component(line, given.end + 1)).flatten();
        let more =
            more.filter(|&more| self.read_whole(line, more).is_some_and(|name| is_given(&name)));
        is_listed(&both).then_some([Some(family), Some(given), more])
    }

    /// The words of the name that fills `span`.
    fn read_whole(&self, line: &Line, span: Span) -> Option<Name> {
        person::read_whole(line.text, span, self.vocabulary, WRITTEN)
    }

    /// The parts of the name of a passenger whose title is at `at`: `1.1BEISPIEL/ERIKA MRS`. `TX/RX MS` and
    /// `ACTIVE/PASSIVE DR` are something else, so that these titles say nothing.
    pub(super) fn passenger(&self, line: &Line, at: usize) -> Option<Components> {
        const TITLES: [&[u8]; 4] = [b"MR", b"MRS", b"MISS", b"MSTR"];
        let floor = line.done.max(line.start);
        let title = line.text[at..].iter().take_while(|b| b.is_ascii_uppercase()).count();
        let ends = !is_word_byte(line.at(at + title));
        let head = line.text.get(floor..at)?.strip_suffix(b" ")?;
        if !ends || !TITLES.contains(&&line.text[at..at + title]) {
            return None;
        }
        let letters = |text: &[u8]| {
            let letter = |b: &&u8| b.is_ascii_uppercase() || **b >= 0x80 || **b == b'-';
            let count = text.iter().rev().take(LONGEST).take_while(letter).count();
            (3..LONGEST).contains(&count).then_some(count)
        };
        let given = letters(head)?;
        let rest = head[..head.len() - given].strip_suffix(b"/")?;
        let family = letters(rest)?;
        let end = floor + rest.len();
        let (family, given) = (Span::new(end - family, end), Span::new(end + 1, end + 1 + given));
        let opens = matches!(
            line.before(family.start),
            b'0'..=b'9' | b'.' | b' ' | b'"' | b'=' | b':' | b'\n'
        );
        let both = [self.read_whole(line, family)?, self.read_whole(line, given)?];
        let mut words = both.iter().flat_map(|name| name.words());
        let plain = words.clone().all(|word| judge::is_plain(word) && !judge::is_elsewhere(word));
        let known = words.any(|word| word.is_listed());
        (opens && plain && (known || title > 2)).then_some([Some(family), Some(given), None])
    }
}

/// The fields of the segment of this name that hold names, and those that hold numbers.
fn fields_of(name: &[u8; 3]) -> Option<&'static Fields> {
    FIELDS.iter().find(|(segment, ..)| *segment == name)
}

/// How long the segment is that `rest` begins with: up to a carriage return, spelled as an escape or not, or to the
/// next segment that is known.
fn end_of_segment(rest: &[u8]) -> usize {
    let ends = |at: usize| match rest[at] {
        b'\r' => true,
        b'\\' => [&b"\\r"[..], b"\\n", b"\\u000d", b"\\x0d"]
            .iter()
            .any(|end| rest[at..].starts_with(end)),
        b'|' => {
            let name = rest[..at].last_chunk::<3>();
            at > 3
                && !rest[at - 4].is_ascii_alphanumeric()
                && name.is_some_and(|name| fields_of(name).is_some())
        }
        _ => false,
    };
    let end =
        memchr::memchr3_iter(b'\r', b'\\', b'|', rest).take(4 * MOST_FIELDS).find(|&at| ends(at));
    end.unwrap_or(rest.len())
}

/// Adds the numbers in the field at `start`, one of each repetition: the first component (up to v2.2), or the twelfth,
/// which holds the number as it is written.
fn add_numbers(line: &Line, start: usize, parts: &mut Vec<(Span, Context)>) {
    const MOST: usize = 4;
    let field = &line.text[start..];
    let field = &field[..field.iter().take(4 * LONGEST).take_while(|&&b| b != b'|').count()];
    let mut place = start;
    for contact in field.split(|&b| b == b'~').take(MOST) {
        let mut at = place;
        for (index, component) in contact.split(|&b| b == b'^').enumerate() {
            let number = component.iter().filter(|b| b.is_ascii_digit()).count() > 2;
            if number && matches!(index, 0 | 11) {
                parts.push((Span::new(at, at + component.len()), Context::PhoneField));
            }
            at += component.len() + 1;
        }
        place += contact.len() + 1;
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

/// Whether the lists know both components for names, or one of them and nothing of the other.
fn is_listed([family, given]: &[Name; 2]) -> bool {
    let other = |name: &Name| {
        name.parts()
            .any(|word| judge::is_elsewhere(word) || word.bits.common() > 0 && !word.is_listed())
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
    use crate::detect::{Bias, Detector};
    use crate::rules::RuleSet;

    /// The components of all segments of `text`, or those at the first place where there are any.
    fn found(text: &str) -> Vec<String> {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        let detector = Detector::new(rules, Vec::new(), Bias::Balanced, None);
        let names = detector.names((&detector.rules.words).into(), Verdicts::default());
        let line = Line::around(text.as_bytes(), 0, 0);
        let mut spans = Vec::new();
        let capitals = text.char_indices().filter(|(_, ch)| ch.is_uppercase()).map(|(at, _)| at);
        capitals.clone().for_each(|at| names.segment(&line, at, &mut spans));
        if spans.is_empty() {
            let components = capitals
                .into_iter()
                .find_map(|at| names.components(&line, at).or_else(|| names.passenger(&line, at)));
            let named = |span| (span, Context::NameField);
            spans.extend(components.into_iter().flatten().flatten().map(named));
        }
        spans.iter().map(|(span, _)| text[span.start..span.end].to_owned()).collect()
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
        assert_eq!(
            found("ORC|RE|1|2|3|||||||7^X Y^Zed|A1^XYZ^Q. W.|"),
            ["X Y", "Zed", "XYZ", "Q. W."]
        );
        assert!(found("PID|1||||UNKNOWN^UNKNOWN||").is_empty());
        let two = "EVN|A01|20260101\rPID|1||A1^^^X||Xyzmann^Qwertine||";
        assert_eq!(found(two), ["Xyzmann", "Qwertine"]);
    }

    #[test]
    fn fields_of_the_standard_hold_numbers() {
        let pid =
            "PID|1||4711||X^Y||19701231|F|||A 1^^B||030 23125 042~^PRN^PH^^^^^^^^^(030) 23125043|";
        assert_eq!(found(pid), ["030 23125 042", "(030) 23125043"]);
        assert_eq!(
            found("NK1|1|Xyzmann^Qwertine|SPO||07700900042^PRN^CP"),
            ["Xyzmann", "Qwertine", "07700900042"]
        );
    }

    #[test]
    fn elsewhere_the_lists_decide() {
        assert_eq!(found("patient=\"Schneider^Erika\""), ["Schneider", "Erika"]);
        for other in [
            "OBX|1|NM|GLU^Glucose^L||5.4|mmol/L",
            "NK1|1|X|SPO^Spouse|12 Elm Grove^^LEEDS^^LS7",
            "PV1|1|I|INN3^312^2^KLINIKUM-NORD||",
            "AL1|1|DA|PEN^Penicillin|",
            "PID|PPID|UID|STAT|TTY|TIME|COMMAND",
            "OBX|1|NM|GLU^Glucose||5.4|mmol/L|70|N|||F\rOBX|2|CE|S^C||Positive||||||F\rOBX|3|TX|X||Ward^East|",
            "PN [Version]",
            "path A/B MR, 4 MR",
        ] {
            assert!(found(other).is_empty(), "{other}: {:?}", found(other));
        }
    }

    #[test]
    fn titles_in_capitals_stand_behind_passengers() {
        assert_eq!(found("1.1XYZMANN/QWERTINE MRS 2.1"), ["XYZMANN", "QWERTINE"]);
        for other in [
            "SELECT/INSERT MRSX",
            "LATENCY READ/WRITE MS: 12",
            "MODALITY PET/CT MR",
            "ACTIVE/PASSIVE DR SITE",
            "/APP/CONFIG MR 7",
            "fooXYZMANN/QWERTINE MRS",
            "\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}\u{c4}A/ERIKA MRS",
        ] {
            assert!(found(other).is_empty(), "{other}: {:?}", found(other));
        }
    }
}
