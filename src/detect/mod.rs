//! From candidates to findings: what is a phone number or a name, and why.
//!
//! Candidates are taken in order, line by line. What must pass is settled first (existing tokens,
//! addresses, dates); then the detectors judge a candidate by its bytes and by what stands before it
//! in its line. Nothing crosses a line, and nothing looks back into what is settled, so a second pass
//! over the output finds nothing new.

use crate::carrier;
use crate::memory::Memory;
use crate::plan::Region;
use crate::pseudonym::{Kid, token};
use crate::roster::Roster;
use crate::rules::RuleSet;
use crate::rules::evidence::Weights;
use crate::rules::words::Said;
use crate::scan::candidate::{Candidate, Trigger};
use crate::scan::filter::Filter;
use crate::scan::template::Seed;
use crate::span::{Span, TypeCode};

pub mod again;
mod case;
mod cells;
mod columns;
mod context;
mod damaged;
mod digits;
mod features;
mod feeds;
mod field;
mod found;
mod guard;
mod json;
mod judge;
mod key;
#[doc(hidden)]
pub mod learn;
mod line;
mod listed;
mod measure;
mod memo;
mod model;
mod name;
mod number;
mod openings;
pub mod operator;
mod person;
mod phone;
mod place;
mod prose;
mod quotes;
mod reach;
mod reading;
mod recall;
mod remember;
mod returning;
mod separator;
mod shape;
mod side;
mod tuple;
mod verdicts;
mod vocabulary;
mod wanted;
mod worth;

pub use columns::Columns;
pub use context::Context;
pub use feeds::Feeds;
pub use found::{Finding, Found};
use key::Class;
use line::{Line, is_word_byte};
pub use model::Bias;
use name::Names;
use openings::Openings;
pub use phone::Rejected;
use phone::{Phone, Phones};
pub use quotes::Quotes;
use verdicts::Verdicts;
use vocabulary::Vocabulary;

/// The detectors and their data; immutable.
#[derive(Debug)]
pub struct Detector {
    rules: RuleSet,
    regions: Vec<Region>,
    filter: Filter,
    /// What stands before a name.
    titles: Openings,
    bias: Bias,
    roster: Option<Roster>,
    seed: Seed,
}

impl Detector {
    /// The detectors with these rules, reading national numbers of `regions` in their order, with
    /// this bias towards names, and with the people of `roster`.
    pub fn new(rules: RuleSet, regions: Vec<Region>, bias: Bias, roster: Option<Roster>) -> Self {
        let filter = wanted::filter_of(&rules);
        let titles = Openings::of(rules.words.saying(Said::N_HONORIFIC.with(Said::N_TITLE)));
        Self { rules, regions, filter, titles, bias, roster, seed: Seed::random() }
    }

    /// What the templates of lines are digested with that these rules have judged.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The filter of the words and keys that this detector wants to see.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What each clue of a phone number counts.
    pub fn weights(&self) -> &Weights {
        &self.rules.weights
    }

    /// What the first line of an input, at the front of `head`, says of the lines after it.
    pub fn columns(&self, head: &[u8]) -> Columns {
        Columns::named_by(head, &self.rules.words)
    }

    /// Clears `found` and fills it with the findings of `block`, whose lines end with these `feeds` and
    /// whose rows have these `columns`; tokens of `kid` are its own.
    pub fn run(
        &self,
        block: &[u8],
        feeds: Feeds,
        columns: &Columns,
        candidates: &[Candidate],
        kid: Kid,
        found: &mut Found,
    ) {
        found.clear();
        // Names look at it while findings are added.
        let memo = std::mem::take(&mut found.memo).ready();
        let kept = std::mem::take(&mut found.kept).ready();
        let vocabulary = Vocabulary::new(&self.rules.words, &memo);
        let mut run = Run {
            columns,
            phones: Phones {
                words: &self.rules.words,
                weights: &self.rules.weights,
                regions: &self.regions,
            },
            names: Names {
                words: &self.rules.words,
                vocabulary,
                verdicts: Verdicts::new(&kept),
                titles: &self.titles,
                phrases: &self.rules.phrases,
                bias: self.bias,
            },
            kid,
            found,
        };
        // What a roster adds speaks for its lines as well.
        let at_once = self.roster.is_none();
        let (mut line, mut first) = (Line::unread(&[], 0), 0);
        for candidate in candidates {
            let at = candidate.at as usize;
            if at >= line.text.len() {
                if at_once {
                    first = run.recall(&line, feeds, first);
                }
                line = Line::after(block, at, line.text.len(), feeds);
            }
            if let Some(cell) = line.next_cell.take_if(|cell| at >= cell.start) {
                run.settle_name(&mut line, Some((cell, Context::Row)));
            }
            if at >= line.done && at < line.text.len() {
                run.look(&mut line, at, candidate.trigger);
            }
        }
        if let Some(roster) = &self.roster {
            listed::add(block, roster, found);
            recall::add(block, feeds, vocabulary, found);
        } else {
            run.recall(&line, feeds, first);
            if found.wants_another_look() {
                found.findings.sort_by_key(|finding| finding.span);
            }
        }
        (found.memo, found.kept) = (memo, kept);
    }

    /// Adds the people that `memory` holds to the findings of `block`, and those to `memory`.
    pub fn remember(&self, block: &[u8], memory: &mut Memory, found: &mut Found) {
        remember::add(block, &self.rules.words, memory, found);
    }
}

struct Run<'a> {
    columns: &'a Columns,
    phones: Phones<'a>,
    names: Names<'a>,
    kid: Kid,
    found: &'a mut Found,
}

impl Run<'_> {
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
            Trigger::Key if line.text[at] == b'<' => {
                if !name::follows_settled(line, at) {
                    let name = self.names.display(line, at);
                    self.settle_name(line, name);
                }
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
        for name in names.into_iter().flatten() {
            self.settle_name(line, Some((name, Context::Row)));
        }
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
        }
    }

    /// Names in the cells beside a number that fills a cell. Those before it are settled before the
    /// number is, those after it when their turn comes.
    fn names_beside(&mut self, line: &mut Line, span: Span) {
        let Some(separator) = cells::cell_separator(line, span) else { return };
        let [first, second, after] = cells::names_beside(line, self.names.words, span, separator);
        for name in [first, second].into_iter().flatten() {
            self.settle_name(line, Some((name, Context::Row)));
        }
        line.next_cell = after;
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
