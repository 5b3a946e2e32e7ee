//! People of the operator's list: findings of their own, and those that they make longer.
//!
//! In: a block with its findings, in ascending order. Out: the same with the entries of the list that
//! stand there, those inside of phone numbers, keys and addresses apart; not in order.

use crate::roster::Roster;
use crate::span::{Span, TypeCode};

use super::line::Line;
use super::{Context, Finding};

/// Adds what is on the operator's list; a finding that it overlaps grows to cover both.
pub(super) fn add(block: &[u8], roster: &Roster, findings: &mut Vec<Finding>) {
    let mut place = 0;
    let settled = findings.len();
    roster.find(block, |span| {
        let line = Line::around(block, span.start, 0);
        if line.glues(span.end) || line.before(span.start) == b'@' || line.is_json_key(span.end) {
            return;
        }
        while place < settled && findings[place].span.end <= span.start {
            place += 1;
        }
        match findings[..settled].get_mut(place).filter(|other| other.span.start < span.end) {
            Some(other) if other.kind() == TypeCode::NAM => {
                let start = other.span.start.min(span.start);
                other.span = Span::new(start, other.span.end.max(span.end));
            }
            Some(_) => {}
            None => findings.push(Finding::new(span, Context::List)),
        }
    });
}
