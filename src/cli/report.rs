//! `--stats`: what a run did, for people or for programs, on standard error.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use lognym::detect::Context;
use lognym::span::TypeCode;
use lognym::stats::Counts;
use lognym::stream::Summary;
use serde::Serialize;

use super::args::StatsForm;
use super::units::{grouped, human_bytes};

pub(crate) fn print(summary: &Summary, form: StatsForm) {
    let figures = Figures::of(summary);
    let text = match form {
        StatsForm::Text => figures.to_text(),
        StatsForm::Json => figures.to_json(),
    };
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The JSON form; names are a contract, units stand in them.
#[derive(Debug, Serialize)]
struct Figures {
    bytes_in: u64,
    bytes_out: u64,
    lines_in: u64,
    /// A line never becomes two, and a withheld one leaves its marker; only rules drop lines.
    lines_out: u64,
    lines_changed: u64,
    lines_withheld: u64,
    wall_seconds: f64,
    throughput_bytes_per_second: f64,
    threads: usize,
    core_seconds: Vec<f64>,
    /// Input over the time inside the engine: what one thread would do without any I/O.
    core_bytes_per_second_per_thread: f64,
    /// The same for all threads together.
    core_bytes_per_second_summed: f64,
    findings: u64,
    findings_by_type: BTreeMap<String, u64>,
    findings_by_context: BTreeMap<String, u64>,
    /// Of the operator's rules, by id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    findings_by_rule: BTreeMap<String, u64>,
    lines_dropped: u64,
    identities_distinct_approx: u64,
    tokens_seen: u64,
    tokens_foreign: u64,
}

impl Figures {
    fn of(Summary { counts, wall, core }: &Summary) -> Self {
        let per_thread = rate(counts.bytes_in, core.iter().sum());
        let by_type = Counts::TYPES.iter().map(|code| code.as_str().to_owned());
        let by_context = counts.by_context.iter().enumerate();
        let (mut findings_by_type, findings_by_rule) = by_rule(counts);
        for (kind, count) in by_type.zip(counts.by_type) {
            *findings_by_type.entry(kind).or_default() += count;
        }
        Self {
            bytes_in: counts.bytes_in,
            bytes_out: counts.bytes_out,
            lines_in: counts.lines,
            lines_out: counts.lines - counts.lines_dropped,
            lines_changed: counts.lines_changed,
            lines_withheld: counts.withheld,
            wall_seconds: wall.as_secs_f64(),
            throughput_bytes_per_second: rate(counts.bytes_in, *wall),
            threads: core.len(),
            core_seconds: core.iter().map(Duration::as_secs_f64).collect(),
            core_bytes_per_second_per_thread: per_thread,
            core_bytes_per_second_summed: per_thread * core.len() as f64,
            findings: findings_by_type.values().sum(),
            findings_by_type,
            findings_by_rule,
            lines_dropped: counts.lines_dropped,
            findings_by_context: by_context
                .filter(|&(_, &count)| count > 0)
                .map(|(index, &count)| (context_name(index), count))
                .collect(),
            identities_distinct_approx: counts.identities.estimate(),
            tokens_seen: counts.tokens_seen,
            tokens_foreign: counts.tokens_foreign,
        }
    }

    fn to_json(&self) -> String {
        // Maps with text keys and finite numbers only: nothing that JSON could not hold.
        serde_json::to_string(self).map(|json| json + "\n").unwrap_or_default()
    }

    fn to_text(&self) -> String {
        let mut table = Table(String::new());
        let size = |bytes: u64| human_bytes(bytes as f64);
        let speed = |rate: f64| format!("{}/s", human_bytes(rate));
        table.row("input", &size(self.bytes_in), &format!("{} lines", grouped(self.lines_in)));
        table.row("output", &size(self.bytes_out), &format!("{} lines", grouped(self.lines_out)));
        table.row("time", &format!("{:.3} s", self.wall_seconds), "");
        table.row("throughput", &speed(self.throughput_bytes_per_second), "whole run");
        table.row("", &speed(self.core_bytes_per_second_per_thread), "core, per thread");
        if self.threads > 1 {
            let threads = format!("core, {} threads summed", self.threads);
            table.row("", &speed(self.core_bytes_per_second_summed), &threads);
        }
        table.row("changed", &grouped(self.lines_changed), "lines");
        table.row("withheld", &grouped(self.lines_withheld), "lines");
        table.row("findings", &grouped(self.findings), "");
        for (name, &count) in &self.findings_by_type {
            table.row("  by type", &grouped(count), name);
        }
        for (name, &count) in &self.findings_by_context {
            table.row("  by context", &grouped(count), name);
        }
        for (name, &count) in &self.findings_by_rule {
            table.row("  by rule", &grouped(count), name);
        }
        if self.lines_dropped > 0 {
            table.row("dropped", &grouped(self.lines_dropped), "lines");
        }
        table.row("identities", &grouped(self.identities_distinct_approx), "distinct, approximate");
        let foreign = format!("on input, {} of another key", grouped(self.tokens_foreign));
        table.row("tokens", &grouped(self.tokens_seen), &foreign);
        table.0
    }
}

/// What the operator's rules found, by type and by id.
fn by_rule(counts: &Counts) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let (mut by_type, mut by_rule) = (BTreeMap::new(), BTreeMap::new());
    for (rule, count) in counts.by_rule.iter() {
        *by_type.entry(rule.code.as_str().to_owned()).or_default() += count;
        *by_rule.entry(rule.id.clone()).or_default() += count;
    }
    (by_type, by_rule)
}

/// Bytes a second; 0 when no time has passed.
fn rate(bytes: u64, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { bytes as f64 / time.as_secs_f64() }
}

/// The name of a detection context, with its type where two types share it.
fn context_name(index: usize) -> String {
    Context::ALL.get(index).map_or_else(String::new, |context| {
        let rule = if context.kind() == TypeCode::TEL { "phone" } else { "name" };
        format!("{rule}/{}", context.as_str())
    })
}

/// Rows of a label, a right-aligned value, and what it counts.
struct Table(String);

impl Table {
    fn row(&mut self, label: &str, value: &str, unit: &str) {
        let line = format!("{label:<12} {value:>14}  {unit}");
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{}", line.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let mut counts = Counts {
            bytes_in: 2_000_000,
            bytes_out: 2_100_000,
            lines: 10_617,
            withheld: 1,
            by_type: [12, 3],
            ..Counts::default()
        };
        counts.by_context[2] = 15;
        counts.identities.note(0x1234_5678_9abc_def0);
        let core = vec![Duration::from_millis(400), Duration::from_millis(600)];
        Summary { counts, wall: Duration::from_secs(2), core }
    }

    #[test]
    fn json_has_stable_names_and_finite_numbers() {
        let json: serde_json::Value =
            serde_json::from_str(&Figures::of(&summary()).to_json()).unwrap();
        assert_eq!(json["bytes_in"], 2_000_000);
        assert_eq!(json["lines_out"], 10_617);
        assert_eq!(json["throughput_bytes_per_second"], 1e6);
        assert_eq!(json["core_bytes_per_second_per_thread"], 2e6);
        assert_eq!(json["core_bytes_per_second_summed"], 4e6);
        assert_eq!(json["findings_by_type"], serde_json::json!({"nam": 3, "tel": 12}));
        assert_eq!(json["identities_distinct_approx"], 1);
        let nothing =
            Summary { counts: Counts::default(), wall: Duration::ZERO, core: vec![Duration::ZERO] };
        assert!(Figures::of(&nothing).to_json().contains("\"throughput_bytes_per_second\":0.0"));
    }

    #[test]
    fn text_is_aligned() {
        let text = Figures::of(&summary()).to_text();
        assert!(text.starts_with("input               2.00 MB  10,617 lines\n"), "{text}");
        assert!(text.contains("\nthroughput        1.00 MB/s  whole run\n"), "{text}");
        assert!(text.contains("\n                  4.00 MB/s  core, 2 threads summed\n"), "{text}");
        assert!(text.contains("\n  by type                12  tel\n"), "{text}");
    }
}
