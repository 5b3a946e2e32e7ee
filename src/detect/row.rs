//! Runs of capitalised words: where one begins and ends, and whether it may be a name at all.
//!
//! In: the place of a capitalised word. Out: the [`Row`] that it stands in: capitals side by side with particles
//! between. Nothing is judged here but what parts a run from its neighbours.

use crate::pseudonym::token;
use crate::rules::words::{LONGEST, Said};
use crate::span::{Span, TypeCode};
use crate::swar;

use super::features;
use super::line::{Line, is_capital};
use super::name::{Names, WRITTEN, starts_freely};
use super::person::{self, Case, MOST_WORDS, Name, Word};
use super::reach;
use super::worth::is_worth;

/// A run of capitalised words as it was read.
pub(super) struct Row {
    pub(super) name: Name,
    /// Where it was read from.
    pub(super) start: usize,
    /// Whether its first word is a noun for a person in a role.
    pub(super) role: bool,
}

impl Names<'_> {
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
    pub(super) fn row(&self, line: &mut Line, at: usize) -> Option<Row> {
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
    pub(super) fn stands_alone(&self, line: &Line, start: usize, span: Span) -> bool {
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
            let escapes = escaped(&line.text[floor..place], &line.text[place..end]);
            place -= escapes;
            let quotes = line.text[place..end].iter().take_while(|&&b| b == b'\'').count();
            place += quotes;
            let word = &line.text[place..end];
            let initial = word.len() == 2 && word[1] == b'.';
            if word.is_empty() || (word.contains(&b'.') && !initial) {
                break;
            }
            if is_capital(line, place) {
                start = place;
            } else if !self.words.of(word).any(Said::N_PARTICLE) {
                break;
            }
            if quotes > 0 {
                break;
            }
        }
        start
    }

    /// Goes back from `start` over particles that one space parts.
    pub(super) fn past_particles(&self, line: &Line, start: usize) -> usize {
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
    pub(super) fn touches(&self, line: &Line, span: Span) -> bool {
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
    pub(super) fn end_of_particles(&self, line: &Line, end: usize) -> usize {
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
}

/// How many bytes of `head` belong to the word that goes on with `tail`, whose letters are spelled as escapes of
/// JSON: `\u00d6` and so on.
fn escaped(head: &[u8], tail: &[u8]) -> usize {
    let opens = |tail: &[u8]| {
        tail.len() > 4 && tail[0] == b'u' && tail[1..5].iter().all(u8::is_ascii_hexdigit)
    };
    let mut count = 0;
    let mut rest: &[u8] = tail;
    while let [before @ .., b'\\'] = &head[..head.len() - count]
        && opens(rest)
        && !before.ends_with(b"\\")
    {
        let letters =
            before.iter().rev().take_while(|&&b| b >= 0x80 || b.is_ascii_alphanumeric()).count();
        rest = &before[before.len() - letters..];
        count += 1 + letters;
    }
    count
}

/// The end of the row of capitalised words that goes on at `end`.
fn end_of_capitals(line: &Line, end: usize) -> usize {
    let mut at = end;
    while line.at(at) == b' ' && is_capital(line, at + 1) {
        at += 1 + line.text[at + 1..].iter().take_while(|&&b| b != b' ').count();
    }
    at
}
