//! Where the lines of a block begin and end, and the words in them, as its class masks tell.
//!
//! In: a place in a block. Out: the line feed before or behind it, or where words begin. The scan has looked
//! at every byte already, so a line costs a load for each 64 bytes of it, and no search.

use crate::scan::Lane;
use crate::span::Span;

/// The line feeds of a block, and its words.
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

    /// Whether `test` says yes to the beginning of a word in `span` that `may` let pass; both are asked in
    /// ascending order. A word begins with a letter that has none before it, or that of an escape
    /// (`\n`); bytes that are not ASCII are letters.
    #[inline]
    pub(super) fn any_word(
        &self,
        span: Span,
        may: impl Fn(usize) -> bool,
        mut test: impl FnMut(usize) -> bool,
    ) -> bool {
        let first = span.start / WIDTH;
        let before = first.checked_sub(1).and_then(|index| self.0.get(index));
        let (mut alpha, mut escape) = before.map_or((0, 0), |lane| (lane.alpha, lane.escape));
        let mut inside = u64::MAX << (span.start % WIDTH);
        for start in (first * WIDTH..span.end).step_by(WIDTH) {
            let Some(lane) = self.0.get(start / WIDTH) else { break };
            if span.end - start < WIDTH {
                inside &= !(u64::MAX << (span.end - start));
            }
            let opens = !(lane.alpha << 1 | alpha >> 63) | lane.escape << 2 | escape >> 62;
            let mut words = (lane.alpha | lane.high) & opens & inside;
            (alpha, escape, inside) = (lane.alpha, lane.escape, u64::MAX);
            // First all words of a lane: a branch for each could not be foretold.
            let mut passed = 0;
            while words != 0 {
                let place = words.trailing_zeros();
                passed |= u64::from(may(start + place as usize)) << place;
                words &= words - 1;
            }
            while passed != 0 {
                if test(start + passed.trailing_zeros() as usize) {
                    return true;
                }
                passed &= passed - 1;
            }
        }
        false
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

        #[test]
        fn words_begin_where_no_letter_stands_before(
            text in "[a. \u{e9}\\\\n]{0,200}",
            start in 0..70usize,
        ) {
            let (bytes, mut lanes) = (text.as_bytes(), Vec::new());
            Kernel::auto().classify(bytes, &mut lanes);
            let span = Span::new(start, bytes.len().saturating_sub(start / 8));
            let mut found = Vec::new();
            Feeds::of(&lanes).any_word(span, |at| at % 3 > 0, |at| {
                found.push(at);
                false
            });
            let letter = |at: &usize| bytes[*at].is_ascii_alphabetic() || !bytes[*at].is_ascii();
            let opens = |at: &usize| {
                let before = at.checked_sub(1).map(|before| bytes[before]);
                let escape = at.checked_sub(2).map(|before| bytes[before]);
                !before.is_some_and(|b| b.is_ascii_alphabetic()) || escape == Some(b'\\')
            };
            let places = (span.start..span.end).filter(|at| at % 3 > 0);
            let wanted: Vec<_> = places.filter(letter).filter(opens).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
