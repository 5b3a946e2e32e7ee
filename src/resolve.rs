//! Overlapping findings become disjoint ones, by one total order.
//!
//! Without rules of an operator: the earlier start first, then the longer one, then the smaller context
//! number. A finding that overlaps one before it in this order is dropped. The detectors settle a line
//! from left to right and so give disjoint findings already; this stage makes it certain for whatever
//! writes the output. Cost: one pass over findings that are disjoint.
//!
//! With them, the rank comes first: existing tokens, which nothing ever alters; guards of the
//! operator; his rules, the last one first; the built-in detectors. Within a rank the order is the one
//! above. A claim gets the bytes that no better one has taken. What is left of a finding, if there is
//! a letter or a digit in it, is replaced too: half an identity is still one. So neither a guard nor
//! a narrow rule opens a hole in a wider finding. Cost: a sort, and a tree of the taken spans where
//! claims overlap.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::detect::operator::{Claim, RuleNo};
use crate::detect::{Finding, Found};
use crate::span::Span;

/// Sorts `findings` and drops those that overlap a better one.
pub fn disjoint(findings: &mut Vec<Finding>) {
    let mut end = 0;
    let is_apart = |finding: &Finding| {
        let Span { start, end: own } = finding.span;
        let is_apart = start >= end && start < own;
        end = own;
        is_apart
    };
    // As the detectors give them.
    if findings.iter().all(is_apart) {
        return;
    }
    let key = |f: &Finding| (f.span.start, std::cmp::Reverse(f.span.end), f.context as u8);
    if !findings.is_sorted_by_key(key) {
        findings.sort_by_key(key);
    }
    let mut end = 0;
    findings.retain(|finding| {
        let keep = finding.span.start >= end && !finding.span.is_empty();
        if keep {
            end = finding.span.end;
        }
        keep
    });
}

/// Settles `claims` on `block` and makes the findings that are left those of `found`. Where a token
/// would run into what stays, the finding gets the rule `cut` instead.
pub fn settle(claims: &mut [Claim], block: &[u8], cut: RuleNo, found: &mut Found) {
    found.findings.clear();
    claims.sort_by_key(|claim| claim.finding.span);
    let mut start = 0;
    while start < claims.len() {
        let cluster = start..start + cluster_len(&claims[start..]);
        start = cluster.end;
        match &claims[cluster.clone()] {
            [claim] if claim.stays => {}
            [claim] => found.findings.push(claim.finding),
            _ => share(&mut claims[cluster], block, cut, found),
        }
    }
    found.findings.retain(|finding| !finding.span.is_empty());
    found.findings.sort_by_key(|finding| finding.span);
}

/// How many of the claims, in the order of their starts, overlap with one before them.
fn cluster_len(claims: &[Claim]) -> usize {
    let mut end = claims[0].finding.span.end;
    let apart = claims.iter().skip(1).position(|claim| {
        let Span { start, end: own } = claim.finding.span;
        let apart = start >= end;
        end = end.max(own);
        apart
    });
    apart.map_or(claims.len(), |index| index + 1)
}

/// Gives the bytes of overlapping claims to the best of them.
fn share(claims: &mut [Claim], block: &[u8], cut: RuleNo, found: &mut Found) {
    claims.sort_by_key(|Claim { finding: f, rank, stays }| {
        (*rank, f.span.start, std::cmp::Reverse(f.span.end), !stays, f.context as u8)
    });
    let mut taken = BTreeMap::new();
    for claim in claims.iter() {
        let span = claim.finding.span;
        let free = free(&taken, span);
        let whole = matches!(&free[..], [only] if *only == span);
        for piece in free {
            take(&mut taken, piece.start..piece.end);
            if claim.stays {
                continue;
            }
            let left = match whole {
                true => Some(claim.finding),
                false => found.piece(&claim.finding, piece, block),
            };
            found.findings.extend(left.map(|mut finding| {
                if !whole && runs_on(block, finding.span) {
                    finding.by = Some(cut);
                }
                finding
            }));
        }
    }
}

/// The parts of `span` that nobody has.
fn free(taken: &BTreeMap<usize, usize>, span: Span) -> Vec<Span> {
    let mut free = Vec::new();
    let before = taken.range(..span.start).next_back().map_or(0, |(_, &end)| end);
    let mut at = span.start.max(before.min(span.end));
    for (&start, &end) in taken.range(span.start..span.end) {
        if start > at {
            free.push(Span::new(at, start));
        }
        at = at.max(end);
    }
    if at < span.end {
        free.push(Span::new(at, span.end));
    }
    free
}

/// Adds a free range, joined with the one that it follows, so that the tree stays small.
fn take(taken: &mut BTreeMap<usize, usize>, range: Range<usize>) {
    if let Some((_, end)) = taken.range_mut(..range.start).next_back()
        && *end == range.start
    {
        *end = range.end;
    } else {
        taken.insert(range.start, range.end);
    }
}

/// Whether a word character stands before or after `span`.
fn runs_on(block: &[u8], span: Span) -> bool {
    let is_word = |b: Option<&u8>| b.is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_');
    is_word(span.start.checked_sub(1).and_then(|at| block.get(at))) || is_word(block.get(span.end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::Context;

    const BLOCK: &[u8] = b"abc def ghi jkl mno pqr stu vwx yz0 123 456 789\n";

    fn claims() -> impl Strategy<Value = Vec<Claim>> {
        let claim = (0usize..40, 1usize..8, 0u32..4, any::<bool>()).prop_map(
            |(start, len, rank, stays)| {
                let finding = Finding::new(Span::new(start, start + len), Context::Words);
                Claim { finding, rank, stays }
            },
        );
        prop::collection::vec(claim, 0..12)
    }

    fn settled(claims: &[Claim]) -> Vec<Span> {
        let mut found = Found::default();
        settle(&mut claims.to_vec(), BLOCK, RuleNo::of(0), &mut found);
        found.findings.iter().map(|finding| finding.span).collect()
    }

    proptest! {
        #[test]
        fn the_best_claim_has_each_byte(claims in claims()) {
            let spans = settled(&claims);
            prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{spans:?}");
            for (at, &byte) in BLOCK.iter().enumerate() {
                let here = claims.iter().filter(|c| (c.finding.span.start..c.finding.span.end).contains(&at));
                let best = here.map(|claim| claim.rank).min();
                let best: Vec<_> = claims.iter().filter(|c| {
                    Some(c.rank) == best && (c.finding.span.start..c.finding.span.end).contains(&at)
                }).collect();
                let replaced = spans.iter().any(|span| (span.start..span.end).contains(&at));
                let (stays, goes) = (best.iter().any(|c| c.stays), best.iter().any(|c| !c.stays));
                // Blanks at the ends of what is left may stay.
                if byte != b' ' && stays != goes {
                    prop_assert_eq!(replaced, goes, "byte {}", at);
                }
            }
        }

        #[test]
        fn the_order_of_the_claims_does_not_matter(claims in claims()) {
            let mut turned = claims.clone();
            turned.reverse();
            prop_assert_eq!(settled(&claims), settled(&turned));
        }
    }
}
