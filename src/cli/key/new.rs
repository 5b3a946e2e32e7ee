//! `lognym key new`.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use lognym::pseudonym::Domain;
use lognym::pseudonym::ring::{self, Ring};

use super::super::exit::{Exit, Failure};
use super::super::options::RecordArgs;
use super::super::record::Record;
use super::super::{message, settings};
use super::Period;

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The file to write; an existing file is never overwritten
    #[arg(long, value_name = "PATH", env = "LOGNYM_KEY_FILE")]
    key_file: PathBuf,
    /// How long an epoch lasts, in UTC
    #[arg(long, value_enum, env = "LOGNYM_PERIOD", default_value_t = Period::Month)]
    period: Period,
    /// How many epochs follow the present one [default: 12 months, 52 weeks or 90 days]
    #[arg(
        long,
        value_name = "N",
        env = "LOGNYM_AHEAD",
        value_parser = clap::value_parser!(u16).range(..=250)
    )]
    ahead: Option<u16>,
    #[command(flatten)]
    record: RecordArgs,
}

pub(super) fn run(args: &NewArgs) -> Result<Exit, Failure> {
    let record = Record::open(&args.record, "key new")?;
    let ahead = args.ahead.unwrap_or(args.period.usual_ahead());
    let ring = Ring::fresh(SystemTime::now(), args.period.ring(), ahead.into())?;
    ring::create(&args.key_file, &ring)?;
    let keys = settings::signer(&ring, &Domain::default())?;
    record.finish(&keys, message::print(summary(&args.key_file.display(), &ring).as_bytes()))
}

/// One line about a ring that has just been written.
pub(super) fn summary(place: &dyn std::fmt::Display, ring: &Ring) -> String {
    let (Some(first), Some(last)) = (ring.epochs().first(), ring.epochs().last()) else {
        return String::new();
    };
    let (count, until) = (ring.epochs().len(), last.not_after);
    format!("{place}: epochs {} to {} ({count}), in force until {until}\n", first.id, last.id)
}
