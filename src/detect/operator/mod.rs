//! What the operator's rules find, beside the built-in detectors.
//!
//! In: a block and the built-in findings. Out: [`Claim`]s on parts of it, ranked, for `resolve` to
//! settle: tokens that stand there first, then the operator's guards, then his rules, the last one
//! first, then the built-in detectors. A rule finds by a pattern, by fields or by a list; its gate
//! says whether that counts. Lines with escapes or invisible characters are searched a second time as
//! people read them, lines with control sequences only as a terminal shows them.
//!
//! Nothing here runs when there are no rules. Otherwise the cost is one pass of the class masks, one
//! of the literals' automaton, one look at each word if there are lists, and what is found.

use std::num::NonZeroU16;
use std::sync::Arc;

use memchr::{memchr, memrchr};

use crate::plan::Region;
use crate::pseudonym::token;
use crate::rules::book::model::{Action, Form};
use crate::scan::{Kernel, Lane};
use crate::span::{Span, TypeCode};
use crate::stats::Label;

use super::coloured::Coloured;
use super::{Context, Finding, Found, Quotes};

mod before;
mod bytes;
mod check;
mod claim;
mod compile;
mod ends;
mod field;
mod gate;
mod json;
mod lines;
mod list;
mod need;
mod pattern;
mod shape;
mod steps;
mod view;

use claim::Cursor;
use field::FieldRules;
use gate::{Gate, Memory};
use lines::Lines;
use list::Lists;
use pattern::{Patterns, Searched};
use view::View;

/// The number of a rule of the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleNo(NonZeroU16);

impl RuleNo {
    /// The number of the rule at `index` of [`Operator::treatments`].
    pub fn of(index: u16) -> Self {
        Self(NonZeroU16::MIN.saturating_add(index))
    }

    /// Its place in [`Operator::treatments`].
    pub fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

/// What becomes of the findings of a rule.
#[derive(Clone, Debug)]
pub struct Treatment {
    /// The rule's id; that of the built-in rule for a change.
    pub id: String,
    /// The rule's kind, or `change`.
    pub kind: &'static str,
    /// The type of its tokens.
    pub code: TypeCode,
    /// The canonical form of what it finds.
    pub form: Form,
    /// What is done.
    pub action: Action,
    is_guard: bool,
}

impl Treatment {
    /// Who is meant, as text and canonical form, where a token of a person would be written: what a list
    /// of subjects can be asked for.
    pub fn subject<'t>(
        &self,
        surface: &'t [u8],
        value: Option<&'t [u8]>,
    ) -> Option<(&'t [u8], Option<&'t [u8]>)> {
        match self.form {
            _ if !self.action.writes_tokens() => None,
            Form::Phone => Some((surface, value)),
            Form::Name => Some((value.unwrap_or(surface), None)),
            _ => None,
        }
    }
}

/// What the operator makes of a built-in rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builtin {
    Stays,
    Off,
    /// The number of its treatment, from 1.
    Changed(u16),
}

/// Part of a block that somebody wants, and how much that counts.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// What was found.
    pub finding: Finding,
    /// 0 for tokens, 1 for guards; the smaller one gets the bytes.
    pub rank: u32,
    /// Whether the bytes stay as they are.
    pub stays: bool,
}

#[derive(Debug)]
struct Finders {
    patterns: Patterns,
    lists: Lists,
    fields: FieldRules,
}

/// The operator's rules, compiled; immutable.
#[derive(Debug)]
pub struct Operator {
    kernel: Kernel,
    regions: Vec<Region>,
    /// One for each rule, then those of changes, then the one for what is cut.
    treatments: Vec<Treatment>,
    /// What they are called.
    labels: Arc<[Label]>,
    gates: Vec<Gate>,
    finders: Finders,
    builtin: Vec<Builtin>,
    /// What the rules write in the place of findings, besides tokens.
    constants: Vec<Box<str>>,
}

/// Working memory, reused from block to block.
#[derive(Debug, Default)]
pub struct Scratch {
    shown_lanes: Vec<Lane>,
    view_lanes: Vec<Lane>,
    view: View,
    searched: Searched,
    hits: Vec<Hit>,
    memory: Memory,
    /// What is claimed in the block.
    pub claims: Vec<Claim>,
}

/// A match, before anything else is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Where.
    pub span: Span,
    /// The index of the rule.
    pub rule: u16,
}

impl Operator {
    /// What becomes of the findings of each rule, in the order of the book.
    pub fn treatments(&self) -> &[Treatment] {
        &self.treatments
    }

    /// How the rules are called in counts, in the order of [`Self::treatments`].
    pub fn labels(&self) -> &Arc<[Label]> {
        &self.labels
    }

    /// The treatment of what `rule` found.
    pub fn treatment(&self, rule: RuleNo) -> &Treatment {
        &self.treatments[rule.index()]
    }

    /// Whether a pattern is tried on every line, because its matches have nothing in common that could
    /// be looked for.
    pub fn reads_every_line(&self) -> bool {
        self.finders.patterns.read_every_line()
    }

    /// The rule of what is left over where no token fits.
    pub fn cut(&self) -> RuleNo {
        RuleNo::of((self.treatments.len() - 1) as u16)
    }

    /// All matches of all rules in `block` whose gates admit them, in ascending order, conflicts not
    /// settled.
    pub fn hits<'s>(&self, block: &[u8], scratch: &'s mut Scratch) -> &'s [Hit] {
        let (mut lanes, mut coloured) = (Vec::new(), Coloured::default());
        self.kernel.classify(block, &mut lanes);
        coloured.take(block, &lanes);
        self.hits_in_shown(&coloured, scratch);
        let source = |hit: &Hit| Hit { span: coloured.shown.source(hit.span), ..*hit };
        let shown: Vec<_> = scratch.hits.iter().map(source).collect();
        self.hits_in(block, &lanes, &coloured, scratch);
        scratch.hits.extend(shown);
        scratch.hits.sort_unstable();
        &scratch.hits
    }

    /// The same for a `block` whose class masks are `lanes`, its `coloured` lines left out.
    fn hits_in(&self, block: &[u8], lanes: &[Lane], coloured: &Coloured, scratch: &mut Scratch) {
        let Scratch { view_lanes, view, searched, hits, memory, .. } = scratch;
        hits.clear();
        let mut add = |rule: u16, span: Span| {
            // There a sequence would be taken for a part of what it colours.
            if !coloured.hold(span.start) {
                hits.push(Hit { span, rule });
            }
        };
        self.search(block, lanes, searched, &mut add);
        let mut lines = Lines::new(block);
        self.finders.fields.run(block, lanes, &mut |rule, span| {
            if self.admits_text(rule, &mut lines, span) {
                add(rule, span);
            }
        });
        if !self.finders.patterns.is_empty() || !self.finders.lists.is_empty() {
            let Finders { patterns, lists, .. } = &self.finders;
            let may_hold = |line: &[u8]| !lists.is_empty() || patterns.may_be_in(line);
            for_odd_lines(block, lanes, |start, line| {
                if may_hold(line) && view.fill(line, start) {
                    self.kernel.classify(view.text(), view_lanes);
                    let mut add = |rule, span| add(rule, view.source(span));
                    self.search(view.text(), view_lanes, searched, &mut add);
                }
            });
        }
        hits.sort_unstable();
        hits.dedup();
        memory.begin(self.gates.len());
        hits.retain(|hit| self.admits_place(hit, &mut lines, memory));
    }

    /// The same for what a terminal shows of `coloured` lines, where it stands there.
    fn hits_in_shown(&self, coloured: &Coloured, scratch: &mut Scratch) {
        scratch.hits.clear();
        let shown = coloured.shown.text();
        if shown.is_empty() {
            return;
        }
        let mut lanes = std::mem::take(&mut scratch.shown_lanes);
        self.kernel.classify(shown, &mut lanes);
        self.hits_in(shown, &lanes, &Coloured::default(), scratch);
        scratch.shown_lanes = lanes;
    }

    /// Patterns and lists over a text.
    fn search(
        &self,
        text: &[u8],
        lanes: &[Lane],
        searched: &mut Searched,
        add: &mut impl FnMut(u16, Span),
    ) {
        let Finders { patterns, lists, .. } = &self.finders;
        let mut lines = Lines::new(text);
        let mut admitted = |rule: u16, span: Span| {
            if self.admits_text(rule, &mut lines, span) {
                add(rule, span);
            }
        };
        lists.run(text, lanes, &mut admitted);
        patterns.run(text, lanes, searched, &mut admitted);
    }

    fn admits_text(&self, rule: u16, lines: &mut Lines, span: Span) -> bool {
        let gate = &self.gates[usize::from(rule)];
        if gate.check.is_none() && gate.near.is_none() {
            return true;
        }
        let (line, _, span) = lines.of(span);
        gate.admits_text(line, span)
    }

    fn admits_place(&self, hit: &Hit, lines: &mut Lines, memory: &mut Memory) -> bool {
        let gate = &self.gates[usize::from(hit.rule)];
        if gate.carriers.is_empty() && gate.fields.is_empty() && gate.lines.is_none() {
            return true;
        }
        let (line, start, span) = lines.of(hit.span);
        gate.admits_place(line, span, memory.of(hit.rule, start))
    }

    /// Whether the operator says anything about this `block`, whose class masks are `lanes` and whose lines with
    /// control sequences are `coloured`: then [`Scratch::claims`] holds all claims on it, the built-in findings among them.
    pub fn claim(
        &self,
        block: &[u8],
        lanes: &[Lane],
        coloured: &Coloured,
        found: &mut Found,
        scratch: &mut Scratch,
    ) -> bool {
        scratch.claims.clear();
        self.hits_in(block, lanes, coloured, scratch);
        self.claim_hits(block, found, scratch);
        self.claim_shown(coloured, found, scratch);
        let changed = found.findings.iter().any(|f| self.builtin_of(f) != Builtin::Stays);
        if scratch.claims.is_empty() && !changed {
            return false;
        }
        for finding in &found.findings {
            match self.builtin_of(finding) {
                Builtin::Off => {}
                Builtin::Stays => scratch.claims.push(weakest(*finding)),
                Builtin::Changed(number) => {
                    let by = RuleNo::of(number - 1);
                    let stays = self.treatment(by).action == Action::Pass;
                    let finding = Finding { by: Some(by), ..*finding };
                    scratch.claims.push(Claim { stays, ..weakest(finding) });
                }
            }
        }
        true
    }

    /// Claims what was hit, and what an earlier pass has written in the same lines.
    fn claim_hits(&self, block: &[u8], found: &mut Found, scratch: &mut Scratch) {
        let Scratch { hits, claims, .. } = scratch;
        let mut line = Span::default();
        let mut cursor = Cursor::new(block, 0, 0);
        for hit in hits.iter() {
            if hit.span.start >= line.end {
                line = line_around(block, hit.span);
                cursor = Cursor::new(block, line.start, hit.span.start);
                claim_tokens(block, line, claims);
                self.claim_constants(block, line, claims);
            }
            claims.extend(self.claim_of(hit, block, &mut cursor, found));
        }
    }

    /// Claims what a terminal shows of `coloured` lines.
    fn claim_shown(&self, coloured: &Coloured, found: &mut Found, scratch: &mut Scratch) {
        self.hits_in_shown(coloured, scratch);
        let first = scratch.claims.len();
        self.claim_hits(coloured.shown.text(), found, scratch);
        for Claim { finding, .. } in &mut scratch.claims[first..] {
            found.move_to_source(finding, &coloured.shown);
        }
    }

    /// Lets each finding that drops its line have all of it, its end included.
    pub fn drop_lines(&self, block: &[u8], findings: &mut Vec<Finding>) {
        let drops = |finding: &Finding| {
            finding.by.is_some_and(|rule| self.treatment(rule).action == Action::DropLine)
        };
        if !findings.iter().any(drops) {
            return;
        }
        let mut lines: Vec<Finding> = Vec::new();
        for finding in findings.iter().filter(|finding| drops(finding)) {
            if lines.last().is_some_and(|last| finding.span.start < last.span.end) {
                continue;
            }
            let span = line_around(block, finding.span);
            lines.push(Finding { span, quotes: Quotes::NO, value: Span::default(), ..*finding });
        }
        let kept = |finding: &Finding| {
            let before = lines.partition_point(|line| line.span.end <= finding.span.start);
            lines.get(before).is_none_or(|line| !line.span.overlaps(finding.span))
        };
        findings.retain(kept);
        findings.extend(lines);
        findings.sort_by_key(|finding| finding.span);
    }

    /// Claims the constants that stand in a line already: they stay, or a second pass would see the
    /// text around them differently.
    fn claim_constants(&self, block: &[u8], line: Span, claims: &mut Vec<Claim>) {
        for at in memchr::memchr_iter(b'[', &block[line.start..line.end]) {
            let start = line.start + at;
            let rest = &block[start..line.end];
            let known = self.constants.iter().find(|known| rest.starts_with(known.as_bytes()));
            claims.extend(known.map(|known| standing(Span::new(start, start + known.len()))));
        }
    }

    fn builtin_of(&self, finding: &Finding) -> Builtin {
        self.builtin.get(finding.context as usize).copied().unwrap_or(Builtin::Stays)
    }

    /// Guards before rules, later rules before earlier ones.
    fn rank(&self, rule: u16) -> u32 {
        if self.treatments[usize::from(rule)].is_guard { 1 } else { u32::MAX - 1 - u32::from(rule) }
    }
}

/// The claim of what an earlier pass has written.
fn standing(span: Span) -> Claim {
    Claim { finding: Finding::new(span, Context::Rule), rank: 0, stays: true }
}

fn weakest(finding: Finding) -> Claim {
    Claim { finding, rank: u32::MAX, stays: false }
}

/// The line that holds `span`, its end included.
fn line_around(block: &[u8], span: Span) -> Span {
    let start = memrchr(b'\n', &block[..span.start]).map_or(0, |i| i + 1);
    let end = memchr(b'\n', &block[span.start..]).map_or(block.len(), |i| span.start + i + 1);
    Span::new(start, end)
}

/// Claims the existing tokens of a line: they stay, whoever made them.
fn claim_tokens(block: &[u8], line: Span, claims: &mut Vec<Claim>) {
    let text = &block[line.start..line.end];
    for joint in memchr::memchr_iter(b'_', text) {
        let Some(at) = joint.checked_sub(3) else { continue };
        // The letter of `\n` opens no word, so a token may follow it.
        let opens = at == 0
            || !(text[at - 1].is_ascii_alphanumeric() || text[at - 1] == b'_')
            || (at > 1 && text[at - 2] == b'\\' && matches!(text[at - 1], b'n' | b'r' | b't'))
            || (at > 2 && text[at - 3] == b'%');
        if opens && token::lex(&text[at..]).is_some() {
            let start = line.start + at;
            claims.push(standing(Span::new(start, start + token::LEN)));
        }
    }
}

/// Calls `each` with start and text of every line that may have something to undo: those with escapes or other
/// scripts.
fn for_odd_lines(block: &[u8], lanes: &[Lane], mut each: impl FnMut(usize, &[u8])) {
    let mut done = 0;
    for (index, lane) in lanes.iter().enumerate() {
        let mut odd = lane.escape | lane.high;
        while odd != 0 {
            let at = index * 64 + odd.trailing_zeros() as usize;
            odd &= odd - 1;
            if at < done || at >= block.len() || !view::is_oddity(block, at) {
                continue;
            }
            let line = line_around(block, Span::new(at, at + 1));
            done = line.end;
            each(line.start, block[line.start..line.end].trim_ascii_end());
        }
    }
}

impl Finding {
    /// A finding of the operator's `rule`.
    fn of_rule(span: Span, quotes: Quotes, value: Span, rule: u16) -> Self {
        let by = Some(RuleNo::of(rule));
        Self { quotes, value, by, ..Self::new(span, Context::Rule) }
    }
}
