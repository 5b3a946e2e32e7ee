//! `lognym rules test FILE`: where rules match in a log.

use std::io::{self, BufWriter, ErrorKind, Write};

use anyhow::Context;
use lognym::detect::operator::{Hit, Operator, Scratch};

use super::super::args::TestArgs;
use super::super::exit::{Exit, Failure};
use super::super::settings;
use super::compiled;

/// Bytes of context on either side.
const CONTEXT: usize = 24;

pub(super) fn run(args: &TestArgs) -> Result<Exit, Failure> {
    let config = |fault| Failure::new(Exit::Config, anyhow::Error::from(fault));
    let mut book = settings::book(&args.detector)?;
    if let Some(id) = &args.rule {
        book = book.only(id);
    }
    let Some(operator) = compiled(&book, &args.detector).map_err(config)? else {
        let error = anyhow::anyhow!("there is no such rule; name a file by --rules or a --pack");
        return Err(Failure::new(Exit::Config, error));
    };
    let text = std::fs::read(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))
        .map_err(|error| Failure::new(Exit::Io, error))?;
    match report(&operator, &text, args.values, &mut BufWriter::new(io::stdout().lock())) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Io,
            anyhow::Error::from(error).context("cannot write the output"),
        )),
        _ => Ok(Exit::Ok),
    }
}

/// `LINE:COLUMN<TAB>RULE<TAB>context [type, n bytes] context`; other matches of the line are hidden,
/// too, unless values are asked for.
fn report(operator: &Operator, text: &[u8], values: bool, out: &mut impl Write) -> io::Result<()> {
    let mut scratch = Scratch::default();
    for (number, line) in (1..).zip(text.split(|&b| b == b'\n')) {
        let hits = operator.hits(line, &mut scratch).to_vec();
        for hit in &hits {
            let treatment = &operator.treatments()[usize::from(hit.rule)];
            write!(out, "{number}:{}\t{}\t", hit.span.start + 1, treatment.id)?;
            let from = hit.span.start.saturating_sub(CONTEXT);
            let to = line.len().min(hit.span.end + CONTEXT);
            out.write_all(&shown(line, &hits, from..hit.span.start, values))?;
            if values {
                write!(out, "«{}»", String::from_utf8_lossy(&line[hit.span.start..hit.span.end]))?;
            } else {
                write!(out, "[{}, {} bytes]", treatment.code.as_str(), hit.span.len())?;
            }
            out.write_all(&shown(line, &hits, hit.span.end..to, values))?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}

/// The bytes of `range`, matches in it as `.` unless they may be seen, control characters as blanks.
fn shown(line: &[u8], hits: &[Hit], range: std::ops::Range<usize>, values: bool) -> Vec<u8> {
    let hidden =
        |at: usize| !values && hits.iter().any(|hit| hit.span.start <= at && at < hit.span.end);
    let byte = |at: usize| match line[at] {
        _ if hidden(at) => b'.',
        byte if byte.is_ascii_control() => b' ',
        byte => byte,
    };
    range.map(byte).collect()
}
