//! Check digits and number spaces: whether a text that looks like an identifier can be one.
//!
//! In: the text as written. Separators (blank, `-`, `.`, `/`) do not count. Each check names its source.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::lexicon::{self, Bits};
use crate::rules::book::model::Check;

/// Longest identifier in letters and digits.
const LONGEST: usize = 48;

/// Whether `text` satisfies `check`.
pub(super) fn holds(check: Check, text: &[u8]) -> bool {
    let address = || std::str::from_utf8(text).ok();
    match check {
        Check::Ipv4 => return address().is_some_and(|text| text.parse::<Ipv4Addr>().is_ok()),
        Check::Person => return person(text),
        Check::Ipv6 => return address().is_some_and(|text| text.parse::<Ipv6Addr>().is_ok()),
        _ => {}
    }
    let mut signs = [0; LONGEST];
    let Some(signs) = compact(text, &mut signs) else { return false };
    match check {
        Check::Luhn => luhn(signs),
        Check::Iban => iban(signs),
        Check::DeTaxId => de_tax_id(signs),
        Check::DeIdCard => de_id_card(signs),
        Check::DeSocial => de_social(signs),
        Check::UsSsn => us_ssn(signs),
        Check::Ipv4 | Check::Ipv6 | Check::Person => false,
    }
}

/// Whether the words of `text` are a person's name by the lexicon: a given and a family name in
/// either order, a given name that is nothing else before any word but one of functions and things,
/// or an initial and a family name. Digits at the end do not count.
fn person(text: &[u8]) -> bool {
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let mut words = text[..text.len() - digits].split(|b| matches!(b, b'.' | b'_' | b'-'));
    let (Some(first), Some(last)) = (words.next(), words.next_back()) else { return false };
    let is_thing = |bits: &Bits| bits.is_nonperson() || bits.is_org() || bits.is_month();
    let known = [lexicon::word(first), lexicon::word(last)];
    if known.iter().any(is_thing) || last.len() < 2 {
        return false;
    }
    // How much more it is a name than a word.
    let name = |bits: Bits| i32::from(bits.given().max(bits.family())) - i32::from(bits.common());
    let [first_bits, last_bits] = known;
    match first.len() {
        1 => last_bits.family() > 1 && last_bits.common() == 0,
        _ if first_bits.given() > 1 && first_bits.common() == 0 => true,
        _ => {
            let both = first_bits.given().min(last_bits.family()) > 0
                || first_bits.family().min(last_bits.given()) > 0;
            both && name(first_bits) + name(last_bits) > 1
        }
    }
}

/// Letters in upper case and digits of `text`; nothing if there is anything but separators besides.
fn compact<'s>(text: &[u8], signs: &'s mut [u8; LONGEST]) -> Option<&'s [u8]> {
    let mut len = 0;
    for &byte in text {
        match byte {
            b' ' | b'-' | b'.' | b'/' => {}
            _ if byte.is_ascii_alphanumeric() => {
                *signs.get_mut(len)? = byte.to_ascii_uppercase();
                len += 1;
            }
            _ => return None,
        }
    }
    (len > 0).then_some(&signs[..len])
}

/// The values of `text`, if it is all digits.
fn digits(text: &[u8]) -> Option<impl DoubleEndedIterator<Item = u32> + ExactSizeIterator> {
    let all = text.iter().all(u8::is_ascii_digit);
    all.then(|| text.iter().map(|digit| u32::from(digit - b'0')))
}

/// Digits are their values, letters 10 to 35.
fn value(sign: u8) -> u32 {
    u32::from(if sign.is_ascii_digit() { sign - b'0' } else { sign - b'A' + 10 })
}

/// Zero-padded decimal sum of the digits.
fn digit_sum(n: u32) -> u32 {
    n / 10 + n % 10
}

/// ISO/IEC 7812-1, annex B.
fn luhn(text: &[u8]) -> bool {
    let Some(digits) = digits(text) else { return false };
    let weighted = digits.rev().enumerate().map(|(i, digit)| digit_sum(digit * (1 + i as u32 % 2)));
    // All zeros satisfy it and are never given out.
    text.iter().any(|&b| b != b'0') && weighted.sum::<u32>() % 10 == 0
}

/// ISO 13616-1: length by country, and ISO 7064 MOD 97-10 over the text turned round by four.
fn iban(text: &[u8]) -> bool {
    let Some((country, _)) = text.split_first_chunk::<2>() else { return false };
    let lengths = IBAN_LENGTHS.as_bytes().as_chunks::<4>().0;
    let known = lengths.iter().any(|entry| {
        entry[..2] == *country
            && usize::from((entry[2] - b'0') * 10 + entry[3] - b'0') == text.len()
    });
    let remainder = |sum: u32, &sign: &u8| {
        let value = value(sign);
        (if value < 10 { sum * 10 } else { sum * 100 } + value) % 97
    };
    known && text[4..].iter().chain(&text[..4]).fold(0, remainder) == 1
}

/// Country and length, from the SWIFT IBAN registry, release 99.
const IBAN_LENGTHS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27\
    DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27\
    JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24\
    PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24\
    XK20YE30";

/// § 139b AO with the decree of the tax administration: eleven digits, the first no zero; of the
/// first ten, one digit occurs twice or three times and the others once at most; ISO 7064 MOD 11,10.
fn de_tax_id(text: &[u8]) -> bool {
    let (Some(all), 11) = (digits(text), text.len()) else { return false };
    let mut counts = [0u32; 10];
    let mut product = 10;
    for digit in all.take(10) {
        counts[digit as usize] += 1;
        let sum = (digit + product) % 10;
        product = (if sum == 0 { 10 } else { sum } * 2) % 11;
    }
    let repeated: Vec<_> = counts.iter().filter(|&&count| count > 1).collect();
    let row = text[..10].windows(3).any(|three| three[0] == three[1] && three[1] == three[2]);
    text[0] != b'0'
        && matches!(repeated[..], [2 | 3])
        && !row
        && (11 - product) % 10 == u32::from(text[10] - b'0')
}

/// ICAO 9303 part 3, 4.9: weights 7, 3, 1 over nine signs, then the check digit.
fn de_id_card(text: &[u8]) -> bool {
    let [number @ .., check] = text else { return false };
    let sum: u32 = number.iter().zip([7, 3, 1].iter().cycle()).map(|(&s, w)| value(s) * w).sum();
    number.len() == 9 && check.is_ascii_digit() && sum % 10 == u32::from(check - b'0')
}

/// § 147 SGB VI and VKVV § 4: area, date of birth, initial, serial, check digit.
fn de_social(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    if text.len() != 12 || !text[8].is_ascii_uppercase() {
        return false;
    }
    let letter = text[8] - b'A' + 1;
    let mut spelled = [0; 12];
    spelled[..8].copy_from_slice(&text[..8]);
    spelled[8..10].copy_from_slice(&[b'0' + letter / 10, b'0' + letter % 10]);
    spelled[10..].copy_from_slice(&text[9..11]);
    let Some(values) = digits(&spelled) else { return false };
    let sum: u32 = values.zip(WEIGHTS).map(|(value, weight)| digit_sum(value * weight)).sum();
    let two = |at: usize| u32::from(text[at] - b'0') * 10 + u32::from(text[at + 1] - b'0');
    (1..=12).contains(&two(4))
        && text[11].is_ascii_digit()
        && sum % 10 == u32::from(text[11] - b'0')
}

/// What the Social Security Administration gives out: no area 000, 666 or 900 and above, no group 00,
/// no serial 0000; and not the two numbers that were printed in advertisements.
fn us_ssn(text: &[u8]) -> bool {
    let (Some(_), [a @ .., _, _, _, _, _, _], 9) = (digits(text), text, text.len()) else {
        return false;
    };
    let advertised = matches!(text, b"078051120" | b"219099999");
    !matches!(a, b"000" | b"666" | [b'9', ..])
        && &text[3..5] != b"00"
        && &text[5..] != b"0000"
        && !advertised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_examples_hold_and_any_other_check_digit_does_not() {
        // Published examples: ISO/IEC 7812 and the card schemes' test numbers, ISO 13616, the tax
        // administration, ICAO 9303 and the specimen card, VKVV.
        for (check, text) in [
            (Check::Luhn, "4111 1111 1111 1111"),
            (Check::Luhn, "490154203237518"),
            (Check::Iban, "DE89 3704 0044 0532 0130 00"),
            (Check::Iban, "GB82 WEST 1234 5698 7654 32"),
            (Check::Iban, "no9386011117947"),
            (Check::DeTaxId, "86 095 742 719"),
            (Check::DeTaxId, "47036892816"),
            (Check::DeIdCard, "T220001293"),
            (Check::DeIdCard, "L01X00T471"),
            (Check::DeSocial, "65 180539 W 00 1"),
        ] {
            assert!(holds(check, text.as_bytes()), "{check:?} {text}");
            let last = text.len() - 1;
            let others = (b'0'..=b'9').filter(|&digit| digit != text.as_bytes()[last]);
            for digit in others {
                let mut other = text.as_bytes().to_vec();
                other[last] = digit;
                assert!(!holds(check, &other), "{check:?} {text} with {}", digit as char);
            }
        }
    }

    #[test]
    fn number_spaces_end_where_they_should() {
        for (check, text, expected) in [
            (Check::UsSsn, "123-45-6789", true),
            (Check::UsSsn, "000-45-6789", false),
            (Check::UsSsn, "666-45-6789", false),
            (Check::UsSsn, "912-45-6789", false),
            (Check::UsSsn, "123-00-6789", false),
            (Check::UsSsn, "123-45-0000", false),
            (Check::UsSsn, "078-05-1120", false),
            (Check::Iban, "DE89 3704 0044 0532 0130 0", false),
            (Check::Iban, "ZZ89 3704 0044 0532 0130 00", false),
            (Check::Luhn, "0000000000000000", false),
            (Check::Ipv4, "192.0.2.1", true),
            (Check::Ipv4, "192.0.2.256", false),
            (Check::Ipv6, "2001:db8::1", true),
            (Check::Ipv6, "12:34:56", false),
            (Check::DeTaxId, "12345678901", false),
            (Check::Person, "erika.beispiel", true),
            (Check::Person, "Mustermann_Max2", true),
            (Check::Person, "m.mustermann", true),
            (Check::Person, "jordan.service", false),
            (Check::Person, "grace.period", false),
            (Check::Person, "m.office", false),
            (Check::Person, "mustermann", false),
        ] {
            assert_eq!(holds(check, text.as_bytes()), expected, "{check:?} {text}");
        }
        for check in [Check::Luhn, Check::Iban, Check::DeTaxId, Check::DeIdCard, Check::DeSocial] {
            for text in ["", "x", "ü", "12\n34", &"9".repeat(99)] {
                assert!(!holds(check, text.as_bytes()), "{check:?} {text}");
            }
        }
    }
}
