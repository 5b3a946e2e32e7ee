//! The ring: the key epochs of a site, from a file into memory and back.
//!
//! A ring is a TOML file of epochs, each with an interval of time and one independent random
//! secret; a domain ring holds one domain's derived keys instead. Exactly one epoch is in
//! force at a time. What comes out of here has been checked whole: intervals, ids, strength
//! of every secret, and the rights on the file. Anything doubtful is refused, and no message
//! repeats what stood in the file.

mod calendar;
mod error;
mod file;
mod format;
mod model;
mod weak;

pub use calendar::Period;
pub use error::{FileError, RingError};
pub use file::{KeySource, LIMIT, OpenOptions, create, from_fd, open};
pub use model::{Epoch, Kind, Material, Ring};
pub use weak::Weakness;

#[cfg(test)]
mod tests;
