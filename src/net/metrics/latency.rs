//! How long frames take from one end to the other.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::exposition::{Kind, Text};

/// Frames by the time from their last byte in to their last byte out.
#[derive(Debug, Default)]
pub(super) struct Histogram {
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

    pub(super) fn observe(&self, frames: u64, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        let bucket = Self::BOUNDS_MICROS.iter().position(|&(bound, _)| micros <= bound);
        bucket.map_or(&self.above, |bucket| &self.buckets[bucket]).fetch_add(frames, Relaxed);
        self.sum_micros.fetch_add(micros.saturating_mul(frames), Relaxed);
    }

    pub(super) fn expose(&self, text: &mut Text) {
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
