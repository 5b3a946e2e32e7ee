//! A text that is made of pieces of another one, and the way back.
//!
//! In: pieces of a source, and what stands in the place of others. Out: the text, and where in the source a part of it
//! stands.

use crate::span::Span;

/// The text; reused from source to source.
#[derive(Debug, Default)]
pub struct Pieces {
    text: Vec<u8>,
    /// Where each piece begins, here and in the source.
    starts: Vec<(usize, usize)>,
}

impl Pieces {
    /// Forgets the text.
    pub fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
    }

    /// Adds what stands at `span` of `source`.
    pub fn copy(&mut self, source: &[u8], span: Span) {
        self.put(&source[span.start..span.end], span.start);
    }

    /// Adds `bytes`, which stand for what begins at `at` of the source.
    pub fn put(&mut self, bytes: &[u8], at: usize) {
        if !bytes.is_empty() {
            self.starts.push((self.text.len(), at));
            self.text.extend_from_slice(bytes);
        }
    }

    /// The text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where the text at `span` stands in the source, from its first byte to its last one.
    pub fn source(&self, span: Span) -> Span {
        let last = span.end.saturating_sub(1).max(span.start);
        Span::new(self.place(span.start), self.place(last) + span.end - last)
    }

    fn place(&self, at: usize) -> usize {
        let next = self.starts.partition_point(|(here, _)| *here <= at);
        let (here, there) = self.starts.get(next.saturating_sub(1)).copied().unwrap_or_default();
        there + (at - here)
    }
}
