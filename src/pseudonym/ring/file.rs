//! Rings in files: who may own them, how they are read, how new ones are made and old ones changed.
//!
//! All checks look at the opened descriptor, so that nobody can exchange the file between
//! check and reading. Symbolic links are followed: Kubernetes mounts secrets as links.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::error::{FileError, RingError};
use super::model::Ring;
use crate::replace::{self, Replacement};

/// The largest ring file in bytes; room for some 280 epochs.
pub const LIMIT: usize = 64 * 1024;

const TOO_LARGE: &str = "it is larger than 64 KiB, or 16 MiB for a suppression list";

/// Which rights on a ring file are tolerated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// The file's group may read it.
    pub allow_group_read: bool,
}

/// Reads the ring in the file at `path`: a regular file of root or the effective user, closed
/// to all others.
///
/// # Errors
/// [`FileError`]: what cannot be read, may not hold keys, or is no valid ring.
pub fn open(path: &Path, options: OpenOptions) -> Result<Ring, FileError> {
    let place = path.display().to_string();
    read(open_checked(path, options)?, place)
}

/// Opens a file that may hold keys.
///
/// # Errors
/// As [`open`], but for the content.
pub fn open_checked(path: &Path, options: OpenOptions) -> Result<File, FileError> {
    let place = path.display().to_string();
    // Without blocking: a FIFO is to be refused, not waited for.
    let opened = File::options()
        .read(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32)
        .open(path)
        .and_then(|file| Ok((file.metadata()?, file)));
    let (metadata, file) =
        opened.map_err(|source| FileError::Read { place: place.clone(), source })?;
    let reason = match &metadata {
        m if !m.is_file() => Some("it is not a regular file"),
        m => refusal(m, options),
    };
    match reason {
        Some(reason) => Err(FileError::Refused { place, reason }),
        None => Ok(file),
    }
}

/// Changes the ring in the file at `path`, which passes the checks of [`open`]: the file is replaced
/// as a whole, or stays what it was. Then the bytes of the old one are overwritten, as far as the
/// file system lets anybody do that: copy-on-write, snapshots, backups and flash keep theirs.
///
/// # Errors
/// [`FileError`]; [`FileError::Busy`] while another process changes it.
pub fn update(
    path: &Path,
    change: impl FnOnce(Ring) -> Result<Ring, RingError>,
) -> Result<(), FileError> {
    let place = path.display().to_string();
    let old = open_checked(path, OpenOptions { allow_group_read: true })?;
    let failed = write_failure(path);
    let metadata = old.metadata().map_err(&failed)?;
    let mut new = Replacement::begin(path, &metadata).map_err(&failed)?;
    if !replace::is_still(&old, path).map_err(&failed)? {
        return Err(FileError::Busy { path: path.to_owned() });
    }
    let doomed = File::options().write(true).open(path).ok();
    let ring = read(old, place.clone())?;
    let ring = change(ring).map_err(|source| FileError::Ring { place, source })?;
    new.write_all(text(&ring, path)?.as_bytes()).and_then(|()| new.commit()).map_err(failed)?;
    if let Some(doomed) = doomed {
        let _ = overwrite(doomed, metadata.len());
    }
    Ok(())
}

fn overwrite(mut file: File, length: u64) -> io::Result<()> {
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()
}

/// Reads the ring from a descriptor that this process was given: a pipe, or a regular file,
/// to which the rules of [`open`] apply.
pub fn from_fd(fd: u32, options: OpenOptions) -> Result<Ring, FileError> {
    let place = format!("on descriptor {fd}");
    // Opened anew through the file system of descriptors: taking over a number is unsafe.
    let opened = File::open(format!("/dev/fd/{fd}")).and_then(|file| Ok((file.metadata()?, file)));
    let (metadata, file) =
        opened.map_err(|source| FileError::Read { place: place.clone(), source })?;
    match refusal(&metadata, options).filter(|_| metadata.is_file()) {
        Some(reason) => Err(FileError::Refused { place, reason }),
        None => read(file, place),
    }
}

/// Why a regular file with these attributes may not hold keys.
fn refusal(metadata: &fs::Metadata, options: OpenOptions) -> Option<&'static str> {
    let (mode, owner) = (metadata.mode(), metadata.uid());
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        Some("it belongs to another user than root or the one that runs lognym; chown it")
    } else if mode & 0o007 != 0 {
        Some("everybody has rights on it; chmod 600 it")
    } else if mode & 0o020 != 0 {
        Some("its group may write it; chmod 600 it")
    } else if mode & 0o040 != 0 && !options.allow_group_read {
        Some("its group may read it; chmod 600 it")
    } else {
        None
    }
}

pub(super) fn read(file: impl Read, place: String) -> Result<Ring, FileError> {
    let text = read_text(file, &place, LIMIT)?;
    Ring::parse(&text).map_err(|source| FileError::Ring { place, source })
}

/// Reads secret text of at most `limit` bytes.
pub(in crate::pseudonym) fn read_text(
    file: impl Read,
    place: &str,
    limit: usize,
) -> Result<Zeroizing<String>, FileError> {
    let place = || place.to_owned();
    // Room for all of it: growing would leave secrets behind in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    if let Err(source) = file.take(limit as u64 + 1).read_to_end(&mut bytes) {
        return Err(FileError::Read { place: place(), source });
    }
    if bytes.len() > limit {
        return Err(FileError::Refused { place: place(), reason: TOO_LARGE });
    }
    String::from_utf8(std::mem::take(&mut *bytes)).map(Zeroizing::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        let source = RingError::Syntax { line: 1, reason: "not UTF-8" };
        FileError::Ring { place: place(), source }
    })
}

/// How a failure to write the file at `path` is reported.
pub(in crate::pseudonym) fn write_failure(path: &Path) -> impl Fn(io::Error) -> FileError + use<> {
    let path = path.to_owned();
    move |source| match source.kind() {
        io::ErrorKind::WouldBlock => FileError::Busy { path: path.clone() },
        _ => FileError::Write { path: path.clone(), source },
    }
}

/// Writes `ring` to a new file with rights 0600 and makes sure that it is on the disk. An
/// existing file, or a link of that name, is never touched.
///
/// # Errors
/// [`FileError::Exists`], or what the system said.
pub fn create(path: &Path, ring: &Ring) -> Result<(), FileError> {
    create_private(path, text(ring, path)?.as_bytes())
}

/// Writes a new file as [`create`] does, with any content.
///
/// # Errors
/// As [`create`].
pub fn create_private(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    let opened = File::options().write(true).create_new(true).mode(0o600).open(path);
    let file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists { path: path.to_owned() },
        _ => failed(error),
    })?;
    write_through(file, content, path).map_err(|error| {
        // Half a ring is worth nothing, and would block the next attempt.
        let _ = fs::remove_file(path);
        failed(error)
    })
}

/// The text of a ring that is to stand at `path`, if a file of it could be read again.
fn text(ring: &Ring, path: &Path) -> Result<Zeroizing<String>, FileError> {
    let text = ring.to_text();
    if text.len() > LIMIT {
        let place = path.display().to_string();
        let reason = "it would be larger than 64 KiB; ask for fewer epochs";
        return Err(FileError::Refused { place, reason });
    }
    Ok(text)
}

/// Writes and syncs the file, then the folder that has its name.
fn write_through(mut file: File, bytes: &[u8], path: &Path) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()?;
    replace::sync_folder(path)
}
