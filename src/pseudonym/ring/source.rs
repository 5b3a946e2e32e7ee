//! The one place that keys come from.

use std::path::{Path, PathBuf};

use super::command::KeyCommand;
use super::error::FileError;
use super::file::{self, OpenOptions};
use super::model::Ring;

/// File name of the ring among the credentials of a systemd unit.
const CREDENTIAL: &str = "lognym.ring";

/// What the operator said of where the ring is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places<'a> {
    /// A file.
    pub file: Option<&'a Path>,
    /// A descriptor that this process was started with.
    pub fd: Option<u32>,
    /// The value of `$CREDENTIALS_DIRECTORY`, which counts if a ring lies in it.
    pub credentials: Option<&'a Path>,
    /// A command of the configuration.
    pub command: Option<&'a KeyCommand>,
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
    /// A program that writes the ring to its standard output: the door to a KMS.
    Command(KeyCommand),
}

impl KeySource {
    /// The source among these, or none.
    ///
    /// # Errors
    /// [`FileError::TwoSources`] when there is more than one.
    pub fn choose(places: Places) -> Result<Option<Self>, FileError> {
        let credential = places
            .credentials
            .map(|folder| folder.join(CREDENTIAL))
            .filter(|ring| ring.symlink_metadata().is_ok());
        let mut given = [
            places.file.map(|path| (Self::File(path.to_owned()), "--key-file")),
            places.fd.map(|fd| (Self::Fd(fd), "--key-fd")),
            credential.map(|path| (Self::Credential(path), "$CREDENTIALS_DIRECTORY/lognym.ring")),
            places.command.map(|command| (Self::Command(command.clone()), "key_command")),
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
    ///
    /// # Errors
    /// [`FileError`]; nothing of the ring's content is in it.
    pub fn load(&self, options: OpenOptions) -> Result<Ring, FileError> {
        match self {
            Self::File(path) => file::open(path, options),
            Self::Fd(fd) => file::from_fd(*fd, options),
            Self::Credential(path) => file::open(path, OpenOptions { allow_group_read: true }),
            Self::Command(command) => command.load(),
        }
    }
}
