//! The subject's lines out of a file, in its place.
//!
//! The file is written anew beside itself and renamed, see [`crate::replace`]: at any moment the old or
//! the new one is there whole. What a program that keeps the old file open writes to it is lost, so a
//! file that changes meanwhile is left alone.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use memchr::{memchr, memrchr};

use super::error::RightsError;
use super::find::{Lines, find};
use super::input::Input;
use super::tokens::TokenSet;
use crate::replace::{self, Replacement};

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It goes, line end and all.
    Drop,
    /// It becomes a marker, so that the other lines keep their numbers.
    Blank,
}

/// What stands for a line, and for one that is a JSON object.
const BLANK: &[u8] = b"[lognym:erased]";
const BLANK_JSON: &[u8] = b"{\"lognym\":\"erased\"}";

/// What was taken out of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Lines.
    pub lines: u64,
    /// Their bytes, line ends not counted.
    pub bytes: u64,
}

/// What [`erase`] would take out of the file at `path`.
///
/// # Errors
/// [`RightsError`] of reading, or when it could not be rewritten.
pub fn survey(path: &Path, tokens: &TokenSet) -> Result<Erased, RightsError> {
    let input = plain(path)?;
    let mut erased = Erased::default();
    find(input, tokens, Lines::Unnumbered, &mut |hit| {
        erased.lines += 1;
        erased.bytes += hit.line.len() as u64;
        Ok(true)
    })?;
    Ok(erased)
}

/// Takes the lines that hold one of `tokens` out of the file at `path`; a file without any is not
/// touched.
///
/// # Errors
/// [`RightsError`]; the file is what it was then.
pub fn erase(path: &Path, tokens: &TokenSet, mode: Mode) -> Result<Erased, RightsError> {
    if survey(path, tokens)?.lines == 0 {
        return Ok(Erased::default());
    }
    let name = || path.display().to_string();
    let failed = |source| RightsError::Rewrite { input: name(), source };
    let old = File::open(path).map_err(failed)?;
    let metadata = old.metadata().map_err(failed)?;
    if metadata.nlink() > 1 {
        let reason =
            "it has a second name (hard link), which would keep the lines; remove that first";
        return Err(RightsError::Refused { input: name(), reason });
    }
    let mut new = Replacement::begin(path, &metadata).map_err(failed)?;
    let mut erased = Erased::default();
    let copy = old.try_clone().map_err(failed)?;
    Input::new(name(), copy)?.blocks(&mut |block| {
        without(block, tokens, mode, &mut new, &mut erased).map(|()| true).map_err(failed)
    })?;
    let now = old.metadata().map_err(failed)?;
    let is_same = (now.len(), now.mtime(), now.mtime_nsec())
        == (metadata.len(), metadata.mtime(), metadata.mtime_nsec());
    if !is_same || !replace::is_still(&old, path).map_err(failed)? {
        let reason = "it changed meanwhile; let its writer move on to another file first";
        return Err(RightsError::Refused { input: name(), reason });
    }
    new.commit().map_err(failed)?;
    Ok(erased)
}

/// Copies a block of whole lines without those that hold a token.
fn without(
    block: &[u8],
    tokens: &TokenSet,
    mode: Mode,
    output: &mut Replacement,
    erased: &mut Erased,
) -> std::io::Result<()> {
    let mut copied = 0;
    let mut search = tokens.search(block);
    while let Some(token) = search.find_from(copied) {
        let start = memrchr(b'\n', &block[..token]).map_or(0, |end| end + 1);
        let end = memchr(b'\n', &block[token..]).map_or(block.len(), |end| token + end);
        let line = block[start..end].strip_suffix(b"\r").unwrap_or(&block[start..end]);
        output.write_all(&block[copied..start])?;
        erased.lines += 1;
        erased.bytes += line.len() as u64;
        copied = match mode {
            Mode::Drop => block.len().min(end + 1),
            Mode::Blank => {
                output.write_all(if line.starts_with(b"{") { BLANK_JSON } else { BLANK })?;
                start + line.len()
            }
        };
    }
    output.write_all(&block[copied..])
}

/// The file, if it can be rewritten: a regular one that is not compressed.
fn plain(path: &Path) -> Result<Input, RightsError> {
    let refused = |reason| RightsError::Refused { input: path.display().to_string(), reason };
    let is_file = path.metadata().map(|metadata| metadata.is_file());
    if !is_file.map_err(|source| RightsError::Read { input: path.display().to_string(), source })? {
        return Err(refused("it is not a regular file"));
    }
    let input = Input::open(path)?;
    if input.is_compressed() {
        return Err(refused("it is compressed; decompress it, erase, compress it again"));
    }
    Ok(input)
}
