//! From `rules/areas.txt` to `rules/areas.bin`: one bit for each five digits that a national number
//! may open with.

use anyhow::{Context, Result};

/// The table of the codes in `text`: bit n % 8 of byte n / 8 is set if a number that opens with the
/// five digits of n stands in an assigned area.
pub(crate) fn table(text: &str) -> Result<Vec<u8>> {
    let mut table = vec![0u8; 100_000 / 8];
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for code in lines.flat_map(str::split_whitespace) {
        let width = 5usize.checked_sub(code.len()).context("an area code of over five digits")?;
        let count = 10usize.pow(u32::try_from(width)?);
        let first = code.parse::<usize>().context("an area code that is no number")? * count;
        for opening in first..first + count {
            table[opening / 8] |= 1 << (opening % 8);
        }
    }
    Ok(table)
}
