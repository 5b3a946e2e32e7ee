//! Why a request cannot be met.

use std::io;

use crate::pseudonym::ring::RingError;

/// A failed request. Names files, lines and operations, never content.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    /// An identifier that is neither phone number nor name nor token.
    #[error(
        "identifier {line}: neither a phone number nor a name; write numbers with their country \
         code, or give --region"
    )]
    Identifier {
        /// Its line, from 1.
        line: usize,
    },
    /// The ring has no keys for this.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// A log could not be opened or read.
    #[error("cannot read {input}")]
    Read {
        /// Its name.
        input: String,
        /// What the system or the decompressor said.
        #[source]
        source: io::Error,
    },
    /// A line that does not fit into memory.
    #[error("{input} has a line of more than 256 MiB, which cannot be searched")]
    LineTooLong {
        /// The log.
        input: String,
    },
    /// The report could not be written.
    #[error("cannot write the output")]
    Write(#[source] io::Error),
    /// A log could not be rewritten; it is what it was.
    #[error("cannot rewrite {input}")]
    Rewrite {
        /// Its name.
        input: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A log that cannot be rewritten without losing something.
    #[error("{input} was not rewritten: {reason}")]
    Refused {
        /// Its name.
        input: String,
        /// What is in the way, and the remedy.
        reason: &'static str,
    },
}
