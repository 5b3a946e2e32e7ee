//! Regions: how numbers are dialled in one country, and their reading as E.164 digits.

use crate::swar;

use super::table::{
    ACTIONS, Action, CODES, INTERNATIONAL, REGIONS, RegionRow, SKIP_ALL, Slot, output,
};
use super::{NumberType, Verdict, area, has_length, number_type, outcome, step, walk};

/// A region with a numbering plan: an index into the embedded table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(u8);

/// The digits of an international number, calling code first, without plus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct E164 {
    digits: [u8; E164::ROOM],
    len: u8,
}

/// A number as dialled within a region, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct National {
    /// The number in full.
    pub e164: E164,
    /// [`Verdict::Valid`] or [`Verdict::Possible`], by the plan of the region alone.
    pub verdict: Verdict,
    /// Whether a trunk prefix, or a carrier's, stood before it and was dropped.
    pub trunk: bool,
    /// Whether its area code is assigned, as far as that is known (Germany).
    pub assigned: bool,
}

impl Region {
    /// The region of a two-letter ISO 3166-1 code in upper or lower case (XK is Kosovo).
    pub fn from_code(iso: &str) -> Option<Region> {
        let iso: [u8; 2] = iso.as_bytes().try_into().ok()?;
        let index = REGIONS.binary_search_by_key(&iso.map(|b| b.to_ascii_uppercase()), |r| r.iso);
        index.ok().and_then(|index| u8::try_from(index).ok()).map(Region)
    }

    /// Every region, in the order of the codes.
    pub fn all() -> impl Iterator<Item = Region> {
        (0..=u8::MAX).take(REGIONS.len()).map(Region)
    }

    /// The ISO 3166-1 code, upper case.
    pub fn iso(&self) -> &'static str {
        std::str::from_utf8(&self.row().iso).unwrap_or_default()
    }

    /// The country calling code as digits.
    pub fn country_code(&self) -> &'static str {
        self.code().as_str()
    }

    /// What is dialled before a national number: `0`, `1`, `8`, `06`; empty where nothing is.
    pub fn trunk_prefix(&self) -> &'static str {
        self.row().trunk.as_str()
    }

    /// What is dialled before a calling code: the plan's preferred prefix, then shorter ones
    /// before longer ones. Where carrier codes would make them more than 64, only those without
    /// a carrier.
    pub fn international_prefixes(&self) -> impl Iterator<Item = &'static str> + use<> {
        let start = usize::from(self.row().international_start);
        let count = usize::from(self.row().international_count);
        INTERNATIONAL.iter().skip(start).take(count).map(Slot::as_str)
    }

    /// How long those of [`Self::international_prefixes`] are that open `digits`, in their order.
    #[inline]
    pub(crate) fn prefixes_of(&self, digits: &[u8]) -> impl Iterator<Item = usize> {
        let pair =
            digits.iter().take(2).fold(0, |n, &d| 10 * n + u32::from(d.wrapping_sub(b'0') % 10));
        // Nearly all numbers open with other digits.
        let any = digits.len() < 2 || self.row().international_pairs >> pair & 1 != 0;
        let start = usize::from(self.row().international_start);
        let count = if any { usize::from(self.row().international_count) } else { 0 };
        let opens = move |prefix: &&[u8]| digits.starts_with(prefix);
        let prefixes = INTERNATIONAL.iter().skip(start).take(count).map(Slot::as_bytes);
        prefixes.filter(opens).map(<[u8]>::len)
    }

    /// Whether the trunk prefix is a single zero.
    pub(crate) fn has_trunk_zero(&self) -> bool {
        self.row().trunk.as_bytes() == b"0"
    }

    /// Reads `digits` as dialled nationally in this region: with or without trunk prefix,
    /// carrier code or area code as far as the plan states them, no calling code. Try the
    /// international reading first: some plans have national numbers that open with `00` too.
    ///
    /// The digits are read as they stand and with the prefix stripped. The better verdict counts,
    /// the stripped reading if both are equal. `None` if neither is even possible here.
    pub fn national(&self, digits: &[u8]) -> Option<National> {
        let as_written = || self.verdict([&[], &[], digits]);
        let Some((action, length)) = self.prefix(digits) else {
            return self.national_of([&[], &[], digits], false, as_written()?);
        };
        let (matched, rest) = digits.split_at_checked(length)?;
        let kept = match action.skip {
            SKIP_ALL => &[],
            skip => matched.get(usize::from(skip)..length.checked_sub(action.cut.into())?)?,
        };
        let parts = [action.prepend.as_bytes(), kept, rest];
        let stripped = self.verdict(parts);
        if !matches!(stripped, Some(Verdict::Valid(_)))
            && let Some(verdict) = as_written()
            && (stripped.is_none() || matches!(verdict, Verdict::Valid(_)))
        {
            return self.national_of([&[], &[], digits], false, verdict);
        }
        self.national_of(parts, kept.len() < matched.len(), stripped?)
    }

    /// The longest prefix of `digits` that the plan strips or rewrites, and its length.
    fn prefix(&self, digits: &[u8]) -> Option<(&'static Action, usize)> {
        let mut found = None;
        let mut state = self.row().prefix_root;
        for (length, &byte) in (1..).zip(digits) {
            let Some(next) = step(state, byte) else { break };
            state = next;
            let output = usize::from(output(state));
            let Some(action) = output.checked_sub(1).and_then(|index| ACTIONS.get(index)) else {
                continue;
            };
            if !action.whole || length == digits.len() {
                found = Some((action, length));
            }
        }
        found
    }

    /// The verdict on the national number made of three parts; nothing if it is not even possible here:
    /// valid numbers have the lengths of possible ones.
    fn verdict(&self, parts: [&[u8]; 3]) -> Option<Verdict> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length + self.code().as_bytes().len() > E164::MAX
            || !has_length(self.row().lengths, length)
        {
            return None;
        }
        let [head, middle, tail] = parts;
        let front = walk(self.row().root, head).and_then(|state| walk(state, middle));
        match front.and_then(|state| number_type(outcome(state, tail))) {
            Some(number_type) => Some(Verdict::Valid(number_type)),
            None => {
                let all_digits = parts.iter().all(|part| part.iter().all(u8::is_ascii_digit));
                all_digits.then_some(Verdict::Possible)
            }
        }
    }

    /// The national number made of three parts, on which this is the `verdict`.
    fn national_of(&self, parts: [&[u8]; 3], trunk: bool, verdict: Verdict) -> Option<National> {
        let e164 = E164::join(self.code(), parts)?;
        let is_fixed = verdict == Verdict::Valid(NumberType::Fixed);
        let is_unassigned = is_fixed && self.row().iso == *b"DE" && {
            !area::is_assigned(e164.as_bytes().get(self.code().as_bytes().len()..)?)
        };
        Some(National { e164, verdict, trunk, assigned: !is_unassigned })
    }

    fn code(&self) -> &'static Slot<4> {
        &CODES[usize::from(self.row().code)].digits
    }

    fn row(&self) -> &'static RegionRow {
        // Only `from_code` and `all` make a `Region`, from indices of the table.
        &REGIONS[usize::from(self.0)]
    }
}

impl E164 {
    /// Length of the longest number of any plan: calling code and 17 digits.
    const MAX: usize = 20;
    /// As many digits as are kept of any number.
    const ROOM: usize = 24;

    /// The digits.
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The digits with what stands behind them, whose length is fixed and so quickly copied.
    #[inline]
    pub(crate) fn padded(&self) -> &[u8; E164::ROOM] {
        &self.digits
    }

    /// The digits as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// A calling code and the parts of a national number.
    #[inline]
    fn join(code: &Slot<4>, parts: [&[u8]; 3]) -> Option<Self> {
        let mut digits = [0; Self::ROOM];
        digits[..code.padded().len()].copy_from_slice(code.padded());
        let mut len = code.as_bytes().len();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            swar::copy(digits.get_mut(len..len + part.len())?, part);
            len += part.len();
        }
        Some(Self { digits, len: u8::try_from(len).ok()? })
    }
}
