//! Makes the numbering plans that lognym embeds, in repeatable steps:
//!
//! ```text
//! cargo run --example plans -- xml PATH/PhoneNumberMetadata.xml VERSION YYYY-MM-DD
//! cargo run --example plans -- areas PATH/49.txt VERSION YYYY-MM-DD
//! cargo run --example plans -- table
//! ```
//!
//! `xml` rewrites `rules/plans.toml` from libphonenumber's metadata: the release's version and the
//! day it was fetched are noted in the file. `areas` does so with the German area codes of its names of
//! areas and `rules/areas.txt`. `table` compiles both into `rules/plans.bin` and `rules/areas.bin`.

use std::fs;
use std::io::{Write as _, stdout};
use std::path::Path;

use anyhow::{Context, Result, bail};

use plans::facts::Plans;
use plans::{areas, table};

#[path = "plans/names.rs"]
mod names;
#[path = "plans/mod.rs"]
mod plans;
#[path = "plans/xml.rs"]
mod xml;

fn main() -> Result<()> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let facts = rules.join("plans.toml");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["xml", path, version, retrieved] => {
            let text = fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
            let plans = xml::read(&text, version, retrieved)?;
            fs::write(&facts, plans.to_toml()).context("writing rules/plans.toml")
        }
        ["areas", path, version, retrieved] => {
            let text = fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
            let text = names::read(&text, version, retrieved)?;
            fs::write(rules.join("areas.txt"), text).context("writing rules/areas.txt")
        }
        ["table"] => {
            let text =
                fs::read_to_string(rules.join("areas.txt")).context("reading rules/areas.txt")?;
            fs::write(rules.join("areas.bin"), areas::table(&text)?)
                .context("writing rules/areas.bin")?;
            let text = fs::read_to_string(&facts).context("reading rules/plans.toml")?;
            let table = table::build(&Plans::from_toml(&text)?)?;
            fs::write(rules.join("plans.bin"), &table.bytes).context("writing rules/plans.bin")?;
            writeln!(stdout(), "{}", table.summary).context("writing the summary")
        }
        _ => bail!(
            "usage: plans xml METADATA.xml VERSION YYYY-MM-DD | plans areas 49.txt VERSION YYYY-MM-DD | plans table"
        ),
    }
}
