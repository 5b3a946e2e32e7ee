//! A second look at a line in which something was found beyond the detectors' own reasons.
//!
//! In: a line with its findings. Out: the line as it will be written, tokens in their places, and the
//! way back from its offsets to those of the block. What the memory or a list has found speaks for its
//! neighbours as any other finding does; what it says is seen where the detectors read the line anew,
//! as a second pass would. So a second pass finds nothing that the first one left.

use crate::pseudonym::token;
use crate::span::{Span, TypeCode};

use super::{Finding, Found};

/// A line with tokens in the places of its findings.
#[derive(Debug, Default)]
pub struct Rewritten {
    text: Vec<u8>,
    /// Where each piece of the source begins, here and there.
    pieces: Vec<(usize, usize)>,
}

/// Key id and body of the tokens that stand for findings: nobody sees them.
const REST: &[u8; token::LEN - 3] = b"_bcdfgh_bcdfghjkmnpqrstvbcdfghjk";

impl Rewritten {
    /// Takes the line of `block` at `span` with its findings.
    pub fn fill(&mut self, block: &[u8], span: Span, findings: &[Finding]) {
        self.text.clear();
        self.pieces.clear();
        let mut start = span.start;
        for finding in findings {
            self.take(block, Span::new(start, finding.span.start));
            let kind = if finding.kind() == TypeCode::TEL { TypeCode::TEL } else { TypeCode::NAM };
            let quote = finding.quotes.as_bytes();
            for part in [quote, kind.as_bytes(), REST, quote] {
                self.text.extend_from_slice(part);
            }
            start = finding.span.end;
        }
        self.take(block, Span::new(start, span.end));
    }

    fn take(&mut self, block: &[u8], piece: Span) {
        self.pieces.push((self.text.len(), piece.start));
        self.text.extend_from_slice(&block[piece.start..piece.end]);
    }

    /// The line.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where the text at `span` stands in the block.
    fn source(&self, span: Span) -> Span {
        let piece = self.pieces.partition_point(|(here, _)| *here <= span.start);
        let (here, there) = self.pieces[piece.saturating_sub(1)];
        let start = there + (span.start - here);
        Span::new(start, start + span.len())
    }
}

impl Found {
    /// Adds what was found in a rewritten line; in no order.
    pub fn adopt(&mut self, line: &Rewritten, more: &Found) {
        for finding in &more.findings {
            let value = more.value(finding).map_or(Span::default(), |value| self.keep(value));
            let span = line.source(finding.span);
            self.findings.push(Finding { span, value, ..*finding });
        }
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
