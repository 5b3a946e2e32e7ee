//! A second look at a line in which something was found beyond the detectors' own reasons.
//!
//! In: a line with its findings. Out: the line as it will be written, tokens in their places, and the
//! way back from its offsets to those of the block. What the memory or a list has found speaks for its
//! neighbours as any other finding does; what it says is seen where the detectors read the line anew,
//! as a second pass would. So a second pass finds nothing that the first one left.

use crate::pseudonym::token;
use crate::span::{Span, TypeCode};

use super::{Finding, Found, Pieces};

/// A line with tokens in the places of its findings.
#[derive(Debug, Default)]
pub struct Rewritten(Pieces);

/// Key id and body of the tokens that stand for findings: nobody sees them.
const REST: &[u8; token::LEN - 3] = b"_bcdfgh_bcdfghjkmnpqrstvbcdfghjk";

impl Rewritten {
    /// Takes the line of `block` at `span` with its findings.
    pub fn fill(&mut self, block: &[u8], span: Span, findings: &[Finding]) {
        let Self(pieces) = self;
        pieces.clear();
        let mut start = span.start;
        for finding in findings {
            pieces.copy(block, Span::new(start, finding.span.start));
            let kind = if finding.kind() == TypeCode::TEL { TypeCode::TEL } else { TypeCode::NAM };
            let quote = finding.quotes.as_bytes();
            for part in [quote, kind.as_bytes(), REST, quote] {
                pieces.put(part, finding.span.start);
            }
            start = finding.span.end;
        }
        pieces.copy(block, Span::new(start, span.end));
    }

    /// The line.
    pub fn text(&self) -> &[u8] {
        self.0.text()
    }
}

impl Found {
    /// Adds what was found in a rewritten line; in no order.
    pub fn adopt(&mut self, line: &Rewritten, more: &Found) {
        self.add_from(&line.0, more);
    }

    /// The findings in `span`, in ascending order.
    pub fn within(&self, span: Span) -> &[Finding] {
        let before = |end: usize| move |finding: &Finding| finding.span.start < end;
        let start = self.findings.partition_point(before(span.start));
        let end = self.findings.partition_point(before(span.end));
        &self.findings[start..end]
    }

    /// Whether there are lines that want another look.
    pub fn wants_another_look(&self) -> bool {
        !self.again.is_empty()
    }

    /// Takes the lines that want another look, in ascending order; `into` is their memory.
    pub fn take_again(&mut self, into: &mut Vec<Span>) {
        into.clear();
        std::mem::swap(&mut self.again, into);
        into.sort_unstable();
        into.dedup();
    }
}
