//! Digit groups as they are written: where a number ends and how it is grouped.
//!
//! In: the place of a plus sign, a bracket or a digit. Out: a [`Number`]: its digits, its groups and
//! the signs between. Whether it is a phone number is for others to say. Separators are those of
//! DIN 5008, E.123 and the habits of the regions: space (also no-break and narrow), `-`, `.`, `/`,
//! brackets and their combinations.

use crate::carrier;
use crate::fold;
use crate::span::Span;
use crate::swar;

/// Most digits that are kept; longer runs are only measured.
pub(super) const MOST_DIGITS: usize = 24;
/// Most groups that are told apart.
const MOST_GROUPS: usize = 10;
/// Digits that are read in one step.
const STEP: usize = 8;

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

/// A set of separators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs(u8);

impl Signs {
    pub(super) const SPACE: Signs = Signs(1);
    pub(super) const DASH: Signs = Signs(2);
    pub(super) const DOT: Signs = Signs(4);
    pub(super) const SLASH: Signs = Signs(8);
    pub(super) const BRACKET: Signs = Signs(16);

    pub(super) fn has(self, sign: Signs) -> bool {
        self.0 & sign.0 != 0
    }

    pub(super) fn only(self, sign: Signs) -> bool {
        self == sign
    }

    fn add(&mut self, sign: Signs) {
        self.0 |= sign.0;
    }
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
        let (mut place, mut before) = match text.get(at) {
            Some(b'0'..=b'9') => (at, Signs::default()),
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

    /// Adds the `count` digits that open `eight`.
    #[inline]
    fn push_some(&mut self, eight: [u8; STEP], count: usize) {
        if let Some(room) = self.digits.get_mut(self.len..self.len + STEP) {
            room.copy_from_slice(&eight);
        }
        let len = self.len + count;
        self.overlong |= len > MOST_DIGITS;
        self.len = len.min(MOST_DIGITS);
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

/// How many ASCII digits stand at `at`.
#[inline]
pub(super) fn run(text: &[u8], at: usize) -> usize {
    let mut place = at;
    while let Some(eight) = text.get(place..).and_then(<[u8]>::first_chunk) {
        let count = leading(*eight);
        place += count;
        if count < STEP {
            return place - at;
        }
    }
    while text.get(place).is_some_and(u8::is_ascii_digit) {
        place += 1;
    }
    place - at
}

/// How many digits open `eight`.
#[inline]
fn leading(eight: [u8; STEP]) -> usize {
    let others = swar::digits(u64::from_le_bytes(eight)) ^ swar::TOPS;
    others.trailing_zeros() as usize / STEP
}

/// Reads what may stand before the first digit: `+`, `(`, `(+`, `+(`.
fn open(text: &[u8], at: usize, number: &mut Number) -> (usize, Signs) {
    if let Some([b'+', b'0'..=b'9', ..]) = text.get(at..) {
        number.plus = true;
        return (at + 1, Signs::default());
    }
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
fn group(text: &[u8], mut place: usize, number: &mut Number) -> (usize, usize) {
    let start = place;
    while let Some(eight) = text.get(place..).and_then(<[u8]>::first_chunk) {
        let count = leading(*eight);
        number.push_some(*eight, count);
        place += count;
        if count < STEP {
            break;
        }
    }
    while let Some(&byte @ b'0'..=b'9') = text.get(place) {
        number.push(byte - b'0');
        place += 1;
    }
    if text.get(place).is_none_or(|&byte| byte < 0x80 && !matches!(byte, b'%' | b'\\' | b'&')) {
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

/// What a byte may be in or around a separator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Not in one.
    End,
    Digit,
    /// This sign.
    Sign(Signs),
    /// The first byte of something that has to be decoded.
    Coded,
}

static MARKS: [Mark; 256] = {
    let mut marks = [Mark::End; 256];
    let mut byte = 0;
    while byte < 256 {
        marks[byte] = match byte as u8 {
            b'0'..=b'9' => Mark::Digit,
            b' ' => Mark::Sign(Signs::SPACE),
            b'-' => Mark::Sign(Signs::DASH),
            b'.' => Mark::Sign(Signs::DOT),
            b'/' => Mark::Sign(Signs::SLASH),
            b'(' | b')' => Mark::Sign(Signs::BRACKET),
            b'%' | b'\\' | b'&' | 0x80.. => Mark::Coded,
            _ => Mark::End,
        };
        byte += 1;
    }
    marks
};

/// The separator at `place`, after so many `digits`, if a digit follows it: where it ends and what it is
/// made of.
#[inline]
fn separator(text: &[u8], place: usize, digits: usize) -> Option<(usize, Signs)> {
    let mark = |at: usize| text.get(at).map_or(Mark::End, |&byte| MARKS[usize::from(byte)]);
    match (mark(place), mark(place + 1)) {
        (Mark::End, _) if text.get(place) != Some(&b'+') => None,
        (Mark::End, _) => inner_plus(text, place, digits),
        (Mark::Sign(sign), Mark::Digit) => Some((place + 1, sign)),
        (Mark::Sign(_), Mark::End) => None,
        _ => long_separator(text, place),
    }
}

fn long_separator(text: &[u8], place: usize) -> Option<(usize, Signs)> {
    let mut at = place;
    let mut signs = Signs::default();
    let mut after_space = false;
    for _ in 0..5 {
        let unit = carrier::unit(text, at)?;
        match unit.ch {
            ch if carrier::digit(ch).is_some() => return (at > place).then_some((at, signs)),
            ch if fold::is_ignorable(ch) => {}
            '.' => once(&mut signs, Signs::DOT)?,
            '/' => once(&mut signs, Signs::SLASH)?,
            '(' | ')' => signs.add(Signs::BRACKET),
            ch if carrier::is_dash(ch) => once(&mut signs, Signs::DASH)?,
            // Tabs and two spaces in a row part columns.
            ch if ch != '\t' && carrier::is_space(ch) && !after_space => signs.add(Signs::SPACE),
            _ => return None,
        }
        after_space = carrier::is_space(unit.ch);
        at += unit.len;
    }
    None
}

/// A plus sign inside a number: a space of a URL query (`+49+30+23125123`), or what follows a dialled
/// prefix (`9011+4930...`). After more digits it opens another number.
fn inner_plus(text: &[u8], place: usize, digits: usize) -> Option<(usize, Signs)> {
    const LONGEST_PREFIX: usize = 6;
    const LONGEST_GROUP: usize = 6;
    let rest = text.get(place..)?.strip_prefix(b"+")?;
    let group = run(rest, 0);
    let inner = digits <= LONGEST_PREFIX || group <= LONGEST_GROUP;
    (group > 0 && inner).then_some((place + 1, Signs::SPACE))
}

/// A sign that may occur once in a separator.
fn once(signs: &mut Signs, sign: Signs) -> Option<()> {
    let fresh = !signs.has(Signs(Signs::DOT.0 | Signs::SLASH.0 | Signs::DASH.0));
    signs.add(sign);
    fresh.then_some(())
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

fn after_trunk(text: &[u8], place: usize) -> Option<usize> {
    let zero = carrier::unit(text, place).filter(|unit| unit.ch == '0')?;
    let close = carrier::unit(text, place + zero.len).filter(|unit| unit.ch == ')')?;
    let mut at = place + zero.len + close.len;
    while let Some(unit) =
        carrier::unit(text, at).filter(|unit| carrier::is_space(unit.ch) || unit.ch == '-')
    {
        at += unit.len;
    }
    Some(at)
}

/// Appends the digits of the number at `span` to `out`, all of them.
pub(super) fn digits_into(text: &[u8], span: Span, out: &mut Vec<u8>) {
    let mut at = span.start;
    while let Some(unit) = carrier::unit(text, at).filter(|_| at < span.end) {
        out.extend(carrier::digit(unit.ch).map(|digit| b'0' + digit));
        at += unit.len;
    }
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
