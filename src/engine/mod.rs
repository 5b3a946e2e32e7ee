//! The flow on one screen: a block of whole lines in, [`Vetted`] bytes and counts out.
//!
//! ```text
//! block -> scan -> sift -> candidates -> detect (guard) -> resolve -> pseudonymise -> Vetted
//! ```
//!
//! [`Engine::process`] is a pure function of the block, the rules, the keys and the suppression list: no
//! clock, no I/O, no logging, and no allocation once the scratch memory has seen its largest block. So
//! any number of workers and replicas give the same bytes.

use std::sync::Arc;

use crate::detect::operator::Operator;
use crate::detect::{Bias, Columns, Detector, Feeds, Finding};
use crate::memory::Memory;
use crate::octets;
use crate::plan::Region;
use crate::pseudonym::Keys;
use crate::pseudonym::suppress::Suppressed;
use crate::resolve;
use crate::roster::Roster;
use crate::rules::book::Book;
use crate::rules::evidence::Weights;
use crate::rules::{RuleSet, RulesError};
use crate::scan::Kernel;
use crate::stats::Counts;

mod familiar;
mod identities;
mod reason;
mod scratch;
mod vetted;
mod write;

pub use reason::Reason;
pub use scratch::Scratch;
use scratch::Second;
pub use vetted::{Spare, Vetted};

/// How often a line is looked at once more; each time something new has been found in it.
const MOST_LOOKS: usize = 4;

/// What an engine is built from, the keys apart.
#[derive(Debug)]
pub struct Setup {
    /// What classifies the bytes; the output does not depend on it.
    pub kernel: Kernel,
    /// Whose national numbers are read, in this order.
    pub regions: Vec<Region>,
    /// How readily words are taken for a name.
    pub bias: Bias,
    /// The operator's own list of people.
    pub roster: Option<Roster>,
    /// What the operator says; the keys must know its types ([`Book::types`]).
    pub book: Book,
}

impl Default for Setup {
    /// The fastest kernel of this CPU; no national numbers, no rules of an operator.
    fn default() -> Self {
        let (kernel, regions) = (Kernel::auto(), Vec::new());
        Self { kernel, regions, bias: Bias::default(), roster: None, book: Book::default() }
    }
}

/// Detectors and keys, immutable and shared by all workers.
#[derive(Clone, Debug)]
pub struct Engine {
    kernel: Kernel,
    detector: Arc<Detector>,
    operator: Option<Arc<Operator>>,
    keys: Keys,
    suppressed: Option<Arc<Suppressed>>,
    rules: [u8; 32],
}

impl Engine {
    /// An engine with the built-in rules and those of the operator that writes pseudonyms under `keys`.
    ///
    /// # Errors
    /// When a pattern of the operator is refused, when `keys` lack a type of his rules, or when the
    /// embedded rules are damaged.
    pub fn new(setup: Setup, keys: Keys) -> Result<Self, RulesError> {
        let Setup { kernel, regions, bias, roster, book } = setup;
        if let Some(code) = book.types(&Counts::TYPES).into_iter().find(|&code| !keys.know(code)) {
            return Err(RulesError::NoKey { code });
        }
        let rules = book.digest();
        let operator = Operator::new(&book, kernel, &regions)?.map(Arc::new);
        let detector = Arc::new(Detector::new(RuleSet::builtin()?, regions, bias, roster));
        Ok(Self { kernel, detector, operator, keys, suppressed: None, rules })
    }

    /// The rules of the operator, if there are any.
    pub fn operator(&self) -> Option<&Operator> {
        self.operator.as_deref()
    }

    /// The same engine under other keys, as for the next epoch; the detectors are shared. The keys must
    /// know the same types.
    pub fn with_keys(&self, keys: Keys) -> Self {
        Self { keys, ..self.clone() }
    }

    /// The same engine with a list of those who get a constant instead of a token.
    pub fn suppressing(&self, list: Option<Arc<Suppressed>>) -> Self {
        Self { suppressed: list, ..self.clone() }
    }

    /// SHA-256 of all rules, those of the operator among them: [`Book::digest`].
    pub fn rules(&self) -> &[u8; 32] {
        &self.rules
    }

    /// The keys it writes with.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Working memory for one worker.
    pub fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    /// What each clue of a phone number counts.
    pub fn weights(&self) -> &Weights {
        self.detector.weights()
    }

    /// What the first line of an input, at the front of `head`, says of the lines after it: the
    /// columns of a CSV file. Without a header it says nothing.
    pub fn columns(&self, head: &[u8]) -> Columns {
        self.detector.columns(head)
    }

    /// Runs the whole flow over `block`: whole lines, the last one possibly without its line end.
    pub fn process(&self, block: &[u8], scratch: &mut Scratch, spare: Spare) -> Vetted {
        self.process_rows(&Columns::default(), block, scratch, spare)
    }

    /// Runs the whole flow over a `block` of an input whose header named these `columns`.
    pub fn process_rows(
        &self,
        columns: &Columns,
        block: &[u8],
        scratch: &mut Scratch,
        spare: Spare,
    ) -> Vetted {
        self.detect_rows(columns, block, scratch);
        self.pseudonymise(block, scratch, spare)
    }

    /// The same for the next block of a stream that remembers people: the output hangs on the blocks
    /// that `memory` has seen, not on where they were cut.
    pub fn process_remembering(
        &self,
        columns: &Columns,
        memory: &mut Memory,
        block: &[u8],
        scratch: &mut Scratch,
        spare: Spare,
    ) -> Vetted {
        self.look(columns, block, scratch);
        self.find_in(columns, block, scratch, Some(memory));
        self.pseudonymise(block, scratch, spare)
    }

    /// The first half of the flow: what would be replaced in `block`, in ascending order.
    pub fn detect<'s>(&self, block: &[u8], scratch: &'s mut Scratch) -> &'s [Finding] {
        self.detect_rows(&Columns::default(), block, scratch)
    }

    /// What would be replaced in a `block` of an input whose header named these `columns`.
    pub fn detect_rows<'s>(
        &self,
        columns: &Columns,
        block: &[u8],
        scratch: &'s mut Scratch,
    ) -> &'s [Finding] {
        self.look(columns, block, scratch);
        self.find_in(columns, block, scratch, None);
        &scratch.found.findings
    }

    /// Stages scan, sift and candidates for a block with these `columns`.
    fn look(&self, columns: &Columns, block: &[u8], scratch: &mut Scratch) {
        self.scan(block, scratch);
        self.seek(columns, block, scratch);
    }

    /// Stages sift and candidates.
    fn seek(&self, columns: &Columns, block: &[u8], scratch: &mut Scratch) {
        // Numbers that are rejected are told one by one, and a header has its say in each row.
        if scratch.found.rejected.is_none() && columns.is_empty() {
            self.sift(block, scratch);
        }
        self.gather(columns, block, scratch);
    }

    fn gather(&self, columns: &Columns, block: &[u8], scratch: &mut Scratch) {
        self.candidates(block, scratch);
        columns.mark(block, &mut scratch.candidates);
    }

    /// Stage scan: class masks of the block, and its lines that have control sequences.
    pub fn scan(&self, block: &[u8], scratch: &mut Scratch) {
        self.mark(block, scratch);
        let Scratch { marks, coloured, .. } = scratch;
        coloured.take(block, &marks.lanes);
        for line in &coloured.lines {
            marks.leave_out(line.start, line.end);
        }
    }

    fn mark(&self, block: &[u8], scratch: &mut Scratch) {
        self.kernel.mark(block, &mut scratch.marks);
        scratch.familiar.begin();
    }

    /// Stage sift: leaves out the lines that look like one in which nothing was found; needs the masks.
    /// How many there are.
    pub fn sift(&self, block: &[u8], scratch: &mut Scratch) -> usize {
        let Scratch { marks, familiar, .. } = scratch;
        familiar.sift(self.kernel, block, marks, self.detector.seed())
    }

    /// Stage candidates: where the detectors should look; needs the masks.
    pub fn candidates(&self, block: &[u8], scratch: &mut Scratch) -> usize {
        let Scratch { marks, candidates, .. } = scratch;
        self.kernel.candidates(block, marks, self.detector.filter(), candidates);
        candidates.len()
    }

    /// Stages guard, detect and resolve; need the candidates. How many findings there are.
    pub fn find(&self, block: &[u8], scratch: &mut Scratch) -> usize {
        self.find_in(&Columns::default(), block, scratch, None)
    }

    fn find_in(
        &self,
        columns: &Columns,
        block: &[u8],
        scratch: &mut Scratch,
        memory: Option<&mut Memory>,
    ) -> usize {
        self.judge(columns, block, scratch);
        self.find_in_coloured(columns, scratch);
        if let Some(memory) = memory {
            self.detector.remember(block, memory, &mut scratch.found);
        }
        self.look_again(columns, block, scratch, MOST_LOOKS);
        let Scratch { marks, coloured, found, operator: work, .. } = scratch;
        match &self.operator {
            Some(operator) if operator.claim(block, &marks.lanes, coloured, found, work) => {
                resolve::settle(&mut work.claims, block, operator.cut(), found);
                operator.drop_lines(block, &mut found.findings);
            }
            _ => resolve::disjoint(&mut found.findings),
        }
        if self.find_in_arrays(block, scratch) {
            resolve::disjoint(&mut scratch.found.findings);
        }
        scratch.found.findings.len()
    }

    /// Stages guard and detect.
    fn judge(&self, columns: &Columns, block: &[u8], scratch: &mut Scratch) {
        let Scratch { marks, candidates, found, familiar, .. } = scratch;
        let feeds = Feeds::of(&marks.lanes);
        self.detector.run(block, feeds, columns, candidates, self.keys.kid(), found);
        familiar.learn(found);
    }

    /// Lines with control sequences are searched as a terminal shows them.
    fn find_in_coloured(&self, columns: &Columns, scratch: &mut Scratch) {
        let Scratch { coloured, found, shown, .. } = scratch;
        let text = coloured.shown.text();
        if text.is_empty() {
            return;
        }
        let own = &mut **shown.get_or_insert_default();
        own.found.rejected = found.rejected.is_some().then(Vec::new);
        self.mark(text, own);
        self.seek(columns, text, own);
        self.judge(columns, text, own);
        self.look_again(columns, text, own, MOST_LOOKS);
        resolve::disjoint(&mut own.found.findings);
        found.take_over(&coloured.shown, &own.found);
    }

    /// Reads lines anew in which something was found that may speak for its neighbours, at most `looks`
    /// times.
    fn look_again(&self, columns: &Columns, block: &[u8], scratch: &mut Scratch, looks: usize) {
        if !scratch.found.wants_another_look() || looks == 0 {
            return;
        }
        let Scratch { found, second, .. } = scratch;
        let Second { lines, line, scratch: own } = &mut **second.get_or_insert_default();
        found.take_again(lines);
        for &span in &*lines {
            line.fill(block, span, found.within(span));
            self.mark(line.text(), own);
            self.gather(columns, line.text(), own);
            let Scratch { marks, candidates, found: more, .. } = own;
            let feeds = Feeds::of(&marks.lanes);
            self.detector.run(line.text(), feeds, columns, candidates, self.keys.kid(), more);
            self.look_again(columns, line.text(), own, looks - 1);
            if !own.found.findings.is_empty() {
                found.adopt(line, &own.found);
                resolve::disjoint(&mut found.findings);
            }
        }
    }

    /// Arrays of bytes are searched as the text that they spell, and replaced as a whole. Whether
    /// anything was found in one.
    fn find_in_arrays(&self, block: &[u8], scratch: &mut Scratch) -> bool {
        let before = scratch.found.findings.len();
        for array in octets::arrays(block) {
            let inner = scratch.inner.get_or_insert_default();
            octets::decode(&block[array.start..array.end], &mut inner.text);
            let first = self.detect(&inner.text, &mut inner.scratch).first();
            scratch.found.findings.extend(first.map(|first| first.within(array)));
        }
        scratch.found.findings.len() > before
    }
}
