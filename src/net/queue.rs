//! What has been read of a pair and waits for its forward side.
//!
//! In: pieces, from any number of connections, each in its own order. Out: parcels, in the order in
//! which the pieces came. Small pieces are processed at once; large ones on any thread that is
//! free, their place in the order being taken before, so that one connection can keep several cores
//! busy. Bounded in bytes: a connection that finds no room stops reading, which its peer feels.
//! Room is counted in bytes of input; tokens may make the output longer.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::framing::Piece;
use super::metrics::Closed;
use super::parcel::Parcel;
use super::shared::{Phase, Shared};
use super::work::{Done, Worker};
use crate::engine::Engine;

/// The way into a pair. When the last clone is dropped, the forward side knows that it is done.
#[derive(Clone, Debug)]
pub(super) struct Inlet {
    pub(super) shared: Arc<Shared>,
    sender: UnboundedSender<Entry>,
    room: Arc<Semaphore>,
    capacity: usize,
}

/// A place in the order.
#[derive(Debug)]
pub(super) enum Entry {
    Ready(Parcel),
    /// Somebody works on it.
    Working {
        parcels: oneshot::Receiver<Vec<Parcel>>,
        frames: u64,
        bytes: u64,
    },
}

/// Nothing more is taken: the sidecar gives up what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quit;

impl From<Quit> for Closed {
    fn from(Quit: Quit) -> Self {
        Closed::Drain
    }
}

impl Inlet {
    /// Both ends of the queue of the pair with this index.
    pub(super) fn new(shared: Arc<Shared>, pair: usize) -> (Self, UnboundedReceiver<Entry>) {
        let (sender, receiver) = unbounded_channel();
        let room = Arc::clone(&shared.metrics.pairs[pair].room);
        let capacity = shared.metrics.pairs[pair].capacity;
        (Self { shared, sender, room, capacity }, receiver)
    }

    /// Waits for room for `bytes` of input and for an engine, has `work` done, and takes what comes
    /// of it.
    pub(super) async fn put(
        &self,
        bytes: usize,
        work: impl FnOnce(&mut Worker, &Engine, &mut Vec<Done>),
    ) -> Result<(), Quit> {
        let (place, engine) = self.prepare(bytes).await?;
        for parcel in self.process(place, &engine, work) {
            // The other end outlives all inlets.
            let _ = self.sender.send(Entry::Ready(parcel));
        }
        Ok(())
    }

    /// The same for a piece of `frames` frames in a buffer of its own, on any thread.
    pub(super) async fn put_aside(
        &self,
        buffer: Vec<u8>,
        piece: Piece,
        frames: u64,
        born: Instant,
    ) -> Result<(), Quit> {
        let (place, engine) = self.prepare(buffer.len()).await?;
        let (sender, parcels) = oneshot::channel();
        let bytes = buffer.len() as u64;
        let _ = self.sender.send(Entry::Working { parcels, frames, bytes });
        let inlet = self.clone();
        self.shared.crew.run(move || {
            let buffers = &inlet.shared.buffers;
            let parcels = inlet.process(place, &engine, |worker, engine, done| {
                worker.spare = buffers.take().into();
                worker.run(engine, &buffer, piece, born, done);
            });
            buffers.put(buffer);
            let _ = sender.send(parcels);
        });
        Ok(())
    }

    async fn prepare(&self, bytes: usize) -> Result<(OwnedSemaphorePermit, Arc<Engine>), Quit> {
        let place = self.reserve(bytes).await?;
        Ok((place, self.shared.engine().await.ok_or(Quit)?))
    }

    fn process(
        &self,
        place: OwnedSemaphorePermit,
        engine: &Engine,
        work: impl FnOnce(&mut Worker, &Engine, &mut Vec<Done>),
    ) -> Vec<Parcel> {
        let mut done = Vec::with_capacity(1);
        self.shared.with_worker(|worker| work(worker, engine, &mut done));
        let mut place = Some(place);
        let parcels = done.into_iter().map(|Done { mut parcel, counts, busy }| {
            self.shared.metrics.worked(&counts, busy);
            parcel.place = place.take();
            parcel
        });
        parcels.collect()
    }

    async fn reserve(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Quit> {
        // A frame larger than the whole queue goes alone.
        let bytes = bytes.saturating_add(Parcel::OVERHEAD).min(self.capacity);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room);
        tokio::select! {
            biased;
            place = room.acquire_many_owned(bytes) => place.map_err(|_| Quit),
            () = self.shared.reached(Phase::Quitting) => Err(Quit),
        }
    }
}
