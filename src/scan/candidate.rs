//! From class masks to candidates: the few places of a block where a detector should look.
//!
//! In: the bytes, their [`Lane`]s and the filter of words and keys. Out: candidates in ascending order.
//! Everything here is a necessary condition only, cheap and never wrong to pass on: a detector
//! decides. Most of a log is dropped by mask arithmetic, 64 bytes at a time.

use super::Lane;
use super::filter::Filter;
use crate::class::Class;

/// Why a place is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// First digit of a group, with at least six digits ahead that separators may join, or a plus
    /// sign before it (then the place of the plus sign).
    Number,
    /// `:` or `=` with something before it that may be a key, or `<`.
    Key,
    /// First letter of a word that may be a cue.
    Word,
    /// First letter of a capitalised word that follows a word, a full stop or a comma and one space.
    Pair,
    /// `%`, `\` or `&`: an escape may spell a plus sign, a digit or a bracket.
    Escape,
}

/// A place and the reason to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Offset in the block.
    pub at: u32,
    /// Why.
    pub trigger: Trigger,
}

/// Least number of digits, joined by separators, that can be a phone number.
const MIN_DIGITS: u32 = 6;

/// What stands before and after the block.
static EMPTY: Lane =
    Lane { digit: 0, alpha: 0, upper: 0, join: 0, key: 0, escape: 0, high: 0, space: 0 };

/// Clears `out` and fills it with the candidates of `bytes` in ascending order.
pub fn candidates(bytes: &[u8], lanes: &[Lane], filter: &Filter, out: &mut Vec<Candidate>) {
    out.clear();
    let mut before = &EMPTY;
    let mut few = Few::default();
    for (index, lane) in lanes.iter().enumerate() {
        let base = index * 64;
        let rest = &bytes[base..];
        let padded;
        let ahead = match rest.first_chunk() {
            Some(ahead) => ahead,
            None => {
                padded = pad(rest);
                &padded
            }
        };
        let last = base.checked_sub(1).map_or(0, |at| bytes[at]);
        let next = lanes.get(index + 1).unwrap_or(&EMPTY);
        Window { bytes, base, ahead, last, before, lane, next }.push(filter, &mut few);
        if few.count > Few::ROOM - 64 {
            few.flush(out);
        }
        before = lane;
    }
    few.flush(out);
}

/// Bytes that a window reads: its own and what the last word start needs.
const AHEAD: usize = 64 + 4;

fn pad(rest: &[u8]) -> [u8; AHEAD] {
    let mut padded = [0; AHEAD];
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// Candidates on their way: room for the most that one window has, filled without asking.
struct Few {
    room: [Candidate; Few::ROOM],
    count: usize,
}

impl Few {
    const ROOM: usize = 256;

    #[inline]
    fn push(&mut self, candidate: Candidate) {
        self.room[self.count % Few::ROOM] = candidate;
        self.count += 1;
    }

    fn flush(&mut self, out: &mut Vec<Candidate>) {
        out.extend_from_slice(&self.room[..self.count]);
        self.count = 0;
    }
}

impl Default for Few {
    fn default() -> Self {
        Self { room: [Candidate { at: 0, trigger: Trigger::Escape }; Few::ROOM], count: 0 }
    }
}

/// 64 bytes with their neighbours.
struct Window<'a> {
    bytes: &'a [u8],
    base: usize,
    ahead: &'a [u8; AHEAD],
    /// The byte before.
    last: u8,
    before: &'a Lane,
    lane: &'a Lane,
    next: &'a Lane,
}

impl Window<'_> {
    /// Adds the candidates of these 64 bytes: each class is thinned out by itself, by arithmetic
    /// on masks; what is left is put in order in one loop without branches. A branch that depends on
    /// the text is mispredicted as often as not, and costs as much as twenty operations.
    #[inline]
    fn push(&self, filter: &Filter, few: &mut Few) {
        let (lane, before) = (self.lane, self.before);
        let after_digit = after(lane.digit, before.digit);
        let after_alpha = after(lane.alpha, before.alpha);
        let after_space = after(lane.space, before.space);
        let words = self.cue_words(lane.alpha & !after_alpha & !after_digit, filter);
        let word_end = |l: &Lane| l.alpha | (l.join & !l.space);
        let after_word = after(word_end(lane), word_end(before));
        let pairs = lane.upper & after_space & after(after_word, word_end(before) << 1);
        let numbers = self.numbers(lane.digit & !after_digit & !after_alpha, after_digit);
        let foreign = if lane.high == 0 {
            0
        } else {
            self.foreign_digits(lane.high & !after(lane.high, before.high))
        };
        let keys = self.keys(lane.key, after_digit, filter);
        let mut all = words | pairs | numbers | foreign | keys | lane.escape;
        while all != 0 {
            let offset = all.trailing_zeros() as usize % 64;
            let bit = all & all.wrapping_neg();
            all ^= bit;
            let byte = self.ahead[offset];
            let word = words & bit != 0;
            let trigger = if word { Trigger::Word } else { TRIGGERS[usize::from(byte)] };
            // The plus sign belongs to the number.
            let plus = (trigger == Trigger::Number) & (self.byte_before(offset) == b'+');
            let at = (self.base + offset) as u32 - u32::from(plus);
            few.push(Candidate { at, trigger });
        }
    }

    /// Those of the word starts `starts` where a cue may begin.
    #[inline]
    fn cue_words(&self, mut starts: u64, filter: &Filter) -> u64 {
        let mut cue = 0;
        while starts != 0 {
            let offset = starts.trailing_zeros() as usize % 64;
            let bit = starts & starts.wrapping_neg();
            starts ^= bit;
            let letters = self.ahead[offset..].first_chunk().unwrap_or(&[0; 4]);
            let length =
                (!window(self.lane.alpha, self.next.alpha, offset as u32)).trailing_zeros();
            cue |= if filter.is_cue(u32::from_le_bytes(*letters), length) { bit } else { 0 };
        }
        cue
    }

    /// Those of the signs `keys` that end a key worth a look, or open an angle bracket.
    #[inline]
    fn keys(&self, mut keys: u64, after_digit: u64, filter: &Filter) -> u64 {
        let mut kept = 0;
        while keys != 0 {
            let offset = keys.trailing_zeros() as usize % 64;
            let bit = keys & keys.wrapping_neg();
            keys ^= bit;
            let byte = self.ahead[offset];
            // The colon of a time of day parts no field.
            let time = (byte == b':') & (after_digit & bit != 0);
            let keep = byte == b'<' || (!time && filter.is_key(self.bytes, self.base + offset));
            kept |= if keep { bit } else { 0 };
        }
        kept
    }

    /// Those of the group starts `starts` that begin a number with enough digits ahead.
    #[inline]
    fn numbers(&self, starts: u64, after_digit: u64) -> u64 {
        let (lane, before) = (self.lane, self.before);
        // Inside 10.0.0.1, 12:30:00, 2026-11-21 or 1,5: a sign stands between two digits.
        let sign_after_digit = ((lane.join & !lane.space) | lane.key) & after_digit;
        let last_sign = ((before.join & !before.space) | before.key) & before.digit << 1;
        let inner = starts & after(sign_after_digit, last_sign);
        // `+` after a digit opens a number all the same (`9011+4930...`).
        let plus = if self.has_plus() { self.after_byte(inner, b'+') } else { 0 };
        // In a row of cells a comma parts two numbers.
        let cells = self.after_byte(inner & six_ahead(lane.digit, self.next.digit), b',');
        plus | cells | self.enough_digits(starts & !inner)
    }

    /// Whether there is a plus sign in these bytes or right before; sixteen bytes at a time.
    #[inline]
    fn has_plus(&self) -> bool {
        let own = &self.ahead[..64];
        own.iter().fold(self.last == b'+', |any, &byte| any | (byte == b'+'))
    }

    /// Those of the places `starts` that follow `byte`.
    #[inline]
    fn after_byte(&self, mut starts: u64, byte: u8) -> u64 {
        let mut kept = 0;
        while starts != 0 {
            let offset = starts.trailing_zeros() as usize % 64;
            starts &= starts - 1;
            kept |= u64::from(self.byte_before(offset) == byte) << offset;
        }
        kept
    }

    /// Those of the places `starts`, where characters begin that are no ASCII, that hold a digit of
    /// another script (full-width, Arabic-Indic, Persian, Devanagari) and may begin a number.
    #[cold]
    fn foreign_digits(&self, mut starts: u64) -> u64 {
        let mut digits = 0;
        while starts != 0 {
            let offset = starts.trailing_zeros() as usize % 64;
            let bit = starts & starts.wrapping_neg();
            starts ^= bit;
            let digit = matches!(
                &self.ahead[offset..],
                [0xEF, 0xBC, 0x90..=0x99 | 0x8B, ..]
                    | [0xD9, 0xA0..=0xA9, ..]
                    | [0xDB, 0xB0..=0xB9, ..]
                    | [0xE0, 0xA5, 0xA6..=0xAF, ..]
            );
            digits |= if digit { bit } else { 0 };
        }
        digits
    }

    #[inline]
    fn byte_before(&self, offset: usize) -> u8 {
        if offset == 0 { self.last } else { self.ahead[offset - 1] }
    }

    /// Those of the places `starts` where six digits are ahead that separators may join, or an
    /// escape that may hide some.
    #[inline]
    fn enough_digits(&self, starts: u64) -> u64 {
        let (lane, next) = (self.lane, self.next);
        let six = six_ahead(lane.digit, next.digit);
        let long = six_ahead(soft(lane), soft(next));
        let hidden = lane.high | lane.escape | next.high | next.escape;
        // Whoever reaches fewer than six signs has no six digits; but an escape may be among them.
        let unsure = starts & !six & if hidden == 0 { long } else { u64::MAX };
        let mut kept = starts & six;
        let mut rest = unsure;
        while rest != 0 {
            let offset = rest.trailing_zeros();
            rest &= rest - 1;
            kept |= u64::from(self.enough_digits_at(offset)) << offset;
        }
        kept
    }

    #[inline]
    fn enough_digits_at(&self, offset: u32) -> bool {
        let (lane, next) = (self.lane, self.next);
        let reach = (!window(soft(lane), soft(next), offset)).trailing_zeros();
        let within = 1u64.checked_shl(reach).map_or(u64::MAX, |bit| bit - 1);
        let mut digits = window(lane.digit, next.digit, offset) & within;
        let escapes = window(lane.high | lane.escape, next.high | next.escape, offset) & within;
        for _ in 1..MIN_DIGITS {
            digits &= digits.wrapping_sub(1);
        }
        digits | escapes != 0
    }
}

/// What the class of a byte says of a candidate there, cue words apart.
static TRIGGERS: [Trigger; 256] = {
    let mut triggers = [Trigger::Escape; 256];
    let mut byte = 0;
    while byte < triggers.len() {
        let class = Class::of(byte as u8);
        if class.meets(Class::DIGIT.or(Class::HIGH)) {
            triggers[byte] = Trigger::Number;
        } else if class.meets(Class::KEY) {
            triggers[byte] = Trigger::Key;
        } else if class.meets(Class::ALPHA) {
            triggers[byte] = Trigger::Pair;
        }
        byte += 1;
    }
    triggers
};

/// What may stand inside a number, or hide a part of it.
#[inline]
fn soft(lane: &Lane) -> u64 {
    lane.digit | lane.join | lane.high | lane.escape
}

/// The places where this bit of the class and the five after it are set.
#[inline]
fn six_ahead(mask: u64, next: u64) -> u64 {
    let by = |low: u64, high: u64, bits: u32| (low >> bits | high << (64 - bits), high >> bits);
    let (low1, high1) = by(mask, next, 1);
    let (low2, high2) = (mask & low1, next & high1);
    let (low3, _) = by(low2, high2, 2);
    let (low4, _) = by(low2, high2, 4);
    low2 & low3 & low4
}

/// The mask moved up by one byte: bit i says whether byte i-1 is in the class.
#[inline]
fn after(mask: u64, before: u64) -> u64 {
    mask << 1 | before >> 63
}

/// 64 bits of a class from `offset` on.
#[inline]
fn window(mask: u64, next: u64, offset: u32) -> u64 {
    // Two shifts, as a shift by 64 is undefined.
    mask >> offset | next << 1 << (63 - offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;

    fn found(bytes: &[u8]) -> Vec<(u32, Trigger)> {
        let (mut lanes, mut out) = (Vec::new(), Vec::new());
        Kernel::auto().classify(bytes, &mut lanes);
        let cues = [&b"herr"[..], b"tel"];
        let filter = Filter::new(cues.into_iter(), [&b"id"[..]].into_iter());
        candidates(bytes, &lanes, &filter, &mut out);
        out.iter().map(|candidate| (candidate.at, candidate.trigger)).collect()
    }

    /// Every kind of candidate, and what looks like one.
    const LINE: &[u8] =
        b"12:30:01 10.0.0.1 id=7 Erika Beispiel, Herr <9011+4930 23125 12%2B 12 34 56 x";

    #[test]
    fn each_kind_is_seen_and_the_rest_dropped() {
        let at = |text: &str| {
            let text = text.as_bytes();
            LINE.windows(text.len()).position(|part| part == text).map_or(0, |at| at as u32)
        };
        let wanted = [
            (at("=7"), Trigger::Key),
            (at("Beispiel"), Trigger::Pair),
            (at("Herr"), Trigger::Word),
            (at("<9"), Trigger::Key),
            (at("9011"), Trigger::Number),
            (at("+4930"), Trigger::Number),
            (at("23125"), Trigger::Number),
            (at("12%"), Trigger::Number),
            (at("%2B"), Trigger::Escape),
            (at("12 34"), Trigger::Number),
        ];
        let found = found(LINE);
        let missing: Vec<_> = wanted.iter().filter(|want| !found.contains(want)).collect();
        assert!(missing.is_empty(), "{missing:?} of {found:?}");
        for dropped in ["30:01", "0.0.1", "34 56", "56 x", "Erika"] {
            assert!(!found.iter().any(|(place, _)| *place == at(dropped)), "{dropped}");
        }
    }

    #[test]
    fn the_place_in_the_block_does_not_matter() {
        let alone = found(LINE);
        for shift in 0..=130 {
            let text = [&vec![b'\n'; shift], LINE, b"\n"].concat();
            let moved: Vec<_> =
                alone.iter().map(|(at, trigger)| (at + shift as u32, *trigger)).collect();
            assert_eq!(found(&text), moved, "{shift}");
        }
    }

    #[test]
    fn more_candidates_than_are_held_at_once() {
        assert_eq!(found(&[b'<'; 1000]).len(), 1000);
        assert_eq!(found(b""), []);
    }
}
