//! Overlapping findings become disjoint ones, by one total order.
//!
//! The order: the earlier start first, then the longer one, then the smaller context number. A
//! finding that overlaps one before it in this order is dropped. The detectors settle a line from
//! left to right and so give disjoint findings already; this stage makes it certain for whatever
//! writes the output. Cost: one pass over findings that are in order.

use crate::detect::Finding;

/// Sorts `findings` and drops those that overlap a better one.
pub fn disjoint(findings: &mut Vec<Finding>) {
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
