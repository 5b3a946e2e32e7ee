//! One walk over the candidates of a block, from left to right.
//!
//! In: candidates in their order. Out: findings. What is settled by one candidate is known to the next ones of
//! its line: where the text that is judged begins, the field that is being read, the last finding.

use crate::carrier;
use crate::pseudonym::{Kid, token};
use crate::scan::candidate::{Candidate, Trigger};
use crate::span::{Span, TypeCode};

use super::columns::Columns;
use super::context::Context;
use super::feeds::Feeds;
use super::found::Found;
use super::key::Class;
use super::line::{Field, Line, is_word_byte};
use super::name::Names;
use super::phone::{self, Phone, Phones};
use super::{cells, digits, display, element, field, guard, json, measure, place, recall, tuple};

/// The detectors at work.
pub(super) struct Walk<'a> {
    pub(super) columns: &'a Columns,
    pub(super) phones: Phones<'a>,
    pub(super) names: Names<'a>,
    pub(super) kid: Kid,
    pub(super) found: &'a mut Found,
}

impl Walk<'_> {
    /// Adds what is found at the `candidates` of `block`; with `recall`, also what of it is found again in
    /// its line.
    pub(super) fn over(
        mut self,
        block: &[u8],
        feeds: Feeds,
        candidates: &[Candidate],
        recall: bool,
    ) {
        let (mut line, mut first) = (Line::unread(&[], 0), 0);
        for candidate in candidates {
            let at = candidate.at as usize;
            if at >= line.text.len() {
                self.settle_ahead(&mut line, usize::MAX);
                if recall {
                    first = self.recall(&line, feeds, first);
                }
                line = Line::after(block, at, line.text.len(), feeds);
            }
            self.settle_ahead(&mut line, at);
            if at >= line.done && at < line.text.len() {
                self.look(&mut line, at, candidate.trigger);
            }
        }
        self.settle_ahead(&mut line, usize::MAX);
        if recall {
            self.recall(&line, feeds, first);
        }
    }

    /// Settles what is in the cells and components ahead that are reached at `at`.
    #[inline]
    fn settle_ahead(&mut self, line: &mut Line, at: usize) {
        while let Some((cell, _)) = self.found.ahead.last()
            && at >= cell.start
        {
            self.settle_next(line);
        }
    }

    #[inline(never)]
    fn settle_next(&mut self, line: &mut Line) {
        let Some((cell, context)) = self.found.ahead.pop() else { return };
        if context != Context::PhoneField {
            self.settle_name(line, Some((cell, context)));
        } else if cell.start >= line.done {
            line.field = Some(Field::in_cell(Class::Phone, cell.start, cell.end));
            self.number(line, cell.start);
        }
    }

    /// Adds what is found again in `line`, whose findings are those from `first` on: while it is still
    /// at hand. Where the findings of the next line begin.
    #[inline]
    fn recall(&mut self, line: &Line, feeds: Feeds, first: usize) -> usize {
        if self.found.findings.len() > first {
            let place = (line.text, line.start);
            recall::in_line(place, feeds, first, self.names.vocabulary, self.found);
        }
        self.found.findings.len()
    }

    fn look(&mut self, line: &mut Line, at: usize, trigger: Trigger) {
        match trigger {
            Trigger::Number => self.number(line, at),
            Trigger::Key if line.text[at] == b'<' && line.at(at + 1) == b'/' => {
                let field = element::closed(line, self.phones.words, &mut self.found.keys, at);
                let name = field.and_then(|field| self.names.in_field(line, &field));
                // What stands behind it there has been judged already.
                let fills =
                    |(span, _): &(Span, Context)| line.text[span.end..at].trim_ascii().is_empty();
                self.settle_name(line, name.filter(fills));
            }
            Trigger::Key if line.text[at] == b'<' => {
                let display = (!display::follows_settled(line, at))
                    .then(|| self.names.display(line, at))
                    .flatten();
                let name = display.or_else(|| self.names.speaker(line, at));
                self.settle_name(line, name);
            }
            Trigger::Key => self.field(line, at),
            Trigger::Word => self.word(line, at),
            Trigger::Pair => self.text(line, at),
            Trigger::Escape => self.escape(line, at),
            Trigger::Cell(column) => self.cell(line, at, column),
        }
    }

    /// The cell at `at` of a row with a header.
    fn cell(&mut self, line: &mut Line, at: usize, column: u8) {
        line.field = self.columns.field(line, at, column);
        let Some(field) = line.field.filter(|field| field.class != Class::Unknown) else { return };
        let name = self.names.in_field(line, &field);
        self.settle_name(line, name);
        if name.is_none()
            && line.text.get(field.start).is_some_and(|b| !is_word_byte(*b) || b.is_ascii_digit())
        {
            self.number(line, field.start);
        }
    }

    fn number(&mut self, line: &mut Line, at: usize) {
        if line.touches_number_token(at) {
            return;
        }
        let digits = digits::run(line.text, at);
        if let Some(end) = guard::protected(line.text, at, digits) {
            line.done = end;
            return;
        }
        if measure::is_measure(line, at, digits) || measure::is_version(line, at, digits) {
            return;
        }
        self.anchor(line, at);
        // Before the number is judged: names beside it count as much as their tokens.
        let names = cells::names_before_digits(line, self.names.words, at);
        self.settle_parts(line, names.into_iter().flatten(), Context::Row);
        // `(030) 1`: the bracket belongs to the number if it is closed inside.
        let bracket = line.before(at) == b'(' && at > line.done;
        if bracket
            && let Ok(phone) = self.phones.judge(line, at - 1)
            && phone.closes_bracket
        {
            return self.numbered(line, &phone);
        }
        match self.phones.judge(line, at) {
            Ok(phone) => self.numbered(line, &phone),
            Err(seen) => {
                if let Some(rejected) = &mut self.found.rejected {
                    rejected.extend(seen);
                }
            }
        }
    }

    /// Settles a number that is a phone number, and what it says of its neighbours.
    fn numbered(&mut self, line: &mut Line, phone: &Phone) {
        self.names_beside(line, phone.span);
        if let Some(name) = self.names.before_number(line, phone.span.start) {
            self.settle_name(line, Some((name, Context::Phrase)));
        }
        self.settle_phone(line, phone);
        line.next_element();
    }

    /// Reads the field whose value may begin with the number at `at`; only signs may stand between.
    fn anchor(&mut self, line: &mut Line, at: usize) {
        if place::anchored(line, at).is_some() {
            return;
        }
        if let Some(separator) = field::separator_before(line, at, 5, b" \t\"'\\[{(<+") {
            line.field = field::at(line, self.phones.words, &mut self.found.keys, separator);
        } else if let Some(field) = element::open(line, self.phones.words, &mut self.found.keys, at)
        {
            line.field = Some(field);
        }
    }

    /// Names in the cells beside a number that fills a cell. Those before it are settled before the
    /// number is, those after it when their turn comes.
    fn names_beside(&mut self, line: &mut Line, span: Span) {
        let Some(separator) = cells::cell_separator(line, span) else { return };
        let [first, second, after] = cells::names_beside(line, self.names.words, span, separator);
        self.settle_parts(line, [first, second].into_iter().flatten(), Context::Row);
        self.found.ahead.extend(after.map(|after| (after, Context::Row)));
    }

    fn field(&mut self, line: &mut Line, at: usize) {
        if line.text[at] == b'=' && line.before(at) == b')' && line.at(at + 1) == b'(' {
            self.tuple(line, at, at + 1);
            return;
        }
        line.field = field::at(line, self.phones.words, &mut self.found.keys, at);
        let Some(field) = &mut line.field else { return };
        if let Some(class) = line.described.take().filter(|_| field.is_value) {
            field.class = class;
        }
        let field = *field;
        line.described = field::described(line, self.phones.words, &mut self.found.keys, &field);
        let name = self.names.in_field(line, &field);
        self.settle_name(line, name);
        if let Some(code) = phone::code(line, &field) {
            self.settle_phone(line, &code);
        }
    }

    #[inline]
    fn settle_phone(&mut self, line: &mut Line, phone: &Phone) {
        let quotes = json::number_quotes(line, phone.span);
        self.found.push_phone(phone, line.text, quotes);
        line.done = phone.span.end;
        line.last = Some((line.done, TypeCode::TEL));
    }

    /// The values of the list that opens at `open`, named by the columns that end before
    /// `columns_end`.
    fn tuple(&mut self, line: &mut Line, columns_end: usize, open: usize) {
        let fields =
            tuple::fields(line, self.phones.words, &mut self.found.keys, columns_end, open);
        for field in fields.into_iter().flatten() {
            line.field = Some(field);
            let name = self.names.in_field(line, &field);
            if name.is_some() {
                self.settle_name(line, name);
            } else if field.start >= line.done && !self.token(line, field.start) {
                // A token was a value in a first pass: it settles what stands before it in both.
                self.number(line, field.start);
            }
        }
        line.field = None;
    }

    /// The name in running text that the capital at `at` may be of.
    #[inline]
    fn text(&mut self, line: &mut Line, at: usize) {
        if let Some(components) = self.names.components(line, at) {
            return self.settle_parts(line, components.into_iter().flatten(), Context::NameField);
        }
        if matches!(line.before(at), b';' | b'|' | b'\t')
            && let Some(names) = cells::names_from(line, self.names.words, at)
        {
            return self.settle_parts(line, names, Context::Row);
        }
        let name = self.names.in_text(line, at, &mut self.found.keys);
        self.settle_name(line, name);
    }

    fn word(&mut self, line: &mut Line, at: usize) {
        if self.token(line, at) {
            return;
        }
        if at == line.start && line.text[at].is_ascii_uppercase() {
            self.text(line, at);
            if line.done > at {
                return;
            }
        }
        if line.text[at..].len() > 8 && line.text[at..at + 6].eq_ignore_ascii_case(b"values") {
            let rest = &line.text[at + 6..];
            let spaces = rest.iter().take_while(|&&b| b == b' ').count();
            if rest.get(spaces) == Some(&b'(') {
                return self.tuple(line, at, at + 6 + spaces);
            }
        }
        if line.text[at].is_ascii_uppercase() {
            self.segment(line, at);
        }
        if line.text[at] == b'M'
            && let Some(components) = self.names.passenger(line, at)
        {
            return self.settle_parts(line, components.into_iter().flatten(), Context::NameField);
        }
        let mut name = self.names.after_cue(line, at);
        // The scan takes some words for cues that are none: it may make no difference which.
        if name.is_none() && line.text[at].is_ascii_uppercase() && line.before(at) == b' ' {
            name = self.names.in_text(line, at, &mut self.found.keys);
        }
        while let Some((span, _)) = name {
            self.settle_name(line, name);
            name = self.names.next_to(line, span.end);
        }
    }

    /// Keeps the names and numbers in the segment that may begin at `at` until they are reached.
    #[inline]
    fn segment(&mut self, line: &Line, at: usize) {
        if matches!(line.text.get(at + 2..at + 4), Some([_, b'|'] | [b' ', b'['])) {
            self.read_segment(line, at);
        }
    }

    #[inline(never)]
    fn read_segment(&mut self, line: &Line, at: usize) {
        let ahead = &mut self.found.ahead;
        self.names.segment(line, at, ahead);
        // The next one last. A cell beside a number may be a component, too.
        ahead.sort_unstable_by_key(|(part, _)| std::cmp::Reverse(part.start));
    }

    /// Settles the parts of a name, each by itself.
    fn settle_parts(
        &mut self,
        line: &mut Line,
        parts: impl IntoIterator<Item = Span>,
        context: Context,
    ) {
        for part in parts {
            self.settle_found(line, (part, context));
        }
    }

    /// Settles the existing token at `at`, if there is one.
    fn token(&mut self, line: &mut Line, at: usize) -> bool {
        // The letter of an escape opens no word.
        if line.before(at) == b'\\' && matches!(line.at(at), b'n' | b'r' | b't') {
            return false;
        }
        let Some(found) = line.text.get(at..).and_then(token::lex) else { return false };
        self.found.token_places.push(at);
        self.found.foreign += u64::from(found.kid != self.kid);
        line.done = at + token::LEN;
        line.token_end = line.done;
        line.last = Some((line.done, found.kind));
        true
    }

    /// `%2B49`, `\u002b49`, `&#43;49`, `\n030`: a number may begin with or after an escape.
    fn escape(&mut self, line: &mut Line, at: usize) {
        // Inside a run of backslashes no escape begins.
        if line.before(at) == b'\\' {
            return;
        }
        let Some(unit) = carrier::unit(line.text, at).filter(|unit| unit.len > 1) else {
            return;
        };
        if self.token(line, at + unit.len) {
            return;
        }
        if matches!(unit.ch, '\n' | '\r') {
            self.segment(line, at + unit.len);
        }
        let start = match unit.ch {
            '+' | '\u{FF0B}' | '(' | '0'..='9' => at,
            '\n' | '\t' | '\r' if line.at(at + unit.len).is_ascii_digit() => at + unit.len,
            _ => return,
        };
        self.number(line, start);
    }

    #[inline]
    fn settle_name(&mut self, line: &mut Line, name: Option<(Span, Context)>) {
        if let Some(name) = name {
            self.settle_found(line, name);
        }
    }

    #[inline(never)]
    fn settle_found(&mut self, line: &mut Line, name: (Span, Context)) {
        let span = name.0;
        if span.start >= line.done && !line.glues(span.end) && !line.is_json_key(span.end) {
            self.found.push_name(name);
            line.done = span.end;
            line.last = Some((line.done, TypeCode::NAM));
        }
    }
}
