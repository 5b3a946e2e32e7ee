//! What is to be known of a run besides its figures.
#![allow(dead_code, reason = "each bench is a crate of its own and takes its part of this")]

use std::fs;
use std::process::Command;

use super::schema::Machine;

/// This machine, as far as it tells.
pub(crate) fn this() -> Machine {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    Machine { cpu: cpu(), cores, system: said("uname", &["-sr"]), compiler: said("rustc", &["-V"]) }
}

/// The first CPU's name, and its model, which virtual machines leave out of the name.
fn cpu() -> String {
    let facts = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let fact = |name: &str| {
        let line = facts.lines().find(|line| line.split('\t').next() == Some(name))?;
        Some(line.split_once(": ")?.1.trim())
    };
    match (fact("model name"), fact("cpu family"), fact("model"), fact("stepping")) {
        (Some(name), Some(family), Some(model), Some(stepping)) => {
            format!("{name} (family {family}, model {model}, stepping {stepping})")
        }
        (Some(name), ..) => name.to_owned(),
        _ => std::env::consts::ARCH.to_owned(),
    }
}

/// A folder's name for a CPU: its words and numbers without what all of them say.
pub(crate) fn slug(cpu: &str) -> String {
    let cpu = cpu.to_lowercase().replace("(r)", " ").replace("(tm)", " ");
    let words = cpu.split(|letter: char| !letter.is_ascii_alphanumeric());
    const SAID_BY_ALL: [&str; 6] = ["", "cpu", "processor", "family", "model", "stepping"];
    words.filter(|word| !SAID_BY_ALL.contains(word)).collect::<Vec<_>>().join("-")
}

/// The commit in short, with `-dirty` behind it if something is not as committed that could change
/// a figure.
pub(crate) fn commit() -> String {
    let commit = said("git", &["rev-parse", "--short", "HEAD"]);
    let changed = ["status", "--porcelain", "--", ".", ":!benches/record", ":!*.md"];
    let changed = output("git", &changed).is_none_or(|list| !list.is_empty());
    if changed { commit + "-dirty" } else { commit }
}

/// Today in UTC.
pub(crate) fn date() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// The first line that a program writes; `unknown` if it does not run.
fn said(program: &str, arguments: &[&str]) -> String {
    let text = output(program, arguments);
    text.as_deref().and_then(|text| text.lines().next()).unwrap_or("unknown").to_owned()
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
