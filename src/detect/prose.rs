//! Names in running text, where nothing but the words and their neighbours speaks for them.
//!
//! In: the place of a capitalised word. Out: the words of its run (capitals in a row, particles
//! between) that the [model](super::model) takes for a name. A run is judged once, as a whole; one
//! that touches a name is not judged at all, for it was judged together with that name.

use crate::carrier;
use crate::pseudonym::token;
use crate::rules::words::{LONGEST, Said};
use crate::span::{Span, TypeCode};
use crate::swar;

use super::Context;
use super::features;
use super::field;
use super::judge::{self, Trust};
use super::key::{Class, KeyCache};
use super::line::{Line, is_word_byte};
use super::name::{Names, starts_freely};
use super::person::{self, Case, MOST_WORDS, Manner, Name, Word};
use super::reach;
use super::worth::is_worth;

const WRITTEN: Manner = Manner { lower: false, comma: false, plus: false };
/// How far the angle bracket may be from a part of a display name.
const LONGEST_REST: usize = 64;

/// A run of capitalised words as it was read.
struct Row {
    name: Name,
    /// Where it was read from.
    start: usize,
    /// Whether its first word is a noun for a person in a role.
    role: bool,
}

impl Names<'_> {
    /// The name in the run of capitalised words that holds the one at `at`.
    #[inline]
    pub(super) fn in_run(
        &self,
        line: &mut Line,
        at: usize,
        keys: &mut KeyCache,
    ) -> Option<(Span, Context)> {
        self.is_open(line, at).then(|| self.in_open_run(line, at, keys))?
    }

    /// The same where [`Self::is_open`] said yes; few places get here.
    #[inline(never)]
    fn in_open_run(
        &self,
        line: &mut Line,
        at: usize,
        keys: &mut KeyCache,
    ) -> Option<(Span, Context)> {
        let Row { mut name, start, role } = self.row(line, at)?;
        let all = name.span();
        if opens_version(line, all.end) {
            return None;
        }
        // The honorific speaks, when its turn comes.
        if matches!(name.words(), [first, _, ..] if first.said.any(Said::N_HONORIFIC)) {
            return None;
        }
        if role {
            name.skip(1);
        }
        let points = match judge::points(&name) {
            points if role => points + judge::prior(Trust::Some),
            _ if after_number(line, name.span().start) => judge::prior(Trust::Some),
            against if against < 0 && is_sentence(line) => 0,
            against => against,
        };
        let tags = self.verdicts.tags(line, &name, self.bias.points() + points);
        let words = tagged(name.words(), &tags);
        // Few runs are names, so what stands around them is looked at in the end.
        let is_name = is_name(words)
            && self.stands_alone(line, start, all)
            && !self.is_other_value(line, name.span(), keys);
        is_name.then(|| self.whole(line, span(words)))
    }

    /// Whether `span` is all of the value of a field for something else: `"carrier":"..."`. The key is
    /// looked up at last, for few runs are names.
    fn is_other_value(&self, line: &Line, span: Span, keys: &mut KeyCache) -> bool {
        let ends = matches!(line.at(span.end), b'"' | b'\'' | b'\\' | b',' | b';' | b'&' | b'\n');
        ends && field::class_before(line, self.words, keys, span.start) == Class::Other
    }

    /// Whether a word that is no name is a noun for a person in a role: `Schichtleiterin`.
    fn is_role(&self, text: &[u8], word: &Word) -> bool {
        const LENGTHS: std::ops::RangeInclusive<usize> = 4..=18;
        let all = &text[word.span().start..word.span().end];
        let ends = |length: usize| {
            let tail = all.len().checked_sub(length).map(|start| &all[start..]);
            tail.is_some_and(|tail| self.words.of(tail).any(Said::N_ROLE_ENDING))
        };
        word.case == Case::Title && !word.is_listed() && LENGTHS.into_iter().any(ends)
    }

    /// The words at the start of `name`, in a place of this trust, that the model takes for a name.
    pub(super) fn by_model(&self, line: &Line, name: &Name, trust: Trust) -> Option<Span> {
        let opens = |first: &Word| first.is_capital() && !judge::is_opening_word(first);
        let capital = name.words().first().is_some_and(opens);
        let text = |word: &Word| &line.text[word.span().start..word.span().end];
        let worth = |word: &Word| features::is_worth(person::lexicon_bits(text(word)), text(word));
        let worth = capital && name.words().iter().any(worth);
        let humped = |word| features::is_humped(line.text, word);
        if !worth || name.words().iter().any(humped) || self.touches(line, name.span()) {
            return None;
        }
        let points = judge::prior(trust) + judge::points(name);
        let tags = self.verdicts.tags(line, name, self.bias.points() + points);
        let words = tagged(name.words(), &tags);
        let city = matches!(words, [only] if only.bits.is_place() && only.bits.given() < 2);
        (tags[0] && is_name(words) && !city && !words.iter().all(judge::is_thing))
            .then(|| span(words))
    }

    /// The name that `found` is the whole or a part of: what the text around it says where it begins
    /// and ends counts more than the model.
    fn whole(&self, line: &Line, found: Span) -> (Span, Context) {
        let covers =
            |(span, _): &(Span, Context)| span.start <= found.start && found.end <= span.end;
        let angle = angle_ahead(line, found.end).and_then(|angle| self.display(line, angle));
        if let Some(display) = angle.filter(covers) {
            return display;
        }
        let before = line.word_before(found.start, 2, b"").filter(|_| found.start > line.done);
        let cued = before.and_then(|cue| self.after_cue(line, cue.start));
        if let Some(cued) = cued.filter(covers) {
            return cued;
        }
        (
            Span::new(self.particles_before(line, found.start), self.turned_end(line, found)),
            Context::Words,
        )
    }

    /// `van der Beispiel` at the start of a value: the particles belong to the name.
    fn particles_before(&self, line: &Line, start: usize) -> usize {
        let place = self.past_particles(line, start);
        let opens = matches!(line.before(place), b',' | b';' | b'|' | b'"' | b'\'' | b'=' | b'\t');
        if opens { place } else { start }
    }

    /// Goes back from `start` over particles that one space parts.
    fn past_particles(&self, line: &Line, start: usize) -> usize {
        let floor = line.done.max(line.start);
        let mut place = start;
        while place > floor && line.text[place - 1] == b' ' {
            let end = place - 1;
            let letters = reach::word_bytes_back(line.text, floor, end);
            if !self.words.of(&line.text[end - letters..end]).any(Said::N_PARTICLE) {
                break;
            }
            place -= letters + 1;
        }
        place
    }

    /// Whether one space, or particles alone, part the run at `span` from a name that is settled or a
    /// token: it was judged together with that name.
    fn touches(&self, line: &Line, span: Span) -> bool {
        let settled = |at: usize| {
            line.last == Some((at.wrapping_sub(1), TypeCode::NAM))
                || (at.saturating_sub(3)..=at).contains(&line.token_end)
        };
        let opens_token = |end: usize| {
            let rest = line.text.get(end..).unwrap_or_default();
            // A token has its first underscore behind three letters.
            rest.get(4..7).is_some_and(|signs| signs.contains(&b'_'))
                && (1..4).any(|gap| token::lex(&rest[gap..]).is_some())
        };
        // Most lines have nothing settled yet, and the particles before a run need no look.
        let any = line.token_end != usize::MAX || matches!(line.last, Some((_, TypeCode::NAM)));
        any && (settled(span.start) || settled(self.past_particles(line, span.start)))
            || opens_token(span.end)
            || opens_token(self.end_of_particles(line, span.end))
    }

    /// Goes on from `end` over particles that one space parts.
    fn end_of_particles(&self, line: &Line, end: usize) -> usize {
        let mut place = end;
        while line.at(place) == b' ' {
            let start = place + 1;
            let letters = reach::word_bytes(line.text, start, LONGEST);
            if !self.words.of(&line.text[start..start + letters]).any(Said::N_PARTICLE) {
                break;
            }
            place += letters + 1;
        }
        place
    }

    /// The end of `found`, or of the given name behind its comma: `Beispiel, Erika`.
    fn turned_end(&self, line: &Line, found: Span) -> usize {
        if line.at(found.end) != b',' {
            return found.end;
        }
        let manner = Manner { comma: true, ..WRITTEN };
        let mut name =
            person::read(line.text, found.start, line.text.len(), self.vocabulary, manner);
        name.cut(judge::words_with_comma(&name, false));
        let family =
            name.words().first().is_some_and(|word| word.bits.given() <= word.bits.family());
        if name.has_comma() && family { name.span().end } else { found.end }
    }

    /// Whether nothing has settled the word at `at`, and its run is worth a look.
    #[inline]
    pub(super) fn is_open(&self, line: &Line, at: usize) -> bool {
        at >= line.judged && at >= line.done && is_worth(line, at, self.vocabulary)
    }

    /// The run that holds the word at `at`, if it is to be judged.
    ///
    /// [`Self::is_open`] is to be asked before.
    pub(super) fn run(&self, line: &mut Line, at: usize) -> Option<Name> {
        let Row { name, start, .. } = self.row(line, at)?;
        self.stands_alone(line, start, name.span()).then_some(name)
    }

    /// The run that holds the word at `at`, if it may be one of a name; what stands around it apart.
    fn row(&self, line: &mut Line, at: usize) -> Option<Row> {
        let start = self.run_start(line, at);
        let name = person::read(line.text, start, line.text.len(), self.vocabulary, WRITTEN);
        let end = name.span().end.max(at + 1);
        line.judged = end;
        if name.words().len() == MOST_WORDS && is_capital(line, end + 1) {
            line.judged = end_of_capitals(line, end);
            return None;
        }
        // `EU-Kommissarin Erika Beispiel`: the hump is that of the role.
        let role = matches!(name.words(), [first, _, ..] if self.is_role(line.text, first));
        let words = &name.words()[usize::from(role)..];
        let humped = words.iter().any(|word| features::is_humped(line.text, word));
        (!humped).then_some(Row { name, start, role })
    }

    /// Whether the run at `span`, which is read from `start` on, is a part of nothing else.
    fn stands_alone(&self, line: &Line, start: usize, span: Span) -> bool {
        starts_freely(line, start) && !self.touches(line, span)
    }

    /// Goes back over capitalised words and particles before `at`.
    fn run_start(&self, line: &Line, at: usize) -> usize {
        let floor = line.done.max(line.start).max(line.judged.min(at));
        let mut start = at;
        let mut place = at;
        for _ in 0..MOST_WORDS {
            if place <= floor + 1 || line.text[place - 1] != b' ' {
                break;
            }
            let end = place - 1;
            let letters = reach::back(line.text, floor, end, |eight| {
                let sign = |sign| swar::equal(eight, sign);
                reach::are_word_bytes(eight) | sign(b'-') | sign(b'\'') | sign(b'.')
            });
            place = end - letters;
            let word = &line.text[place..end];
            let initial = word.len() == 2 && word[1] == b'.';
            if letters == 0 || (word.contains(&b'.') && !initial) {
                break;
            }
            if is_capital(line, place) {
                start = place;
            } else if !self.words.of(word).any(Said::N_PARTICLE) {
                break;
            }
        }
        start
    }
}

/// The angle bracket after the name that goes on at `end`: letters, spaces and quotes lead there.
fn angle_ahead(line: &Line, end: usize) -> Option<usize> {
    let rest = &line.text[end..];
    let lead =
        |b: &u8| is_word_byte(*b) || matches!(b, b' ' | b',' | b'.' | b'-' | b'\'' | b'"' | b'\\');
    let length = rest.iter().take(LONGEST_REST).take_while(|&b| lead(b)).count();
    (rest.get(length) == Some(&b'<')).then_some(end + length)
}

/// Whether a capital, or a letter of a script without case, stands at `at`.
fn is_capital(line: &Line, at: usize) -> bool {
    match line.at(at) {
        b'A'..=b'Z' => true,
        0x80.. => carrier::unit(line.text, at).is_some_and(|unit| !unit.ch.is_lowercase()),
        _ => false,
    }
}

/// The end of the row of capitalised words that goes on at `end`.
fn end_of_capitals(line: &Line, end: usize) -> usize {
    let mut at = end;
    while line.at(at) == b' ' && is_capital(line, at + 1) {
        at += 1 + line.text[at + 1..].iter().take_while(|&&b| b != b' ').count();
    }
    at
}

/// Whether the line is a sentence, from its capital to its full stop: written by a person, not by a
/// program. A token opens none, as it begins in lower case.
fn is_sentence(line: &Line) -> bool {
    let text = &line.text[line.start..];
    let quote = |b: &u8| matches!(b, b'"' | b'\'');
    let first = text.iter().find(|b| !quote(b));
    let last = text.iter().rev().find(|b| !quote(b));
    matches!(first, Some(b'A'..=b'Z' | 0x80..)) && matches!(last, Some(b'.' | b'!' | b'?'))
}

/// ` v4.23`, ` 10.15`: what is named before it has versions.
fn opens_version(line: &Line, end: usize) -> bool {
    let rest = line.text.get(end..).unwrap_or_default();
    let Some(rest) = rest.strip_prefix(b" ") else { return false };
    let number = rest.strip_prefix(b"v").unwrap_or(rest);
    let major = number.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let dotted =
        number.get(major) == Some(&b'.') && number.get(major + 1).is_some_and(u8::is_ascii_digit);
    (1..3).contains(&major) && (dotted || rest[0] == b'v')
}

/// `+49 30 23125 042 for `: whom the number that was found belongs to.
fn after_number(line: &Line, start: usize) -> bool {
    let Some((end, TypeCode::TEL)) = line.last else { return false };
    let between = line.text.get(end..start).unwrap_or_default();
    [&b" for "[..], " für ".as_bytes(), b" von ", b" of ", b" from "].contains(&between)
}

/// The first row of tagged words, particles at its ends apart.
fn tagged<'w>(words: &'w [Word], tags: &[bool]) -> &'w [Word] {
    let first = tags.iter().zip(words).position(|(&tag, word)| tag && !word.is_particle());
    let Some(first) = first else { return &[] };
    let count = tags[first..words.len()].iter().take_while(|&&tag| tag).count();
    let mut words = &words[first..first + count];
    while let [rest @ .., last] = words
        && last.is_particle()
    {
        words = rest;
    }
    words
}

fn span(words: &[Word]) -> Span {
    match words {
        [first, .., last] => Span::new(first.span().start, last.span().end),
        [only] => only.span(),
        [] => Span::default(),
    }
}

/// What no score can make a name: initials alone, a month, a company or a thing.
fn is_name(words: &[Word]) -> bool {
    let letters = |word: &Word| !matches!(word.case, Case::Initial) && word.span().len() > 1;
    let other = |word: &Word| !word.is_listed() && (word.bits.is_org() || judge::is_thing(word));
    words.iter().any(letters)
        && !words.iter().any(other)
        && !words.iter().all(|word| word.bits.is_month())
}
