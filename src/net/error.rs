//! Why the sidecar does not start.

use std::io;
use std::path::PathBuf;

/// Nothing here is about a peer: what peers do is counted, not fatal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A URI stands at the wrong end of a pair.
    #[error("cannot {verb} {scheme}: {reason}")]
    Uri {
        /// `listen on` or `forward to`.
        verb: &'static str,
        /// The scheme of the URI.
        scheme: &'static str,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// Anybody on the network could send logs in clear.
    #[error(
        "refusing to listen on {place} without TLS: it is not a loopback address; use tls://, or \
         say --insecure-listen"
    )]
    Insecure {
        /// The URI.
        place: String,
    },
    /// Bounds that cannot be kept together.
    #[error("the bounds do not fit together: {reason}")]
    Bounds {
        /// Which do not, and what to do.
        reason: String,
    },
    /// A certificate, a key or an authority file cannot be used.
    #[error("cannot use {} for TLS: {reason}", path.display())]
    TlsFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key, or the name of a server, cannot be used.
    #[error("cannot set up TLS: {reason}")]
    Tls {
        /// What is wrong, in the words of the TLS library.
        reason: String,
    },
    /// A socket cannot be opened.
    #[error("cannot listen on {place}")]
    Listen {
        /// The URI.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// The runtime cannot be started, or signals cannot be received.
    #[error("cannot start the sidecar")]
    Start {
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    /// Whether the configuration was refused, as opposed to something that failed.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Error::Listen { .. } | Error::Start { .. })
    }
}
