//! `lognym key list`: what a ring holds, by ids and times.

use std::time::SystemTime;

use clap::Args;
use clap::builder::FalseyValueParser;
use lognym::pseudonym::Domain;
use lognym::pseudonym::ring::{Epoch, Kind, Material, Ring};
use serde::{Deserialize, Serialize};

use super::super::exit::{Exit, Failure};
use super::super::options::KeyArgs;
use super::super::{message, settings};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// Print one JSON object
    #[arg(long, env = "LOGNYM_JSON", value_parser = FalseyValueParser::new())]
    json: bool,
}

/// The JSON form; names are a contract, and `key check` reads it on another host.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Listing {
    kind: String,
    pub(super) domain: String,
    pub(super) epochs: Vec<Row>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    /// `None` once the key is destroyed.
    pub(super) kid: Option<String>,
    not_before: String,
    not_after: String,
    destroy_after: String,
    state: String,
}

pub(super) fn run(args: &ListArgs) -> Result<Exit, Failure> {
    let ring = settings::ring(&args.key.ring)?;
    let listing = Listing::of(&ring, &args.key.domain)?;
    let text = if args.json { listing.to_json() } else { listing.to_text() };
    message::print(text.as_bytes())
}

impl Listing {
    /// The epochs of `ring` with their key ids for `domain`, or for the ring's own.
    pub(super) fn of(ring: &Ring, domain: &Domain) -> Result<Self, Failure> {
        let kind = if ring.kind() == &Kind::Root { "root" } else { "domain" };
        let domain = ring.domain_or(domain);
        let row = |epoch: &Epoch| -> Result<Row, Failure> {
            let kid = match epoch.material {
                Material::Destroyed(_) => None,
                _ => Some(ring.keys(epoch, domain, &[])?.kid().to_string()),
            };
            Ok(Row {
                id: epoch.id.clone(),
                kid,
                not_before: epoch.not_before.to_string(),
                not_after: epoch.not_after.to_string(),
                destroy_after: epoch.destroy_after.to_string(),
                state: state(epoch, SystemTime::now()).to_owned(),
            })
        };
        let epochs = ring.epochs().iter().map(row).collect::<Result<_, _>>()?;
        Ok(Self { kind: kind.to_owned(), domain: domain.to_string(), epochs })
    }

    fn to_json(&self) -> String {
        // Texts only: nothing that JSON could not hold.
        serde_json::to_string(self).map(|json| json + "\n").unwrap_or_default()
    }

    fn to_text(&self) -> String {
        let row = |row: &Row| {
            let kid = row.kid.as_deref().unwrap_or("-");
            let Row { id, not_before, not_after, destroy_after, state, .. } = row;
            format!("{id}\t{kid}\t{not_before}\t{not_after}\t{destroy_after}\t{state}\n")
        };
        let head = "epoch\tkid\tnot_before\tnot_after\tdestroy_after\tstate\n";
        self.epochs.iter().fold(head.to_owned(), |text, epoch| text + &row(epoch))
    }
}

/// The word for where an epoch stands in its life.
fn state(epoch: &Epoch, now: SystemTime) -> &'static str {
    match epoch.material {
        Material::Destroyed(_) => "destroyed",
        _ if now < epoch.not_before.into() => "future",
        _ if now < epoch.not_after.into() => "active",
        _ if now < epoch.destroy_after.into() => "retired",
        _ => "due",
    }
}
