//! Phone numbers: which digits are one, and why.
//!
//! Every finding has a reason, never "enough digits": the place decides how much the plans must
//! confirm. A field, a URI or a dial string makes any number of six digits or more a phone number; a
//! keyword asks for a plausible one; a hint for a valid one; without any of them only a plus sign, an
//! international prefix or a national number in its usual grouping will do. What is named as
//! something else (an order, a serial, a time) needs a plus sign and a valid number.

use crate::plan::Region;
use crate::rules::words::{Said, Words};
use crate::scan::candidate::PHONE_WORD_REACH;
use crate::span::{Span, TypeCode};

use super::key::Class;
use super::line::{Field, Line, is_word_byte};
use super::number::{self, Number, Signs};
use super::reading::{self, Form, Reading};
use super::{Context, cells, shape};

/// A phone number that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phone {
    pub span: Span,
    pub context: Context,
    pub reading: Option<Reading>,
    pub number: Number,
}

/// What the place of a number says, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is a phone number.
    Certain(Context),
    /// The field names a party of a call.
    Wanted(Context),
    /// The field is called `number` or names a person, or a finding stands before it.
    Likely(Context),
    /// It fills a cell near one that is certain to be about a call.
    Row,
    /// It fills a cell.
    Cell,
    /// A phone word stands before it.
    Keyword,
    /// A word that goes with phone numbers stands before it.
    Hint,
    /// A preposition stands before it.
    Preposition,
    /// Nothing.
    Open,
    /// It is something else.
    Other,
}

/// Fewest digits of a phone number; shorter ones are extensions.
const FEWEST: usize = 6;
/// Most digits that any plan or dial string makes sense of outside of a certain place.
const MOST: usize = 17;

/// What a phone detector needs to know.
#[derive(Debug)]
pub(super) struct Phones<'a> {
    pub words: &'a Words,
    pub regions: &'a [Region],
}

impl Phones<'_> {
    /// The phone number that begins at `at`, if there is one.
    pub(super) fn find(&self, line: &Line, at: usize) -> Option<Phone> {
        if is_other_value(line, at) {
            return None;
        }
        let mut number = number::read(line.text, at)?;
        if number.len < FEWEST || !self.starts(line, at, &number) {
            return None;
        }
        self.drop_glued(line, &mut number)?;
        let place = self.place(line, &number);
        if !matches!(place, Place::Certain(_)) && shape::is_other_number(line, &number) {
            return None;
        }
        if matches!(place, Place::Certain(_)) && shape::is_address_or_date(&number) {
            return None;
        }
        if place == Place::Certain(Context::Sip) && number.len > 10 && shape::is_epoch(&number) {
            return None;
        }
        let (number, reading, context) = self.decide(line, number, place)?;
        let end = self.extension(line, number.span.end);
        // What opens an extension but is none would run into the token.
        if line.glues(end) {
            return None;
        }
        Some(Phone { span: Span::new(number.span.start, end), context, reading, number })
    }

    /// Whether a number may start here at all.
    fn starts(&self, line: &Line, at: usize, number: &Number) -> bool {
        let before = line.before(at);
        if !number.plus && line.continues_digits(at) {
            return false;
        }
        if line.last.is_some_and(|(end, _)| end == at) {
            return false;
        }
        if is_word_byte(before) && before < 0x80 {
            return number.plus && after_escape(line, at);
        }
        match before {
            b'_' | b'$' | b'.' => false,
            // `1,234567`: the next cell, or the rest of a number.
            b',' if !number.plus && line.before(at - 1).is_ascii_digit() => {
                anchored(line, at).is_some()
                    || cells::cell_separator(line, number.span) == Some(b',')
            }
            // A negative number.
            b'-' if !number.plus
                && number.digits[0] != b'0'
                && !is_word_byte(line.before(at - 1)) =>
            {
                false
            }
            b'-' | b'#' => number.plus || !is_word_byte(line.before(at - 1)),
            _ => true,
        }
    }

    fn place(&self, line: &Line, number: &Number) -> Place {
        let (start, end) = (number.span.start, number.span.end);
        let (before, after) = (line.before(start), line.at(end));
        if let Some(field) = anchored(line, start) {
            match field.class {
                Class::Uri => return Place::Certain(Context::Sip),
                Class::Phone => return Place::Certain(Context::PhoneField),
                Class::Caller => return Place::Wanted(Context::PhoneField),
                Class::Number if line.last.is_some() => return Place::Wanted(Context::PhoneField),
                Class::Number | Class::Party => return Place::Likely(Context::PhoneField),
                Class::Other => return Place::Other,
                _ => {}
            }
        }
        // `"030..." <sip:030...@...>`: a number for a display name.
        let display = before == b'"' && after == b'"';
        if display && matches!(line.text.get(end + 1..), Some([b' ', b'<', ..] | [b'<', ..])) {
            return Place::Certain(Context::Sip);
        }
        if before == b'<' && after == b'>' && self.opens_address(line, number) {
            return Place::Certain(Context::Sip);
        }
        if after == b'@' && number.count == 1 && is_word_byte(line.at(end + 1)) {
            return if matches!(before, b'[' | b'/' | b'<') {
                Place::Certain(Context::Dialplan)
            } else {
                Place::Open
            };
        }
        if line.text[line.start..start].ends_with(b">->") {
            return Place::Certain(Context::Dialplan);
        }
        if let Some(place) = self.after_finding(line, start) {
            return place;
        }
        if dialled(line, start, end) {
            return Place::Certain(Context::Dialplan);
        }
        if cells::is_call_monitor(line, number) {
            return Place::Certain(Context::Dialplan);
        }
        if let Some(separator) = cells::cell_separator(line, number.span)
            && !number.plus
            && (9..=14).contains(&number.len)
            && !shape::is_other_number(line, number)
        {
            let near = number.count == 1 && cells::is_near_call(line, number.span, separator);
            return if near { Place::Row } else { Place::Cell };
        }
        if is_word_byte(line.before(start.saturating_sub(1))) && before == b'/' {
            return Place::Other;
        }
        // Only a word before it could make a bare number a phone number, and not if it is known
        // to be something else.
        if shape::is_other_number(line, number) {
            return Place::Other;
        }
        // Six bare digits need more than a word.
        if number.count == 1 && !number.plus && number.len < 7 {
            return Place::Other;
        }
        self.words_before(line, start)
    }

    /// `"Name" <030...>`, `<030...>` after a header: not `Port<0.6910>`.
    fn opens_address(&self, line: &Line, number: &Number) -> bool {
        let before = line.before(number.span.start - 1);
        !is_word_byte(before) && !number.signs.has(Signs::DOT)
    }

    /// `Name (030 ...)`, `Name, 030 ...`, `"Name" <+49...> to 030 ...`: the number of a name, or the
    /// other end of a call.
    fn after_finding(&self, line: &Line, start: usize) -> Option<Place> {
        let (gap, kind) = line.since_last(start)?;
        let words = |b: &u8| is_word_byte(*b);
        let Some(first) = gap.iter().position(words) else {
            let near = kind == TypeCode::NAM && gap.len() <= 3;
            let certain = near && gap.ends_with(b"(");
            return match (near, certain) {
                (_, true) => Some(Place::Wanted(Context::Keyword)),
                (true, _) => Some(Place::Likely(Context::Keyword)),
                _ => None,
            };
        };
        let end = gap.iter().rposition(words).map_or(first, |last| last + 1);
        let tied =
            kind == TypeCode::TEL && self.words.of(&gap[first..end]).any(Said::P_PREPOSITION);
        tied.then_some(Place::Wanted(Context::Keyword))
    }

    /// What the words before `start` say; the nearest counts first.
    fn words_before(&self, line: &Line, start: usize) -> Place {
        const REACH: usize = 24;
        const MOST_WORDS: usize = 5;
        let mut place = Place::Open;
        let mut at = start;
        for distance in 0..MOST_WORDS {
            let Some(word) = line.word_before(at, REACH, b";|{}=") else { break };
            if start - word.start > PHONE_WORD_REACH {
                break;
            }
            let said = line.said(self.words, word);
            let between = &line.text[word.end..at];
            let opens = distance == 0 && matches!(between, [b':', ..] | [b' ', b'(']);
            at = word.start;
            if said.any(Said::P_NEGATIVE) && distance < 3 && place == Place::Open {
                return Place::Other;
            }
            if said.any(Said::P_KEYWORD) && distance < 4 {
                place = Place::Keyword;
                // `number` needs to be told apart: order number, invoice number.
                if !said.any(Said::F_NUMBER) {
                    break;
                }
            } else if said.any(Said::P_HINT) && place != Place::Keyword {
                place =
                    if place == Place::Preposition || opens { Place::Keyword } else { Place::Hint };
                break;
            } else if said.any(Said::P_PREPOSITION) && distance == 0 {
                place = Place::Preposition;
            } else if place == Place::Keyword {
                if said.any(Said::P_NEGATIVE) {
                    return Place::Other;
                }
                break;
            }
        }
        place
    }

    /// Whether `number`, or the part of it before one of its spaces, is a phone number here.
    fn decide(
        &self,
        line: &Line,
        number: Number,
        place: Place,
    ) -> Option<(Number, Option<Reading>, Context)> {
        // A row of groups without a reason is a row of numbers.
        const MOST_OPEN: usize = 6;
        if place == Place::Open && !number.plus && number.count > MOST_OPEN {
            return None;
        }
        let mut fallback = None;
        for count in (1..=number.count).rev() {
            let mut part = number;
            if count < number.count {
                let gap = number.groups[count].before;
                if !gap.has(Signs::SPACE) && !gap.has(Signs::SLASH) {
                    continue;
                }
                part.cut(count);
            }
            if part.len < FEWEST {
                break;
            }
            if !could_be_accepted(&part, place) {
                continue;
            }
            let reading = reading::read(&part, self.regions);
            if let Some(context) = accept(line, &part, reading.as_ref(), place) {
                let whole = count == number.count && reading.is_some();
                if whole || reading.is_some_and(|reading| reading.valid) {
                    return Some((part, reading, context));
                }
                fallback = fallback.or(Some((part, reading, context)));
            }
        }
        fallback
    }

    /// Cuts off a last group that runs into letters (`0171 3920099 12ms`); nothing is left of a
    /// number that runs into them as a whole.
    fn drop_glued(&self, line: &Line, number: &mut Number) -> Option<()> {
        while self.glued(line, number) {
            let last = number.count - 1;
            if last == 0 || !number.groups[last].before.has(Signs::SPACE) {
                return None;
            }
            number.cut(last);
        }
        (number.len >= FEWEST).then_some(())
    }

    fn glued(&self, line: &Line, number: &Number) -> bool {
        let end = number.span.end;
        match line.at(end) {
            b':' => line.at(end + 1).is_ascii_digit() && !number.plus,
            _ => line.glues(end) && self.extension(line, end) == end,
        }
    }

    /// Where an extension after `end` ends; `end` itself without one.
    fn extension(&self, line: &Line, end: usize) -> usize {
        let mut at = end;
        while matches!(line.at(at), b' ' | b',' | b';') && at - end < 2 {
            at += 1;
        }
        let start = at;
        while line.at(at).is_ascii_alphabetic() && at - start < 12 {
            at += 1;
        }
        let word = &line.text[start.min(line.text.len())..at.min(line.text.len())];
        if word.is_empty() || !self.words.of(word).any(Said::P_EXTENSION) {
            return end;
        }
        while matches!(line.at(at), b'.' | b':' | b' ' | b'=') && at - start < 16 {
            at += 1;
        }
        let digits = line.text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let after = at + digits;
        if (1..=6).contains(&digits) && !line.glues(after) { after } else { end }
    }
}

/// The cheap half of the work, for the digits that most logs are full of: ids, decimals, times and
/// numbers that are too short to be dialled. Says yes only where the whole work would end in no.
#[inline]
pub(super) fn is_measure(line: &Line, at: usize) -> bool {
    let rest = &line.text[at..];
    let digits = |from: usize| rest[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let run = digits(0);
    if run == 0 {
        return false;
    }
    let next = rest.get(run).copied().unwrap_or(b'\n');
    let digit_after = rest.get(run + 1).is_some_and(u8::is_ascii_digit);
    match next {
        b'x' | b'e' | b'E' => false,
        b'_' => true,
        _ if next.is_ascii_alphabetic() => true,
        b':' => digit_after,
        // One dot, and no trunk prefix before it.
        b'.' if digit_after && (rest[0] != b'0' || run == 1) => {
            let end = run + 1 + digits(run + 1);
            !matches!(rest.get(end), Some(b'.' | b'-' | b' ' | b'/' | b'%' | b'\\' | b'&' | 0x80..))
        }
        b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'%' | b'\\' | b'&' | 0x80.. => false,
        _ => run < FEWEST,
    }
}

/// Whether the value that begins here is known to be something else; a plus sign may still help.
#[inline]
fn is_other_value(line: &Line, at: usize) -> bool {
    line.text[at].is_ascii_digit()
        && anchored(line, at).is_some_and(|field| field.class == Class::Other)
}

/// Whether any reading could make `number` a phone number here: saves looking it up.
fn could_be_accepted(number: &Number, place: Place) -> bool {
    match place {
        Place::Other => number.plus,
        Place::Open => number.plus || number.digits[0] == b'0' || shape::is_nanp_grouping(number),
        _ => true,
    }
}

/// The field whose value begins with the number at `start`: only signs may stand between.
pub(super) fn anchored<'l>(line: &'l Line, start: usize) -> Option<&'l Field> {
    let field = line.field.as_ref()?;
    let lead = line.text.get(field.start..start)?;
    (lead.len() < 8 && !lead.iter().any(|&b| is_word_byte(b))).then_some(field)
}

/// The letter before a plus sign may belong to an escape: `\n+49`, `[35m+49`, `#012+49`.
fn after_escape(line: &Line, at: usize) -> bool {
    let before = &line.text[line.start.max(at.saturating_sub(8))..at];
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'#', a, b, c] if [a, b, c].iter().all(|d| matches!(d, b'0'..=b'7')) => true,
        [head @ .., b'm'] => {
            let digits =
                head.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b';').count();
            head.len() > digits && head[head.len() - digits - 1] == b'['
        }
        _ => false,
    }
}

/// `Goto (in,030...,8)`, `Spawn extension (in, 030..., 6)`: the second argument of three.
fn dialled(line: &Line, start: usize, end: usize) -> bool {
    if line.at(end) != b',' {
        return false;
    }
    let head = &line.text[line.start..start];
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let Some(head) = head.strip_suffix(b",") else { return false };
    let Some(open) = head.iter().rposition(|&b| b == b'(') else { return false };
    let context = &head[open + 1..];
    let name =
        !context.is_empty() && context.iter().all(|&b| is_word_byte(b) || matches!(b, b'-' | b'_'));
    name && (head[..open].ends_with(b"Goto ") || head[..open].ends_with(b"extension "))
}

/// Whether a number of this form is a phone number in this place; the context of the finding.
fn accept(
    line: &Line,
    number: &Number,
    reading: Option<&Reading>,
    place: Place,
) -> Option<Context> {
    let valid = reading.is_some_and(|reading| reading.valid);
    let form = reading.map(|reading| reading.form);
    let international = valid && matches!(form, Some(Form::Plus | Form::Prefix));
    let open = match form {
        Some(Form::Plus) => Context::International,
        Some(Form::Prefix) => Context::Prefix,
        _ => Context::National,
    };
    let sized = (7..=MOST).contains(&number.len) && !number.overlong;
    let trunk = number.digits[0] == b'0' && !number.digits().starts_with(b"000");
    let grouped = sized && (trunk || number.count > 1);
    let usual = valid && shape::is_usual_national(line, number, form);
    let plus =
        number.plus && (valid || (reading.is_some() && (number.count > 1 || number.len > 8)));
    let nanp = number.len >= 10 && shape::is_nanp_grouping(number);
    let alone = number.span.start == line.start && number.span.end == line.text.len();
    let ok = match place {
        Place::Certain(context) => return Some(context),
        Place::Wanted(context) => return sized.then_some(context),
        Place::Likely(context) => {
            return ((sized && (valid || number.plus)) || grouped).then_some(context);
        }
        Place::Keyword if valid || grouped || (sized && number.plus) => {
            return Some(if international { open } else { Context::Keyword });
        }
        Place::Keyword => false,
        Place::Row => (valid && number.len >= 10) || trunk,
        Place::Cell => (form == Some(Form::Trunk) && valid) || (grouped && trunk) || usual,
        Place::Preposition => {
            international
                || usual
                || nanp
                || (form == Some(Form::Trunk) && valid)
                || (sized && trunk && number.len >= 9)
                || (number.plus && reading.is_some())
        }
        Place::Hint => {
            international
                || (valid && !matches!(form, Some(Form::Bare | Form::Naked)))
                || nanp
                || (trunk && grouped)
                || (number.plus && reading.is_some())
        }
        Place::Open => {
            plus || (number.plus && number.overlong && number.count == 1)
                || usual
                || (alone && valid && (trunk || grouped))
                || (form == Some(Form::Prefix) && valid && number.len >= 11)
                || (form == Some(Form::Trunk)
                    && reading.is_some_and(|reading| reading.mobile)
                    && number.count == 1
                    && !shape::in_row(line, number))
        }
        Place::Other => number.plus && valid,
    };
    ok.then_some(
        if matches!(place, Place::Hint | Place::Preposition | Place::Row | Place::Cell)
            && !number.plus
            && !international
        {
            Context::Keyword
        } else {
            open
        },
    )
}
