//! Files and pipes: blocking reads, engines on as many threads as wanted, ordered writes.
//!
//! In: [`Source`]s and the engines of the ring's epochs. Out: the vetted bytes on standard output, in the order of
//! the input, and a [`Summary`].
//!
//! - Memory does not depend on the input: at most `2 * threads + 2` blocks are in flight.
//! - A complete line never waits for more input; a fast input is read in full blocks.
//! - A stop request ends reading; the lines that were read whole are processed and written. One that is
//!   unfinished by then is withheld, since half a number may look like none: a marker says so.
//! - Each block is processed under the epoch in force when it is read. Once the ring has none, the
//!   stream ends with an error; what came before is written.
//! - When nobody reads the output any more, the stream ends without an error, even while its
//!   input is silent.
//! - Inputs in which nothing could be found (compressed, UTF-16) are refused before any of their
//!   bytes is written; regular files before the first byte of the run is.
//!
//! Cost: two system calls a block for reading and one for writing.

mod error;
mod headers;
mod options;
mod order;
mod pump;
mod sink;
mod source;
mod stop;
mod worker;
mod workers;

use std::ops::ControlFlow;
use std::time::Instant;

pub use error::Error;
pub use options::{Meter, Options, Summary};
pub use source::Source;
pub use stop::Stop;

use crate::epochs::Epochs;
use crate::frame::Frame;
use pump::{Frames, Pump};
use sink::{Output, Sink};
use worker::Worker;

/// Filters `sources`, one after the other, to standard output, each block under the engine that is
/// in force. `stop` is spent afterwards.
///
/// # Errors
///
/// [`Error`]; what was written by then is vetted and complete up to some line. A closed reader
/// downstream is no error.
pub fn run(
    epochs: &Epochs,
    sources: &[Source],
    options: &Options,
    stop: &Stop,
    meter: &Meter,
) -> Result<Summary, Error> {
    let begun = Instant::now();
    meter.expect_bytes(source::survey(sources)?);
    let output = Output::stdout().map_err(|source| Error::Write { source })?;
    let (own, others) = match options.remember {
        Some(limit) => (Worker::remembering(limit), Vec::new()),
        None => {
            (Worker::default(), (1..options.threads.get()).map(|_| Worker::default()).collect())
        }
    };
    let frames = Pump::new(sources.iter().map(|source| source.open(stop)), options, meter);
    let tally = workers::run(own, others, frames, Sink::new(output), stop, epochs)?;
    Ok(Summary { counts: tally.counts, wall: begun.elapsed(), core: tally.core })
}

/// Shows `each` the frames of all sources in order, with the number of the source, until it
/// breaks. Nothing is written.
///
/// # Errors
///
/// [`Error`], as for [`run`].
pub fn frames(
    sources: &[Source],
    options: &Options,
    stop: &Stop,
    meter: &Meter,
    each: &mut dyn FnMut(usize, &Frame) -> ControlFlow<()>,
) -> Result<(), Error> {
    meter.expect_bytes(source::survey(sources)?);
    let mut frames = Pump::new(sources.iter().map(|source| source.open(stop)), options, meter);
    while let Some((number, frame)) = frames.next()? {
        if each(number, &frame).is_break() {
            break;
        }
        if let Frame::Lines(block) = frame {
            frames.recycle(block);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
