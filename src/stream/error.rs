//! What can go wrong between an input and the output.

use std::io;

use crate::epochs::NoEpoch;
use crate::frame::sniff::Encoding;

/// A failure of the transport. Names files and operations, never content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input could not be opened.
    #[error("cannot open {input}")]
    Open {
        /// The input's name.
        input: String,
        /// What the system said.
        source: io::Error,
    },
    /// An input failed while it was read; what came before was written.
    #[error("cannot read {input}")]
    Read {
        /// The input's name.
        input: String,
        /// What the system said.
        source: io::Error,
    },
    /// The output failed; a closed reader downstream is no failure.
    #[error("cannot write the output")]
    Write {
        /// What the system said.
        source: io::Error,
    },
    /// No detector could see anything in this input, so none of it was written.
    #[error("refused {input}: it is {encoding}")]
    Refused {
        /// The input's name.
        input: String,
        /// What it looks like.
        encoding: Encoding,
    },
    /// An input is the file that standard output goes to: it would grow for ever.
    #[error("refused {input}: it is the output file, too")]
    OutputIsInput {
        /// The input's name.
        input: String,
    },
    /// The ring's last epoch has ended: nothing more was written.
    #[error("stopped")]
    NoEpoch {
        /// What is to be done.
        source: NoEpoch,
    },
    /// The means to stop by a signal could not be set up.
    #[error("cannot watch for signals")]
    Signals {
        /// What the system said.
        source: io::Error,
    },
}
