//! Lines that look like one in which nothing was found.
//!
//! A log repeats itself: of most lines a worker has met one that differs in its digits alone. In: a
//! block's marks. Out: those marks without the lines whose [template](crate::scan::template) is on
//! record; then, when the block has been searched, the templates of the lines that held nothing go on
//! record. Nothing would have been found in a line that is left out, so the output does not depend on
//! what a worker has seen.
//!
//! What it holds in memory: keyed digests, from which no text can be told, 128 KiB of them. Where few
//! lines are familiar it rests, for digests cost a tenth of a search.

use crate::detect::Found;
use crate::scan::template::{self, Seed, Template};
use crate::scan::{Kernel, Marks};

/// The record of one worker.
#[derive(Debug, Default)]
pub(super) struct Familiar {
    /// Digests of lines without findings, each in the slot that its low bits name.
    slots: Vec<u64>,
    /// The lines of the block; those on record stand [alone](Template::ALONE).
    lines: Vec<Template>,
    /// Working memory of the digests.
    free: Vec<u64>,
    /// Lines of this trial; and of its second half, how many there were and how many were familiar.
    seen: usize,
    judged: usize,
    known: usize,
    /// Bytes to let pass before the next trial.
    rest: usize,
}

impl Familiar {
    /// Most digests; as much as a line of a log is worth in the second-level cache.
    const SLOTS: usize = 1 << 14;
    /// Lines of a trial, and bytes of the rest after one in which fewer than half were familiar: what
    /// half the lines save is what the digests of all cost.
    const TRIAL: usize = 1 << 13;
    const REST: usize = 32 << 20;
    const FEW: usize = 2;

    /// Forgets the lines of the block before.
    pub(super) fn begin(&mut self) {
        self.lines.clear();
    }

    /// Takes the familiar lines of `block` out of `marks`; how many there are.
    pub(super) fn sift(
        &mut self,
        kernel: Kernel,
        block: &[u8],
        marks: &mut Marks,
        seed: &Seed,
    ) -> usize {
        self.begin();
        if self.rests(block.len()) {
            return 0;
        }
        if self.slots.is_empty() {
            self.slots.resize(Self::SLOTS, Template::ALONE);
        }
        kernel.groups(block, marks);
        template::fill(block, marks, seed, &mut self.free, &mut self.lines);
        let (mut start, mut known) = (0, 0);
        for line in &mut self.lines {
            let end = line.end as usize;
            if line.digest != Template::ALONE && self.slots[slot(line.digest)] == line.digest {
                line.digest = Template::ALONE;
                known += 1;
                leave_out(marks, start, end);
            }
            start = end;
        }
        if self.seen >= Self::TRIAL / 2 {
            self.judged += self.lines.len();
            self.known += known;
        }
        self.seen += self.lines.len();
        known
    }

    /// Puts the lines of the block on record in which nothing was `found`.
    pub(super) fn learn(&mut self, found: &Found) {
        if self.lines.is_empty() {
            return;
        }
        for place in found.places() {
            let index = self.lines.partition_point(|line| line.end as usize <= place);
            if let Some(line) = self.lines.get_mut(index) {
                line.digest = Template::ALONE;
            }
        }
        for line in self.lines.iter().filter(|line| line.digest != Template::ALONE) {
            self.slots[slot(line.digest)] = line.digest;
        }
        self.lines.clear();
    }

    /// Whether `length` bytes pass without a look at their lines.
    fn rests(&mut self, length: usize) -> bool {
        if self.seen >= Self::TRIAL {
            let few = self.known * Self::FEW < self.judged;
            (self.seen, self.judged, self.known) = (0, 0, 0);
            self.rest = if few { Self::REST } else { 0 };
        }
        let rests = self.rest > 0;
        self.rest = self.rest.saturating_sub(length);
        rests
    }
}

fn slot(digest: u64) -> usize {
    digest as usize % Familiar::SLOTS
}

/// Wants no candidates from `start` to `end`.
fn leave_out(marks: &mut Marks, start: usize, end: usize) {
    if marks.wanted.is_empty() {
        marks.wanted.resize(marks.lanes.len(), u64::MAX);
    }
    let (first, last) = (start / 64, (end - 1) / 64);
    let (from, to) = (u64::MAX << (start % 64), u64::MAX >> (63 - (end - 1) % 64));
    if first == last {
        marks.wanted[first] &= !(from & to);
        return;
    }
    marks.wanted[first] &= !from;
    marks.wanted[first + 1..last].fill(0);
    marks.wanted[last] &= !to;
}
