//! Where words and keys are looked up, in AVX2: what [`filter`] says of one of them, four at a time.
//!
//! The letters of most words of a log go through here, so it is written out in vectors: the compiler
//! makes none of the scalar form. Safe functions; whoever calls them vouches for the CPU.

use std::arch::x86_64::*;

use super::filter::{self, AT_ONCE, KeySlots};

/// As [`filter::word_slots`], four words to a vector.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn word_slots(heads: [u64; AT_ONCE]) -> [u32; AT_ONCE] {
    let halves = [
        vector([heads[0], heads[1], heads[2], heads[3]]),
        vector([heads[4], heads[5], heads[6], heads[7]]),
    ];
    let slots = halves.map(|heads| {
        let small = _mm256_or_si256(heads, every(SMALL_LETTER));
        let others = _mm256_xor_si256(letters(small), _mm256_set1_epi64x(-1));
        // All bits below the first byte that is no letter; all there are, if there is none.
        let first = _mm256_and_si256(others, _mm256_sub_epi64(_mm256_setzero_si256(), others));
        let below = _mm256_add_epi64(first, _mm256_set1_epi64x(-1));
        slot(_mm256_and_si256(small, below), filter::SHIFTS[0])
    });
    [
        slots[0][0],
        slots[0][1],
        slots[0][2],
        slots[0][3],
        slots[1][0],
        slots[1][1],
        slots[1][2],
        slots[1][3],
    ]
}

/// As [`filter::key_slots`], four keys to a vector.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn key_slots(ends: [u64; AT_ONCE]) -> KeySlots {
    let halves = [
        vector([ends[0], ends[1], ends[2], ends[3]]),
        vector([ends[4], ends[5], ends[6], ends[7]]),
    ];
    let [low, high] = halves.map(|ends| always(ends));
    let slots = halves.map(|ends| {
        let tails = without_closing(_mm256_slli_epi64::<8>(ends));
        let small = _mm256_or_si256(tails, every(SMALL_LETTER));
        let letters = letters(small);
        let high = _mm256_cmpgt_epi8(_mm256_setzero_si256(), tails);
        let others = _mm256_xor_si256(_mm256_or_si256(letters, high), _mm256_set1_epi64x(-1));
        let few = _mm256_and_si256(small, _mm256_set1_epi64x(filter::FEW.cast_signed()));
        let word = _mm256_andnot_si256(and_below(others), few);
        let is_capital =
            _mm256_cmpeq_epi8(_mm256_and_si256(tails, every(SMALL_LETTER)), _mm256_setzero_si256());
        let capitals = _mm256_and_si256(letters, is_capital);
        let hump = _mm256_andnot_si256(_mm256_srli_epi64::<8>(and_below(capitals)), word);
        [slot(word, filter::SHIFTS[1]), slot(hump, filter::SHIFTS[1])]
    });
    let [words, humps] = [0, 1].map(|i| {
        [
            slots[0][i][0],
            slots[0][i][1],
            slots[0][i][2],
            slots[0][i][3],
            slots[1][i][0],
            slots[1][i][1],
            slots[1][i][2],
            slots[1][i][3],
        ]
    });
    KeySlots { words, humps, always: low | high << 4 }
}

/// Which of four signs are worth a look whatever their key says, as bits.
#[target_feature(enable = "avx2")]
#[inline]
fn always(ends: __m256i) -> u64 {
    let is = |byte: u8| _mm256_cmpeq_epi8(ends, every(byte));
    let any = _mm256_or_si256(is(b'<'), _mm256_slli_epi64::<8>(is(b')')));
    _mm256_movemask_pd(_mm256_castsi256_pd(any)) as u64
}

/// As [`filter::without_closing`].
#[target_feature(enable = "avx2")]
#[inline]
fn without_closing(mut tails: __m256i) -> __m256i {
    let is = |byte: u8| _mm256_cmpeq_epi8(tails, every(byte));
    let signs =
        _mm256_or_si256(_mm256_or_si256(is(b' '), is(b'"')), _mm256_or_si256(is(b'\''), is(b'\\')));
    let digits = _mm256_and_si256(
        _mm256_cmpgt_epi8(tails, every(b'0' - 1)),
        _mm256_cmpgt_epi8(every(b'9' + 1), tails),
    );
    let mut closing = _mm256_or_si256(_mm256_or_si256(signs, is(b')')), digits);
    for _ in 0..filter::MOST_CLOSING {
        let shift = _mm256_slli_epi64::<3>(_mm256_srli_epi64::<63>(closing));
        tails = _mm256_sllv_epi64(tails, shift);
        closing = _mm256_sllv_epi64(closing, shift);
    }
    tails
}

/// Those bytes that are letters, in lower case.
#[target_feature(enable = "avx2")]
#[inline]
fn letters(small: __m256i) -> __m256i {
    _mm256_and_si256(
        _mm256_cmpgt_epi8(small, every(b'a' - 1)),
        _mm256_cmpgt_epi8(every(b'z' + 1), small),
    )
}

/// The highest byte of each eight that is set, and all below it.
#[target_feature(enable = "avx2")]
#[inline]
fn and_below(mask: __m256i) -> __m256i {
    let mask = _mm256_or_si256(mask, _mm256_srli_epi64::<8>(mask));
    let mask = _mm256_or_si256(mask, _mm256_srli_epi64::<16>(mask));
    _mm256_or_si256(mask, _mm256_srli_epi64::<32>(mask))
}

/// Where four words are looked up.
#[target_feature(enable = "avx2")]
#[inline]
fn slot(letters: __m256i, shift: u32) -> [u32; 4] {
    let odd = u64::from(filter::ODD[1]) << 32 | u64::from(filter::ODD[0]);
    let product = _mm256_mullo_epi32(letters, _mm256_set1_epi64x(odd.cast_signed()));
    let mixed = _mm256_xor_si256(product, _mm256_srli_epi64::<32>(product));
    let slots = _mm256_srl_epi32(mixed, _mm_cvtsi32_si128(shift as i32));
    [
        _mm256_extract_epi32::<0>(slots) as u32,
        _mm256_extract_epi32::<2>(slots) as u32,
        _mm256_extract_epi32::<4>(slots) as u32,
        _mm256_extract_epi32::<6>(slots) as u32,
    ]
}

#[target_feature(enable = "avx2")]
#[inline]
fn vector([a, b, c, d]: [u64; 4]) -> __m256i {
    _mm256_set_epi64x(d.cast_signed(), c.cast_signed(), b.cast_signed(), a.cast_signed())
}

#[target_feature(enable = "avx2")]
#[inline]
fn every(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte.cast_signed())
}

/// What makes a letter small.
const SMALL_LETTER: u8 = 0x20;
