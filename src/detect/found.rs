//! What was found in a block, and what was noticed on the way.
//!
//! In: what the detectors settle, one after the other. Out: findings with their canonical forms, in one
//! place that is reused from block to block, together with the memories that spare a worker work.

use std::fmt;

use zeroize::Zeroizing;

use crate::carrier;
use crate::pseudonym::canon;
use crate::rules::evidence::Evidence;
use crate::span::{Span, TypeCode};

use super::key::KeyCache;
use super::operator::RuleNo;
use super::phone::{Phone, Rejected};
use super::pieces::Pieces;
use super::verdicts::Kept;
use super::vocabulary::Memo;
use super::{Context, Quotes, digits};

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
    pub(super) value: Span,
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

/// The findings of a block, and what was noticed on the way; reused from block to block. Its `Debug` shows
/// no value.
#[derive(Default)]
pub struct Found {
    /// Findings in ascending order, disjoint.
    pub findings: Vec<Finding>,
    /// Canonical forms, one after the other.
    pub(super) values: Vec<u8>,
    /// What is known of the keys that were met last.
    pub(super) keys: KeyCache,
    /// What is known of the words that were met last.
    pub(super) memo: Memo,
    /// What the model said of the runs that were met last.
    pub(super) kept: Kept,
    /// Lines to be looked at once more: see [`again`].
    pub(super) again: Vec<Span>,
    /// Names and numbers ahead in the line that is read, the next one last.
    pub(super) ahead: Vec<(Span, Context)>,
    /// Where existing tokens are.
    pub(super) token_places: Vec<usize>,
    /// How many of them carry another key id.
    pub foreign: u64,
    /// Numbers that were rejected, if somebody wants to know: in ascending order.
    pub rejected: Option<Vec<Rejected>>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("findings", &self.findings).finish_non_exhaustive()
    }
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
    pub(super) fn keep(&mut self, value: &[u8]) -> Span {
        let start = self.values.len();
        self.values.extend_from_slice(value);
        Span::new(start, self.values.len())
    }

    /// Keeps the canonical form of digits that are no number of any plan.
    pub(super) fn keep_digits(&mut self, text: &[u8], span: Span) -> Span {
        let start = self.values.len();
        self.values.extend_from_slice(b"raw:");
        digits::digits_into(text, span, &mut self.values);
        Span::new(start, self.values.len())
    }

    /// Adds all that was found in `text`; findings are in ascending order then.
    pub fn take_over(&mut self, text: &Pieces, more: &Found) {
        self.add_from(text, more);
        self.findings.sort_by_key(|finding| finding.span);
        let place = |&at: &usize| text.source(Span::new(at, at + 1)).start;
        self.token_places.extend(more.token_places.iter().map(place));
        self.foreign += more.foreign;
        if let (Some(rejected), Some(more)) = (&mut self.rejected, &more.rejected) {
            rejected
                .extend(more.iter().map(|one| Rejected { span: text.source(one.span), ..*one }));
            rejected.sort_unstable_by_key(|one| one.span);
        }
    }

    /// Adds the findings in `text`; in no order.
    pub(super) fn add_from(&mut self, text: &Pieces, more: &Found) {
        for finding in &more.findings {
            let span = text.source(finding.span);
            let value = match more.value(finding) {
                Some(value) => self.keep(value),
                // More stands between its words here than there.
                None if span.len() != finding.span.len() => {
                    self.keep_name(&text.text()[finding.span.start..finding.span.end])
                }
                None => Span::default(),
            };
            self.findings.push(Finding { span, value, ..*finding });
        }
    }

    /// Moves a `finding` of a rule in `text` to where that comes from.
    pub(super) fn move_to_source(&mut self, finding: &mut Finding, text: &Pieces) {
        let span = text.source(finding.span);
        if span.len() != finding.span.len() && finding.value.is_empty() {
            // There more stands between its words.
            finding.value = self.keep(&text.text()[finding.span.start..finding.span.end]);
        }
        finding.span = span;
    }

    /// Keeps the canonical form of a name.
    fn keep_name(&mut self, surface: &[u8]) -> Span {
        let mut text = Zeroizing::new(String::new());
        let mut value = Zeroizing::new(Vec::new());
        self.keep(canon::written_name(surface, &mut text, &mut value))
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

    pub(super) fn clear(&mut self) {
        self.findings.clear();
        self.values.clear();
        self.again.clear();
        self.ahead.clear();
        self.token_places.clear();
        self.foreign = 0;
        if let Some(rejected) = &mut self.rejected {
            rejected.clear();
        }
    }

    pub(super) fn push_name(&mut self, (span, context): (Span, Context)) {
        self.findings.push(Finding::new(span, context));
    }

    /// Adds a phone number with its canonical form: E.164, or `raw:` and the digits.
    pub(super) fn push_phone(&mut self, phone: &Phone, text: &[u8], quotes: Quotes) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_holds_no_value() {
        let mut found = Found::default();
        let value = found.keep(b"ERIKA BEISPIEL");
        found.findings.push(Finding { value, ..Finding::new(Span::new(0, 5), Context::Words) });
        let shown = format!("{found:?}");
        assert!(shown.contains("Words"), "{shown}");
        assert!(!shown.contains("ERIKA") && !shown.contains("69, 82, 73"), "{shown}");
    }
}
