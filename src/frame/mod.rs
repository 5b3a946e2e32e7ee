//! Cuts a byte stream into blocks of whole lines, without doing any I/O itself.
//!
//! In: bytes, in whatever pieces the transport reads them. Out: [`Frame`]s, in order, that
//! add up to the input byte for byte, and the verdict of [`sniff`] on its first bytes.
//!
//! Invariants: a line is never split over two frames; what comes out does not depend on how
//! the input was split into reads (only where one block ends and the next begins does); a line
//! over the limit is never held in memory as a whole. Cost: one copy of the unfinished
//! line at the end of each block, and one backward search for a line end in each read.

mod buffer;
mod lines;
pub mod sniff;

pub use buffer::Block;
pub use lines::{Frame, Framer, Limits, LineEnd};

#[cfg(test)]
mod tests;
