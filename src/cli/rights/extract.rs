//! `lognym extract`: a person's lines for that person.

use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use lognym::rights::{self, Extract, Form, Input, Lines, RightsError};

use super::super::exit::{Exit, Failure};
use super::super::options::SubjectArgs;
use super::{Request, finished, for_logs, output, refuse_shared_stdin};

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    subject: SubjectArgs,
    /// Filtered logs and folders of such; `-` is standard input [default: standard input]
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Format of the output
    #[arg(long, value_enum, env = "LOGNYM_FORMAT", default_value_t = FormatName::Jsonl)]
    format: FormatName,
    /// Leave the tokens of other people in the lines
    #[arg(long, env = "LOGNYM_KEEP_OTHERS", value_parser = FalseyValueParser::new())]
    keep_others: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    Csv,
    Jsonl,
}

pub(crate) fn run(args: &ExtractArgs) -> Result<Exit, Failure> {
    refuse_shared_stdin(&args.subject, &args.logs)?;
    let mut request = Request::read(&args.subject, "extract")?;
    let outcome = extract(args, &request);
    if let Ok((lines, _)) = &outcome {
        request.record.entry.counts.insert("lines", *lines);
    }
    let outcome = outcome.map(|(lines, failed)| match (lines, failed) {
        (_, true) => Exit::Io,
        (0, _) => Exit::Found,
        _ => Exit::Ok,
    });
    request.finish(outcome)
}

/// How many lines were written, and whether a log could not be read to its end.
fn extract(args: &ExtractArgs, request: &Request) -> Result<(u64, bool), Failure> {
    let stdin = Path::new("-");
    let logs = match &args.logs[..] {
        [] => vec![stdin.to_owned()],
        [only] if only == stdin => vec![stdin.to_owned()],
        logs => rights::files(logs)?,
    };
    let form = match args.format {
        FormatName::Csv => Form::Csv,
        FormatName::Jsonl => Form::Jsonl,
    };
    let tokens = request.tokens();
    let own = (!args.keep_others).then_some(&tokens);
    let mut extract = Extract::new(output(), form, own).map_err(RightsError::Write)?;
    let mut lines = 0;
    let failed = for_logs(&logs, |log| {
        let input = if log == stdin { Input::stdin()? } else { Input::open(log)? };
        let name = input.name().to_owned();
        rights::find(input, &tokens, Lines::Numbered, &mut |hit| {
            lines += 1;
            extract.write(&name, hit).map_err(RightsError::Write).map(|()| true)
        })
        .map(drop)
    })?;
    finished(extract.finish())?;
    Ok((lines, failed))
}
