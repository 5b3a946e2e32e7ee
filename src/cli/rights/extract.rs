//! `lognym extract`: a person's lines for that person.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use lognym::rights::{self, Extract, Form, Lines, RightsError, TokenSet};

use super::super::exit::{Exit, Failure};
use super::super::options::SubjectArgs;
use super::{Found, Request, finished, for_logs, logs, open, output, refuse_shared_stdin};

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
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
    let request = Request::read(&args.subject, "extract")?;
    let outcome = extract(args, &request.tokens());
    request.finish_search(outcome)
}

fn extract(args: &ExtractArgs, tokens: &TokenSet) -> Result<Found, Failure> {
    let logs = logs(&args.logs)?;
    let form = match args.format {
        FormatName::Csv => Form::Csv,
        FormatName::Jsonl => Form::Jsonl,
    };
    let own = (!args.keep_others).then_some(tokens);
    let mut extract = Extract::new(output(), form, own).map_err(RightsError::Write)?;
    let mut lines = 0;
    let failed = for_logs(&logs, |log| {
        let input = open(log)?;
        let name = input.name().to_owned();
        rights::find(input, tokens, Lines::Numbered, &mut |hit| {
            lines += 1;
            extract.write(&name, hit).map_err(RightsError::Write).map(|()| true)
        })
        .map(drop)
    })?;
    finished(extract.finish())?;
    Ok(Found { lines, failed })
}
