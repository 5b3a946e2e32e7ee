//! Rings in files: who may own them, where they come from, how new ones are made.
//!
//! All checks look at the opened descriptor, so that nobody can exchange the file between
//! check and reading. Symbolic links are followed: Kubernetes mounts secrets as links.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::error::{FileError, RingError};
use super::model::Ring;

/// The largest ring file in bytes; room for some 280 epochs.
pub const LIMIT: usize = 64 * 1024;

/// File name of the ring among the credentials of a systemd unit.
const CREDENTIAL: &str = "lognym.ring";

/// Which rights on a ring file are tolerated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// The file's group may read it.
    pub allow_group_read: bool,
}

/// The one place that keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file that the operator names.
    File(PathBuf),
    /// A descriptor that this process was started with.
    Fd(u32),
    /// A credential of the systemd unit.
    Credential(PathBuf),
}

impl KeySource {
    /// The source among these, or none; an error if there are two. `credentials` is the value
    /// of `$CREDENTIALS_DIRECTORY`, which counts if a ring lies in it.
    pub fn choose(
        file: Option<&Path>,
        fd: Option<u32>,
        credentials: Option<&Path>,
    ) -> Result<Option<Self>, FileError> {
        let credential = credentials
            .map(|folder| folder.join(CREDENTIAL))
            .filter(|ring| ring.symlink_metadata().is_ok());
        let mut given = [
            file.map(|path| (Self::File(path.to_owned()), "--key-file")),
            fd.map(|fd| (Self::Fd(fd), "--key-fd")),
            credential.map(|path| (Self::Credential(path), "$CREDENTIALS_DIRECTORY/lognym.ring")),
        ]
        .into_iter()
        .flatten();
        match (given.next(), given.next()) {
            (Some((_, first)), Some((_, second))) => Err(FileError::TwoSources { first, second }),
            (first, _) => Ok(first.map(|(source, _)| source)),
        }
    }

    /// Reads the ring. systemd hands out credentials that the unit's group may read, as it
    /// keeps others from the folder by itself.
    pub fn load(&self, options: OpenOptions) -> Result<Ring, FileError> {
        match self {
            Self::File(path) => open(path, options),
            Self::Fd(fd) => from_fd(*fd, options),
            Self::Credential(path) => open(path, OpenOptions { allow_group_read: true }),
        }
    }
}

/// Reads the ring in the file at `path`: a regular file of root or the effective user, closed
/// to all others.
pub fn open(path: &Path, options: OpenOptions) -> Result<Ring, FileError> {
    let place = path.display().to_string();
    // Without blocking: a FIFO is to be refused, not waited for.
    let file = File::options()
        .read(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32)
        .open(path)
        .map_err(|source| FileError::Read { place: place.clone(), source })?;
    let metadata =
        file.metadata().map_err(|source| FileError::Read { place: place.clone(), source })?;
    let reason = match &metadata {
        m if !m.is_file() => Some("it is not a regular file"),
        m => refusal(m, options),
    };
    match reason {
        Some(reason) => Err(FileError::Refused { place, reason }),
        None => read(file, place),
    }
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

fn read(file: File, place: String) -> Result<Ring, FileError> {
    // Room for all of it: growing would leave secrets behind in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    if let Err(source) = file.take(LIMIT as u64 + 1).read_to_end(&mut bytes) {
        return Err(FileError::Read { place, source });
    }
    if bytes.len() > LIMIT {
        return Err(FileError::Refused { place, reason: "it is larger than 64 KiB" });
    }
    let ring = match std::str::from_utf8(&bytes) {
        Ok(text) => Ring::parse(text),
        Err(_) => Err(RingError::Syntax { line: 1, reason: "not UTF-8" }),
    };
    ring.map_err(|source| FileError::Ring { place, source })
}

/// Writes `ring` to a new file with rights 0600 and makes sure that it is on the disk. An
/// existing file, or a link of that name, is never touched.
pub fn create(path: &Path, ring: &Ring) -> Result<(), FileError> {
    let text = ring.to_text();
    if text.len() > LIMIT {
        let place = path.display().to_string();
        return Err(FileError::Refused {
            place,
            reason: "it would be larger than 64 KiB; ask for fewer epochs",
        });
    }
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    let opened = File::options().write(true).create_new(true).mode(0o600).open(path);
    let file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists { path: path.to_owned() },
        _ => failed(error),
    })?;
    write_through(file, text.as_bytes(), path).map_err(|error| {
        // Half a ring is worth nothing, and would block the next attempt.
        let _ = fs::remove_file(path);
        failed(error)
    })
}

/// Writes and syncs the file, then the folder that has its name.
fn write_through(mut file: File, bytes: &[u8], path: &Path) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
