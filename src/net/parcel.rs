//! What goes to the forward side: whole frames that the engine has vetted.
//!
//! A [`Parcel`] can be made from [`Vetted`] bytes only, so what the sockets take is what the engine
//! let go. Its frames are all delimited alike, which is what lets [`Parcel::rewind`] find where to
//! begin again on the next connection.

use std::time::Instant;

use memchr::{memchr_iter, memrchr};
use tokio::sync::OwnedSemaphorePermit;

use super::framing::{Wire, messages};
use crate::engine::Vetted;
use crate::stats::Counts;

/// Whole frames on their way out.
#[derive(Debug)]
pub(super) struct Parcel {
    bytes: Vec<u8>,
    wire: Wire,
    /// How many frames it holds.
    pub(super) frames: u64,
    /// When the last of them had come in.
    pub(super) born: Instant,
    /// How many of its bytes the forward side has taken.
    pub(super) written: usize,
    /// Whether it was written as a whole before, to a connection that broke.
    pub(super) sent: bool,
    /// Its place in the queue, given back when it has been written.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl Parcel {
    /// What a parcel takes in memory beside its bytes, generously: many small ones are to be
    /// bounded, too.
    pub(super) const OVERHEAD: usize = 256;

    /// Lines with their line ends, as they are, and what was seen in them.
    pub(super) fn lines(vetted: Vetted, born: Instant) -> (Self, Counts) {
        let (mut bytes, counts) = vetted.into_parts();
        if bytes.capacity() > 2 * bytes.len() {
            bytes.shrink_to_fit();
        }
        (Self::new(bytes, Wire::Line, counts.lines, born), counts)
    }

    /// Messages that were joined by a line feed after each, with new counts in octets before them.
    /// `inner` tells how many line feeds each message holds within; nothing comes of it if the
    /// lines of `vetted` are not as many.
    pub(super) fn counted(
        vetted: Vetted,
        inner: &[usize],
        born: Instant,
    ) -> Option<(Self, Counts)> {
        let (text, counts) = vetted.into_parts();
        let mut ends = memchr_iter(b'\n', &text);
        let mut bytes = Vec::with_capacity(text.len() + 8 * inner.len());
        let mut start = 0;
        for &line_feeds in inner {
            let end = ends.nth(line_feeds)?;
            let message = &text[start..end];
            bytes.extend_from_slice(message.len().to_string().as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(message);
            start = end + 1;
        }
        let whole = start == text.len();
        whole.then(|| (Self::new(bytes, Wire::Counted, inner.len() as u64, born), counts))
    }

    fn new(bytes: Vec<u8>, wire: Wire, frames: u64, born: Instant) -> Self {
        Self { bytes, wire, frames, born, written: 0, sent: false, place: None }
    }

    /// All of its bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it takes in memory.
    pub(super) fn size(&self) -> usize {
        self.bytes.capacity() + Self::OVERHEAD
    }

    /// Its memory, when nobody will want its bytes again.
    pub(super) fn into_memory(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes that are not written yet.
    pub(super) fn rest(&self) -> &[u8] {
        &self.as_bytes()[self.written..]
    }

    /// Goes back to the start of the first frame that was not written as a whole: half a frame is
    /// none, and the next connection has to begin with one.
    pub(super) fn rewind(&mut self) {
        let written = &self.as_bytes()[..self.written];
        self.written = match self.wire {
            Wire::Line => memrchr(b'\n', written).map_or(0, |at| at + 1),
            Wire::Counted => self.written_ends().last().unwrap_or(0),
        };
    }

    /// How many of its frames are not written as a whole.
    pub(super) fn frames_left(&self) -> u64 {
        let done = match self.wire {
            Wire::Line => memchr_iter(b'\n', &self.as_bytes()[..self.written]).count(),
            Wire::Counted => self.written_ends().count(),
        };
        self.frames.saturating_sub(done as u64)
    }

    /// Where the counted frames end that were written as a whole.
    fn written_ends(&self) -> impl Iterator<Item = usize> {
        let ends = messages(self.as_bytes()).map(|message| message.end);
        ends.take_while(|&end| end <= self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Setup, Spare};
    use crate::pseudonym::{Domain, Keys};

    fn vetted(text: &str) -> Vetted {
        let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("randomness");
        let engine = Engine::new(Setup::default(), keys).expect("the embedded rules are valid");
        engine.process(text.as_bytes(), &mut engine.scratch(), Spare::default())
    }

    fn lines(text: &str) -> Parcel {
        Parcel::lines(vetted(text), Instant::now()).0
    }

    fn counted(text: &str, inner: &[usize]) -> Option<Parcel> {
        Parcel::counted(vetted(text), inner, Instant::now()).map(|(parcel, _)| parcel)
    }

    #[test]
    fn counts_are_those_of_the_bytes() {
        let parcel = counted("ü\n\ntwo\nlines\nend\n\n", &[0, 0, 1, 1]).expect("they fit");
        assert_eq!(parcel.as_bytes(), "2 ü0 9 two\nlines4 end\n".as_bytes());
        assert_eq!(parcel.frames, 4);
    }

    #[test]
    fn messages_that_do_not_fit_are_nothing() {
        assert!(counted("one\ntwo\n", &[0]).is_none());
        assert!(counted("one\n", &[0, 0]).is_none());
        assert!(counted("one\n", &[1]).is_none());
    }

    #[test]
    fn half_a_frame_is_written_again() {
        for (mut parcel, ends) in [
            (lines("one\ntwo\nthree\n"), [0, 4, 8, 14]),
            (counted("a b\n\n12 x\n", &[0, 0, 0]).expect("they fit"), [0, 5, 7, 13]),
        ] {
            for written in 0..=ends[3] {
                parcel.written = written;
                let whole = ends.iter().rposition(|&end| end <= written).expect("0 is there");
                assert_eq!(parcel.frames_left(), 3 - whole as u64, "{written}");
                parcel.rewind();
                assert_eq!(parcel.written, ends[whole], "{written}");
            }
        }
    }
}
