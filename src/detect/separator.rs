//! What may stand between the digit groups of a number.
//!
//! In: the place behind a group. Out: where the next group begins and the signs between. Separators are
//! those of DIN 5008, E.123 and the habits of the regions: space (also no-break and narrow), `-`, `.`,
//! `/`, brackets and their combinations.

use crate::carrier;
use crate::fold;

use super::digits::run;

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

    pub(super) fn add(&mut self, sign: Signs) {
        self.0 |= sign.0;
    }
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
pub(super) fn separator(text: &[u8], place: usize, digits: usize) -> Option<(usize, Signs)> {
    let [sign, next] = text.get(place..).and_then(<[u8]>::first_chunk).copied()?;
    match (MARKS[usize::from(sign)], MARKS[usize::from(next)]) {
        (Mark::End, _) if sign != b'+' => None,
        (Mark::End, _) => inner_plus(text, place, digits),
        (Mark::Sign(sign), Mark::Digit) => Some((place + 1, sign)),
        (Mark::Sign(_), Mark::End) => None,
        _ => long_separator(text, place),
    }
}

#[inline(never)]
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

/// Where `0)` and the blanks behind it end, a trunk prefix in brackets, if it stands at `place`.
#[inline(never)]
pub(super) fn after_trunk(text: &[u8], place: usize) -> Option<usize> {
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
