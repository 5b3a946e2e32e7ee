//! What all tasks of the sidecar see.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, sleep_until};

use super::buffers::Buffers;
use super::config::{Bounds, Config};
use super::crew::Crew;
use super::error::Error;
use super::framing::Framing;
use super::metrics::Metrics;
use super::work::Worker;
use crate::engine::Engine;

/// Where the sidecar is in its life. It only goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Takes everything.
    Running,
    /// Accepts nothing new, reads what has been sent, hands it over.
    Draining,
    /// Gives up what is left.
    Quitting,
}

/// Settings, state and counters.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) bounds: Bounds,
    pub(super) framing: Framing,
    /// How long a drain may take.
    pub(super) grace: Duration,
    /// When it began.
    drain_began: OnceLock<Instant>,
    pub(super) metrics: Metrics,
    pub(super) phase: watch::Receiver<Phase>,
    /// The engine of the key epoch in force; without one, nothing may pass.
    pub(super) engine: watch::Receiver<Option<Arc<Engine>>>,
    /// Told when a forward side has ended for good and frames still come in.
    pub(super) stuck: Notify,
    /// One for each connection that may be open.
    pub(super) places: Arc<Semaphore>,
    /// KiB for frames longer than a batch.
    pub(super) spare: Arc<Semaphore>,
    /// Memory at rest.
    pub(super) buffers: Buffers,
    /// Who works on large pieces.
    pub(super) crew: Crew,
    /// Working memory at rest. One is in use only while a thread works, so there are no more
    /// than threads.
    workers: Mutex<Vec<Worker>>,
}

impl Shared {
    /// The state of a sidecar that is about to run.
    ///
    /// # Errors
    /// When the bounds do not fit together, or there are no threads.
    pub(super) fn new(
        config: &Config,
        phase: watch::Receiver<Phase>,
        engine: watch::Receiver<Option<Arc<Engine>>>,
    ) -> Result<Self, Error> {
        let bounds = config.bounds;
        let pairs = config.pairs.len();
        let semaphore =
            |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        Ok(Self {
            bounds,
            framing: config.framing,
            grace: config.grace,
            drain_began: OnceLock::new(),
            metrics: Metrics::new(pairs, bounds.queue),
            phase,
            engine,
            stuck: Notify::new(),
            places: semaphore(bounds.connections),
            spare: semaphore(bounds.spare(pairs)? >> 10),
            buffers: Buffers::default(),
            crew: Crew::start().map_err(|source| Error::Start { source })?,
            workers: Mutex::default(),
        })
    }

    /// Lends a worker to `work`, which must not wait for anything.
    pub(super) fn with_worker<T>(&self, work: impl FnOnce(&mut Worker) -> T) -> T {
        let pool = || self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let resting = pool().pop();
        let mut worker = resting.unwrap_or_default();
        let done = work(&mut worker);
        pool().push(worker);
        done
    }

    /// The engine in force, as soon as there is one; nothing when the sidecar gives up first.
    pub(super) async fn engine(&self) -> Option<Arc<Engine>> {
        if let Some(engine) = self.engine.borrow().as_ref() {
            return Some(Arc::clone(engine));
        }
        let mut engines = self.engine.clone();
        tokio::select! {
            engine = engines.wait_for(Option::is_some) => engine.ok()?.clone(),
            () = self.reached(Phase::Quitting) => None,
        }
    }

    /// Returns once the sidecar is in this phase or beyond it.
    pub(super) async fn reached(&self, phase: Phase) {
        // The sender lives as long as the sidecar: if it is gone, everything is over.
        let _ = self.phase.clone().wait_for(|now| *now >= phase).await;
    }

    /// When the drain began, if it does not begin now.
    pub(super) fn drain_began(&self) -> Instant {
        *self.drain_began.get_or_init(Instant::now)
    }

    /// Up to when a drain reads; what is left of the time is for handing over.
    fn reading_ends(&self) -> Instant {
        self.drain_began() + self.grace / 2
    }

    /// Whether nothing more is to be read.
    pub(super) fn reading_is_over(&self) -> bool {
        match self.phase() {
            Phase::Running => false,
            Phase::Draining => Instant::now() >= self.reading_ends(),
            Phase::Quitting => true,
        }
    }

    /// Returns when whoever reads has to look again whether he may: when the drain begins or, while it is
    /// `draining`, when nothing more is to be read.
    pub(super) async fn read_enough(&self, draining: bool) {
        if !draining {
            return self.reached(Phase::Draining).await;
        }
        tokio::select! {
            () = self.reached(Phase::Quitting) => {}
            () = sleep_until(self.reading_ends()) => {}
        }
    }

    /// The present phase.
    pub(super) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }
}
