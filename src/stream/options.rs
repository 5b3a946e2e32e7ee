//! What a stream is told, and what it tells.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::frame::Limits;
use crate::stats::Counts;

/// How to run a stream.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Sizes of blocks and lines.
    pub limits: Limits,
    /// How many engines work at the same time; 1 stays on the calling thread.
    pub threads: NonZeroUsize,
    /// Write complete lines after each read, full block or not.
    pub line_buffered: bool,
    /// How many people a stream remembers, if it does. The output then hangs on what came before, so
    /// that one engine works, in the order of the stream.
    pub remember: Option<NonZeroUsize>,
}

/// What a stream did.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the engines counted.
    pub counts: Counts,
    /// From the first look at the inputs to the last byte of output.
    pub wall: Duration,
    /// Time inside the engine, for each of the threads.
    pub core: Vec<Duration>,
}

/// How far a running stream is; another thread may look at it.
#[derive(Debug, Default)]
pub struct Meter {
    bytes_in: AtomicU64,
    /// One more than the bytes to come; 0 as long as that is not known.
    expected: AtomicU64,
}

impl Meter {
    /// Bytes read so far.
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in.load(Ordering::Relaxed)
    }

    /// Bytes that all inputs have together, if all of them are regular files.
    pub fn bytes_expected(&self) -> Option<u64> {
        self.expected.load(Ordering::Relaxed).checked_sub(1)
    }

    pub(super) fn add_bytes_in(&self, count: u64) {
        self.bytes_in.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn expect_bytes(&self, total: Option<u64>) {
        self.expected.store(total.map_or(0, |total| total + 1), Ordering::Relaxed);
    }
}
