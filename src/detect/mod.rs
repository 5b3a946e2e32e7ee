//! From candidates to findings: what is a phone number or a name, and why.
//!
//! Candidates are taken in order, line by line. What must pass is settled first (existing tokens,
//! addresses, dates); then the detectors judge a candidate by its bytes and by what stands before it
//! in its line. Nothing crosses a line, and nothing looks back into what is settled, so a second pass
//! over the output finds nothing new.

use crate::memory::Memory;
use crate::plan::Region;
use crate::pseudonym::Kid;
use crate::roster::Roster;
use crate::rules::RuleSet;
use crate::rules::evidence::Weights;
use crate::rules::words::Said;
use crate::scan::candidate::Candidate;
use crate::scan::filter::Filter;
use crate::scan::template::Seed;

pub mod again;
mod case;
mod cells;
pub mod coloured;
mod columns;
mod components;
mod context;
mod damaged;
mod dialled;
mod digits;
mod display;
mod element;
mod extension;
mod features;
mod feeds;
mod field;
mod found;
mod guard;
mod json;
mod judge;
mod key;
#[doc(hidden)]
pub mod learn;
mod line;
mod listed;
mod lower;
mod measure;
mod memo;
mod model;
mod name;
mod namesake;
mod number;
mod openings;
pub mod operator;
mod person;
mod phone;
mod pieces;
mod place;
mod prose;
mod quotes;
mod reach;
mod reading;
mod recall;
mod remember;
mod returning;
mod row;
mod separator;
mod shape;
mod side;
mod titles;
mod traits;
mod tuple;
mod verdicts;
mod vocabulary;
mod walk;
mod wanted;
mod worth;

pub use columns::Columns;
pub use context::Context;
pub use feeds::Feeds;
pub use found::{Finding, Found};
pub use model::Bias;
use name::Names;
use openings::Openings;
use phone::Phones;
pub use phone::Rejected;
pub use pieces::Pieces;
pub use quotes::Quotes;
use verdicts::Verdicts;
use vocabulary::Vocabulary;
use walk::Walk;

/// The detectors and their data; immutable.
#[derive(Debug)]
pub struct Detector {
    rules: RuleSet,
    regions: Vec<Region>,
    filter: Filter,
    /// What stands before a name.
    titles: Openings,
    bias: Bias,
    roster: Option<Roster>,
    seed: Seed,
}

impl Detector {
    /// The detectors with these rules, reading national numbers of `regions` in their order, with
    /// this bias towards names, and with the people of `roster`.
    pub fn new(rules: RuleSet, regions: Vec<Region>, bias: Bias, roster: Option<Roster>) -> Self {
        let filter = wanted::filter_of(&rules);
        let titles = Openings::of(rules.words.saying(Said::N_HONORIFIC.with(Said::N_TITLE)));
        Self { rules, regions, filter, titles, bias, roster, seed: Seed::random() }
    }

    /// What the templates of lines are digested with that these rules have judged.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The filter of the words and keys that this detector wants to see.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What each clue of a phone number counts.
    pub fn weights(&self) -> &Weights {
        &self.rules.weights
    }

    /// What the first line of an input, at the front of `head`, says of the lines after it.
    pub fn columns(&self, head: &[u8]) -> Columns {
        Columns::named_by(head, &self.rules.words)
    }

    /// Clears `found` and fills it with the findings of `block`, whose lines end with these `feeds` and
    /// whose rows have these `columns`; tokens of `kid` are its own.
    pub fn run(
        &self,
        block: &[u8],
        feeds: Feeds,
        columns: &Columns,
        candidates: &[Candidate],
        kid: Kid,
        found: &mut Found,
    ) {
        found.clear();
        // Names look at it while findings are added.
        let memo = std::mem::take(&mut found.memo).ready();
        let kept = std::mem::take(&mut found.kept).ready();
        let vocabulary = Vocabulary::new(&self.rules.words, &memo);
        let phones = self.phones();
        let names = self.names(vocabulary, Verdicts::new(&kept));
        // What a roster adds speaks for its lines as well.
        let at_once = self.roster.is_none();
        let walk = Walk { columns, phones, names, kid, found };
        walk.over(block, feeds, candidates, at_once);
        if let Some(roster) = &self.roster {
            listed::add(block, roster, found);
            recall::add(block, feeds, vocabulary, found);
        } else if found.wants_another_look() {
            found.findings.sort_by_key(|finding| finding.span);
        }
        (found.memo, found.kept) = (memo, kept);
    }

    fn phones(&self) -> Phones<'_> {
        let RuleSet { words, weights, .. } = &self.rules;
        Phones { words, weights, regions: &self.regions }
    }

    fn names<'a>(&'a self, vocabulary: Vocabulary<'a>, verdicts: Verdicts<'a>) -> Names<'a> {
        let RuleSet { words, phrases, endings, .. } = &self.rules;
        let (titles, bias) = (&self.titles, self.bias);
        Names { words, vocabulary, verdicts, titles, phrases, endings, bias }
    }

    /// Adds the people that `memory` holds to the findings of `block`, and those to `memory`.
    pub fn remember(&self, block: &[u8], memory: &mut Memory, found: &mut Found) {
        remember::add(block, &self.rules.words, memory, found);
    }
}
