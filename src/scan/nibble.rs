//! The byte classes as two 16-entry tables, the form that a byte-shuffle instruction can look up.
//!
//! `LOW[byte & 15] & HIGH[byte >> 4]` is a *code*: eight bits, each of them one rectangle of the
//! 16 x 16 ASCII chart (some columns times some rows). Letters and escapes are no rectangles and
//! take two neighbouring bits each. That the codes mean what [`Class`] says is checked when the
//! crate is compiled, so it holds for the kernels of every architecture.

use crate::class::Class;

/// Number of the code bit for a space.
pub(super) const SPACE: u32 = 0;
/// Number of the code bit for `: = <`.
pub(super) const KEY: u32 = 1;
/// Number of the code bit for space `- . / ( ) + ,`.
pub(super) const JOIN: u32 = 2;
/// Number of the code bit for digits.
pub(super) const DIGIT: u32 = 3;
/// Number of the upper of two code bits for escapes; the other is one below.
pub(super) const ESCAPE: u32 = 5;
/// Number of the upper of two code bits for letters; the other is one below.
pub(super) const ALPHA: u32 = 7;

/// Number of the bit, of the byte itself, that tells a small ASCII letter from its capital.
pub(super) const SMALL: u32 = 5;

/// Number of the bit, of the byte itself, that tells `=` and `<` from `:`.
pub(super) const NO_COLON: u32 = 2;

/// Looked up by the low four bits of a byte.
pub(super) static LOW: [u8; 16] = TABLES.0;
/// Looked up by the high four bits of a byte; 0 for all that is not ASCII.
pub(super) static HIGH: [u8; 16] = TABLES.1;

/// Code bit, first byte of each row (low four bits 0), columns (bit n: low four bits n).
const RECTANGLES: [(u32, &[u8], u16); 8] = [
    (SPACE, &[0x20], 1 << 0x0),
    (KEY, &[0x30], 1 << 0xa | 1 << 0xc | 1 << 0xd),
    (JOIN, &[0x20], 1 << 0x0 | 1 << 0x8 | 1 << 0x9 | 0x1f << 0xb),
    (DIGIT, &[0x30], 0x03ff),
    (ESCAPE - 1, &[0x20], 1 << 0x5 | 1 << 0x6),
    (ESCAPE, &[0x50], 1 << 0xc),
    (ALPHA - 1, &[0x40, 0x60], 0xfffe),
    (ALPHA, &[0x50, 0x70], 0x07ff),
];

const TABLES: ([u8; 16], [u8; 16]) = {
    let (mut low, mut high) = ([0; 16], [0; 16]);
    let mut index = 0;
    while index < RECTANGLES.len() {
        let (bit, rows, columns) = RECTANGLES[index];
        let mut nibble = 0;
        while nibble < 16 {
            low[nibble] |= ((columns >> nibble & 1) as u8) << bit;
            nibble += 1;
        }
        let mut row = 0;
        while row < rows.len() {
            high[(rows[row] >> 4) as usize] |= 1 << bit;
            row += 1;
        }
        index += 1;
    }
    (low, high)
};

const _: () = {
    let mut byte = 0;
    while byte < 256 {
        let code = TABLES.0[byte & 15] & TABLES.1[byte >> 4];
        let class = Class::of(byte as u8);
        let alpha = code >> (ALPHA - 1) & 3 != 0;
        assert!(alpha == class.meets(Class::ALPHA));
        assert!((alpha && byte >> SMALL & 1 == 0) == class.meets(Class::UPPER));
        assert!((code >> (ESCAPE - 1) & 3 != 0) == class.meets(Class::ESCAPE));
        assert!((code >> DIGIT & 1 != 0) == class.meets(Class::DIGIT));
        assert!((code >> JOIN & 1 != 0) == class.meets(Class::JOIN));
        assert!((code >> KEY & 1 != 0) == class.meets(Class::KEY));
        assert!((code >> SPACE & 1 != 0) == class.meets(Class::SPACE));
        assert!((class.meets(Class::KEY) && byte >> NO_COLON & 1 == 0) == (byte == b':' as usize));
        byte += 1;
    }
};
