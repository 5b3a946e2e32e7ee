//! `lognym lookup`, `find`, `extract`, `erase`: requests of the people in the logs.

pub(crate) mod erase;
pub(crate) mod extract;
pub(crate) mod find;
pub(crate) mod lookup;

use std::fs;
use std::io::{self, BufWriter, ErrorKind, StdoutLock};
use std::path::{Path, PathBuf};

use anyhow::Context;
use lognym::pseudonym::Keys;
use lognym::rights::{self, Identifier, Input, Located, RightsError, TokenSet};
use lognym::secret;
use zeroize::Zeroizing;

use super::exit::{Exit, Failure};
use super::message::note;
use super::options::SubjectArgs;
use super::record::Record;
use super::settings;

pub(crate) use erase::EraseArgs;
pub(crate) use extract::ExtractArgs;
pub(crate) use find::FindArgs;
pub(crate) use lookup::LookupArgs;

/// A request: whom it is about, and the record of it.
struct Request {
    located: Vec<Located>,
    record: Record,
    /// What seals the record, if it goes anywhere.
    keys: Option<Keys>,
}

impl Request {
    /// Reads the identifiers and finds their tokens.
    fn read(args: &SubjectArgs, action: &'static str) -> Result<Self, Failure> {
        secret::no_core_dumps();
        let mut record = Record::open(&args.record, action)?;
        let subjects = subjects(&args.from)?;
        let is_all_tokens = subjects.iter().all(|subject| subject.given().is_some());
        let ring = if is_all_tokens && args.record.audit.is_none() {
            None
        } else {
            Some(settings::ring(&args.ring)?)
        };
        let engine = settings::keyless(&args.detector)?;
        let located = rights::locate(&engine, ring.as_ref(), &args.domain, &subjects)?;
        let mut keys = None;
        if let Some(ring) = &ring {
            record.entry.domains = ring.domains(&args.domain)?;
            keys = record.entry.domains.first().map(|domain| settings::signer(ring, domain));
        }
        record.tokens(located.iter().map(|found| found.token.clone()));
        let mut request = Self { located, record, keys: keys.transpose()? };
        request.count("subjects", subjects.len() as u64);
        request.count("tokens", request.located.len() as u64);
        Ok(request)
    }

    fn tokens(&self) -> TokenSet {
        TokenSet::new(self.located.iter().map(|found| found.token.as_str()))
    }

    /// Notes a figure for the record.
    fn count(&mut self, what: &'static str, count: u64) {
        self.record.entry.counts.insert(what, count);
    }

    /// Ends a search.
    fn finish_search(mut self, outcome: Result<Found, Failure>) -> Result<Exit, Failure> {
        if let Ok(found) = &outcome {
            self.count("lines", found.lines);
        }
        self.finish(outcome.map(|found| found.exit()))
    }

    /// Ends the request, whatever came of it.
    fn finish(self, outcome: Result<Exit, Failure>) -> Result<Exit, Failure> {
        match &self.keys {
            Some(keys) => self.record.finish(keys, outcome),
            None => outcome,
        }
    }
}

/// What a search came to.
struct Found {
    lines: u64,
    /// Some log could not be read to its end.
    failed: bool,
}

impl Found {
    fn exit(&self) -> Exit {
        match self {
            Found { failed: true, .. } => Exit::Io,
            Found { lines: 0, .. } => Exit::Found,
            Found { .. } => Exit::Ok,
        }
    }
}

/// The identifiers in a file, which are wiped from memory once they are read.
pub(crate) fn subjects(from: &Path) -> Result<Vec<Identifier>, Failure> {
    let text = if from == Path::new("-") {
        io::read_to_string(io::stdin())
    } else {
        fs::read_to_string(from)
    };
    let text = text
        .with_context(|| format!("cannot read identifiers from {}", from.display()))
        .map_err(|error| Failure::new(Exit::Io, error))?;
    Ok(rights::identifiers(&Zeroizing::new(text))?)
}

/// The logs to search: files, all files of folders, `-` or nothing for standard input.
fn logs(operands: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let stdin = Path::new("-");
    if operands.is_empty() {
        return Ok(vec![stdin.to_owned()]);
    }
    let mut logs = Vec::new();
    for operand in operands {
        if operand == stdin {
            logs.push(stdin.to_owned());
        } else {
            logs.extend(rights::files(std::slice::from_ref(operand))?);
        }
    }
    Ok(logs)
}

/// Opens one of [`logs`].
fn open(log: &Path) -> Result<Input, RightsError> {
    if log == Path::new("-") { Input::stdin() } else { Input::open(log) }
}

/// Standard input cannot be both the identifiers and the log.
fn refuse_shared_stdin(subject: &SubjectArgs, logs: &[PathBuf]) -> Result<(), Failure> {
    let stdin = Path::new("-");
    if subject.from == stdin && (logs.is_empty() || logs.iter().any(|log| log == stdin)) {
        let error = anyhow::anyhow!(
            "standard input cannot be both the identifiers and the log; name a file by --from, or logs"
        );
        return Err(Failure::new(Exit::Usage, error));
    }
    Ok(())
}

/// Standard output in large pieces.
fn output() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Ends the output. A reader that has left is no failure.
fn finished(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(RightsError::Write(error).into())
        }
        _ => Ok(()),
    }
}

/// Does `each` with every log; a log that fails is reported, and the others are looked at still. A
/// reader of the output that has left ends it all without an error. Returns whether one failed.
fn for_logs(
    logs: &[PathBuf],
    mut each: impl FnMut(&Path) -> Result<(), RightsError>,
) -> Result<bool, Failure> {
    let mut failed = false;
    for log in logs {
        match each(log) {
            Err(RightsError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error @ RightsError::Write(_)) => return Err(error.into()),
            Err(error) => {
                note(format_args!("{:#}", anyhow::Error::from(error)));
                failed = true;
            }
            Ok(()) => {}
        }
    }
    Ok(failed)
}
