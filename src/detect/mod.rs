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
use crate::rules::evidence::{Evidence, Weights};
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
use key::{Class, KeyCache};
use line::{Line, is_word_byte};
pub use model::Bias;
use name::Names;
use openings::Openings;
use operator::RuleNo;
pub use phone::Rejected;
use phone::{Phone, Phones};
pub use quotes::Quotes;
use verdicts::{Kept, Verdicts};
use vocabulary::{Memo, Vocabulary};

/// Something that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, in the block.
    pub span: Span,
    /// Why.
    pub context: Context,
    /// Quotes that the token needs.
    pub quotes: Quotes,
    /// Whether it is an array of bytes that spells the identity with the text around it.
    pub octets: bool,
    /// What was seen of it; empty for a name.
    pub evidence: Evidence,
    /// Where its canonical form stands in [`Found::values`]; empty when the text itself gives it.
    value: Span,
    /// The rule of the operator that found it, or says what becomes of it.
    pub by: Option<RuleNo>,
}

impl Finding {
    /// A finding whose text itself gives its canonical form.
    pub fn new(span: Span, context: Context) -> Self {
        let (quotes, evidence, value) = (Quotes::NO, Evidence::NONE, Span::default());
        Self { span, context, quotes, octets: false, evidence, value, by: None }
    }

    /// The array of bytes at `span`, whose text holds this finding.
    pub fn within(self, span: Span) -> Self {
        Self { octets: true, by: self.by, ..Self::new(span, self.context) }
    }

    /// What kind of identity it is.
    pub fn kind(&self) -> TypeCode {
        self.context.kind()
    }

    /// The detector.
    pub fn rule(&self) -> &'static str {
        if self.kind() == TypeCode::TEL { "phone" } else { "name" }
    }

    /// The id of the reason in the rule files.
    pub fn context(&self) -> &'static str {
        self.context.as_str()
    }
}

/// The findings of a block, and what was noticed on the way; reused from block to block.
#[derive(Debug, Default)]
pub struct Found {
    /// Findings in ascending order, disjoint.
    pub findings: Vec<Finding>,
    /// Canonical forms, one after the other.
    values: Vec<u8>,
    /// What is known of the keys that were met last.
    keys: KeyCache,
    /// What is known of the words that were met last.
    memo: Memo,
    /// What the model said of the runs that were met last.
    kept: Kept,
    /// Lines to be looked at once more: see [`again`].
    again: Vec<Span>,
    /// Where existing tokens are.
    token_places: Vec<usize>,
    /// How many of them carry another key id.
    pub foreign: u64,
    /// Numbers that were rejected, if somebody wants to know: in ascending order.
    pub rejected: Option<Vec<Rejected>>,
}

impl Found {
    /// Where something is that a line without an identity does not hold: findings and existing tokens,
    /// in any order.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        let findings = self.findings.iter().map(|finding| finding.span.start);
        findings.chain(self.token_places.iter().copied())
    }

    /// How many existing tokens there are.
    pub fn tokens(&self) -> u64 {
        self.token_places.len() as u64
    }

    /// The canonical form of `finding`, if the detector gave one.
    pub fn value(&self, finding: &Finding) -> Option<&[u8]> {
        (!finding.value.is_empty()).then(|| &self.values[finding.value.start..finding.value.end])
    }

    /// Keeps a canonical form, or the text that gives it.
    fn keep(&mut self, value: &[u8]) -> Span {
        let start = self.values.len();
        self.values.extend_from_slice(value);
        Span::new(start, self.values.len())
    }

    /// Keeps the canonical form of digits that are no number of any plan.
    fn keep_digits(&mut self, text: &[u8], span: Span) -> Span {
        let start = self.values.len();
        self.values.extend_from_slice(b"raw:");
        digits::digits_into(text, span, &mut self.values);
        Span::new(start, self.values.len())
    }

    /// What is left of `finding` in `span`, blanks around it apart; nothing if that has no letter and
    /// no digit, and so no identity.
    pub fn piece(&mut self, finding: &Finding, span: Span, block: &[u8]) -> Option<Finding> {
        let text = &block[..span.end];
        let (mut at, mut inside, mut any) = (span.start, None, false);
        while let Some(unit) = carrier::unit(text, at) {
            let end = at + unit.len;
            if !unit.ch.is_whitespace() {
                let start = inside.map_or(at, |inside: Span| inside.start);
                inside = Some(Span::new(start, end));
                any |= unit.ch.is_alphanumeric() || unit.ch == char::REPLACEMENT_CHARACTER;
            }
            at = end;
        }
        let span = inside.filter(|_| any)?;
        let is_phone = finding.kind() == TypeCode::TEL && finding.context != Context::Rule;
        let value = if is_phone { self.keep_digits(block, span) } else { Span::default() };
        Some(Finding { span, value, quotes: Quotes::NO, ..*finding })
    }

    fn clear(&mut self) {
        self.findings.clear();
        self.values.clear();
        self.again.clear();
        self.token_places.clear();
        self.foreign = 0;
        if let Some(rejected) = &mut self.rejected {
            rejected.clear();
        }
    }

    fn push_name(&mut self, (span, context): (Span, Context)) {
        self.findings.push(Finding::new(span, context));
    }

    /// Adds a phone number with its canonical form: E.164, or `raw:` and the digits.
    fn push_phone(&mut self, phone: &Phone, text: &[u8], quotes: Quotes) {
        let value = match &phone.reading {
            Some(reading) => {
                let start = self.values.len();
                reading.write(&mut self.values);
                Span::new(start, self.values.len())
            }
            None => self.keep_digits(text, phone.number),
        };
        let Phone { span, context, evidence, .. } = *phone;
        let octets = false;
        self.findings.push(Finding { span, context, quotes, octets, evidence, value, by: None });
    }
}

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
