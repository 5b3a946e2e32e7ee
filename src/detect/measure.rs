//! The cheap half of the work on numbers: digits that no look around them could make a phone number.
//!
//! In: digits in a line. Out: whether they are an id, a decimal, a time or too short to be dialled. Says
//! yes only where the whole work would end in no. Cost: a look at the bytes beside them.

use std::ops::Range;

use super::digits;
use super::line::Line;
use super::phone::FEWEST;

/// The digits that most logs are full of: ids, decimals, times and numbers that are too short; `run`
/// digits stand at `at`.
#[inline]
pub(super) fn is_measure(line: &Line, at: usize, run: usize) -> bool {
    if run == 0 {
        return false;
    }
    let rest = &line.text[at..];
    let next = rest.get(run).copied().unwrap_or(b'\n');
    let digit_after = rest.get(run + 1).is_some_and(u8::is_ascii_digit);
    match next {
        b'x' | b'e' | b'E' => false,
        b'_' => true,
        _ if next.is_ascii_alphabetic() => true,
        b':' => digit_after,
        // One dot, and no trunk prefix before it.
        b'.' if digit_after && (rest[0] != b'0' || run == 1) => {
            let end = run + 1 + digits::run(rest, run + 1);
            !matches!(rest.get(end), Some(b'.' | b'-' | b' ' | b'/' | b'%' | b'\\' | b'&' | 0x80..))
        }
        b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+' | b'%' | b'\\' | b'&' | 0x80.. => false,
        _ => run < FEWEST,
    }
}

/// `<134>1 2026-11-21T10:00:00Z`: the version of the format in the header of RFC 5424, `run` digits at
/// `at`. With the date it would be read as one number that runs into a letter.
#[inline]
pub(super) fn is_version(line: &Line, at: usize, run: usize) -> bool {
    if line.before(at) != b'>' || !(1..FEWEST).contains(&run) {
        return false;
    }
    let Some(date) = line.text[at + run..].first_chunk::<12>() else { return false };
    let digits = |range: Range<usize>| date[range].iter().all(u8::is_ascii_digit);
    let signs = [date[0], date[5], date[8], date[11]];
    signs == *b" --T" && digits(1..5) && digits(6..8) && digits(9..11)
}

#[cfg(test)]
mod tests {
    use super::super::phone::Phones;
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn the_version_of_a_header_is_no_number_whatever_the_words_say() {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        let phones = Phones { words: &rules.words, weights: &rules.weights, regions: &[] };
        for (text, at, wanted) in [
            ("<134>1 2026-11-21T10:00:00Z host", 5, true),
            ("<13>1 2026-11-21T10 host", 4, true),
            ("tel <b>030 2026-11-21T", 7, true),
            ("<134>1 2026-11-21 10:00:00Z host", 5, false),
            ("<134>030 23125123", 5, false),
        ] {
            let line = Line::around(text.as_bytes(), 0, 0);
            let run = digits::run(line.text, at);
            assert_eq!(is_version(&line, at, run), wanted, "{text}");
            assert!(!wanted || matches!(phones.judge(&line, at), Err(None)), "{text}");
        }
    }
}
