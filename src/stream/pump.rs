//! The reading side: inputs in, frames out, as soon as they may leave.
//!
//! While bytes keep coming, only full blocks leave. Before a read that would wait, all complete lines
//! leave, so that none ever waits for more input.

use std::io::ErrorKind;
use std::ops::ControlFlow::{self, Break, Continue};

use super::error::Error;
use super::options::{Meter, Options};
use super::source::{Feed, Input, Patience, Ready};
use crate::frame::{Block, Frame, Framer, sniff};

/// Takes a frame of the input with this number; gives back a block that is free, or breaks
/// when it wants no more.
pub(super) type Deliver<'d> = dyn FnMut(usize, Frame) -> ControlFlow<(), Option<Block>> + 'd;

/// Reads all inputs, one after the other, each to its end. A missing line end at the end of one
/// does not glue its last line to the first one of the next: the lines are two, though
/// nothing is written between them.
///
/// After a stop request, only the length of the unfinished line on hand is delivered: half a number
/// may look like none. When reading fails, nothing of it is.
pub(super) fn pump<I: Input>(
    feeds: impl Iterator<Item = Result<Feed<I>, Error>>,
    options: &Options,
    meter: &Meter,
    deliver: &mut Deliver<'_>,
) -> Result<(), Error> {
    let framer = Framer::new(options.limits);
    let mut pump = Pump { framer, options, meter, deliver, number: 0, sniffed: false };
    for (number, feed) in feeds.enumerate() {
        (pump.number, pump.sniffed) = (number, false);
        if pump.drain(feed?)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Whether to go on with the next input.
type Flow = ControlFlow<()>;

/// Which frames are taken out of the framer.
type NextFrame = fn(&mut Framer) -> Option<Frame>;

struct Pump<'p, 'd> {
    framer: Framer,
    options: &'p Options,
    meter: &'p Meter,
    deliver: &'p mut Deliver<'d>,
    number: usize,
    /// Whether the beginning of the input has been looked at. Nothing leaves before.
    sniffed: bool,
}

impl Pump<'_, '_> {
    fn drain<I: Input>(&mut self, mut feed: Feed<I>) -> Result<Flow, Error> {
        loop {
            match self.wait(&mut feed)? {
                Ready::Stopped => {
                    let _ = self.finish(&feed.name, Framer::interrupt)?;
                    return Ok(Break(()));
                }
                Ready::Closed => return Ok(Break(())),
                Ready::Data | Ready::Later => {}
            }
            match feed.input.read(self.framer.space()) {
                Ok(0) => return self.finish(&feed.name, Framer::finish),
                Ok(count) => self.take(count),
                Err(error) if is_transient(error.kind()) => continue,
                Err(source) => {
                    let _ = self.ship(&feed.name)?;
                    return Err(Error::Read { input: feed.name, source });
                }
            }
            if (self.framer.is_full() || self.options.line_buffered)
                && self.ship(&feed.name)?.is_break()
            {
                return Ok(Break(()));
            }
        }
    }

    fn take(&mut self, count: usize) {
        self.framer.filled(count);
        self.meter.add_bytes_in(count as u64);
    }

    /// Waits until there is something to read; what is complete leaves before.
    fn wait<I: Input>(&mut self, feed: &mut Feed<I>) -> Result<Ready, Error> {
        let mut ready = feed.input.ready(Patience::None);
        if matches!(ready, Ok(Ready::Later)) {
            if self.ship(&feed.name)?.is_break() {
                return Ok(Ready::Closed);
            }
            ready = feed.input.ready(Patience::Forever);
        }
        ready.map_err(|source| Error::Read { input: feed.name.clone(), source })
    }

    /// Delivers all complete lines, once it is known that the input can be searched.
    fn ship(&mut self, name: &str) -> Result<Flow, Error> {
        if !self.sniffed {
            if !sniff::is_decidable(self.framer.pending()) {
                return Ok(Continue(()));
            }
            self.sniff(name)?;
        }
        Ok(self.deliver_all(Framer::next_frame))
    }

    /// Delivers everything that is left, as `last` gives it out.
    fn finish(&mut self, name: &str, last: NextFrame) -> Result<Flow, Error> {
        self.sniff(name)?;
        Ok(self.deliver_all(last))
    }

    fn sniff(&mut self, name: &str) -> Result<(), Error> {
        if !std::mem::replace(&mut self.sniffed, true)
            && let Some(encoding) = sniff::refuse(self.framer.pending())
        {
            return Err(Error::Refused { input: name.to_owned(), encoding });
        }
        Ok(())
    }

    fn deliver_all(&mut self, next: NextFrame) -> Flow {
        while let Some(frame) = next(&mut self.framer) {
            if let Some(block) = (self.deliver)(self.number, frame)? {
                self.framer.recycle(block);
            }
        }
        Continue(())
    }
}

/// A signal came in between, or somebody made the descriptor non-blocking and it has
/// nothing yet: neither is the end of the input.
fn is_transient(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Interrupted | ErrorKind::WouldBlock)
}
