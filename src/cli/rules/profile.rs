//! `lognym rules check --profile FILE`: what each rule costs and finds on a log.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use lognym::detect::operator::{Operator, Scratch};
use lognym::rules::book::Book;

use super::super::exit::{Exit, Failure};
use super::super::message;
use super::compiled_anywhere;

/// As large as the filter's blocks.
const BLOCK_BYTES: usize = 1 << 18;
/// The fastest of them counts.
const ROUNDS: usize = 5;

pub(super) fn run(book: &Book, log: &Path) -> Result<Exit, Failure> {
    let text = std::fs::read(log)
        .with_context(|| format!("cannot read {}", log.display()))
        .map_err(|error| Failure::new(Exit::Io, error))?;
    let megabytes = text.len() as f64 / 1e6;
    let mut table = format!("{:<28} {:>12} {:>10}\n", "rule", "us per MB", "matches");
    let mut row = |name: &str, (time, hits): (Duration, usize)| {
        let cost = time.as_secs_f64() * 1e6 / megabytes.max(f64::MIN_POSITIVE);
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{name:<28} {cost:>12.0} {hits:>10}");
    };
    let all = compiled_anywhere(book).map_err(|fault| Failure::new(Exit::Config, fault))?;
    for rule in book.rules() {
        let own = compiled_anywhere(&book.only(&rule.id));
        if let Some(own) = own.map_err(|fault| Failure::new(Exit::Config, fault))? {
            row(&rule.id, measure(&own, &text));
        }
    }
    if let Some(all) = all {
        row("all together", measure(&all, &text));
    }
    message::print(table.as_bytes())
}

/// The time of the fastest round over `text`, and how many matches there are.
fn measure(operator: &Operator, text: &[u8]) -> (Duration, usize) {
    let mut scratch = Scratch::default();
    let mut best = (Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let (start, mut hits, mut rest) = (Instant::now(), 0, text);
        while !rest.is_empty() {
            let size = rest.len().min(BLOCK_BYTES);
            let end = memchr::memrchr(b'\n', &rest[..size]).map_or(size, |at| at + 1);
            let (block, tail) = rest.split_at(end);
            hits += black_box(operator.hits(black_box(block), &mut scratch)).len();
            rest = tail;
        }
        best = best.min((start.elapsed(), hits));
    }
    best
}
