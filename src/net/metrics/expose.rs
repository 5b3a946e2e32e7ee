//! Counters as text for Prometheus, family by family.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;

use super::exposition::{Kind, Text};
use super::{Closed, Metrics, lock};
use crate::detect::Context;
use crate::engine::Reason;
use crate::span::TypeCode;
use crate::stats::Counts;

impl Metrics {
    /// The text format of Prometheus, version 0.0.4.
    pub(in crate::net) fn expose(&self) -> String {
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
