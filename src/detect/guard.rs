//! What must pass byte for byte, recognised by its syntax: IP addresses, UUIDs, dates and times.
//!
//! In: the place of a digit. Out: where the protected text ends. Nothing is guessed: octets are at
//! most 255, groups have their exact lengths. A candidate inside a protected span is dropped.

/// Where the protected text that begins at `at` with so many `digits` ends, if there is one.
#[inline]
pub(super) fn protected(text: &[u8], at: usize, digits: usize) -> Option<usize> {
    let rest = &text[at..];
    match (digits, rest.get(digits)) {
        (1..=3, Some(b'.')) => ipv4(rest),
        (4, Some(b'-' | b'/' | b'.')) => date_time(rest),
        (8, Some(b'-')) => uuid(rest),
        _ => None,
    }
    .map(|len| at + len)
}

/// `192.0.2.1`, `192.0.2.1:5060`, `192.0.2.0/24`; its length.
#[inline(never)]
fn ipv4(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    for octet in 0..4 {
        let digits = rest[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let value = rest[at..at + digits].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
        if !(1..=3).contains(&digits) || value > 255 {
            return None;
        }
        at += digits;
        if octet < 3 {
            (rest.get(at) == Some(&b'.')).then_some(())?;
            at += 1;
        }
    }
    let next = rest.get(at).copied().unwrap_or(b'\n');
    let longer = next.is_ascii_alphanumeric()
        || (next == b'.' && rest.get(at + 1).is_some_and(u8::is_ascii_digit));
    (!longer).then(|| at + suffix(&rest[at..]))
}

/// Length of a port or prefix length after an address.
fn suffix(rest: &[u8]) -> usize {
    let longest = match rest.first() {
        Some(b':') => 5,
        Some(b'/') => 2,
        _ => return 0,
    };
    let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    if (1..=longest).contains(&digits) { 1 + digits } else { 0 }
}

/// RFC 3339 dates and date-times, also with a blank for the `T`, `/` or `.` for the `-`, and a
/// comma before the fraction.
fn date_time(rest: &[u8]) -> Option<usize> {
    let date = rest.get(..10)?;
    let two = |i: usize| u32::from(date[i] - b'0') * 10 + u32::from(date[i + 1] - b'0');
    let digits = |range: std::ops::Range<usize>| date[range].iter().all(u8::is_ascii_digit);
    let shaped =
        date[4] == date[7] && digits(5..7) && digits(8..10) && matches!(&date[..2], b"19" | b"20");
    if !shaped || !(1..=12).contains(&two(5)) || !(1..=31).contains(&two(8)) {
        return None;
    }
    if rest.get(10).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some(10 + time(&rest[10..]))
}

/// Length of a time of day with its separator, fraction and offset.
fn time(rest: &[u8]) -> usize {
    let digit = |i: usize| rest.get(i).is_some_and(u8::is_ascii_digit);
    let shaped = matches!(rest.first(), Some(b'T' | b' ' | b'_' | b't'))
        && digit(1)
        && digit(2)
        && rest.get(3) == Some(&b':')
        && digit(4)
        && digit(5);
    if !shaped {
        return 0;
    }
    let mut at = 6;
    if rest.get(at) == Some(&b':') && digit(7) && digit(8) {
        at = 9;
        if matches!(rest.get(at), Some(b'.' | b',')) && digit(10) {
            at = 10 + rest[10..].iter().take(9).take_while(|b| b.is_ascii_digit()).count();
        }
    }
    at + offset(&rest[at..])
}

/// Length of `Z` or of an offset from UTC.
fn offset(rest: &[u8]) -> usize {
    let digit = |i: usize| rest.get(i).is_some_and(u8::is_ascii_digit);
    match rest.first() {
        Some(b'Z') => 1,
        Some(b'+' | b'-') if digit(1) && digit(2) => match rest.get(3) {
            Some(b':') if digit(4) && digit(5) => 6,
            _ if digit(3) && digit(4) && !digit(5) => 5,
            _ => 0,
        },
        _ => 0,
    }
}

/// RFC 9562: 8-4-4-4-12 hexadecimal digits.
fn uuid(rest: &[u8]) -> Option<usize> {
    let uuid = rest.get(..36)?;
    let shaped = uuid.iter().enumerate().all(|(i, b)| match i {
        8 | 13 | 18 | 23 => *b == b'-',
        _ => b.is_ascii_hexdigit(),
    });
    (shaped && !rest.get(36).is_some_and(u8::is_ascii_alphanumeric)).then_some(36)
}

#[cfg(test)]
mod tests {
    fn protected(text: &[u8]) -> Option<usize> {
        super::protected(text, 0, super::super::digits::run(text, 0))
    }

    #[test]
    fn protected_spans_end_where_they_should() {
        for (text, end) in [
            ("192.0.2.1", 9),
            ("192.0.2.1:5060;x", 14),
            ("192.0.2.0/24 ", 12),
            ("2026-11-21", 10),
            ("2026-11-21T10:00:00Z", 20),
            ("2026-11-21 10:00:00,123 INFO", 23),
            ("2026-11-21T10:00:00.123456+01:00]", 32),
            ("2026/11/21 10:00", 16),
            ("12345678-1234-4123-8123-123456789012", 36),
        ] {
            assert_eq!(protected(text.as_bytes()), Some(end), "{text}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_not_protected() {
        for text in [
            "192.0.2.256",
            "192.0.2",
            "1.2.3.4.5",
            "2026-13-21",
            "2026-11-2",
            "030-23125",
            "12345678-1234-4123-8123-1234567890123",
        ] {
            assert_eq!(protected(text.as_bytes()), None, "{text}");
        }
    }
}
