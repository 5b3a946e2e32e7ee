//! How words are written: in capitals, in small letters, or with humps.
//!
//! In: the letters of a word as they stand in the text, escapes and all. Out: its [`Case`].

use crate::carrier;

use super::reach;

/// How a word is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Case {
    /// `Erika`
    #[default]
    Title,
    /// `ERIKA`
    Upper,
    /// `erika`
    Lower,
    /// `E` or `E.`
    Initial,
    /// `JordanService`
    Camel,
    /// A script without case.
    Other,
}

/// How `raw` is written.
pub(super) fn case(raw: &[u8]) -> Case {
    let (count, capitals) = reach::letters_and_capitals(raw, 0, 64);
    if count == raw.len() {
        return ascii_case(count, capitals);
    }
    let mut at = 0;
    let (mut letters, mut upper, mut lower, mut humps) = (0, 0, 0, 0);
    let mut first_upper = false;
    let mut previous_lower = 0;
    // `al-Maegi`, `d'Alessio`: a small particle joined to the name.
    if let Some(joint) = raw.iter().take(4).position(|&b| b == b'-' || b == b'\'') {
        let small = raw[..joint].iter().all(u8::is_ascii_lowercase);
        at = if small && raw.get(joint + 1).is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80) {
            joint + 1
        } else {
            0
        };
    }
    while let Some(unit) = carrier::unit(raw, at) {
        at += unit.len;
        if unit.ch.is_uppercase() {
            first_upper |= letters == 0;
            // `McKenzie`, `DiCaprio` and `LeBlanc` have their hump after at most three letters.
            humps += usize::from(previous_lower > 0 && letters > 3);
            upper += 1;
            previous_lower = 0;
        } else if unit.ch.is_lowercase() {
            lower += 1;
            previous_lower += 1;
        } else if !unit.ch.is_alphabetic() {
            previous_lower = 0;
            continue;
        }
        letters += 1;
    }
    match (upper, lower) {
        (0, 0) => Case::Other,
        _ if humps > 0 || (upper > 0 && !first_upper) => Case::Camel,
        (1, 0) if letters == 1 => Case::Initial,
        (_, 0) => Case::Upper,
        (0, _) => Case::Lower,
        _ => Case::Title,
    }
}

/// The same for `count` letters of ASCII, up to 64; a bit for each tells the capitals.
#[inline]
fn ascii_case(count: usize, capitals: u64) -> Case {
    match capitals {
        0 => Case::Lower,
        1 if count == 1 => Case::Initial,
        1 => Case::Title,
        _ if capitals & 1 == 0 => Case::Camel,
        _ if capitals.count_ones() as usize == count => Case::Upper,
        // `McKenzie`, `DiCaprio` and `LeBlanc` have their hump after at most three letters.
        _ if (!capitals & capitals >> 1) >> 3 != 0 => Case::Camel,
        _ => Case::Title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_told_apart() {
        for (raw, wanted) in [
            ("Erika", Case::Title),
            ("McKenzie", Case::Title),
            ("Ayşe-Nur", Case::Title),
            ("ERIKA", Case::Upper),
            ("erika", Case::Lower),
            ("E", Case::Initial),
            ("JordanService", Case::Camel),
            ("iPhone", Case::Camel),
            ("李", Case::Other),
        ] {
            assert_eq!(case(raw.as_bytes()), wanted, "{raw}");
        }
    }
}
