//! `lognym key check`: is this ring good, and the same as that one?

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use clap::Args;

use super::super::exit::{Exit, Failure};
use super::super::options::KeyArgs;
use super::super::{message, settings};
use super::list::Listing;
use super::new;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// What `lognym key list --json` printed for the other ring; `-` is standard input
    #[arg(long, value_name = "FILE", env = "LOGNYM_AGAINST")]
    against: Option<PathBuf>,
}

pub(super) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let ring = settings::ring(&args.key.ring)?;
    let Some(path) = &args.against else {
        let epoch = ring.active(SystemTime::now())?;
        let text = new::summary(&format_args!("good, {} is in force", epoch.id), &ring);
        return message::print(text.as_bytes());
    };
    let here = Listing::of(&ring, &args.key.domain)?;
    let there = read(path)?;
    if here.domain != there.domain {
        let error =
            anyhow::anyhow!("these are key ids of two domains; give --domain on both sides");
        return Err(Failure::new(Exit::Usage, error));
    }
    let differences = differences(&here, &there);
    if differences.is_empty() {
        return message::print(format!("{} epochs agree\n", here.epochs.len()).as_bytes());
    }
    message::print(differences.as_bytes())?;
    Ok(Exit::Found)
}

fn read(path: &Path) -> Result<Listing, Failure> {
    let text = if path == Path::new("-") {
        io::read_to_string(io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let text = text
        .with_context(|| format!("cannot read {}", path.display()))
        .map_err(|error| Failure::new(Exit::Io, error))?;
    // The parser's own message might quote the input.
    serde_json::from_str(&text).map_err(|_| {
        let place = path.display();
        let error = anyhow::anyhow!("{place} is not what `lognym key list --json` prints");
        Failure::new(Exit::Input, error)
    })
}

/// A line for each epoch that is not the same on both sides: id, key id here, key id there.
fn differences(here: &Listing, there: &Listing) -> String {
    let mut kids: BTreeMap<&str, [&str; 2]> = BTreeMap::new();
    for (side, listing) in [here, there].into_iter().enumerate() {
        for row in &listing.epochs {
            let kid = row.kid.as_deref().unwrap_or("destroyed");
            kids.entry(&row.id).or_insert(["missing"; 2])[side] = kid;
        }
    }
    let differing = kids.iter().filter(|(_, [here, there])| here != there);
    differing.map(|(id, [here, there])| format!("{id}\t{here}\t{there}\n")).collect()
}
