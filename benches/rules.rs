//! What rules of an operator cost: the flow without any, with fifty patterns, with a list of a million
//! literals, with six packs, over the same log without identities. The ratios are what counts.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lognym::corpus::{self, Density};
use lognym::engine::{Engine, Setup, Spare};
use lognym::pseudonym::{Domain, Keys};
use lognym::rules::book::Book;
use lognym::stats::Counts;

const BYTES: usize = 1 << 20;
const SEED: u64 = 0x006c_6f67_6e79_6d00;

/// A rule file of one rule; its examples are not run here.
fn rule(id: usize, body: &str) -> String {
    format!(
        "[[rule]]\nid = \"r{id}\"\ntype = \"cus\"\ndescription = \"d\"\nhits = [\"«x»\"]\nmisses = [\"y\"]\n{body}\n"
    )
}

/// Patterns of five makes: with a literal, with its case ignored, with rows of digits and capitals.
fn patterns() -> String {
    let pattern = |i: usize| match i % 5 {
        0 => format!(r"\bcust{i}-\d{{6}}\b"),
        1 => format!(r"\b[A-Z]{{2}}{i:02}[A-Z]\d{{5}}\b"),
        2 => format!(r"(?i)badge{i} ?[:=] ?\w{{8}}"),
        3 => format!(r"\bT{i}-\d{{4}}-\d{{4}}\b"),
        _ => format!(r"\b[A-Z]{{3}}\d{{7}}[A-Z]{{{}}}\b", 1 + i / 10),
    };
    (0..50).map(|i| rule(i, &format!("kind = \"pattern\"\npattern = '{}'", pattern(i)))).collect()
}

fn list(entries: usize) -> (tempfile::TempDir, Book) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::new();
    for i in 0..entries {
        let word = i.wrapping_mul(0x9E37_79B9) & 0xFFFF_FFFF;
        writeln!(text, "w{word:x} unit {i}").expect("a string takes all");
    }
    std::fs::write(folder.path().join("list.txt"), text).expect("a file");
    let rules =
        format!("format = \"lognym-rules-1\"\n{}", rule(0, "kind = \"list\"\nfile = \"list.txt\""));
    std::fs::write(folder.path().join("rules.toml"), rules).expect("a file");
    let mut book = Book::default();
    book.add_path(&folder.path().join("rules.toml")).expect("good rules");
    (folder, book)
}

/// The packs of identifiers; those of addresses would find something.
fn packs() -> Book {
    let mut book = Book::default();
    for pack in ["finance", "germany", "usa", "email"] {
        book.add_pack(pack).expect("a pack");
    }
    book
}

fn engine(book: Book) -> Engine {
    let keys = Keys::ephemeral(&Domain::default(), &book.types(&Counts::TYPES));
    Engine::new(Setup { book, ..Setup::default() }, keys.expect("random bytes"))
        .expect("good rules")
}

fn rules(c: &mut Criterion) {
    let corpus = corpus::generate(Density::None, BYTES, SEED);
    let mut fifty = Book::default();
    let text = format!("format = \"lognym-rules-1\"\n{}", patterns());
    fifty.add_text(&text, "bench", None).expect("good rules");
    let (_folder, million) = list(1_000_000);
    let mut group = c.benchmark_group("rules");
    group.throughput(Throughput::Bytes(corpus.text.len() as u64));
    for (name, book) in [
        ("none", Book::default()),
        ("50-patterns", fifty),
        ("1M-literals", million),
        ("packs", packs()),
    ] {
        let engine = engine(book);
        let (mut scratch, mut spare) = (engine.scratch(), Spare::default());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let text = black_box(&corpus.text);
                let vetted = engine.process(text, &mut scratch, std::mem::take(&mut spare));
                assert_eq!(vetted.counts().by_rule.total(), 0);
                spare = vetted.recycle();
            });
        });
    }
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
