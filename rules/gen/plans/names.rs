//! From libphonenumber's names of German areas to `rules/areas.txt`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result};

/// The area codes in `resources/geocoding/de/49.txt` (`49201|Essen`), in the form of the text file.
pub(crate) fn read(names: &str, version: &str, retrieved: &str) -> Result<String> {
    let mut text = format!(
        "# Area codes of Germany that are assigned, without the trunk prefix.\n#\n\
         # source:  libphonenumber {version}, resources/geocoding/de/49.txt\n\
         # licence: Apache-2.0\n# date:    {retrieved}\n#\n\
         # Generated; do not edit. After a new release of the source:\n\
         #   cargo run --example plans -- areas PATH/49.txt VERSION YYYY-MM-DD\n\
         #   cargo run --example plans -- table\n"
    );
    let entries = names.lines().filter_map(|line| line.strip_prefix("49")?.split_once('|'));
    let codes: BTreeSet<&str> = entries.map(|(code, _)| code).collect();
    let mut opening = "";
    for code in codes {
        let head = code.get(..2).context("an area code of one digit")?;
        let separator = if head == opening { ' ' } else { '\n' };
        write!(text, "{separator}{code}")?;
        opening = head;
    }
    text.push('\n');
    Ok(text)
}
