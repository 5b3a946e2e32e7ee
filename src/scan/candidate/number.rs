//! The digit groups that may begin a phone number.
//!
//! A log is full of digits: times, addresses, counts, ids. A group passes with six digits ahead that
//! separators may join, unless its shape is that of something else; and if it is not dialled with a
//! plus sign, a leading zero or in three groups or more, then only where something near it may speak
//! for a number: a phone word, a key, a tie, a name, a cell, a bracket.

use super::places::Places;
use super::rows::{Rows, ahead, behind};
use super::stretch::{Lists, Stretch};
use crate::scan::mask::{after, after_last, before_first, run, up_to};

/// Least number of digits, joined by separators, that can be a phone number.
const MIN_DIGITS: u32 = 6;
/// Fewest digits of a number in a row of cells without a name for its column.
const CELL_DIGITS: usize = 9;
/// How many bytes before a number its phone word may begin: as far as a mask of the window before
/// reaches. The detectors look no farther, so that nothing depends on where a block ends.
pub const PHONE_WORD_REACH: usize = 64;

/// A digit group that may begin a number, for all that can be told from its digits and the signs beside
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Where its first digit is in the block.
    pub at: u32,
    /// How many bytes a number can take up from there; [`Group::MOST`] if it may be more.
    pub len: u8,
    /// Whether something before it must speak for a number.
    pub spoken_for: bool,
}

impl Group {
    /// As far as a mask reaches.
    pub const MOST: u8 = 64;
}

/// What a group needs to begin a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    /// Something before it must speak for a number.
    Word,
}

impl Stretch<'_> {
    /// Adds those of the digit groups at `starts` that may begin a number.
    #[inline(always)]
    pub(super) fn groups(&self, rows: &Rows, starts: &Places, out: &mut Vec<Group>) {
        for &place in starts.as_slice() {
            let place = usize::from(place);
            let soft = ahead(&rows.soft, place);
            let Some(need) = self.need(rows, place, before_first(!soft)) else { continue };
            let spoken_for = need == Need::Word;
            out.push(Group { at: self.at(place) as u32, len: run(soft) as u8, spoken_for });
        }
    }

    /// Notes which of `groups`, those of the stretch, may begin a number; the words and keys have spoken.
    #[inline(always)]
    pub(super) fn numbers(&self, rows: &Rows, groups: &[Group], lists: &mut Lists) {
        for group in groups {
            let place = group.at as usize - self.at(0);
            let index = place / 64;
            let bit = 1 << (place % 64);
            let keep = rows.wanted[index] & bit != 0
                && (!group.spoken_for || is_spoken_for(rows, place, lists));
            lists.said[index + 1].numbers |= if keep { bit } else { 0 };
        }
    }

    /// What the group at `place` needs to begin a number that takes up what is `within` at most; nothing
    /// helps one that cannot.
    ///
    /// Of the digits themselves no more counts than which group opens with a zero and what is a date
    /// or an address.
    #[inline(always)]
    fn need(&self, rows: &Rows, place: usize, within: u64) -> Option<Need> {
        let digits = ahead(&rows.digit, place);
        let hidden = ahead(&rows.hidden, place);
        let joined = digits & within;
        if joined.count_ones() < MIN_DIGITS && hidden & within == 0 {
            return None;
        }
        let [second, last] = self.behind(place);
        let veiled = || hidden & before_first(ahead(&rows.feed, place)) & REACH != 0;
        if last == b'+' || last >= 0x80 || hidden & REACH != 0 && veiled() {
            return Some(Need::Nothing);
        }
        let head: [u8; 3] = self.ahead(place);
        let zero = head[0] == b'0' && head != *b"000";
        let inner = second.is_ascii_digit()
            && matches!(last, b'-' | b'.' | b'/' | b'(' | b')' | b':' | b'<');
        if inner || self.is_other(place, digits, zero) {
            return None;
        }
        let unless = |alone: bool| Some(if alone { Need::Nothing } else { Need::Word });
        let after_word = second.is_ascii_alphanumeric() || second >= 0x80;
        let length = run(digits);
        let end = self.byte(place + length);
        let groups = || (joined & !(joined << 1)).count_ones();
        let grouped = length <= 4 && end != b'/' && groups() > 2;
        match last {
            b'_' | b'$' | b'.' => None,
            // `SIP/trunk/030...`, `/tel/030...`
            b'/' if after_word => {
                (zero || length >= CELL_DIGITS || end == b'@').then_some(Need::Nothing)
            }
            b'-' => (zero && !after_word).then_some(Need::Nothing),
            b'#' if after_word => None,
            _ if zero || grouped || end == b'@' => unless(head[1] != b'/'),
            b' ' => unless(
                second.is_ascii_uppercase()
                    || !(after_word || matches!(second, b':' | b'=' | b'"' | b']')),
            ),
            b':' | b'=' | b'[' => Some(Need::Word),
            b'"' => unless(second != b':' && end == b'"'),
            b',' => unless(length >= CELL_DIGITS),
            _ => Some(Need::Nothing),
        }
    }

    /// Whether the digits at `place` are a decimal, a time, an IPv4 address, a date, or run into a word.
    /// The detectors would say no to each of them, wherever it stands.
    #[inline(always)]
    fn is_other(&self, place: usize, digits: u64, zero: bool) -> bool {
        let length = run(digits);
        let next = self.byte(place + length);
        let digit_after = digits.checked_shr(length as u32 + 1).unwrap_or(0) & 1 != 0;
        match next {
            b'x' | b'e' | b'E' => false,
            b'_' => true,
            b':' => digit_after,
            b'.' if digit_after => self.is_dotted(place, digits, zero),
            b'-' | b'/' => length == 4 && is_date(self.ahead(place)),
            b' ' | b'(' | b')' | b'.' | b'+' | b'%' | b'\\' | b'&' | 0x80.. => false,
            _ => next.is_ascii_alphabetic() || length < MIN_DIGITS as usize,
        }
    }

    /// One dot and no trunk prefix before it, or four groups of three digits at most.
    #[inline(always)]
    fn is_dotted(&self, place: usize, digits: u64, zero: bool) -> bool {
        let first = run(digits);
        let second = run(digits >> (first + 1));
        let end = first + 1 + second;
        let next = self.byte(place + end);
        if next != b'.' {
            let goes_on = matches!(next, b'-' | b' ' | b'/' | b'%' | b'\\' | b'&' | 0x80..);
            return !goes_on && (!zero || first == 1);
        }
        // `021.233.27.46` and `532.123.45.67` open with no octet.
        let octet = first < 3 || {
            let [a, b, c] = self.ahead(place);
            (number(*b"0100")..=number(*b"0255")).contains(&number([b'0', a, b, c]))
        };
        let third = run(digits >> ((end + 1) % 64));
        if first > 3 || second > 3 || !(1..=3).contains(&third) || !octet {
            return false;
        }
        let fourth_at = end + third + 2;
        let fourth = run(digits >> fourth_at);
        let next = self.byte(place + fourth_at + fourth);
        (1..=3).contains(&fourth)
            && self.byte(place + fourth_at - 1) == b'.'
            && !(next.is_ascii_alphanumeric() || next == b'.')
    }
}

/// Whether something before `place` speaks for a number there: a phone word, a key, a tie, or a
/// capital and a small letter, with which a name begins.
#[inline(always)]
fn is_spoken_for(rows: &Rows, place: usize, lists: &Lists) -> bool {
    let index = place / 64;
    let (near, past) = (&lists.said[index + 1], &lists.said[index]);
    let own = after_last(behind(&rows.feed, place));
    let place = (place % 64) as u32;
    let names = |index: usize| {
        let (upper, letter) = (rows.upper[index], rows.letter[index]);
        // Nobody looks as far back as to where a capital ends the lane before the stretch.
        let before = index.checked_sub(1).map_or(0, |before| rows.upper[before]);
        after(upper, before) & letter & !upper | rows.high(index)
    };
    up_to(near.phones, past.phones, place) & own != 0
        || (up_to(near.close, past.close, place) & own) >> (64 - 8) != 0
        || (up_to(names(index + 1), names(index), place) & own) >> (64 - 16) != 0
}

/// `2026-11-21`, of this century or the last.
#[inline(always)]
fn is_date([a, b, _, _, first, c, d, second, e, f, next]: [u8; 11]) -> bool {
    let two = |tens: u8, ones: u8| number([b'0', b'0', tens, ones]);
    matches!([a, b], [b'1', b'9'] | [b'2', b'0'])
        && first == second
        && (number(*b"0001")..=number(*b"0012")).contains(&two(c, d))
        && (number(*b"0001")..=number(*b"0031")).contains(&two(e, f))
        && d.is_ascii_digit()
        && f.is_ascii_digit()
        && !next.is_ascii_digit()
}

/// Four digits as a number that has their order; arrays of bytes are compared by a call.
#[inline(always)]
const fn number(digits: [u8; 4]) -> u32 {
    u32::from_be_bytes(digits)
}

/// As far as an escape or another script can take part in a number.
const REACH: u64 = (1 << 32) - 1;
