//! The second half of the flow: the bytes between the findings, and tokens in their place.
//!
//! In: a block and what was found in it. Out: [`Vetted`] bytes, and what there is to count. Cost: one copy of the
//! block; a token that was written before is copied as well.

use super::identities::Identities;
use super::scratch::{Inner, Scratch};
use super::{Engine, Reason, Spare, Vetted};
use crate::action::Actions;
use crate::detect::operator::RuleNo;
use crate::detect::{Feeds, Finding, Found};
use crate::octets;
use crate::pseudonym::suppress;
use crate::rules::book::model::Action;
use crate::span::TypeCode;
use crate::stats::Counts;

impl Engine {
    /// The second half of the flow: the bytes between the findings, and tokens in their place.
    pub fn pseudonymise(&self, block: &[u8], scratch: &mut Scratch, spare: Spare) -> Vetted {
        let (out, counts) = spare.into_parts();
        let Scratch { marks, found, identities, actions, inner, .. } = scratch;
        let changed = Changed { feeds: Feeds::of(&marks.lanes), end: 0, any: false };
        let mut page = Page { engine: self, block, out, counts, changed, identities, actions };
        let mut copied = 0;
        for (index, finding) in found.findings.iter().enumerate() {
            if index % Identities::AHEAD == 0 {
                page.expect(found, index);
            }
            page.out.extend_from_slice(&block[copied..finding.span.start]);
            page.counts.lines_changed += u64::from(page.changed.note(copied, finding, block));
            copied = finding.span.end;
            if finding.octets {
                page.write_array(finding, inner.get_or_insert_default());
            } else {
                page.write(finding, found);
            }
        }
        let Page { mut out, mut counts, .. } = page;
        out.extend_from_slice(&block[copied..]);
        count_block(block, &out, found, &mut counts);
        Vetted::release(out, counts)
    }

    /// The marker that stands for a line of `length` bytes which may not pass; the line's own end
    /// (`line_end`: LF, CRLF or nothing) is written after it.
    pub fn withhold(&self, length: u64, line_end: &[u8], reason: Reason, spare: Spare) -> Vetted {
        let (mut bytes, mut counts) = spare.into_parts();
        let marker = format!("[lognym:withheld bytes={length} reason={}]", reason.as_str());
        bytes.extend_from_slice(marker.as_bytes());
        bytes.extend_from_slice(line_end);
        counts.bytes_in = length + line_end.len() as u64;
        counts.bytes_out = bytes.len() as u64;
        counts.lines = 1;
        counts.withheld = 1;
        Vetted::release(bytes, counts)
    }
}

/// The lines that were changed, in ascending order.
struct Changed<'a> {
    feeds: Feeds<'a>,
    /// Where the line ends that was changed last.
    end: usize,
    /// Whether there is one, and it has not been dropped.
    any: bool,
}

impl Changed<'_> {
    /// Whether `finding` is the first one in its line; everything up to `copied` has been written.
    #[inline]
    fn note(&mut self, copied: usize, finding: &Finding, block: &[u8]) -> bool {
        let end_after = |at: usize| self.feeds.next(at).unwrap_or(block.len());
        let start = finding.span.start;
        if self.end < copied {
            self.end = end_after(copied);
        }
        let first = !self.any || self.end < start;
        if first {
            (self.any, self.end) = (true, end_after(start));
        }
        first
    }
}

/// The output while it is written.
struct Page<'p> {
    engine: &'p Engine,
    block: &'p [u8],
    out: Vec<u8>,
    counts: Counts,
    changed: Changed<'p>,
    identities: &'p mut Identities,
    actions: &'p mut Actions,
}

impl Page<'_> {
    /// Has what will be needed for the findings from `index` on brought near.
    #[inline]
    fn expect(&mut self, found: &Found, index: usize) {
        let next = found.findings[index..].iter();
        self.identities.expect(
            next.map(|next| {
                found.value(next).unwrap_or(&self.block[next.span.start..next.span.end])
            }),
        );
    }

    /// Writes what stands for `finding`.
    #[inline]
    fn write(&mut self, finding: &Finding, found: &Found) {
        let surface = &self.block[finding.span.start..finding.span.end];
        let (quote, value) = (finding.quotes.as_bytes(), found.value(finding));
        if !quote.is_empty() {
            self.out.extend_from_slice(quote);
        }
        match finding.by {
            Some(rule) => {
                self.apply(rule, surface, value);
                // With its end a line goes as a whole.
                self.changed.any = surface.last() != Some(&b'\n');
            }
            None => self.write_token(finding, surface, value),
        }
        if !quote.is_empty() {
            self.out.extend_from_slice(quote);
        }
    }

    #[inline]
    fn write_token(&mut self, finding: &Finding, surface: &[u8], value: Option<&[u8]>) {
        let (engine, kind) = (self.engine, finding.kind());
        if let Some(list) = &engine.suppressed
            && self.identities.is_listed(list, kind, surface, value)
        {
            self.out.extend_from_slice(suppress::MARKER);
        } else {
            let hash = self.identities.write(&engine.keys, kind, surface, value, &mut self.out);
            self.counts.identities.note(hash);
        }
        self.counts.by_context[finding.context as usize] += 1;
        self.counts.by_type[usize::from(kind == TypeCode::NAM)] += 1;
    }

    /// Writes the array of bytes at `finding` with tokens for what its text holds.
    #[cold]
    fn write_array(&mut self, finding: &Finding, inner: &mut Inner) {
        let surface = &self.block[finding.span.start..finding.span.end];
        octets::decode(surface, &mut inner.text);
        self.engine.detect(&inner.text, &mut inner.scratch);
        let spare = std::mem::take(&mut inner.spare);
        let vetted = self.engine.pseudonymise(&inner.text, &mut inner.scratch, spare);
        octets::encode(vetted.as_bytes(), &mut self.out);
        self.counts.add_identities(vetted.counts());
        inner.spare = vetted.recycle();
    }

    /// Writes what the operator's rule puts in the place of `surface`.
    #[cold]
    fn apply(&mut self, rule: RuleNo, surface: &[u8], value: Option<&[u8]>) {
        let Some(operator) = &self.engine.operator else { return };
        let treatment = operator.treatment(rule);
        if let Some(list) = &self.engine.suppressed
            && let Some((text, value)) = treatment.subject(surface, value)
            && self.identities.is_listed(list, treatment.code, text, value)
        {
            self.out.extend_from_slice(suppress::MARKER);
            return;
        }
        let (keys, tokens) = (&self.engine.keys, &mut self.identities.tokens);
        let hash = self.actions.write(treatment, surface, value, keys, tokens, &mut self.out);
        if let Some(hash) = hash {
            self.counts.identities.note(hash);
        }
        self.counts.by_rule.note(operator.labels(), rule.index());
        self.counts.lines_dropped += u64::from(treatment.action == Action::DropLine);
    }
}

fn count_block(block: &[u8], out: &[u8], found: &Found, counts: &mut Counts) {
    counts.bytes_in = block.len() as u64;
    counts.bytes_out = out.len() as u64;
    counts.lines = memchr::memchr_iter(b'\n', block).count() as u64;
    counts.lines += u64::from(block.last().is_some_and(|&last| last != b'\n'));
    counts.tokens_seen += found.tokens();
    counts.tokens_foreign += found.foreign;
}
