//! The counts of `benches/record/instructions.json`: under which circumstances they may be compared, and
//! how far a count may go over them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use gungraun::{Callgrind, EventKind, LibraryBenchmarkConfig};
use lognym::scan::{Isa, Kernel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::machine;

/// A count may be this many times the one of the record.
const MOST: f64 = 1.03;

/// What the counts hang on, and the counts by `stage/density`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    compiler: String,
    target: String,
    kernel: String,
    commit: String,
    date: String,
    command: String,
    instructions: BTreeMap<String, u64>,
}

/// The widest kernel that valgrind knows the instructions of.
pub(crate) fn kernel() -> Kernel {
    let known = [Isa::Avx2, Isa::Ssse3, Isa::Neon, Isa::Scalar];
    known.into_iter().find_map(Kernel::new).expect("the scalar kernel runs everywhere")
}

/// How this build and machine differ from those of the record, if they do.
pub(crate) fn not_comparable() -> Option<String> {
    let Some(baseline) = baseline() else { return Some("there is no record".to_owned()) };
    let here = [machine::this().compiler, target(), kernel().isa().name().to_owned()];
    let there = [baseline.compiler, baseline.target, baseline.kernel];
    let mut differences = there.iter().zip(&here).filter(|(there, here)| there != here);
    differences.next().map(|(there, here)| format!("which is of {there}, and this is {here}"))
}

/// With a limit for `id` if there is one that may be compared.
pub(crate) fn guarded(id: &str) -> LibraryBenchmarkConfig {
    // Caches are not simulated: that takes time and counts nothing more.
    let mut callgrind = Callgrind::with_args(["--cache-sim=no"]);
    let recorded = baseline().filter(|_| not_comparable().is_none());
    if let Some(&count) = recorded.as_ref().and_then(|baseline| baseline.instructions.get(id)) {
        callgrind.hard_limits([(EventKind::Ir, (count as f64 * MOST) as u64)]);
    }
    LibraryBenchmarkConfig::default().tool(callgrind).clone()
}

/// The counts in what the runner writes as JSON, one object a bench.
pub(crate) fn read(output: &[u8]) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    for summary in serde_json::Deserializer::from_slice(output).into_iter::<Value>() {
        let summary = summary.context("reading what gungraun-runner says")?;
        let text = |name: &str| summary[name].as_str().unwrap_or_default().to_owned();
        let metrics = &summary["profiles"][0]["data"]["total"]["metrics"];
        let count = metrics["Ir"]["values"]["new"].as_u64();
        let count = count.context("a summary without a count of instructions")?;
        counts.insert(format!("{}/{}", text("function_name"), text("id")), count);
    }
    Ok(counts)
}

/// Writes the record.
pub(crate) fn keep(instructions: BTreeMap<String, u64>) -> Result<()> {
    let record = Baseline {
        compiler: machine::this().compiler,
        target: target(),
        kernel: kernel().isa().name().to_owned(),
        commit: machine::commit(),
        date: machine::date(),
        command: "cargo bench --bench instructions -- --record".to_owned(),
        instructions,
    };
    let text = serde_json::to_string_pretty(&record).context("writing the record as JSON")?;
    std::fs::write(path(), text + "\n").context("writing the record")
}

/// Panics if there is a record that cannot be read: it would guard nothing.
fn baseline() -> Option<Baseline> {
    let text = std::fs::read(path()).ok()?;
    Some(serde_json::from_slice(&text).expect("benches/record/instructions.json is a record"))
}

fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/record/instructions.json")
}
