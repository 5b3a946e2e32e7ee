//! `--progress`: one line on the terminal, rewritten by a thread of its own.
//!
//! No colours and no escape sequences, so `NO_COLOR` and dumb terminals need no special case.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use lognym::stream::Meter;

use super::units::human_bytes;

/// Five times a second.
const INTERVAL: Duration = Duration::from_millis(200);

/// A running display; dropping it wipes the line.
#[derive(Debug)]
pub(crate) struct Progress {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts the display, unless standard error is no terminal, or the filtered lines go to a
    /// terminal too and would be mixed up with it.
    pub(crate) fn start(meter: &Arc<Meter>) -> Option<Self> {
        if !io::stderr().is_terminal() || io::stdout().is_terminal() {
            return None;
        }
        let (end, ended) = channel();
        let meter = Arc::clone(meter);
        let thread = thread::spawn(move || {
            let begun = Instant::now();
            let mut width = 0;
            while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                width = rewrite(
                    &line(meter.bytes_in(), meter.bytes_expected(), begun.elapsed()),
                    width,
                );
            }
            rewrite("", width);
            let _ = write!(io::stderr(), "\r");
        });
        Some(Self { end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Writes `line` over one of `width` characters; returns its own width.
fn rewrite(line: &str, width: usize) -> usize {
    let _ = write!(io::stderr(), "\r{line:<width$}");
    line.chars().count()
}

fn line(bytes: u64, expected: Option<u64>, elapsed: Duration) -> String {
    let rate = bytes as f64 / elapsed.as_secs_f64().max(1e-9);
    let done = human_bytes(bytes as f64);
    let speed = human_bytes(rate);
    match expected.filter(|&expected| expected > 0) {
        Some(expected) => {
            let percent = 100.0 * bytes as f64 / expected as f64;
            let total = human_bytes(expected as f64);
            let left = expected.saturating_sub(bytes) as f64 / rate.max(1.0);
            format!("{done} of {total} ({percent:.0} %), {speed}/s, {left:.0} s left")
        }
        None => format!("{done}, {speed}/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_known() {
        let two_seconds = Duration::from_secs(2);
        assert_eq!(line(3_000_000, None, two_seconds), "3.00 MB, 1.50 MB/s");
        assert_eq!(
            line(3_000_000, Some(12_000_000), two_seconds),
            "3.00 MB of 12.0 MB (25 %), 1.50 MB/s, 6 s left"
        );
        assert_eq!(line(0, Some(0), Duration::ZERO), "0 B, 0 B/s");
    }
}
