//! Kernels for x86-64: SSSE3, AVX2 and AVX-512BW, which lists places by VBMI2 where the CPU has it.
//!
//! Each is a token type that only its `detect` makes, so to hold one proves that the CPU has the
//! instructions. The classifiers are safe functions; `unsafe` remains for loads, stores and the
//! step from the token into the function that it vouches for.
#![allow(
    unsafe_code,
    reason = "vector loads and stores, and calls of functions the CPU was asked about"
)]

use std::arch::x86_64::*;

use super::candidate::{self, Candidate, List, ROOM, Room, STRETCH};
use super::drive::{WIDTH, drive};
use super::filter::Filter;
use super::lookup;
use super::nibble::{self, ALPHA, DIGIT, ESCAPE, JOIN, KEY, NO_COLON, SMALL, SPACE};
use super::template::{self, Rubbed, Seed, Template};
use super::{Lane, Marks};

/// Proof of SSSE3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ssse3(());

impl Ssse3 {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("ssse3").then_some(Self(()))
    }

    pub(super) fn classify(self, bytes: &[u8], lanes: &mut Vec<Lane>) {
        // SAFETY: `detect` alone makes `self`, and only where the CPU has SSSE3.
        unsafe { classify_ssse3(bytes, lanes) }
    }
}

/// Proof of AVX2, and of the bit manipulation that came with it (BMI1, BMI2, LZCNT, POPCNT).
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        all.then_some(Self(()))
    }

    /// The digit groups; places are listed as `list` does.
    pub(super) fn groups(self, bytes: &[u8], marks: &mut Marks, list: impl List) {
        // SAFETY: `detect` alone makes `self`, and only where the CPU has all of these.
        unsafe { groups_bmi2(bytes, marks, list) }
    }

    pub(super) fn templates(
        self,
        bytes: &[u8],
        marks: &Marks,
        seed: &Seed,
        rubbed: &mut Vec<Rubbed>,
        out: &mut Vec<Template>,
    ) {
        // SAFETY: `detect` alone makes `self`, and only where the CPU has all of these.
        unsafe { templates_bmi2(bytes, marks, seed, rubbed, out) }
    }

    /// The candidates; places are listed as `list` does.
    pub(super) fn candidates(
        self,
        bytes: &[u8],
        marks: &mut Marks,
        filter: &Filter,
        list: impl List,
        out: &mut Vec<Candidate>,
    ) {
        // SAFETY: `detect` alone makes `self`, and only where the CPU has all of these.
        unsafe { candidates_bmi2(bytes, marks, filter, list, out) }
    }

    pub(super) fn classify(self, bytes: &[u8], lanes: &mut Vec<Lane>) {
        // SAFETY: `detect` alone makes `self`, and only where the CPU has AVX2.
        unsafe { classify_avx2(bytes, lanes) }
    }
}

/// Proof of AVX-512BW (and F, which it includes), and of AVX2 beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx512 {
    avx2: Avx2,
    vbmi2: Option<Vbmi2>,
}

/// Proof of AVX-512BW, of VBMI2, which came later, and of POPCNT.
#[derive(Clone, Copy, Debug)]
struct Vbmi2(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let avx2 = Avx2::detect()?;
        let bw = is_x86_feature_detected!("avx512bw");
        let vbmi2 = (bw && is_x86_feature_detected!("avx512vbmi2")).then_some(Vbmi2(()));
        bw.then_some(Self { avx2, vbmi2 })
    }

    /// The narrower kernel, for what gains nothing from 64 bytes at once.
    pub(super) fn avx2(self) -> Avx2 {
        self.avx2
    }

    pub(super) fn groups(self, bytes: &[u8], marks: &mut Marks) {
        match self.vbmi2 {
            Some(vbmi2) => self.avx2.groups(bytes, marks, vbmi2.list()),
            None => self.avx2.groups(bytes, marks, candidate::list),
        }
    }

    pub(super) fn candidates(
        self,
        bytes: &[u8],
        marks: &mut Marks,
        filter: &Filter,
        out: &mut Vec<Candidate>,
    ) {
        match self.vbmi2 {
            Some(vbmi2) => self.avx2.candidates(bytes, marks, filter, vbmi2.list(), out),
            None => self.avx2.candidates(bytes, marks, filter, candidate::list, out),
        }
    }

    pub(super) fn classify(self, bytes: &[u8], lanes: &mut Vec<Lane>) {
        // SAFETY: `detect` alone makes `self`, and only where the CPU has AVX-512BW.
        unsafe { classify_avx512(bytes, lanes) }
    }
}

impl Vbmi2 {
    /// [`candidate::list`], a lane at once.
    fn list(self) -> impl List {
        // SAFETY: `Avx512::detect` alone makes `self`, and only where the CPU has all of these; POPCNT
        // was asked for AVX2.
        move |masks: &[u64], _, out: &mut _| unsafe { list_vbmi2(masks, out) }
    }
}

/// The arithmetic on masks takes a fifth fewer instructions with shifts that leave the flags alone.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn candidates_bmi2(
    bytes: &[u8],
    marks: &mut Marks,
    filter: &Filter,
    list: impl List,
    out: &mut Vec<Candidate>,
) {
    let search = (|heads| lookup::word_slots(heads), |tails| lookup::key_slots(tails), list);
    candidate::fill(bytes, marks, filter, search, out);
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn groups_bmi2(bytes: &[u8], marks: &mut Marks, list: impl List) {
    candidate::fill_groups(bytes, marks, list);
}

/// As [`candidate::list`]. The numbers of the bits are brought together by one instruction. What comes
/// after them is any: to have it zeroed takes twice the time on Zen 5, where that waits for what its register
/// held before.
#[target_feature(enable = "avx512bw,avx512vbmi2,popcnt")]
fn list_vbmi2(masks: &[u64], out: &mut Room) -> usize {
    debug_assert!(masks.len() <= STRETCH, "a list has room for one stretch");
    let numbers = load_512(&std::array::from_fn(|index| index as u8));
    let mut base = _mm512_setzero_si512();
    let mut count = 0;
    for &mask in masks {
        let Some(room) = out.get_mut(count..).and_then(<[u16]>::first_chunk_mut::<ROOM>) else {
            break;
        };
        let set = _mm512_mask_compress_epi8(numbers, mask, numbers);
        let places = |half| _mm512_add_epi16(_mm512_cvtepu8_epi16(half), base);
        let (halves, _) = room.as_chunks_mut();
        store_512(&mut halves[0], places(_mm512_castsi512_si256(set)));
        if mask.count_ones() > 32 {
            store_512(&mut halves[1], places(_mm512_extracti64x4_epi64::<1>(set)));
        }
        count += mask.count_ones() as usize;
        base = _mm512_add_epi16(base, _mm512_set1_epi16(64));
    }
    count
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn templates_bmi2(
    bytes: &[u8],
    marks: &Marks,
    seed: &Seed,
    rubbed: &mut Vec<Rubbed>,
    out: &mut Vec<Template>,
) {
    template::fill(bytes, marks, seed, rubbed, out);
}

#[target_feature(enable = "ssse3")]
fn classify_ssse3(bytes: &[u8], lanes: &mut Vec<Lane>) {
    let low = load_128(&nibble::LOW);
    let high = load_128(&nibble::HIGH);
    let nibble = _mm_set1_epi8(0x0f);
    let [plus, comma, feed] = SINGLE.map(|byte| _mm_set1_epi8(byte));
    drive(bytes, lanes, |chunk| {
        let (quarters, _) = chunk.as_chunks::<16>();
        let raw = [0, 1, 2, 3].map(|index| load_128(&quarters[index]));
        // A shuffle gives 0 where the index has its top bit set: non-ASCII gets the code 0.
        let code = raw.map(|raw| {
            let row = _mm_and_si128(_mm_srli_epi16::<4>(raw), nibble);
            _mm_and_si128(_mm_shuffle_epi8(low, raw), _mm_shuffle_epi8(high, row))
        });
        // Each bit joined by the one below it: the upper bit of a pair now stands for both.
        let paired = code.map(|code| _mm_or_si128(code, _mm_add_epi8(code, code)));
        let (alpha, key) = (mask_ssse3(paired, ALPHA), mask_ssse3(code, KEY));
        Lane {
            digit: mask_ssse3(code, DIGIT),
            alpha,
            upper: alpha & !mask_ssse3(raw, SMALL),
            join: mask_ssse3(code, JOIN),
            opens: mask_ssse3(
                raw.map(|raw| _mm_or_si128(_mm_cmpeq_epi8(raw, plus), _mm_cmpeq_epi8(raw, comma))),
                TOP,
            ),
            key,
            colon: key & !mask_ssse3(raw, NO_COLON),
            escape: mask_ssse3(paired, ESCAPE),
            high: mask_ssse3(raw, TOP),
            space: mask_ssse3(code, SPACE),
            feed: mask_ssse3(raw.map(|raw| _mm_cmpeq_epi8(raw, feed)), TOP),
        }
    });
}

/// Bit `bit` of each byte.
#[target_feature(enable = "ssse3")]
fn mask_ssse3(quarters: [__m128i; 4], bit: u32) -> u64 {
    let to_top = _mm_cvtsi32_si128((TOP - bit) as i32);
    let [a, b, c, d] = quarters.map(|quarter| {
        // 16 bits are shifted together, but what crosses a byte lands below its top bit.
        u64::from(_mm_movemask_epi8(_mm_sll_epi16(quarter, to_top)) as u16)
    });
    a | b << 16 | c << 32 | d << 48
}

#[target_feature(enable = "avx2")]
fn classify_avx2(bytes: &[u8], lanes: &mut Vec<Lane>) {
    let low = _mm256_broadcastsi128_si256(load_128(&nibble::LOW));
    let high = _mm256_broadcastsi128_si256(load_128(&nibble::HIGH));
    let nibble = _mm256_set1_epi8(0x0f);
    let [plus, comma, feed] = SINGLE.map(|byte| _mm256_set1_epi8(byte));
    drive(bytes, lanes, |chunk| {
        let (halves, _) = chunk.as_chunks::<32>();
        let raw = [0, 1].map(|index| load_256(&halves[index]));
        // As in `classify_ssse3`, twice as wide.
        let code = raw.map(|raw| {
            let row = _mm256_and_si256(_mm256_srli_epi16::<4>(raw), nibble);
            _mm256_and_si256(_mm256_shuffle_epi8(low, raw), _mm256_shuffle_epi8(high, row))
        });
        let paired = code.map(|code| _mm256_or_si256(code, _mm256_add_epi8(code, code)));
        let (alpha, key) = (mask_avx2(paired, ALPHA), mask_avx2(code, KEY));
        Lane {
            digit: mask_avx2(code, DIGIT),
            alpha,
            upper: alpha & !mask_avx2(raw, SMALL),
            join: mask_avx2(code, JOIN),
            opens: mask_avx2(
                raw.map(|raw| {
                    _mm256_or_si256(_mm256_cmpeq_epi8(raw, plus), _mm256_cmpeq_epi8(raw, comma))
                }),
                TOP,
            ),
            key,
            colon: key & !mask_avx2(raw, NO_COLON),
            escape: mask_avx2(paired, ESCAPE),
            high: mask_avx2(raw, TOP),
            space: mask_avx2(code, SPACE),
            feed: mask_avx2(raw.map(|raw| _mm256_cmpeq_epi8(raw, feed)), TOP),
        }
    });
}

/// Bit `bit` of each byte.
#[target_feature(enable = "avx2")]
fn mask_avx2(halves: [__m256i; 2], bit: u32) -> u64 {
    let to_top = _mm_cvtsi32_si128((TOP - bit) as i32);
    let [a, b] = halves.map(|half| {
        // As in `mask_ssse3`.
        u64::from(_mm256_movemask_epi8(_mm256_sll_epi16(half, to_top)) as u32)
    });
    a | b << 32
}

#[target_feature(enable = "avx512bw")]
fn classify_avx512(bytes: &[u8], lanes: &mut Vec<Lane>) {
    let low = _mm512_broadcast_i32x4(load_128(&nibble::LOW));
    let high = _mm512_broadcast_i32x4(load_128(&nibble::HIGH));
    let [plus, comma, feed] = SINGLE;
    let nibble = _mm512_set1_epi8(0x0f);
    drive(bytes, lanes, |chunk| {
        let raw = load_512(chunk);
        // As in `classify_ssse3`; but a test writes its mask at once, and may ask for a pair.
        let row = _mm512_and_si512(_mm512_srli_epi16::<4>(raw), nibble);
        let code = _mm512_and_si512(_mm512_shuffle_epi8(low, raw), _mm512_shuffle_epi8(high, row));
        let any = |bits: u8| _mm512_test_epi8_mask(code, _mm512_set1_epi8(bits.cast_signed()));
        let only = |byte: i8| _mm512_cmpeq_epi8_mask(raw, _mm512_set1_epi8(byte));
        let (alpha, key) = (any(0b11 << (ALPHA - 1)), any(1 << KEY));
        let lacks =
            |mask, bit: u32| _mm512_mask_testn_epi8_mask(mask, raw, _mm512_set1_epi8(1 << bit));
        Lane {
            digit: any(1 << DIGIT),
            alpha,
            upper: lacks(alpha, SMALL),
            join: any(1 << JOIN),
            opens: only(plus) | only(comma),
            key,
            colon: lacks(key, NO_COLON),
            escape: any(0b11 << (ESCAPE - 1)),
            high: _mm512_movepi8_mask(raw),
            space: any(1 << SPACE),
            feed: only(feed),
        }
    });
}

#[target_feature(enable = "ssse3")]
fn load_128(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference vouches for 16 readable bytes; the load wants no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn load_256(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the reference vouches for 32 readable bytes; the load wants no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512bw")]
fn load_512(bytes: &[u8; WIDTH]) -> __m512i {
    // SAFETY: the reference vouches for 64 readable bytes; the load wants no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512bw")]
fn store_512(places: &mut [u16; 32], value: __m512i) {
    // SAFETY: the reference vouches for 64 writable bytes; the store wants no alignment.
    unsafe { _mm512_storeu_si512(places.as_mut_ptr().cast(), value) }
}

/// Bytes that have a mask of their own.
const SINGLE: [i8; 3] = [b'+'.cast_signed(), b','.cast_signed(), b'\n'.cast_signed()];

/// Number of a byte's top bit, the one that a mask is taken from.
const TOP: u32 = 7;
