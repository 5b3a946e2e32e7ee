//! Logs as they lie about: plain, gzip or Zstandard, single or in folders.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::error::RightsError;
use crate::frame::{Frame, Framer, Limits};

/// The longest line; what a block may grow to.
const MAX_LINE: usize = 256 << 20;

/// The files that `paths` stand for: themselves, and of folders all regular files in them, in the
/// order of their names. Links in folders are not followed.
///
/// # Errors
/// [`RightsError::Read`] for a folder that cannot be read, or a path that leads nowhere.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, RightsError> {
    let mut found = Vec::new();
    for path in paths {
        let visited = path.metadata().and_then(|metadata| {
            if metadata.is_dir() {
                visit(path, &mut found)
            } else {
                found.push(path.clone());
                Ok(())
            }
        });
        visited.map_err(|source| unread(&path.display(), source))?;
    }
    Ok(found)
}

fn visit(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            visit(&entry.path(), found)?;
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// A log that is open for reading.
pub struct Input {
    name: String,
    reader: Box<dyn Read>,
    is_compressed: bool,
}

impl Input {
    /// The log at `path`, decompressed if it is gzip or Zstandard by its first bytes.
    ///
    /// # Errors
    /// [`RightsError::Read`].
    pub fn open(path: &Path) -> Result<Self, RightsError> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::new(name, file),
            Err(source) => Err(RightsError::Read { input: name, source }),
        }
    }

    /// Standard input, likewise.
    ///
    /// # Errors
    /// [`RightsError::Read`].
    pub fn stdin() -> Result<Self, RightsError> {
        Self::new("(standard input)".to_owned(), io::stdin())
    }

    /// What comes out of `reader`, likewise.
    ///
    /// # Errors
    /// [`RightsError::Read`].
    pub fn new(name: String, mut reader: impl Read + 'static) -> Result<Self, RightsError> {
        let mut head = Vec::with_capacity(4);
        let read = reader.by_ref().take(4).read_to_end(&mut head);
        read.map_err(|source| unread(&name, source))?;
        let magic: Option<[u8; 4]> = head.as_slice().try_into().ok();
        let whole = io::Cursor::new(head).chain(reader);
        let (reader, is_compressed): (Box<dyn Read>, _) = match magic {
            Some([0x1f, 0x8b, ..]) => (Box::new(MultiGzDecoder::new(buffered(whole))), true),
            Some([0x28, 0xb5, 0x2f, 0xfd]) => (Box::new(Zstd::Between(buffered(whole))), true),
            _ => (Box::new(whole), false),
        };
        Ok(Self { name, reader, is_compressed })
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it was compressed.
    pub fn is_compressed(&self) -> bool {
        self.is_compressed
    }

    /// Shows `each` all of it in blocks of whole lines, until it has seen enough and returns false.
    ///
    /// # Errors
    /// [`RightsError`] of reading, or of `each`.
    pub fn blocks(
        mut self,
        each: &mut dyn FnMut(&[u8]) -> Result<bool, RightsError>,
    ) -> Result<(), RightsError> {
        let mut framer = Framer::new(Limits { max_line: MAX_LINE, ..Limits::default() });
        loop {
            let is_last = match self.reader.read(framer.space()) {
                Ok(0) => true,
                Ok(count) => {
                    framer.filled(count);
                    if !framer.is_full() {
                        continue;
                    }
                    false
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(unread(&self.name, source)),
            };
            let next = if is_last { Framer::finish } else { Framer::next_frame };
            while let Some(frame) = next(&mut framer) {
                let Frame::Lines(block) = frame else {
                    return Err(RightsError::LineTooLong { input: self.name });
                };
                if !each(block.as_bytes())? {
                    return Ok(());
                }
                framer.recycle(block);
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

fn unread(input: &dyn std::fmt::Display, source: io::Error) -> RightsError {
    RightsError::Read { input: input.to_string(), source }
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(1 << 16, reader)
}

/// All frames of a Zstandard stream, one after the other.
enum Zstd<R: BufRead> {
    Between(R),
    Within(Box<StreamingDecoder<R, FrameDecoder>>),
    Ended,
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        loop {
            *self = match std::mem::replace(self, Zstd::Ended) {
                Zstd::Ended => return Ok(0),
                Zstd::Between(mut rest) => {
                    if rest.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    Zstd::Within(Box::new(StreamingDecoder::new(rest).map_err(io::Error::other)?))
                }
                Zstd::Within(mut decoder) => match decoder.read(space)? {
                    0 => Zstd::Between(decoder.into_inner()),
                    count => {
                        *self = Zstd::Within(decoder);
                        return Ok(count);
                    }
                },
            };
        }
    }
}
