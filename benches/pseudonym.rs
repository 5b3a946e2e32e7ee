//! What one identity costs: its canonical form, and its token.
//!
//! Elements are identities. The expected answers are asserted before anything is timed.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lognym::pseudonym::{Domain, Keys, canon, token};
use lognym::secret::Secret;
use lognym::span::TypeCode;
use std::hint::black_box;

const TYPES: [TypeCode; 2] = [TypeCode::TEL, TypeCode::NAM];

fn tokens(c: &mut Criterion) {
    let secret = Secret::filled(|bytes| bytes.iter_mut().zip(0..).for_each(|(b, i)| *b = i));
    let keys = Keys::derive(&secret, &Domain::default(), &TYPES);
    let mut group = c.benchmark_group("pseudonym/token");
    group.throughput(Throughput::Elements(1));
    for (name, kind, canonical, expected) in [
        ("phone", TypeCode::TEL, "+493023125000", "tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd"),
        ("name", TypeCode::NAM, "MAX MUSTERMANN", "nam_pjmchr_pmnjsjknpbvfhjspmmprhhqv"),
    ] {
        let mut out = Vec::with_capacity(token::LEN);
        keys.token(kind, canonical.as_bytes(), &mut out);
        assert_eq!(out, expected.as_bytes());
        group.bench_function(name, |b| {
            b.iter(|| {
                out.clear();
                keys.token(kind, black_box(canonical.as_bytes()), &mut out)
            })
        });
    }
    group.bench_function("lex", |b| {
        b.iter(|| token::lex(black_box(b"tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd, then more text")))
    });
    group.finish();
}

fn names(c: &mut Criterion) {
    let mut group = c.benchmark_group("pseudonym/canon");
    group.throughput(Throughput::Elements(1));
    for (name, text, expected) in [
        ("ascii", "Max Mustermann", "MAX MUSTERMANN"),
        ("umlaut", "Jörg Müller-Groß", "JOERG MUELLER GROSS"),
        ("turned", "Mustermann, Dr. Max", "MAX MUSTERMANN"),
        ("decomposed", "Jo\u{308}rg Mu\u{308}ller", "JOERG MUELLER"),
        ("cyrillic", "Иван Примеров", "ИВАН ПРИМЕРОВ"),
    ] {
        let mut out = Vec::new();
        canon::name(text, &mut out);
        assert_eq!(out, expected.as_bytes());
        group.bench_function(name, |b| b.iter(|| canon::name(black_box(text), &mut out)));
    }
    group.finish();
}

criterion_group!(benches, tokens, names);
criterion_main!(benches);
