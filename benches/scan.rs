//! Byte classification by every kernel of this CPU: `scan/<kernel>/<corpus>`.
//!
//! Both corpora are the same lines; the short one and its lanes stay in a second-level cache, the
//! long one and its lanes go through memory.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lognym::scan::{Kernel, Lane};

fn classify(criterion: &mut Criterion) {
    let corpora = [("64KiB", log(64 << 10)), ("4MiB", log(4 << 20))];
    for kernel in Kernel::available() {
        let mut group = criterion.benchmark_group(format!("scan/{}", kernel.isa()));
        for (name, corpus) in &corpora {
            let mut lanes = Vec::new();
            kernel.classify(corpus, &mut lanes);
            assert_eq!(spaces(&lanes), corpus.iter().filter(|byte| **byte == b' ').count());
            group.throughput(Throughput::Bytes(corpus.len() as u64));
            group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
                bencher.iter(|| kernel.classify(black_box(corpus), black_box(&mut lanes)));
            });
        }
        group.finish();
    }
}

fn spaces(lanes: &[Lane]) -> usize {
    lanes.iter().map(|lane| lane.space.count_ones() as usize).sum()
}

/// Log-like lines, `length` bytes of them, the same at every call.
fn log(length: usize) -> Vec<u8> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: u64| {
        // xorshift64 (Marsaglia 2003)
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut log = String::with_capacity(length + 256);
    while log.len() < length {
        let (second, thread, call) = (draw(86_400), draw(64), draw(1 << 40));
        log.push_str(&format!(
            "2026-11-05T{:02}:{:02}:{:02}.{:03}Z INFO [worker-{thread}] call={call:010x} ",
            second / 3600,
            second / 60 % 60,
            second % 60,
            draw(1000),
        ));
        log.push_str(&match draw(4) {
            0 => format!("queue=sales agents={} state=\"wrap-up\"\n", draw(40)),
            1 => format!("peer 198.51.100.{}:5060 rtt={}ms\n", draw(256), draw(90)),
            2 => format!("Rückruf an +49 30 23125-{:03} in {} s\n", draw(1000), draw(600)),
            _ => format!("INVITE sip:+1212555{:04}@example.com SIP/2.0\n", 100 + draw(100)),
        });
    }
    let mut log = log.into_bytes();
    log.truncate(length);
    log
}

criterion_group!(benches, classify);
criterion_main!(benches);
