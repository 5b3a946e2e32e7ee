//! Why a ring is refused. Messages name places, limits and remedies, never contents.

use std::io;
use std::path::PathBuf;

use super::weak::Weakness;
use crate::pseudonym::Domain;

/// What is wrong with a ring itself. Epochs are counted from 1, in the order of the file.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// Not TOML, or not the fields of a ring.
    #[error("line {line}: {reason}")]
    Syntax {
        /// Line in the file, from 1.
        line: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// Another format or version.
    #[error("not a ring: format must be \"lognym-ring-1\"")]
    Format,
    /// Neither a root nor a domain ring.
    #[error("kind must be \"root\", or \"domain\" together with a valid domain")]
    Kind,
    /// A suppression list of another format or version.
    #[error("not a suppression list: format must be \"lognym-suppress-1\"")]
    ListFormat,
    /// A damaged entry of a suppression list.
    #[error(
        "subject {number}: a mark is a token, an added a time, a case of A-Z, a-z, 0-9, '.', '_', '/', '-'"
    )]
    Subject {
        /// Number of the entry, from 1.
        number: usize,
    },
    /// A ring without epochs.
    #[error("the ring has no epoch")]
    Empty,
    /// The id of an epoch.
    #[error("epoch {epoch}: an id has 1 to 32 characters of A-Z, a-z, 0-9, '.', '_' and '-'")]
    Id {
        /// Number of the epoch.
        epoch: usize,
    },
    /// Two epochs of the same id.
    #[error("epochs {first} and {second} have the same id")]
    SameId {
        /// Number of the one.
        first: usize,
        /// Number of the other.
        second: usize,
    },
    /// A date that is no instant.
    #[error("epoch {epoch}: dates need a time and an offset, as in 2026-11-01T00:00:00Z")]
    Date {
        /// Number of the epoch.
        epoch: usize,
    },
    /// An interval that ends before it begins.
    #[error("epoch {epoch}: not_before < not_after <= destroy_after does not hold")]
    Interval {
        /// Number of the epoch.
        epoch: usize,
    },
    /// Two epochs in force at the same time.
    #[error("epochs {first} and {second} overlap in time")]
    Overlap {
        /// Number of the one.
        first: usize,
        /// Number of the other.
        second: usize,
    },
    /// An epoch without the material that the kind of its ring asks for.
    #[error(
        "epoch {epoch}: a root ring has a secret, a domain ring a key, a destroyed epoch neither"
    )]
    Material {
        /// Number of the epoch.
        epoch: usize,
    },
    /// A secret that is not written as one.
    #[error("epoch {epoch}: a {prefix} is followed by exactly 64 hexadecimal digits")]
    Encoding {
        /// Number of the epoch.
        epoch: usize,
        /// `lognym-sk1-` or `lognym-dk1-`.
        prefix: &'static str,
    },
    /// A secret that can be guessed.
    #[error("epoch {epoch}: the secret is weak ({weakness}); make a ring with `lognym key new`")]
    Weak {
        /// Number of the epoch.
        epoch: usize,
        /// What gives it away.
        weakness: Weakness,
    },
    /// Two epochs of the same secret.
    #[error("epochs {first} and {second} have the same secret; each needs its own")]
    SameSecret {
        /// Number of the one.
        first: usize,
        /// Number of the other.
        second: usize,
    },
    /// No epoch is in force.
    #[error(
        "no epoch of the ring is in force at {at} (it has keys from {from} to {to}); \
         use a ring for this time, `lognym key new` makes one"
    )]
    NoEpoch {
        /// The time asked for.
        at: String,
        /// Begin of the first epoch.
        from: String,
        /// End of the last epoch.
        to: String,
    },
    /// The key of an epoch was destroyed.
    #[error("the key of this epoch was destroyed")]
    Destroyed,
    /// No epoch of the id that was asked for.
    #[error("the ring has no epoch of this id; `lognym key list` shows them")]
    UnknownEpoch,
    /// Something that takes the secrets of a root ring.
    #[error("a domain ring has no secrets to do this with; use the root ring it came from")]
    RootOnly,
    /// A domain ring asked for another domain.
    #[error("this ring holds the keys of domain {holds} only; ask for that one or use a root ring")]
    OtherDomain {
        /// The domain of the ring.
        holds: Domain,
    },
    /// The calendar of jiff ends with the year 9999.
    #[error("the epochs reach beyond the calendar; ask for fewer")]
    Calendar,
    /// No random bytes.
    #[error("the operating system gives no random bytes")]
    Random(#[source] getrandom::Error),
}

/// Why a ring cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// More than one source of keys.
    #[error("more than one key source: {first} and {second}; give exactly one")]
    TwoSources {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Opening or reading failed.
    #[error("cannot read the key ring {place}")]
    Read {
        /// The file or descriptor.
        place: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not one that may hold keys.
    #[error("key ring {place} refused: {reason}")]
    Refused {
        /// The file or descriptor.
        place: String,
        /// What is wrong and how to mend it.
        reason: &'static str,
    },
    /// The ring in the file is not valid.
    #[error("key ring {place} refused")]
    Ring {
        /// The file or descriptor.
        place: String,
        /// Why.
        #[source]
        source: RingError,
    },
    /// Somebody else writes the ring, or has just written it.
    #[error("the key ring {} is being changed by another process; try again", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The command that hands out the ring failed.
    #[error("the key command {place} {reason}")]
    Command {
        /// The program.
        place: String,
        /// How it failed and what to do.
        reason: &'static str,
    },
    /// A new ring would have replaced a file.
    #[error("{} exists; a key ring is never overwritten: name another file", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Writing a new ring failed.
    #[error("cannot write the key ring {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}
