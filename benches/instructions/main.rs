//! Instructions of the engine's stages under callgrind: `instructions/<stage>/<density>`, on 64 KiB of
//! each corpus. Time differs from run to run and instructions do not, so that these counts can be
//! guarded: more than 3 % over those of `benches/record/instructions.json` fail.
//!
//! ```text
//! cargo bench --bench instructions                counts and compares
//! cargo bench --bench instructions -- --record    makes the record anew
//! ```
//!
//! Needs valgrind, and gungraun-runner in the version of `Cargo.lock`; without them it is skipped and
//! says so. Counts hang on compiler, architecture and kernel: if one of them is not that of the record, they are
//! shown and not compared.

mod baseline;
#[path = "../common/mod.rs"]
mod common;
mod counted;
#[path = "../record/machine.rs"]
mod machine;
#[path = "../record/schema.rs"]
mod schema;

use std::process::Command;

use anyhow::{Result, ensure};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // How the runner calls back: the outer process has made sure of everything.
    if arguments.first().is_some_and(|first| first == "--gungraun-run") {
        counted::run();
        return Ok(());
    }
    if let Some(reason) = missing() {
        eprintln!("instructions: skipped, {reason}");
        return Ok(());
    }
    if arguments.iter().any(|argument| argument == "--record") {
        return record();
    }
    if let Some(reason) = baseline::not_comparable() {
        eprintln!("instructions: shown and not compared with the record, {reason}");
    }
    counted::run();
    Ok(())
}

/// What the counting needs and this machine lacks.
fn missing() -> Option<String> {
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let wanted = runner_version();
    if said("valgrind").is_none() {
        return Some("valgrind is not installed".to_owned());
    }
    let advice = format!("cargo install gungraun-runner --version {wanted}");
    match said("gungraun-runner") {
        None => Some(format!("there is no gungraun-runner: {advice}")),
        Some(found) if !found.ends_with(wanted) => {
            Some(format!("it wants another gungraun-runner than {found}: {advice}"))
        }
        Some(_) => None,
    }
}

/// The runner and the library must be of one version.
fn runner_version() -> &'static str {
    let lock = include_str!("../../Cargo.lock");
    let entry = lock.split_once("name = \"gungraun\"\nversion = \"").map_or("", |(_, rest)| rest);
    entry.split('"').next().unwrap_or_default()
}

/// Counts without comparing, and keeps the counts.
fn record() -> Result<()> {
    let this = std::env::current_exe()?;
    let output = Command::new(this).args(["--bench", "--output-format=json"]).output()?;
    let counts = baseline::read(&output.stdout)?;
    ensure!(!counts.is_empty(), "nothing was counted: {}", String::from_utf8_lossy(&output.stderr));
    baseline::keep(counts)
}
