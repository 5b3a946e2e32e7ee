//! From pieces to parcels: the engine's part in the sidecar.
//!
//! Many frames cost one call of the engine. Lines go in as they are. Counted messages are joined by
//! a line feed after each, which the engine treats as a line end like those inside a message; since
//! it never adds or removes one, counting them in its output tells the messages apart again.
//!
//! Fails closed: when the engine panics, or its output cannot be told apart, each frame of the
//! piece leaves a marker instead.

use std::mem::take;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use memchr::memchr_iter;

use super::framing::{Piece, Wire, messages};
use super::parcel::Parcel;
use crate::engine::{Engine, Reason, Scratch, Spare, Vetted};
use crate::stats::Counts;

/// Working memory; whoever has a piece to process borrows one.
#[derive(Debug, Default)]
pub(super) struct Worker {
    scratch: Scratch,
    /// Memory for the next output, if there is some.
    pub(super) spare: Spare,
    /// Joined messages.
    text: Vec<u8>,
    /// How many line feeds each of them holds.
    inner: Vec<usize>,
}

/// A parcel and what it took to make it.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) parcel: Parcel,
    pub(super) counts: Counts,
    /// Time inside the engine.
    pub(super) busy: Duration,
}

impl Worker {
    /// Processes a piece of `buffer`; its last byte came in at `born`. Appends one parcel, or one
    /// for each frame that may not pass.
    pub(super) fn run(
        &mut self,
        engine: &Engine,
        buffer: &[u8],
        piece: Piece,
        born: Instant,
        out: &mut Vec<Done>,
    ) {
        match piece {
            Piece::Lines(range) => self.lines(engine, &buffer[range], born, out),
            Piece::Counted(range) => self.counted(engine, &buffer[range], born, out),
            Piece::Withheld { bytes, wire, reason } => {
                out.extend(withheld(engine, wire, reason, bytes, born));
            }
        }
    }

    /// Processes whole lines with their line ends.
    pub(super) fn lines(
        &mut self,
        engine: &Engine,
        lines: &[u8],
        born: Instant,
        out: &mut Vec<Done>,
    ) {
        let begun = Instant::now();
        let Some(vetted) = process(engine, lines, &mut self.scratch, take(&mut self.spare)) else {
            let lengths = lines.split_inclusive(|&byte| byte == b'\n').map(|line| line.len() - 1);
            out.extend(lengths.filter_map(|length| internal(engine, Wire::Line, length, born)));
            return;
        };
        let busy = begun.elapsed();
        let (parcel, counts) = Parcel::lines(vetted, born);
        out.push(Done { parcel, counts, busy });
    }

    /// Processes whole counted frames.
    pub(super) fn counted(
        &mut self,
        engine: &Engine,
        frames: &[u8],
        born: Instant,
        out: &mut Vec<Done>,
    ) {
        self.join(frames);
        let begun = Instant::now();
        let vetted = process(engine, &self.text, &mut self.scratch, take(&mut self.spare));
        let busy = begun.elapsed();
        let parcel = vetted.and_then(|vetted| Parcel::counted(vetted, &self.inner, born));
        let Some((parcel, counts)) = parcel else {
            let lengths = messages(frames).map(|message| message.len());
            out.extend(lengths.filter_map(|length| internal(engine, Wire::Counted, length, born)));
            return;
        };
        out.push(Done { parcel, counts, busy });
    }

    /// The messages of `frames`, with a line feed after each.
    fn join(&mut self, frames: &[u8]) {
        self.text.clear();
        self.inner.clear();
        for message in messages(frames) {
            let message = &frames[message];
            self.text.extend_from_slice(message);
            self.text.push(b'\n');
            self.inner.push(memchr_iter(b'\n', message).count());
        }
    }
}

/// Nothing when the engine panics: a defect that one line brings out must not stop the others.
fn process(engine: &Engine, block: &[u8], scratch: &mut Scratch, spare: Spare) -> Option<Vetted> {
    let run = AssertUnwindSafe(|| engine.process(block, scratch, spare));
    let vetted = catch_unwind(run).ok();
    if vetted.is_none() {
        *scratch = engine.scratch();
    }
    vetted
}

fn internal(engine: &Engine, wire: Wire, length: usize, born: Instant) -> Option<Done> {
    withheld(engine, wire, Reason::Internal, length as u64, born)
}

/// The marker for a frame of `bytes` bytes, delimited as the frame was. There always is one: a
/// marker is a single line.
fn withheld(
    engine: &Engine,
    wire: Wire,
    reason: Reason,
    bytes: u64,
    born: Instant,
) -> Option<Done> {
    let marker = engine.withhold(bytes, b"\n", reason, Spare::default());
    let (parcel, counts) = match wire {
        Wire::Line => Parcel::lines(marker, born),
        Wire::Counted => Parcel::counted(marker, &[0], born)?,
    };
    Some(Done { parcel, counts, busy: Duration::ZERO })
}
