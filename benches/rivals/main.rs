//! lognym beside what else could do the work, on the same generated corpora: the naive rival,
//! ripgrep, perl, sed, and `cat` as the floor. Whole programs, from start to end.
//!
//! ```text
//! cargo bench --bench rivals                         prints the figures
//! cargo bench --bench rivals -- --record             and keeps them in benches/record
//! cargo bench --bench rivals -- --mib 32 --rounds 3  less of everything [128, 5]
//! cargo bench --bench rivals -- --test               each once on little, for its form only
//! ```
//!
//! Programs that are not installed are left out and named. `rivals naive` is the rival as a filter.

#[path = "../common/mod.rs"]
mod common;
mod dialect;
#[path = "../record/machine.rs"]
mod machine;
mod measure;
#[path = "../naive/mod.rs"]
mod naive;
mod programs;
mod report;
#[path = "../record/schema.rs"]
mod schema;

use std::io::{Read, Write, stdin, stdout};
use std::path::Path;

use anyhow::{Context, Result};
use lognym::frame::Limits;

/// What was asked for.
struct Wanted {
    mib: usize,
    rounds: u32,
    /// How many single lines, and how many starts.
    waits: [usize; 2],
    record: bool,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["naive"] => rival(),
        ["--version"] => {
            Ok(writeln!(stdout(), "{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))?)
        }
        _ => match wanted(&arguments)? {
            Some(wanted) => run(&wanted),
            None => Ok(()),
        },
    }
}

/// `None` if the names of other benches were given.
fn wanted(arguments: &[&str]) -> Result<Option<Wanted>> {
    let mut wanted = Wanted { mib: 128, rounds: 5, waits: [2000, 40], record: false };
    let mut arguments = arguments.iter();
    while let Some(&argument) = arguments.next() {
        let mut number = || arguments.next().context("a number is missing");
        match argument {
            "--test" => wanted = Wanted { mib: 0, rounds: 1, waits: [3, 1], record: false },
            "--record" => wanted.record = true,
            "--mib" => wanted.mib = number()?.parse().context("--mib takes a number")?,
            "--rounds" => wanted.rounds = number()?.parse().context("--rounds takes a number")?,
            // Cargo's own.
            "--bench" => {}
            filter if "rivals".contains(filter) => {}
            _ => return Ok(None),
        }
    }
    Ok(Some(wanted))
}

fn run(wanted: &Wanted) -> Result<()> {
    let record = report::measured(wanted)?;
    if wanted.record {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/record");
        let folder = root.join(machine::slug(&record.machine.cpu));
        std::fs::create_dir_all(&folder).context("making the folder of the record")?;
        let path = folder.join("rivals.json");
        let text = serde_json::to_string_pretty(&record).context("writing the record as JSON")?;
        std::fs::write(&path, text + "\n").context("writing the record")?;
        writeln!(stdout(), "kept as {}", path.strip_prefix(&root).unwrap_or(&path).display())?;
    }
    Ok(())
}

/// The rival as a filter: standard input to standard output in blocks of whole lines.
fn rival() -> Result<()> {
    let naive = naive::Naive::new(&[b'Z'; 32]);
    let (mut canonical, mut block, mut clean) = (Vec::new(), Vec::new(), Vec::new());
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    loop {
        let count = input.by_ref().take(Limits::BLOCK_BYTES as u64).read_to_end(&mut block)?;
        let end = match count {
            0 => block.len(),
            _ => memchr::memrchr(b'\n', &block).map_or(0, |at| at + 1),
        };
        clean.clear();
        naive.process(&block[..end], &mut canonical, &mut clean);
        output.write_all(&clean)?;
        block.drain(..end);
        if count == 0 {
            return Ok(());
        }
    }
}
