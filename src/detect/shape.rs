//! What a number cannot be, and how people group the ones they dial: judged by its shape alone.

use crate::pseudonym::token;
use crate::rules::evidence::{Clue, Evidence};

use super::line::Line;
use super::number::{Number, Signs};
use super::reading::Form;

/// What the shape of `number` says against it: if anything, it is something else unless a field says
/// that it is a phone number.
#[inline]
pub(super) fn against(line: &Line, number: &Number) -> Evidence {
    match number.count {
        // With a plus sign it can only be a fraction, in one group only part of something or a time.
        _ if number.plus => Evidence::NONE.with(Clue::IpAddress, is_fraction(number)),
        1 => Evidence::NONE
            .with(Clue::Decimal, is_decimal(line, number))
            .with(Clue::Epoch, number.len == 10 && is_epoch(number))
            .with(Clue::Clock, number.len > 10 && is_epoch(number)),
        _ => groups_against(line, number),
    }
}

/// The same for a number of several groups without a plus sign.
#[inline(never)]
fn groups_against(line: &Line, number: &Number) -> Evidence {
    Evidence::NONE
        .with(Clue::IpAddress, is_ipv4(number) || is_fraction(number))
        .with(Clue::Version, is_version(number))
        .with(Clue::Date, is_date(number))
        .with(Clue::Decimal, is_decimal(line, number))
        .with(Clue::Range, is_range(number))
}

/// `0.000019`
fn is_fraction(number: &Number) -> bool {
    number.count == 2 && number.signs.only(Signs::DOT) && number.group_len(0) == 1
}

/// `2.2228.14.00`: four groups, parted by dots alone; but not `0212.378.77.64` or `810.69.91.94`,
/// which open with more digits than versions do and hold no single one.
fn is_version(number: &Number) -> bool {
    number.signs.only(Signs::DOT)
        && !number.plus
        && number.count == 4
        && !is_nanp_grouping(number)
        && (number.group_len(0) < 3 || (0..4).any(|i| !(2..=4).contains(&number.group_len(i))))
}

/// Four groups of up to three digits, parted by dots alone, or by dashes as in host names; other
/// groups may stand around them (`80 - 192.0.2.1`).
fn is_ipv4(number: &Number) -> bool {
    let mut signs = [Signs::DOT, Signs::DASH].into_iter().filter(|&sign| number.signs.has(sign));
    !number.plus && signs.any(|sign| (3..number.count).any(|last| are_octets(number, last, sign)))
}

/// Whether the groups up to `last` are four octets, parted by `sign` and from the others by another.
#[inline(never)]
fn are_octets(number: &Number, last: usize, sign: Signs) -> bool {
    let parted = |i: usize| number.groups[i].before.only(sign);
    let octet = |i: usize| {
        number.group_len(i) <= 3
            && number.group_value(i) <= 255
            && !(number.group_len(i) > 1 && number.group_starts_zero(i))
    };
    (last - 2..=last).all(parted)
        && (last == 3 || !parted(last - 3))
        && (last + 1 == number.count || !parted(last + 1))
        && (last - 3..=last).all(octet)
}

/// `2026-11-21`, `21.11.2026`, `11/21/26` and what follows such a date.
fn is_date(number: &Number) -> bool {
    if is_compact_date(number) {
        return true;
    }
    if number.count < 3 || number.plus {
        return false;
    }
    if number.count > 3 && number.groups[3].before == number.groups[2].before {
        return false;
    }
    let signs = [number.groups[1].before, number.groups[2].before];
    if signs[0] != signs[1]
        || !(signs[0].only(Signs::DASH) || signs[0].only(Signs::SLASH) || signs[0].only(Signs::DOT))
    {
        return false;
    }
    let part = |i: usize| (number.group_len(i), number.group_value(i));
    let (a, b, c) = (part(0), part(1), part(2));
    let day = |(len, n): (usize, u32)| len <= 2 && (1..=31).contains(&n);
    let year = |(len, n): (usize, u32)| (len == 4 && (1900..2100).contains(&n)) || len == 2;
    (a.0 == 4 && year(a) && day(b) && day(c)) || (day(a) && day(b) && year(c))
}

/// `081109 203615`, `20081109 203615`: year, month and day, then a time.
fn is_compact_date(number: &Number) -> bool {
    let shaped = number.count >= 2
        && !number.plus
        && matches!(number.group_len(0), 6 | 8)
        && number.group_len(1) == 6
        && number.groups[1].before.only(Signs::SPACE);
    if !shaped {
        return false;
    }
    let (date, time) = (number.group_value(0), number.group_value(1));
    let day = (1..=12).contains(&(date / 100 % 100)) && (1..=31).contains(&(date % 100));
    day && time / 10_000 < 24 && time / 100 % 100 < 60 && time % 100 < 60
}

/// Two groups with a dot, or a number that goes on behind a dot, a comma or a colon.
fn is_decimal(line: &Line, number: &Number) -> bool {
    let dotted = number.count == 2 && number.signs.only(Signs::DOT) && number.digits[0] != b'0';
    let end = number.span.end;
    let sign = line.at(end);
    let goes_on =
        matches!(sign, b'.' | b',' | b':' | b'%' | b'/') && line.at(end + 1).is_ascii_digit();
    dotted || (goes_on && !ends_cell(line, number, sign))
}

/// Whether the sign after a number parts it from the next cell: no amount opens with a zero or
/// is grouped by anything but dots.
fn ends_cell(line: &Line, number: &Number, sign: u8) -> bool {
    let grouped = number.count > 1 && !number.signs.only(Signs::DOT);
    let ends_field = line.field.is_some_and(|field| field.end == Some(number.span.end));
    ends_field || (sign == b',' && (grouped || number.digits[0] == b'0'))
}

/// Seconds, milliseconds, micro- or nanoseconds since 1970, between 2014 and 2033, ungrouped, and
/// `20261121101500`.
fn is_epoch(number: &Number) -> bool {
    if number.count == 1 && number.len == 14 && matches!(&number.digits()[..2], b"19" | b"20") {
        return true;
    }
    number.count == 1 && matches!(number.len, 10 | 13 | 16 | 19) && number.digits[0] == b'1' && {
        let seconds = number.digits()[..10].iter().fold(0u64, |n, d| n * 10 + u64::from(d - b'0'));
        (1_400_000_000..2_000_000_000).contains(&seconds)
    }
}

/// `1000-2000`, `120-150`: two groups of equal length with a dash, the second one higher.
fn is_range(number: &Number) -> bool {
    number.count == 2
        && number.signs.only(Signs::DASH)
        && number.digits[0] != b'0'
        && number.group_len(0) == number.group_len(1)
        && number.digits()[..number.group_len(0)] < number.digits()[number.group_len(0)..]
}

/// A national number in a grouping that its region uses.
pub(super) fn is_usual_national(number: &Number, form: Option<Form>) -> bool {
    match form {
        Some(Form::Trunk) => is_trunk_grouping(number),
        Some(Form::National) => is_nanp_grouping(number),
        _ => false,
    }
}

/// `030/23125-123`, `(030) 23125123`, `0171 39200 99`: an area code of two to six digits first.
fn is_trunk_grouping(number: &Number) -> bool {
    let first = number.group_len(0);
    let lens = || (0..number.count).map(|i| number.group_len(i));
    // `06 12 34 56 78`, `06 1234 5678`, `0 532 123 45 67`, `01 234 56 78`
    let pairs = number.count == 5 && lens().all(|len| len == 2);
    let short = first <= 2 && number.count >= 3 && lens().skip(1).take(1).all(|len| len >= 3);
    if number.digits[0] == b'0' && number.len >= 9 && (pairs || short) {
        return true;
    }
    let code = if first == 1 && number.signs.has(Signs::BRACKET) {
        number.group_len(1) + 1
    } else {
        first
    };
    number.count >= 2
        && number.digits[0] == b'0'
        && (3..=6).contains(&code)
        && number.len >= 7
        && !number.signs.has(Signs::DOT)
        && (number.signs.has(Signs::SLASH) || number.signs.has(Signs::BRACKET) || number.len >= 9)
}

/// `(212) 555-0187`, `212-555-0187`, `212.555.0187`, `1-212-555-0187`; spaces alone are not enough.
#[inline]
pub(super) fn is_nanp_grouping(number: &Number) -> bool {
    matches!(number.count, 2..=4) && has_nanp_groups(number)
}

#[inline(never)]
fn has_nanp_groups(number: &Number) -> bool {
    let lens: [usize; 4] =
        std::array::from_fn(|i| if i < number.count { number.group_len(i) } else { 0 });
    let grouped = matches!((number.count, lens), (3, [3, 3, 4, 0]) | (4, [1, 3, 3, 4]));
    let seven = number.count == 2 && lens[..2] == [3, 7] && number.signs.has(Signs::BRACKET);
    (grouped && !number.signs.only(Signs::SPACE)) || seven
}

/// Whether other numbers stand right before or after, as in a row of measurements.
pub(super) fn in_row(line: &Line, number: &Number) -> bool {
    let (start, end) = (number.span.start, number.span.end);
    // A token was a number before: a second pass must see the same row.
    let digit_before = line.before(start) == b' '
        && start > 1
        && (line.before(start - 1).is_ascii_digit() || line.token_end == start - 1);
    let digit_after = line.at(end) == b' '
        && (line.at(end + 1).is_ascii_digit() || token::lex(&line.text[end + 1..]).is_some());
    digit_before || digit_after
}
