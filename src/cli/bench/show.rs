//! The figures of a bench as a table for people or as JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use lognym::stats::Counts;
use serde::Serialize;

use super::measure::{Measured, STAGES};
use crate::cli::units::{grouped, human_bytes};

/// What the figures mean, below the tables.
pub(super) fn legend(rounds: u32) -> String {
    format!(
        "In memory, one thread, nothing read or written; fastest of {rounds} rounds, each stage by \
         itself.\n`whole` is the flow as the filter runs it; `share` and `ns/kB` are of the first \
         kernel.\n"
    )
}

/// One table; the first of `results` is the kernel that was asked for.
pub(super) fn table(name: &str, results: &[Measured]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_table(&mut out, name, results);
    out
}

fn write_table(out: &mut String, name: &str, results: &[Measured]) -> std::fmt::Result {
    let Some(first) = results.first() else { return Ok(()) };
    let counts = &first.counts;
    let size = human_bytes(counts.bytes_in as f64);
    writeln!(out, "{name}\n  {size}, {} lines\n", grouped(counts.lines))?;
    write!(out, "  {:<12} {:>12} {:>7} {:>8}", "", first.isa.name(), "share", "ns/kB")?;
    for other in &results[1..] {
        write!(out, " {:>12}", other.isa.name())?;
    }
    writeln!(out)?;
    let sum: Duration = first.stages.iter().sum();
    for (index, stage) in STAGES.iter().enumerate() {
        let share = 100.0 * first.stages[index].as_secs_f64() / sum.as_secs_f64().max(1e-9);
        let times = results.iter().map(|result| result.stages[index]);
        write_row(out, stage, &format!("{share:.0} %"), counts.bytes_in, times)?;
    }
    write_row(out, "whole", "", counts.bytes_in, results.iter().map(|result| result.whole))?;
    let medians = results.iter().map(|result| result.whole_median);
    write_row(out, "  median", "", counts.bytes_in, medians)?;
    write_hits(out, first)
}

fn write_row(
    out: &mut String,
    label: &str,
    share: &str,
    bytes: u64,
    mut times: impl Iterator<Item = Duration>,
) -> std::fmt::Result {
    let speed = |time| format!("{}/s", human_bytes(rate(bytes, time)));
    let first = times.next().unwrap_or_default();
    let per_kb = per(first, bytes) * 1000.0;
    write!(out, "  {label:<12} {:>12} {share:>7} {per_kb:>8.0}", speed(first))?;
    for other in times {
        write!(out, " {:>12}", speed(other))?;
    }
    writeln!(out)
}

fn write_hits(out: &mut String, result: &Measured) -> std::fmt::Result {
    let Measured { counts, candidates, stages, .. } = result;
    let findings = counts.by_type.iter().sum();
    let judge = per(stages[2], *candidates);
    writeln!(out, "\n  {:>12} candidates, {judge:.0} ns each to judge", grouped(*candidates))?;
    write!(out, "  {:>12} findings", grouped(findings))?;
    for (kind, &count) in Counts::TYPES.iter().zip(&counts.by_type).filter(|(_, count)| **count > 0)
    {
        write!(out, ", {} {}", grouped(count), kind.as_str())?;
    }
    if findings > 0 {
        write!(out, ", {:.0} ns each to replace", per(stages[3], findings))?;
    }
    writeln!(out, "\n")
}

/// The JSON form; names are a contract, units stand in them.
#[derive(Serialize)]
struct Figures<'m> {
    name: &'m str,
    bytes: u64,
    lines: u64,
    candidates: u64,
    findings_by_type: BTreeMap<String, u64>,
    kernels: Vec<KernelFigures>,
}

#[derive(Serialize)]
struct KernelFigures {
    kernel: &'static str,
    bytes_per_second: f64,
    bytes_per_second_median: f64,
    ns_per_candidate: f64,
    ns_per_finding: f64,
    stages: Vec<StageFigures>,
}

#[derive(Serialize)]
struct StageFigures {
    stage: &'static str,
    bytes_per_second: f64,
    ns_per_byte: f64,
}

/// One line of JSON.
pub(super) fn json(name: &str, results: &[Measured]) -> String {
    let Some(first) = results.first() else { return String::new() };
    let types = Counts::TYPES.iter().map(|kind| kind.as_str().to_owned());
    let figures = Figures {
        name,
        bytes: first.counts.bytes_in,
        lines: first.counts.lines,
        candidates: first.candidates,
        findings_by_type: types.zip(first.counts.by_type).collect(),
        kernels: results.iter().map(KernelFigures::of).collect(),
    };
    // Text keys and finite numbers only: nothing that JSON could not hold.
    serde_json::to_string(&figures).map(|json| json + "\n").unwrap_or_default()
}

impl KernelFigures {
    fn of(result: &Measured) -> Self {
        let bytes = result.counts.bytes_in;
        let stage = |(&stage, &time): (&&'static str, &Duration)| StageFigures {
            stage,
            bytes_per_second: rate(bytes, time),
            ns_per_byte: per(time, bytes),
        };
        Self {
            kernel: result.isa.name(),
            bytes_per_second: rate(bytes, result.whole),
            bytes_per_second_median: rate(bytes, result.whole_median),
            ns_per_candidate: per(result.stages[2], result.candidates),
            ns_per_finding: per(result.stages[3], result.counts.by_type.iter().sum()),
            stages: STAGES.iter().zip(&result.stages).map(stage).collect(),
        }
    }
}

/// Bytes a second; a stage that took no measurable time counts as a nanosecond.
fn rate(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64().max(1e-9)
}

/// Nanoseconds for each of `count`; 0 when there is none.
fn per(time: Duration, count: u64) -> f64 {
    if count == 0 { 0.0 } else { time.as_secs_f64() * 1e9 / count as f64 }
}

#[cfg(test)]
mod tests {
    use lognym::scan::Isa;

    use super::*;

    fn result(isa: Isa, factor: u32) -> Measured {
        let counts =
            Counts { bytes_in: 1_000_000, lines: 5000, by_type: [10, 0], ..Counts::default() };
        let stages = [100, 200, 300, 400].map(|us| Duration::from_micros(us) * factor);
        let (whole, whole_median) = (Duration::from_millis(1), Duration::from_millis(2));
        Measured { isa, counts, candidates: 3000, stages, whole, whole_median }
    }

    #[test]
    fn the_table_is_aligned() {
        let text = table("some.log", &[result(Isa::Avx2, 1), result(Isa::Scalar, 10)]);
        let expected = "\
some.log
  1.00 MB, 5,000 lines

                       avx2   share    ns/kB       scalar
  scan            10.0 GB/s    10 %      100    1.00 GB/s
  candidates      5.00 GB/s    20 %      200     500 MB/s
  detect          3.33 GB/s    30 %      300     333 MB/s
  pseudonymise    2.50 GB/s    40 %      400     250 MB/s
  whole           1.00 GB/s             1000    1.00 GB/s
    median         500 MB/s             2000     500 MB/s

         3,000 candidates, 100 ns each to judge
            10 findings, 10 tel, 40000 ns each to replace

";
        assert_eq!(text, expected);
    }

    #[test]
    fn json_has_stable_names_and_finite_numbers() {
        let json = json("some.log", &[result(Isa::Scalar, 1)]);
        let figures: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&figures["bytes"], &figures["candidates"]), (&1_000_000.into(), &3000.into()));
        let kernel = &figures["kernels"][0];
        assert_eq!(
            (&kernel["kernel"], &kernel["bytes_per_second"]),
            (&"scalar".into(), &1e9.into())
        );
        assert_eq!(kernel["stages"][0]["stage"], "scan");
        assert_eq!(kernel["stages"][0]["ns_per_byte"], 0.1);

        let empty = Measured { counts: Counts::default(), candidates: 0, ..result(Isa::Scalar, 0) };
        assert!(!super::json("none", &[empty]).contains("null"));
    }
}
