//! What the text of a match cannot do without: literals, or a run of byte classes.
//!
//! A pattern's syntax tree enters; a [`Need`] leaves that every match fulfils inside its line. So a
//! line without it is never searched. Literals are looked for by one automaton for all patterns,
//! shapes by shifting the class masks of the scan: `[A-Z]{2}\d{6}` is two masks of capitals and six
//! of digits, one bit further each.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::before::Before;

/// What every match contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// One of these.
    Literals(Vec<Vec<u8>>),
    /// Bytes of these classes in a row.
    Shape(Vec<Classes>),
    /// Nothing that is worth looking for.
    Nothing,
}

/// A set of byte classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Classes(pub(super) u8);

impl Classes {
    pub(super) const DIGIT: Classes = Classes(1);
    pub(super) const UPPER: Classes = Classes(2);
    pub(super) const LOWER: Classes = Classes(4);
    pub(super) const HIGH: Classes = Classes(8);
    pub(super) const OTHER: Classes = Classes(16);
    const ALL: Classes = Classes(31);
    /// What is no ASCII word character, and `_`.
    const OUTSIDE: Classes = Classes(Self::HIGH.0 | Self::OTHER.0);
    /// What a shape begins with that wants a word to begin.
    pub(super) const BEFORE: Classes = Self::OUTSIDE;

    fn of(byte: u8) -> Self {
        match byte {
            b'0'..=b'9' => Self::DIGIT,
            b'A'..=b'Z' => Self::UPPER,
            b'a'..=b'z' => Self::LOWER,
            0x80.. => Self::HIGH,
            _ => Self::OTHER,
        }
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all its bytes are letters and digits of ASCII.
    fn is_word(self) -> bool {
        self.0 & Self::OUTSIDE.0 == 0
    }

    /// How much it tells: few bytes of a log are digits or capitals.
    fn weight(self) -> usize {
        match self {
            Self::DIGIT | Self::UPPER | Self::HIGH => 3,
            Self::ALL => 0,
            _ if self.is_word() || self.0 & 7 == 0 => 2,
            _ => 1,
        }
    }
}

/// Most literals of one pattern.
const MOST_LITERALS: usize = 32;
/// Most literals that a run of letters of either case is spelled out to.
const MOST_SPELLINGS: usize = 16;
/// Longest shape.
const LONGEST_SHAPE: usize = 24;
/// A shape that weighs less fits too many places.
const LEAST_WEIGHT: usize = 9;

impl Need {
    /// What every match of `hir` contains.
    pub(super) fn of(hir: &Hir) -> Need {
        let literals = literals(hir);
        let shape = shape(hir);
        let shortest = literals.as_deref().map_or(0, shortest);
        match literals {
            Some(literals) if shortest >= 3 || is_rare(&literals) => Need::Literals(literals),
            _ if weight(&shape) >= LEAST_WEIGHT => Need::Shape(shape),
            Some(literals) if shortest == 2 => Need::Literals(literals),
            _ => Need::Nothing,
        }
    }

    /// What can stand before the literal in a match of `hir`; anything unless that is one sign.
    pub(super) fn before(&self, hir: &Hir) -> Before {
        match self {
            Need::Literals(literals)
                if let [literal] = &literals[..]
                    && let [sign] = literal[..] =>
            {
                Before::of(sign, hir)
            }
            _ => Before::ANYTHING,
        }
    }
}

fn shortest(literals: &[Vec<u8>]) -> usize {
    literals.iter().map(Vec::len).min().unwrap_or(0)
}

/// Signs that few lines hold.
fn is_rare(literals: &[Vec<u8>]) -> bool {
    literals.iter().all(|literal| literal.len() > 1 || matches!(&literal[..], b"@" | b"~" | b"^"))
}

/// The strings that `hir` matches, if they are few.
fn spellings(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Class(class) => class.literal().map(|one| vec![one]).or_else(|| members(class)),
        HirKind::Capture(capture) => spellings(&capture.sub),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Vec::new()], |heads, part| join(&heads, &spellings(part)?))
        }
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(spellings).collect();
            all.map(|all| all.concat()).filter(|all| all.len() <= MOST_SPELLINGS)
        }
        HirKind::Repetition(repetition) if repetition.max == Some(repetition.min) => {
            let part = spellings(&repetition.sub)?;
            let times = repetition.min.min(MOST_SPELLINGS as u32 + 1);
            (0..times).try_fold(vec![Vec::new()], |heads, _| join(&heads, &part))
        }
        HirKind::Repetition(_) => None,
    }
}

/// The members of a small class.
fn members(class: &Class) -> Option<Vec<Vec<u8>>> {
    const MOST: usize = 4;
    let members: Vec<Vec<u8>> = match class {
        Class::Bytes(class) => {
            class.iter().flat_map(|r| r.start()..=r.end()).take(MOST + 1).map(|b| vec![b]).collect()
        }
        Class::Unicode(class) => class
            .iter()
            .flat_map(|r| r.start()..=r.end())
            .take(MOST + 1)
            .map(|c| c.to_string().into_bytes())
            .collect(),
    };
    (members.len() <= MOST).then_some(members)
}

/// Each head with each tail.
fn join(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    (heads.len() * tails.len() <= MOST_SPELLINGS).then(|| {
        heads.iter().flat_map(|head| tails.iter().map(|tail| [&head[..], tail].concat())).collect()
    })
}

/// The best literals of which every match of `hir` contains one.
fn literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = match hir.kind() {
        HirKind::Capture(capture) => literals(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => literals(&repetition.sub),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(literals).collect();
            all.map(|all| all.concat()).filter(|all| all.len() <= MOST_LITERALS)
        }
        HirKind::Concat(parts) => literals_of_row(parts),
        _ => spellings(hir),
    };
    found.filter(|literals| shortest(literals) > 0)
}

fn literals_of_row(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut consider = |literals: Vec<Vec<u8>>| {
        let worth = |of: &[Vec<u8>]| (shortest(of), is_rare(of));
        let better = |known: &Vec<Vec<u8>>| worth(&literals) > worth(known);
        if shortest(&literals) > 0 && best.as_ref().is_none_or(better) {
            best = Some(literals);
        }
    };
    let mut row = vec![Vec::new()];
    for part in parts {
        let part_spellings = spellings(part);
        if let Some(longer) = part_spellings.as_ref().and_then(|tails| join(&row, tails)) {
            row = longer;
            continue;
        }
        consider(std::mem::replace(&mut row, part_spellings.unwrap_or_else(|| vec![Vec::new()])));
        if let Some(inner) = literals(part) {
            consider(inner);
        }
    }
    consider(row);
    best
}

fn weight(shape: &[Classes]) -> usize {
    shape.iter().map(|classes| classes.weight()).sum()
}

/// The heaviest row of classes that every match of `hir` contains.
fn shape(hir: &Hir) -> Vec<Classes> {
    match hir.kind() {
        HirKind::Capture(capture) => shape(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min == 1 => shape(&repetition.sub),
        HirKind::Concat(parts) => shape_of_row(parts),
        _ => opening(hir).0,
    }
}

fn shape_of_row(parts: &[Hir]) -> Vec<Classes> {
    let mut best = Vec::new();
    let mut consider = |row: &[Classes]| {
        if weight(row) > weight(&best) {
            best = row.to_vec();
        }
    };
    let mut row: Vec<Classes> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if is_word_boundary(part) {
            let next = parts.get(index + 1).and_then(|next| opening(next).0.first().copied());
            match row.last() {
                Some(last) if last.is_word() => consider(&[&row[..], &[Classes::OUTSIDE]].concat()),
                None if next.is_some_and(Classes::is_word) => row.push(Classes::OUTSIDE),
                _ => {}
            }
            continue;
        }
        let (classes, whole) = opening(part);
        row.extend(classes);
        row.truncate(LONGEST_SHAPE);
        if !whole || row.len() == LONGEST_SHAPE {
            consider(&std::mem::take(&mut row));
            consider(&shape(part));
        }
    }
    consider(&row);
    best
}

fn is_word_boundary(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Look(Look::WordAscii | Look::WordStartAscii | Look::WordEndAscii))
}

/// The classes of the first bytes of every match, and whether there are no others.
fn opening(hir: &Hir) -> (Vec<Classes>, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (Vec::new(), true),
        HirKind::Literal(literal) => (literal.0.iter().map(|&b| Classes::of(b)).collect(), true),
        HirKind::Class(class) => opening_of_class(class),
        HirKind::Capture(capture) => opening(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (classes, whole) = opening(&repetition.sub);
            let times =
                if whole { repetition.min as usize } else { repetition.min.min(1) as usize };
            let times = times.min(LONGEST_SHAPE);
            let exact = whole && repetition.max == Some(repetition.min) && times < LONGEST_SHAPE;
            (classes.repeat(times), exact)
        }
        HirKind::Concat(parts) => {
            let mut row = Vec::new();
            for part in parts {
                let (classes, whole) = opening(part);
                row.extend(classes);
                if !whole || row.len() > LONGEST_SHAPE {
                    return (row, false);
                }
            }
            (row, true)
        }
        HirKind::Alternation(parts) => {
            let openings: Vec<_> = parts.iter().map(opening).collect();
            let len = openings.iter().map(|(row, _)| row.len()).min().unwrap_or(0);
            let any =
                |at: usize| openings.iter().fold(Classes(0), |sum, (row, _)| sum.with(row[at]));
            let whole = openings.iter().all(|(row, whole)| *whole && row.len() == len);
            ((0..len).map(any).collect(), whole)
        }
    }
}

fn opening_of_class(class: &Class) -> (Vec<Classes>, bool) {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Bytes(class) => {
            class.iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect()
        }
        Class::Unicode(class) => {
            class.iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect()
        }
    };
    let ascii = ranges.iter().all(|&(_, end)| end < 0x80);
    let mut classes = if ascii { Classes(0) } else { Classes::HIGH };
    for byte in 0..0x80 {
        if ranges.iter().any(|&(start, end)| (start..=end).contains(&byte)) {
            classes = classes.with(Classes::of(byte as u8));
        }
    }
    // A character beyond ASCII takes several bytes, all of them high.
    (vec![classes], ascii || matches!(class, Class::Bytes(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(pattern: &str) -> Need {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        Need::of(&parser.parse(pattern).expect("a pattern"))
    }

    fn literals(expected: &[&str]) -> Need {
        Need::Literals(expected.iter().map(|text| text.as_bytes().to_vec()).collect())
    }

    #[test]
    fn the_longest_literal_is_needed() {
        assert_eq!(need(r"cust-\d{8}"), literals(&["cust-"]));
        assert_eq!(need(r"(\w+)@[a-z]+\.example"), literals(&[".example"]));
        assert_eq!(need(r"[\w.]+@[\w.]+"), literals(&["@"]));
        assert_eq!(need(r"\w<([\w.]+)@[\w.]+"), literals(&["@"]));
        assert_eq!(need(r"(?:Kunde|Client) (\d+)"), literals(&["Kunde ", "Client "]));
        let Need::Literals(spelled) = need(r"(?i)abcdef\d") else { panic!("letters are literals") };
        assert_eq!((spelled.len(), spelled[0].len()), (16, 4));
    }

    #[test]
    fn rows_of_classes_are_needed_where_there_is_no_literal() {
        let Need::Shape(shape) = need(r"\b[A-Z]{2}\d{6}\b") else { panic!("classes in a row") };
        let mut expected = vec![Classes::OUTSIDE, Classes::UPPER, Classes::UPPER];
        expected.extend([Classes::DIGIT; 6]);
        expected.push(Classes::OUTSIDE);
        assert_eq!(shape, expected);
        let Need::Shape(shape) = need(r"\w+\d{8,}x?") else { panic!("digits in a row") };
        assert_eq!(shape, [Classes::DIGIT; 8]);
    }

    #[test]
    fn little_is_nothing() {
        for pattern in [r"\w+", r"\d\d", r"a|\d{9}", r".*", r"x?\d"] {
            assert_eq!(need(pattern), Need::Nothing, "{pattern}");
        }
    }
}
