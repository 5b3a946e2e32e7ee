//! Working memory of a worker: what the stages hand to each other, and what they keep for the next block.

use super::familiar::Familiar;
use super::identities::Identities;
use super::vetted::Spare;
use crate::action::Actions;
use crate::detect::again::Rewritten;
use crate::detect::coloured::Coloured;
use crate::detect::operator;
use crate::detect::{Finding, Found, Rejected};
use crate::scan::Marks;
use crate::scan::candidate::Candidate;
use crate::span::Span;

/// Working memory of one worker, reused from block to block.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) marks: Marks,
    pub(super) familiar: Familiar,
    pub(super) candidates: Vec<Candidate>,
    pub(super) found: Found,
    pub(super) operator: operator::Scratch,
    pub(super) identities: Identities,
    pub(super) actions: Actions,
    /// Lines with control sequences, and what searches them; made when there is one.
    pub(super) coloured: Coloured,
    pub(super) shown: Option<Box<Scratch>>,
    /// For what arrays of bytes spell; made when there is one.
    pub(super) inner: Option<Box<Inner>>,
    /// For lines that are looked at once more; made when there is one.
    pub(super) second: Option<Box<Second>>,
}

/// Working memory for a second look at a line.
#[derive(Debug, Default)]
pub(super) struct Second {
    pub(super) lines: Vec<Span>,
    pub(super) line: Rewritten,
    pub(super) scratch: Scratch,
}

/// Working memory for the text that an array of bytes spells.
#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) text: Vec<u8>,
    pub(super) scratch: Scratch,
    pub(super) spare: Spare,
}

impl Scratch {
    /// Keeps the numbers that are rejected from now on, for [`Self::rejected`].
    pub fn keep_rejected(&mut self) {
        self.found.rejected = Some(Vec::new());
    }

    /// Forgets which lines are familiar, as a new worker does; no output depends on it.
    pub fn forget(&mut self) {
        self.familiar = Familiar::default();
    }

    /// The findings of the last block.
    pub fn findings(&self) -> &[Finding] {
        &self.found.findings
    }

    /// The numbers of the last block that were rejected for want of evidence, in ascending order;
    /// none unless they are kept.
    pub fn rejected(&self) -> &[Rejected] {
        self.found.rejected.as_deref().unwrap_or_default()
    }
}
