//! What the sidecar counts, and how Prometheus reads it.
//!
//! Atomics that whoever does the work adds to; nothing is computed before somebody asks. Labels
//! hold names of this program only (types, rules, reasons, numbers of pairs), never a value, a
//! token or anything of a peer.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::engine::Reason;
use crate::stats::Counts;

mod expose;
mod exposition;
mod latency;

use latency::Histogram;

/// All counters of a running sidecar.
#[derive(Debug)]
pub(super) struct Metrics {
    pub(super) bytes_received: AtomicU64,
    pub(super) bytes_sent: AtomicU64,
    pub(super) frames_received: AtomicU64,
    pub(super) frames_sent: AtomicU64,
    pub(super) frames_undelivered: AtomicU64,
    pub(super) bytes_undelivered: AtomicU64,
    pub(super) frames_replayed: AtomicU64,
    pub(super) withheld: [AtomicU64; Reason::ALL.len()],
    pub(super) connections: AtomicI64,
    pub(super) connections_accepted: AtomicU64,
    pub(super) closed: [AtomicU64; Closed::ALL.len()],
    pub(super) accept_errors: AtomicU64,
    pub(super) forward_connects: AtomicU64,
    pub(super) forward_errors: AtomicU64,
    pub(super) reloads: AtomicU64,
    pub(super) reload_errors: AtomicU64,
    pub(super) draining: AtomicI64,
    pub(super) pairs: Vec<PairMetrics>,
    epoch: Mutex<Option<Epoch>>,
    engine: Mutex<Engine>,
    latency: Histogram,
    started: Instant,
}

/// What is known of one pair.
#[derive(Debug)]
pub(super) struct PairMetrics {
    /// Bytes that its queue may take yet.
    pub(super) room: Arc<Semaphore>,
    /// Bytes that it may take in all.
    pub(super) capacity: usize,
    /// 1 while the forward side is connected.
    pub(super) connected: AtomicI64,
}

impl PairMetrics {
    fn new(capacity: usize) -> Self {
        let capacity = capacity.min(Semaphore::MAX_PERMITS);
        let room = Arc::new(Semaphore::new(capacity));
        Self { room, capacity, connected: AtomicI64::default() }
    }

    fn queued(&self) -> usize {
        self.capacity - self.room.available_permits().min(self.capacity)
    }
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// The peer closed it.
    End,
    /// It broke.
    Error,
    /// Nothing came for too long, or a frame took too long.
    Timeout,
    /// The TLS handshake failed or took too long.
    Handshake,
    /// What it sends cannot be searched.
    Encoding,
    /// The sidecar stops.
    Drain,
}

impl Closed {
    const ALL: [(Closed, &str); 6] = [
        (Closed::End, "end"),
        (Closed::Error, "error"),
        (Closed::Timeout, "timeout"),
        (Closed::Handshake, "handshake"),
        (Closed::Encoding, "encoding"),
        (Closed::Drain, "drain"),
    ];

    pub(super) fn as_str(self) -> &'static str {
        Closed::ALL[self as usize].1
    }
}

/// The key epoch in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Epoch {
    pub(super) id: String,
    /// Seconds since 1970; nothing for keys without an end.
    pub(super) ends: Option<u64>,
}

/// What the engine did, all workers together.
#[derive(Debug, Default)]
struct Engine {
    counts: Counts,
    busy: Duration,
}

impl Metrics {
    /// Counters for so many pairs, each with a queue of `capacity` bytes.
    pub(super) fn new(pairs: usize, capacity: usize) -> Self {
        Self {
            bytes_received: AtomicU64::default(),
            bytes_sent: AtomicU64::default(),
            frames_received: AtomicU64::default(),
            frames_sent: AtomicU64::default(),
            frames_undelivered: AtomicU64::default(),
            bytes_undelivered: AtomicU64::default(),
            frames_replayed: AtomicU64::default(),
            withheld: Default::default(),
            connections: AtomicI64::default(),
            connections_accepted: AtomicU64::default(),
            closed: Default::default(),
            accept_errors: AtomicU64::default(),
            forward_connects: AtomicU64::default(),
            forward_errors: AtomicU64::default(),
            reloads: AtomicU64::default(),
            reload_errors: AtomicU64::default(),
            draining: AtomicI64::default(),
            pairs: (0..pairs).map(|_| PairMetrics::new(capacity)).collect(),
            epoch: Mutex::default(),
            engine: Mutex::default(),
            latency: Histogram::default(),
            started: Instant::now(),
        }
    }

    /// Notes what the engine did.
    pub(super) fn worked(&self, counts: &Counts, busy: Duration) {
        let mut engine = lock(&self.engine);
        engine.counts.add(counts);
        engine.busy += busy;
    }

    /// What the engine did so far.
    pub(super) fn counts(&self) -> Counts {
        lock(&self.engine).counts.clone()
    }

    /// Notes that `frames` frames were written `latency` after they had come in.
    pub(super) fn sent(&self, frames: u64, latency: Duration) {
        self.frames_sent.fetch_add(frames, Relaxed);
        self.latency.observe(frames, latency);
    }

    /// Notes what is lost for good.
    pub(super) fn undelivered(&self, frames: u64, bytes: u64) {
        self.frames_undelivered.fetch_add(frames, Relaxed);
        self.bytes_undelivered.fetch_add(bytes, Relaxed);
    }

    pub(super) fn closed(&self, why: Closed) {
        self.closed[why as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn set_epoch(&self, epoch: Option<Epoch>) {
        *lock(&self.epoch) = epoch;
    }

    /// What keeps the sidecar from doing its work, if anything does.
    pub(super) fn not_ready(&self) -> Option<&'static str> {
        if self.draining.load(Relaxed) != 0 {
            Some("draining")
        } else if lock(&self.epoch).is_none() {
            Some("no key epoch is in force")
        } else if self.pairs.iter().any(|pair| pair.connected.load(Relaxed) == 0) {
            Some("a forward side is not connected")
        } else {
            None
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Counters are valid after any panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
