//! `lognym detect [FILE...]`: one JSON object for each finding, never its value.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::ops::ControlFlow::{Break, Continue};

use anyhow::Context;
use lognym::detect::operator::Operator;
use lognym::detect::{Columns, Finding, Rejected};
use lognym::engine::{Engine, Scratch};
use lognym::frame::Frame;
use lognym::rules::evidence::{Evidence, Weights};
use lognym::secret;
use lognym::span::{Span, TypeCode};
use lognym::stream::{self, Meter, Stop};
use memchr::{memchr_iter, memrchr};
use serde::{Serialize, Serializer};

use super::args::DetectArgs;
use super::exit::{Exit, Failure};
use super::message::note;
use super::settings;

pub(crate) fn run(args: &DetectArgs) -> Result<Exit, Failure> {
    // Raw lines will be in memory.
    secret::no_core_dumps();
    let engine = settings::keyless(&args.detector)?;
    let options = settings::options(&args.input, None, false, None);
    let sources = settings::sources(&args.input);
    let stop = Stop::new()?;
    stop.on_signals()?;

    let names: Vec<_> = sources.iter().map(|source| source.name()).collect();
    let output = BufWriter::new(io::stdout().lock());
    let mut report = Report { operator: engine.operator(), ..Report::new(output, &names) };
    report.weights = args.explain.then(|| engine.weights());
    let mut search = Search::new(&engine, args.rejected);
    let mut written = Ok(());
    stream::frames(&sources, &options, &stop, &Meter::default(), &mut |number, frame| {
        written = match frame {
            Frame::Lines(block) => {
                let scratch = search.block(number, block.as_bytes());
                report.block(number, block.as_bytes(), scratch.findings(), scratch.rejected())
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

/// An engine on its way through the inputs.
struct Search<'e> {
    engine: &'e Engine,
    scratch: Scratch,
    /// The number of the input, and what its header says.
    input: Option<usize>,
    columns: Columns,
}

impl<'e> Search<'e> {
    fn new(engine: &'e Engine, rejected: bool) -> Self {
        let mut scratch = engine.scratch();
        if rejected {
            scratch.keep_rejected();
        }
        Self { engine, scratch, input: None, columns: Columns::default() }
    }

    /// Searches the next block of the input with this number.
    fn block(&mut self, number: usize, block: &[u8]) -> &Scratch {
        if self.input.replace(number) != Some(number) {
            self.columns = self.engine.columns(block);
        }
        self.engine.detect_rows(&self.columns, block, &mut self.scratch);
        &self.scratch
    }
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
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    why: Option<Why<'r>>,
}

/// The evidence as `--explain` shows it.
#[derive(Serialize)]
struct Why<'r> {
    found: bool,
    score: i16,
    enough: i16,
    evidence: Clues<'r>,
}

/// Clues as an object from their names to their weights, in the order of their numbers.
struct Clues<'r>(&'r Weights, Evidence);

impl Serialize for Clues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.1.iter().map(|clue| (clue.as_str(), self.0.of(clue))))
    }
}

impl<'r> Why<'r> {
    fn new(weights: &'r Weights, evidence: Evidence, found: bool) -> Self {
        let (score, enough) = (weights.sum(evidence), weights.enough());
        Self { found, score, enough, evidence: Clues(weights, evidence) }
    }
}

/// Turns places in blocks into places in lines, and writes them.
struct Report<'n, W> {
    output: W,
    names: &'n [String],
    /// The operator's rules, by which findings are named.
    operator: Option<&'n Operator>,
    /// What evidence counts, if it is to be shown.
    weights: Option<&'n Weights>,
    number: usize,
    /// The number of the next line.
    line: u64,
    /// Whether there was a finding, or a line that could not be searched.
    is_suspicious: bool,
}

/// What is shown of a place in a block.
struct Shown<'s> {
    span: Span,
    kind: TypeCode,
    rule: &'s str,
    context: &'s str,
    evidence: Evidence,
    found: bool,
}

impl<'s> Shown<'s> {
    fn found(finding: &Finding, operator: Option<&'s Operator>) -> Self {
        let named = operator.zip(finding.by).map(|(all, rule)| all.treatment(rule));
        let (kind, rule, context) = match named {
            Some(rule) => (rule.code, rule.kind, &*rule.id),
            None => (finding.kind(), finding.rule(), finding.context()),
        };
        let &Finding { span, evidence, .. } = finding;
        Self { span, kind, rule, context, evidence, found: true }
    }
}

impl From<&Rejected> for Shown<'static> {
    fn from(rejected: &Rejected) -> Self {
        let &Rejected { span, evidence } = rejected;
        let (kind, rule, context) = (TypeCode::TEL, "phone", "rejected");
        Self { span, kind, rule, context, evidence, found: false }
    }
}

impl<'n, W: Write> Report<'n, W> {
    fn new(output: W, names: &'n [String]) -> Self {
        let (operator, weights) = (None, None);
        Self { output, names, operator, weights, number: 0, line: 1, is_suspicious: false }
    }

    /// Reports the findings and the rejected numbers in the next block of a source; both come in
    /// order.
    fn block(
        &mut self,
        number: usize,
        block: &[u8],
        findings: &[Finding],
        rejected: &[Rejected],
    ) -> io::Result<()> {
        self.enter(number);
        self.is_suspicious |= !findings.is_empty();
        let mut rejected = rejected.iter().peekable();
        let mut counted = 0;
        for finding in findings {
            while let Some(number) =
                rejected.next_if(|number| number.span.start < finding.span.start)
            {
                self.show(block, &mut counted, &number.into())?;
            }
            self.show(block, &mut counted, &Shown::found(finding, self.operator))?;
        }
        for number in rejected {
            self.show(block, &mut counted, &number.into())?;
        }
        self.line += memchr_iter(b'\n', &block[counted..]).count() as u64;
        // Nobody is to wait for the next block to see the findings of this one.
        self.output.flush()
    }

    /// Writes one record; `counted` is how far the lines of the block are counted.
    fn show(&mut self, block: &[u8], counted: &mut usize, shown: &Shown) -> io::Result<()> {
        let span = shown.span;
        self.line += memchr_iter(b'\n', &block[*counted..span.start]).count() as u64;
        *counted = span.start;
        let line_start = memrchr(b'\n', &block[..span.start]).map_or(0, |at| at + 1);
        let weights = self.weights.filter(|_| !shown.evidence.is_empty());
        let record = Record {
            file: (self.names.len() > 1).then(|| &*self.names[self.number]),
            line: self.line,
            start: span.start - line_start,
            end: span.end - line_start,
            kind: shown.kind.as_str(),
            rule: shown.rule,
            context: shown.context,
            why: weights.map(|weights| Why::new(weights, shown.evidence, shown.found)),
        };
        serde_json::to_writer(&mut self.output, &record)?;
        self.output.write_all(b"\n")
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

    use super::*;

    fn tel(start: usize, end: usize) -> Finding {
        Finding::new(Span::new(start, end), Context::Sip)
    }

    #[test]
    fn the_form_is_the_documented_one() {
        let names = ["standard input".to_owned()];
        let mut report = Report::new(Vec::new(), &names);
        let block = b"INVITE sip:callee+493023125000\n";
        report.block(0, block, &[tel(17, 30)], &[]).unwrap();
        assert_eq!(
            String::from_utf8(report.output).unwrap(),
            "{\"line\":1,\"start\":17,\"end\":30,\"type\":\"tel\",\"rule\":\"phone\",\"context\":\"sip\"}\n"
        );
    }

    #[test]
    fn lines_are_counted_over_blocks_and_begin_anew_in_each_file() {
        let names = ["a".to_owned(), "b".to_owned()];
        let mut report = Report::new(Vec::new(), &names);
        let rejected = [Rejected { span: Span::new(4, 5), evidence: Evidence::NONE }];
        report.block(0, b"\nxx\nyy\n", &[tel(1, 2), tel(2, 3), tel(5, 6)], &rejected).unwrap();
        report.unsearched(0, "is too long");
        report.block(0, b"no end", &[tel(0, 2)], &[]).unwrap();
        report.block(1, b"\nz", &[tel(1, 2)], &[]).unwrap();
        let places: Vec<_> = String::from_utf8(report.output)
            .unwrap()
            .lines()
            .map(|line| {
                let record: serde_json::Value = serde_json::from_str(line).unwrap();
                let number = |name| record[name].as_u64().unwrap();
                (record["file"].as_str().unwrap().to_owned(), number("line"), number("start"))
            })
            .collect();
        let expected =
            [("a", 2, 0), ("a", 2, 1), ("a", 3, 0), ("a", 3, 1), ("a", 5, 0), ("b", 2, 0)];
        assert_eq!(places, expected.map(|(file, line, start)| (file.to_owned(), line, start)));
    }
}
