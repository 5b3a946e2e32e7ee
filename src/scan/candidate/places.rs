//! A list of places: the bits of masks, one after the other.

use crate::scan::filter::AT_ONCE;

/// Places in a stretch, in ascending order; `N` less [`AT_ONCE`] at most.
#[derive(Debug)]
pub(super) struct Places<const N: usize> {
    places: [u16; N],
    count: usize,
}

impl<const N: usize> Places<N> {
    /// No places.
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { places: [0; N], count: 0 }
    }

    /// Forgets all.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds the bits of `mask`, whose bit 0 stands for the place `base`: `ROUNDS` times four at once,
    /// which is as many as most masks have, for a fixed number takes no branch.
    #[inline(always)]
    pub(super) fn push<const ROUNDS: usize>(&mut self, mut mask: u64, base: u16) {
        let mut at = self.count;
        self.count += mask.count_ones() as usize;
        for _ in 0..ROUNDS {
            self.put(at, &mut mask, base);
            at += 4;
        }
        while mask != 0 {
            self.put(at, &mut mask, base);
            at += 4;
        }
    }

    /// Writes the four lowest bits of `mask` to `at`, and takes them away. They are put together in one
    /// register, as a compiler left to itself moves each into a vector, at twice the cost.
    #[inline(always)]
    fn put(&mut self, at: usize, mask: &mut u64, base: u16) {
        let mut four = u64::from(base) * 0x0001_0001_0001_0001;
        for shift in [0, 16, 32, 48] {
            four += u64::from(mask.trailing_zeros()) << shift;
            *mask &= mask.wrapping_sub(1);
        }
        if let Some(room) = self.places.get_mut(at..).and_then(<[u16]>::first_chunk_mut) {
            *room = [four as u16, (four >> 16) as u16, (four >> 32) as u16, (four >> 48) as u16];
        }
    }

    /// The places.
    #[inline(always)]
    pub(super) fn as_slice(&self) -> &[u16] {
        &self.places[..self.count.min(N)]
    }

    /// All places, [`AT_ONCE`] at a time; what is beyond the last one is any.
    #[inline(always)]
    pub(super) fn parts(&self) -> &[[u16; AT_ONCE]] {
        let (parts, _) = self.places.as_chunks();
        &parts[..self.count.div_ceil(AT_ONCE).min(parts.len())]
    }
}
