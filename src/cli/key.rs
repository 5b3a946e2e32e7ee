//! `lognym key`: the life of key rings.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Subcommand, ValueEnum};
use lognym::pseudonym::ring::{self, Ring};
use lognym::secret;

use super::exit::{Exit, Failure};
use super::message;

/// What follows `lognym key`.
#[derive(Debug, Args)]
pub(crate) struct KeyCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a ring of new random keys to a new file, readable by its owner only
    ///
    /// Each epoch has its own key. The first one holds the present moment; when the last one has
    /// ended, the filter refuses to run. Keys are due for destruction two years after their
    /// epoch.
    New(NewArgs),
}

#[derive(Debug, Args)]
struct NewArgs {
    /// The file to write; an existing file is never overwritten
    #[arg(long, value_name = "PATH")]
    key_file: PathBuf,
    /// How long an epoch lasts, in UTC
    #[arg(long, value_enum, default_value_t = Period::Month)]
    period: Period,
    /// How many epochs follow the present one [default: 12 months, 52 weeks or 90 days]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=250))]
    ahead: Option<u16>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Period {
    Month,
    Week,
    Day,
}

/// Runs the verb that was asked for.
pub(crate) fn run(command: &KeyCommand) -> Result<Exit, Failure> {
    secret::no_core_dumps();
    match &command.verb {
        Verb::New(args) => new(args),
    }
}

fn new(args: &NewArgs) -> Result<Exit, Failure> {
    let (period, ahead) = match args.period {
        Period::Month => (ring::Period::Month, 12),
        Period::Week => (ring::Period::Week, 52),
        Period::Day => (ring::Period::Day, 90),
    };
    let ahead = args.ahead.map_or(ahead, usize::from);
    let ring = Ring::fresh(SystemTime::now(), period, ahead)?;
    ring::create(&args.key_file, &ring)?;
    let (Some(first), Some(last)) = (ring.epochs().first(), ring.epochs().last()) else {
        return Ok(Exit::Ok);
    };
    let report = format!(
        "{}: epochs {} to {} ({}), in force until {}\n",
        args.key_file.display(),
        first.id,
        last.id,
        ring.epochs().len(),
        last.not_after,
    );
    message::print(report.as_bytes())
}
