//! `cargo run --example speed`: draws `benches/record/speed.svg` and the section of the README from the record
//! that the README names.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

mod draw;
mod schema;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).context("reading README.md")?;
    let shown = draw::shown_by(&readme).context("README.md names no record")?;
    let text = fs::read(root.join(shown)).with_context(|| format!("reading {shown}"))?;
    let record = serde_json::from_slice(&text).with_context(|| format!("reading {shown}"))?;
    let redrawn = draw::redrawn(&readme, &record).context("README.md has no end of the section")?;
    fs::write(root.join("benches/record/speed.svg"), draw::svg(&record))
        .context("writing the chart")?;
    fs::write(root.join("README.md"), redrawn).context("writing README.md")
}
