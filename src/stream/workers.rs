//! The working side: frames in, vetted bytes out in the same order.
//!
//! Each worker takes turns at everything: it reads a frame, works on it, and writes it if its turn has
//! come. So a block stays in the cache of one core from the read to the write, and nobody has to be
//! woken to hand it on. One reads at a time and one writes at a time:
//!
//! ```text
//! intake (one at a time) -> work (all of them) -> outlet (in order, one at a time)
//! ```
//!
//! Whoever is done while another one writes, or while an earlier frame is still in work, leaves what it has
//! to the one who writes that, and goes on. How far it may go ahead bounds the blocks in flight.

use std::io::{self, Write};
use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::error::Error;
use super::headers::{Headers, Under};
use super::order::Order;
use super::pump::Frames;
use super::sink::Sink;
use super::stop::Stop;
use super::worker::Work;
use crate::engine::{Spare, Vetted};
use crate::epochs::Epochs;
use crate::frame::{Block, Frame};
use crate::stats::Counts;

/// What all workers did together.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    pub(super) core: Vec<Duration>,
}

/// Has the `frames` worked on, by the caller as its `own` worker and by the `others` beside it, and what
/// comes of them written to the sink; each frame under the engine that is in force when it is read, so that
/// epochs change in the order of the stream. A sink that nobody reads any more (`BrokenPipe`) ends it
/// without an error.
pub(super) fn run<K: Work, F: Frames + Send, W: Write + Send>(
    own: K,
    others: Vec<K>,
    frames: F,
    sink: Sink<W>,
    stop: &Stop,
    epochs: &Epochs,
) -> Result<Tally, Error> {
    let ahead = 2 * (others.len() as u64 + 1) + 2;
    let floor = Floor {
        intake: Mutex::new(Intake::new(frames)),
        outlet: Mutex::new(Outlet::new(sink)),
        moved: Condvar::new(),
        ahead,
        stop,
        epochs,
    };
    let core = thread::scope(|scope| {
        // There may be no more threads to be had.
        let _alarm = Alarm(&floor);
        let others: Vec<_> =
            others.into_iter().map(|worker| scope.spawn(|| floor.serve(worker))).collect();
        let mut core = vec![floor.serve(own).busy()];
        core.extend(others.into_iter().map(|worker| joined(worker.join()).busy()));
        core
    });
    let intake = floor.intake.into_inner().unwrap_or_else(PoisonError::into_inner);
    let outlet = floor.outlet.into_inner().unwrap_or_else(PoisonError::into_inner);
    match outlet.failure {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Write { source: error })
        }
        _ => intake.failure.map_or(Ok(Tally { counts: outlet.counts, core }), Err),
    }
}

/// A panic of a thread goes on in the calling one.
fn joined<T>(outcome: thread::Result<T>) -> T {
    outcome.unwrap_or_else(|payload| resume_unwind(payload))
}

/// Where the workers meet.
struct Floor<'f, F, W> {
    intake: Mutex<Intake<F>>,
    outlet: Mutex<Outlet<W>>,
    /// Something was written, or the outlet was closed.
    moved: Condvar,
    /// How many frames may be read that have not been written.
    ahead: u64,
    stop: &'f Stop,
    epochs: &'f Epochs,
}

/// Where frames come from.
struct Intake<F> {
    /// Nothing once the end has been met.
    frames: Option<F>,
    headers: Headers,
    /// How many frames have been given out.
    number: u64,
    failure: Option<Error>,
}

impl<F> Intake<F> {
    fn new(frames: F) -> Self {
        Self { frames: Some(frames), headers: Headers::default(), number: 0, failure: None }
    }
}

/// Where vetted bytes go.
struct Outlet<W> {
    /// Nothing while somebody writes, and once writing has failed.
    sink: Option<Sink<W>>,
    order: Order<Done>,
    /// How many frames have been written.
    written: u64,
    /// Memory that was written and is free again.
    free: Vec<Slot>,
    counts: Counts,
    failure: Option<io::Error>,
    /// Nothing more is to be read.
    closed: bool,
}

impl<W> Outlet<W> {
    fn new(sink: Sink<W>) -> Self {
        let (order, free, counts) = (Order::default(), Vec::new(), Counts::default());
        Self { sink: Some(sink), order, written: 0, free, counts, failure: None, closed: false }
    }
}

/// Memory that goes round: a block for reading, an output buffer for a worker.
#[derive(Default)]
struct Slot {
    block: Option<Block>,
    spare: Spare,
}

struct Job {
    number: u64,
    under: Under,
    frame: Frame,
    spare: Spare,
}

struct Done {
    vetted: Vetted,
    block: Option<Block>,
}

impl<F: Frames, W: Write> Floor<'_, F, W> {
    /// A worker's life. Ends with the last frame, or when nobody takes what comes of it.
    fn serve<K: Work>(&self, mut worker: K) -> K {
        let _alarm = Alarm(self);
        while let Some(Job { number, under, frame, spare }) = self.take() {
            let (vetted, block) = worker.work(&under, frame, spare);
            self.put(number, Done { vetted, block });
        }
        worker
    }

    /// The next frame, as soon as there is one and room for what comes of it.
    fn take(&self) -> Option<Job> {
        // Whoever panicked here may have taken a frame with him: nothing after it may be written.
        let mut intake = self.intake.lock().ok()?;
        let Slot { block, spare } = self.slot(intake.number)?;
        let frames = intake.frames.as_mut()?;
        if let Some(block) = block {
            frames.recycle(block);
        }
        match self.read(&mut intake) {
            Ok(Some((under, frame))) => {
                let number = intake.number;
                intake.number += 1;
                Some(Job { number, under, frame, spare })
            }
            ended => {
                intake.frames = None;
                intake.failure = ended.err();
                None
            }
        }
    }

    /// The next frame and what it is worked on with.
    fn read(&self, intake: &mut Intake<F>) -> Result<Option<(Under, Frame)>, Error> {
        let Some(frames) = &mut intake.frames else { return Ok(None) };
        let Some((input, frame)) = frames.next()? else { return Ok(None) };
        let engine = self.epochs.current().map_err(|source| Error::NoEpoch { source })?;
        Ok(Some((intake.headers.under(engine, input, &frame), frame)))
    }

    /// Memory for the frame with this number, as soon as it may be read; none when the outlet is closed.
    fn slot(&self, number: u64) -> Option<Slot> {
        let waits =
            |outlet: &mut Outlet<W>| !outlet.closed && number - outlet.written >= self.ahead;
        let outlet = self.moved.wait_while(lock(&self.outlet), waits);
        let mut outlet = outlet.unwrap_or_else(PoisonError::into_inner);
        (!outlet.closed).then(|| outlet.free.pop().unwrap_or_default())
    }

    /// Leaves what came of a frame, and writes all that may be written, unless somebody is at it.
    fn put(&self, number: u64, done: Done) {
        let mut outlet = lock(&self.outlet);
        outlet.order.put(number, done);
        while let Some(mut sink) = outlet.sink.take() {
            let Some(Done { vetted, block }) = outlet.order.take() else {
                outlet.sink = Some(sink);
                return;
            };
            drop(outlet);
            let written = sink.write(&vetted);
            outlet = lock(&self.outlet);
            match written {
                Ok(()) => outlet.sink = Some(sink),
                Err(error) => outlet.failure = Some(error),
            }
            if outlet.failure.is_some() {
                drop(outlet);
                return self.close();
            }
            outlet.written += 1;
            outlet.counts.add(vetted.counts());
            outlet.free.push(Slot { block, spare: vetted.recycle() });
            self.moved.notify_one();
        }
    }

    /// Lets nobody read any more; who waits for input is woken.
    fn close(&self) {
        lock(&self.outlet).closed = true;
        self.moved.notify_all();
        self.stop.request();
    }
}

/// A panic elsewhere has been told by then.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the others end when their worker panics: what comes after its frame is never written.
struct Alarm<'f, F: Frames, W: Write>(&'f Floor<'f, F, W>);

impl<F: Frames, W: Write> Drop for Alarm<'_, F, W> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}
