//! Lines that look like one in which nothing was found.
//!
//! A log repeats itself: of most lines a worker has met one that differs in its digits alone. In: a
//! block's marks. Out: those marks without the lines whose [template](crate::scan::template) is on
//! record; then, when the block has been searched, the templates of the lines that held nothing go on
//! record. Nothing would have been found in a line that is left out, so the output does not depend on
//! what a worker has seen.
//!
//! What it holds in memory: keyed digests, from which no text can be told, 128 KiB of them. Where few
//! lines are familiar it rests, for digests cost a third of a search.

use crate::detect::Found;
use crate::scan::template::{Rubbed, Seed, Template};
use crate::scan::{Kernel, Marks};

/// The record of one worker.
#[derive(Debug, Default)]
pub(super) struct Familiar {
    /// Digests of lines without findings, each in the slot that its low bits name.
    slots: Vec<u64>,
    /// The lines of the block; those on record stand [alone](Template::ALONE).
    lines: Vec<Template>,
    /// Working memory of the digests.
    rubbed: Vec<Rubbed>,
    /// Lines of this trial; and of its second half, how many there were and how many were familiar.
    seen: usize,
    judged: usize,
    known: usize,
    /// Bytes to let pass before the next trial.
    rest: usize,
}

impl Familiar {
    /// Most digests, a power of two: thousands of templates, in an eighth of a second-level cache.
    const SLOTS: usize = 1 << 14;
    /// Lines of a trial, and bytes of the rest after one in which fewer than half were familiar: what
    /// half the lines save is what the digests of all cost.
    const TRIAL: usize = 1 << 13;
    const REST: usize = 32 << 20;
    const FEW: usize = 2;

    /// Forgets the lines of the block before; comes first for each block.
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
        if self.rests(block.len()) {
            return 0;
        }
        if self.slots.is_empty() {
            self.slots.resize(Self::SLOTS, Template::ALONE);
        }
        kernel.groups(block, marks);
        kernel.templates(block, marks, seed, &mut self.rubbed, &mut self.lines);
        let (mut start, mut known) = (0, 0);
        for line in &mut self.lines {
            let end = line.end as usize;
            if line.digest != Template::ALONE && self.slots[slot(line.digest)] == line.digest {
                line.digest = Template::ALONE;
                known += 1;
                marks.leave_out(start, end);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Setup};
    use crate::pseudonym::{Domain, Keys};
    use crate::stats::Counts;

    #[test]
    fn lines_become_familiar_unless_something_is_in_them() {
        let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("randomness");
        let engine = Engine::new(Setup::default(), keys).expect("the rules are valid");
        let mut scratch = engine.scratch();
        let block = |second: u8| {
            format!(
                "10:15:{second} sshd[4{second}]: closed by 198.51.100.{second}\n\
                 10:15:{second} callerName=\"Erika Beispiel\"\n\
                 10:15:{second} spoke to nam_mrbbqd_pqmmrmhtqptvncnfjpgvjmhn\n"
            )
        };
        let familiar = |scratch: &mut _, second| {
            let block = block(second);
            engine.scan(block.as_bytes(), scratch);
            engine.sift(block.as_bytes(), scratch)
        };
        assert_eq!(familiar(&mut scratch, 10), 0);
        assert_eq!(engine.detect(block(20).as_bytes(), &mut scratch).len(), 1);
        assert_eq!(familiar(&mut scratch, 30), 1);
        scratch.forget();
        assert_eq!(familiar(&mut scratch, 30), 0);
    }

    #[test]
    fn it_rests_after_a_trial_with_few_familiar_lines() {
        let trial =
            |known| Familiar { seen: Familiar::TRIAL, judged: 10, known, ..Familiar::default() };
        assert!(!trial(5).rests(1));
        let mut resting = trial(4);
        assert!(resting.rests(Familiar::REST - 1) && resting.rests(1));
        assert!(!resting.rests(1));
    }
}
