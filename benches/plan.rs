//! Numbering plans: time to judge one number.
//!
//! The numbers are made here from a fixed seed: random digits behind real calling codes, sorted
//! into valid and not, so that no branch predictor learns the input.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lognym::plan::{Region, Verdict, check, valid_lengths};

/// Numbers per group; their digits do not fit the first-level cache together with the table.
const COUNT: usize = 4096;

fn plan(criterion: &mut Criterion) {
    let (valid, invalid) = corpus();
    for numbers in [&valid, &invalid] {
        assert_eq!(numbers.len(), COUNT);
    }
    assert!(valid.iter().all(|number| is_valid(number)));
    assert!(!invalid.iter().any(|number| is_valid(number)));

    let mut group = criterion.benchmark_group("plan");
    group.throughput(Throughput::Elements(COUNT as u64));
    for (density, numbers) in [("valid", &valid), ("invalid", &invalid)] {
        group.bench_function(format!("check/{density}"), |bencher| {
            bencher.iter(|| numbers.iter().filter(|number| is_valid(black_box(number))).count());
        });
        group.bench_function(format!("lengths/{density}"), |bencher| {
            bencher.iter(|| {
                let lengths = numbers.iter().map(|number| valid_lengths(black_box(number)));
                lengths.fold(0_u32, |all, one| all ^ one)
            });
        });
    }
    let region = Region::from_code("DE").expect("the table has Germany");
    let dialled: Vec<Vec<u8>> = valid.iter().map(|number| [b"0", &number[..]].concat()).collect();
    group.bench_function("national/de", |bencher| {
        bencher.iter_batched(
            || &dialled,
            |dialled| dialled.iter().filter(|n| region.national(black_box(n)).is_some()).count(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn is_valid(number: &[u8]) -> bool {
    matches!(check(number), Verdict::Valid(_))
}

/// Valid numbers of all regions in random order, and others of the same shape.
fn corpus() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let codes: Vec<&str> = Region::all().map(|region| region.country_code()).collect();
    let mut random = Random(7);
    let (mut valid, mut invalid) = (Vec::new(), Vec::new());
    while valid.len() < COUNT || invalid.len() < COUNT {
        let mut number = codes[random.below(codes.len())].as_bytes().to_vec();
        let length = 10 + random.below(4);
        while number.len() < length {
            number.push(b'0' + random.below(10) as u8);
        }
        let side = if is_valid(&number) { &mut valid } else { &mut invalid };
        if side.len() < COUNT {
            side.push(number);
        }
    }
    (valid, invalid)
}

/// xorshift64*: the same numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}

criterion_group!(benches, plan);
criterion_main!(benches);
