//! What every bench shares: the corpora, how they are cut into blocks, and the check that
//! a contender found what was planted before its time counts.
#![allow(dead_code, reason = "each bench is a crate of its own and takes its part of this")]

use std::ops::RangeInclusive;
use std::time::Duration;

use criterion::Criterion;
use lognym::corpus::{self, Corpus, Density};
use lognym::engine::{Engine, Setup};
use lognym::frame::Limits;
use lognym::plan::Region;
use lognym::pseudonym::{Domain, Keys};
use lognym::scan::Kernel;
use lognym::stats::Counts;

/// The share of what was planted that the engine finds.
pub(crate) const ENGINE_SHARE: RangeInclusive<f64> = 0.98..=1.02;
/// Large enough that the corpus outgrows the L2 cache, small enough for a quick run.
pub(crate) const CORPUS_BYTES: usize = 4 << 20;
pub(crate) const SEED: u64 = 0x006c_6f67_6e79_6d00;

/// How long each bench runs: short enough for the whole set, long enough to tell ratios apart.
pub(crate) fn config() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .sample_size(20)
}

/// The corpora, thinnest first, with the last part of their bench ids.
pub(crate) fn corpora() -> Vec<(&'static str, Corpus)> {
    let made = |density| corpus::generate(density, CORPUS_BYTES, SEED);
    Density::ALL.into_iter().map(|density| (density.as_str(), made(density))).collect()
}

/// An engine as the filter builds it, with keys that nobody keeps.
pub(crate) fn engine(kernel: Kernel) -> Engine {
    engine_under(kernel, Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("randomness"))
}

/// The same with these keys.
pub(crate) fn engine_under(kernel: Kernel, keys: Keys) -> Engine {
    let regions = ["DE", "US", "GB"].iter().filter_map(|code| Region::from_code(code)).collect();
    Engine::new(Setup { kernel, regions, ..Setup::default() }, keys)
        .expect("the embedded rules are valid")
}

/// Cuts `text` into blocks of whole lines, of the size that the stream feeds the engine with.
pub(crate) fn blocks(text: &[u8]) -> Vec<&[u8]> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while rest.len() > Limits::BLOCK_BYTES {
        let line_end = memchr::memrchr(b'\n', &rest[..Limits::BLOCK_BYTES]);
        let (block, tail) = rest.split_at(line_end.expect("lines are shorter than a block") + 1);
        blocks.push(block);
        rest = tail;
    }
    blocks.push(rest);
    blocks
}

/// Panics unless the findings, phones then names, are within `share` of what was planted.
pub(crate) fn assert_found(corpus: &Corpus, found: [u64; 2], share: RangeInclusive<f64>) {
    for (kind, planted, found) in
        [("phones", corpus.phones, found[0]), ("names", corpus.names, found[1])]
    {
        let (low, high) = (planted as f64 * share.start(), planted as f64 * share.end());
        assert!(
            (low..=high).contains(&(found as f64)),
            "{found} {kind} found, {planted} planted, wanted {low:.0} to {high:.0}"
        );
    }
}
