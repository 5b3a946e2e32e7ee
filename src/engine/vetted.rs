//! What leaves the engine, and the memory that comes back.

use crate::stats::Counts;

/// Bytes that the engine has released. Only the engine makes it; sinks take nothing else.
#[derive(Debug)]
pub struct Vetted {
    bytes: Vec<u8>,
    counts: Counts,
}

impl Vetted {
    /// Releases `bytes`: for the engine alone.
    pub(super) fn release(bytes: Vec<u8>, counts: Counts) -> Self {
        Self { bytes, counts }
    }

    /// The bytes to write.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was seen and done.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The bytes to write and what was seen and done, apart.
    pub fn into_parts(self) -> (Vec<u8>, Counts) {
        (self.bytes, self.counts)
    }

    /// Gives the memory back for the next block.
    pub fn recycle(mut self) -> Spare {
        self.bytes.clear();
        self.counts.clear();
        Spare { bytes: self.bytes, counts: self.counts }
    }
}

/// Empty memory for the next output block.
#[derive(Debug, Default)]
pub struct Spare {
    bytes: Vec<u8>,
    counts: Counts,
}

impl From<Vec<u8>> for Spare {
    fn from(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        Self { bytes, counts: Counts::default() }
    }
}

impl Spare {
    /// The memory, empty.
    pub(super) fn into_parts(self) -> (Vec<u8>, Counts) {
        (self.bytes, self.counts)
    }
}
