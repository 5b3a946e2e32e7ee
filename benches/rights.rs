//! `find/<tokens>/<density>`: the lines of a subject out of a filtered log, one pass in memory, beside a
//! regex alternation of the same tokens; throughput in bytes of the log.

use std::hint::black_box;
use std::io::Cursor;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lognym::pseudonym::{Domain, Keys};
use lognym::rights::{Input, Lines, TokenSet, find};
use lognym::span::TypeCode;
use regex::bytes::Regex;

/// Lines of each log.
const LINES: usize = 100_000;

/// The tokens of one subject in this many epochs.
fn subject(epochs: usize) -> Vec<String> {
    let token = |_| {
        let keys = Keys::ephemeral(&Domain::default(), &[TypeCode::TEL]).expect("random bytes");
        token(&keys, b"+493023125042")
    };
    (0..epochs).map(token).collect()
}

fn token(keys: &Keys, canonical: &[u8]) -> String {
    let mut out = Vec::new();
    keys.token(TypeCode::TEL, canonical, &mut out);
    String::from_utf8(out).expect("tokens are ASCII")
}

/// A log with a token on every `each`th line, of the subject on every thousandth of these.
fn log(subject: &str, each: usize) -> Vec<u8> {
    let keys = Keys::ephemeral(&Domain::default(), &[TypeCode::TEL]).expect("random bytes");
    let line = |number: usize| {
        let caller = match number {
            number if number % (1000 * each) == 0 => subject.to_owned(),
            number if number % each == 0 => token(&keys, format!("+49{number}").as_bytes()),
            _ => "198.51.100.17".to_owned(),
        };
        format!(
            "2026-11-21T12:00:00Z INFO call_id={number} user_agent=\"softphone\" from={caller} ok\n"
        )
    };
    (0..LINES).map(line).collect::<String>().into_bytes()
}

fn finds(criterion: &mut Criterion) {
    for epochs in [1, 26] {
        let tokens = subject(epochs);
        let set = TokenSet::new(tokens.iter().map(String::as_str));
        let rival = Regex::new(&tokens.join("|")).expect("letters need no escapes");
        let mut group = criterion.benchmark_group(format!("find/{epochs}"));
        for (density, each) in [("common", 1), ("rare", 50)] {
            let log = log(&tokens[0], each);
            let ours = || {
                let input = Input::new("log".to_owned(), Cursor::new(log.clone()));
                find(input.expect("memory can be read"), &set, Lines::Unnumbered, &mut |_| Ok(true))
                    .expect("memory can be read")
            };
            let expected = LINES.div_ceil(1000 * each) as u64;
            assert_eq!((ours(), rival.find_iter(&log).count() as u64), (expected, expected));
            group.throughput(Throughput::Bytes(log.len() as u64));
            group.bench_function(BenchmarkId::new(density, "lognym"), |b| {
                b.iter(|| black_box(ours()))
            });
            group.bench_function(BenchmarkId::new(density, "regex"), |b| {
                b.iter(|| black_box(rival.find_iter(&log).count()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, finds);
criterion_main!(benches);
