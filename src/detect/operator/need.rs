//! What the text of a match cannot do without: literals, or a run of byte classes.
//!
//! A pattern's syntax tree enters; a [`Need`] leaves that every match fulfils inside its line. So a
//! line without it is never searched. Literals are looked for by one automaton for all patterns,
//! rows of classes by shifting the class masks of the scan: `[A-Z]{2}\d{6}` is two masks of capitals and
//! six of digits, one bit further each.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::before::Before;
use super::steps::{self, Step};

/// What every match contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// One of these.
    Literals(Vec<Vec<u8>>),
    /// One of these as a word of its own, somewhere in the line of the match.
    Word(Vec<Vec<u8>>),
    /// These bytes in a row.
    Row(Vec<Step>),
    /// Nothing that is worth looking for.
    Nothing,
}

/// Most literals of one pattern.
const MOST_LITERALS: usize = 32;
/// Most literals that a run of letters of either case is spelled out to.
const MOST_SPELLINGS: usize = 16;
/// A row that weighs less fits too many places.
const LEAST_WEIGHT: usize = 9;

impl Need {
    /// What every match of `hir` contains.
    pub(super) fn of(hir: &Hir) -> Need {
        let literals = literals(hir);
        let row = steps::row(hir);
        let shortest = literals.as_deref().map_or(0, shortest);
        match literals {
            Some(literals) if is_rare(&literals) => Need::Literals(literals),
            _ if steps::weight(&row) >= LEAST_WEIGHT => Need::Row(row),
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

/// Signs that few lines hold, or more than two bytes: these alone are worth a look at each place.
fn is_rare(literals: &[Vec<u8>]) -> bool {
    literals.iter().all(|literal| literal.len() > 2 || matches!(&literal[..], b"@" | b"~" | b"^"))
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

#[cfg(test)]
mod tests {
    use super::super::bytes::Bytes;
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
        let of = |first, last| Step::one(Bytes::of([(first, last)].into_iter()));
        let (digit, capital) = (of(b'0', b'9'), of(b'A', b'Z'));
        let outside = Step::one(Bytes::outside());
        let mut expected = vec![outside, capital, capital];
        expected.extend([digit; 6]);
        expected.push(outside);
        assert_eq!(need(r"\b[A-Z]{2}\d{6}\b"), Need::Row(expected));
        assert_eq!(need(r"\w+\d{8,}x?"), Need::Row(vec![digit; 8]));
        let chip = [vec![of(b'8', b'8'), of(b'9', b'9')], vec![digit; 17]].concat();
        assert_eq!(need(r"89\d{17,18}"), Need::Row(chip));
    }

    #[test]
    fn little_is_nothing() {
        for pattern in [r"\w+", r"\d\d", r"a|\d{9}", r".*", r"x?\d"] {
            assert_eq!(need(pattern), Need::Nothing, "{pattern}");
        }
    }
}
