//! The parts of a record, one after the other, each told as soon as it is known.

use std::hint::black_box;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use lognym::corpus::{self, Corpus, Density};
use serde_json::Value;
use tempfile::TempDir;

use crate::naive::Naive;
use crate::programs::{self, Program};
use crate::schema::{CorpusFacts, Each, FORMAT, Record, Row, Wait};
use crate::{Wanted, common, machine, measure};

/// Enough for each program to have something to find, when only the form matters.
const TEST_BYTES: usize = 64 << 10;
/// Of each corpus, for the count of changed lines: some programs take minutes for the whole.
const CHECKED_BYTES: usize = 4 << 20;

/// Everything, from the generated corpora on.
pub(crate) fn measured(wanted: &Wanted) -> Result<Record> {
    let folder = tempfile::tempdir().context("making a folder for the corpora")?;
    let corpora = Density::ALL
        .map(|density| corpus::generate(density, (wanted.mib << 20).max(TEST_BYTES), common::SEED));
    for (density, corpus) in Density::ALL.iter().zip(&corpora) {
        let log = log(&folder, *density);
        std::fs::write(first(&log), start(&corpus.text)).context("writing a corpus's start")?;
        std::fs::write(log, &corpus.text).context("writing a corpus")?;
    }
    let (on_files, missing) = programs::on_files();
    for name in &missing {
        writeln!(stdout(), "{name}: not installed, left out")?;
    }
    let waiting = [programs::cat(), programs::lognym("lognym", "lognym")];
    Ok(Record {
        format: FORMAT.to_owned(),
        commit: machine::commit(),
        date: machine::date(),
        command: format!(
            "cargo bench --bench rivals -- --mib {} --rounds {} --record",
            wanted.mib, wanted.rounds
        ),
        machine: machine::this(),
        corpora: Density::ALL.iter().zip(&corpora).map(facts).collect(),
        core: core(wanted, &folder)?,
        files: files(wanted, &folder, &on_files)?,
        pipes: pipes(wanted, &folder)?,
        waits: waits(wanted, &waiting, &corpora[1])?,
        missing,
    })
}

fn log(folder: &TempDir, density: Density) -> PathBuf {
    folder.path().join(density.as_str()).with_extension("log")
}

/// Where the part is that changed lines are counted in.
fn first(log: &Path) -> PathBuf {
    log.with_extension("first")
}

/// The whole lines of the first `CHECKED_BYTES`.
fn start(text: &[u8]) -> &[u8] {
    let within = &text[..text.len().min(CHECKED_BYTES)];
    &text[..memchr::memrchr(b'\n', within).map_or(0, |at| at + 1)]
}

fn facts((density, corpus): (&Density, &Corpus)) -> CorpusFacts {
    let [bytes, lines, phones, names] =
        [corpus.text.len(), corpus.lines, corpus.phones, corpus.names].map(|count| count as u64);
    CorpusFacts { name: density.as_str().to_owned(), bytes, lines, phones, names }
}

/// The core in memory: what `lognym bench` says of itself, and the rival on the same bytes.
fn core(wanted: &Wanted, folder: &TempDir) -> Result<Vec<Row>> {
    let rounds = wanted.rounds.to_string();
    let corpora = Density::ALL.map(|density| first(&log(folder, density)));
    let mut command = programs::lognym("", "").command();
    command.args(["bench", "--json", "--rounds", &rounds]).args(&corpora);
    let output = command.output().context("starting lognym bench")?;
    ensure!(output.status.success(), "lognym bench ended with {}", output.status);
    let logs = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let logs = logs.collect::<Result<Vec<_>, _>>().context("reading what lognym bench says")?;
    let [none, one_in_ten, every] = &logs[..] else { anyhow::bail!("three corpora were due") };
    let kernels = none["kernels"].as_array().map_or(0, Vec::len);
    let mut rows = Vec::new();
    for index in 0..kernels {
        let rate = |log: &Value| log["kernels"][index]["bytes_per_second"].as_f64();
        let rates = [none, one_in_ten, every].map(|log| rate(log).unwrap_or_default() / 1e6);
        let kernel = none["kernels"][index]["kernel"].as_str().unwrap_or_default();
        rows.push(row(&format!("lognym, {kernel}"), "lognym bench --json LOG", rates));
    }
    let rates = naive_core(wanted.rounds, &corpora)?;
    rows.push(row("naive rival", "its function on the same blocks", rates));
    tell("core", &rows)?;
    Ok(rows)
}

/// The rival in memory, in MB/s. A first round, which fills the caches, does not count.
fn naive_core(rounds: u32, corpora: &[PathBuf; 3]) -> Result<[f64; 3]> {
    let naive = Naive::new(&[b'Z'; 32]);
    let (mut canonical, mut clean) = (Vec::new(), Vec::new());
    let mut rates = [0.0; 3];
    for (rate, corpus) in rates.iter_mut().zip(corpora) {
        let text = std::fs::read(corpus).context("reading a corpus")?;
        let mut round = || {
            let start = Instant::now();
            for block in common::blocks(&text) {
                clean.clear();
                naive.process(black_box(block), &mut canonical, &mut clean);
                black_box(&clean);
            }
            start.elapsed()
        };
        round();
        let best = (0..rounds).map(|_| round()).min().unwrap_or(Duration::MAX);
        *rate = megabytes(text.len() as u64, best);
    }
    Ok(rates)
}

fn row(name: &str, command: &str, rates: [f64; 3]) -> Row {
    Row {
        name: name.to_owned(),
        command: command.to_owned(),
        version: String::new(),
        does: String::new(),
        mb_per_s: Each::from_array(rates.map(rounded)),
        changed_lines: None,
    }
}

/// Each program on each corpus as a file.
fn files(wanted: &Wanted, folder: &TempDir, programs: &[Program]) -> Result<Vec<Row>> {
    let changed: Vec<_> = programs
        .iter()
        .map(|program| {
            Density::ALL
                .map(|density| measure::changed_lines(program, &first(&log(folder, density))))
        })
        .collect();
    let rates = rates(wanted, folder, programs, measure::on_file)?;
    let rows = programs.iter().zip(rates).zip(changed).map(|((program, rates), changed)| Row {
        version: program.version.clone(),
        does: program.does.to_owned(),
        changed_lines: Some(Each::from_array(changed)),
        ..row(program.name, program.shown, rates)
    });
    let rows: Vec<Row> = rows.collect();
    tell("file to /dev/null", &rows)?;
    Ok(rows)
}

/// lognym between two `cat`, and a third one in its place.
fn pipes(wanted: &Wanted, folder: &TempDir) -> Result<Vec<Row>> {
    let middles = [programs::cat(), programs::lognym("lognym", "lognym")];
    let shown = ["cat LOG | cat | cat", "cat LOG | lognym | cat"];
    let rates = rates(wanted, folder, &middles, measure::between_cats)?;
    let rows = middles.iter().zip(shown).zip(rates);
    let rows: Vec<Row> = rows.map(|((p, shown), rates)| row(p.name, shown, rates)).collect();
    tell("between pipes", &rows)?;
    Ok(rows)
}

/// What each program makes of each corpus, in MB/s.
fn rates(
    wanted: &Wanted,
    folder: &TempDir,
    programs: &[Program],
    run: impl Fn(&Program, &Path) -> Duration,
) -> Result<Vec<[f64; 3]>> {
    let mut rates = vec![[0.0; 3]; programs.len()];
    for (at, density) in Density::ALL.into_iter().enumerate() {
        let log = log(folder, density);
        let bytes = size(&log)?;
        let times = measure::in_turns(wanted.rounds, programs, |program| run(program, &log));
        for (rates, time) in rates.iter_mut().zip(times) {
            rates[at] = megabytes(bytes, time);
        }
    }
    Ok(rates)
}

/// A line in to a line out while the program runs, and from start to end with one line.
fn waits(wanted: &Wanted, programs: &[Program], corpus: &Corpus) -> Result<Vec<Wait>> {
    /// Grow the memory and fill the caches.
    const FIRST_LINES: usize = 100;
    let [lines, starts] = wanted.waits;
    let mut waits = Vec::new();
    for program in programs {
        let text = corpus.text.split_inclusive(|&byte| byte == b'\n');
        let of_lines = measure::line_waits(program, text.take(FIRST_LINES + lines));
        waits.push(wait(program, "line", of_lines[FIRST_LINES..].to_vec()));
        let one = corpus.text.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
        let of_starts = (0..starts).map(|_| measure::start_wait(program, one)).collect();
        waits.push(wait(program, "start", of_starts));
    }
    for Wait { name, of, median_us, most_us, .. } in &waits {
        writeln!(stdout(), "{name}, {of}: {median_us} us at the median, {most_us} at most")?;
    }
    Ok(waits)
}

fn wait(program: &Program, of: &str, mut waits: Vec<Duration>) -> Wait {
    waits.sort_unstable();
    let at = |part: f64| {
        let index = (waits.len().saturating_sub(1)) as f64 * part;
        waits.get(index as usize).map_or(0.0, |wait| rounded(wait.as_secs_f64() * 1e6))
    };
    let (median_us, most_us) = (at(0.5), at(0.99));
    let (name, of) = (program.name.to_owned(), of.to_owned());
    Wait { name, of, samples: waits.len(), median_us, most_us }
}

fn tell(title: &str, rows: &[Row]) -> Result<()> {
    writeln!(stdout(), "\n{title:<30} {:>10} {:>10} {:>10}  MB/s", "none", "one-in-ten", "every")?;
    for Row { name, mb_per_s, .. } in rows {
        write!(stdout(), "  {name:<28}")?;
        for rate in mb_per_s.to_array() {
            write!(stdout(), " {rate:>10}")?;
        }
        writeln!(stdout())?;
    }
    Ok(())
}

fn size(log: &Path) -> Result<u64> {
    Ok(std::fs::metadata(log).context("looking at a corpus")?.len())
}

fn megabytes(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64().max(1e-9)
}

/// To four figures: more would only make noise in a diff.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}
