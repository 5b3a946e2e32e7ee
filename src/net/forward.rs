//! The forward side of a pair: one connection at a time, made again whenever it breaks.
//!
//! In: parcels. Out: their bytes, in order, each connection beginning with a whole frame. A parcel
//! is handed over once the system has taken all of its bytes. What it then does with them TCP does
//! not tell; but a peer that dies with data unread resets the connection, and then the last
//! [`super::Bounds::replay`] bytes are handed over once more: rather twice than never. A peer that
//! closes regularly has read everything, so nothing is repeated.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout};

use super::config::Forward;
use super::error::Error;
use super::link::{self, Ended, Link, Tls};
use super::parcel::Parcel;
use super::queue::Entry;
use super::shared::{Phase, Shared};
use super::tls;

/// The first pause after a failure; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The forward side of one pair.
#[derive(Debug)]
pub(super) struct Outlet {
    shared: Arc<Shared>,
    pair: usize,
    target: Forward,
    pub(super) tls: Option<Tls>,
    queue: UnboundedReceiver<Entry>,
    /// Taken from the queue while it was not ready.
    awaited: Option<Entry>,
    /// To be written before anything from the queue.
    again: VecDeque<Parcel>,
    /// The parcel that is being written.
    current: Option<Parcel>,
    /// Parcels written on this connection, the last ones.
    kept: VecDeque<Parcel>,
    kept_bytes: usize,
    /// Why it failed last.
    failure: Option<String>,
}

impl Outlet {
    pub(super) fn new(
        shared: Arc<Shared>,
        pair: usize,
        target: Forward,
        queue: UnboundedReceiver<Entry>,
    ) -> Result<Self, Error> {
        let tls = Tls::of(&target)?;
        let (again, kept) = (VecDeque::new(), VecDeque::new());
        Ok(Self {
            shared,
            pair,
            target,
            tls,
            queue,
            awaited: None,
            again,
            current: None,
            kept,
            kept_bytes: 0,
            failure: None,
        })
    }

    /// Hands over everything until the queue has ended, or until the sidecar gives up; what is left
    /// then is counted.
    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        tokio::select! {
            () = self.hand_over() => {}
            () = shared.reached(Phase::Quitting) => {}
        }
        self.connected(false);
        self.count_left().await;
    }

    async fn hand_over(&mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let begun = Instant::now();
            let connected = link::open(&self.target, self.tls.as_ref());
            let ended = match timeout(self.shared.bounds.handshake, connected).await {
                Ok(Ok(link)) => {
                    self.connected(true);
                    self.failure = None;
                    self.write_to(link).await
                }
                Ok(Err(error)) => Ended::Broken(error),
                Err(_) => Ended::Broken(ErrorKind::TimedOut.into()),
            };
            self.connected(false);
            match ended {
                Ended::Done => return,
                Ended::Closed => self.forget(),
                Ended::Broken(error) => {
                    self.note(&error);
                    if self.is_stdout() && error.kind() == ErrorKind::BrokenPipe {
                        // There is no other standard output to come.
                        return self.shared.stuck.notify_one();
                    }
                    self.replay();
                }
            }
            if begun.elapsed() > pause {
                // It was not in vain.
                pause = FIRST_PAUSE;
            }
            if self.is_done_within(jittered(pause)).await {
                return;
            }
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    /// Waits; tells whether everything turned out to be done meanwhile, which needs no connection.
    async fn is_done_within(&mut self, pause: Duration) -> bool {
        let pause = sleep(pause);
        tokio::pin!(pause);
        if self.again.is_empty() {
            let next = tokio::select! {
                next = self.next() => next,
                () = &mut pause => return false,
            };
            match next {
                Some(parcel) => self.again.push_front(parcel),
                None => return true,
            }
        }
        pause.await;
        false
    }

    async fn write_to(&mut self, mut link: Link) -> Ended {
        loop {
            let next = tokio::select! {
                biased;
                gone = &mut link.gone => return link.ended(gone).await,
                next = self.next() => next,
            };
            let Some(parcel) = next else {
                let _ = link.writer.shutdown().await;
                return Ended::Done;
            };
            let parcel = self.current.insert(parcel);
            let written = tokio::select! {
                written = write(parcel, &mut link.writer) => written,
                gone = &mut link.gone => return link.ended(gone).await,
            };
            if let Err(error) = written {
                return Ended::Broken(error);
            }
            self.written();
        }
    }

    /// The next parcel to be written. May be dropped at any time: nothing gets lost.
    async fn next(&mut self) -> Option<Parcel> {
        loop {
            if let Some(parcel) = self.again.pop_front() {
                return Some(parcel);
            }
            if self.awaited.is_none() {
                self.awaited = Some(self.queue.recv().await?);
            }
            if let Some(Entry::Working { parcels, frames, bytes }) = &mut self.awaited {
                match parcels.await {
                    Ok(parcels) => self.again.extend(parcels),
                    Err(_) => self.shared.metrics.undelivered(*frames, *bytes),
                }
            }
            if let Some(Entry::Ready(parcel)) = self.awaited.take() {
                return Some(parcel);
            }
        }
    }

    /// Counts the present parcel as handed over and keeps it for a while.
    fn written(&mut self) {
        let Some(mut parcel) = self.current.take() else { return };
        let metrics = &self.shared.metrics;
        let (length, size) = (parcel.as_bytes().len(), parcel.size());
        metrics.bytes_sent.fetch_add(length as u64, Relaxed);
        if !std::mem::replace(&mut parcel.sent, true) {
            metrics.sent(parcel.frames, parcel.born.elapsed());
        }
        parcel.place = None;
        let limit = self.shared.bounds.replay;
        if size > limit {
            self.forget();
            return;
        }
        self.kept_bytes += size;
        self.kept.push_back(parcel);
        while self.kept_bytes > limit
            && let Some(oldest) = self.kept.pop_front()
        {
            self.kept_bytes -= oldest.size();
            self.shared.buffers.put(oldest.into_memory());
        }
    }

    /// The next connection begins with the first frame that was not written as a whole.
    fn begin_again(&mut self) {
        if let Some(mut parcel) = self.current.take() {
            parcel.rewind();
            self.again.push_front(parcel);
        }
    }

    /// A peer that closed the connection has read everything: nothing of it is kept.
    fn forget(&mut self) {
        self.begin_again();
        self.kept.clear();
        self.kept_bytes = 0;
    }

    /// The next connection begins with what the last one may not have brought to its reader.
    fn replay(&mut self) {
        if self.is_stdout() {
            // It is the same stream still, and goes on where it stopped.
            if let Some(parcel) = self.current.take() {
                self.again.push_front(parcel);
            }
            return self.forget();
        }
        if let Some(parcel) = &mut self.current {
            parcel.written = 0;
        }
        self.begin_again();
        while let Some(mut parcel) = self.kept.pop_back() {
            self.shared.metrics.frames_replayed.fetch_add(parcel.frames, Relaxed);
            parcel.written = 0;
            self.again.push_front(parcel);
        }
        self.kept_bytes = 0;
    }

    /// Counts what is left when nothing more will be handed over. Ends when all inlets are gone.
    async fn count_left(&mut self) {
        let metrics = &self.shared.metrics;
        let known = self.current.take().into_iter().chain(self.again.drain(..));
        for parcel in known {
            metrics.undelivered(parcel.frames_left(), parcel.rest().len() as u64);
        }
        let mut entry = self.awaited.take();
        loop {
            match entry {
                Some(Entry::Ready(parcel)) => {
                    metrics.undelivered(parcel.frames, parcel.rest().len() as u64);
                }
                Some(Entry::Working { frames, bytes, .. }) => metrics.undelivered(frames, bytes),
                None => {}
            }
            entry = match self.queue.recv().await {
                None => return,
                more => more,
            };
        }
    }

    fn is_stdout(&self) -> bool {
        matches!(self.target, Forward::Stdout)
    }

    fn connected(&self, connected: bool) {
        let state = &self.shared.metrics.pairs[self.pair].connected;
        let before = state.swap(connected.into(), Relaxed) != 0;
        if connected {
            self.shared.metrics.forward_connects.fetch_add(1, Relaxed);
            tracing::info!(pair = self.pair + 1, "forward side connected");
        } else if before {
            tracing::info!(pair = self.pair + 1, "forward side disconnected");
        }
    }

    /// Counts a failure, and tells it unless it is the same as before.
    fn note(&mut self, error: &io::Error) {
        self.shared.metrics.forward_errors.fetch_add(1, Relaxed);
        let reason = tls::reason(error);
        if self.failure.as_ref() != Some(&reason) {
            tracing::warn!(pair = self.pair + 1, reason, "forward side failed");
            self.failure = Some(reason);
        }
    }
}

async fn write(parcel: &mut Parcel, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    while !parcel.rest().is_empty() {
        match writer.write(parcel.rest()).await? {
            0 => return Err(ErrorKind::WriteZero.into()),
            count => parcel.written += count,
        }
    }
    writer.flush().await
}

/// Between half of `pause` and all of it, so that many sidecars do not come back together.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0; 1];
    // Without randomness the pause is whole.
    let share = getrandom::fill(&mut random).map_or(u8::MAX, |()| random[0]);
    pause / 2 + pause / 2 * u32::from(share) / u32::from(u8::MAX)
}
