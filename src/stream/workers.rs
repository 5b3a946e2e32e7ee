//! The working side: frames in, vetted bytes out in the same order.
//!
//! With one worker everything runs on the calling thread. With more, the calling thread reads, one
//! thread writes, and a fixed number of slots goes round between them:
//!
//! ```text
//!         free slots                     numbered frames          vetted bytes
//! writer ------------> reader (caller) -----------------> workers -------------> writer
//! ```
//!
//! No frame leaves the reader without a slot, so the slots bound the blocks in flight, and neither the
//! queue nor a channel can grow. The reader is one of the workers: while no slot is free, it works
//! itself, as a thread that only reads would have to be woken for each block, on a core that is busy.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow::{self, Break, Continue};
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::error::Error;
use super::headers::{Headers, Under};
use super::pump::Deliver;
use super::queue::{Inlet, Queue};
use super::sink::Sink;
use super::stop::Stop;
use crate::engine::{Reason, Scratch, Spare, Vetted};
use crate::epochs::Epochs;
use crate::frame::{Block, Frame};
use crate::memory::Memory;
use crate::stats::Counts;

/// What a worker does with a frame under an engine; it gives back the frame's memory.
pub(super) trait Work: Send {
    fn work(&mut self, under: &Under, frame: Frame, spare: Spare) -> (Vetted, Option<Block>);
    /// Time spent in the engine.
    fn busy(&self) -> Duration;
}

/// The working memory of an engine.
#[derive(Default)]
pub(super) struct Worker {
    scratch: Scratch,
    busy: Duration,
    memory: Option<Memory>,
}

impl Worker {
    /// One that remembers the last `limit` people: it must see all blocks, in their order.
    pub(super) fn remembering(limit: NonZeroUsize) -> Self {
        Self { memory: Some(Memory::new(limit)), ..Self::default() }
    }
}

impl Work for Worker {
    fn work(&mut self, under: &Under, frame: Frame, spare: Spare) -> (Vetted, Option<Block>) {
        let begun = Instant::now();
        let Under { engine, columns } = under;
        let done = match frame {
            Frame::Lines(block) => {
                let (bytes, scratch) = (block.as_bytes(), &mut self.scratch);
                let vetted = match &mut self.memory {
                    Some(memory) => {
                        engine.process_remembering(columns, memory, bytes, scratch, spare)
                    }
                    None => engine.process_rows(columns, bytes, scratch, spare),
                };
                (vetted, Some(block))
            }
            Frame::Oversize { bytes, end } => {
                (engine.withhold(bytes, end.as_bytes(), Reason::LineTooLong, spare), None)
            }
            Frame::Interrupted { bytes } => {
                (engine.withhold(bytes, b"", Reason::Interrupted, spare), None)
            }
        };
        self.busy += begun.elapsed();
        done
    }

    fn busy(&self) -> Duration {
        self.busy
    }
}

/// What all workers did together.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    pub(super) core: Vec<Duration>,
}

/// Runs `read` and hands its frames to the workers, of which the caller is one (its `own`), and on to the
/// sink; each under the engine that is in force when it is read, so that epochs change in the order of the
/// stream. A sink that nobody reads any more (`BrokenPipe`) ends it without an error.
pub(super) fn run<K: Work, W: Write + Send>(
    own: K,
    others: Vec<K>,
    sink: Sink<W>,
    stop: &Stop,
    epochs: &Epochs,
    read: impl FnOnce(&mut Deliver<'_>) -> Result<(), Error>,
) -> Result<Tally, Error> {
    let mut keyless = None;
    let mut headers = Headers::default();
    let under = &mut |number: usize, frame: &Frame| match epochs.current() {
        Ok(engine) => Continue(headers.under(engine, number, frame)),
        Err(source) => {
            keyless = Some(Error::NoEpoch { source });
            Break(())
        }
    };
    let (read, written, tally) = if others.is_empty() {
        run_here(own, sink, under, read)
    } else {
        run_threads(own, others, sink, stop, under, read)
    };
    let read = keyless.map_or(read, Err);
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Write { source: error })
        }
        _ => read.map(|()| tally),
    }
}

/// What the next frame of the input with this number is worked on with, if a key is in force.
type Pick<'p> = dyn FnMut(usize, &Frame) -> ControlFlow<(), Under> + 'p;

/// How reading ended, how writing ended, and what was done by then.
type Ended = (Result<(), Error>, io::Result<()>, Tally);

fn run_here<K: Work, W: Write>(
    mut worker: K,
    mut sink: Sink<W>,
    under: &mut Pick<'_>,
    read: impl FnOnce(&mut Deliver<'_>) -> Result<(), Error>,
) -> Ended {
    let mut counts = Counts::default();
    let mut written = Ok(());
    let mut spare = Spare::default();
    let read = read(&mut |number, frame| {
        let under = under(number, &frame)?;
        let (vetted, block) = worker.work(&under, frame, std::mem::take(&mut spare));
        written = sink.write(&vetted);
        counts.add(vetted.counts());
        spare = vetted.recycle();
        if written.is_ok() { Continue(block) } else { Break(()) }
    });
    (read, written, Tally { counts, core: vec![worker.busy()] })
}

/// Memory that goes round: a block for the reader, an output buffer for a worker.
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
    number: u64,
    vetted: Vetted,
    block: Option<Block>,
}

fn run_threads<K: Work, W: Write + Send>(
    own: K,
    others: Vec<K>,
    sink: Sink<W>,
    stop: &Stop,
    under: &mut Pick<'_>,
    read: impl FnOnce(&mut Deliver<'_>) -> Result<(), Error>,
) -> Ended {
    let (results, finished) = channel::<Option<Done>>();
    let (free, slots) = channel::<Slot>();
    // One block in work and one waiting for each worker, one being filled, one being written.
    for _ in 0..2 * (others.len() + 1) + 2 {
        // Cannot fail: the receiver lives in this function.
        let _ = free.send(Slot::default());
    }
    let queue = &Queue::new();
    let desk = |worker| Desk { worker, queue, alarm: Alarm(results.clone()) };
    let mut own = desk(own);
    let others: Vec<_> = others.into_iter().map(desk).collect();
    // The writer ends when the last of them is gone.
    drop(results);
    thread::scope(|scope| {
        let others: Vec<_> =
            others.into_iter().map(|desk| scope.spawn(move || desk.serve())).collect();
        let writer = scope.spawn(move || write_in_order(finished, free, sink, stop));
        let read = read(&mut hand_out(queue.inlet(), slots, under, &mut own));
        while own.take_turn() {}
        let mut core = vec![own.close().busy()];
        core.extend(others.into_iter().map(|worker| joined(worker.join()).busy()));
        let (written, counts) = joined(writer.join());
        (read, written, Tally { counts, core })
    })
}

/// A panic of a thread goes on in the calling one.
fn joined<T>(outcome: thread::Result<T>) -> T {
    outcome.unwrap_or_else(|payload| resume_unwind(payload))
}

/// The reader's door to the workers: waits for a free slot, numbers the frame, sends it with its
/// engine. Breaks when the writer is gone, or no key is in force. Dropping it lets the workers end.
fn hand_out<K: Work>(
    jobs: Inlet<'_, Job>,
    slots: Receiver<Slot>,
    under: &mut Pick<'_>,
    own: &mut Desk<'_, K>,
) -> impl FnMut(usize, Frame) -> ControlFlow<(), Option<Block>> {
    let mut number = 0;
    move |input, frame| {
        let Some(Slot { block, spare }) = free_slot(&slots, own) else { return Break(()) };
        let under = under(input, &frame)?;
        jobs.put(Job { number, under, frame, spare });
        number += 1;
        Continue(block)
    }
}

/// A slot as soon as one is free, while the caller works; none when the writer is gone.
fn free_slot<K: Work>(slots: &Receiver<Slot>, own: &mut Desk<'_, K>) -> Option<Slot> {
    loop {
        match slots.try_recv() {
            Err(TryRecvError::Empty) if own.take_turn() => {}
            Err(TryRecvError::Empty) => return slots.recv().ok(),
            slot => return slot.ok(),
        }
    }
}

/// Where a worker gets its jobs from and lays what is done.
struct Desk<'q, K> {
    worker: K,
    queue: &'q Queue<Job>,
    alarm: Alarm,
}

impl<K: Work> Desk<'_, K> {
    /// A worker's life. Ends when there are no more jobs, or nobody to take the results.
    fn serve(mut self) -> K {
        while self.queue.wait().is_some_and(|job| self.work(job)) {}
        self.close()
    }

    /// Does one job if one waits; false if there is none, or nobody to take the result.
    fn take_turn(&mut self) -> bool {
        self.queue.take().is_some_and(|job| self.work(job))
    }

    fn work(&mut self, Job { number, under, frame, spare }: Job) -> bool {
        let (vetted, block) = self.worker.work(&under, frame, spare);
        self.alarm.0.send(Some(Done { number, vetted, block })).is_ok()
    }

    /// Nothing more comes from here.
    fn close(self) -> K {
        self.worker
    }
}

/// Tells the writer when its worker panics: it would wait for that block for ever.
struct Alarm(Sender<Option<Done>>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(None);
        }
    }
}

/// Wakes the reader when the writer ends, however it ends.
struct WakeReader<'s>(&'s Stop);

impl Drop for WakeReader<'_> {
    fn drop(&mut self) {
        self.0.request();
    }
}

fn write_in_order<W: Write>(
    finished: Receiver<Option<Done>>,
    free: Sender<Slot>,
    mut sink: Sink<W>,
    stop: &Stop,
) -> (io::Result<()>, Counts) {
    let _wake = WakeReader(stop);
    let mut counts = Counts::default();
    let mut order = Order::default();
    while let Ok(Some(done)) = finished.recv() {
        order.put(done.number, done);
        while let Some(Done { vetted, block, .. }) = order.take() {
            if let Err(error) = sink.write(&vetted) {
                return (Err(error), counts);
            }
            counts.add(vetted.counts());
            // The reader may be at its end and need no more slots.
            let _ = free.send(Slot { block, spare: vetted.recycle() });
        }
    }
    (Ok(()), counts)
}

/// Puts numbered items back into order. Holds no more than there are slots.
struct Order<T> {
    next: u64,
    waiting: VecDeque<Option<T>>,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { next: 0, waiting: VecDeque::new() }
    }
}

impl<T> Order<T> {
    fn put(&mut self, number: u64, item: T) {
        let index = (number - self.next) as usize;
        if self.waiting.len() <= index {
            self.waiting.resize_with(index + 1, || None);
        }
        self.waiting[index] = Some(item);
    }

    fn take(&mut self) -> Option<T> {
        let item = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.next += 1;
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_in_order() {
        let mut order = Order::default();
        let mut out = Vec::new();
        for number in [2, 0, 1, 5, 4, 3, 6] {
            order.put(number, number);
            out.extend(std::iter::from_fn(|| order.take()));
        }
        assert_eq!(out, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_gap_holds_back_what_comes_after_it() {
        let mut order = Order::default();
        order.put(1, 'b');
        assert_eq!(order.take(), None);
        order.put(0, 'a');
        assert_eq!((order.take(), order.take(), order.take()), (Some('a'), Some('b'), None));
    }
}
