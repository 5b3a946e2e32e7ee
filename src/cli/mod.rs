//! The command line: arguments -> settings -> one subcommand -> exit code.
//!
//! Uses the public library only. Messages go to standard error, one `lognym: ...` line each, and hold
//! no input.

mod args;
mod audit;
mod bench;
mod chapter;
mod config;
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
mod rules;
mod serve;
mod settings;
mod suppress;
mod units;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use args::Command;
use exit::{Exit, Failure};
use message::{note, report_panic};

/// Parses, runs, reports.
pub(crate) fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    let outcome = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Ok(Exit::Internal));
    let exit = outcome.unwrap_or_else(|Failure { exit, error }| {
        note(format_args!("{error:#}"));
        exit
    });
    exit.into()
}

fn run() -> Result<Exit, Failure> {
    let cli = config::parse()?;
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
        Command::Rules(command) => rules::run(&command),
        Command::Config(command) => config::run(&command, cli.config.as_deref()),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { topic: None } => generate::man(),
        Command::Man { topic: Some(topic) } => chapter::show(topic),
    }
}
