//! What the sidecar counts, and how Prometheus reads it.
//!
//! Atomics that whoever does the work adds to; nothing is computed before somebody asks. Labels
//! hold names of this program only (types, rules, reasons, numbers of pairs), never a value, a
//! token or anything of a peer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::exposition::{Kind, Text};
use crate::detect::Context;
use crate::engine::Reason;
use crate::span::TypeCode;
use crate::stats::Counts;

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

    /// The text format of Prometheus, version 0.0.4.
    pub(super) fn expose(&self) -> String {
        let mut text = Text::default();
        text.single(
            "lognym_build_info",
            Kind::Gauge,
            "Version of lognym.",
            &[("version", env!("CARGO_PKG_VERSION"))],
            1,
        );
        text.plain(
            "lognym_uptime_seconds",
            Kind::Gauge,
            "Time since the start.",
            self.started.elapsed().as_secs_f64(),
        );
        self.expose_flow(&mut text);
        self.expose_engine(&mut text);
        self.expose_connections(&mut text);
        self.expose_keys(&mut text);
        text.finish()
    }

    fn expose_flow(&self, text: &mut Text) {
        for (name, help, counter) in [
            ("lognym_received_bytes_total", "Bytes read.", &self.bytes_received),
            ("lognym_sent_bytes_total", "Bytes written to forward sides.", &self.bytes_sent),
            ("lognym_received_frames_total", "Frames read.", &self.frames_received),
            ("lognym_sent_frames_total", "Frames written to forward sides.", &self.frames_sent),
            (
                "lognym_undelivered_frames_total",
                "Frames read and given up.",
                &self.frames_undelivered,
            ),
            ("lognym_undelivered_bytes_total", "Bytes read and given up.", &self.bytes_undelivered),
            (
                "lognym_replayed_frames_total",
                "Frames written again after a reset.",
                &self.frames_replayed,
            ),
        ] {
            text.plain(name, Kind::Counter, help, counter.load(Relaxed));
        }
        text.family("lognym_withheld_frames_total", Kind::Counter, "Frames replaced by a marker.");
        for (reason, count) in Reason::ALL.iter().zip(&self.withheld) {
            text.sample("", &[("reason", reason.as_str())], count.load(Relaxed));
        }
        text.family(
            "lognym_queue_bytes",
            Kind::Gauge,
            "Bytes that wait for the forward side, with their bookkeeping.",
        );
        for (number, pair) in (1..).zip(&self.pairs) {
            text.sample("", &[("pair", &number.to_string())], pair.queued());
        }
        text.family(
            "lognym_forward_connected",
            Kind::Gauge,
            "1 while the forward side is connected.",
        );
        for (number, pair) in (1..).zip(&self.pairs) {
            text.sample("", &[("pair", &number.to_string())], pair.connected.load(Relaxed));
        }
        self.latency.expose(text);
    }

    fn expose_engine(&self, text: &mut Text) {
        let (counts, busy) = {
            let engine = lock(&self.engine);
            (engine.counts.clone(), engine.busy)
        };
        text.plain("lognym_lines_total", Kind::Counter, "Lines searched.", counts.lines);
        text.plain(
            "lognym_changed_lines_total",
            Kind::Counter,
            "Lines with a finding.",
            counts.lines_changed,
        );
        text.plain(
            "lognym_core_seconds_total",
            Kind::Counter,
            "Time inside the engine.",
            busy.as_secs_f64(),
        );
        text.plain(
            "lognym_dropped_lines_total",
            Kind::Counter,
            "Lines that a rule left out.",
            counts.lines_dropped,
        );
        text.family("lognym_findings_total", Kind::Counter, "Findings by type.");
        let mut by_type: BTreeMap<TypeCode, u64> =
            Counts::TYPES.into_iter().zip(counts.by_type).collect();
        for (rule, count) in counts.by_rule.iter() {
            *by_type.entry(rule.code).or_default() += count;
        }
        for (kind, count) in by_type {
            text.sample("", &[("type", kind.as_str())], count);
        }
        text.family("lognym_rule_findings_total", Kind::Counter, "Findings by rule and context.");
        for (context, count) in Context::ALL.iter().zip(counts.by_context) {
            let rule = if context.kind() == TypeCode::TEL { "phone" } else { "name" };
            text.sample("", &[("rule", rule), ("context", context.as_str())], count);
        }
        for (rule, count) in counts.by_rule.iter() {
            text.sample("", &[("rule", &rule.id), ("context", "rule")], count);
        }
        text.plain(
            "lognym_tokens_seen_total",
            Kind::Counter,
            "Tokens on input.",
            counts.tokens_seen,
        );
        text.plain(
            "lognym_tokens_foreign_total",
            Kind::Counter,
            "Tokens on input that carry another key id.",
            counts.tokens_foreign,
        );
    }

    fn expose_connections(&self, text: &mut Text) {
        text.plain(
            "lognym_connections",
            Kind::Gauge,
            "Open connections.",
            self.connections.load(Relaxed),
        );
        text.plain(
            "lognym_connections_total",
            Kind::Counter,
            "Connections accepted.",
            self.connections_accepted.load(Relaxed),
        );
        text.family(
            "lognym_connections_closed_total",
            Kind::Counter,
            "Connections ended, by cause.",
        );
        for ((_, cause), count) in Closed::ALL.iter().zip(&self.closed) {
            text.sample("", &[("cause", cause)], count.load(Relaxed));
        }
        for (name, help, counter) in [
            ("lognym_accept_errors_total", "Failures to accept a connection.", &self.accept_errors),
            (
                "lognym_forward_connects_total",
                "Connections made to forward sides.",
                &self.forward_connects,
            ),
            (
                "lognym_forward_errors_total",
                "Failures to connect or to write.",
                &self.forward_errors,
            ),
        ] {
            text.plain(name, Kind::Counter, help, counter.load(Relaxed));
        }
    }

    fn expose_keys(&self, text: &mut Text) {
        text.plain(
            "lognym_reloads_total",
            Kind::Counter,
            "Reloads done.",
            self.reloads.load(Relaxed),
        );
        text.plain(
            "lognym_reload_errors_total",
            Kind::Counter,
            "Reloads refused; what was in force stayed.",
            self.reload_errors.load(Relaxed),
        );
        text.plain(
            "lognym_draining",
            Kind::Gauge,
            "1 while stopping.",
            self.draining.load(Relaxed),
        );
        let Some(epoch) = lock(&self.epoch).clone() else { return };
        text.single(
            "lognym_key_epoch_info",
            Kind::Gauge,
            "The key epoch in force.",
            &[("epoch", &epoch.id)],
            1,
        );
        if let Some(ends) = epoch.ends {
            text.plain(
                "lognym_key_epoch_end_timestamp_seconds",
                Kind::Gauge,
                "When the key epoch in force ends.",
                ends,
            );
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Counters are valid after any panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Frames by the time from their last byte in to their last byte out.
#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; Histogram::BOUNDS_MICROS.len()],
    /// Frames above all bounds.
    above: AtomicU64,
    sum_micros: AtomicU64,
}

impl Histogram {
    /// Upper bounds of the buckets with their label.
    const BOUNDS_MICROS: [(u64, &str); 12] = [
        (50, "0.00005"),
        (100, "0.0001"),
        (250, "0.00025"),
        (500, "0.0005"),
        (1_000, "0.001"),
        (2_500, "0.0025"),
        (5_000, "0.005"),
        (10_000, "0.01"),
        (50_000, "0.05"),
        (250_000, "0.25"),
        (1_000_000, "1"),
        (10_000_000, "10"),
    ];

    fn observe(&self, frames: u64, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        let bucket = Self::BOUNDS_MICROS.iter().position(|&(bound, _)| micros <= bound);
        bucket.map_or(&self.above, |bucket| &self.buckets[bucket]).fetch_add(frames, Relaxed);
        self.sum_micros.fetch_add(micros.saturating_mul(frames), Relaxed);
    }

    fn expose(&self, text: &mut Text) {
        text.family(
            "lognym_frame_latency_seconds",
            Kind::Histogram,
            "From the last byte of a frame in to its last byte out.",
        );
        let mut sum = 0;
        for ((_, label), count) in Self::BOUNDS_MICROS.iter().zip(&self.buckets) {
            sum += count.load(Relaxed);
            text.sample("_bucket", &[("le", label)], sum);
        }
        sum += self.above.load(Relaxed);
        text.sample("_bucket", &[("le", "+Inf")], sum);
        text.sample("_sum", &[], self.sum_micros.load(Relaxed) as f64 / 1e6);
        text.sample("_count", &[], sum);
    }
}
