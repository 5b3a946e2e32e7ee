//! The measuring: rounds over a text in memory, each stage by itself and all of them at once.

use std::hint::black_box;
use std::time::{Duration, Instant};

use lognym::engine::{Engine, Scratch, Spare};
use lognym::frame::Limits;
use lognym::scan::Isa;
use lognym::stats::Counts;
use memchr::{memchr, memrchr};

/// The stages, in the order of the flow.
pub(super) const STAGES: [&str; 5] = ["scan", "sift", "candidates", "detect", "pseudonymise"];
/// Where the stages stand that judge candidates and replace findings.
pub(super) const DETECT: usize = 3;
const PSEUDONYMISE: usize = 4;

/// An engine with a kernel of its own, and its working memory.
pub(super) struct Contender {
    isa: Isa,
    engine: Engine,
    scratch: Scratch,
    spare: Spare,
}

/// One round, stage by stage.
#[derive(Default)]
struct Staged {
    times: [Duration; STAGES.len()],
    familiar: u64,
    candidates: u64,
}

/// What one contender did with a text.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) isa: Isa,
    pub(super) counts: Counts,
    /// Lines that were left out, for they look like one before in which nothing was found.
    pub(super) familiar: u64,
    pub(super) candidates: u64,
    /// The fastest round of each stage.
    pub(super) stages: [Duration; STAGES.len()],
    /// The fastest round, and the one in the middle, of the flow as the filter runs it.
    pub(super) whole: Duration,
    pub(super) whole_median: Duration,
}

impl Measured {
    /// Bytes a second, were `time` what all bytes took; no measurable time counts as a nanosecond.
    pub(super) fn rate(&self, time: Duration) -> f64 {
        self.counts.bytes_in as f64 / time.as_secs_f64().max(1e-9)
    }

    /// Nanoseconds of `time` for each byte.
    pub(super) fn ns_per_byte(&self, time: Duration) -> f64 {
        per(time, self.counts.bytes_in)
    }

    /// Nanoseconds of `time` for each candidate.
    pub(super) fn ns_per_candidate(&self, time: Duration) -> f64 {
        per(time, self.candidates)
    }

    /// Nanoseconds that the last stage takes for each finding.
    pub(super) fn ns_per_finding(&self) -> f64 {
        per(self.stages[PSEUDONYMISE], self.findings())
    }

    pub(super) fn findings(&self) -> u64 {
        self.counts.by_type.iter().sum()
    }

    /// The stages, then the whole flow and its median: what it is called, its time, and whether it
    /// is a stage.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, Duration, bool)> {
        let stages = STAGES.into_iter().zip(self.stages).map(|(stage, time)| (stage, time, true));
        stages.chain([("whole", self.whole, false), ("  median", self.whole_median, false)])
    }

    /// How close candidates stand.
    pub(super) fn candidates_per_megabyte(&self) -> f64 {
        self.candidates as f64 * 1e6 / (self.counts.bytes_in as f64).max(1.0)
    }

    /// The part of the stages' time that `stage` takes, from 0 to 1.
    pub(super) fn share(&self, stage: Duration) -> f64 {
        let sum: Duration = self.stages.iter().sum();
        stage.as_secs_f64() / sum.as_secs_f64().max(1e-9)
    }
}

/// Nanoseconds for each of `count`; 0 when there is none.
fn per(time: Duration, count: u64) -> f64 {
    if count == 0 { 0.0 } else { time.as_secs_f64() * 1e9 / count as f64 }
}

/// How many times faster `time` is than that of the scalar kernel.
pub(super) fn ratio(scalar: Duration, time: Duration) -> f64 {
    scalar.as_secs_f64().max(1e-9) / time.as_secs_f64().max(1e-9)
}

/// The result that others are compared with: the scalar kernel's, or the first if that was not measured.
pub(super) fn scalar(results: &[Measured]) -> Option<&Measured> {
    results.iter().find(|result| result.isa == Isa::Scalar).or(results.first())
}

impl Contender {
    pub(super) fn new(isa: Isa, engine: Engine) -> Self {
        Self { isa, scratch: engine.scratch(), engine, spare: Spare::default() }
    }

    /// Runs stage after stage over each block, as a worker that has seen no line yet.
    fn staged(&mut self, blocks: &[&[u8]]) -> Staged {
        let Self { engine, scratch, spare, .. } = self;
        let mut staged = Staged::default();
        scratch.forget();
        for block in blocks {
            let start = Instant::now();
            engine.scan(black_box(block), scratch);
            let scanned = Instant::now();
            staged.familiar += engine.sift(block, scratch) as u64;
            let sifted = Instant::now();
            staged.candidates += engine.candidates(block, scratch) as u64;
            let gathered = Instant::now();
            black_box(engine.find(block, scratch));
            let found = Instant::now();
            let vetted = engine.pseudonymise(block, scratch, std::mem::take(spare));
            black_box(vetted.as_bytes());
            let done = Instant::now();
            *spare = vetted.recycle();
            let ends = [start, scanned, sifted, gathered, found, done];
            for (time, pair) in staged.times.iter_mut().zip(ends.windows(2)) {
                *time += pair[1] - pair[0];
            }
        }
        staged
    }

    /// Runs the flow as a worker of the filter does on its first lines; returns what it counted, and
    /// its time.
    fn whole(&mut self, blocks: &[&[u8]]) -> (Counts, Duration) {
        let Self { engine, scratch, spare, .. } = self;
        let (mut counts, mut time) = (Counts::default(), Duration::ZERO);
        scratch.forget();
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
            let staged = contender.staged(&blocks);
            for (best, time) in result.stages.iter_mut().zip(staged.times) {
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
    let Staged { familiar, candidates, .. } = contender.staged(blocks);
    let (counts, whole) = contender.whole(blocks);
    let stages = [Duration::MAX; STAGES.len()];
    Measured {
        isa: contender.isa,
        counts,
        familiar,
        candidates,
        stages,
        whole,
        whole_median: whole,
    }
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
