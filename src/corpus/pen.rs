//! What writes a corpus: text, randomness, a clock that moves on, and the counts.

use std::fmt::{self, Write};

use super::Corpus;
use super::calendar::Moment;
use super::rng::Rng;

/// 2026-03-14 09:26:53 UTC.
const FIRST_MOMENT_US: u64 = 1_773_480_413_000_000;
/// Lines follow each other within this time.
const LONGEST_GAP_US: usize = 40_000;

/// Appends to a corpus and keeps its counts.
#[derive(Debug)]
pub(super) struct Pen {
    pub(super) rng: Rng,
    text: String,
    now_us: u64,
    lines: usize,
    phones: usize,
    names: usize,
}

impl Pen {
    pub(super) fn new(seed: u64) -> Self {
        let (text, rng) = (String::new(), Rng::new(seed));
        Self { rng, text, now_us: FIRST_MOMENT_US, lines: 0, phones: 0, names: 0 }
    }

    /// Bytes written.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Lines ended.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    pub(super) fn now_us(&self) -> u64 {
        self.now_us
    }

    pub(super) fn now(&self) -> Moment {
        Moment::of(self.now_us)
    }

    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn put(&mut self, text: fmt::Arguments<'_>) {
        self.text.write_fmt(text).expect("a String takes all text");
    }

    pub(super) fn phone(&mut self, written: fmt::Arguments<'_>) {
        self.phones += 1;
        self.put(written);
    }

    pub(super) fn name(&mut self, written: fmt::Arguments<'_>) {
        self.names += 1;
        self.put(written);
    }

    /// Ends the line and lets some time pass.
    pub(super) fn end_line(&mut self) {
        self.text.push('\n');
        self.lines += 1;
        self.now_us += self.rng.below(LONGEST_GAP_US) as u64;
    }

    pub(super) fn finish(self) -> Corpus {
        let Self { text, lines, phones, names, .. } = self;
        Corpus { text: text.into_bytes(), lines, phones, names }
    }
}
