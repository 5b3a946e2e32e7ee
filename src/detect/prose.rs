//! Names in running text, where nothing but the words and their neighbours speaks for them.
//!
//! In: the place of a capitalised word. Out: the words of its run (capitals in a row, particles
//! between) that the [model](super::model) takes for a name. A run is judged once, as a whole; one
//! that touches a name is not judged at all, for it was judged together with that name.

use crate::rules::words::Said;
use crate::span::{Span, TypeCode};

use super::Context;
use super::element;
use super::features;
use super::field;
use super::judge::{self, Trust};
use super::key::{Class, KeyCache};
use super::line::{Line, is_word_byte};
use super::name::{Names, WRITTEN, is_quoted};
use super::namesake;
use super::person::{self, Case, Manner, Name, Word};
use super::row::Row;

/// How far the angle bracket may be from a part of a display name.
const LONGEST_REST: usize = 64;

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
        let words = match self.is_quoted_name(line, &name) {
            true => name.words(),
            false => tagged(name.words(), &tags),
        };
        // Few runs are names, so what stands around them is looked at in the end.
        let is_name = is_name(words)
            && !self.is_lone_value(line, words, keys)
            && !namesake::is_part_of_place(&name, words)
            && self.stands_alone(line, start, all)
            && !self.is_namesake(line, &name)
            && !self.is_other_value(line, name.span(), keys);
        is_name.then(|| match self.fills_quotes(line, &name, words) {
            true => (all, Context::Words),
            false => self.whole(line, span(words)),
        })
    }

    /// Whether `run` is all that stands between two quotes: then what the model left out of it, words that nobody
    /// knows, belongs to the name.
    fn fills_quotes(&self, line: &Line, run: &Name, name: &[Word]) -> bool {
        let fits = |word: &Word| word.is_particle() || word.bits.is_empty() || word.is_listed();
        is_between_quotes(line, run.span())
            && name.len() < run.words().len()
            && run.words().iter().all(fits)
    }

    /// `"Erika Xyzmann"`: a given name and words that nobody knows for anything but names, and nothing else between the
    /// quotes.
    fn is_quoted_name(&self, line: &Line, name: &Name) -> bool {
        let fits = |word: &Word| {
            let unknown = word.bits.is_empty() && word.case == Case::Title;
            let name = word.is_listed() || unknown && word.span().len() > 2;
            word.is_particle() || name && judge::is_plain(word) && word.said.is_empty()
        };
        is_between_quotes(line, name.span())
            && name.parts().count() > 1
            && name.words().iter().any(|word| word.bits.given() > 1 && !word.bits.is_place())
            && name.words().iter().all(fits)
            && !name.words().iter().any(judge::is_elsewhere)
    }

    /// Whether `span` is all of the value of a field for something else: `"carrier":"..."`. The key is
    /// looked up at last, for few runs are names.
    fn is_other_value(&self, line: &Line, span: Span, keys: &mut KeyCache) -> bool {
        if line.before(span.start) == b'>' {
            return element::class(line, self.words, keys, span.start - 1) == Some(Class::Other);
        }
        let ends = matches!(line.at(span.end), b'"' | b'\'' | b'\\' | b',' | b';' | b'&' | b'\n');
        ends && field::class_before(line, self.words, keys, span.start) == Class::Other
    }

    /// `"Watson in Action"`, `|Austin|`: a word alone behind a quote, a bracket or a bar, where titles and values begin
    /// as well; unless it is a given name and nothing else, and opens a text.
    fn is_lone_value(&self, line: &Line, words: &[Word], keys: &mut KeyCache) -> bool {
        let [only] = words else { return false };
        let Span { start, end } = only.span();
        let sign = line.before(start);
        if matches!(sign, b' ' | b'\n') {
            return false;
        }
        let goes_on = matches!(
            line.text.get(end..),
            Some([b' ', b'a'..=b'z' | 0x80.., ..] | [b',' | b'!', b' ', ..])
        );
        let opens = matches!(sign, b'"' | b'\'') && goes_on && judge::is_given_alone(only);
        !(opens && field::opens_text(line, self.words, keys, start))
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
        let start = self.particles_before(line, found.start);
        if line.at(found.end) == b','
            && let Some(turned) = self.turned_from(line, start)
        {
            return turned;
        }
        let end = self.turned_end(line, found);
        (Span::new(start, self.end_of_family(line, Span::new(start, end))), Context::Words)
    }

    /// `van der Beispiel` at the start of a value: the particles belong to the name.
    pub(super) fn particles_before(&self, line: &Line, start: usize) -> usize {
        let place = self.past_particles(line, start);
        let opens =
            matches!(line.before(place), b'\n' | b',' | b';' | b'|' | b'"' | b'\'' | b'=' | b'\t');
        if opens { place } else { start }
    }

    /// The end of `found`, or of the noble family behind its given name that no list knows: `Erika von Xyzmann`.
    fn end_of_family(&self, line: &Line, found: Span) -> usize {
        let next = self.end_of_particles(line, found.end);
        if next == found.end {
            return found.end;
        }
        let name = person::read(line.text, found.start, line.text.len(), self.vocabulary, WRITTEN);
        let family = name.words().iter().find(|word| word.span().start == next + 1);
        let fits =
            |word: &&Word| word.is_capital() && judge::is_plain(word) && !judge::is_thing(word);
        family.filter(fits).map_or(found.end, |word| word.span().end)
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
        name.cut(judge::words_in_prose(&name));
        let family =
            name.words().first().is_some_and(|word| word.bits.given() <= word.bits.family());
        if name.has_comma() && family { name.span().end } else { found.end }
    }
}

/// Whether `span` is all that stands between two quotes.
fn is_between_quotes(line: &Line, span: Span) -> bool {
    matches!(line.before(span.start), b'"' | b'\'') && is_quoted(line, span)
}

/// The angle bracket after the name that goes on at `end`: letters, spaces and quotes lead there.
fn angle_ahead(line: &Line, end: usize) -> Option<usize> {
    let rest = &line.text[end..];
    let lead =
        |b: &u8| is_word_byte(*b) || matches!(b, b' ' | b',' | b'.' | b'-' | b'\'' | b'"' | b'\\');
    let length = rest.iter().take(LONGEST_REST).take_while(|&b| lead(b)).count();
    (rest.get(length) == Some(&b'<')).then_some(end + length)
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
