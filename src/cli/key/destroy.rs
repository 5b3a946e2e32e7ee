//! `lognym key destroy`.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use clap::builder::FalseyValueParser;
use lognym::pseudonym::ring::{self, OpenOptions, Ring};
use lognym::pseudonym::{Domain, Keys};
use lognym::stats::Counts;

use super::super::confirm::confirm;
use super::super::exit::{Exit, Failure};
use super::super::options::RecordArgs;
use super::super::record::Record;
use super::super::{message, settings};

#[derive(Debug, Args)]
pub(super) struct DestroyArgs {
    /// Id of the epoch, as `lognym key list` shows it
    #[arg(value_name = "EPOCH", required_unless_present = "expired", conflicts_with = "expired")]
    epoch: Option<String>,
    /// All epochs whose time of destruction has come
    #[arg(long, env = "LOGNYM_EXPIRED", value_parser = FalseyValueParser::new())]
    expired: bool,
    /// The ring to change
    #[arg(long, value_name = "PATH", env = "LOGNYM_KEY_FILE")]
    key_file: PathBuf,
    /// Do not ask
    #[arg(long, env = "LOGNYM_YES", value_parser = FalseyValueParser::new())]
    yes: bool,
    #[command(flatten)]
    record: RecordArgs,
}

pub(super) fn run(args: &DestroyArgs) -> Result<Exit, Failure> {
    let mut record = Record::open(&args.record, "key destroy")?;
    let now = SystemTime::now();
    let ring = ring::open(&args.key_file, OpenOptions { allow_group_read: true })?;
    let ids = match &args.epoch {
        Some(id) => vec![ring.epoch(id)?.id.clone()],
        None => ring.expired(now)?,
    };
    if ids.is_empty() {
        return message::print(b"no epoch is due\n");
    }
    let names = ids.join(", ");
    let what = format!("destroy the key of {names}: its tokens can never be looked up again");
    confirm(args.yes, &what)?;
    let domain = ring.domain_or(&Domain::default()).clone();
    for id in &ids {
        record.entry.kids.push(ring.keys(ring.epoch(id)?, &domain, &[])?.kid());
    }
    record.entry.counts.insert("epochs_destroyed", ids.len() as u64);
    let signer = signer(&ring, &ids, &domain)?;
    drop(ring);
    let changed = ring::update(&args.key_file, |ring| ring.destroyed(&ids, now));
    let outcome = changed.map_err(Failure::from).and_then(|()| {
        message::print(format!("{}: destroyed {names}\n", args.key_file.display()).as_bytes())
    });
    record.entry.domains = vec![domain];
    record.finish(&signer, outcome)
}

/// The keys that seal the entry: of an epoch that stays, so that the seal can be checked later.
fn signer(ring: &Ring, doomed: &[String], domain: &Domain) -> Result<Keys, Failure> {
    let usual = ring.active(SystemTime::now()).ok().filter(|epoch| !doomed.contains(&epoch.id));
    let staying = ring.retained().filter(|epoch| !doomed.contains(&epoch.id)).last();
    match usual.or(staying) {
        Some(epoch) => Ok(ring.keys(epoch, domain, &Counts::TYPES)?),
        None => settings::signer(ring, domain),
    }
}
