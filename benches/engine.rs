//! `engine/<contender>/<density>`: blocks of whole lines in memory through the engine on one
//! thread, with the scalar kernel and the naive rival on the same blocks; throughput in bytes of input.
//! Each pass begins without knowing a line. `engine/repeated/<contender>`: lines that come again with
//! other times, as in the logs of most services. `engine/hostile/<kind>`: one line that is made to be slow.

mod common;
mod naive;

use std::hint::black_box;
use std::ops::RangeInclusive;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use lognym::corpus::{self, Density};
use lognym::engine::{Engine, Scratch, Spare};
use lognym::scan::{Isa, Kernel};
use lognym::stats::Counts;
use naive::Naive;

type Group<'c> = BenchmarkGroup<'c, WallTime>;

/// The rival misses some spellings and takes some of its own; less than this would be a
/// straw man, more would be a different job.
const NAIVE_SHARE: RangeInclusive<f64> = 0.9..=1.1;

fn lognym(criterion: &mut Criterion) {
    measure(criterion, "engine/lognym", &common::engine(Kernel::auto()));
}

/// The same on the kernel that every CPU has.
fn scalar(criterion: &mut Criterion) {
    let kernel = Kernel::new(Isa::Scalar).expect("it runs everywhere");
    measure(criterion, "engine/scalar", &common::engine(kernel));
}

fn measure(criterion: &mut Criterion, id: &str, engine: &Engine) {
    let mut group = criterion.benchmark_group(id);
    for (density, corpus) in common::corpora() {
        let blocks = common::blocks(&corpus.text);
        common::assert_found(&corpus, found_by_engine(engine, &blocks), common::ENGINE_SHARE);
        group.throughput(Throughput::Bytes(corpus.text.len() as u64));
        time_engine(&mut group, density, engine, &blocks);
    }
    group.finish();
}

fn time_engine(group: &mut Group, id: &str, engine: &Engine, blocks: &[&[u8]]) {
    let (mut scratch, mut spare) = (engine.scratch(), Spare::default());
    group.bench_function(id, |bencher| {
        bencher
            .iter(|| spare = run_engine(engine, blocks, &mut scratch, std::mem::take(&mut spare)));
    });
}

fn run_engine(engine: &Engine, blocks: &[&[u8]], scratch: &mut Scratch, mut spare: Spare) -> Spare {
    scratch.forget();
    for block in blocks {
        let vetted = engine.process(black_box(block), scratch, spare);
        black_box(vetted.as_bytes());
        spare = vetted.recycle();
    }
    spare
}

/// Adds up the findings of one pass.
fn found_by_engine(engine: &Engine, blocks: &[&[u8]]) -> [u64; 2] {
    let (mut scratch, mut spare) = (engine.scratch(), Spare::default());
    let mut sum = Counts::default();
    for block in blocks {
        let vetted = engine.process(block, &mut scratch, spare);
        sum.add(vetted.counts());
        spare = vetted.recycle();
    }
    sum.by_type
}

/// Minutes and seconds that the lines of a log come again with.
const REPEATED: usize = 16;

/// Lines without an identity, and the same with other minutes and seconds.
fn repeated_lines() -> Vec<u8> {
    let part = corpus::generate(Density::None, common::CORPUS_BYTES / REPEATED, common::SEED).text;
    let mut text = part.repeat(REPEATED);
    for (index, copy) in text.chunks_mut(part.len()).enumerate() {
        for at in 3..copy.len() {
            let [.., before, colon, first, second] = &mut copy[..=at] else { continue };
            if before.is_ascii_digit() && *colon == b':' && first.is_ascii_digit() {
                (*first, *second) = (b'0' + index as u8 / 10, b'0' + index as u8 % 10);
            }
        }
    }
    text
}

fn repeated(criterion: &mut Criterion) {
    let text = repeated_lines();
    let blocks = common::blocks(&text);
    let mut group = criterion.benchmark_group("engine/repeated");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let engine = common::engine(Kernel::auto());
    assert_eq!(found_by_engine(&engine, &blocks), [0, 0]);
    time_engine(&mut group, "lognym", &engine, &blocks);
    let naive = Naive::new(&[0x5a; 32]);
    let (mut canonical, mut out) = (Vec::new(), Vec::new());
    group.bench_function("naive", |bencher| {
        bencher.iter(|| run_naive(&naive, &blocks, &mut canonical, &mut out));
    });
    group.finish();
}

/// Lines of one thing over and over, each the start of what some detector looks for: whoever looks
/// back or ahead without a bound takes seconds here.
const HOSTILE: [(&str, &str); 15] = [
    ("digits", "1 "),
    ("pairs", "12 34 "),
    ("cells", "0123456789,"),
    ("invisible", "1\u{200b}"),
    ("plus", "+49"),
    ("numbers", ",+493023125123"),
    ("quotes", "\\\""),
    ("capitals", "A "),
    ("names", "Beispiel, Erika, "),
    ("cues", "Kunde "),
    ("keys", "name="),
    ("members", "{\"name\":"),
    ("tuples", "(name)=("),
    ("mailboxes", "<a@"),
    ("escapes", "&#43;"),
];
const HOSTILE_BYTES: usize = 256 << 10;

/// One line of the longest that fits a block, of each kind; what is found in it does not matter.
fn hostile(criterion: &mut Criterion) {
    let engine = common::engine(Kernel::auto());
    let mut group = criterion.benchmark_group("engine/hostile");
    for (name, unit) in HOSTILE {
        let line = unit.repeat(HOSTILE_BYTES / unit.len());
        group.throughput(Throughput::Bytes(line.len() as u64));
        time_engine(&mut group, name, &engine, &[line.as_bytes()]);
    }
    group.finish();
}

fn naive(criterion: &mut Criterion) {
    let naive = Naive::new(&[0x5a; 32]);
    let mut group = criterion.benchmark_group("engine/naive");
    for (density, corpus) in common::corpora() {
        let blocks = common::blocks(&corpus.text);
        let (mut canonical, mut out) = (Vec::new(), Vec::new());
        let found = run_naive(&naive, &blocks, &mut canonical, &mut out);
        common::assert_found(&corpus, found, NAIVE_SHARE);
        group.throughput(Throughput::Bytes(corpus.text.len() as u64));
        group.bench_function(density, |bencher| {
            bencher.iter(|| run_naive(&naive, &blocks, &mut canonical, &mut out));
        });
    }
    group.finish();
}

fn run_naive(
    naive: &Naive,
    blocks: &[&[u8]],
    canonical: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> [u64; 2] {
    let mut found = [0, 0];
    for block in blocks {
        out.clear();
        let [phones, names] = naive.process(black_box(block), canonical, out);
        black_box(&*out);
        found = [found[0] + phones, found[1] + names];
    }
    found
}

criterion_group! {
    name = benches;
    config = common::config();
    targets = lognym, scalar, naive, repeated, hostile
}
criterion_main!(benches);
