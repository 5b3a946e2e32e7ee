//! All patterns over a block: one pass for what they need, then each pattern over the lines that
//! have it.
//!
//! Literals of all patterns are looked for in a lower-case copy of the block, by vectorised searchers
//! of 64 literals each, shapes by the class masks of the scan. A pattern that needs nothing is tried on every line. A line is
//! searched once by a pattern, however often it has what the pattern needs.

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, MatchKind, PatternID};
use memchr::{memchr, memchr2, memmem, memrchr};
use regex::bytes::Regex;

use super::super::line::is_word_byte;
use super::before::Before;
use super::need::Need;
use super::shape::{Places, Shapes};
use crate::scan::Lane;
use crate::span::Span;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    /// The number of its rule.
    pub rule: u16,
    /// The expression.
    pub regex: Regex,
    /// The group that is the finding; 0 is the whole match.
    pub group: usize,
    /// What its matches contain.
    pub need: Need,
    /// What stands before the literal in them, if that is one sign.
    pub before: Before,
}

/// The patterns and what finds their lines.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    patterns: Vec<Pattern>,
    literals: Vec<Literals>,
    /// What every match of every pattern has, if that is one sign.
    sign: Option<Sign>,
    /// Whether any of the literals has letters, which are looked for in lower case.
    folds: bool,
    shapes: Shapes,
    /// Patterns that are tried on every line.
    always: Vec<u16>,
}

/// A sign that is no letter, and its number in hexadecimal digits of either case.
#[derive(Debug)]
struct Sign {
    byte: u8,
    escapes: [[u8; 2]; 2],
}

impl Sign {
    fn new(byte: u8) -> Self {
        let digits = |digits: &[u8; 16]| [byte >> 4, byte & 15].map(|d| digits[usize::from(d)]);
        Self { byte, escapes: [digits(b"0123456789abcdef"), digits(b"0123456789ABCDEF")] }
    }
}

/// Some of the literals, and for each of them the patterns that need it.
#[derive(Debug)]
struct Literals {
    search: Search,
    needers: Vec<Vec<Needer>>,
}

/// Who needs a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Needer {
    /// The number of the pattern.
    pattern: u16,
    /// How long the literal is, if it has to be a word of its own.
    word: Option<usize>,
}

impl Needer {
    /// Whether what stands at `at` of `text` is what it needs.
    #[inline]
    fn wants(self, text: &[u8], at: usize) -> bool {
        let is_part = |place: Option<&u8>| place.is_some_and(|&byte| is_word_byte(byte));
        self.word.is_none_or(|length| {
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            !is_part(before) && !is_part(text.get(at + length))
        })
    }
}

#[derive(Debug)]
enum Search {
    /// A sign.
    Byte(u8),
    Vectors(Searcher),
    /// Where the processor has no such vectors.
    Automaton(Box<AhoCorasick>),
}

/// Working memory of the patterns.
#[derive(Debug, Default)]
pub(super) struct Searched {
    /// For each pattern up to where its lines are searched.
    until: Vec<usize>,
    lower: Vec<u8>,
    places: Places,
}

/// As many literals as one vectorised searcher takes.
const MOST_VECTORS: usize = 64;
/// As many bytes of a literal as it compares at once.
const VECTOR_BYTES: usize = 4;

impl Patterns {
    /// The patterns, ready to run.
    ///
    /// # Errors
    /// When their literals make an automaton that is too large.
    pub(super) fn new(patterns: Vec<Pattern>) -> Result<Self, aho_corasick::BuildError> {
        let mut all = Self::default();
        let mut literals: Vec<(Vec<u8>, Needer)> = Vec::new();
        let mut rows = Vec::new();
        for (number, pattern) in (0..).zip(&patterns) {
            match &pattern.need {
                Need::Literals(needed) => {
                    let needer = Needer { pattern: number, word: None };
                    literals.extend(needed.iter().map(|text| (text.to_ascii_lowercase(), needer)));
                }
                Need::Word(words) => literals.extend(words.iter().map(|word| {
                    let needer = Needer { pattern: number, word: Some(word.len()) };
                    (word.to_ascii_lowercase(), needer)
                })),
                Need::Row(row) => rows.push((row.clone(), number)),
                Need::Nothing => all.always.push(number),
            }
        }
        literals.sort();
        literals.dedup();
        let mut texts: Vec<Vec<u8>> = literals.iter().map(|(text, _)| text.clone()).collect();
        texts.dedup();
        // Vectors compare the first bytes of all literals, as many as the shortest one has: a literal
        // of two bytes among long ones would make all of them slow.
        texts.sort_by_key(|text| text.len().min(VECTOR_BYTES));
        let alike = texts.chunk_by(|a, b| a.len().min(VECTOR_BYTES) == b.len().min(VECTOR_BYTES));
        for texts in alike.flat_map(|texts| texts.chunks(MOST_VECTORS)) {
            all.literals.push(Literals::new(texts, &literals)?);
        }
        all.folds = texts.iter().flatten().any(u8::is_ascii_alphabetic);
        let only_literals = rows.is_empty() && all.always.is_empty();
        all.sign = match &all.literals[..] {
            [Literals { search: Search::Byte(byte), .. }] if only_literals => {
                Some(Sign::new(*byte))
            }
            _ => None,
        };
        all.shapes = Shapes::new(rows);
        all.patterns = patterns;
        Ok(all)
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether `line`, which has something to undo, may have what the patterns need in any spelling.
    pub(super) fn may_be_in(&self, line: &[u8]) -> bool {
        let Some(sign) = &self.sign else { return true };
        let has = |text: &[u8]| memmem::find(line, text).is_some();
        // As itself or full-width, as an escape of its number, as an entity.
        memchr2(sign.byte, 0xEF, line).is_some()
            || sign.escapes.iter().any(|digits| has(digits))
            || (memchr(b'&', line).is_some() && (has(b"&#") || has(b"&commat")))
    }

    pub(super) fn read_every_line(&self) -> bool {
        !self.always.is_empty()
    }

    /// Calls `hit` with rule and span for each match in `text`, whose class masks are `lanes`.
    pub(super) fn run(
        &self,
        text: &[u8],
        lanes: &[Lane],
        searched: &mut Searched,
        hit: &mut impl FnMut(u16, Span),
    ) {
        searched.until.clear();
        searched.until.resize(self.patterns.len(), 0);
        if self.is_empty() {
            return;
        }
        if !self.literals.is_empty() {
            let mut lower = std::mem::take(&mut searched.lower);
            if self.folds {
                lower.clear();
                lower.extend_from_slice(text);
                lower.make_ascii_lowercase();
            }
            let folded = if self.folds { &lower[..] } else { text };
            for literals in &self.literals {
                literals.run(folded, |needers, at| {
                    for needer in needers.iter().filter(|needer| needer.wants(text, at)) {
                        let number = needer.pattern;
                        if self.patterns[usize::from(number)].before.stands(text, at) {
                            self.search(number, text, at, searched, hit);
                        }
                    }
                });
            }
            searched.lower = lower;
        }
        let mut places = std::mem::take(&mut searched.places);
        self.shapes.run(text, lanes, &mut places, |number, at| {
            self.search(number, text, at, searched, hit);
        });
        searched.places = places;
        if !self.always.is_empty() {
            let mut at = 0;
            while at < text.len() {
                let end = memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i);
                for &number in &self.always {
                    self.search(number, text, at, searched, hit);
                }
                at = end + 1;
            }
        }
    }

    /// Searches the line that holds `at`, unless that is done.
    fn search(
        &self,
        number: u16,
        text: &[u8],
        at: usize,
        searched: &mut Searched,
        hit: &mut impl FnMut(u16, Span),
    ) {
        let done = &mut searched.until[usize::from(number)];
        if at >= text.len() || at < *done {
            return;
        }
        let start = memrchr(b'\n', &text[..at]).map_or(0, |i| i + 1);
        let end = memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i);
        *done = end + 1;
        let line = &text[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let pattern = &self.patterns[usize::from(number)];
        let mut found = |range: std::ops::Range<usize>| {
            if !range.is_empty() {
                hit(pattern.rule, Span::new(start + range.start, start + range.end));
            }
        };
        if pattern.group == 0 {
            return pattern.regex.find_iter(line).for_each(|m| found(m.range()));
        }
        // What follows the group is context, and may be that of the next match, too.
        let mut from = 0;
        while let Some(captures) = pattern.regex.captures_at(line, from) {
            let group = captures.get(pattern.group).map(|m| m.range());
            from =
                group.as_ref().map_or(captures.get_match().end(), |group| group.end).max(from + 1);
            group.into_iter().for_each(&mut found);
            if from > line.len() {
                break;
            }
        }
    }
}

impl Literals {
    /// A search for `texts`; `all` are the literals with the patterns that need them. The longest
    /// literal that begins at a place is reported, so it stands for those that it begins with, too.
    fn new(texts: &[Vec<u8>], all: &[(Vec<u8>, Needer)]) -> Result<Self, aho_corasick::BuildError> {
        let needing = |text: &Vec<u8>| {
            let begun = all.iter().filter(|(literal, _)| text.starts_with(literal));
            begun.map(|&(_, needer)| needer).collect()
        };
        let needers = texts.iter().map(needing).collect();
        if let [text] = texts
            && let [sign] = text[..]
        {
            return Ok(Self { search: Search::Byte(sign), needers });
        }
        let vectors = packed::Config::new()
            .match_kind(packed::MatchKind::LeftmostLongest)
            .builder()
            .extend(texts)
            .build();
        let search = match vectors {
            Some(searcher) => Search::Vectors(searcher),
            None => {
                let mut builder = AhoCorasick::builder();
                Search::Automaton(Box::new(
                    builder.match_kind(MatchKind::LeftmostLongest).build(texts)?,
                ))
            }
        };
        Ok(Self { search, needers })
    }

    /// Calls `hit` with the patterns and the place of each literal in `lower`.
    fn run(&self, lower: &[u8], mut hit: impl FnMut(&[Needer], usize)) {
        let mut at = 0;
        while at < lower.len() {
            let found = match &self.search {
                Search::Byte(sign) => {
                    memchr(*sign, &lower[at..]).map(|i| (PatternID::ZERO, at + i))
                }
                Search::Vectors(searcher) => searcher
                    .find_in(lower, (at..lower.len()).into())
                    .map(|m| (m.pattern(), m.start())),
                Search::Automaton(automaton) => {
                    let input = aho_corasick::Input::new(lower).range(at..);
                    automaton.find(input).map(|m| (m.pattern(), m.start()))
                }
            };
            let Some((literal, start)) = found else { return };
            hit(&self.needers[literal.as_usize()], start);
            at = start + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;
    use proptest::prelude::*;

    fn pattern(rule: u16, text: &str) -> Pattern {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let hir = parser.parse(text).expect("a pattern");
        let need = Need::of(&hir);
        let regex =
            regex::bytes::RegexBuilder::new(text).unicode(false).build().expect("a pattern");
        let before = need.before(&hir);
        Pattern { rule, regex, group: 0, need, before }
    }

    fn found(all: &Patterns, text: &str) -> Vec<(u16, usize, usize)> {
        let mut lanes = Vec::new();
        Kernel::auto().classify(text.as_bytes(), &mut lanes);
        let mut found = Vec::new();
        all.run(text.as_bytes(), &lanes, &mut Searched::default(), &mut |rule, span| {
            found.push((rule, span.start, span.end));
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn the_first_line_is_searched_like_the_next() {
        let all = Patterns::new(vec![pattern(0, r"\b\d{4}\b")]).expect("a small automaton");
        assert_eq!(found(&all, "1234\na=5678\n"), [(0, 0, 4), (0, 7, 11)]);
    }

    #[test]
    fn a_word_leads_to_its_line_wherever_it_stands_alone() {
        let words = [&b"id"[..], b"idnr", b"kfz"].map(<[u8]>::to_vec).to_vec();
        let numbers = Pattern { need: Need::Word(words), ..pattern(0, r"\d{4}") };
        let all = Patterns::new(vec![numbers]).expect("a small automaton");
        for (text, expected) in [
            ("1234 IDNR\n", vec![(0, 0, 4)]),
            ("x\nmy_id=1234", vec![(0, 8, 12)]),
            ("id 1\n1234\n(Kfz) 5678 1234", vec![(0, 16, 20), (0, 21, 25)]),
            ("idn 1234 kid 1234 id7 1234 \u{e4}id 1234 1id", vec![]),
        ] {
            assert_eq!(found(&all, text), expected, "{text}");
        }
    }

    const PATTERNS: [&str; 10] = [
        r"ab\d{2}",
        r"abc",
        r"\b[A-Z]{2}\d{4}\b",
        r"\d{5,}",
        r"(?i)kunde",
        r"a|b9",
        r"bc|c\d",
        r"\b\d ?\d{2} ?[A-K]\b",
        r"(?:\d{2}[a-e]?){2}",
        r"[A-K]? \d{2,4}[A-K]",
    ];

    proptest! {
        #[test]
        fn prefilters_lose_nothing(text in "[aAbBcK \nunde\u{e9}0-9]{0,200}") {
            let all = Patterns::new((0..).zip(PATTERNS).map(|(rule, text)| pattern(rule, text)).collect());
            let all = all.expect("a small automaton");
            let mut expected = Vec::new();
            for (rule, pattern) in (0..).zip(&all.patterns) {
                let mut start = 0;
                for line in text.as_bytes().split(|&b| b == b'\n') {
                    let matches = pattern.regex.find_iter(line);
                    expected.extend(matches.map(|m| (rule, start + m.start(), start + m.end())));
                    start += line.len() + 1;
                }
            }
            expected.sort_unstable();
            prop_assert_eq!(found(&all, &text), expected);
        }
    }
}
