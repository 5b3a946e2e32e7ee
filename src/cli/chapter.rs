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
    /// How to write, try and ship rules of your own
    Rules,
}

/// Prints a chapter.
pub(crate) fn show(topic: Topic) -> Result<Exit, Failure> {
    let text = match topic {
        Topic::Threats => manual::THREATS,
        Topic::Rights => manual::RIGHTS,
        Topic::Retention => manual::RETENTION,
        Topic::Record => manual::RECORD,
        Topic::Statements => manual::STATEMENTS,
        Topic::Rules => manual::RULES,
    };
    print(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    const CHAPTERS: [&str; 6] = [
        manual::THREATS,
        manual::RIGHTS,
        manual::RETENTION,
        manual::RECORD,
        manual::STATEMENTS,
        manual::RULES,
    ];

    /// Every command line that a chapter shows is one.
    #[test]
    fn what_is_shown_can_be_typed() {
        let blocks = CHAPTERS.iter().flat_map(|text| text.split("```").skip(1).step_by(2));
        let lines = blocks.flat_map(str::lines);
        let shown: Vec<&str> = lines.filter(|line| line.starts_with("lognym ")).collect();
        assert_eq!(shown.len(), 9, "{shown:?}");
        for line in shown {
            let line = line.split(['#', '>']).next().unwrap_or_default();
            let parsed = Cli::command().try_get_matches_from(line.split_whitespace());
            assert!(parsed.is_ok(), "{line}: {parsed:?}");
        }
    }

    /// The output is pseudonymous; where the other word stands, it is denied.
    #[test]
    fn nothing_is_called_anonymous() {
        for line in CHAPTERS.iter().flat_map(|text| text.lines()) {
            let denied = ["Nothing here makes", "not what this is"];
            let claims = line.to_lowercase().contains("anonym");
            assert!(!claims || denied.iter().any(|denial| line.contains(denial)), "{line}");
        }
    }
}
