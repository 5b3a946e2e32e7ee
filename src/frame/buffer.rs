//! The reusable buffer behind a block: filled at its end, consumed at its start.
//!
//! Invariant: `start <= end <= bytes.len()`; `bytes` is initialised over its whole length, so
//! that a transport can read into it without clearing it first.

/// A run of bytes that owns its memory, so that it can be handed to another thread and
/// come back to [`super::Framer::recycle`].
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Block {
    pub(super) fn new(capacity: usize) -> Self {
        Self { bytes: vec![0; capacity], start: 0, end: 0 }
    }

    /// The bytes of the block.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// How many bytes the block holds.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether nothing can be added behind the content.
    pub(super) fn is_full(&self) -> bool {
        self.end == self.bytes.len()
    }

    /// The room behind the content.
    pub(super) fn space(&mut self) -> &mut [u8] {
        &mut self.bytes[self.end..]
    }

    /// Takes the first `count` bytes of [`Self::space`] into the content.
    ///
    /// # Panics
    ///
    /// If the space is shorter: a reader that claims more than it was given is broken.
    pub(super) fn extend(&mut self, count: usize) {
        assert!(count <= self.bytes.len() - self.end, "a read filled more than its buffer");
        self.end += count;
    }

    /// Drops `count` bytes at the front.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Keeps the first `count` bytes only.
    pub(super) fn truncate(&mut self, count: usize) {
        self.end = self.end.min(self.start + count);
    }

    /// Drops the content.
    pub(super) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Replaces the content by a copy of `bytes`, growing when they do not fit.
    pub(super) fn copy_from(&mut self, bytes: &[u8]) {
        self.clear();
        if self.bytes.len() < bytes.len() {
            self.bytes.resize(bytes.len(), 0);
        }
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        self.end = bytes.len();
    }

    /// Makes room behind the content: moves it to the front, or doubles the buffer when it
    /// is there already.
    pub(super) fn make_room(&mut self) {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.len());
        } else {
            self.bytes.resize((self.bytes.len() * 2).max(1), 0);
        }
    }

    /// Drops the content and what a long line made the buffer grow beyond `capacity`.
    pub(super) fn reset(&mut self, capacity: usize) {
        self.clear();
        if self.bytes.len() > capacity {
            self.bytes.truncate(capacity);
            self.bytes.shrink_to_fit();
        }
    }
}
