//! The masks of a stretch, class by class: arithmetic on them goes over several lanes at once.
//!
//! In: the lanes of a stretch. Out: where words, signs and digit groups begin in each of them. Whoever
//! compiles this for vectors of 256 bits has four lanes in a register.

use super::number::soft;
use super::stretch::{STRETCH, Stretch};
use crate::scan::Lane;
use crate::scan::mask::{after, six_ahead};

/// A mask for each lane of a stretch, for the one before it and for the one after it.
type Row = [u64; STRETCH + 2];

/// The rows that the searches begin with.
pub(super) struct Rows {
    digit: Row,
    alpha: Row,
    /// Signs that may stand between two digits of something.
    sign: Row,
    /// What may stand inside a number, or hide a part of it.
    soft: Row,
    /// Escapes and other scripts.
    hidden: Row,
    key: Row,
    colon: Row,
    opens: Row,
}

impl Rows {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let row = [0; STRETCH + 2];
        Self {
            digit: row,
            alpha: row,
            sign: row,
            soft: row,
            hidden: row,
            key: row,
            colon: row,
            opens: row,
        }
    }

    /// Takes the masks of `stretch`.
    #[inline(always)]
    pub(super) fn fill(&mut self, stretch: &Stretch) {
        for index in 0..STRETCH + 2 {
            let lane: &Lane = stretch.lane_around(index);
            self.digit[index] = lane.digit;
            self.alpha[index] = lane.alpha;
            self.sign[index] = lane.join & !lane.space | lane.key;
            self.soft[index] = soft(lane);
            self.hidden[index] = lane.high | lane.escape;
            self.key[index] = lane.key;
            self.colon[index] = lane.colon;
            self.opens[index] = lane.opens;
        }
    }

    /// The first letters of words.
    #[inline(always)]
    pub(super) fn words(&self) -> [u64; STRETCH] {
        let mut words = [0; STRETCH];
        for (index, words) in words.iter_mut().enumerate() {
            let before = self.alpha[index] | self.digit[index];
            let (alpha, digit) = (self.alpha[index + 1], self.digit[index + 1]);
            *words = alpha & !after(alpha | digit, before);
        }
        words
    }

    /// The signs that may end a key; the colon of a time of day parts no field.
    #[inline(always)]
    pub(super) fn signs(&self) -> [u64; STRETCH] {
        let mut signs = [0; STRETCH];
        for (index, signs) in signs.iter_mut().enumerate() {
            let times = self.colon[index + 1] & after(self.digit[index + 1], self.digit[index]);
            *signs = self.key[index + 1] & !times;
        }
        signs
    }

    /// The starts of digit groups with six signs ahead that a number may consist of.
    #[inline(always)]
    pub(super) fn group_starts(&self) -> [u64; STRETCH] {
        let mut starts = [0; STRETCH];
        for (index, starts) in starts.iter_mut().enumerate() {
            let at = index + 1;
            let after_digit = after(self.digit[at], self.digit[index]);
            // Inside 10.0.0.1, 12:30:00, 2026-11-21 or 1,5: a sign stands between two digits.
            let inner = after(
                self.sign[at] & after_digit,
                self.sign[index] & self.digit[index] << 1,
            );
            let six = six_ahead(self.digit[at], self.digit[at + 1]);
            // Whoever reaches fewer than six signs has no six digits; but an escape may be among them.
            let hidden = spread(self.hidden[at] | self.hidden[at + 1]);
            let long = six_ahead(self.soft[at], self.soft[at + 1]) | hidden;
            // `+` opens one all the same (`9011+4930...`), and in a row of cells a comma parts two.
            let parted = !inner | six | after(self.opens[at], self.opens[index]);
            *starts = self.digit[at] & !after_digit & !after(self.alpha[at], self.alpha[index])
                & long
                & parted;
        }
        starts
    }
}

/// All bits, if any is set.
#[inline(always)]
fn spread(mask: u64) -> u64 {
    if mask == 0 { 0 } else { u64::MAX }
}
