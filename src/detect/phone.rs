//! Phone numbers: which digits are one, and why.
//!
//! Every finding has a reason, never "enough digits". What is seen at a number and around it is
//! collected as [`Evidence`]: where it stands ([`place`]), how it is written ([`shape`]) and what the
//! plans make of it ([`reading`]). The weights of the rules (`rules/phone.toml`, `[weight]`) say what each
//! clue counts and how much is enough. So validity is evidence and no gate: a number that a plan
//! allows needs less context, one that all forbid needs a phone field.

use crate::plan::Region;
use crate::rules::evidence::{Clue, Evidence, Weights};
use crate::rules::words::{Said, Words};
use crate::span::Span;

use super::key::Class;
use super::line::{Field, Line, is_word_byte};
use super::number::{Number, Signs};
use super::place::{self, Place, anchored};
use super::reading::{self, Form, Reading};
use super::{Context, cells, shape};

/// A phone number that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phone {
    pub span: Span,
    pub context: Context,
    pub evidence: Evidence,
    pub reading: Option<Reading>,
    /// The digits, an extension left out.
    pub number: Span,
    /// Whether a bracket that opens it is closed after its first group.
    pub closes_bracket: bool,
}

/// A number that is no phone number for all that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Where, in the block.
    pub span: Span,
    /// What was seen.
    pub evidence: Evidence,
}

/// Fewest digits of a phone number; shorter ones are extensions.
pub(super) const FEWEST: usize = 6;
/// Most digits that any plan or dial string makes sense of outside of a certain place.
const MOST: usize = 17;

/// What a phone detector needs to know.
#[derive(Debug)]
pub(super) struct Phones<'a> {
    pub words: &'a Words,
    pub weights: &'a Weights,
    pub regions: &'a [Region],
}

impl Phones<'_> {
    /// The phone number that begins at `at`, or why the number there is none; nothing where no number
    /// of its own begins.
    pub(super) fn judge(&self, line: &Line, at: usize) -> Result<Phone, Option<Rejected>> {
        if is_other_value(line, at) {
            return Err(None);
        }
        let mut number = Number::default();
        if !number.read(line.text, at) || number.len < FEWEST || !self.starts(line, at, &number) {
            return Err(None);
        }
        self.drop_glued(line, &mut number).ok_or(None)?;
        let shape = shape::against(line, &number);
        let place = place::of(line, &number, shape, self.words);
        let around = place.evidence.and(shape);
        // None of its parts has a plus sign either.
        if place.is_other() && !number.plus {
            return Err(Some(Rejected { span: number.span, evidence: around }));
        }
        let mut phone = self.decide(line, &mut number, &place, around).map_err(Some)?;
        phone.span.end = self.extension(line, phone.number.end);
        // What opens an extension but is none would run into the token.
        if line.glues(phone.span.end) {
            return Err(None);
        }
        Ok(phone)
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
            // `sip_+4930...`: a participant who dialled in.
            b'_' => number.plus && line.text[line.start..at].ends_with(b"sip_"),
            b'$' | b'.' => false,
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

    /// `number`, or the part of it before one of its spaces, slashes or brackets, longest first, as a phone number;
    /// else what was seen of the whole: `around` it, and of itself. What is left of `number` is the
    /// part that was looked at last.
    fn decide(
        &self,
        line: &Line,
        number: &mut Number,
        place: &Place,
        around: Evidence,
    ) -> Result<Phone, Rejected> {
        let (span, whole) = (number.span, number.count);
        // A row of groups without a reason is a row of numbers.
        const MOST_OPEN: usize = 6;
        if place.is_open() && !number.plus && whole > MOST_OPEN {
            return Err(Rejected { span, evidence: around });
        }
        let (mut fallback, mut seen) = (None, around);
        loop {
            let (mut evidence, mut enough, mut reading) = (around, false, None);
            if could_be_accepted(number, place) {
                reading = reading::read(number, self.regions);
                (evidence, enough) = self.weigh(line, around, number, reading.as_ref());
            }
            if number.count == whole {
                seen = evidence;
            }
            let known = reading.is_some_and(|reading| reading.valid || number.count == whole);
            if enough && known {
                return Ok(found(number, place, evidence, reading));
            }
            if enough && fallback.is_none() {
                fallback = Some(found(number, place, evidence, reading));
            }
            if !shorten(number) || number.len < FEWEST {
                return fallback.ok_or(Rejected { span, evidence: seen });
            }
        }
    }

    /// All that is seen of `number`, and whether it is enough; a measure is recognised only where it
    /// matters. Not a part of the loop around it, lest what few numbers need is worked out for all.
    #[inline(never)]
    fn weigh(
        &self,
        line: &Line,
        around: Evidence,
        number: &Number,
        reading: Option<&Reading>,
    ) -> (Evidence, bool) {
        let evidence = around.and(of_number(line, number, reading));
        let enough = self.weights.suffice(evidence);
        if !enough || number.plus || !self.is_measured(line, number) {
            return (evidence, enough);
        }
        let evidence = evidence.with(Clue::Unit, true);
        (evidence, self.weights.suffice(evidence))
    }

    /// Whether a unit stands after `number`.
    fn is_measured(&self, line: &Line, number: &Number) -> bool {
        let end = number.span.end;
        if line.at(end) != b' ' || !line.at(end + 1).is_ascii_alphabetic() {
            return false;
        }
        let rest = &line.text[end + 1..];
        let letters = rest.iter().take_while(|&&b| is_word_byte(b)).count();
        let is_key = matches!(rest.get(letters), Some(b'=' | b':'));
        !is_key && self.words.of(&rest[..letters]).any(Said::P_UNIT)
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
}

/// What is dialled by star and hash keys, as the value of a phone field or URI: `**622`,
/// `*31#030...`. Longer runs of stars mask something.
pub(super) fn code(line: &Line, field: &Field) -> Option<Phone> {
    const LONGEST: usize = 32;
    let (clue, context) = match field.class {
        Class::Uri => (Clue::Uri, Context::Sip),
        Class::Phone | Class::Caller => (Clue::Field, Context::PhoneField),
        _ => return None,
    };
    let rest = line.text.get(field.start..).filter(|rest| rest.starts_with(b"*"))?;
    let key = |b: &&u8| b.is_ascii_digit() || b"*#+".contains(b);
    let code = &rest[..rest.iter().take(LONGEST).take_while(key).count()];
    let digits = code.iter().filter(|b| b.is_ascii_digit()).count();
    let span = Span::new(field.start, field.start + code.len());
    let plain = digits >= 2 && !code.starts_with(b"***") && !line.glues(span.end);
    let evidence = Evidence::of(clue);
    let (number, closes_bracket) = (span, false);
    plain.then_some(Phone { span, context, evidence, reading: None, number, closes_bracket })
}

/// Whether the value that begins here is known to be something else; a plus sign may still help.
#[inline]
fn is_other_value(line: &Line, at: usize) -> bool {
    line.text[at].is_ascii_digit()
        && anchored(line, at).is_some_and(|field| field.class == Class::Other)
}

/// Whether any reading could make `number` a phone number here: saves looking it up.
fn could_be_accepted(number: &Number, place: &Place) -> bool {
    !place.evidence.is_empty()
        || number.plus
        || number.digits[0] == b'0'
        || shape::is_nanp_grouping(number)
}

/// Cuts `number` before the last of its spaces, slashes and brackets; false if it has none.
fn shorten(number: &mut Number) -> bool {
    let parts = |&count: &usize| {
        let gap = number.groups[count].before;
        [Signs::SPACE, Signs::SLASH, Signs::BRACKET].into_iter().any(|sign| gap.has(sign))
    };
    let Some(count) = (1..number.count).rev().find(parts) else { return false };
    number.cut(count);
    true
}

/// `number` as a phone number.
fn found(number: &Number, place: &Place, evidence: Evidence, reading: Option<Reading>) -> Phone {
    let (span, closes_bracket) = (number.span, number.closes_bracket());
    let context = context(place, evidence);
    Phone { span, context, evidence, reading, number: span, closes_bracket }
}

/// What the digits, their groups and the plans say.
fn of_number(line: &Line, number: &Number, reading: Option<&Reading>) -> Evidence {
    let form = reading.map(|reading| reading.form);
    let valid = reading.is_some_and(|reading| reading.valid);
    let dialled = matches!(form, Some(Form::Plus | Form::Prefix | Form::Trunk));
    let (trunk, prefix) = (form == Some(Form::Trunk), form == Some(Form::Prefix));
    let overlong = (number.overlong || number.len > MOST) && number.count == 1;
    let zero = number.digits[0] == b'0' && !number.digits().starts_with(b"000");
    // Spaces part the numbers of a row as well.
    let joined = !number.signs.has(Signs::SPACE);
    let mobile = trunk && joined && reading.is_some_and(|reading| reading.mobile);
    let national = valid && shape::is_usual_national(number, form);
    let usual = national || (number.len >= 10 && shape::is_nanp_grouping(number));
    Evidence::NONE
        .with(Clue::Sized, (7..=MOST).contains(&number.len) && !number.overlong)
        .with(Clue::Overlong, overlong)
        .with(Clue::Plus, number.plus)
        .with(Clue::International, number.plus && valid)
        .with(Clue::Valid, valid && dialled)
        .with(Clue::Loose, valid && !dialled)
        .with(Clue::Possible, number.plus && (reading.is_some() || overlong))
        .with(Clue::Prefix, prefix)
        .with(Clue::Trunk, zero && !prefix)
        .with(Clue::Grouped, number.count > 1)
        .with(Clue::Usual, usual)
        .with(Clue::Mobile, mobile)
        .with(Clue::Long, number.len > if number.plus { 8 } else { 10 } && (number.plus || prefix))
        .with(Clue::InRow, (national || mobile) && shape::in_row(line, number))
}

/// The context of a finding: its field, its own form, or the words around it.
fn context(place: &Place, evidence: Evidence) -> Context {
    let prefixed = evidence.has(Clue::Prefix) && evidence.has(Clue::Valid);
    match place.context {
        Some(context) => context,
        None if evidence.has(Clue::Plus) => Context::International,
        None if prefixed => Context::Prefix,
        None if place.is_open() => Context::National,
        None => Context::Keyword,
    }
}

/// The letter before a plus sign may belong to an escape: `\n+49`, `[35m+49`, `#012+49`.
#[cold]
fn after_escape(line: &Line, at: usize) -> bool {
    let before = &line.text[line.start.max(at.saturating_sub(8))..at];
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        // rsyslog writes three octal digits; whether they are octal, the scan does not tell.
        [.., b'#', a, b, c] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => true,
        [head @ .., b'm'] => {
            let digits =
                head.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b';').count();
            head.len() > digits && head[head.len() - digits - 1] == b'['
        }
        _ => false,
    }
}
