//! `lognym detect [FILE...]`: one JSON object for each finding, never its value.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::ops::ControlFlow::{Break, Continue};

use anyhow::Context;
use lognym::detect::operator::Operator;
use lognym::detect::{Columns, Finding};
use lognym::frame::Frame;
use lognym::secret;
use lognym::stream::{self, Meter, Stop};
use memchr::{memchr_iter, memrchr};
use serde::Serialize;

use super::args::DetectArgs;
use super::exit::{Exit, Failure};
use super::message::note;
use super::settings;

pub(crate) fn run(args: &DetectArgs) -> Result<Exit, Failure> {
    // Raw lines will be in memory.
    secret::no_core_dumps();
    let engine = settings::keyless(&args.detector)?;
    let options = settings::options(&args.input, None, false);
    let sources = settings::sources(&args.input);
    let stop = Stop::new()?;
    stop.on_signals()?;

    let names: Vec<_> = sources.iter().map(|source| source.name()).collect();
    let mut report = Report::new(BufWriter::new(io::stdout().lock()), &names, engine.operator());
    let mut scratch = engine.scratch();
    let mut written = Ok(());
    let (mut input, mut columns) = (None, Columns::default());
    stream::frames(&sources, &options, &stop, &Meter::default(), &mut |number, frame| {
        let is_first = input.replace(number) != Some(number);
        if is_first {
            columns = Columns::default();
        }
        written = match frame {
            Frame::Lines(block) => {
                let block = block.as_bytes();
                if is_first {
                    columns = engine.columns(block);
                }
                report.block(number, block, engine.detect_rows(&columns, block, &mut scratch))
            }
            Frame::Oversize { .. } => {
                report.unsearched(number, "is over --max-line");
                Ok(())
            }
            Frame::Interrupted { .. } => {
                report.unsearched(number, "was cut short by the signal");
                Ok(())
            }
        };
        if written.is_ok() { Continue(()) } else { Break(()) }
    })?;
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            return Err(error)
                .context("cannot write the output")
                .map_err(|error| Failure::new(Exit::Io, error));
        }
        _ => {}
    }
    Ok(if args.fail && report.is_suspicious { Exit::Found } else { Exit::Ok })
}

/// The line as it is written; the order of the fields is the format's.
#[derive(Serialize)]
struct Record<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'r str>,
    line: u64,
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: &'r str,
    rule: &'r str,
    context: &'r str,
}

/// Turns places in blocks into places in lines, and writes them.
struct Report<'n, W> {
    output: W,
    names: &'n [String],
    operator: Option<&'n Operator>,
    number: usize,
    /// The number of the next line.
    line: u64,
    /// Whether there was a finding, or a line that could not be searched.
    is_suspicious: bool,
}

impl<'n, W: Write> Report<'n, W> {
    fn new(output: W, names: &'n [String], operator: Option<&'n Operator>) -> Self {
        Self { output, names, operator, number: 0, line: 1, is_suspicious: false }
    }

    /// Reports the findings, which come in order, in the next block of a source.
    fn block(&mut self, number: usize, block: &[u8], findings: &[Finding]) -> io::Result<()> {
        self.enter(number);
        let mut counted = 0;
        for finding in findings {
            let span = finding.span;
            self.is_suspicious = true;
            self.line += memchr_iter(b'\n', &block[counted..span.start]).count() as u64;
            counted = span.start;
            let line_start = memrchr(b'\n', &block[..span.start]).map_or(0, |at| at + 1);
            let named = self.operator.zip(finding.by).map(|(all, rule)| all.treatment(rule));
            let (kind, rule, context) = match named {
                Some(rule) => (rule.code, rule.kind, &*rule.id),
                None => (finding.kind(), finding.rule(), finding.context()),
            };
            let record = Record {
                file: (self.names.len() > 1).then(|| &*self.names[number]),
                line: self.line,
                start: span.start - line_start,
                end: span.end - line_start,
                kind: kind.as_str(),
                rule,
                context,
            };
            serde_json::to_writer(&mut self.output, &record)?;
            self.output.write_all(b"\n")?;
        }
        self.line += memchr_iter(b'\n', &block[counted..]).count() as u64;
        // Nobody is to wait for the next block to see the findings of this one.
        self.output.flush()
    }

    /// Takes note of a line that nobody has searched.
    fn unsearched(&mut self, number: usize, why: &str) {
        self.enter(number);
        self.is_suspicious = true;
        let (name, line) = (&self.names[number], self.line);
        note(format_args!("{name}: line {line} {why} and was not searched"));
        self.line += 1;
    }

    fn enter(&mut self, number: usize) {
        if self.number != number {
            (self.number, self.line) = (number, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use lognym::detect::Context;
    use lognym::span::Span;

    use super::*;

    fn tel(start: usize, end: usize) -> Finding {
        Finding::new(Span::new(start, end), Context::Sip)
    }

    #[test]
    fn the_form_is_the_documented_one() {
        let names = ["standard input".to_owned()];
        let mut report = Report::new(Vec::new(), &names, None);
        let block = b"INVITE sip:callee+493023125000\n";
        report.block(0, block, &[tel(17, 30)]).unwrap();
        assert_eq!(
            String::from_utf8(report.output).unwrap(),
            "{\"line\":1,\"start\":17,\"end\":30,\"type\":\"tel\",\"rule\":\"phone\",\"context\":\"sip\"}\n"
        );
    }

    #[test]
    fn lines_are_counted_over_blocks_and_begin_anew_in_each_file() {
        let names = ["a".to_owned(), "b".to_owned()];
        let mut report = Report::new(Vec::new(), &names, None);
        report.block(0, b"\nxx\nyy\n", &[tel(1, 2), tel(2, 3), tel(5, 6)]).unwrap();
        report.unsearched(0, "is too long");
        report.block(0, b"no end", &[tel(0, 2)]).unwrap();
        report.block(1, b"\nz", &[tel(1, 2)]).unwrap();
        let places: Vec<_> = String::from_utf8(report.output)
            .unwrap()
            .lines()
            .map(|line| {
                let record: serde_json::Value = serde_json::from_str(line).unwrap();
                let number = |name| record[name].as_u64().unwrap();
                (record["file"].as_str().unwrap().to_owned(), number("line"), number("start"))
            })
            .collect();
        let expected = [("a", 2, 0), ("a", 2, 1), ("a", 3, 1), ("a", 5, 0), ("b", 2, 0)];
        assert_eq!(places, expected.map(|(file, line, start)| (file.to_owned(), line, start)));
    }
}
