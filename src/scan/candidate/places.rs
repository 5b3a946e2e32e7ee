//! A list of places: the bits of masks, one after the other.

use crate::scan::filter::AT_ONCE;

/// Lanes that are searched together. A list of places is worked off without the branches of a search
/// lane by lane, which nobody can foresee; the lists of so many lanes stay in the first cache.
pub(in crate::scan) const STRETCH: usize = 64;
/// Bytes of a stretch.
pub(super) const SPAN: usize = STRETCH * 64;
/// How many places a kernel writes at once at most; what is beyond the last one is any.
pub(in crate::scan) const ROOM: usize = 64;

/// As much as the places of a stretch take up.
pub(in crate::scan) type Room = [u16; SPAN + ROOM];

/// Places in a stretch or in another list, in ascending order.
#[derive(Debug)]
pub(super) struct Places {
    places: Room,
    count: usize,
}

/// [`list`], in the instructions of a kernel.
pub(in crate::scan) trait List:
    Fn(&[u64], usize, &mut Room) -> usize + Copy
{
}
impl<F: Fn(&[u64], usize, &mut Room) -> usize + Copy> List for F {}

impl Places {
    /// No places.
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { places: [0; SPAN + ROOM], count: 0 }
    }

    /// Replaces the places by the bits of `masks`, of which few have more than `most`.
    #[inline(always)]
    pub(super) fn fill(&mut self, masks: &[u64], most: usize, list: impl List) {
        self.count = list(masks, most, &mut self.places);
    }

    /// Replaces the places by those of another list, `count` of them, that `masks` say yes to.
    #[inline(always)]
    pub(super) fn choose(&mut self, masks: &mut [u64; STRETCH], count: usize, list: impl List) {
        // The last part may be longer than the list.
        if let Some(last) = masks.get_mut(count / 64) {
            *last &= !(u64::MAX << (count % 64));
        }
        self.fill(&masks[..count.div_ceil(64).min(STRETCH)], FEW, list);
    }

    /// Forgets all.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// The places.
    #[inline(always)]
    pub(super) fn as_slice(&self) -> &[u16] {
        &self.places[..self.count.min(SPAN)]
    }

    /// All places, [`AT_ONCE`] at a time; what is beyond the last one is any.
    #[inline(always)]
    pub(super) fn parts(&self) -> &[[u16; AT_ONCE]] {
        let (parts, _) = self.places.as_chunks();
        &parts[..self.count.div_ceil(AT_ONCE).min(SPAN / AT_ONCE)]
    }
}

/// What few of 64 words or signs have more hits than.
const FEW: usize = 8;

/// Writes the places of the bits of `masks` to `out`, at most as many masks as there are lanes in a stretch,
/// and tells how many there are. Those of a mask are written four at once, `most` of them without a branch.
#[inline(always)]
pub(in crate::scan) fn list(masks: &[u64], most: usize, out: &mut Room) -> usize {
    debug_assert!(masks.len() <= STRETCH, "a list has room for one stretch");
    let mut count = 0;
    for (index, &mask) in masks.iter().enumerate() {
        let (mut rest, mut at, base) = (mask, count, (index * 64) as u16);
        for _ in 0..most.div_ceil(4) {
            put(out, at, &mut rest, base);
            at += 4;
        }
        while rest != 0 {
            put(out, at, &mut rest, base);
            at += 4;
        }
        count += mask.count_ones() as usize;
    }
    count
}

/// Writes the four lowest bits of `mask` to `at`, and takes them away. They are put together in one
/// register, as a compiler left to itself moves each into a vector, at twice the cost.
#[inline(always)]
fn put(out: &mut Room, at: usize, mask: &mut u64, base: u16) {
    let mut four = u64::from(base) * 0x0001_0001_0001_0001;
    for shift in [0, 16, 32, 48] {
        four += u64::from(mask.trailing_zeros()) << shift;
        *mask &= mask.wrapping_sub(1);
    }
    if let Some(room) = out.get_mut(at..).and_then(<[u16]>::first_chunk_mut) {
        *room = [four as u16, (four >> 16) as u16, (four >> 32) as u16, (four >> 48) as u16];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A mask with few bits, any, or all.
    fn mask() -> impl Strategy<Value = u64> {
        prop_oneof![
            (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(a, b, c)| a & b & c),
            any::<u64>(),
            Just(u64::MAX),
        ]
    }

    proptest! {
        #[test]
        fn places_are_the_bits_of_masks(
            mut masks in prop::collection::vec(mask(), STRETCH),
            most in 0..12_usize,
            count in 0..=SPAN,
        ) {
            let all: Vec<u16> = (0..SPAN as u16)
                .filter(|&place| masks[usize::from(place) / 64] >> (place % 64) & 1 == 1)
                .collect();
            let mut places = Places::new();
            places.fill(&masks, most, list);
            prop_assert_eq!(places.as_slice(), &all[..]);
            prop_assert_eq!(&places.parts().as_flattened()[..all.len()], &all[..]);
            // Of another list, none beyond its end.
            let masks = masks.as_mut_slice().try_into().expect("as many as a stretch has lanes");
            places.choose(masks, count, list);
            let chosen = all.iter().take_while(|&&place| usize::from(place) < count).count();
            prop_assert_eq!(places.as_slice(), &all[..chosen]);
        }
    }
}
