//! Digit groups as they are written: where a number ends and how it is grouped.
//!
//! In: the place of a plus sign, a bracket or a digit. Out: a [`Number`]: its digits, its groups and
//! the signs between. Whether it is a phone number is for others to say.

use crate::carrier;
use crate::fold;
use crate::span::Span;

use super::digits::{STEP, leading};
use super::reach;
pub(super) use super::separator::Signs;
use super::separator::{after_trunk, separator};

/// Most digits that are kept; longer runs are only measured.
pub(super) const MOST_DIGITS: usize = 24;
/// Most groups that are told apart.
const MOST_GROUPS: usize = 10;

/// A number as written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Number {
    /// From the plus sign, bracket or first digit to the last digit.
    pub span: Span,
    /// Whether a plus sign opens it.
    pub plus: bool,
    /// The digits as ASCII, `(0)` left out; behind them stands whatever was read with them.
    pub digits: [u8; MOST_DIGITS + STEP],
    /// How many of them there are.
    pub len: usize,
    /// For each group: how many digits there are up to its end, and where it ends.
    pub groups: [Group; MOST_GROUPS],
    /// How many groups there are.
    pub count: usize,
    /// Separators that occur.
    pub signs: Signs,
    /// More digits than can be kept.
    pub overlong: bool,
}

/// The end of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    /// Digits up to here.
    pub digits: u8,
    /// Offset of its end from the start of the number.
    end: u16,
    /// The separator before the group.
    pub before: Signs,
}

impl Number {
    /// The digits.
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits[..self.len]
    }

    /// Length of group `index` in digits.
    pub(super) fn group_len(&self, index: usize) -> usize {
        let before = if index == 0 { 0 } else { self.groups[index - 1].digits };
        usize::from(self.groups[index].digits - before)
    }

    /// Whether a bracket that opens it is closed after its first group.
    pub(super) fn closes_bracket(&self) -> bool {
        self.count > 1 && self.groups[1].before.has(Signs::BRACKET)
    }

    fn group_digits(&self, index: usize) -> &[u8] {
        let end = usize::from(self.groups[index].digits);
        &self.digits[end - self.group_len(index)..end]
    }

    /// Value of group `index`; only as good as fits.
    pub(super) fn group_value(&self, index: usize) -> u32 {
        let digit = |n: u32, d: &u8| n.saturating_mul(10).saturating_add(u32::from(d - b'0'));
        self.group_digits(index).iter().fold(0, digit)
    }

    /// Whether group `index` has a leading zero.
    pub(super) fn group_starts_zero(&self, index: usize) -> bool {
        self.group_digits(index).first() == Some(&b'0')
    }

    /// Keeps the first `count` groups.
    pub(super) fn cut(&mut self, count: usize) {
        let last = self.groups[count - 1];
        self.overlong &= count == self.count;
        self.count = count;
        self.len = usize::from(last.digits);
        self.span.end = self.span.start + usize::from(last.end);
        self.signs = Signs::default();
        for group in &self.groups[1..count] {
            self.signs.add(group.before);
        }
        if self.bracketed() {
            self.signs.add(Signs::BRACKET);
        }
    }

    /// Makes this new number the one at `at`; false if there is none. In place: what is written in small
    /// parts is dear to move as a whole right after.
    pub(super) fn read(&mut self, text: &[u8], at: usize) -> bool {
        self.span = Span::new(at, at);
        let (mut place, mut before) = match text.get(at..) {
            Some([b'0'..=b'9', ..]) => (at, Signs::default()),
            Some([b'+', b'0'..=b'9', ..]) => {
                self.plus = true;
                (at + 1, Signs::default())
            }
            _ => open(text, at, self),
        };
        loop {
            let (end, digits) = group(text, place, self);
            if digits == 0 || !self.close(end, before) {
                break;
            }
            let Some((next, signs)) = separator(text, end, self.len) else { break };
            if self.len + 2 > MOST_DIGITS {
                break;
            }
            before = signs;
            place = skip_trunk(text, next, signs, self);
        }
        self.count > 0
    }

    fn bracketed(&self) -> bool {
        self.groups[..self.count].iter().any(|group| group.before.has(Signs::BRACKET))
    }

    fn push(&mut self, digit: u8) {
        if self.len < MOST_DIGITS {
            self.digits[self.len] = b'0' + digit;
            self.len += 1;
        } else {
            self.overlong = true;
        }
    }

    /// Puts the `count` digits that open `eight` behind so many others; how many there are now.
    #[inline]
    fn put(&mut self, others: usize, eight: u64, count: usize) -> usize {
        if let Some(room) = self.digits.get_mut(others..others + STEP) {
            room.copy_from_slice(&eight.to_le_bytes());
        }
        self.overlong |= others + count > MOST_DIGITS;
        (others + count).min(MOST_DIGITS)
    }

    /// Ends the group that was read; false when there is no room for more. Of a group that ends too far
    /// away for it nothing is kept.
    fn close(&mut self, end: usize, before: Signs) -> bool {
        let Ok(length) = u16::try_from(end - self.span.start) else {
            let last = self.count.checked_sub(1).map_or(0, |last| self.groups[last].digits);
            self.len = usize::from(last);
            return false;
        };
        self.groups[self.count] = Group { digits: self.len as u8, end: length, before };
        self.count += 1;
        self.span.end = end;
        self.signs.add(before);
        self.count < MOST_GROUPS
    }
}

/// Reads the number at `at`, where a plus sign, `(` or a digit stands; nothing without digits.
pub(super) fn read(text: &[u8], at: usize) -> Option<Number> {
    let mut number = Number::default();
    number.read(text, at).then_some(number)
}

/// Reads what may stand before the first digit: `+`, `(`, `(+`, `+(`.
#[inline(never)]
fn open(text: &[u8], at: usize, number: &mut Number) -> (usize, Signs) {
    let (mut place, mut signs) = (at, Signs::default());
    for _ in 0..3 {
        let Some(unit) = carrier::unit(text, place) else {
            break;
        };
        match unit.ch {
            '(' => signs.add(Signs::BRACKET),
            ch if carrier::is_plus(ch) && !number.plus => number.plus = true,
            ch if fold::is_ignorable(ch) => {}
            _ => break,
        }
        place += unit.len;
    }
    (place, signs)
}

/// Reads digits from `place`; returns where they end and how many there are.
#[inline]
fn group(text: &[u8], start: usize, number: &mut Number) -> (usize, usize) {
    let (mut place, mut len) = (start, number.len);
    let next = loop {
        let eight = reach::eight(text, place);
        let count = leading(eight);
        len = number.put(len, eight, count);
        place += count;
        if count < STEP {
            // A zero behind the end of the text.
            break (eight >> (8 * count)) as u8;
        }
    };
    number.len = len;
    if carrier::is_plain(next) {
        return (place, place - start);
    }
    spelled_digits(text, place, place - start, number)
}

/// Reads digits from `place`, after `digits` others, that may be spelled in any way.
#[cold]
fn spelled_digits(
    text: &[u8],
    mut place: usize,
    mut digits: usize,
    number: &mut Number,
) -> (usize, usize) {
    let mut end = place;
    // A bound, as every unit of a long run is looked at from every place in it.
    for _ in 0..2 * MOST_DIGITS {
        let Some(unit) = carrier::unit(text, place) else { break };
        if let Some(digit) = carrier::digit(unit.ch) {
            number.push(digit);
            digits += 1;
            end = place + unit.len;
        } else if !fold::is_ignorable(unit.ch) {
            break;
        }
        place += unit.len;
    }
    (end, digits)
}

/// Where the digits go on that follow the separator before `place`. `+49 (0)30`: the trunk prefix in
/// brackets after a country code is no part of the number.
#[inline]
fn skip_trunk(text: &[u8], place: usize, signs: Signs, number: &Number) -> usize {
    if !signs.has(Signs::BRACKET) || !(number.plus || number.digits().starts_with(b"00")) {
        return place;
    }
    after_trunk(text, place).unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(text: &str) -> Option<(String, Vec<usize>, bool, usize)> {
        let number = read(text.as_bytes(), 0)?;
        let digits = String::from_utf8_lossy(number.digits()).into_owned();
        let lens = (0..number.count).map(|i| number.group_len(i)).collect();
        Some((digits, lens, number.plus, number.span.end))
    }

    #[test]
    fn groups_are_told_apart() {
        for (text, digits, lens) in [
            ("+49 30 23125-123", "493023125123", vec![2, 2, 5, 3]),
            ("+49 (0)30 23125 123", "493023125123", vec![2, 2, 5, 3]),
            ("(0)30 / 23125-123", "03023125123", vec![1, 2, 5, 3]),
            ("(212) 555-0187", "2125550187", vec![3, 3, 4]),
            ("%2B4930%2023125123", "493023125123", vec![4, 8]),
            ("\\u002b49\\u00a030\\u202f23125123", "493023125123", vec![2, 2, 8]),
            ("+49\u{202f}171\u{2011}3920099", "491713920099", vec![2, 3, 7]),
            ("０３０23125123", "03023125123", vec![11]),
            ("030\u{200b}23125123", "03023125123", vec![11]),
        ] {
            let plus = digits.starts_with('4');
            assert_eq!(groups(text), Some((digits.into(), lens, plus, text.len())), "{text}");
        }
    }

    #[test]
    fn reading_stops_where_a_number_ends() {
        for (text, end) in [
            ("030 23125123, 4", 12),
            ("0171-3920099 x", 12),
            ("12:30", 2),
            ("1 - - 2", 1),
            ("030  -  1", 3),
        ] {
            assert_eq!(groups(text).map(|g| g.3), Some(end), "{text}");
        }
        assert_eq!(groups("+x"), None);
    }

    #[test]
    fn cutting_keeps_whole_groups() {
        let mut number = read(b"030 23125123 200", 0).expect("digits");
        number.cut(2);
        assert_eq!((number.digits(), number.span.end), (&b"03023125123"[..], 12));
    }
}
