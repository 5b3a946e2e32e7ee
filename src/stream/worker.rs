//! What a thread needs to work on a frame: the working memory of an engine.
//!
//! In: a frame and the engine of its time. Out: vetted bytes, and the memory of the frame.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use super::headers::Under;
use crate::engine::{Reason, Scratch, Spare, Vetted};
use crate::frame::{Block, Frame};
use crate::memory::Memory;

/// What a worker does with a frame under an engine; it gives back the frame's memory.
pub(super) trait Work: Send {
    fn work(&mut self, under: &Under, frame: Frame, spare: Spare) -> (Vetted, Option<Block>);
    /// Time spent in the engine.
    fn busy(&self) -> Duration;
}

/// The working memory of an engine.
#[derive(Default)]
pub(super) struct Worker {
    scratch: Scratch,
    busy: Duration,
    memory: Option<Memory>,
}

impl Worker {
    /// One that remembers the last `limit` people: it must see all blocks, in their order.
    pub(super) fn remembering(limit: NonZeroUsize) -> Self {
        Self { memory: Some(Memory::new(limit)), ..Self::default() }
    }
}

impl Work for Worker {
    fn work(&mut self, under: &Under, frame: Frame, spare: Spare) -> (Vetted, Option<Block>) {
        let begun = Instant::now();
        let Under { engine, columns } = under;
        let done = match frame {
            Frame::Lines(block) => {
                let (bytes, scratch) = (block.as_bytes(), &mut self.scratch);
                let vetted = match &mut self.memory {
                    Some(memory) => {
                        engine.process_remembering(columns, memory, bytes, scratch, spare)
                    }
                    None => engine.process_rows(columns, bytes, scratch, spare),
                };
                (vetted, Some(block))
            }
            Frame::Oversize { bytes, end } => {
                (engine.withhold(bytes, end.as_bytes(), Reason::LineTooLong, spare), None)
            }
            Frame::Interrupted { bytes } => {
                (engine.withhold(bytes, b"", Reason::Interrupted, spare), None)
            }
        };
        self.busy += begun.elapsed();
        done
    }

    fn busy(&self) -> Duration {
        self.busy
    }
}
