//! Where a number stands: what its field, its cell, what was found before it and the words before it say.
//!
//! In: a line and a number in it. Out: the [`Place`]: one clue for where it stands, those that go
//! with it, and the context that a finding there has. The first that says anything counts: what
//! is certain, then the field, then what was found before, the row, and the words at last, the nearest
//! first. Cost: the words are looked at only where nothing else has settled it.

use crate::rules::evidence::{Clue, Evidence};
use crate::rules::words::{Said, Words};
use crate::scan::candidate::PHONE_WORD_REACH;
use crate::span::{Span, TypeCode};

use super::Context;
use super::cells;
use super::dialled::{self, User};
use super::key::{self, Class};
use super::line::{Field, Line, is_word_byte};
use super::number::{Number, Signs};

/// Where a number stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// What speaks for it there.
    pub evidence: Evidence,
    /// The context of a finding there; nothing where its own form gives it.
    pub context: Option<Context>,
}

impl Place {
    /// No reason at all.
    const OPEN: Place = Place { evidence: Evidence::NONE, context: None };
    /// Something else.
    const OTHER: Place = Place { evidence: Evidence::of(Clue::Other), context: None };

    fn new(clue: Clue, context: Context) -> Self {
        Self { evidence: Evidence::of(clue), context: Some(context) }
    }

    fn with(self, clue: Clue, seen: bool) -> Self {
        Self { evidence: self.evidence.with(clue, seen), ..self }
    }

    /// Whether nothing is known.
    pub(super) fn is_open(&self) -> bool {
        self.evidence.is_empty() || self.evidence == Evidence::of(Clue::Alone)
    }

    /// Whether it speaks of something else.
    pub(super) fn is_other(&self) -> bool {
        self.evidence.has(Clue::Other)
    }
}

/// The place of `number`, against which its `shape` speaks.
pub(super) fn of(line: &Line, number: &Number, shape: Evidence, words: &Words) -> Place {
    let place = address(line, number)
        .or_else(|| anchored(line, number.span.start).and_then(|field| in_field(line, field)))
        .or_else(|| user_part(line, number))
        .or_else(|| after_finding(line, number.span.start, words))
        .or_else(|| dialled(line, number))
        .or_else(|| in_row(line, number, shape, words));
    place.unwrap_or_else(|| beside_words(line, number, shape, words))
}

/// `"030..." <sip:...>`, a number for a display name; `<030...>`, but not `Port<0.6910>`; `4930...@s.whatsapp.net`.
fn address(line: &Line, number: &Number) -> Option<Place> {
    let (start, end) = (number.span.start, number.span.end);
    let certain = match (line.before(start), line.at(end)) {
        (b'"', b'"') => matches!(line.text.get(end + 1..), Some([b' ', b'<', ..] | [b'<', ..])),
        (b'<', b'>') => {
            let before = line.before(start - 1);
            // `<501044>` alone is the id of a message.
            let quote = |byte| matches!(byte, b'"' | b'\'');
            let named = |byte: u8| quote(byte) || is_word_byte(byte);
            let named =
                quote(before) || before == b' ' && named(line.before(start - 2)) || number.len > 6;
            named && !is_word_byte(before) && !number.signs.has(Signs::DOT)
        }
        _ => false,
    };
    let certain = certain || dialled::is_messenger(line, end);
    certain.then(|| Place::new(Clue::Address, Context::Sip))
}

/// The field whose value begins with the number at `start`: only signs may stand between.
pub(super) fn anchored<'l>(line: &'l Line, start: usize) -> Option<&'l Field> {
    let field = line.field.as_ref()?;
    let lead = line.text.get(field.start..start)?;
    (lead.len() < 8 && !lead.iter().any(|&b| is_word_byte(b))).then_some(field)
}

fn in_field(line: &Line, field: &Field) -> Option<Place> {
    let clue = match field.class {
        Class::Uri => return Some(Place::new(Clue::Uri, Context::Sip)),
        Class::Other => return Some(Place::OTHER),
        Class::Phone => Clue::Field,
        Class::Caller => Clue::Party,
        Class::Number if line.last.is_some() || opens_party(line, field) => Clue::Party,
        Class::Number | Class::Party => Clue::NumberField,
        Class::Person | Class::Name | Class::Part | Class::AnyName | Class::Unknown => return None,
    };
    Some(Place::new(clue, Context::PhoneField))
}

/// `"from":{"number":"...`: the number of a party.
#[cold]
fn opens_party(line: &Line, field: &Field) -> bool {
    const LONGEST: usize = 40;
    let head = &line.text[line.start.max(field.start.saturating_sub(LONGEST))..field.start];
    let Some(open) = head.iter().rposition(|&b| b == b'{') else { return false };
    let member = head[open + 1..].iter().filter(|&&b| b == b':').count() == 1;
    let key = head[..open].trim_ascii_end().strip_suffix(b":").unwrap_or_default();
    let key = key.trim_ascii_end().strip_suffix(b"\"").unwrap_or_default();
    let parties = [&b"from"[..], b"to", b"caller", b"callee", b"party", b"source", b"destination"];
    member && parties.iter().any(|party| key.to_ascii_lowercase().ends_with(party))
}

/// `030...@...`: what a PBX dialled, a user of a machine, or an id.
fn user_part(line: &Line, number: &Number) -> Option<Place> {
    Some(match dialled::user_part(line, number)? {
        User::Dialled => Place::new(Clue::Dialled, Context::Dialplan),
        User::Party => Place { evidence: Evidence::of(Clue::Party), context: None },
        User::Id => Place::OTHER,
        User::Unknown => Place::OPEN,
    })
}

/// What a system says that was dialled.
fn dialled(line: &Line, number: &Number) -> Option<Place> {
    let is_dialled = dialled::is_dialled(line, number);
    is_dialled.then(|| Place::new(Clue::Dialled, Context::Dialplan))
}

/// `Name (030 ...)`, `Name, 030 ...`, `"Name" <+49...> to 030 ...`: the number of a name, or the other
/// end of a call.
fn after_finding(line: &Line, start: usize, words: &Words) -> Option<Place> {
    let (gap, kind) = line.since_last(start)?;
    let letters = |b: &u8| is_word_byte(*b);
    let Some(first) = gap.iter().position(letters) else {
        if kind == TypeCode::TEL && goes_on_in_list(line, start - gap.len(), gap) {
            return Some(Place::new(Clue::Tied, Context::Keyword));
        }
        let near = kind == TypeCode::NAM && gap.len() <= 3;
        let clue = if gap.ends_with(b"(") { Clue::OfName } else { Clue::AfterName };
        return near.then(|| Place::new(clue, Context::Keyword));
    };
    let end = gap.iter().rposition(letters).map_or(first, |last| last + 1);
    let ties = Said::P_PREPOSITION.with(Said::P_TIE);
    let tied = kind == TypeCode::TEL && words.of(&gap[first..end]).any(ties);
    tied.then(|| Place::new(Clue::Tied, Context::Keyword))
}

/// `IN ('030...','...')`: the next one of a list whose first one ends at `end`, with `gap` between.
fn goes_on_in_list(line: &Line, end: usize, gap: &[u8]) -> bool {
    let quote = gap.first().copied().unwrap_or_default();
    let parted = matches!(
        gap,
        [b'\'', b',', b'\'']
            | [b'\'', b',', b' ', b'\'']
            | [b'"', b',', b'"']
            | [b'"', b',', b' ', b'"']
    );
    const LONGEST: usize = 40;
    let floor = line.start.max(end.saturating_sub(LONGEST)).min(end);
    let open = || line.text[floor..end].iter().rposition(|&b| b == quote);
    parted && open().is_some_and(|open| matches!(line.before(floor + open), b'(' | b'['))
}

/// What the other cells of the row say, if the number fills one.
fn in_row(line: &Line, number: &Number, shape: Evidence, words: &Words) -> Option<Place> {
    let separator = cells::cell_separator(line, number.span)?;
    in_cell(line, number, shape, words, separator)
}

/// The same for a number that fills a cell.
#[inline(never)]
fn in_cell(
    line: &Line,
    number: &Number,
    shape: Evidence,
    words: &Words,
    separator: u8,
) -> Option<Place> {
    let fits = !number.plus && (8..=14).contains(&number.len);
    if !fits || !shape.is_empty() {
        return None;
    }
    // Ids and counts stand in the rows of calls as well: they are shorter and open with no zero.
    let in_call = || {
        let names = || cells::names_beside(line, words, number.span, separator);
        is_after_number(line, number)
            || cells::is_near_call(line, words, number.span, separator)
            || names().iter().any(Option::is_some)
    };
    let whole = number.count == 1 && (number.len >= 9 || number.digits[0] == b'0');
    let clue = if whole && in_call() { Clue::Row } else { Clue::Cell };
    Some(Place { evidence: Evidence::of(clue), context: None })
}

/// Whether the cell before it holds a phone number.
fn is_after_number(line: &Line, number: &Number) -> bool {
    let last = line.since_last(number.span.start).filter(|(_, kind)| *kind == TypeCode::TEL);
    last.is_some_and(|(gap, _)| gap.len() <= 3 && !gap.iter().any(|&b| is_word_byte(b)))
}

/// `SIP/trunk/030...`, `/phone/030...`: a channel, or a path that says so.
#[inline(never)]
fn in_path(line: &Line, start: usize, words: &Words) -> Place {
    const LONGEST: usize = 80;
    let end = start.saturating_sub(1);
    let head = &line.text[line.done.max(start.saturating_sub(LONGEST)).min(end)..end];
    let opens = |&b: &u8| !(is_word_byte(b) || matches!(b, b'/' | b'-' | b'_' | b'.'));
    let path = &head[head.iter().rposition(opens).map_or(0, |at| at + 1)..];
    let segment = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    match () {
        () if cells::is_channel(path) => Place::new(Clue::Dialled, Context::Dialplan),
        () if key::classify(words, segment) == Class::Phone => {
            Place { evidence: Evidence::of(Clue::Keyword), context: None }
        }
        () => Place::OTHER,
    }
}

/// What the words before it say, where words can.
fn beside_words(line: &Line, number: &Number, shape: Evidence, words: &Words) -> Place {
    let start = number.span.start;
    if line.before(start) == b'/' && is_word_byte(line.before(start.saturating_sub(1))) {
        return in_path(line, start, words);
    }
    // Only a word before it could make a bare number a phone number, and not if it is known
    // to be something else. Six bare digits need more than a word.
    let short = number.count == 1 && !number.plus && number.len < 7;
    if short || !shape.is_empty() {
        return Place::OTHER;
    }
    // Lines of more digits are ids.
    const LONGEST_ALONE: usize = 13;
    let whole = start == line.start && number.span.end == line.text.len();
    let alone = whole && number.len <= LONGEST_ALONE;
    words_before(line, start, words).with(Clue::Alone, alone)
}

/// What the words before `start` say; the nearest counts first.
fn words_before(line: &Line, start: usize, words: &Words) -> Place {
    const REACH: usize = 24;
    const MOST_WORDS: usize = 5;
    let mut clue = None;
    let (mut direct, mut hinted, mut counted) = (false, false, false);
    let mut at = start;
    for distance in 0..MOST_WORDS {
        let Some(word) = line.word_before(at, REACH, b";|{}=") else { break };
        if start - word.start > PHONE_WORD_REACH {
            break;
        }
        let said = line.said(words, word);
        let between = &line.text[word.end..at];
        let opens = distance == 0 && matches!(between, [b':', ..] | [b' ', b'(']);
        if let Some(clue) = attribute(line, word, between, said, words).filter(|_| distance == 0) {
            return Place { evidence: Evidence::of(clue), context: None };
        }
        at = word.start;
        // Right before a word for numbers: it says what they count.
        let counts = std::mem::take(&mut counted);
        if said.any(Said::P_NEGATIVE) && ((distance < 3 && clue.is_none()) || counts) {
            return Place::OTHER;
        }
        if said.any(Said::P_COUNTED) && counts {
            return Place::OPEN;
        }
        let known = Said::P_KEYWORD.with(Said::P_HINT).with(Said::P_NEGATIVE);
        if !said.any(known) && distance < 3 && clue.is_none() && is_number_noun(line, word) {
            match key::classify(words, &line.text[word.start..word.end]) {
                Class::Phone | Class::Number | Class::Caller => {
                    return Place { evidence: Evidence::of(Clue::NumberWord), context: None };
                }
                Class::Other => return Place::OTHER,
                _ => continue,
            }
        }
        if said.any(Said::P_KEYWORD) && distance < 4 {
            let phone = said.any(Said::P_PHONE) && (distance < 2 || counts);
            clue = Some(if phone { Clue::Keyword } else { Clue::NumberWord });
            // `number` needs to be told apart: order number, invoice number.
            if !said.any(Said::F_NUMBER) {
                break;
            }
            counted = true;
        } else if said.any(Said::P_HINT) {
            hinted = clue == Some(Clue::NumberWord);
            clue = match clue {
                Some(Clue::NumberWord) => clue,
                Some(Clue::Preposition) => Some(Clue::NumberWord),
                _ if opens => Some(Clue::NumberWord),
                _ => Some(Clue::Hint),
            };
            direct = distance == 0 && said.any(Said::P_DIAL);
            break;
        } else if said.any(Said::P_PREPOSITION) && distance == 0 {
            clue = Some(Clue::Preposition);
        }
    }
    let Some(clue) = clue else { return Place::OPEN };
    let place = Place { evidence: Evidence::of(clue), context: None };
    let direct = direct || clue == Clue::Preposition && calls_another(line, start);
    let near = matches!(clue, Clue::Hint | Clue::Preposition) && name_before(line, start);
    place.with(Clue::Direct, direct).with(Clue::Hinted, hinted).with(Clue::Near, near)
}

/// `Artikelnummer`, `Kundennr`: a noun for numbers of some kind.
fn is_number_noun(line: &Line, word: Span) -> bool {
    let text = &line.text[word.start..word.end];
    let ends = |noun: &[u8]| {
        text.len() > noun.len() + 2 && text[text.len() - noun.len()..].eq_ignore_ascii_case(noun)
    };
    ends(b"nummer") || ends(b"number") || ends(b"nr")
}

/// `From 4930... To 4940...`: who calls whom.
fn calls_another(line: &Line, start: usize) -> bool {
    let rest = &line.text[start..];
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &rest[digits..];
    let tied = rest.get(..4).is_some_and(|tie| tie.eq_ignore_ascii_case(b" to "));
    tied && rest.get(4..12).is_some_and(|next| next.iter().all(u8::is_ascii_digit))
}

/// `AttributeANI '030...'`: a key in one word, and its value in quotes.
fn attribute(line: &Line, word: Span, between: &[u8], said: Said, words: &Words) -> Option<Clue> {
    if !said.is_empty() || !matches!(between, [b' ' | b'\t', b'\'' | b'"']) {
        return None;
    }
    match key::classify(words, &line.text[word.start..word.end]) {
        Class::Phone => Some(Clue::Keyword),
        Class::Number | Class::Caller => Some(Clue::NumberWord),
        _ => None,
    }
}

/// Whether a name stands a few words before, and no other number between.
fn name_before(line: &Line, start: usize) -> bool {
    const LONGEST: usize = 40;
    let Some((end, TypeCode::NAM)) = line.last else { return false };
    let gap = line.text.get(end..start).filter(|gap| gap.len() <= LONGEST);
    gap.is_some_and(|gap| !gap.iter().any(|b| b.is_ascii_digit() || b";|{}=".contains(b)))
}
