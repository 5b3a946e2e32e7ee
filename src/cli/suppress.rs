//! `lognym suppress`: who is to get a constant instead of a token.

use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Subcommand};
use lognym::pseudonym::suppress::List;
use lognym::pseudonym::{Domain, Keys};
use lognym::rights;
use lognym::secret;
use lognym::stats::Counts;

use super::exit::{Exit, Failure};
use super::options::SubjectArgs;
use super::record::Record;
use super::{message, settings};

/// What follows `lognym suppress`.
#[derive(Debug, Args)]
pub(crate) struct SuppressCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put people on the list; it is made if there is none
    ///
    /// The list holds marks under a key of its own, no identities, and serves all domains and epochs.
    /// Keep it like a ring. Running filters read it again on SIGHUP.
    Add(ChangeArgs),
    /// Take people off the list
    ///
    /// Exits with 1 if nobody of them was on it.
    Remove(ChangeArgs),
    /// Show the marks on the list, when they came, and their cases
    List(ListArgs),
}

#[derive(Debug, Args)]
struct ChangeArgs {
    /// The list
    #[arg(long, value_name = "PATH", env = "LOGNYM_SUPPRESS")]
    suppress: PathBuf,
    #[command(flatten)]
    subject: SubjectArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// The list
    #[arg(long, value_name = "PATH", env = "LOGNYM_SUPPRESS")]
    suppress: PathBuf,
}

/// Runs the verb that was asked for.
pub(crate) fn run(command: &SuppressCommand) -> Result<Exit, Failure> {
    secret::no_core_dumps();
    match &command.verb {
        Verb::Add(args) => {
            let case = args.subject.record.case.as_ref().map(|case| case.id().to_owned());
            let now = SystemTime::now();
            make_if_missing(args)?;
            change(args, "suppress add", "added", |list, mark| list.add(mark, now, case.as_deref()))
        }
        Verb::Remove(args) => change(args, "suppress remove", "removed", List::remove),
        Verb::List(args) => show(args),
    }
}

fn make_if_missing(args: &ChangeArgs) -> Result<(), Failure> {
    match args.suppress.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(List::fresh()?.create(&args.suppress)?)
        }
        _ => Ok(()),
    }
}

/// Does `each` with the list and the mark of every subject, and tells how many times it took effect.
fn change(
    args: &ChangeArgs,
    action: &'static str,
    done: &str,
    each: impl Fn(&mut List, &str) -> bool,
) -> Result<Exit, Failure> {
    let mut record = Record::open(&args.subject.record, action)?;
    let signer = signer(args)?;
    let subjects = super::rights::subjects(&args.subject.from)?;
    let engine = settings::keyless(&args.subject.detector)?;
    let outcome = List::update(&args.suppress, |list| {
        let marks = rights::marks(&engine, list.keys(&Counts::TYPES), &subjects)?;
        Ok(marks.iter().filter(|mark| each(list, mark)).count())
    });
    let outcome = outcome.map_err(Failure::from).and_then(|changed: Result<_, Failure>| changed);
    record.entry.counts.insert("subjects", subjects.len() as u64);
    record.entry.counts.insert("changed", outcome.as_ref().map_or(0, |&count| count as u64));
    let outcome = outcome.and_then(|count| {
        message::print(format!("{count} {done}\n").as_bytes())?;
        Ok(if count == 0 && done == "removed" { Exit::Found } else { Exit::Ok })
    });
    match signer {
        Some(keys) => record.finish(&keys, outcome),
        None => outcome,
    }
}

/// An entry is sealed by a key of the ring; without a log no ring is needed.
fn signer(args: &ChangeArgs) -> Result<Option<Keys>, Failure> {
    if args.subject.record.audit.is_none() {
        return Ok(None);
    }
    let ring = settings::ring(&args.subject.ring)?;
    settings::signer(&ring, &Domain::default()).map(Some)
}

fn show(args: &ListArgs) -> Result<Exit, Failure> {
    let list = List::open(&args.suppress, Default::default())?;
    let text: String = list
        .subjects()
        .iter()
        .map(|subject| {
            let case = subject.case.as_deref().unwrap_or("-");
            format!("{}\t{}\t{case}\n", subject.mark, subject.added)
        })
        .collect();
    message::print(text.as_bytes())
}
