//! Where the lines of a block begin and end, as its class masks tell.
//!
//! In: a place in a block. Out: the line feed before or behind it. The scan has looked at every byte
//! already, so a line costs a load for each 64 bytes of it, and no search.

use crate::scan::Lane;

/// The line feeds of a block.
#[derive(Clone, Copy, Debug)]
pub struct Feeds<'a>(&'a [Lane]);

impl<'a> Feeds<'a> {
    /// Those of the block whose class masks are `lanes`.
    pub fn of(lanes: &'a [Lane]) -> Self {
        Self(lanes)
    }

    /// The first one at or behind `at`.
    #[inline]
    pub fn next(&self, at: usize) -> Option<usize> {
        let mut index = at / WIDTH;
        let mut low = self.0.get(index)?.feed & u64::MAX << (at % WIDTH);
        loop {
            // Two lanes at a look, as nobody can foretell in which of them a line ends.
            let mask = both(low, self.of_lane(index + 1));
            if mask != 0 {
                return Some(index * WIDTH + mask.trailing_zeros() as usize);
            }
            index += 2;
            low = self.0.get(index)?.feed;
        }
    }

    /// The last one before `at`.
    #[inline]
    pub fn last_before(&self, at: usize) -> Option<usize> {
        let mut index = at / WIDTH;
        let mut high = self.of_lane(index) & !(u64::MAX << (at % WIDTH));
        loop {
            let low = index.checked_sub(1).map_or(0, |before| self.of_lane(before));
            if let Some(bit) = both(low, high).checked_ilog2() {
                return Some(index * WIDTH + bit as usize - WIDTH);
            }
            index = index.checked_sub(2)?;
            high = self.of_lane(index);
        }
    }

    /// Those of a lane; none past the block.
    #[inline]
    fn of_lane(&self, index: usize) -> u64 {
        self.0.get(index).map_or(0, |lane| lane.feed)
    }
}

/// Two masks side by side.
#[inline]
fn both(low: u64, high: u64) -> u128 {
    u128::from(low) | u128::from(high) << WIDTH
}

/// Bytes of a lane.
const WIDTH: usize = u64::BITS as usize;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scan::Kernel;

    proptest! {
        #[test]
        fn masks_tell_what_a_search_finds(text in "[a\n]{0,40}a{0,150}[a\n]{0,40}") {
            let (bytes, mut lanes) = (text.as_bytes(), Vec::new());
            Kernel::auto().classify(bytes, &mut lanes);
            let feeds = Feeds::of(&lanes);
            for at in 0..=bytes.len() {
                let next = memchr::memchr(b'\n', &bytes[at..]).map(|i| at + i);
                prop_assert_eq!(feeds.next(at), next);
                prop_assert_eq!(feeds.last_before(at), memchr::memrchr(b'\n', &bytes[..at]));
            }
        }
    }
}
