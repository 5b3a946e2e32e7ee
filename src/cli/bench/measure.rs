//! The measuring: rounds over a text in memory, each stage by itself and all of them at once.

use std::hint::black_box;
use std::time::{Duration, Instant};

use lognym::engine::{Engine, Scratch, Spare};
use lognym::frame::Limits;
use lognym::scan::Isa;
use lognym::stats::Counts;
use memchr::{memchr, memrchr};

/// The stages, in the order of the flow.
pub(super) const STAGES: [&str; 4] = ["scan", "candidates", "detect", "pseudonymise"];

/// An engine with a kernel of its own, and its working memory.
pub(super) struct Contender {
    isa: Isa,
    engine: Engine,
    scratch: Scratch,
    spare: Spare,
}

/// What one contender did with a text.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) isa: Isa,
    pub(super) counts: Counts,
    pub(super) candidates: u64,
    /// The fastest round of each stage.
    pub(super) stages: [Duration; 4],
    /// The fastest round, and the one in the middle, of the flow as the filter runs it.
    pub(super) whole: Duration,
    pub(super) whole_median: Duration,
}

impl Contender {
    pub(super) fn new(isa: Isa, engine: Engine) -> Self {
        Self { isa, scratch: engine.scratch(), engine, spare: Spare::default() }
    }

    /// Runs stage after stage over each block; returns the time in each of them.
    fn staged(&mut self, blocks: &[&[u8]]) -> ([Duration; 4], u64) {
        let Self { engine, scratch, spare, .. } = self;
        let (mut times, mut candidates) = ([Duration::ZERO; 4], 0);
        for block in blocks {
            let start = Instant::now();
            engine.scan(black_box(block), scratch);
            let scanned = Instant::now();
            candidates += engine.candidates(block, scratch) as u64;
            let gathered = Instant::now();
            black_box(engine.find(block, scratch));
            let found = Instant::now();
            let vetted = engine.pseudonymise(block, scratch, std::mem::take(spare));
            black_box(vetted.as_bytes());
            let done = Instant::now();
            *spare = vetted.recycle();
            let ends = [start, scanned, gathered, found, done];
            for (time, pair) in times.iter_mut().zip(ends.windows(2)) {
                *time += pair[1] - pair[0];
            }
        }
        (times, candidates)
    }

    /// Runs the flow as the filter does; returns what it counted, and its time.
    fn whole(&mut self, blocks: &[&[u8]]) -> (Counts, Duration) {
        let Self { engine, scratch, spare, .. } = self;
        let (mut counts, mut time) = (Counts::default(), Duration::ZERO);
        for block in blocks {
            let start = Instant::now();
            let vetted = engine.process(black_box(block), scratch, std::mem::take(spare));
            black_box(vetted.as_bytes());
            time += start.elapsed();
            counts.add(vetted.counts());
            *spare = vetted.recycle();
        }
        (counts, time)
    }
}

/// Measures all contenders in turns, so that a change in the machine's speed meets all of them.
/// A first round, which grows the memory and fills the caches, does not count.
pub(super) fn all(contenders: &mut [Contender], text: &[u8], rounds: u32) -> Vec<Measured> {
    let blocks = blocks(text, Limits::BLOCK_BYTES);
    let mut results: Vec<Measured> = contenders.iter_mut().map(|c| first(c, &blocks)).collect();
    let mut wholes = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((contender, result), wholes) in
            contenders.iter_mut().zip(&mut results).zip(&mut wholes)
        {
            let (stages, _) = contender.staged(&blocks);
            for (best, time) in result.stages.iter_mut().zip(stages) {
                *best = (*best).min(time);
            }
            wholes.push(contender.whole(&blocks).1);
        }
    }
    for (result, wholes) in results.iter_mut().zip(&mut wholes) {
        wholes.sort_unstable();
        result.whole = wholes.first().copied().unwrap_or_default();
        result.whole_median = wholes.get(wholes.len() / 2).copied().unwrap_or_default();
    }
    results
}

/// The round that only counts.
fn first(contender: &mut Contender, blocks: &[&[u8]]) -> Measured {
    let (_, candidates) = contender.staged(blocks);
    let (counts, whole) = contender.whole(blocks);
    let stages = [Duration::MAX; 4];
    Measured { isa: contender.isa, counts, candidates, stages, whole, whole_median: whole }
}

/// Cuts `text` into blocks of whole lines as the filter does: `size` bytes, or one longer line.
fn blocks(text: &[u8], size: usize) -> Vec<&[u8]> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while rest.len() > size {
        let line_end = memrchr(b'\n', &rest[..size])
            .or_else(|| memchr(b'\n', &rest[size..]).map(|at| at + size));
        let (block, tail) = rest.split_at(line_end.map_or(rest.len(), |at| at + 1));
        blocks.push(block);
        rest = tail;
    }
    if !rest.is_empty() {
        blocks.push(rest);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn blocks_are_whole_lines_and_add_up() {
        for (text, expected) in [
            ("", &[][..]),
            ("ab", &["ab"]),
            ("a\nb\nc\n", &["a\nb\n", "c\n"]),
            ("a\nbcdefgh\ni", &["a\n", "bcdefgh\n", "i"]),
            ("abcdefgh", &["abcdefgh"]),
        ] {
            let expected: Vec<_> = expected.iter().map(|block| block.as_bytes()).collect();
            assert_eq!(blocks(text.as_bytes(), 4), expected, "{text:?}");
        }
    }
}
