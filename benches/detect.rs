//! `guard/<contender>`, `phone/<contender>`, `name/<contender>`: lines that hold nothing but what must
//! pass, phone numbers, or names, from bytes to findings on one thread. No token is made.

mod common;
mod naive;

use std::hint::black_box;
use std::ops::RangeInclusive;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lognym::scan::{Isa, Kernel};
use lognym::span::TypeCode;
use naive::Naive;

const LINES: usize = 20_000;

/// Timestamps, addresses and ids: work for the guard, which leaves nothing to replace.
const PASS: [&str; 6] = [
    "2026-11-05T{12}:{34}:56.{789}Z 198.51.100.{1}:5060 -> 203.0.113.{2}:41822",
    "[2026-11-05 {12}:{34}:10,{789}] 5b0c1f5e-8a55-4b8e-9d57-3f0f6e8a7{789}",
    "198.51.100.{1} - - [05/Nov/2026:{12}:{34}:00 +0000] 0d9e4c1a-2f43-4a5e-8f56-6d2b7a90c{789}",
    "peer 2001:db8:4:1::{12} closed, 10.{1}.30.40/24 up since 2026-11-05",
    "id=77e1c83b-7bb0-437b-bc50-a7a58e566{789} src=203.0.113.{2} at=2026-11-05T{12}:{34}:07Z",
    "connection from fe80::1:{12}:{34} and 192.0.2.{1} at {12}:{34}:59.{789}",
];

/// One phone number each.
const PHONES: [&str; 6] = [
    "call to +49 30 23125{789} failed",
    "INVITE sip:+493023125{789}@example.net SIP/2.0",
    "phone=\"+1 212-555-01{12}\" queue=billing",
    "{\"callerNumber\":\"+447700900{789}\"}",
    "asked to be called back, Tel. 030 23125{789}",
    "To: <tel:+496990009{789}>",
];

/// One name each.
const NAMES: [&str; 5] = [
    "{\"callerName\":\"Max Mustermann\",\"waited\":\"{12} s\"}",
    "From: \"Erika Beispiel\" <sip:agent@example.net>;tag={789}",
    "customer_name=\"Zoe Fairchild\" queue=billing",
    "call of Mrs. Fairchild accepted after {12} s",
    "callback for Herrn Jonas Beispiel agreed on",
];

/// What is measured: lines, and what stands in them.
struct Load {
    id: &'static str,
    text: Vec<u8>,
    phones: u64,
    names: u64,
}

fn loads() -> [Load; 3] {
    let lines = LINES as u64;
    [
        Load { id: "guard", text: text(&PASS), phones: 0, names: 0 },
        Load { id: "phone", text: text(&PHONES), phones: lines, names: 0 },
        Load { id: "name", text: text(&NAMES), phones: 0, names: lines },
    ]
}

/// The templates in turns, their holes filled with numbers of as many digits.
fn text(templates: &[&str]) -> Vec<u8> {
    let mut text = String::new();
    for (number, template) in (0..LINES).zip(templates.iter().cycle()) {
        let line = template
            .replace("{1}", &(number % 250).to_string())
            .replace("{2}", &(number / 7 % 250).to_string())
            .replace("{12}", &format!("{:02}", number % 24))
            .replace("{34}", &format!("{:02}", number / 3 % 60))
            .replace("{789}", &format!("{:03}", number % 1000));
        text += &line;
        text.push('\n');
    }
    text.into_bytes()
}

fn stages(criterion: &mut Criterion) {
    let scalar = Kernel::new(Isa::Scalar).expect("it runs everywhere");
    let contenders = [("lognym", Kernel::auto()), ("scalar", scalar)]
        .map(|(name, kernel)| (name, common::engine(kernel)));
    let naive = Naive::new(&[0x5a; 32]);
    for load in loads() {
        let mut group = criterion.benchmark_group(load.id);
        group.throughput(Throughput::Bytes(load.text.len() as u64));
        for (name, engine) in &contenders {
            let mut scratch = engine.scratch();
            let findings = engine.detect(&load.text, &mut scratch);
            let phones = findings.iter().filter(|found| found.kind() == TypeCode::TEL).count();
            load.assert([phones as u64, (findings.len() - phones) as u64], 1.0..=1.0);
            group.bench_function(*name, |bencher| {
                bencher.iter(|| engine.detect(black_box(&load.text), &mut scratch).len());
            });
        }
        load.assert(naive.detect(&load.text), 0.9..=1.1);
        group.bench_function("naive", |bencher| {
            bencher.iter(|| naive.detect(black_box(&load.text)))
        });
        group.finish();
    }
}

impl Load {
    /// Panics unless the findings are within `share` of what stands there.
    fn assert(&self, found: [u64; 2], share: RangeInclusive<f64>) {
        for (found, there) in found.into_iter().zip([self.phones, self.names]) {
            let (low, high) = (there as f64 * share.start(), there as f64 * share.end());
            assert!((low..=high).contains(&(found as f64)), "{}: {found} of {there}", self.id);
        }
    }
}

criterion_group! {
    name = benches;
    config = common::config();
    targets = stages
}
criterion_main!(benches);
