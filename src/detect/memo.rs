//! Memory for answers that were given last: each has one place, and a new one takes it from an older.
//!
//! Whoever keeps an answer keeps all that it hangs on beside it and compares that whole, so no answer hangs on
//! what was asked before. What is kept may be names, so that each worker has its own, nobody is shown
//! it, and it is wiped in the end.

use std::cell::Cell;
use std::fmt;

use zeroize::Zeroize;

/// The places of a memory; `N` is a power of two.
pub(super) struct Slots<S, const N: usize>([Cell<S>; N]);

impl<S: Copy, const N: usize> Slots<S, N> {
    /// The answer that is kept for what mixes to `bits` if it `holds` for what is asked; else what `ask` says,
    /// which is kept.
    #[inline]
    pub(super) fn answer(
        &self,
        bits: u64,
        holds: impl FnOnce(&S) -> bool,
        ask: impl FnOnce() -> S,
    ) -> S {
        // The high bits of the product are the best mixed.
        let hash = bits.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let place = &self.0[(hash >> (64 - N.trailing_zeros())) as usize];
        let kept = place.get();
        if holds(&kept) {
            return kept;
        }
        let answer = ask();
        place.set(answer);
        answer
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Cell<S>> {
        self.0.iter()
    }
}

impl<S, const N: usize> fmt::Debug for Slots<S, N> {
    /// Shows no answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots").finish_non_exhaustive()
    }
}

/// A memory of `N` answers, which takes no room until it is [ready](Memo::ready).
pub(super) struct Memo<S: Copy + Default + Zeroize, const N: usize>(Option<Box<Slots<S, N>>>);

impl<S: Copy + Default + Zeroize, const N: usize> Memo<S, N> {
    /// The same, ready for use.
    pub(super) fn ready(mut self) -> Self {
        let free = || Box::new(Slots(std::array::from_fn(|_| Cell::default())));
        self.0.get_or_insert_with(free);
        self
    }

    /// Its places; nothing unless it is ready.
    pub(super) fn slots(&self) -> Option<&Slots<S, N>> {
        self.0.as_deref()
    }

    /// Empties all places.
    pub(super) fn wipe(&mut self) {
        for slot in self.0.iter_mut().flat_map(|slots| slots.0.iter_mut()) {
            slot.get_mut().zeroize();
        }
    }
}

impl<S: Copy + Default + Zeroize, const N: usize> Default for Memo<S, N> {
    fn default() -> Self {
        Self(None)
    }
}

impl<S: Copy + Default + Zeroize, const N: usize> fmt::Debug for Memo<S, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Memo").field(&self.0).finish()
    }
}

impl<S: Copy + Default + Zeroize, const N: usize> Drop for Memo<S, N> {
    fn drop(&mut self) {
        self.wipe();
    }
}
