//! The rights of the people in the logs: whose lines are these, who may see them, away with them.
//!
//! ```text
//! identifiers ── subject + ring ──> tokens ── find ──> lines ── extract ──> CSV, JSON lines
//!                                              └───── erase ──> the file without them
//! ```
//!
//! Everything works on filtered logs: a subject is looked for by tokens, and these come from the same
//! engine as the filter's. One pass reads a log once whatever the number of tokens; gzip and
//! Zstandard are read as they are. No message holds an identifier or a line.

mod erase;
mod error;
mod extract;
mod find;
mod input;
mod query;
mod subject;
mod tokens;

pub use erase::{Erased, Mode, erase, survey};
pub use error::RightsError;
pub use extract::{Extract, Form};
pub use find::{Hit, Lines, find};
pub use input::{Input, files};
pub use query::{Store, queries};
pub use subject::{Identifier, Located, identifiers, locate, marks};
pub use tokens::{Search, TokenSet};

#[cfg(test)]
mod tests;
