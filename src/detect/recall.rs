//! Memory within a line: a person who was found on strong evidence is found again in the same line.
//!
//! In: a block with its findings, in ascending order. Out: the same with what stands between them and
//! is the name of a person found in that line: in full, in whatever case, order and spelling; as the
//! family name or the given name alone, where the words speak for that and nothing says otherwise.
//!
//! Only the line counts, so the result depends on nothing else. What is found here may speak for its
//! neighbours, as its token would: the lines are noted in [`Found::again`] for another look.
//!
//! Cost: nothing in lines without such a name; else two letters of each part of it are looked for in
//! the rest of the line, and only words that open with both are read.

use memchr::memchr2_iter;

use crate::rules::words::Words;
use crate::span::{Span, TypeCode};
use crate::spelling;

use super::feeds::Feeds;
use super::key::{Class, KeyCache};
use super::line::{Line, is_word_byte};
use super::name::starts_freely;
use super::person::{self, Manner, Name, Word};
use super::returning::may_return;
use super::vocabulary::Vocabulary;
use super::{Context, Finding, Found, field};

/// Most parts of names that are kept of a line; further ones are not looked for.
const MOST_PARTS: usize = 16;
/// Most places of a gap that are read.
const MOST_PLACES: usize = 32;
/// Shortest part that is looked for: initials are none.
const SHORTEST: usize = 3;
pub(super) const ANY: Manner = Manner { lower: true, comma: true, plus: true };

/// Which part of a name a word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Part {
    #[default]
    Given,
    Family,
}

/// A word of a name that was found.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Its first two bytes as they were written.
    opening: [u8; 2],
    hash: u64,
    part: Part,
}

/// The words of the names of a line.
#[derive(Debug, Default)]
struct Parts {
    known: [Known; MOST_PARTS],
    count: usize,
}

impl Parts {
    fn known(&self) -> &[Known] {
        &self.known[..self.count]
    }

    fn part(&self, hash: u64) -> Option<Part> {
        self.known().iter().find(|known| known.hash == hash).map(|known| known.part)
    }

    fn learn(&mut self, text: &[u8], name: &Name) {
        for (word, part) in parts(name) {
            let hash = hash(text, word.span());
            if self.count < MOST_PARTS && self.part(hash).is_none() {
                let opening = [text[word.span().start], text[word.span().start + 1]];
                self.known[self.count] = Known { opening, hash, part };
                self.count += 1;
            }
        }
    }
}

/// Whether a finding is a person beyond doubt: the text says so, not the words alone.
pub(super) fn is_strong(finding: &Finding) -> bool {
    use Context::{Display, Honorific, List, NameField, Row};
    finding.kind() == TypeCode::NAM
        && matches!(finding.context, NameField | Display | Honorific | Row | List)
}

/// The words of a name with what each of them is; particles and initials left out.
pub(super) fn parts(name: &Name) -> impl Iterator<Item = (&Word, Part)> {
    let words = name.words();
    let comma = words.iter().position(|word| word.after_comma);
    let last = words.len() - usize::from(!words.is_empty());
    let part = move |i: usize, word: &Word| match comma {
        Some(comma) if i < comma => Part::Family,
        Some(_) => Part::Given,
        None if words.len() == 1 && word.bits.given() > word.bits.family() => Part::Given,
        None if i == last => Part::Family,
        None => Part::Given,
    };
    let counts = |word: &Word| !word.is_particle() && word.span().len() >= SHORTEST;
    let counted = words.iter().enumerate().filter(move |(_, word)| counts(word));
    counted.map(move |(i, word)| (word, part(i, word)))
}

/// The words of a name that was found at `span`.
pub(super) fn name_at<'v>(text: &[u8], span: Span, words: impl Into<Vocabulary<'v>>) -> Name {
    person::read(text, span.start, span.end, words, ANY)
}

/// The hash of a word in any spelling, of a double name as a whole.
pub(super) fn hash(text: &[u8], span: Span) -> u64 {
    let text = &text[..span.end];
    let (mut at, mut sum) = (span.start, 0u64);
    while let Some(word) = spelling::word(text, at) {
        sum = sum.wrapping_add(word.hash);
        match spelling::gap(text, word.end) {
            Some(next) => at = next,
            None => break,
        }
    }
    sum
}

/// Adds what is found again in the lines of `block`.
pub(super) fn add(block: &[u8], feeds: Feeds, words: Vocabulary, found: &mut Found) {
    let settled = found.findings.len();
    let (mut at, mut line_start) = (0, 0);
    while let Some(strong) = found.findings[at..settled].iter().position(is_strong) {
        let (before, rest) = found.findings[at..settled].split_at(strong);
        let line = Line::around(block, rest[0].span.start, line_start);
        line_start = line.start;
        let of_line = |finding: &&Finding| finding.span.start >= line.start;
        let first = at + strong - before.iter().rev().take_while(of_line).count();
        let of_line = |finding: &&Finding| finding.span.start < line.text.len();
        let end = at + strong + rest.iter().take_while(of_line).count();
        look(&line, feeds, first..end, words, found);
        at = end;
    }
    if found.findings.len() > settled {
        found.findings.sort_by_key(|finding| finding.span);
    }
}

/// Adds what is found again in the line at the end of `text` that starts at `start`, whose findings are
/// the last ones from `first` on; what is added comes behind them.
#[inline]
pub(super) fn in_line(
    (text, start): (&[u8], usize),
    feeds: Feeds,
    first: usize,
    words: Vocabulary,
    found: &mut Found,
) {
    if found.findings[first..].iter().any(is_strong) {
        let all = first..found.findings.len();
        look(&Line::unread(text, start), feeds, all, words, found);
    }
}

/// Looks for the names of the findings in `range` between the findings of their line.
fn look(
    line: &Line,
    feeds: Feeds,
    range: std::ops::Range<usize>,
    words: Vocabulary,
    found: &mut Found,
) {
    let findings = &found.findings[range.clone()];
    let names = findings.iter().filter(|finding| is_strong(finding)).map(|finding| finding.span);
    let again = may_return(line, feeds, findings, names);
    if !again.unwrap_or_else(|| opens_again(line, findings)) {
        return;
    }
    let mut parts = Parts::default();
    for finding in found.findings[range.clone()].iter().filter(|finding| is_strong(finding)) {
        parts.learn(line.text, &name_at(line.text, finding.span, words));
    }
    let settled = found.findings.len();
    let mut start = line.start;
    for index in range.start..=range.end {
        let next = found.findings[..settled].get(index).filter(|_| index < range.end);
        let gap = Span::new(start, next.map_or(line.text.len(), |finding| finding.span.start));
        start = next.map_or(start, |finding| finding.span.end);
        in_gap(line, gap, &parts, words, found);
    }
    if found.findings.len() > settled {
        found.again.push(Span::new(line.start, line.text.len()));
    }
}

/// Whether a word between the `findings` of `line` may open like one of its names, where
/// [`may_return`] does not tell. A word behind a space that is spelled by an escape or by more than
/// one byte is not taken for one.
#[cold]
fn opens_again(line: &Line, findings: &[Finding]) -> bool {
    let strong = || findings.iter().filter(|finding| is_strong(finding));
    let starts = |finding: &Finding| {
        let Span { start, end } = finding.span;
        let opens = move |&at: &usize| at == start || !is_word_byte(line.text[at - 1]);
        (start..(end + 1).saturating_sub(SHORTEST)).filter(opens)
    };
    let mut openings = strong().flat_map(starts).map(|at| [line.text[at], line.text[at + 1]]);
    openings.any(|opening| {
        let mut start = line.start;
        let gaps = findings.iter().map(|finding| finding.span);
        let rest = Span::new(line.text.len(), line.text.len());
        gaps.chain([rest]).any(|next| {
            let gap = Span::new(start, next.start);
            start = next.end;
            places(line, gap, opening).next().is_some()
        })
    })
}

/// Where words begin in `gap` with the letters of `opening`, or spelled otherwise.
fn places<'l>(line: &'l Line, gap: Span, opening: [u8; 2]) -> impl Iterator<Item = usize> + 'l {
    let [first, second] = opening;
    let inside = &line.text[gap.start..gap.end];
    let all = memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), inside);
    all.map(move |at| gap.start + at).filter(move |&at| {
        let next = line.at(at + 1);
        let plain = next.is_ascii_alphabetic() && second.is_ascii_alphabetic();
        (!plain || next.eq_ignore_ascii_case(&second)) && starts_freely(line, at)
    })
}

/// Adds the names of `parts` that stand in `gap`.
fn in_gap(line: &Line, gap: Span, parts: &Parts, words: Vocabulary, found: &mut Found) {
    let (mut places, mut count) = ([0; MOST_PLACES], 0);
    for known in parts.known() {
        for at in self::places(line, gap, known.opening).take(MOST_PLACES - count) {
            places[count] = at;
            count += 1;
        }
    }
    let places = &mut places[..count];
    places.sort_unstable();
    let mut done = gap.start;
    for &at in places.iter() {
        let free = at >= done && at != line.token_end;
        let again = free.then(|| at_place(line, at, gap.end, parts, words, &mut found.keys));
        // Two tokens side by side would be none.
        let touches = |span: &Span| {
            span.start == gap.start && gap.start > line.start
                || span.end == gap.end && gap.end < line.text.len()
        };
        if let Some(span) = again.flatten().filter(|span| !touches(span)) {
            found.push_name((span, Context::Memory));
            done = span.end;
        }
    }
}

/// The name of `parts` that begins at `at` and does not go beyond `end`.
fn at_place(
    line: &Line,
    at: usize,
    end: usize,
    parts: &Parts,
    words: Vocabulary,
    keys: &mut KeyCache,
) -> Option<Span> {
    let mut name = person::read(line.text, at, end, words, ANY);
    let known = |word: &Word| parts.part(hash(line.text, word.span()));
    let first = known(name.words().first()?)?;
    let stranger = |word: &Word| !word.is_particle() && known(word).is_none();
    let all = name.words().len();
    let count = name.words().iter().position(stranger).unwrap_or(all);
    let after = name.words().get(count).copied();
    // Particles at the end are cut off as well, and `Ben` may be one.
    name.cut(count);
    let alone_word = *name.words().first()?;
    let words_in_full = name.parts().count();
    let span = name.span();
    let mut alone = || {
        let goes_on = after.is_some_and(|word| word.bits.is_org() || word.bits.is_nonperson());
        !goes_on && stands_alone(&alone_word, first) && !names_other(line, at, words.words, keys)
    };
    let fits = !line.glues(span.end) && !line.is_json_key(span.end);
    (fits && (words_in_full > 1 || alone())).then_some(span)
}

/// Whether a word that is part of a known name may be meant for the person where it stands alone:
/// it is no place, company or thing, and no word that is more often something else.
pub(super) fn stands_alone(word: &Word, part: Part) -> bool {
    let bits = word.bits;
    let elsewhere = bits.is_place()
        || bits.is_org()
        || bits.is_nonperson()
        || bits.is_month()
        || bits.is_host();
    let said = !word.said.is_empty() && !word.is_particle();
    let common = match part {
        Part::Family if word.is_capital() => bits.common() < 3,
        _ => bits.common() == 0,
    };
    !elsewhere && !said && common
}

/// Whether `at` is the value of a field that holds something else: `queue=Beispiel`.
pub(super) fn names_other(line: &Line, at: usize, words: &Words, keys: &mut KeyCache) -> bool {
    field::separator_before(line, at, 4, b" \"'\\")
        .and_then(|separator| field::at(line, words, keys, separator))
        .is_some_and(|field| field.class == Class::Other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Bias, Columns, Detector};
    use crate::rules::RuleSet;
    use crate::scan::{Kernel, Marks};
    use proptest::prelude::*;

    /// What is found again in `text`.
    fn again(text: &str) -> Vec<&str> {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        let detector = Detector::new(rules, Vec::new(), Bias::Balanced, None);
        let (mut marks, mut candidates) = (Marks::default(), Vec::new());
        let kernel = Kernel::auto();
        kernel.mark(text.as_bytes(), &mut marks);
        kernel.candidates(text.as_bytes(), &mut marks, detector.filter(), &mut candidates);
        let mut found = Found::default();
        let kid = crate::pseudonym::Kid::new([0; 3]);
        let feeds = Feeds::of(&marks.lanes);
        detector.run(text.as_bytes(), feeds, &Columns::default(), &candidates, kid, &mut found);
        let again = found.findings.iter().filter(|finding| finding.context == Context::Memory);
        again.map(|finding| &text[finding.span.start..finding.span.end]).collect()
    }

    #[test]
    fn a_name_that_is_a_particle_too_may_end_a_line() {
        // The block begins with a bracket: what is left of the words there once looked like a key.
        for line in [
            "{\"firstName\":\"Ben\",\"text\":\"ben schrieb\"}",
            "[x] Fr Den den",
            "> Herr Ben: ben",
        ] {
            assert!(again(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_person_is_found_again_in_the_same_line() {
        for (line, wanted) in [
            ("callerName=\"Erika Mustermann\" note=\"ask mustermann later\"", &["mustermann"][..]),
            ("callerName=\"Zoë Müller-Muster\" 7 zoe mueller-muster", &["zoe mueller-muster"]),
            (r#"{"displayName":"Beispiel, Erika","login":"erika beispiel"}"#, &["erika beispiel"]),
            ("Herr Mustermann 4 [Mustermann] x", &["Mustermann"]),
            ("callerName=\"Erika Mustermann\"\nask mustermann later", &[]),
        ] {
            assert_eq!(again(line), wanted, "{line}");
        }
    }

    #[test]
    fn what_is_also_something_else_stays() {
        for line in [
            "callerName=\"Grace Berlin\" 7 grace period in berlin",
            "callerName=\"Erika Beispiel\" queue=Beispiel host=beispiel-01 x.beispiel.example",
            "callerName=\"Max Mustermann\" max retries, Mustermann GmbH",
            "callerName=\"Erika Beispiel\" Beispiel_1 beispiel=7 at Beispiel.java:7",
            "M. von Петрова%2B493023125000 Herr ПЕТРОВА",
        ] {
            assert_eq!(again(line), [""; 0], "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_ruled_out_in_which_a_name_returns(
            name in "[AE]([abo'`.-]|ä|\u{a0}|Ｅ| |, ){1,9}[AaEe]{0,2}",
            rest in "([ ,:(=]([aAeE]([abo'`.,-]|ä|Ｅ|%61){0,4} ?){1,3}){1,4}",
        ) {
            let words = RuleSet::builtin().expect("the embedded rules are valid").words;
            let text = format!("{name} | {rest}\n");
            let span = Span::new(0, name.len());
            let line = Line::around(text.as_bytes(), 0, 0);
            let mut parts = Parts::default();
            parts.learn(line.text, &name_at(line.text, span, &words));
            let mut found = Found::default();
            in_gap(&line, Span::new(name.len(), line.text.len()), &parts, (&words).into(), &mut found);
            let findings = [Finding::new(span, Context::NameField)];
            let mut lanes = Vec::new();
            Kernel::auto().classify(text.as_bytes(), &mut lanes);
            let again = may_return(&line, Feeds::of(&lanes), &findings, [span].into_iter());
            prop_assert!(found.findings.is_empty() || again != Some(false), "{}", text);
        }
    }
}
