//! The lines of a log that hold one of the tokens.

use memchr::{memchr, memchr_iter, memrchr};

use super::error::RightsError;
use super::input::Input;
use super::tokens::TokenSet;

/// A line that holds a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'l> {
    /// Its number, from 1; 0 when lines are not counted.
    pub number: u64,
    /// The line without its line end.
    pub line: &'l [u8],
}

/// Whether hits need the numbers of their lines, which cost a second look at every byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// They do.
    Numbered,
    /// They do not.
    Unnumbered,
}

/// Shows `each` the lines of `input` that hold one of `tokens`, in order, until it has seen enough and
/// returns false. Returns how many it was shown.
///
/// # Errors
/// [`RightsError`] of reading, or of `each`.
pub fn find(
    input: Input,
    tokens: &TokenSet,
    lines: Lines,
    each: &mut dyn FnMut(Hit) -> Result<bool, RightsError>,
) -> Result<u64, RightsError> {
    let (mut count, mut number) = (0, 1);
    input.blocks(&mut |block| {
        let (mut at, mut counted) = (0, 0);
        let mut search = tokens.search(block);
        while let Some(token) = search.find_from(at) {
            let start = memrchr(b'\n', &block[..token]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &block[token..]).map_or(block.len(), |end| token + end);
            if lines == Lines::Numbered {
                number += count_lines(&block[counted..start]);
                counted = start;
            }
            count += 1;
            let number = if lines == Lines::Numbered { number } else { 0 };
            if !each(Hit { number, line: trimmed(&block[start..end]) })? {
                return Ok(false);
            }
            at = end;
        }
        if lines == Lines::Numbered {
            number += count_lines(&block[counted..]);
        }
        Ok(true)
    })?;
    Ok(count)
}

fn count_lines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
