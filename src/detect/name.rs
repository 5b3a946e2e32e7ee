//! Person names: which words are one, and why.
//!
//! A field that says so, a display name before an address, an honorific, a role word or a phrase in
//! front: each asks for more or less of the words themselves. What speaks for a name: capitals, two
//! or more words, `Last, First`, words of the name lists. What speaks against it: common words,
//! companies and products, words for things and places that answer phones.

use std::collections::HashSet;

use crate::carrier;
use crate::rules::words::{LONGEST, Said, Words, lower_into};
use crate::span::Span;

use super::Context;
use super::field;
use super::judge::{self, Trust, is_person};
use super::key::{Class, KeyCache};
use super::line::{Field, Line, is_capital, is_word_byte};
use super::lower;
use super::model::Bias;
use super::openings::Openings;
use super::person::{self, Case, Manner, Name};
use super::verdicts::Verdicts;
use super::vocabulary::Vocabulary;

/// What the name detector needs to know.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub words: &'a Words,
    /// The same, and the lexicon, with a memory.
    pub vocabulary: Vocabulary<'a>,
    /// The model, with a memory.
    pub verdicts: Verdicts<'a>,
    /// What a title may open with.
    pub titles: &'a Openings,
    pub phrases: &'a HashSet<Vec<u8>>,
    pub endings: &'a [Vec<Vec<u8>>; 2],
    pub bias: Bias,
}

/// Words in capitals, one space between.
pub(super) const WRITTEN: Manner = Manner { lower: false, comma: false, plus: false };

impl Names<'_> {
    /// The name that is the value of `field`.
    pub(super) fn in_field(&self, line: &Line, field: &Field) -> Option<(Span, Context)> {
        let trust = match field.class {
            Class::Part => Trust::Sure,
            Class::Name => Trust::Full,
            Class::AnyName | Class::Party | Class::Person | Class::Caller => Trust::Some,
            _ => return None,
        };
        let quoted = field.is_enclosed();
        let prose = matches!(field.class, Class::Party | Class::Person | Class::Caller)
            && field.colon
            && !quoted;
        if field.start == line.token_end || (prose && !header(line, field)) {
            return None;
        }
        // Most values are numbers; a title may begin with a digit.
        let first = line.at(field.start);
        if !person::may_open(first) && !first.is_ascii_digit() {
            return None;
        }
        let Span { start, end } = field::value(line, field);
        let lower = quoted || matches!(field.class, Class::Name | Class::Part | Class::AnyName);
        let manner = Manner { lower, comma: true, plus: field.query };
        let start = self.past_titles(line.text, start, end);
        if !person::may_open(line.at(start)) {
            return None;
        }
        let mut name = person::read(line.text, start, end, self.vocabulary, manner);
        // `last_name: required`
        let small = name.words().first().is_some_and(|first| first.case == Case::Lower);
        let trust = if small { trust.min(Trust::Full) } else { trust };
        if !quoted {
            name.cut(judge::words_in_value(&name));
        }
        let rest = trimmed(&line.text[name.span().end.max(start)..end]);
        let whole = rest.is_empty()
            || matches!(rest[0], b'(' | b'<' | b',' | b')' | b'&' | b'\\')
            || is_turned(&name);
        if quoted && !whole {
            return None;
        }
        let span = match is_person(&name, trust) {
            true => name.span(),
            false => self.by_model(line, &name, trust).filter(|span| *span == name.span())?,
        };
        let address = trimmed(line.text.get(span.end..).unwrap_or_default());
        let angle = address.starts_with(b"<") && !address.starts_with(b"</");
        let context = if angle || address.starts_with(b"\" <") {
            Context::Display
        } else {
            Context::NameField
        };
        Some((span, context))
    }

    /// The name after the cue word at `at`.
    pub(super) fn after_cue(&self, line: &Line, at: usize) -> Option<(Span, Context)> {
        if !starts_freely(line, at) && !ends_title(line, at) {
            return None;
        }
        let (letters, said) = self.vocabulary.said_at(line.text, at);
        let cue = Span::new(at, at + letters);
        if !said.any(Said::N_CUES) {
            return None;
        }
        let capital = line.text[at].is_ascii_uppercase();
        let (start, colon) = after_word(line, cue.end)?;
        let (context, trust) = self.cue(line, cue, said, capital)?;
        let close = match line.at(start) {
            _ if !said.any(Said::N_ROLE) => None,
            b'(' => Some(b')'),
            b'<' => Some(b'>'),
            quote @ (b'"' | b'\'') => Some(quote),
            _ => None,
        };
        let first = start + usize::from(close.is_some());
        let start = self.past_titles(line.text, first, line.text.len());
        let comma = colon || context != Context::Honorific;
        let name = self.in_prose(line, start, Manner { comma, ..WRITTEN }, trust)?;
        if close.is_some_and(|close| line.at(name.span().end) != close) {
            return None;
        }
        let greeted = said.any(Said::N_GREETING) && trust == Trust::Little;
        let hailed =
            greeted && name.words().len() == 1 && matches!(line.at(name.span().end), b',' | b'!');
        let trust =
            if hailed && (name.words()[0].bits.common() == 0 || name.words()[0].bits.given() > 1) {
                Trust::Full
            } else {
                trust
            };
        if lower::is_judged(&name) || is_person(&name, trust) {
            return Some((name.span(), context));
        }
        // After an honorific the honorific speaks, when its turn comes.
        let span = (start == first).then(|| self.by_model(line, &name, trust)).flatten();
        span.map(|span| (span, context))
    }

    /// `Kontakt ist Erika 030 ...`: a given name right before the number at `start`, alone among small letters.
    pub(super) fn before_number(&self, line: &Line, start: usize) -> Option<Span> {
        let head = line.text.get(line.done.max(line.start)..start)?;
        let head = head.strip_suffix(b" ").or_else(|| head.strip_suffix(b" ("))?;
        let head = head.strip_suffix(b",").or_else(|| head.strip_suffix(b":")).unwrap_or(head);
        let end = line.done.max(line.start) + head.len();
        let letters = head.iter().rev().take_while(|&&b| is_word_byte(b) || b == b'-').count();
        let at = end - letters;
        let alone = line.before(at) == b' ' && line.before(at - 1).is_ascii_lowercase();
        if letters < 3 || !alone || !line.text[at].is_ascii_uppercase() && line.text[at] < 0x80 {
            return None;
        }
        let name = person::read(line.text, at, line.text.len(), self.vocabulary, WRITTEN);
        let only = name.words().first().filter(|only| only.span() == Span::new(at, end))?;
        let before = line.word_before(at, 2, b"").map(|word| line.said(self.words, word))?;
        (judge::is_given_alone(only) && !before.any(Said::N_NAMESAKE)).then_some(only.span())
    }

    /// What a cue word introduces, and how sure it is.
    fn cue(&self, line: &Line, cue: Span, said: Said, capital: bool) -> Option<(Context, Trust)> {
        let shouted = line.text[cue.start..cue.end].iter().all(u8::is_ascii_uppercase);
        // `dr Beispiel`, but not `5 ms Total`.
        let stopped = || line.at(cue.end) == b'.' || ends_title(line, cue.start);
        let small = said.any(Said::N_TITLE) && !shouted && (!is_short(line, cue) || stopped());
        let written = capital && !shouted || small;
        if said.any(Said::N_HONORIFIC) && written {
            Some((Context::Honorific, Trust::Sure))
        } else if said.any(Said::N_ABBREVIATION) && capital && line.at(cue.end) == b'.' {
            Some((Context::Honorific, Trust::Some))
        } else if said.any(Said::N_ROLE) {
            Some((Context::Role, Trust::Some))
        } else if said.any(Said::N_PHRASE) && self.is_phrase(line, cue) {
            Some((Context::Phrase, Trust::Some))
        } else if said.any(Said::N_GREETING) {
            Some((Context::Phrase, Trust::Little))
        } else {
            None
        }
    }

    /// The name at `start` in running text, in a place of this trust.
    fn in_prose(&self, line: &Line, start: usize, manner: Manner, trust: Trust) -> Option<Name> {
        if start == line.token_end || !person::may_open(line.at(start)) {
            return None;
        }
        let end = line.text.len();
        let mut name = person::read(line.text, start, end, self.vocabulary, manner);
        if name.words().is_empty() {
            let lower = Manner { lower: true, comma: false, ..manner };
            name = person::read(line.text, start, end, self.vocabulary, lower);
            let around = lower::Around::cut(line, start, &mut name);
            name.cut(lower::words(line, &name, trust, around));
        } else {
            let after = &line.text[name.span().end..];
            let stops = matches!(
                after,
                [b' ', b'(' | b'<', ..]
                    | [b',', b' ', b'(' | b'+' | b'0'..=b'9', ..]
                    | [b'?' | b':', ..]
            );
            name.cut(judge::words_with_comma(&name, stops));
            name.cut(judge::words_in_prose(&name));
        }
        (!name.words().is_empty()).then_some(name)
    }

    /// The name that a conjunction or preposition ties to the one that ends at `end`: `from A to B`.
    pub(super) fn next_to(&self, line: &Line, end: usize) -> Option<(Span, Context)> {
        let rest = line.text.get(end..)?;
        let tie = [&b" to "[..], b" an ", b" and ", b" und ", b" & "]
            .into_iter()
            .find(|tie| rest.starts_with(tie))?;
        let start = self.past_titles(line.text, end + tie.len(), line.text.len());
        let titled = start > end + tie.len();
        let trust = if titled { Trust::Full } else { Trust::Some };
        let name = self.in_prose(line, start, Manner { comma: true, ..WRITTEN }, trust)?;
        let span = if lower::is_judged(&name) || is_person(&name, trust) {
            Some(name.span())
        } else {
            self.by_model(line, &name, trust)
        };
        span.map(|span| (span, Context::Phrase))
    }

    /// The name in running text whose first or a later word begins at `at`.
    #[inline]
    pub(super) fn in_text(
        &self,
        line: &mut Line,
        at: usize,
        keys: &mut KeyCache,
    ) -> Option<(Span, Context)> {
        let turned = match line.text[line.start..at] {
            // Small letters of other scripts open no name.
            _ if line.text[at] >= 0x80 && !is_capital(line, at) => return None,
            [.., b',', b' '] => self.turned(line, at),
            _ => None,
        };
        turned.or_else(|| self.in_run(line, at, keys))
    }

    /// `Beispiel, Erika` with its second word at `at`.
    #[inline(never)]
    fn turned(&self, line: &Line, at: usize) -> Option<(Span, Context)> {
        let floor = line.start.max(line.done);
        let head = line.text[floor..at].strip_suffix(b", ")?;
        let joined = |b: &&u8| is_word_byte(**b) || matches!(**b, b'-' | b'\'');
        let start = floor + head.len() - head.iter().rev().take_while(joined).count();
        let quotes = line.text[start..at].iter().take_while(|&&b| b == b'\'').count();
        let start = self.particles_before(line, start + quotes);
        let capital = matches!(line.at(start), b'A'..=b'Z' | b'a'..=b'z' | 0x80..);
        (capital && starts_freely(line, start) && start != line.token_end)
            .then(|| self.turned_from(line, start))?
    }

    /// `Beispiel, Erika: ...` without a cue: both on the name lists, and nothing of a sentence after.
    pub(super) fn turned_from(&self, line: &Line, start: usize) -> Option<(Span, Context)> {
        let manner = Manner { comma: true, ..WRITTEN };
        let name = person::read(line.text, start, line.text.len(), self.vocabulary, manner);
        let [family, .., given] = name.words() else { return None };
        let end = line.at(name.span().end);
        let ends = matches!(end, b':' | b'"' | b'\'' | b')' | b'\n');
        // `Beispiel, Erika: ...` at the start of a line is who speaks; in quotes nothing else is said.
        let alone = end == b':' && start == line.start || is_quoted(line, name.span());
        let person = if alone {
            judge::is_speaker(family, given)
        } else {
            let plain = name.words().iter().all(|word| word.is_particle() || judge::is_plain(word));
            let unknown =
                family.bits.is_empty() && given.bits.given() > 1 && !given.bits.is_place();
            let known = family.bits.family() > 0 && given.bits.given() > 0 && ends;
            (known || unknown) && plain && given.bits.common() == 0
        };
        // `"Beispiel, Erika" <sip:...>`: the address says it.
        let rest = line.text.get(name.span().end..).unwrap_or_default();
        let angle = rest.iter().take(3).position(|&b| b == b'<').map(|at| name.span().end + at);
        let named = angle.is_some_and(|angle| self.display(line, angle).is_some());
        (name.has_comma() && person && !named).then(|| (name.span(), Context::Words))
    }

    fn is_phrase(&self, line: &Line, last: Span) -> bool {
        let Some(before) = line.word_before(last.start, 1, b"") else { return false };
        let mut phrase = [0u8; 2 * LONGEST + 1];
        let text = &line.text[before.start..last.end];
        match phrase.get_mut(..text.len()) {
            Some(phrase) => {
                lower_into(text, phrase);
                self.phrases.contains(&*phrase)
            }
            None => false,
        }
    }
}

/// `Beispiel, Erika`, whatever follows in a damaged value: what stands before the comma would be a name as
/// soon as a token follows it.
fn is_turned(name: &Name) -> bool {
    name.has_comma() && name.words().iter().all(|word| word.is_particle() || word.is_capital())
}

/// `"Beispiel, Erika"`, `'...'`, `(...)` or `[...]`: there is nothing else between the quotes.
pub(super) fn is_quoted(line: &Line, span: Span) -> bool {
    let close = match line.before(span.start) {
        b'[' => b']',
        b'(' => b')',
        quote @ (b'"' | b'\'') => quote,
        _ => return false,
    };
    let end = line.text.get(span.end..).unwrap_or_default();
    let slashes = end.iter().take_while(|&&b| b == b'\\').count();
    end.get(slashes) == Some(&close)
}

/// A header or record label (`From: `, `display_name: `): the key opens the line or follows a
/// separator, so prose such as `call to: nobody` is none.
fn header(line: &Line, field: &Field) -> bool {
    let colon = line.text[line.start..field.start].iter().rposition(|&b| b == b':');
    let Some(colon) = colon.map(|i| line.start + i) else { return false };
    let key = line.text[line.start..colon]
        .iter()
        .rev()
        .take_while(|&&b| is_word_byte(b) || b == b'-' || b == b'_')
        .count();
    matches!(line.before(colon - key), b'\n' | b'n' | b' ' | b'|' | b';' | b',')
}

/// Whether a word may start at `at`: after a space, a bracket or a quote, or at the line's start.
pub(super) fn starts_freely(line: &Line, at: usize) -> bool {
    match line.before(at) {
        b'\'' => !is_word_byte(line.before(at - 1)),
        b'\n' | b' ' | b'\t' | b'"' | b'(' | b'[' | b'{' | b',' | b';' | b':' | b'>' | b'='
        | b'|' | b'*' => true,
        _ => {
            at >= line.start + 2
                && line.text[at - 2] == b'\\'
                && matches!(line.text[at - 1], b'n' | b't' | b'r')
        }
    }
}

/// `hr`, `fr`, `sig` and others, which are words of other things without a full stop.
fn is_short(line: &Line, cue: Span) -> bool {
    let text = &line.text[cue.start..cue.end];
    [&b"hr"[..], b"fr", b"sig", b"mag", b"ra", b"ssa"]
        .iter()
        .any(|short| text.eq_ignore_ascii_case(short))
}

/// `sig.ra`, `prof.ssa`: the end of an Italian title.
fn ends_title(line: &Line, at: usize) -> bool {
    let head = &line.text[line.start..at];
    let titles = [&b"sig."[..], b"prof.", b"dott."];
    titles.iter().any(|title| {
        let start = head.len().checked_sub(title.len());
        start.is_some_and(|start| head[start..].eq_ignore_ascii_case(title))
    })
}

/// Where the word after a cue that ends at `end` begins, and whether a colon stands between; line ends of a letter, as
/// escapes, may stand between, and before them a comma.
fn after_word(line: &Line, end: usize) -> Option<(usize, bool)> {
    let mut at = end + usize::from(matches!(line.at(end), b'.' | b':' | b','));
    let sign = line.at(end);
    let space = carrier::unit(line.text, at).filter(|unit| unit.ch.is_whitespace())?;
    // After a comma only below: `Kind regards,\nErika`.
    let below = !carrier::is_space(space.ch);
    if sign == b',' && !below {
        return None;
    }
    at += space.len;
    while let Some(more) =
        carrier::unit(line.text, at).filter(|unit| below && unit.ch.is_whitespace())
    {
        at += more.len;
    }
    Some((at, sign == b':'))
}

pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}
