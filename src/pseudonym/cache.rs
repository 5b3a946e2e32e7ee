//! MACs of the identities that a worker met last.
//!
//! Logs name few people many times, and a MAC costs a hundred times a look-up. In: an [`Identity`].
//! Out: its token, the one that [`Keys::token`] writes: an entry is taken only if its keys, its type
//! and every byte agree, so the cache can be dropped, cleared or left out and no output changes.
//!
//! What it holds in memory: the identities themselves, in clear, at most [`TokenCache::SLOTS`] of
//! them, until others take their place. They are overwritten with zeros when the cache is dropped
//! and when it meets other keys. 32 KiB at first, 2 MiB at most; a look-up allocates only when it grows, and
//! one that finds nothing costs a few nanoseconds more than the MAC.

use std::fmt;
use std::hint::black_box;

use zeroize::Zeroize;

use super::keys::Keys;
use super::token;
use crate::span::TypeCode;
use crate::swar;

/// What is to be replaced, told apart by how it came here: the same bytes can be the text of one
/// identity and the canonical form of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity<'a> {
    /// A canonical form.
    Canonical(&'a [u8]),
    /// Text as it stood in the log, which alone determines the canonical form.
    Surface(&'a [u8]),
}

/// The cache. An entry has two places, and a new one takes that of an older one. It begins small and
/// grows while entries push others out: a short run neither makes nor wipes what it does not use.
#[derive(Default)]
pub struct TokenCache {
    slots: Vec<Slot>,
    /// Entries that were pushed out since it grew.
    evicted: usize,
    /// Tells which keys the entries are for.
    keys: u64,
}

/// One entry: a line of the processor's cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot {
    mac: [u8; 12],
    /// What its value is, apart from its bytes; 0 in an empty slot.
    label: u32,
    value: [u8; TokenCache::LONGEST],
}

/// The type of a value, its length, and in the top bit whether it is text as it stood in the log: in one
/// word, which is compared at once.
#[inline]
fn label(kind: TypeCode, surface: bool, value: &[u8]) -> u32 {
    let [a, b, c] = *kind.as_bytes();
    u32::from_le_bytes([a, b, c, value.len() as u8 | u8::from(surface) << 7])
}

impl Slot {
    const EMPTY: Slot = Slot { mac: [0; 12], label: 0, value: [0; TokenCache::LONGEST] };

    fn is_empty(&self) -> bool {
        self.label == 0
    }

    fn value(&self) -> &[u8] {
        &self.value[..(self.label >> 24) as usize & 0x7f]
    }

    #[inline]
    fn holds(&self, label: u32, value: &[u8]) -> bool {
        self.label == label && swar::begins_with(&self.value, value)
    }
}

impl Zeroize for Slot {
    fn zeroize(&mut self) {
        self.mac.zeroize();
        self.label.zeroize();
        self.value.zeroize();
    }
}

impl TokenCache {
    /// Most entries, a power of two: a miss of the processor's cache costs a tenth of a MAC, so more
    /// are kept than fit its second level.
    pub const SLOTS: usize = 32_768;
    /// Entries that it begins with, and how many times as many it has after each growth.
    const FEWEST: usize = 512;
    const GROWTH: usize = 2;
    /// How many tokens are best asked for at a time.
    pub const AHEAD: usize = 64;
    /// Longest value in bytes that is kept.
    pub const LONGEST: usize = 48;

    /// Appends the token of `identity` and returns 64 bits of its MAC, as [`Keys::token`] does.
    /// `canonical` gives its canonical form; it is called only when that is needed.
    ///
    /// # Panics
    ///
    /// As [`Keys::token`].
    #[inline]
    pub fn token<'c>(
        &mut self,
        keys: &Keys,
        kind: TypeCode,
        identity: Identity,
        canonical: impl FnOnce() -> &'c [u8],
        out: &mut Vec<u8>,
    ) -> u64 {
        let (surface, value) = match identity {
            Identity::Canonical(value) => (false, value),
            Identity::Surface(value) => (true, value),
        };
        if value.is_empty() || value.len() > Self::LONGEST {
            return keys.token(kind, canonical(), out);
        }
        self.bind(keys);
        let (label, first) = (label(kind, surface, value), self.place(value));
        let holds = |&place: &usize| self.slots[place].holds(label, value);
        let place = [first, first ^ 1].into_iter().find(holds).unwrap_or_else(|| {
            let mac = keys.mac(kind, canonical());
            self.insert(label, value, mac)
        });
        let slot = &self.slots[place];
        token::write(kind, keys.kid(), &slot.mac, out);
        token::head(&slot.mac)
    }

    /// Makes an entry, among more of them once too many have been pushed out; where it is.
    #[cold]
    fn insert(&mut self, label: u32, value: &[u8], mac: [u8; 12]) -> usize {
        if self.evicted > self.slots.len() / 4 && self.slots.len() < Self::SLOTS {
            self.grow();
        }
        let first = self.place(value);
        self.make_room(first);
        let slot = &mut self.slots[first];
        (slot.mac, slot.label) = (mac, label);
        slot.value[..value.len()].copy_from_slice(value);
        // Nothing is left of a longer one.
        slot.value[value.len()..].fill(0);
        first
    }

    /// Says that the tokens of `values` will be asked for soon, [`Self::AHEAD`] of them at most. Their entries
    /// lie beyond the second level of the processor's cache: nothing but loads stands between the loads,
    /// so that all are under way at once.
    #[inline]
    pub fn expect<'v>(&self, values: impl Iterator<Item = &'v [u8]>) {
        let mut places = [0; Self::AHEAD];
        let mut count = 0;
        for (place, value) in places.iter_mut().zip(values) {
            *place = self.place(value) as u32;
            count += 1;
        }
        let slots = places[..count].iter().filter_map(|&place| self.slots.get(place as usize));
        black_box(slots.fold(0, |labels, slot| labels | slot.label));
    }

    /// Where the entry of `value` is looked for first; the second place is the other one of its pair.
    #[inline]
    fn place(&self, value: &[u8]) -> usize {
        // As many slots as a power of two.
        hash(value) & self.slots.len().wrapping_sub(1)
    }

    /// Makes the slot at `first` free to be written: its entry takes the other place.
    fn make_room(&mut self, first: usize) {
        if !self.slots[first].is_empty() {
            self.evicted += usize::from(!self.slots[first ^ 1].is_empty());
            self.slots.swap(first, first ^ 1);
        }
    }

    /// Makes the entries those of `keys`: none, if they were for others.
    #[inline]
    fn bind(&mut self, keys: &Keys) {
        if self.keys != keys.id() || self.slots.is_empty() {
            self.wipe();
            self.slots = vec![Slot::EMPTY; Self::FEWEST];
            self.evicted = 0;
            self.keys = keys.id();
        }
    }

    /// Moves all entries to more slots.
    #[cold]
    fn grow(&mut self) {
        let more = vec![Slot::EMPTY; self.slots.len() * Self::GROWTH];
        let mut slots = std::mem::replace(&mut self.slots, more);
        for slot in slots.iter_mut().filter(|slot| !slot.is_empty()) {
            let first = self.place(slot.value());
            self.make_room(first);
            self.slots[first] = *slot;
            slot.zeroize();
        }
        self.evicted = 0;
    }

    #[cold]
    fn wipe(&mut self) {
        self.slots.iter_mut().for_each(Zeroize::zeroize);
    }
}

impl Drop for TokenCache {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for TokenCache {
    /// Shows no entry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

/// Multiplicative hash over eight bytes at a time. Whoever makes values collide wins misses only.
#[inline]
fn hash(value: &[u8]) -> usize {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let mix = |sum: u64, word: u64| (sum.rotate_left(29) ^ word).wrapping_mul(ODD);
    // The last eight bytes, which may be looked at twice: cheaper than what the words leave over.
    let last = match value.last_chunk() {
        Some(last) => word(last),
        None => value.iter().fold(0, |sum, &b| sum << 8 | u64::from(b)),
    };
    let last = (last ^ value.len() as u64).wrapping_mul(ODD);
    let mixed = match value.first_chunk() {
        Some(first) if value.len() <= 16 => mix(last, word(first)),
        _ => value.as_chunks::<8>().0.iter().map(word).fold(last, mix),
    };
    (mixed >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::Domain;
    use crate::secret::Secret;
    use crate::stats::Counts;

    fn keys(seed: u8) -> Keys {
        let secret = Secret::filled(|bytes| bytes.fill(seed));
        Keys::derive(&secret, &Domain::default(), &Counts::TYPES)
    }

    /// The token by way of `cache`, and whether the canonical form was asked for.
    fn cached(
        cache: &mut TokenCache,
        keys: &Keys,
        kind: TypeCode,
        identity: Identity,
        canonical: &[u8],
    ) -> ((Vec<u8>, u64), bool) {
        let (mut out, mut asked) = (b"x".to_vec(), false);
        let canonical = || {
            asked = true;
            canonical
        };
        let mac = cache.token(keys, kind, identity, canonical, &mut out);
        ((out, mac), asked)
    }

    fn plain(keys: &Keys, kind: TypeCode, canonical: &[u8]) -> (Vec<u8>, u64) {
        let mut out = b"x".to_vec();
        let mac = keys.token(kind, canonical, &mut out);
        (out, mac)
    }

    #[test]
    fn a_hit_writes_what_a_miss_writes() {
        let (mut cache, keys) = (TokenCache::default(), keys(1));
        let wanted = plain(&keys, TypeCode::NAM, b"erika beispiel");
        let surface = Identity::Surface(b"Erika Beispiel");
        for asked in [true, false, false] {
            let got = cached(&mut cache, &keys, TypeCode::NAM, surface, b"erika beispiel");
            assert_eq!(got, (wanted.clone(), asked));
        }
    }

    #[test]
    fn text_canonical_form_and_types_are_kept_apart() {
        let (mut cache, keys) = (TokenCache::default(), keys(1));
        for (kind, identity, canonical) in [
            (TypeCode::NAM, Identity::Surface(b"erika"), &b"ERIKA"[..]),
            (TypeCode::NAM, Identity::Canonical(b"erika"), b"erika"),
            (TypeCode::TEL, Identity::Canonical(b"erika"), b"erika"),
            (TypeCode::NAM, Identity::Surface(b"erika"), b"ERIKA"),
        ] {
            let got = cached(&mut cache, &keys, kind, identity, canonical);
            assert_eq!(got, (plain(&keys, kind, canonical), true), "{identity:?}");
        }
    }

    #[test]
    fn values_that_share_a_slot_keep_their_tokens() {
        let (mut cache, keys) = (TokenCache::default(), keys(1));
        let values: Vec<_> = (0..=TokenCache::SLOTS).map(|i| format!("+49{i}")).collect();
        for value in values.iter().chain(&values) {
            let value = value.as_bytes();
            let identity = Identity::Canonical(value);
            let (got, _) = cached(&mut cache, &keys, TypeCode::TEL, identity, value);
            assert_eq!(got, plain(&keys, TypeCode::TEL, value));
        }
    }

    #[test]
    fn growth_keeps_what_is_there() {
        let (mut cache, keys) = (TokenCache::default(), keys(1));
        let values: Vec<_> = (0..TokenCache::FEWEST / 8).map(|i| format!("+49{i}")).collect();
        for grown in [false, true] {
            for value in values.iter().map(String::as_bytes) {
                let identity = Identity::Canonical(value);
                cache.expect([value; 2].into_iter());
                let (got, asked) = cached(&mut cache, &keys, TypeCode::TEL, identity, value);
                assert_eq!((got, asked), (plain(&keys, TypeCode::TEL, value), !grown));
            }
            cache.grow();
        }
        assert_eq!(cache.slots.len(), TokenCache::FEWEST * TokenCache::GROWTH.pow(2));
    }

    #[test]
    fn a_prefix_is_another_value() {
        let (mut cache, keys) = (TokenCache::default(), keys(1));
        let longest = [b'7'; TokenCache::LONGEST + 2];
        for len in (0..=longest.len()).chain((0..=longest.len()).rev()) {
            let identity = Identity::Canonical(&longest[..len]);
            let (got, asked) = cached(&mut cache, &keys, TypeCode::TEL, identity, &longest[..len]);
            assert_eq!(got, plain(&keys, TypeCode::TEL, &longest[..len]), "{len}");
            assert!(asked || (1..=TokenCache::LONGEST).contains(&len), "{len} was kept");
        }
    }

    #[test]
    fn other_keys_find_nothing() {
        let (mut cache, one, other) = (TokenCache::default(), keys(1), keys(2));
        let identity = Identity::Canonical(b"+493023125123");
        for keys in [&one, &other, &one] {
            let got = cached(&mut cache, keys, TypeCode::TEL, identity, b"+493023125123");
            assert_eq!(got, (plain(keys, TypeCode::TEL, b"+493023125123"), true));
        }
    }

    #[test]
    fn wiping_leaves_no_byte() {
        let (mut cache, keys) = (TokenCache::default(), keys(1));
        let identity = Identity::Surface(b"Erika Beispiel");
        cached(&mut cache, &keys, TypeCode::NAM, identity, b"erika beispiel");
        cache.wipe();
        let wiped = |slot: &Slot| slot.value == [0; TokenCache::LONGEST] && slot.mac == [0; 12];
        assert!(cache.slots.iter().all(wiped));
        assert_eq!(format!("{cache:?}"), "TokenCache { .. }");
    }
}
