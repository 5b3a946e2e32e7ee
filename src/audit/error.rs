//! Why an audit log cannot be written or read.

use std::io;
use std::path::PathBuf;

/// A failure of the log. Names files and operations, never content.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file could not be opened, locked, read or written.
    #[error("cannot {operation} the audit log {}", path.display())]
    Io {
        /// What failed.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is not one that a log can be appended to.
    #[error(
        "the audit log {} is damaged: its last line is no whole entry; run `lognym audit verify` \
         on it, move it aside and begin a new one", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Something else than a file.
    #[error("the audit log {} is not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A case whose id is none; the id itself is not repeated.
    #[error("a case id has 1 to 64 characters of A-Z, a-z, 0-9, '.', '_', '/' and '-'")]
    BadCase,
    /// An expected head that is none.
    #[error(
        "a head is the number of an entry, ':', and 64 hexadecimal digits, as `audit verify` prints it"
    )]
    BadHead,
}
