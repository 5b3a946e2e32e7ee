//! `lognym man TOPIC`: chapters of the manual.

use clap::ValueEnum;
use lognym::manual;

use super::exit::{Exit, Failure};
use super::message::print;

/// A chapter of the manual.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Topic {
    /// What a pseudonym protects from, and what not
    Threats,
    /// What each right of a data subject means in logs, and the command for it
    Rights,
    /// How long keys and logs are kept
    Retention,
    /// Template for the record of processing and the technical and organisational measures
    Record,
    /// Usual demands of the field, and the answers
    Statements,
}

/// Prints a chapter.
pub(crate) fn show(topic: Topic) -> Result<Exit, Failure> {
    let text = match topic {
        Topic::Threats => manual::THREATS,
        Topic::Rights => manual::RIGHTS,
        Topic::Retention => manual::RETENTION,
        Topic::Record => manual::RECORD,
        Topic::Statements => manual::STATEMENTS,
    };
    print(text.as_bytes())
}
