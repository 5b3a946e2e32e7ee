//! What a number means: its E.164 form under the plans, read in the regions of the operator.
//!
//! In: digits as written. Out: the best [`Reading`], or nothing when no plan knows such a number.
//! The order of the readings is fixed, so that a number gets one canonical form wherever it stands:
//! plus sign,
//! international prefix, national in the order of the regions, bare international, national without
//! the trunk prefix.

use crate::plan::{self, NumberType, Region, Verdict};

use super::number::{MOST_DIGITS, Number};

/// How a number was dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// With a plus sign.
    Plus,
    /// With an international prefix.
    Prefix,
    /// Nationally, with the trunk prefix of a region that has one.
    Trunk,
    /// Nationally, in a region that has none (or does without, as in North America).
    National,
    /// Nationally, without the trunk prefix that the region has.
    Naked,
    /// Country code first, without plus sign or prefix.
    Bare,
}

/// A number under a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// The E.164 digits, in the size in which digits are kept: copied as they were written, they need
    /// not reach memory first.
    digits: [u8; MOST_DIGITS],
    len: u8,
    /// How it was dialled.
    pub form: Form,
    /// Whether a plan has such a number; otherwise only its length is possible.
    pub valid: bool,
    /// Whether it can only be a mobile number.
    pub mobile: bool,
}

impl Reading {
    fn of(digits: [u8; MOST_DIGITS], len: usize, form: Form, verdict: Verdict) -> Self {
        let valid = matches!(verdict, Verdict::Valid(_));
        let mobile = verdict == Verdict::Valid(NumberType::Mobile);
        Self { digits, len: len as u8, form, valid, mobile }
    }

    /// E.164 digits without the plus sign.
    pub(super) fn e164(&self) -> &[u8] {
        &self.digits[..usize::from(self.len)]
    }

    /// Appends the canonical form: a plus sign and the digits.
    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let end = out.len() + 1 + usize::from(self.len);
        out.push(b'+');
        // All of a fixed length is a few moves, a copy of any length a call.
        out.extend_from_slice(&self.digits);
        out.truncate(end);
    }
}

/// The best reading of `number`, valid ones first.
pub(super) fn read(number: &Number, regions: &[Region]) -> Option<Reading> {
    let digits = number.digits();
    if number.overlong || digits.len() < 5 {
        return None;
    }
    if number.plus {
        let prefix = if digits.starts_with(b"00") { 2 } else { 0 };
        return international(number, prefix, Form::Plus);
    }
    let prefixed = prefixed(number, regions);
    if prefixed.is_some_and(|reading| reading.valid) {
        return prefixed;
    }
    let (national, naked) = national(digits, regions);
    if national.is_some_and(|reading| reading.valid) {
        return national;
    }
    let bare = if digits[0] == b'0' { None } else { international(number, 0, Form::Bare) };
    if bare.is_some_and(|reading| reading.valid) {
        return bare;
    }
    if naked.is_some_and(|reading| reading.valid) {
        return naked;
    }
    prefixed.or(national).or(bare).or(naked)
}

/// The reading of `number` without the first `prefix` digits.
fn international(number: &Number, prefix: usize, form: Form) -> Option<Reading> {
    let digits = number.digits().get(prefix..)?;
    let verdict = plan::check(digits);
    if verdict == Verdict::Unknown {
        return None;
    }
    // Copied with what stands behind them: a fixed length is a few moves. No prefix is longer than what
    // may stand there.
    let all = number.digits[prefix..].first_chunk::<MOST_DIGITS>()?;
    Some(Reading::of(*all, digits.len(), form, verdict))
}

/// `00` is understood everywhere; `011` and its like only where a region dials them.
fn prefixed(number: &Number, regions: &[Region]) -> Option<Reading> {
    let digits = number.digits();
    if digits.starts_with(b"00") {
        return international(number, 2, Form::Prefix);
    }
    regions
        .iter()
        .flat_map(|region| region.prefixes_of(digits))
        .find_map(|length| international(number, length, Form::Prefix))
}

/// The best reading with the trunk prefix where there is one, and the best one without: a valid one
/// before a possible one, one in an assigned area before one in none, an earlier region before a later
/// one. The second one is looked for only as far as the first leaves a need for it.
fn national(digits: &[u8], regions: &[Region]) -> (Option<Reading>, Option<Reading>) {
    let mut best: [Option<(bool, bool, Reading)>; 2] = [None; 2];
    for region in regions {
        let Some(found) = region.national(digits) else { continue };
        let valid = matches!(found.verdict, Verdict::Valid(_));
        let form = match found.trunk {
            true => Form::Trunk,
            false if region.has_trunk_zero() => Form::Naked,
            false => Form::National,
        };
        let e164 = &found.e164;
        let reading = || Reading::of(*e164.padded(), e164.as_bytes().len(), form, found.verdict);
        if form != Form::Naked && valid && found.assigned {
            // None can be better; an earlier one that is as good would have ended it.
            return (Some(reading()), None);
        }
        let best = &mut best[usize::from(form == Form::Naked)];
        if best.is_none_or(|(other, place, _)| (valid, found.assigned) > (other, place)) {
            *best = Some((valid, found.assigned, reading()));
        }
    }
    best.map(|best| best.map(|(.., reading)| reading)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(text: &str, regions: &str) -> Option<String> {
        let number = super::super::number::read(text.as_bytes(), 0)?;
        let regions: Vec<_> = regions.split(',').filter_map(Region::from_code).collect();
        let reading = read(&number, &regions).filter(|reading| reading.valid)?;
        Some(String::from_utf8_lossy(reading.e164()).into_owned())
    }

    #[test]
    fn one_number_has_one_form_however_it_is_dialled() {
        for (regions, wanted, texts) in [
            (
                "DE",
                "493023125123",
                &["+49 (0)30 23125-123", "0049 30 23125123", "030/23125123", "493023125123"][..],
            ),
            (
                "DE,US,GB",
                "442079460123",
                &["020 7946 0123", "00442079460123", "+44 (0)20 7946 0123", "442079460123"],
            ),
            (
                "DE,US,GB",
                "12125550187",
                &["(212) 555-0187", "1-212-555-0187", "12125550187", "0012125550187"],
            ),
            ("US", "12125550187", &["011 1 212 555 0187", "2125550187"]),
            ("IT", "390612345678", &["06 1234 5678", "+39 06 1234 5678", "0039 06 12345678"]),
            ("FR", "33612345678", &["06 12 34 56 78", "+33 (0)6 12 34 56 78", "33612345678"]),
            ("TR", "905321234567", &["0532 123 45 67", "+90 532 123 45 67"]),
        ] {
            for text in texts {
                assert_eq!(e164(text, regions).as_deref(), Some(wanted), "{text} in {regions}");
            }
        }
    }

    #[test]
    fn what_is_read_with_the_digits_is_as_long_as_any_prefix() {
        let kept = Number::default().digits.len();
        for region in Region::all() {
            let longest = region.international_prefixes().map(str::len).max();
            assert!(longest.is_none_or(|longest| longest + MOST_DIGITS <= kept), "{region:?}");
        }
    }

    #[test]
    fn where_plans_overlap_an_assigned_area_decides_and_then_the_order() {
        // 07400 is no German area, 07403 is one; both open British mobile numbers.
        for (text, german, british) in [
            ("07400 123456", "447400123456", "447400123456"),
            ("07403 123456", "497403123456", "447403123456"),
        ] {
            assert_eq!(e164(text, "DE,GB").as_deref(), Some(german));
            assert_eq!(e164(text, "GB,DE").as_deref(), Some(british));
        }
    }
}
