//! The masks of a stretch, class by class: arithmetic on them goes over several lanes at once.
//!
//! In: the lanes of a stretch. Out: where words, signs and digit groups begin in each of them. Whoever
//! compiles this for vectors of 256 bits has four lanes in a register.

use super::places::STRETCH;
use super::stretch::Stretch;
use crate::scan::Lane;
use crate::scan::mask::{after, any_of_eight_ahead, from, six_and_seven_ahead, up_to};

/// A mask for each lane of a stretch, for the one before it and for the one after it.
pub(super) type Row = [u64; STRETCH + 2];

/// The rows that the searches begin with.
pub(super) struct Rows {
    pub(super) digit: Row,
    alpha: Row,
    /// Letters of any script.
    pub(super) letter: Row,
    pub(super) upper: Row,
    /// Signs that may stand between two digits of something.
    sign: Row,
    /// What may stand inside a number, or hide a part of it.
    pub(super) soft: Row,
    /// Escapes and other scripts.
    pub(super) hidden: Row,
    key: Row,
    colon: Row,
    opens: Row,
    space: Row,
    pub(super) feed: Row,
    /// The bytes of the stretch where a candidate is wanted.
    pub(super) wanted: [u64; STRETCH],
}

impl Rows {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let row = [0; STRETCH + 2];
        Self {
            digit: row,
            alpha: row,
            letter: row,
            upper: row,
            sign: row,
            soft: row,
            hidden: row,
            key: row,
            colon: row,
            opens: row,
            space: row,
            feed: row,
            wanted: [0; STRETCH],
        }
    }

    /// Takes the masks of `stretch`.
    #[inline(always)]
    pub(super) fn fill(&mut self, stretch: &Stretch) {
        for index in 0..STRETCH + 2 {
            let lane: &Lane = stretch.lane_around(index);
            self.digit[index] = lane.digit;
            self.alpha[index] = lane.alpha;
            self.letter[index] = lane.alpha | lane.high;
            self.upper[index] = lane.upper;
            // `TEL1=030...`: an equals sign parts them.
            self.sign[index] = lane.join & !lane.space | lane.colon;
            self.soft[index] = lane.digit | lane.join | lane.high | lane.escape;
            self.hidden[index] = lane.high | lane.escape;
            self.key[index] = lane.key;
            self.colon[index] = lane.colon;
            self.opens[index] = lane.opens;
            self.space[index] = lane.space;
            self.feed[index] = lane.feed;
        }
        self.wanted = stretch.wanted();
    }

    /// Bytes of other scripts in the lane at `index`.
    #[inline(always)]
    pub(super) fn high(&self, index: usize) -> u64 {
        self.letter[index] & !self.alpha[index]
    }

    /// Capitals after a space, and what opens a line, and bytes of other scripts there; where they are wanted.
    #[inline(always)]
    pub(super) fn pairs(&self) -> [u64; STRETCH] {
        let mut pairs = [0; STRETCH];
        for (index, pairs) in pairs.iter_mut().enumerate() {
            let at = index + 1;
            let gap = |at: usize| self.space[at] | self.feed[at];
            let first = (self.upper[at] | self.high(at)) & after(gap(at), gap(index));
            *pairs = first & self.wanted[index];
        }
        pairs
    }

    /// Capitals before a small letter and behind a sign that is none of numbers, keys or escapes: a quote, a
    /// bracket, a bar, an underscore; where they are wanted.
    #[inline(always)]
    pub(super) fn signed(&self) -> [u64; STRETCH] {
        let mut signed = [0; STRETCH];
        for (index, signed) in signed.iter_mut().enumerate() {
            let at = index + 1;
            let known = |at: usize| self.soft[at] | self.letter[at] | self.key[at] | self.feed[at];
            let small = |at: usize| self.letter[at] & !self.upper[at];
            let title = self.upper[at] & from(small(at), small(at + 1), 1);
            *signed = title & !after(known(at), known(index)) & self.wanted[index];
        }
        signed
    }

    /// The first letters of words, where they are wanted.
    #[inline(always)]
    pub(super) fn words(&self) -> [u64; STRETCH] {
        let mut words = [0; STRETCH];
        for (index, words) in words.iter_mut().enumerate() {
            let before = self.alpha[index] | self.digit[index];
            let (alpha, digit) = (self.alpha[index + 1], self.digit[index + 1]);
            *words = alpha & !after(alpha | digit, before) & self.wanted[index];
        }
        words
    }

    /// The signs that may end a key, where they are wanted; the colon of a time of day parts no field.
    #[inline(always)]
    pub(super) fn signs(&self) -> [u64; STRETCH] {
        let mut signs = [0; STRETCH];
        for (index, signs) in signs.iter_mut().enumerate() {
            let times = self.colon[index + 1] & after(self.digit[index + 1], self.digit[index]);
            *signs = self.key[index + 1] & !times & self.wanted[index];
        }
        signs
    }

    /// The starts of digit groups with six digits ahead, or so many signs that these may be among them.
    #[inline(always)]
    pub(super) fn group_starts(&self) -> [u64; STRETCH] {
        let mut starts = [0; STRETCH];
        for (index, starts) in starts.iter_mut().enumerate() {
            let at = index + 1;
            let after_digit = after(self.digit[at], self.digit[index]);
            // Inside 10.0.0.1, 12:30:00, 2026-11-21 or 1,5: a sign stands between two digits.
            let inner =
                after(self.sign[at] & after_digit, self.sign[index] & self.digit[index] << 1);
            let (six, _) = six_and_seven_ahead(self.digit[at], self.digit[at + 1]);
            // Six digits in a row, or a sign more than six; but an escape may be among fewer.
            let (_, seven) = six_and_seven_ahead(self.soft[at], self.soft[at + 1]);
            let hidden = any_of_eight_ahead(self.hidden[at], self.hidden[at + 1]);
            let long = six | seven | hidden;
            // `+` opens one all the same (`9011+4930...`), and in a row of cells a comma parts two.
            let parted = !inner | six | after(self.opens[at], self.opens[index]);
            *starts = self.digit[at]
                & !after_digit
                & !after(self.alpha[at], self.alpha[index])
                & long
                & parted;
        }
        starts
    }
}

/// The 64 bits of `row` from `place` of the stretch on.
#[inline(always)]
pub(super) fn ahead(row: &Row, place: usize) -> u64 {
    let index = place / 64 % STRETCH;
    from(row[index + 1], row[index + 2], (place % 64) as u32)
}

/// The 64 bits of `row` before `place` of the stretch, the last one on top.
#[inline(always)]
pub(super) fn behind(row: &Row, place: usize) -> u64 {
    let index = place / 64 % STRETCH;
    up_to(row[index + 1], row[index], (place % 64) as u32)
}

#[cfg(test)]
mod tests {
    use super::super::stretch::AROUND;
    use super::*;
    use crate::scan::{Isa, Kernel};
    use proptest::prelude::*;

    /// Where `is` says yes to a place of `text`, byte by byte.
    fn defined(text: &[u8], is: impl Fn(usize) -> bool) -> [u64; STRETCH] {
        let mut masks = [0; STRETCH];
        (0..text.len()).filter(|&at| is(at)).for_each(|at| masks[at / 64] |= 1 << (at % 64));
        masks
    }

    /// The rows of a text that is no longer than a stretch; empty ones if it is empty.
    fn rows_of(text: &[u8]) -> Rows {
        let (mut rows, mut lanes, mut padded) = (Rows::new(), Vec::new(), [0; AROUND]);
        Kernel::new(Isa::Scalar).expect("it runs everywhere").classify(text, &mut lanes);
        if !lanes.is_empty() {
            rows.fill(&Stretch::new(text, &lanes, &[], 0, &mut padded));
        }
        rows
    }

    fn before(text: &[u8], at: usize) -> u8 {
        at.checked_sub(1).map_or(b'\n', |at| text[at])
    }

    /// Whether a capital or a byte of another script at `at` opens a line or a word behind a space.
    fn opens_pair(text: &[u8], at: usize) -> bool {
        matches!(text[at], b'A'..=b'Z' | 0x80..) && matches!(before(text, at), b' ' | b'\n')
    }

    /// Whether a capital before a small letter at `at` stands behind a sign that is none of numbers, keys or escapes.
    fn is_signed(text: &[u8], at: usize) -> bool {
        let before = before(text, at);
        let known = before >= 0x80
            || before.is_ascii_alphanumeric()
            || b" \n-./()+,:=<%&\\".contains(&before);
        let small = |byte: &u8| byte.is_ascii_lowercase() || *byte >= 0x80;
        text[at].is_ascii_uppercase() && text.get(at + 1).is_some_and(small) && !known
    }

    proptest! {
        #[test]
        fn capitals_and_other_scripts_open_lines(text in "[a-bA-B1 \n\"|%\u{e9}\u{ff11}]{0,200}") {
            let text = text.as_bytes();
            let rows = rows_of(text);
            prop_assert_eq!(rows.pairs(), defined(text, |at| opens_pair(text, at)));
            prop_assert_eq!(rows.signed(), defined(text, |at| is_signed(text, at)));
        }

        #[test]
        fn masks_say_what_bytes_say(text in "([a-cA-C]|[0-9]|[ .,:=<()/+\n-]|\"){0,400}") {
            let text = text.as_bytes();
            let rows = rows_of(text);
            let byte = |at: usize, by: isize| {
                at.checked_add_signed(by).and_then(|at| text.get(at)).copied().unwrap_or(b'\n')
            };
            let digit = |at: usize, by: isize| byte(at, by).is_ascii_digit();
            let words = |at| {
                byte(at, 0).is_ascii_alphabetic() && !byte(at, -1).is_ascii_alphanumeric()
            };
            let signs = |at| {
                matches!(byte(at, 0), b'=' | b'<') || byte(at, 0) == b':' && !digit(at, -1)
            };
            let starts = |at| {
                let soft = |by| digit(at, by) || b" -./()+,".contains(&byte(at, by));
                let inner = b"-./()+,:".contains(&byte(at, -1)) && digit(at, -2);
                digit(at, 0)
                    && !byte(at, -1).is_ascii_alphanumeric()
                    && ((0..6).all(|by| digit(at, by)) || (0..7).all(soft))
                    && (!inner || (0..6).all(|by| digit(at, by)) || b"+,".contains(&byte(at, -1)))
            };
            prop_assert_eq!(rows.words(), defined(text, words));
            prop_assert_eq!(rows.pairs(), defined(text, |at| opens_pair(text, at)));
            prop_assert_eq!(rows.signed(), defined(text, |at| is_signed(text, at)));
            prop_assert_eq!(rows.signs(), defined(text, signs));
            prop_assert_eq!(rows.group_starts(), defined(text, starts));
        }
    }
}
