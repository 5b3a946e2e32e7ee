//! The command line: arguments -> settings -> one subcommand -> exit code.
//!
//! Uses the public library only. Messages go to standard error, one `lognym: ...` line each, and hold
//! no input.

mod args;
mod audit;
mod bench;
mod chapter;
mod confirm;
mod detect;
mod exit;
mod filter;
mod generate;
mod hangup;
mod key;
mod message;
mod options;
mod progress;
mod record;
mod report;
mod rights;
mod serve;
mod settings;
mod suppress;
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
        Command::Filter(args) => filter::run(args),
        Command::Serve(args) => serve::run(&args),
        Command::Detect(args) => detect::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Key(command) => key::run(&command),
        Command::Lookup(args) => rights::lookup::run(&args),
        Command::Find(args) => rights::find::run(&args),
        Command::Extract(args) => rights::extract::run(&args),
        Command::Erase(args) => rights::erase::run(&args),
        Command::Suppress(command) => suppress::run(&command),
        Command::Audit(command) => audit::run(&command),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { topic: None } => generate::man(),
        Command::Man { topic: Some(topic) } => chapter::show(topic),
    }
}
