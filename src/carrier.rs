//! What a byte of the log stands for, once the carrier's escapes are undone.
//!
//! Logs carry text inside JSON strings, URLs and HTML; an identity there is spelled with
//! `\u002b`, `%2B` or `&#43;`. The detectors read *units*: one decoded character and the number of
//! source bytes it takes, so spans always refer to the bytes as they stand. One layer of escapes is
//! undone, never two. Plain ASCII costs one comparison.

/// A decoded character and how many source bytes spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The character; U+FFFD for a byte that is no valid UTF-8.
    pub ch: char,
    /// Source bytes it takes, at least one.
    pub len: usize,
}

/// The unit at `at`, or nothing at the end of `bytes`.
#[inline]
pub fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let byte = *bytes.get(at)?;
    if is_plain(byte) {
        return Some(Unit { ch: byte as char, len: 1 });
    }
    let rest = &bytes[at..];
    let decoded = match byte {
        b'%' => percent(rest),
        b'\\' => backslash(rest),
        b'&' => entity(rest),
        _ => utf8(rest),
    };
    Some(decoded.unwrap_or(Unit {
        ch: if byte < 0x80 { byte as char } else { char::REPLACEMENT_CHARACTER },
        len: 1,
    }))
}

/// Whether `byte` stands for itself, whatever follows it.
#[inline]
pub fn is_plain(byte: u8) -> bool {
    byte < 0x80 && !matches!(byte, b'%' | b'\\' | b'&')
}

/// Appends the text that `bytes` stand for to `out`, escapes undone.
pub fn decode_into(bytes: &[u8], out: &mut String) {
    let mut at = 0;
    while let Some(unit) = unit(bytes, at) {
        out.push(unit.ch);
        at += unit.len;
    }
}

/// The value of a decimal digit of any script that logs have been seen to use, else nothing.
/// Source: Unicode general category Nd, blocks Basic Latin, Arabic, Devanagari, Bengali, Thai and
/// Halfwidth and Fullwidth Forms, and the mathematical digits.
#[inline]
pub fn digit(ch: char) -> Option<u8> {
    if ch.is_ascii() {
        return ch.is_ascii_digit().then(|| ch as u8 - b'0');
    }
    const ZEROS: [u32; 7] = [0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10, 0x1D7CE];
    let code = ch as u32;
    ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&code)).map(|zero| (code - zero) as u8)
}

/// Spaces between words or digit groups, no-break and narrow ones included; no line ends.
#[inline]
pub fn is_space(ch: char) -> bool {
    ch == ' ' || ch == '\t' || (!ch.is_ascii() && is_wide_space(ch))
}

fn is_wide_space(ch: char) -> bool {
    matches!(
        ch,
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

/// Hyphens and dashes (Unicode Pd that occur in numbers and names, and the minus sign).
#[inline]
pub fn is_dash(ch: char) -> bool {
    ch == '-'
        || matches!(ch, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// A plus sign, full-width or small ones included.
#[inline]
pub fn is_plus(ch: char) -> bool {
    ch == '+' || matches!(ch, '\u{FF0B}' | '\u{FE62}' | '\u{207A}')
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, &d| Some(sum << 4 | (d as char).to_digit(16)?))
}

/// RFC 3986 section 2.1; the octets of one UTF-8 character are taken together.
fn percent(rest: &[u8]) -> Option<Unit> {
    let mut octets = [0u8; 4];
    octets[0] = hex(rest.get(1..3)?)? as u8;
    let count = utf8_len(octets[0])?;
    for (i, octet) in octets.iter_mut().enumerate().take(count).skip(1) {
        let part = rest.get(3 * i..3 * i + 3)?;
        *octet = (part[0] == b'%').then(|| hex(&part[1..]))?? as u8;
    }
    let ch = std::str::from_utf8(&octets[..count]).ok()?.chars().next()?;
    Some(Unit { ch, len: 3 * count })
}

/// RFC 8259 section 7: `\uXXXX` with surrogate pairs, and the two-letter escapes.
fn backslash(rest: &[u8]) -> Option<Unit> {
    let ch = match rest.get(1)? {
        b'u' => return utf16(rest),
        b'\\' if let Some(unit) = nested(rest) => return Some(unit),
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        &c @ (b'"' | b'\\' | b'/' | b'\'') => c as char,
        _ => return None,
    };
    Some(Unit { ch, len: 2 })
}

/// JSON inside JSON strings: each level doubles the backslashes of `\uXXXX`.
fn nested(rest: &[u8]) -> Option<Unit> {
    // One more than the deepest level, lest a long row of them is counted again and again.
    let slashes = rest.iter().take(9).take_while(|&&b| b == b'\\').count();
    if !matches!(slashes, 2 | 4 | 8) || rest.get(slashes) != Some(&b'u') {
        return None;
    }
    let inner = utf16(&rest[slashes - 1..])?;
    Some(Unit { len: inner.len + slashes - 1, ..inner })
}

fn utf16(rest: &[u8]) -> Option<Unit> {
    let first = hex(rest.get(2..6)?)?;
    if let Some(ch) = char::from_u32(first) {
        return Some(Unit { ch, len: 6 });
    }
    let low = rest.get(6..12).filter(|low| low.starts_with(b"\\u"))?;
    let pair = [first as u16, hex(&low[2..])? as u16];
    let ch = char::decode_utf16(pair).next()?.ok()?;
    Some(Unit { ch, len: 12 })
}

/// HTML and XML character references: the five of XML, `nbsp`, `plus`, and numeric ones.
fn entity(rest: &[u8]) -> Option<Unit> {
    const LONGEST: usize = 10;
    let end = rest.iter().take(LONGEST).position(|&b| b == b';')?;
    let ch = match &rest[1..end] {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" => '\u{A0}',
        b"plus" => '+',
        [b'#', b'x' | b'X', digits @ ..] if !digits.is_empty() => char::from_u32(hex(digits)?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    };
    Some(Unit { ch, len: end + 1 })
}

fn utf8(rest: &[u8]) -> Option<Unit> {
    // Letters of Latin, Greek and Cyrillic have two bytes.
    if let [lead @ 0xC2..=0xDF, tail @ 0x80..=0xBF, ..] = *rest {
        let ch = char::from_u32(u32::from(lead & 0x1F) << 6 | u32::from(tail & 0x3F))?;
        return Some(Unit { ch, len: 2 });
    }
    let len = utf8_len(rest[0])?;
    let ch = std::str::from_utf8(rest.get(..len)?).ok()?.chars().next()?;
    Some(Unit { ch, len })
}

/// Length of the UTF-8 sequence that `lead` opens (RFC 3629), if it can open one.
fn utf8_len(lead: u8) -> Option<usize> {
    match lead {
        0..=0x7F => Some(1),
        0xC2..=0xDF => Some(2),
        0xE0..=0xEF => Some(3),
        0xF0..=0xF4 => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(text: &str) -> String {
        let mut out = String::new();
        decode_into(text.as_bytes(), &mut out);
        out
    }

    #[test]
    fn each_escape_gives_its_character() {
        for (escaped, plain) in [
            ("%2B49", "+49"),
            ("%C3%9Cmit", "Ümit"),
            ("\\u002b49", "+49"),
            ("\\ud83d\\ude00", "😀"),
            ("&#43;49", "+49"),
            ("&#x2b;49", "+49"),
            ("&lt;a&gt;&amp;", "<a>&"),
            ("O\\u0027Brien", "O'Brien"),
            ("\\\\u002b49", "+49"),
            ("a\\\"b", "a\"b"),
            ("Jürgen", "Jürgen"),
        ] {
            assert_eq!(decoded(escaped), plain, "{escaped}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in ["100%", "%zz", "%C3(", "\\u00", "\\q", "&co", "&#;", "&#xffffffff;", "\\"] {
            assert_eq!(decoded(text), text);
        }
        assert_eq!(unit(b"\xff", 0), Some(Unit { ch: '\u{FFFD}', len: 1 }));
        assert_eq!(unit(b"", 0), None);
    }

    #[test]
    fn one_layer_only() {
        assert_eq!(decoded("%252B"), "%2B");
        assert_eq!(decoded("&amp;#43;"), "&#43;");
    }

    #[test]
    fn two_bytes_are_a_character_as_utf8_has_it() {
        for pair in 0x8000..=0xFFFFu16 {
            let bytes = pair.to_be_bytes();
            let whole = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
            let unit = unit(&bytes, 0).expect("a byte is there");
            assert_eq!((unit.len == 2).then_some(unit.ch), whole, "{bytes:x?}");
        }
    }

    #[test]
    fn digits_of_other_scripts() {
        assert_eq!("４٣۹०".chars().map(digit).collect::<Option<Vec<_>>>(), Some(vec![4, 3, 9, 0]));
        assert_eq!(digit('x'), None);
        assert_eq!(digit('²'), None);
    }

    proptest! {
        #[test]
        fn units_tile_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut at = 0;
            while let Some(unit) = unit(&bytes, at) {
                prop_assert!(unit.len >= 1);
                at += unit.len;
            }
            prop_assert_eq!(at, bytes.len());
        }
    }
}
