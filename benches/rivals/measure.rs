//! The measuring: programs in turns, so that a change in the machine's speed meets all of them, and
//! the fastest round counts.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs::Program;

/// Whoever has had this much on a corpus sits out the rounds that are left: some take minutes.
const BUDGET: Duration = Duration::from_secs(15);

/// Runs `run` on each of `programs` in turns, at most `rounds` times; returns the fastest times.
pub(crate) fn in_turns(
    rounds: u32,
    programs: &[Program],
    run: impl Fn(&Program) -> Duration,
) -> Vec<Duration> {
    let mut spent = vec![(Duration::ZERO, Duration::MAX); programs.len()];
    for _ in 0..rounds {
        for (program, (sum, best)) in programs.iter().zip(&mut spent) {
            if *sum < BUDGET {
                let time = run(program);
                *sum += time;
                *best = (*best).min(time);
            }
        }
    }
    spent.into_iter().map(|(_, best)| best).collect()
}

/// From the start of `program` to its end on the file `log`; what it writes is thrown away.
pub(crate) fn on_file(program: &Program, log: &Path) -> Duration {
    let mut command = program.on_file(log);
    command.stdout(Stdio::null());
    let start = Instant::now();
    ended(started(&mut command));
    start.elapsed()
}

/// `cat LOG | middle | cat > /dev/null`, from the start of the first to the end of the last.
pub(crate) fn between_cats(middle: &Program, log: &Path) -> Duration {
    let mut first = Command::new("cat");
    first.arg(log).stdin(Stdio::null()).stdout(Stdio::piped());
    let start = Instant::now();
    let mut children = vec![started(&mut first)];
    for (mut command, output) in
        [(middle.command(), Stdio::piped()), (Command::new("cat"), Stdio::null())]
    {
        let input = children.last_mut().and_then(|child| child.stdout.take());
        command.stdin(input.expect("it writes to a pipe")).stdout(output);
        children.push(started(&mut command));
    }
    children.into_iter().for_each(ended);
    start.elapsed()
}

/// How many lines of `log` come out changed. Panics unless as many lines come out as go in.
pub(crate) fn changed_lines(program: &Program, log: &Path) -> u64 {
    let mut command = program.on_file(log);
    let mut child = started(command.stdout(Stdio::piped()));
    let mut output = BufReader::new(child.stdout.take().expect("it writes to a pipe"));
    let mut input = BufReader::new(File::open(log).expect("the corpus was written before"));
    let (mut before, mut after, mut changed) = (Vec::new(), Vec::new(), 0);
    loop {
        before.clear();
        after.clear();
        let ends = [
            input.read_until(b'\n', &mut before).expect("the corpus can be read"),
            output.read_until(b'\n', &mut after).expect("the output can be read"),
        ];
        match ends {
            [0, 0] => break,
            [0, _] | [_, 0] => panic!("{}: the number of lines changed", program.name),
            _ => changed += u64::from(before != after),
        }
    }
    ended(child);
    changed
}

/// From writing a line to having read what became of it, for each of `lines`.
pub(crate) fn line_waits<'l>(
    program: &Program,
    lines: impl Iterator<Item = &'l [u8]>,
) -> Vec<Duration> {
    let mut command = program.command();
    let mut child = started(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let mut input = child.stdin.take().expect("it reads from a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("it writes to a pipe"));
    let mut answer = Vec::new();
    let waits = lines.map(|line| {
        answer.clear();
        let start = Instant::now();
        input.write_all(line).expect("it reads on");
        output.read_until(b'\n', &mut answer).expect("it answers");
        let wait = start.elapsed();
        assert!(answer.ends_with(b"\n"), "{}: a line got no answer", program.name);
        wait
    });
    let waits = waits.collect();
    drop(input);
    ended(child);
    waits
}

/// From the start of the program to its end, with one line to filter.
pub(crate) fn start_wait(program: &Program, line: &[u8]) -> Duration {
    let mut command = program.command();
    let start = Instant::now();
    let mut child = started(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    child.stdin.take().expect("it reads from a pipe").write_all(line).expect("it reads");
    let mut answer = Vec::new();
    let mut output = child.stdout.take().expect("it writes to a pipe");
    output.read_to_end(&mut answer).expect("it answers");
    ended(child);
    assert!(answer.ends_with(b"\n"), "{}: the line got no answer", program.name);
    start.elapsed()
}

fn started(command: &mut Command) -> Child {
    command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}

fn ended(mut child: Child) {
    let status = child.wait().expect("it ends");
    // Ripgrep ends with 1 when there was nothing to replace.
    assert!(matches!(status.code(), Some(0 | 1)), "a program ended with {status}");
}
