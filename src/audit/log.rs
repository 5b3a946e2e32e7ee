//! Appending: one lock, one line, one sync.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use memchr::memrchr;
use rustix::fs::{FlockOperation, flock};
use serde::Deserialize;

use super::entry::Entry;
use super::error::AuditError;
use super::head::{Head, digest};
use crate::pseudonym::Keys;
use crate::replace;

/// The longest line in bytes: some 20,000 tokens of one case.
pub(super) const LONGEST: u64 = 1 << 20;

/// A log that entries can be appended to.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    /// The log at `path`; a file of mode 0600 is made when there is none.
    ///
    /// # Errors
    /// [`AuditError`] when nothing could be appended: better before a run than after it.
    pub fn open(path: &Path) -> Result<Self, AuditError> {
        let log = Self { path: path.to_owned() };
        log.last(&mut log.locked()?)?;
        Ok(log)
    }

    /// Appends `entry`, sealed by `keys`; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`AuditError`]; the log is what it was then.
    pub fn append(&self, entry: &Entry, keys: &Keys) -> Result<Head, AuditError> {
        let mut file = self.locked()?;
        let last = self.last(&mut file)?;
        let mut line = entry.seal(&last, keys);
        let head = Head { seq: last.seq + 1, hash: digest(line.as_bytes()) };
        line.push('\n');
        let length = file.metadata().map_err(self.failed("read"))?.len();
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| {
            // Half a line, as on a full disk, would keep all later writers out.
            let _ = file.set_len(length);
            self.failed("append to")(error)
        })?;
        Ok(head)
    }

    /// The file, locked until it is dropped.
    fn locked(&self) -> Result<File, AuditError> {
        loop {
            let file = File::options()
                .read(true)
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&self.path)
                .map_err(self.failed("open"))?;
            if !file.metadata().as_ref().is_ok_and(Metadata::is_file) {
                return Err(AuditError::NotAFile { path: self.path.clone() });
            }
            flock(&file, FlockOperation::LockExclusive)
                .map_err(|error| self.failed("lock")(error.into()))?;
            // Somebody may have moved it aside while this one waited.
            if replace::is_still(&file, &self.path).map_err(self.failed("lock"))? {
                return Ok(file);
            }
        }
    }

    /// The last entry of the file.
    fn last(&self, file: &mut File) -> Result<Head, AuditError> {
        let damaged = || AuditError::Damaged { path: self.path.clone() };
        let mut tail = Vec::new();
        let read = file.seek(SeekFrom::End(0)).and_then(|length| {
            file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
            file.take(LONGEST).read_to_end(&mut tail)
        });
        read.map_err(self.failed("read"))?;
        if tail.is_empty() {
            return Ok(Head::origin());
        }
        let lines = tail.strip_suffix(b"\n").ok_or_else(damaged)?;
        let line = &lines[memrchr(b'\n', lines).map_or(0, |at| at + 1)..];
        let Numbered { seq } = serde_json::from_slice(line).map_err(|_| damaged())?;
        Ok(Head { seq, hash: digest(line) })
    }

    fn failed(&self, operation: &'static str) -> impl Fn(io::Error) -> AuditError {
        let path = self.path.clone();
        move |source| AuditError::Io { operation, path: path.clone(), source }
    }
}

/// As much of a line as the next one needs.
#[derive(Deserialize)]
struct Numbered {
    seq: u64,
}
