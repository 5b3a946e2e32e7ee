//! The command line: arguments -> settings -> one subcommand -> exit code.
//!
//! Uses the public library only. Messages go to standard error, one `lognym: ...` line each, and hold
//! no input.

mod args;
mod bench;
mod detect;
mod exit;
mod filter;
mod generate;
mod key;
mod message;
mod progress;
mod report;
mod settings;
mod units;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::{Exit, Failure};
use message::{note, report_panic};

/// Parses, runs, reports.
pub(crate) fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    let cli = Cli::parse();
    let outcome = catch_unwind(AssertUnwindSafe(|| run(cli))).unwrap_or(Ok(Exit::Internal));
    let exit = outcome.unwrap_or_else(|Failure { exit, error }| {
        note(format_args!("{error:#}"));
        exit
    });
    exit.into()
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    match cli.command.unwrap_or(Command::Filter(cli.filter)) {
        Command::Filter(args) => filter::run(&args),
        Command::Detect(args) => detect::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Key(command) => key::run(&command),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man => generate::man(),
    }
}
