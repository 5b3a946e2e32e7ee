//! Rows of bytes that the matches of a pattern contain.
//!
//! In: a pattern's syntax tree. Out: the heaviest row of [`Step`]s that every match holds somewhere:
//! `\b[A-Z]{2} ?\d{6}` is a byte that is no letter, two capitals, a blank or none, and six digits.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::bytes::Bytes;

/// One of these bytes, or none if that is optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) bytes: Bytes,
    pub(super) optional: bool,
}

impl Step {
    pub(super) fn one(bytes: Bytes) -> Self {
        Self { bytes, optional: false }
    }

    fn is_word(&self) -> bool {
        self.bytes.classes().is_word()
    }
}

/// Most steps of a row.
const LONGEST: usize = 24;
/// Most optional bytes at one place of it.
const MOST_OPTIONAL: u32 = 2;

/// How much a row tells.
pub(super) fn weight(row: &[Step]) -> usize {
    row.iter().filter(|step| !step.optional).map(|step| step.bytes.classes().weight()).sum()
}

/// The heaviest row that every match of `hir` contains; it begins and ends with a byte that is not
/// optional.
pub(super) fn row(hir: &Hir) -> Vec<Step> {
    match hir.kind() {
        HirKind::Capture(capture) => row(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min == 1 => row(&repetition.sub),
        HirKind::Concat(parts) => heaviest_of(parts),
        _ => trimmed(&opening(hir).0).to_vec(),
    }
}

fn heaviest_of(parts: &[Hir]) -> Vec<Step> {
    let mut best = Vec::new();
    let mut consider = |row: &[Step]| {
        if weight(row) > weight(&best) {
            best = trimmed(row).to_vec();
        }
    };
    let mut row: Vec<Step> = Vec::new();
    let outside = Step::one(Bytes::outside());
    for (index, part) in parts.iter().enumerate() {
        if is_word_boundary(part) {
            let next = parts.get(index + 1).and_then(|next| opening(next).0.first().copied());
            if ends_in_word(&row) {
                consider(&[&row[..], &[outside]].concat());
            } else if row.is_empty() && next.is_some_and(|next| next.is_word() && !next.optional) {
                row.push(outside);
            }
            continue;
        }
        let (steps, whole) = opening(part);
        row.extend(steps);
        row.truncate(LONGEST);
        if !whole || row.len() == LONGEST {
            consider(&std::mem::take(&mut row));
            consider(&self::row(part));
        }
    }
    consider(&row);
    best
}

/// Without the optional bytes at both ends, which tell nothing.
fn trimmed(row: &[Step]) -> &[Step] {
    let start = row.iter().position(|step| !step.optional).unwrap_or(row.len());
    let end = row.iter().rposition(|step| !step.optional).map_or(start, |last| last + 1);
    &row[start..end]
}

/// Whether a letter or a digit is the last byte, whichever that is.
fn ends_in_word(row: &[Step]) -> bool {
    let first_of_end = row.iter().rposition(|step| !step.optional);
    first_of_end.is_some_and(|first| row[first..].iter().all(Step::is_word))
}

fn is_word_boundary(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Look(Look::WordAscii | Look::WordStartAscii | Look::WordEndAscii))
}

/// The first bytes of every match, and whether there are no others.
fn opening(hir: &Hir) -> (Vec<Step>, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (Vec::new(), true),
        HirKind::Literal(literal) => {
            let one = |&byte| Step::one(Bytes::of([(byte, byte)].into_iter()));
            (literal.0.iter().map(one).collect(), true)
        }
        HirKind::Class(class) => of_class(class),
        HirKind::Capture(capture) => opening(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = |count: u32| if count > LONGEST as u32 { LONGEST } else { count as usize };
            let (steps, whole) = opening(&repetition.sub);
            if !whole {
                return (steps.repeat(times(repetition.min.min(1))), false);
            }
            let mut row = steps.repeat(times(repetition.min));
            let more = repetition.max.map(|max| max - repetition.min);
            match (more, &steps[..]) {
                (Some(0), _) => {}
                (Some(more @ ..=MOST_OPTIONAL), &[Step { bytes, .. }]) => {
                    row.extend([Step { bytes, optional: true }].repeat(times(more)));
                }
                _ => return (row, false),
            }
            let exact = row.len() < LONGEST;
            (row, exact)
        }
        HirKind::Concat(parts) => {
            let mut row = Vec::new();
            for part in parts {
                let (steps, whole) = opening(part);
                row.extend(steps);
                if !whole || row.len() > LONGEST {
                    return (row, false);
                }
            }
            (row, true)
        }
        HirKind::Alternation(parts) => of_any(parts),
    }
}

/// The same of one of `parts`, as far as none of them has an optional byte.
fn of_any(parts: &[Hir]) -> (Vec<Step>, bool) {
    let openings: Vec<_> = parts.iter().map(opening).collect();
    let fixed = |row: &[Step]| row.iter().take_while(|step| !step.optional).count();
    let len = openings.iter().map(|(row, _)| fixed(row)).min().unwrap_or(0);
    let any = |at: usize| {
        Step::one(openings.iter().fold(Bytes::NONE, |sum, (row, _)| sum.with(row[at].bytes)))
    };
    let whole = openings.iter().all(|(row, whole)| *whole && row.len() == len);
    ((0..len).map(any).collect(), whole)
}

fn of_class(class: &Class) -> (Vec<Step>, bool) {
    let (bytes, whole) = match class {
        Class::Bytes(class) => (Bytes::of(class.iter().map(|r| (r.start(), r.end()))), true),
        Class::Unicode(class) => {
            let ascii = class.iter().filter_map(|r| {
                let start = u8::try_from(r.start()).ok().filter(u8::is_ascii)?;
                Some((start, u8::try_from(r.end()).map_or(0x7f, |end| end.min(0x7f))))
            });
            let (bytes, whole) = (Bytes::of(ascii), class.iter().all(|r| r.end().is_ascii()));
            // A character beyond ASCII takes several bytes, all of them high.
            (if whole { bytes } else { bytes.with(Bytes::HIGH) }, whole)
        }
    };
    (vec![Step::one(bytes)], whole)
}

#[cfg(test)]
mod tests {
    use super::super::bytes::Classes;
    use super::*;

    /// The row of `pattern`: a letter for each step (digits, capitals, letters of either case, outside),
    /// and what is optional behind it.
    fn row_of(pattern: &str) -> String {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let row = row(&parser.parse(pattern).expect("a pattern"));
        let letter = |bytes: Bytes| match bytes.classes() {
            _ if bytes == Bytes::outside() => '|',
            Classes::DIGIT => 'd',
            Classes::UPPER => 'U',
            Classes::OTHER => '_',
            Classes(6) => 'l',
            _ => '?',
        };
        let of = |step: &Step| {
            [Some(letter(step.bytes)), step.optional.then_some('?')].into_iter().flatten()
        };
        row.iter().flat_map(of).collect()
    }

    #[test]
    fn rows_go_over_what_is_optional() {
        for (pattern, expected) in [
            (r"\b\d{2} ?[A-Z] ?\d\b", "|dd_?U_?d|"),
            (r"\b[1-9]\d(?: ?\d{3}){2}\b", "|dd_?ddd_?ddd|"),
            (r"\d{3,5}[A-Z]?\b", "dddd?d?U?|"),
            (r"\d{3} ?\b", "ddd"),
            (r"x?\d{4,}[A-Z]", "dddd"),
            (r"\b ?\d{3}", "ddd"),
            (r"(?:\d ?|\d[A-Z])\d{5}", "ddddd"),
            (r"(?i)ab?\d-?", "ll?d"),
            (r"\d(?:ab)?\d\d", "dd"),
        ] {
            assert_eq!(row_of(pattern), expected, "{pattern}");
        }
    }
}
