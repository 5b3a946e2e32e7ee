//! Kernel for AArch64: NEON (Advanced SIMD).
//!
//! As in `x86`: the token proves that the CPU has the instructions, the classifier is a safe
//! function, `unsafe` remains for the loads and for the call. NEON has no instruction that turns
//! a vector into a mask, so [`mask`] keeps in byte i the bit of weight 2^(i mod 8) and adds
//! neighbours until one bit for each byte is left.
#![allow(unsafe_code, reason = "vector loads, and calls of functions the CPU was asked about")]

use std::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

use super::Lane;
use super::drive::drive;
use super::nibble::{self, ALPHA, DIGIT, ESCAPE, JOIN, KEY, NO_COLON, SMALL, SPACE};

/// Proof of NEON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neon(());

impl Neon {
    pub(super) fn detect() -> Option<Self> {
        // `mask` reads eight bytes as one number, first byte lowest.
        let usable = cfg!(target_endian = "little") && is_aarch64_feature_detected!("neon");
        usable.then_some(Self(()))
    }

    pub(super) fn classify(self, bytes: &[u8], lanes: &mut Vec<Lane>) {
        // SAFETY: `detect` alone makes `self`, and only where the CPU has NEON.
        unsafe { classify_neon(bytes, lanes) }
    }
}

#[target_feature(enable = "neon")]
fn classify_neon(bytes: &[u8], lanes: &mut Vec<Lane>) {
    let low = load(&nibble::LOW);
    let high = load(&nibble::HIGH);
    let nibble = vdupq_n_u8(0x0f);
    drive(bytes, lanes, |chunk| {
        let (quarters, _) = chunk.as_chunks::<16>();
        let raw = [0, 1, 2, 3].map(|index| load(&quarters[index]));
        // A row of 8 or more, that is non-ASCII, finds 0 in `HIGH`.
        let code = raw.map(|raw| {
            let column = vqtbl1q_u8(low, vandq_u8(raw, nibble));
            let row = vqtbl1q_u8(high, vshrq_n_u8::<4>(raw));
            vandq_u8(column, row)
        });
        let (alpha, key) = (mask(code, 0b11 << (ALPHA - 1)), mask(code, 1 << KEY));
        let only = |byte: u8| mask(raw.map(|raw| vceqq_u8(raw, vdupq_n_u8(byte))), 0xff);
        Lane {
            digit: mask(code, 1 << DIGIT),
            alpha,
            upper: alpha & !mask(raw, 1 << SMALL),
            join: mask(code, 1 << JOIN),
            opens: only(b'+') | only(b','),
            key,
            colon: key & !mask(raw, 1 << NO_COLON),
            escape: mask(code, 0b11 << (ESCAPE - 1)),
            high: mask(raw, 0x80),
            space: mask(code, 1 << SPACE),
            feed: only(b'\n'),
        }
    });
}

/// Bit i: whether byte i of the 64 holds any of `bits`.
#[target_feature(enable = "neon")]
fn mask(quarters: [uint8x16_t; 4], bits: u8) -> u64 {
    let wanted = vdupq_n_u8(bits);
    let weights = load(&WEIGHTS);
    let [a, b, c, d] = quarters.map(|quarter| vandq_u8(vtstq_u8(quarter, wanted), weights));
    // Each pairwise addition halves the bytes: 64, 32, 16, 8. The weights under a sum differ, so
    // adding is joining.
    let sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
}

#[target_feature(enable = "neon")]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the reference vouches for 16 readable bytes; the load wants no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

static WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
