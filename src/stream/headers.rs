//! What a frame is worked on with: the engine of its time, and what the header of its input says.

use std::sync::Arc;

use crate::detect::Columns;
use crate::engine::Engine;
use crate::frame::Frame;

/// The engine for a frame, and the columns of its input.
#[derive(Clone, Debug)]
pub(super) struct Under {
    pub(super) engine: Arc<Engine>,
    pub(super) columns: Arc<Columns>,
}

/// What the first line of each input says of its other lines.
#[derive(Debug, Default)]
pub(super) struct Headers {
    number: Option<usize>,
    columns: Arc<Columns>,
}

impl Headers {
    /// What `frame`, the next one of the input with this number, is worked on with.
    pub(super) fn under(&mut self, engine: Arc<Engine>, number: usize, frame: &Frame) -> Under {
        if self.number != Some(number) {
            self.columns = match frame {
                Frame::Lines(block) => Arc::new(engine.columns(block.as_bytes())),
                Frame::Oversize { .. } | Frame::Interrupted { .. } => Arc::default(),
            };
            self.number = Some(number);
        }
        Under { engine, columns: Arc::clone(&self.columns) }
    }
}
