//! A stretch of a block: the lanes that are searched together, and the working memory for them.
//!
//! Cost: whoever looks at the bytes around a place reads them from one copy with margins, so that no
//! look has to ask where the block begins or ends.

use super::places::{Places, SPAN, STRETCH};
use crate::scan::Lane;
use crate::scan::filter::{AT_ONCE, Cue};

/// How far a look at what stands before a byte goes.
const MARGIN: usize = 8;
/// How far one at what stands after it goes: beyond the digits that a mask tells of.
const BEYOND: usize = 80;
pub(super) const AROUND: usize = MARGIN + SPAN + BEYOND;
/// Most words in a stretch: something parts them.
const EVERY_OTHER: usize = SPAN / 2;

/// What stands before and after the block: ends of lines.
static EMPTY: Lane = Lane {
    digit: 0,
    alpha: 0,
    upper: 0,
    join: 0,
    opens: 0,
    key: 0,
    colon: 0,
    escape: 0,
    high: 0,
    space: 0,
    feed: u64::MAX,
};

/// Consecutive lanes of a block.
pub(super) struct Stretch<'a> {
    pub(super) bytes: &'a [u8],
    /// The bytes of the stretch with a margin on either side.
    text: &'a [u8; AROUND],
    lanes: &'a [Lane],
    wanted: &'a [u64],
    /// Index of its first lane.
    pub(super) first: usize,
    pub(super) count: usize,
}

/// Working memory of a stretch.
pub(super) struct Lists {
    pub(super) words: Places,
    pub(super) signs: Places,
    pub(super) groups: Places,
    /// Where candidates are.
    pub(super) found: Places,
    /// Words or signs that are worth a second look.
    pub(super) hits: Places,
    /// What the words may say.
    pub(super) cues: [[Cue; AT_ONCE]; EVERY_OTHER / AT_ONCE],
    /// What the lanes say of the places after them; the lane before the stretch comes first.
    pub(super) said: [Said; STRETCH + 1],
    /// Where in the block the last word begins.
    pub(super) last_word: usize,
}

impl Lists {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self {
            words: Places::new(),
            signs: Places::new(),
            groups: Places::new(),
            found: Places::new(),
            hits: Places::new(),
            cues: [[Cue::default(); AT_ONCE]; EVERY_OTHER / AT_ONCE],
            said: [Said::default(); STRETCH + 1],
            last_word: 0,
        }
    }
}

/// What the words and keys of a lane may say, as masks of their first letters or of their signs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    /// Words that a name may follow.
    pub(super) words: u64,
    /// Signs before what may be a name, or after a display name.
    pub(super) names: u64,
    /// Words that a phone number may follow at some distance.
    pub(super) phones: u64,
    /// Words that tie a number to another, and signs before what may be a number.
    pub(super) close: u64,
    /// Digit groups that may begin a number.
    pub(super) numbers: u64,
}

impl<'a> Stretch<'a> {
    /// The stretch from lane `first` on; `padded` is room for its bytes where the block ends.
    #[inline(always)]
    pub(super) fn new(
        bytes: &'a [u8],
        lanes: &'a [Lane],
        wanted: &'a [u64],
        first: usize,
        padded: &'a mut [u8; AROUND],
    ) -> Self {
        let base = first * 64;
        let around = base.checked_sub(MARGIN).and_then(|at| bytes[at..].first_chunk());
        let text = match around {
            Some(around) => around,
            None => {
                pad(bytes, base, padded);
                padded
            }
        };
        Self { bytes, text, lanes, wanted, first, count: STRETCH.min(lanes.len() - first) }
    }

    /// The bytes of each lane where a candidate is wanted.
    #[inline(always)]
    pub(super) fn wanted(&self) -> [u64; STRETCH] {
        let mut all = [u64::MAX; STRETCH];
        if let Some(wanted) = self.wanted.get(self.first..self.first + self.count) {
            all[..wanted.len()].copy_from_slice(wanted);
        }
        all
    }

    /// Whether a candidate is wanted nowhere.
    #[inline(always)]
    pub(super) fn is_unwanted(&self) -> bool {
        let wanted = self.wanted.get(self.first..self.first + self.count);
        wanted.is_some_and(|wanted| wanted.iter().all(|&wanted| wanted == 0))
    }

    /// The lane at `index`, where 0 is the one before the stretch.
    #[inline(always)]
    pub(super) fn lane_around(&self, index: usize) -> &'a Lane {
        let at = (self.first + index).checked_sub(1);
        at.and_then(|at| self.lanes.get(at)).unwrap_or(&EMPTY)
    }

    /// Where in the block `place` is.
    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> usize {
        self.first * 64 + place
    }

    /// The byte at `place`, which may be beyond the stretch; a line feed past the end.
    #[inline(always)]
    pub(super) fn byte(&self, place: usize) -> u8 {
        self.text.get(MARGIN + place).copied().unwrap_or(b'\n')
    }

    /// The bytes from `place` on; line feeds past the end.
    #[inline(always)]
    pub(super) fn ahead<const N: usize>(&self, place: usize) -> [u8; N] {
        const { assert!(N <= BEYOND) };
        self.text[MARGIN + place % SPAN..].first_chunk().copied().unwrap_or([0; N])
    }

    /// The bytes up to `place` and with it, eight at most; line feeds before the start.
    #[inline(always)]
    pub(super) fn up_to<const N: usize>(&self, place: usize) -> [u8; N] {
        const { assert!(N <= MARGIN) };
        self.text[MARGIN + 1 - N + place % SPAN..].first_chunk().copied().unwrap_or([0; N])
    }

    /// The bytes before `place`, eight at most; line feeds before the start.
    #[inline(always)]
    pub(super) fn behind<const N: usize>(&self, place: usize) -> [u8; N] {
        const { assert!(N <= MARGIN) };
        self.text[MARGIN - N + place % SPAN..].first_chunk().copied().unwrap_or([0; N])
    }
}

/// The bytes of `block` from `at` on, line feeds past its end.
#[inline(always)]
pub(super) fn from<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    let byte = |index: usize| block.get(at + index).copied().unwrap_or(b'\n');
    block
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .copied()
        .unwrap_or_else(|| std::array::from_fn(byte))
}

/// What stands around the stretch at `base`, which is the first or near the end of `bytes`; line
/// feeds where there is nothing.
#[cold]
fn pad(bytes: &[u8], base: usize, padded: &mut [u8; AROUND]) {
    let from = base.saturating_sub(MARGIN);
    let lead = MARGIN + from - base;
    let part = &bytes[from..bytes.len().min(base + SPAN + BEYOND)];
    padded.fill(b'\n');
    padded[lead..lead + part.len()].copy_from_slice(part);
}
