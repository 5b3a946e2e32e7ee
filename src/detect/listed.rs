//! People of the operator's list: findings of their own, and those that they make longer.
//!
//! In: a block with its findings, in ascending order. Out: the same with the entries of the list that
//! stand there, those inside of phone numbers, keys and addresses apart. Their lines get another look
//! (see [`super::again`]).

use crate::roster::Roster;
use crate::span::{Span, TypeCode};

use super::line::Line;
use super::{Context, Finding, Found};

/// Adds what is on the operator's list; a finding that it overlaps grows to cover both.
pub(super) fn add(block: &[u8], roster: &Roster, found: &mut Found) {
    let Found { findings, again, .. } = found;
    let (mut place, settled, mut line_start) = (0, findings.len(), 0);
    roster.find(block, |span| {
        let line = Line::around(block, span.start, line_start);
        line_start = line.start;
        if line.glues(span.end) || line.before(span.start) == b'@' || line.is_json_key(span.end) {
            return;
        }
        while place < settled && findings[place].span.end <= span.start {
            place += 1;
        }
        match findings[..settled].get_mut(place).filter(|other| other.span.start < span.end) {
            Some(other) if other.kind() == TypeCode::NAM => {
                let start = other.span.start.min(span.start);
                let whole = Span::new(start, other.span.end.max(span.end));
                if other.span == whole {
                    return;
                }
                other.span = whole;
            }
            Some(_) => return,
            None => findings.push(Finding::new(span, Context::List)),
        }
        again.push(Span::new(line.start, line.text.len()));
    });
    if findings.len() > settled {
        findings.sort_by_key(|finding| finding.span);
    }
}
