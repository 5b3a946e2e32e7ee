//! `lognym key rotate`.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use lognym::pseudonym::Domain;
use lognym::pseudonym::ring::{self, OpenOptions};
use lognym::stats::Counts;

use super::super::exit::{Exit, Failure};
use super::super::options::RecordArgs;
use super::super::record::Record;
use super::super::{message, settings};
use super::{Period, new};

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// The ring to change
    #[arg(long, value_name = "PATH", env = "LOGNYM_KEY_FILE")]
    key_file: PathBuf,
    /// How long a new epoch lasts, in UTC [default: as long as the last one]
    #[arg(long, value_enum, env = "LOGNYM_PERIOD")]
    period: Option<Period>,
    /// How many epochs are to follow the present one
    #[arg(
        long,
        value_name = "N",
        env = "LOGNYM_AHEAD",
        default_value_t = 12,
        value_parser = clap::value_parser!(u16).range(..=250)
    )]
    ahead: u16,
    #[command(flatten)]
    record: RecordArgs,
}

pub(super) fn run(args: &RotateArgs) -> Result<Exit, Failure> {
    let mut record = Record::open(&args.record, "key rotate")?;
    let period = args.period.map(Period::ring);
    let mut before = 0;
    ring::update(&args.key_file, |ring| {
        before = ring.epochs().len();
        ring.rotated(SystemTime::now(), period, args.ahead.into())
    })?;
    let ring = ring::open(&args.key_file, OpenOptions { allow_group_read: true })?;
    let domain = Domain::default();
    let keys = settings::signer(&ring, &domain)?;
    for epoch in &ring.epochs()[before..] {
        record.entry.kids.push(ring.keys(epoch, &domain, &Counts::TYPES)?.kid());
    }
    record.entry.domains = vec![domain];
    let added = ring.epochs().len() - before;
    record.entry.counts.insert("epochs_added", added as u64);
    let text = new::summary(&args.key_file.display(), &ring);
    let text = format!("{}, {added} added\n", text.trim_end());
    record.finish(&keys, message::print(text.as_bytes()))
}
