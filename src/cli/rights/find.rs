//! `lognym find`: grep for a person.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::FalseyValueParser;
use lognym::rights::{self, Hit, Input, Lines, RightsError, TokenSet};

use super::super::exit::{Exit, Failure};
use super::super::options::SubjectArgs;
use super::{Found, Request, finished, for_logs, logs, open, output, refuse_shared_stdin};

#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct FindArgs {
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
    /// Filtered logs and folders of such; `-` is standard input [default: standard input]
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Print how many lines of each log hold one
    #[arg(short, long, env = "LOGNYM_COUNT", value_parser = FalseyValueParser::new())]
    count: bool,
    /// Print only the names of logs with such a line
    #[arg(
        short = 'l',
        long,
        env = "LOGNYM_FILES_WITH_MATCHES",
        value_parser = FalseyValueParser::new()
    )]
    files_with_matches: bool,
    /// Print the number of each line
    #[arg(short = 'n', long, env = "LOGNYM_LINE_NUMBER", value_parser = FalseyValueParser::new())]
    line_number: bool,
    /// Print the name of the log with each line, as is done with more than one
    #[arg(
        short = 'H',
        long,
        env = "LOGNYM_WITH_FILENAME",
        value_parser = FalseyValueParser::new(),
        overrides_with = "no_filename"
    )]
    with_filename: bool,
    /// Never print the name of the log
    #[arg(
        short = 'h',
        long,
        env = "LOGNYM_NO_FILENAME",
        value_parser = FalseyValueParser::new(),
        overrides_with = "with_filename"
    )]
    no_filename: bool,
    /// Print help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

pub(crate) fn run(args: &FindArgs) -> Result<Exit, Failure> {
    refuse_shared_stdin(&args.subject, &args.logs)?;
    let request = Request::read(&args.subject, "find")?;
    let outcome = search(args, &request.tokens());
    request.finish_search(outcome)
}

fn search(args: &FindArgs, tokens: &TokenSet) -> Result<Found, Failure> {
    let logs = logs(&args.logs)?;
    // Counts are named even for a single file: FILE:COUNT.
    let is_stdin = logs == [Path::new("-")];
    let is_named = !args.no_filename
        && (args.with_filename || !is_stdin && (args.count || logs != args.logs || logs.len() > 1));
    let mut printer = Printer { args, is_named, output: output(), lines: 0 };
    let failed = for_logs(&logs, |log| printer.log(open(log)?, tokens))?;
    let lines = printer.lines;
    finished(printer.output.flush())?;
    Ok(Found { lines, failed })
}

struct Printer<'a, W> {
    args: &'a FindArgs,
    is_named: bool,
    output: W,
    lines: u64,
}

impl<W: Write> Printer<'_, W> {
    fn log(&mut self, input: Input, tokens: &TokenSet) -> Result<(), RightsError> {
        let name = input.name().to_owned();
        let lines = if self.args.line_number { Lines::Numbered } else { Lines::Unnumbered };
        let (prints, once) = (self.prints_lines(), self.args.files_with_matches);
        let count = rights::find(input, tokens, lines, &mut |hit| {
            self.lines += 1;
            if prints {
                self.line(&name, hit).map_err(RightsError::Write)?;
            }
            Ok(!once)
        })?;
        let written = match (self.args.files_with_matches, self.args.count) {
            (true, _) if count > 0 => writeln!(self.output, "{name}"),
            (false, true) if self.is_named => writeln!(self.output, "{name}:{count}"),
            (false, true) => writeln!(self.output, "{count}"),
            _ => Ok(()),
        };
        written.map_err(RightsError::Write)
    }

    fn prints_lines(&self) -> bool {
        !self.args.count && !self.args.files_with_matches
    }

    fn line(&mut self, name: &str, hit: Hit) -> io::Result<()> {
        if self.is_named {
            write!(self.output, "{name}:")?;
        }
        if self.args.line_number {
            write!(self.output, "{}:", hit.number)?;
        }
        self.output.write_all(hit.line)?;
        self.output.write_all(b"\n")
    }
}
