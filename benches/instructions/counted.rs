//! The benches. Each stage is counted by itself, what comes before it belongs to its setup, and then
//! the whole flow; memory has grown on another block of the same kind before, as in a run that goes on.

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group};
use lognym::corpus::{self, Density};
use lognym::engine::{Engine, Scratch, Spare};
use lognym::pseudonym::{Domain, Keys};
use lognym::secret::Secret;
use lognym::stats::Counts;

use crate::baseline::{guarded, kernel};
use crate::common;

const CORPUS_BYTES: usize = 64 << 10;

/// Counts, or is counted: the runner calls back with the name of one bench.
pub(crate) fn run() {
    main();
}

/// An engine whose memory has grown, and the block that comes next.
struct Ready {
    engine: Engine,
    scratch: Scratch,
    spare: Spare,
    block: Vec<u8>,
}

/// The key is fixed: where an identity lies in the cache hangs on it.
fn started(density: Density) -> Ready {
    let secret = Secret::filled(|bytes| *bytes = std::array::from_fn(|at| at as u8));
    let keys = Keys::derive(&secret, &Domain::default(), &Counts::TYPES);
    let engine = common::engine_under(kernel(), keys);
    let mut scratch = engine.scratch();
    let other = corpus::generate(density, 2 * CORPUS_BYTES, !common::SEED).text;
    let spare = engine.process(&other, &mut scratch, Spare::default()).recycle();
    let block = corpus::generate(density, CORPUS_BYTES, common::SEED).text;
    Ready { engine, scratch, spare, block }
}

fn scanned(density: Density) -> Ready {
    let mut ready = started(density);
    ready.engine.scan(&ready.block, &mut ready.scratch);
    ready
}

fn sifted(density: Density) -> Ready {
    let mut ready = scanned(density);
    ready.engine.sift(&ready.block, &mut ready.scratch);
    ready
}

fn gathered(density: Density) -> Ready {
    let mut ready = sifted(density);
    ready.engine.candidates(&ready.block, &mut ready.scratch);
    ready
}

fn found(density: Density) -> Ready {
    let mut ready = gathered(density);
    ready.engine.find(&ready.block, &mut ready.scratch);
    ready
}

#[library_benchmark]
#[bench::none(args = (Density::None), setup = started, config = guarded("scan/none"))]
#[bench::one_in_ten(args = (Density::OneInTen), setup = started, config = guarded("scan/one_in_ten"))]
#[bench::every(args = (Density::Every), setup = started, config = guarded("scan/every"))]
fn scan(mut ready: Ready) -> Ready {
    ready.engine.scan(black_box(&ready.block), &mut ready.scratch);
    ready
}

#[library_benchmark]
#[bench::none(args = (Density::None), setup = scanned, config = guarded("sift/none"))]
#[bench::one_in_ten(args = (Density::OneInTen), setup = scanned, config = guarded("sift/one_in_ten"))]
#[bench::every(args = (Density::Every), setup = scanned, config = guarded("sift/every"))]
fn sift(mut ready: Ready) -> Ready {
    black_box(ready.engine.sift(black_box(&ready.block), &mut ready.scratch));
    ready
}

#[library_benchmark]
#[bench::none(args = (Density::None), setup = sifted, config = guarded("candidates/none"))]
#[bench::one_in_ten(args = (Density::OneInTen), setup = sifted, config = guarded("candidates/one_in_ten"))]
#[bench::every(args = (Density::Every), setup = sifted, config = guarded("candidates/every"))]
fn candidates(mut ready: Ready) -> Ready {
    black_box(ready.engine.candidates(black_box(&ready.block), &mut ready.scratch));
    ready
}

#[library_benchmark]
#[bench::none(args = (Density::None), setup = gathered, config = guarded("detect/none"))]
#[bench::one_in_ten(args = (Density::OneInTen), setup = gathered, config = guarded("detect/one_in_ten"))]
#[bench::every(args = (Density::Every), setup = gathered, config = guarded("detect/every"))]
fn detect(mut ready: Ready) -> Ready {
    black_box(ready.engine.find(black_box(&ready.block), &mut ready.scratch));
    ready
}

#[library_benchmark]
#[bench::none(args = (Density::None), setup = found, config = guarded("pseudonymise/none"))]
#[bench::one_in_ten(args = (Density::OneInTen), setup = found, config = guarded("pseudonymise/one_in_ten"))]
#[bench::every(args = (Density::Every), setup = found, config = guarded("pseudonymise/every"))]
fn pseudonymise(mut ready: Ready) -> Ready {
    let spare = std::mem::take(&mut ready.spare);
    let vetted = ready.engine.pseudonymise(black_box(&ready.block), &mut ready.scratch, spare);
    ready.spare = black_box(vetted).recycle();
    ready
}

#[library_benchmark]
#[bench::none(args = (Density::None), setup = started, config = guarded("whole/none"))]
#[bench::one_in_ten(args = (Density::OneInTen), setup = started, config = guarded("whole/one_in_ten"))]
#[bench::every(args = (Density::Every), setup = started, config = guarded("whole/every"))]
fn whole(mut ready: Ready) -> Ready {
    let spare = std::mem::take(&mut ready.spare);
    let vetted = ready.engine.process(black_box(&ready.block), &mut ready.scratch, spare);
    ready.spare = black_box(vetted).recycle();
    ready
}

library_benchmark_group!(
    name = instructions,
    benchmarks = [scan, sift, candidates, detect, pseudonymise, whole]
);
gungraun::main!(library_benchmark_groups = instructions);
