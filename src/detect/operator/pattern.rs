//! All patterns over a block: one pass for what they need, then each pattern over the lines that
//! have it.
//!
//! Literals of all patterns are looked for by one automaton (vectorised while they are few), shapes
//! by the class masks of the scan. A pattern that needs nothing is tried on every line. A line is
//! searched once by a pattern, however often it has what the pattern needs.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use memchr::{memchr, memrchr};
use regex::bytes::Regex;

use super::need::{Classes, Need};
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
    /// Whether a cue of a list leads to its lines, so that nothing else need.
    pub is_cued: bool,
}

/// The patterns and what finds their lines.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    patterns: Vec<Pattern>,
    literals: Option<AhoCorasick>,
    /// For each literal the patterns that need it.
    needers: Vec<Vec<u16>>,
    shapes: Vec<(Vec<Classes>, u16)>,
    /// Patterns that are tried on every line.
    always: Vec<u16>,
}

/// For each pattern up to where its lines are searched.
#[derive(Debug, Default)]
pub(super) struct Searched(Vec<usize>);

impl Patterns {
    /// The patterns, ready to run.
    ///
    /// # Errors
    /// When their literals make an automaton that is too large.
    pub(super) fn new(patterns: Vec<Pattern>) -> Result<Self, aho_corasick::BuildError> {
        let mut all = Self::default();
        let mut literals: Vec<(Vec<u8>, u16)> = Vec::new();
        for (number, pattern) in (0..).zip(&patterns) {
            match &pattern.need {
                _ if pattern.is_cued => {}
                Need::Literals(needed) => {
                    literals.extend(needed.iter().map(|literal| (literal.clone(), number)));
                }
                Need::Shape(shape) => all.shapes.push((shape.clone(), number)),
                Need::Nothing => all.always.push(number),
            }
        }
        all.patterns = patterns;
        if !literals.is_empty() {
            all.add_literals(literals)?;
        }
        Ok(all)
    }

    /// The automaton reports the longest literal that begins at a place; so it stands for those
    /// that it begins with, too.
    fn add_literals(
        &mut self,
        mut literals: Vec<(Vec<u8>, u16)>,
    ) -> Result<(), aho_corasick::BuildError> {
        literals.sort();
        literals.dedup();
        let mut texts: Vec<Vec<u8>> = literals.iter().map(|(text, _)| text.clone()).collect();
        texts.dedup();
        let needing = |text: &Vec<u8>| {
            let begun = literals.iter().filter(|(literal, _)| text.starts_with(literal));
            begun.map(|&(_, number)| number).collect()
        };
        self.needers = texts.iter().map(needing).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&texts)?;
        self.literals = Some(automaton);
        Ok(())
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Calls `hit` with rule and span for each match in `text`, whose class masks are `lanes`.
    pub(super) fn run(
        &self,
        text: &[u8],
        lanes: &[Lane],
        searched: &mut Searched,
        hit: &mut impl FnMut(u16, Span),
    ) {
        searched.0.clear();
        searched.0.resize(self.patterns.len(), 0);
        if self.is_empty() {
            return;
        }
        self.run_literals(text, searched, hit);
        self.run_shapes(text, lanes, searched, hit);
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

    /// Searches the line of the cue at `at` for the patterns of `rule`.
    pub(super) fn cue(
        &self,
        rule: u16,
        text: &[u8],
        at: usize,
        searched: &mut Searched,
        hit: &mut impl FnMut(u16, Span),
    ) {
        for (number, _) in (0..).zip(&self.patterns).filter(|(_, pattern)| pattern.rule == rule) {
            self.search(number, text, at, searched, hit);
        }
    }

    fn run_literals(&self, text: &[u8], searched: &mut Searched, hit: &mut impl FnMut(u16, Span)) {
        let Some(automaton) = &self.literals else { return };
        let mut at = 0;
        while let Some(found) = automaton.find(Input::new(text).range(at..)) {
            for &number in &self.needers[found.pattern().as_usize()] {
                self.search(number, text, found.start(), searched, hit);
            }
            at = found.start() + 1;
        }
    }

    fn run_shapes(
        &self,
        text: &[u8],
        lanes: &[Lane],
        searched: &mut Searched,
        hit: &mut impl FnMut(u16, Span),
    ) {
        if self.shapes.is_empty() {
            return;
        }
        let beyond = Masks::BEYOND;
        let mut here = lanes.first().map_or(beyond, Masks::of);
        for index in 0..lanes.len() {
            let next = lanes.get(index + 1).map_or(beyond, Masks::of);
            for (shape, number) in &self.shapes {
                let mut places = fits(shape, &here, &next);
                while places != 0 {
                    let at = index * 64 + places.trailing_zeros() as usize;
                    places &= places - 1;
                    if at < text.len() {
                        // The byte before the match may end the line before it.
                        let at = if text[at] == b'\n' { at + 1 } else { at };
                        self.search(*number, text, at, searched, hit);
                    }
                }
            }
            here = next;
        }
        // Nothing stands before the first line, which a shape may want to see.
        for (_, number) in self.shapes.iter().filter(|(shape, _)| shape[0] == Classes::BEFORE) {
            self.search(*number, text, 0, searched, hit);
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
        let done = &mut searched.0[usize::from(number)];
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
        match pattern.group {
            0 => pattern.regex.find_iter(line).for_each(|m| found(m.range())),
            group => pattern
                .regex
                .captures_iter(line)
                .filter_map(|captures| captures.get(group))
                .for_each(|m| found(m.range())),
        }
    }
}

/// The lane of each class, in the order of their bits.
#[derive(Clone, Copy)]
struct Masks([u64; 5]);

impl Masks {
    /// Past the end of the text.
    const BEYOND: Masks = Masks([0, 0, 0, 0, u64::MAX]);

    fn of(lane: &Lane) -> Self {
        let other = !(lane.digit | lane.alpha | lane.high);
        Self([lane.digit, lane.upper, lane.alpha & !lane.upper, lane.high, other])
    }

    /// Where any of `classes` stands.
    #[inline]
    fn any(&self, classes: Classes) -> u64 {
        let bit = |i: usize| self.0[i] & 0u64.wrapping_sub(u64::from(classes.0 >> i & 1));
        bit(0) | bit(1) | bit(2) | bit(3) | bit(4)
    }
}

/// The places of the first 64 at which `shape` begins.
#[inline]
fn fits(shape: &[Classes], here: &Masks, next: &Masks) -> u64 {
    let mut places = u64::MAX;
    let mut last = (Classes(0), 0, 0);
    for (shift, &classes) in (0..).zip(shape) {
        if last.0 != classes {
            last = (classes, here.any(classes), next.any(classes));
        }
        let (_, low, high) = last;
        places &= if shift == 0 { low } else { low >> shift | high << (64 - shift) };
        if places == 0 {
            break;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;
    use proptest::prelude::*;

    fn pattern(rule: u16, text: &str) -> Pattern {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let need = Need::of(&parser.parse(text).expect("a pattern"));
        let regex =
            regex::bytes::RegexBuilder::new(text).unicode(false).build().expect("a pattern");
        Pattern { rule, regex, group: 0, need, is_cued: false }
    }

    const PATTERNS: [&str; 7] =
        [r"ab\d{2}", r"abc", r"\b[A-Z]{2}\d{4}\b", r"\d{5,}", r"(?i)kunde", r"a|b9", r"bc|c\d"];

    proptest! {
        #[test]
        fn prefilters_lose_nothing(text in "[aAbBcK \nunde\u{e9}0-9]{0,200}") {
            let all = Patterns::new((0..).zip(PATTERNS).map(|(rule, text)| pattern(rule, text)).collect());
            let all = all.expect("a small automaton");
            let mut lanes = Vec::new();
            Kernel::auto().classify(text.as_bytes(), &mut lanes);
            let mut found = Vec::new();
            all.run(text.as_bytes(), &lanes, &mut Searched::default(), &mut |rule, span| {
                found.push((rule, span.start, span.end));
            });
            found.sort_unstable();
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
            prop_assert_eq!(found, expected);
        }
    }
}
