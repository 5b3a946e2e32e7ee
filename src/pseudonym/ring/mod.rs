//! The ring: the key epochs of a site, from a file into memory and back.
//!
//! A ring is a TOML file of epochs, each with an interval of time and one independent random
//! secret; a domain ring holds one domain's derived keys instead. Exactly one epoch is in
//! force at a time. What comes out of here has been checked whole: intervals, ids, strength
//! of every secret, and the rights on the file. Anything doubtful is refused, and no message
//! repeats what stood in the file.

mod calendar;
mod command;
mod error;
mod file;
mod format;
mod life;
mod model;
mod source;
mod weak;

pub use calendar::Period;
pub use command::KeyCommand;
pub use error::{FileError, RingError};
pub use file::{LIMIT, OpenOptions, create, create_private, from_fd, open, open_checked, update};
pub(in crate::pseudonym) use file::{read_text, write_failure};
pub(in crate::pseudonym) use format::{Encoded, SECRET_PREFIX, syntax_error, write_secret};
pub use model::{Epoch, Kind, Material, Ring};
pub use source::{KeySource, Places};
pub use weak::Weakness;

#[cfg(test)]
mod tests;
