//! One connection: bytes from a peer into the queue of its pair.
//!
//! In: a stream. Out: parcels of whole frames, in order. What the peer cannot do: make it hold more
//! than a batch without leave, keep a frame unfinished for ever, or disturb another connection. A
//! silent connection holds no buffer.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;

use tokio::io::AsyncReadExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};

use super::buffers::Buffers;
use super::config::Bounds;
use super::framing::{End, Framer, Piece, Wire, messages};
use super::metrics::Closed;
use super::queue::{Inlet, Quit};
use super::shared::Phase;
use super::waiting::Peer;
use super::work::{Done, Worker};
use crate::engine::{Engine, Reason};
use crate::frame::sniff;

/// Reads `stream` to its end, or until something ends it. `last` tells whether a last line without
/// a line end is one when the peer ends regularly.
pub(super) async fn run(stream: impl Peer, inlet: &Inlet, last: End) -> Closed {
    let framer = Framer::new(inlet.shared.framing, inlet.shared.bounds.max_frame);
    let mut connection =
        Connection { inlet, framer, begun: Instant::now(), sniffed: false, lease: None };
    connection.run(stream, last).await.unwrap_or_else(Closed::from)
}

struct Connection<'i> {
    inlet: &'i Inlet,
    framer: Framer,
    /// When the present frame, or the silence before it, began.
    begun: Instant,
    /// Whether the beginning has been looked at. Nothing leaves before.
    sniffed: bool,
    /// Leave to hold a frame longer than a batch.
    lease: Option<OwnedSemaphorePermit>,
}

/// Pieces from this length on are worth the way to another thread.
const ASIDE: usize = Bounds::BATCH / 2;

/// What came of an attempt to read.
enum Read {
    Bytes(usize),
    End,
    Broken,
    /// A stop request, and no frame is half read or the time is up.
    Drained,
    Timeout,
    /// The phase has changed.
    Again,
}

impl Connection<'_> {
    async fn run(&mut self, mut stream: impl Peer, last: End) -> Result<Closed, Quit> {
        loop {
            self.make_room();
            let (end, closed) = match self.read(&mut stream).await {
                Read::Bytes(count) => {
                    self.inlet.shared.metrics.bytes_received.fetch_add(count as u64, Relaxed);
                    if self.ship().await?.is_break() {
                        return Ok(Closed::Encoding);
                    }
                    continue;
                }
                Read::Again if self.inlet.shared.phase() == Phase::Quitting => {
                    self.give_up();
                    return Err(Quit);
                }
                Read::Again => continue,
                Read::End => (last, Closed::End),
                Read::Broken => (End::Cut, Closed::Error),
                Read::Drained => (End::Cut, Closed::Drain),
                Read::Timeout => (End::Cut, Closed::Timeout),
            };
            while let Some(piece) = self.framer.finish(end) {
                self.deliver(piece).await?;
            }
            return Ok(closed);
        }
    }

    async fn read<S: Peer>(&mut self, stream: &mut S) -> Read {
        let shared = &self.inlet.shared;
        let phase = shared.phase();
        // Looked at before each reading: a peer that never stops must not keep the time from passing.
        if shared.reading_is_over() {
            return if phase == Phase::Quitting { Read::Again } else { Read::Drained };
        }
        let draining = phase != Phase::Running;
        let time =
            if self.framer.is_between() { shared.bounds.idle } else { shared.bounds.frame_time };
        let (mut last, mut deadline) = (false, self.begun + time);
        if draining {
            // What may be on its way from the system to the stream is waited for.
            deadline = shared.drain_began() + S::LAG;
            last = Instant::now() >= deadline;
        }
        tokio::select! {
            biased;
            read = read_some(stream, &mut self.framer, &shared.buffers, last) => read,
            () = shared.read_enough(draining) => Read::Again,
            () = sleep_until(deadline), if !last => {
                if draining { Read::Again } else { Read::Timeout }
            }
        }
    }

    /// Gets leave for the memory that the next reading may take; without it, the frame that needs
    /// it is withheld.
    fn make_room(&mut self) {
        let held = self.framer.pending();
        if held < Bounds::BATCH {
            self.lease = None;
            return;
        }
        let leased = self.lease.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        // Twice what is held, and the old buffer while the new one is filled.
        let wanted = (held.saturating_mul(3) >> 10).saturating_sub(leased);
        let spare = self.inlet.shared.spare.clone();
        match spare.try_acquire_many_owned(u32::try_from(wanted).unwrap_or(u32::MAX)) {
            Ok(more) => match &mut self.lease {
                Some(lease) => lease.merge(more),
                none => *none = Some(more),
            },
            Err(_) => {
                self.framer.give_up(Reason::Memory);
                // Throws away what is held of it.
                let _ = self.framer.next_piece();
                self.lease = None;
            }
        }
    }

    /// Delivers all whole frames; breaks when they are no text.
    async fn ship(&mut self) -> Result<ControlFlow<()>, Quit> {
        while let Some(piece) = self.framer.next_piece() {
            if !self.sniffed && !matches!(piece, Piece::Withheld { .. }) {
                self.sniffed = true;
                if sniff::refuse(self.head(&piece)).is_some() {
                    let bytes = (self.framer.pending() + self.length(&piece)) as u64;
                    let (wire, reason) = (Wire::Line, Reason::Encoding);
                    self.deliver(Piece::Withheld { bytes, wire, reason }).await?;
                    return Ok(ControlFlow::Break(()));
                }
            }
            self.deliver(piece).await?;
            self.begun = Instant::now();
        }
        if self.framer.is_between() {
            self.begun = Instant::now();
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The first bytes of a piece, without a count.
    fn head(&self, piece: &Piece) -> &[u8] {
        match piece {
            Piece::Lines(range) => &self.framer.bytes()[range.clone()],
            Piece::Counted(range) => {
                let frames = &self.framer.bytes()[range.clone()];
                messages(frames).next().map_or(b"", |message| &frames[message])
            }
            Piece::Withheld { .. } => b"",
        }
    }

    /// How many bytes a piece takes in the queue.
    fn length(&self, piece: &Piece) -> usize {
        match piece {
            Piece::Lines(range) | Piece::Counted(range) => range.len(),
            Piece::Withheld { .. } => 0,
        }
    }

    async fn deliver(&mut self, piece: Piece) -> Result<(), Quit> {
        let metrics = &self.inlet.shared.metrics;
        let frames = self.count(&piece);
        metrics.frames_received.fetch_add(frames, Relaxed);
        if let Piece::Withheld { reason, .. } = piece {
            metrics.withheld[reason as usize].fetch_add(1, Relaxed);
        }
        let (length, born) = (self.length(&piece), Instant::now().into_std());
        let taken = if length >= ASIDE {
            let buffer = self.framer.exchange(self.inlet.shared.buffers.take());
            self.inlet.put_aside(buffer, piece, frames, born).await
        } else {
            let buffer = self.framer.bytes();
            let work = |worker: &mut Worker, engine: &Engine, done: &mut Vec<Done>| {
                worker.run(engine, buffer, piece, born, done);
            };
            self.inlet.put(length, work).await
        };
        if taken.is_err() {
            metrics.undelivered(frames, length as u64);
            self.give_up();
        }
        taken
    }

    /// Counts the frames that will not be taken any more, an unfinished one among them.
    fn give_up(&mut self) {
        loop {
            let whole = self.framer.next_piece();
            let Some(piece) = whole.or_else(|| self.framer.finish(End::Cut)) else { return };
            let (frames, metrics) = (self.count(&piece), &self.inlet.shared.metrics);
            metrics.frames_received.fetch_add(frames, Relaxed);
            metrics.undelivered(frames, self.length(&piece) as u64);
        }
    }

    fn count(&self, piece: &Piece) -> u64 {
        match piece {
            Piece::Lines(range) => {
                memchr::memchr_iter(b'\n', &self.framer.bytes()[range.clone()]).count() as u64
            }
            Piece::Counted(range) => messages(&self.framer.bytes()[range.clone()]).count() as u64,
            Piece::Withheld { .. } => 1,
        }
    }
}

/// Reads what there is. While it has to wait, no memory is held but that of an unfinished frame; if it is
/// the `last` chance, it does not wait between two frames unless the peer has sent more.
fn read_some(
    stream: &mut impl Peer,
    framer: &mut Framer,
    buffers: &Buffers,
    last: bool,
) -> impl Future<Output = Read> {
    poll_fn(move |context| {
        if !framer.has_memory() {
            framer.exchange(buffers.take());
        }
        let held = framer.pending();
        let room = if held < Bounds::BATCH { Bounds::BATCH - held } else { held };
        let read = pin!(stream.read_buf(framer.buffer(room))).poll(context);
        match read {
            Poll::Ready(Ok(0)) => Poll::Ready(Read::End),
            Poll::Ready(Ok(count)) => Poll::Ready(Read::Bytes(count)),
            Poll::Ready(Err(_)) => Poll::Ready(Read::Broken),
            Poll::Pending if last && framer.is_between() && !stream.has_sent() => {
                Poll::Ready(Read::Drained)
            }
            Poll::Pending => {
                if framer.pending() == 0 {
                    buffers.put(framer.exchange(Vec::new()));
                }
                framer.shrink();
                Poll::Pending
            }
        }
    })
}
