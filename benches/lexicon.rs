//! Words looked up per second: the same few (all in the first-level cache), all of the lists
//! (the whole table is touched), and foreign ones.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lognym::lexicon::{Bits, word};
use std::hint::black_box;

const NAMES: &str = include_str!("../rules/words/given_world.txt");
const COMMON: &str = include_str!("../rules/words/common_en.txt");
const FAMILY: &str = include_str!("../rules/words/family_us.txt");

/// Words of a few lists in an order that has nothing to do with the table's.
fn listed() -> Vec<&'static str> {
    let lines = [NAMES, COMMON, FAMILY].into_iter().flat_map(str::lines);
    let words = lines.filter(|line| !line.starts_with('#'));
    let mut words: Vec<_> = words.filter_map(|line| line.split('\t').next()).collect();
    let mut state = 1_u64;
    for i in (1..words.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        words.swap(i, (state >> 33) as usize % (i + 1));
    }
    words
}

/// The words backwards, without those that are words then too.
fn foreign(words: &[&str]) -> Vec<String> {
    let turned = words.iter().map(|word| word.chars().rev().collect::<String>());
    turned.filter(|turned| word(turned.as_bytes()).is_empty()).collect()
}

fn known<S: AsRef<str>>(words: &[S]) -> usize {
    words.iter().filter(|w| word(black_box(w.as_ref().as_bytes())) != Bits::EMPTY).count()
}

fn lexicon(c: &mut Criterion) {
    let all = listed();
    let ascii: Vec<_> = all.iter().copied().filter(|w| w.is_ascii()).collect();
    let marked: Vec<_> = all.iter().copied().filter(|w| !w.is_ascii()).collect();
    let unknown = foreign(&ascii);
    assert_eq!((known(&all), known(&unknown)), (all.len(), 0));

    let mut group = c.benchmark_group("lexicon");
    let mut run = |name: &str, words: &[&str]| {
        group.throughput(Throughput::Elements(words.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| known(words));
        });
    };
    let unknown: Vec<_> = unknown.iter().map(String::as_str).collect();
    run("hit/few", &ascii[..256]);
    run("hit/all", &ascii);
    run("miss/few", &unknown[..256]);
    run("miss/all", &unknown);
    run("hit/marked", &marked);
}

criterion_group!(benches, lexicon);
criterion_main!(benches);
