//! The reading side: inputs in, frames out, as soon as they may leave.
//!
//! While bytes keep coming, only full blocks leave. Before a read that would wait, all complete lines
//! leave, so that none ever waits for more input.

use std::io::ErrorKind;
use std::iter::Enumerate;

use super::error::Error;
use super::options::{Meter, Options};
use super::source::{Feed, Input, Patience, Ready};
use crate::frame::{Block, Frame, Framer, sniff};

/// Reads all inputs, one after the other, each to its end. A missing line end at the end of one
/// does not glue its last line to the first one of the next: the lines are two, though
/// nothing is written between them.
///
/// After a stop request, only the length of the unfinished line on hand is given out: half a number
/// may look like none. When reading fails, nothing of it is.
pub(super) struct Pump<'p, F, I> {
    feeds: Enumerate<F>,
    feed: Option<Feed<I>>,
    framer: Framer,
    options: &'p Options,
    meter: &'p Meter,
    /// The number of the input.
    number: usize,
    /// Whether the beginning of the input has been looked at. Nothing leaves before.
    sniffed: bool,
    /// What is given out before the next step.
    giving: Option<NextFrame>,
    next: Step,
}

/// Which frames are taken out of the framer.
type NextFrame = fn(&mut Framer) -> Option<Frame>;

/// What is done when all that may leave has left.
enum Step {
    /// Opens the next input.
    Open,
    /// Reads, or asks with this patience whether that would wait.
    Read(Patience),
    /// Nothing more; reading may have failed.
    End(Option<Error>),
}

impl<'p, F, I> Pump<'p, F, I>
where
    F: Iterator<Item = Result<Feed<I>, Error>>,
    I: Input,
{
    pub(super) fn new(feeds: F, options: &'p Options, meter: &'p Meter) -> Self {
        let framer = Framer::new(options.limits);
        let (feeds, feed, giving) = (feeds.enumerate(), None, None);
        let (number, sniffed) = (0, false);
        Self { feeds, feed, framer, options, meter, number, sniffed, giving, next: Step::Open }
    }

    fn open(&mut self) -> Result<(), Error> {
        // Closed first: opening a FIFO waits for its writer.
        self.feed = None;
        self.next = Step::End(None);
        if let Some((number, feed)) = self.feeds.next() {
            (self.number, self.sniffed, self.feed) = (number, false, Some(feed?));
            self.next = Step::Read(Patience::None);
        }
        Ok(())
    }

    /// One read, if it would not wait; what is complete leaves before one that would.
    fn read(&mut self, patience: Patience) -> Result<(), Error> {
        let Some(Feed { name, input }) = &mut self.feed else { return Ok(()) };
        let failed = |source| Error::Read { input: name.clone(), source };
        match input.ready(patience).map_err(failed)? {
            Ready::Stopped => return self.give(Framer::interrupt, Step::End(None)),
            Ready::Closed => {
                self.next = Step::End(None);
                return Ok(());
            }
            Ready::Later => return self.give_lines(Step::Read(Patience::Forever)),
            Ready::Data => self.next = Step::Read(Patience::None),
        }
        match input.read(self.framer.space()) {
            Ok(0) => self.give(Framer::finish, Step::Open),
            Ok(count) => {
                self.framer.filled(count);
                self.meter.add_bytes_in(count as u64);
                if self.framer.is_full() || self.options.line_buffered {
                    return self.give_lines(Step::Read(Patience::None));
                }
                Ok(())
            }
            Err(error) if is_transient(error.kind()) => Ok(()),
            Err(source) => {
                let failure = failed(source);
                self.give_lines(Step::End(Some(failure)))
            }
        }
    }

    /// Gives all complete lines out, once it is known that the input can be searched, and goes on with
    /// `next`.
    fn give_lines(&mut self, next: Step) -> Result<(), Error> {
        if self.sniffed || sniff::is_decidable(self.framer.pending()) {
            return self.give(Framer::next_frame, next);
        }
        self.next = next;
        Ok(())
    }

    /// Gives out what `frames` takes from the framer, and goes on with `next`.
    fn give(&mut self, frames: NextFrame, next: Step) -> Result<(), Error> {
        if !std::mem::replace(&mut self.sniffed, true)
            && let Some(encoding) = sniff::refuse(self.framer.pending())
        {
            let input = self.feed.as_ref().map(|feed| feed.name.clone()).unwrap_or_default();
            return Err(Error::Refused { input, encoding });
        }
        (self.giving, self.next) = (Some(frames), next);
        Ok(())
    }
}

/// Frames in their order.
pub(super) trait Frames {
    /// The next frame and the number of its input, as soon as there is one; none at the end.
    ///
    /// # Errors
    ///
    /// When an input cannot be opened, read or searched; what came before it was given out. Nothing is to
    /// be asked for afterwards.
    fn next(&mut self) -> Result<Option<(usize, Frame)>, Error>;

    /// Takes the memory of a frame back.
    fn recycle(&mut self, block: Block);
}

impl<F, I> Frames for Pump<'_, F, I>
where
    F: Iterator<Item = Result<Feed<I>, Error>>,
    I: Input,
{
    fn next(&mut self) -> Result<Option<(usize, Frame)>, Error> {
        loop {
            if let Some(frame) = self.giving.and_then(|give| give(&mut self.framer)) {
                return Ok(Some((self.number, frame)));
            }
            self.giving = None;
            match &mut self.next {
                Step::Open => self.open()?,
                &mut Step::Read(patience) => self.read(patience)?,
                Step::End(failure) => return failure.take().map_or(Ok(None), Err),
            }
        }
    }

    fn recycle(&mut self, block: Block) {
        self.framer.recycle(block);
    }
}

/// A signal came in between, or somebody made the descriptor non-blocking and it has
/// nothing yet: neither is the end of the input.
fn is_transient(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Interrupted | ErrorKind::WouldBlock)
}
