//! Frames that end at a line feed.
//!
//! The transport reads into [`Framer::space`], says how much came by [`Framer::filled`], and
//! takes frames when the block is full or when it has to wait for input.

use memchr::{memchr, memrchr};

use super::buffer::Block;

/// One step of the stream.
#[derive(Debug)]
pub enum Frame {
    /// Whole lines with their line ends; only the very last line of an input may lack its own.
    Lines(Block),
    /// A line whose content was longer than [`Limits::max_line`] and has been discarded.
    Oversize {
        /// Length of the content, its line end not counted.
        bytes: u64,
        /// The line end, which is to be kept.
        end: LineEnd,
    },
    /// The beginning of a line whose rest will never be read; it has been discarded.
    Interrupted {
        /// Length of what was read of it.
        bytes: u64,
    },
}

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// With the input: there was no line end.
    None,
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
}

impl LineEnd {
    /// The line end as it stood in the input.
    pub const fn as_bytes(self) -> &'static [u8] {
        match self {
            LineEnd::None => b"",
            LineEnd::Lf => b"\n",
            LineEnd::CrLf => b"\r\n",
        }
    }
}

/// What bounds the memory of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of a block in bytes; a block grows beyond it only for a single longer line.
    pub block_bytes: usize,
    /// Longest content of a line in bytes, its line end not counted.
    pub max_line: usize,
}

impl Limits {
    /// 256 KiB: a block and its output stay in the second-level cache of one core, and a
    /// system call or a hand-over to another thread is paid once for some thousand lines.
    /// Measured on a file of 1 GB (1 MiB of that cache, one thread, best of three): 128 and
    /// 256 KiB are the fastest, 64 KiB takes 1.2 times as long, 512 KiB 1.4, 4 MiB 2.5.
    pub const BLOCK_BYTES: usize = 256 * 1024;
    /// 1 MiB.
    pub const MAX_LINE: usize = 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self { block_bytes: Self::BLOCK_BYTES, max_line: Self::MAX_LINE }
    }
}

/// Collects bytes and gives them out as frames.
///
/// Memory: one block, the blocks that are out, and those that came back. A block holds at
/// most [`Limits::block_bytes`], or one line of at most [`Limits::max_line`] that needed more (and up
/// to twice that for the doubling).
#[derive(Debug)]
pub struct Framer {
    limits: Limits,
    block: Block,
    /// Length of the whole lines at the front of `block`: what follows holds no line feed.
    whole: usize,
    /// Set while the rest of a line over the limit is thrown away.
    dropped: Option<Dropped>,
    pool: Vec<Block>,
}

impl Framer {
    /// An empty framer. Limits of 0 count as 1.
    pub fn new(limits: Limits) -> Self {
        let limits =
            Limits { block_bytes: limits.block_bytes.max(1), max_line: limits.max_line.max(1) };
        let block = Block::new(limits.block_bytes);
        Self { limits, block, whole: 0, dropped: None, pool: Vec::new() }
    }

    /// Where the next bytes are to be read into; never empty.
    ///
    /// A full block grows here, so take the frames first when [`Self::is_full`].
    pub fn space(&mut self) -> &mut [u8] {
        if self.block.is_full() {
            self.block.make_room();
        }
        self.block.space()
    }

    /// Takes in the first `count` bytes of [`Self::space`].
    ///
    /// # Panics
    ///
    /// If `count` is more than the space had.
    pub fn filled(&mut self, count: usize) {
        let before = self.block.len();
        self.block.extend(count);
        if let Some(at) = memrchr(b'\n', &self.block.as_bytes()[before..]) {
            self.whole = before + at + 1;
        }
    }

    /// Whether there is no more room: time to take the frames.
    pub fn is_full(&self) -> bool {
        self.block.is_full()
    }

    /// What has come in and is in no frame yet.
    pub fn pending(&self) -> &[u8] {
        self.block.as_bytes()
    }

    /// Gives a block back for reuse.
    pub fn recycle(&mut self, mut block: Block) {
        block.reset(self.limits.block_bytes);
        self.pool.push(block);
    }

    /// The next frame of whole lines, if there is one.
    pub fn next_frame(&mut self) -> Option<Frame> {
        if self.dropped.is_some() {
            return self.drop_line();
        }
        let fitting = self.fitting();
        if fitting > 0 {
            return Some(Frame::Lines(self.cut(fitting)));
        }
        if self.whole > 0 || self.tail_is_too_long() {
            self.dropped = Some(Dropped::default());
            return self.drop_line();
        }
        None
    }

    /// The remaining frames at the end of the input, the last of which may have no line end.
    pub fn finish(&mut self) -> Option<Frame> {
        if let Some(frame) = self.next_frame() {
            return Some(frame);
        }
        if let Some(dropped) = self.dropped.take() {
            return Some(dropped.into_frame(LineEnd::None));
        }
        match self.block.len() {
            0 => None,
            // A last CR, taken for half a line end so far, turned out to be content.
            length if length > self.limits.max_line => {
                self.block.clear();
                Some(Frame::Oversize { bytes: length as u64, end: LineEnd::None })
            }
            length => Some(Frame::Lines(self.cut(length))),
        }
    }

    /// The remaining frames when reading stops before the end of the input: what there is of the
    /// last line is no line, and only its length is told.
    pub fn interrupt(&mut self) -> Option<Frame> {
        if let Some(frame) = self.next_frame() {
            return Some(frame);
        }
        let dropped = self.dropped.take().map_or(0, |dropped| dropped.bytes);
        let bytes = dropped + self.block.len() as u64;
        self.block.clear();
        (bytes > 0).then_some(Frame::Interrupted { bytes })
    }

    /// Length of the whole lines before the first one that is over the limit.
    ///
    /// Looks at no more than one line end in `max_line` bytes.
    fn fitting(&self) -> usize {
        let lines = &self.block.as_bytes()[..self.whole];
        let mut fitting = 0;
        while lines.len() - fitting > self.limits.max_line + 1 {
            let window = &lines[fitting..lines.len().min(fitting + self.limits.max_line + 2)];
            match last_fitting_end(window, self.limits.max_line) {
                Some(length) => fitting += length,
                None => return fitting,
            }
        }
        lines.len()
    }

    /// Whether the unfinished line is over the limit whatever comes next.
    fn tail_is_too_long(&self) -> bool {
        let tail = self.block.as_bytes();
        tail.len() - usize::from(tail.ends_with(b"\r")) > self.limits.max_line
    }

    /// Takes the first `length` bytes out of the block.
    fn cut(&mut self, length: usize) -> Block {
        let mut other = self.pool.pop().unwrap_or_else(|| Block::new(self.limits.block_bytes));
        if length < self.whole {
            // A line over the limit follows. Copying what stands before it, not what comes
            // after it, keeps the copies linear however many such lines a block holds.
            other.copy_from(&self.block.as_bytes()[..length]);
            self.block.consume(length);
            self.whole -= length;
            return other;
        }
        other.copy_from(&self.block.as_bytes()[length..]);
        std::mem::swap(&mut self.block, &mut other);
        other.truncate(length);
        self.whole = 0;
        other
    }

    /// Throws away up to the end of the line, which gives the frame once it is there.
    fn drop_line(&mut self) -> Option<Frame> {
        let mut dropped = self.dropped.take()?;
        let line = &self.block.as_bytes()[..self.whole];
        let Some(end) = memchr(b'\n', line) else {
            dropped.add(self.block.as_bytes());
            self.dropped = Some(dropped);
            self.block.clear();
            return None;
        };
        dropped.add(&line[..end]);
        self.block.consume(end + 1);
        self.whole -= end + 1;
        Some(dropped.into_frame(LineEnd::Lf))
    }
}

/// Length of the last run of lines in `window` that all keep the limit, if the first does.
///
/// `window` is at most `max_line + 2` bytes: one line of the longest kind with CRLF.
fn last_fitting_end(window: &[u8], max_line: usize) -> Option<usize> {
    let end = memrchr(b'\n', window)?;
    let fits = end <= max_line
        || window[..end].ends_with(b"\r")
        || memchr(b'\n', &window[..end]).is_some();
    fits.then_some(end + 1)
}

/// What is left of a line over the limit.
#[derive(Debug, Default)]
struct Dropped {
    bytes: u64,
    last_is_cr: bool,
}

impl Dropped {
    fn add(&mut self, content: &[u8]) {
        if let Some(last) = content.last() {
            self.bytes += content.len() as u64;
            self.last_is_cr = *last == b'\r';
        }
    }

    fn into_frame(self, end: LineEnd) -> Frame {
        match end {
            LineEnd::Lf if self.last_is_cr => {
                Frame::Oversize { bytes: self.bytes - 1, end: LineEnd::CrLf }
            }
            end => Frame::Oversize { bytes: self.bytes, end },
        }
    }
}
