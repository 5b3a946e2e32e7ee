//! A new file in place of an old one, so that whoever looks finds the one or the other whole.
//!
//! The new content goes to a file beside the old one, which gets the old one's owner and rights,
//! is synced, renamed over the old name, and the folder synced. A crash or `kill -9` at any
//! point leaves the old file or the new one; what a killed process leaves beside it is taken
//! over by the next replacement of that file. A lock on the file beside keeps two
//! replacements of one file apart.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

/// A file that is being written anew.
#[derive(Debug)]
pub struct Replacement {
    output: BufWriter<File>,
    /// Where it stands until it is committed; `None` afterwards.
    beside: Option<PathBuf>,
    path: PathBuf,
}

impl Replacement {
    /// Begins to replace the file at `path`, links followed, whose metadata are `old`.
    ///
    /// # Errors
    /// The system's; `WouldBlock` when another process is about to replace the same file.
    pub fn begin(path: &Path, old: &Metadata) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let beside = beside(&path)?;
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits() as i32)
            .open(&beside)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        if !is_still(&file, &beside)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let found = file.metadata()?;
        if found.uid() != old.uid() && found.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("another user's file stands in the way"));
        }
        file.set_len(0)?;
        if (old.uid(), old.gid()) != (found.uid(), found.gid()) {
            fchown(&file, Some(old.uid()), Some(old.gid()))?;
        }
        file.set_permissions(Permissions::from_mode(old.mode() & 0o7777))?;
        Ok(Self { output: BufWriter::with_capacity(1 << 18, file), beside: Some(beside), path })
    }

    /// Puts the new file in the place of the old one, for good: both are on the disk.
    ///
    /// # Errors
    /// The system's; the old file is there still.
    pub fn commit(mut self) -> io::Result<()> {
        self.output.flush()?;
        self.output.get_ref().sync_all()?;
        if let Some(beside) = &self.beside {
            fs::rename(beside, &self.path)?;
        }
        self.beside = None;
        sync_folder(&self.path)
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
    }
}

/// Makes sure that the name of the file at `path` is on the disk.
///
/// # Errors
/// The system's.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Whether the open `file` is the one that the name `path` leads to.
///
/// # Errors
/// The system's, but for a name that leads nowhere.
pub fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    let open = file.metadata()?;
    match path.metadata() {
        Ok(named) => Ok((open.dev(), open.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// `.NAME.lognym-new` in the same folder: always the same, so that what was left is found again.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(".lognym-new");
    Ok(path.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(content: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn content_changes_at_commit_and_rights_stay() {
        let (folder, path) = folder_with("old", 0o640);
        let mut new = Replacement::begin(&path, &path.metadata().unwrap()).unwrap();
        new.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        new.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o640);
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn what_is_not_committed_leaves_no_trace() {
        let (folder, path) = folder_with("old", 0o600);
        let mut new = Replacement::begin(&path, &path.metadata().unwrap()).unwrap();
        new.write_all(b"new").unwrap();
        drop(new);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn a_link_stays_a_link() {
        let (folder, path) = folder_with("old", 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("log", &link).unwrap();
        let mut new = Replacement::begin(&link, &path.metadata().unwrap()).unwrap();
        new.write_all(b"new").unwrap();
        new.commit().unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn two_at_a_time_are_kept_apart_and_remains_are_taken_over() {
        let (_folder, path) = folder_with("old", 0o600);
        let metadata = path.metadata().unwrap();
        let first = Replacement::begin(&path, &metadata).unwrap();
        let second = Replacement::begin(&path, &metadata).unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::WouldBlock);
        drop(first);

        fs::write(beside(&path).unwrap(), "left by a killed process").unwrap();
        let mut new = Replacement::begin(&path, &metadata).unwrap();
        new.write_all(b"new").unwrap();
        new.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_planted_link_is_not_followed() {
        let (folder, path) = folder_with("old", 0o600);
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, beside(&path).unwrap()).unwrap();
        assert!(Replacement::begin(&path, &path.metadata().unwrap()).is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
    }
}
