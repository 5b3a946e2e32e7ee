//! Cuts what a connection sends into frames, without doing any I/O itself.
//!
//! In: bytes, appended to [`Framer::buffer`] in whatever pieces they arrive. Out: [`Piece`]s, in
//! order: runs of whole lines, runs of whole octet-counted frames (RFC 6587, section 3.4.1, and RFC
//! 5425), and frames that may not pass, of which only the length is left.
//!
//! Invariants: a frame is never split over two pieces; a frame over the limit, or one that was not
//! read to its end, never leaves; what comes out does not depend on how the input was split into
//! reads. Cost: one search for a line end for each line, one look at the count for each counted
//! frame; the bytes of an unfinished frame are searched once, however slowly they come.
//!
//! In automatic mode each frame is told by its own first bytes. `MSG-LEN SP <` begins a counted
//! frame: a syslog message starts with `<`. `MSG-LEN SP` before anything else does so only as long
//! as all frames of the connection were counted and the length is within the limit; otherwise it is
//! a line that starts with a number, as in plain logs.

use std::ops::Range;

use memchr::memchr;

use crate::engine::Reason;

/// How the frames of a connection are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Each frame by its first bytes.
    #[default]
    Auto,
    /// Lines that end at a line feed.
    Lf,
    /// Octet counting.
    Octet,
}

/// How a frame is delimited on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// By a line feed after it.
    Line,
    /// By its length in octets before it.
    Counted,
}

/// One step of a connection. Ranges are those of [`Framer::bytes`], until the next reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Whole lines with their line ends.
    Lines(Range<usize>),
    /// Whole counted frames with their counts; `messages` takes them apart.
    Counted(Range<usize>),
    /// A frame that may not pass; its bytes are gone.
    Withheld {
        /// Length of its content, as far as it was sent.
        bytes: u64,
        /// How it was delimited.
        wire: Wire,
        /// Why.
        reason: Reason,
    },
}

/// How the bytes of a connection came to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// What there is of the last line is all of it.
    Whole,
    /// Somewhere within a frame: half a number may look like none.
    Cut,
}

/// Collects bytes and gives them out in pieces.
#[derive(Debug)]
pub struct Framer {
    framing: Framing,
    max_frame: usize,
    buffer: Vec<u8>,
    /// Start of what is in no piece yet.
    at: usize,
    /// How many bytes from there are known to hold no line feed.
    searched: usize,
    skip: Option<Skip>,
    /// Whether all frames so far were counted.
    only_counted: bool,
}

/// The rest of a frame that is thrown away.
#[derive(Debug)]
struct Skip {
    bytes: u64,
    /// Bytes to come of a counted frame; up to the line end otherwise.
    left: Option<u64>,
    reason: Reason,
}

/// What the next frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    /// Not enough bytes to tell.
    Open,
    Line,
    /// A count of `digits` digits and a space, before `length` octets.
    Counted {
        digits: usize,
        length: u64,
    },
    /// No count where there has to be one.
    Bad,
}

/// A count has at most so many digits: more than any limit needs.
const MAX_DIGITS: usize = 10;

impl Framer {
    /// An empty framer for frames of up to `max_frame` bytes of content.
    pub fn new(framing: Framing, max_frame: usize) -> Self {
        Self {
            framing,
            max_frame: max_frame.max(1),
            buffer: Vec::new(),
            at: 0,
            searched: 0,
            skip: None,
            only_counted: true,
        }
    }

    /// Where the next bytes are to be appended, with room for at least `room` of them, once all
    /// pieces have been taken.
    pub fn buffer(&mut self, room: usize) -> &mut Vec<u8> {
        self.compact();
        self.buffer.reserve_exact(room);
        &mut self.buffer
    }

    /// Gives back memory that the unfinished frame does not need.
    pub fn shrink(&mut self) {
        self.compact();
        self.buffer.shrink_to(self.buffer.len());
    }

    /// How many bytes of an unfinished frame are held.
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// Whether the input stands between two frames.
    pub fn is_between(&self) -> bool {
        self.pending() == 0 && self.skip.is_none()
    }

    /// The bytes that the ranges of pieces are of.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Gives away the memory of the piece that was given out last; its range is one of these bytes.
    /// What is in no piece yet goes on in `fresh`, which is empty.
    pub fn exchange(&mut self, mut fresh: Vec<u8>) -> Vec<u8> {
        fresh.extend_from_slice(&self.buffer[self.at..]);
        self.buffer.truncate(self.at);
        self.at = 0;
        std::mem::replace(&mut self.buffer, fresh)
    }

    /// Whether it has memory for bytes.
    pub fn has_memory(&self) -> bool {
        self.buffer.capacity() > 0
    }

    /// The next piece of whole frames, if there is one.
    pub fn next_piece(&mut self) -> Option<Piece> {
        if self.skip.is_some() {
            return self.go_on_skipping();
        }
        match self.header(self.at) {
            Header::Open => None,
            Header::Line => self.lines(),
            Header::Counted { digits, length } => self.counted(digits, length),
            Header::Bad => self.skip_line(Reason::BadFrame),
        }
    }

    /// What is left at the end, when [`Self::next_piece`] gives nothing more.
    pub fn finish(&mut self, end: End) -> Option<Piece> {
        if let Some(Skip { bytes, left, reason }) = self.skip.take() {
            return Some(Piece::Withheld { bytes, wire: wire(left.is_some()), reason });
        }
        let (start, length) = (self.at, self.pending());
        if length == 0 {
            return None;
        }
        let counted = matches!(self.header(start), Header::Counted { .. });
        if end == End::Whole && !counted && length <= self.max_frame {
            self.buffer.push(b'\n');
            self.take_to(self.buffer.len());
            return Some(Piece::Lines(start..self.at));
        }
        self.take_to(self.buffer.len());
        let (bytes, reason) = (length as u64, Reason::Interrupted);
        Some(Piece::Withheld { bytes, wire: wire(counted), reason })
    }

    /// Gives up the unfinished frame: what is held of it goes now, the rest when it comes.
    pub fn give_up(&mut self, reason: Reason) {
        if self.skip.is_none() && self.pending() > 0 {
            match self.header(self.at) {
                Header::Counted { digits, length } => {
                    self.begin_counted_skip(digits, length, reason)
                }
                _ => self.skip = Some(Skip { bytes: 0, left: None, reason }),
            }
        }
    }

    fn compact(&mut self) {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
    }

    /// Takes everything before `end` out.
    fn take_to(&mut self, end: usize) {
        (self.at, self.searched) = (end, 0);
    }

    fn header(&self, at: usize) -> Header {
        let rest = &self.buffer[at..];
        let Some(first) = rest.first() else { return Header::Open };
        let octet = self.framing == Framing::Octet;
        if !octet && (self.framing == Framing::Lf || !first.is_ascii_digit()) {
            return Header::Line;
        }
        let no_count = if octet { Header::Bad } else { Header::Line };
        let digits = rest.iter().take(MAX_DIGITS + 1).take_while(|b| b.is_ascii_digit()).count();
        if *first == b'0' || !(1..=MAX_DIGITS).contains(&digits) {
            return no_count;
        }
        let length = rest[..digits].iter().fold(0, |n, digit| 10 * n + u64::from(digit - b'0'));
        let counted = Header::Counted { digits, length };
        match (rest.get(digits), rest.get(digits + 1)) {
            (None, _) => Header::Open,
            (Some(b' '), _) if octet => counted,
            (Some(b' '), None) => Header::Open,
            (Some(b' '), Some(b'<')) => counted,
            (Some(b' '), _) if self.only_counted && length <= self.max_frame as u64 => counted,
            _ => no_count,
        }
    }

    /// The run of whole lines at the front.
    fn lines(&mut self) -> Option<Piece> {
        let start = self.at;
        let mut end = start;
        self.only_counted = false;
        while end == start || self.header(end) == Header::Line {
            let known = if end == start { self.searched } else { 0 };
            let Some(found) = memchr(b'\n', &self.buffer[end + known..]) else { break };
            let line = &self.buffer[end..end + known + found];
            if line.len() - usize::from(line.ends_with(b"\r")) > self.max_frame {
                break;
            }
            end += line.len() + 1;
        }
        if end > start {
            self.take_to(end);
            return Some(Piece::Lines(start..end));
        }
        self.searched = self.pending();
        let tail_is_cr = self.buffer.ends_with(b"\r");
        if self.searched - usize::from(tail_is_cr) > self.max_frame {
            return self.skip_line(Reason::LineTooLong);
        }
        None
    }

    /// The run of whole counted frames at the front; the first is `length` octets.
    fn counted(&mut self, digits: usize, length: u64) -> Option<Piece> {
        let start = self.at;
        let mut end = start;
        while let Header::Counted { digits, length } = self.header(end) {
            let content = end + digits + 1;
            let fits =
                length <= self.max_frame.min(self.buffer.len().saturating_sub(content)) as u64;
            if !fits {
                break;
            }
            end = content + length as usize;
        }
        if end > start {
            self.take_to(end);
            return Some(Piece::Counted(start..end));
        }
        if length > self.max_frame as u64 {
            self.begin_counted_skip(digits, length, Reason::LineTooLong);
            return self.go_on_skipping();
        }
        None
    }

    fn begin_counted_skip(&mut self, digits: usize, length: u64, reason: Reason) {
        self.take_to(self.at + digits + 1);
        self.skip = Some(Skip { bytes: 0, left: Some(length), reason });
    }

    fn skip_line(&mut self, reason: Reason) -> Option<Piece> {
        self.skip = Some(Skip { bytes: 0, left: None, reason });
        self.go_on_skipping()
    }

    fn go_on_skipping(&mut self) -> Option<Piece> {
        let mut skip = self.skip.take()?;
        let rest = &self.buffer[self.at..];
        let (content, taken, done) = match skip.left {
            Some(left) => {
                let taken = left.min(rest.len() as u64) as usize;
                skip.left = Some(left - taken as u64);
                (taken, taken, left == taken as u64)
            }
            None => match memchr(b'\n', rest) {
                Some(length) => (length, length + 1, true),
                None => (rest.len(), rest.len(), false),
            },
        };
        skip.bytes += content as u64;
        self.take_to(self.at + taken);
        if !done {
            self.skip = Some(skip);
            return None;
        }
        let Skip { bytes, left, reason } = skip;
        Some(Piece::Withheld { bytes, wire: wire(left.is_some()), reason })
    }
}

const fn wire(counted: bool) -> Wire {
    if counted { Wire::Counted } else { Wire::Line }
}

/// Where the messages of a run of whole counted frames are, their counts not included.
pub(super) fn messages(frames: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let rest = &frames[end..];
        let space = memchr(b' ', rest)?;
        let length = rest[..space].iter().fold(0, |n, digit| 10 * n + usize::from(digit - b'0'));
        let start = end + space + 1;
        end = start + length;
        (end <= frames.len()).then_some(start..end)
    })
}

#[cfg(test)]
mod tests;
