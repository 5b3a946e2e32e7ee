//! Buffers that wait for their next use.
//!
//! What is read, and what the engine makes of it, takes a buffer of a batch each; memory that is
//! new every time would cost more than the copying. Bounded in number and size, so that a burst
//! leaves little behind ([`Bounds::RESTING`]).

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::config::Bounds;

/// Empty buffers of about a batch.
#[derive(Debug, Default)]
pub(super) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// An empty buffer, one of those that were given back if there is one.
    pub(super) fn take(&self) -> Vec<u8> {
        self.kept().pop().unwrap_or_default()
    }

    /// Takes a buffer back, unless there are enough or it is of another size.
    pub(super) fn put(&self, mut buffer: Vec<u8>) {
        if !(Bounds::BATCH..=Bounds::LARGEST_RESTING).contains(&buffer.capacity()) {
            return;
        }
        buffer.clear();
        let mut kept = self.kept();
        if kept.len() < Bounds::RESTING {
            kept.push(buffer);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_empty_and_bounded() {
        let buffers = Buffers::default();
        buffers.put(Vec::with_capacity(10));
        buffers.put(Vec::with_capacity(Bounds::LARGEST_RESTING + 1));
        assert_eq!(buffers.take().capacity(), 0);
        for _ in 0..2 * Bounds::RESTING {
            buffers.put(vec![b'x'; Bounds::BATCH]);
        }
        let kept =
            (0..2 * Bounds::RESTING).map(|_| buffers.take()).filter(|buffer| buffer.capacity() > 0);
        let kept: Vec<_> = kept.collect();
        assert_eq!(kept.len(), Bounds::RESTING);
        assert!(kept.iter().all(Vec::is_empty));
    }
}
