//! The template of a line: its bytes without the digits that say nothing.
//!
//! Most lines of a log were seen before, with other times, counts and addresses. In: a block and its
//! [`Marks`]. Out: for each line 64 bits of it that stay the same while such digits change. What stays
//! in is all that the detectors ask for: every other byte, the place of each digit, and the digits
//! themselves where a number may begin ([`Group`]), where they end a word (`e164`, `h323`), and in a line
//! with escapes or other scripts, which may spell digits. So if nothing is found in one of two lines with
//! the same template, nothing is found in the other.
//!
//! The digest is keyed by a random [`Seed`], so nobody can write a line that passes for another, and
//! two lines meet by chance once in 2^64. Safe code; half a nanosecond a byte.

use std::hash::{BuildHasher, RandomState};

use super::Marks;
use super::candidate::Group;
use super::mask::{after, from};
use crate::swar;

/// The end of a line in its block and its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// After its line feed, or the end of the block.
    pub end: u32,
    /// The digest; [`Template::ALONE`] if the line is like no other for all that can be told.
    pub digest: u64,
}

impl Template {
    /// Equal to no digest.
    pub const ALONE: u64 = 0;
}

/// What the digests of one process, or of one set of rules, hang on.
#[derive(Clone, Debug)]
pub struct Seed([u64; 3]);

impl Seed {
    /// A new one from the randomness of the standard library's maps.
    pub fn random() -> Self {
        Self([0; 3].map(|_: u64| RandomState::new().hash_one(())))
    }
}

/// What may be rubbed out of 64 consecutive bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rubbed {
    /// The digits that may be rubbed out, unless the line has escapes or other scripts.
    free: u64,
    /// Escapes and other scripts, of which digits may be parts.
    odd: u64,
}

/// Replaces what `out` holds by the templates of the lines of `bytes`, in their order. `rubbed` is room
/// for masks.
///
/// Inlined by force: a kernel compiles it for the instructions that it vouches for.
#[inline(always)]
pub(super) fn fill(
    bytes: &[u8],
    marks: &Marks,
    seed: &Seed,
    rubbed: &mut Vec<Rubbed>,
    out: &mut Vec<Template>,
) {
    out.clear();
    rub_out(marks, rubbed);
    let block = Block { bytes, rubbed };
    let mut groups = marks.groups.as_slice();
    let mut start = 0;
    for (index, lane) in marks.lanes.iter().enumerate() {
        let mut feeds = lane.feed;
        while feeds != 0 {
            let end = index * 64 + feeds.trailing_zeros() as usize + 1;
            feeds &= feeds - 1;
            out.push(block.template(start, end, &mut groups, seed));
            start = end;
        }
    }
    if start < bytes.len() {
        out.push(block.template(start, bytes.len(), &mut groups, seed));
    }
}

/// Replaces what `rubbed` holds by what may be rubbed out; after the block comes nothing.
#[inline(always)]
fn rub_out(marks: &Marks, rubbed: &mut Vec<Rubbed>) {
    rubbed.clear();
    let (mut alpha, mut goes_on) = (0, false);
    rubbed.extend(marks.lanes.iter().map(|lane| {
        // A group after a letter: one is added at its start, and carries through it.
        let starts = lane.digit & after(lane.alpha, alpha) | u64::from(goes_on) & lane.digit;
        let (sum, over) = lane.digit.overflowing_add(starts);
        (alpha, goes_on) = (lane.alpha, over);
        Rubbed { free: lane.digit & sum, odd: lane.escape | lane.high }
    }));
    rubbed.push(Rubbed::default());
    for group in &marks.groups {
        let (index, place) = (group.at as usize / 64, group.at % 64);
        let window = u64::MAX >> (64 - u32::from(group.len.clamp(1, Group::MOST)));
        rubbed[index].free &= !(window << place);
        rubbed[index + 1].free &= !(window >> 1 >> (63 - place));
    }
}

/// A block while its lines are digested.
struct Block<'a> {
    bytes: &'a [u8],
    rubbed: &'a [Rubbed],
}

impl Block<'_> {
    /// The template of the line from `start` to `end`; its own groups are taken from `groups`.
    #[inline(always)]
    fn template(&self, start: usize, end: usize, groups: &mut &[Group], seed: &Seed) -> Template {
        let count = groups.iter().take_while(|group| (group.at as usize) < end).count();
        let (own, rest) = groups.split_at(count);
        *groups = rest;
        // Where a number may go on beyond what the group says, nothing can be rubbed out safely.
        let told = own.iter().all(|group| group.len < Group::MOST);
        let digest = if told { self.digest(start, end, seed) } else { Template::ALONE };
        Template { end: end as u32, digest }
    }

    #[inline(always)]
    fn digest(&self, start: usize, end: usize, seed: &Seed) -> u64 {
        let (digest, odd) = self.hash(start, end, seed, u64::MAX);
        if odd { self.hash(start, end, seed, 0).0 } else { digest }
    }

    /// The digest of the line without its free digits, as far as `which` lets them be rubbed out; and whether
    /// it has escapes or other scripts.
    #[inline(always)]
    fn hash(&self, start: usize, end: usize, seed: &Seed, which: u64) -> (u64, bool) {
        let Seed([first, second, last]) = seed;
        let mut state = fold(first ^ (end - start) as u64, second ^ which);
        let (mut at, mut odd) = (start, 0);
        while end - at > 64 {
            let out = self.rubbed(at);
            odd |= out.odd;
            state = mix(state, self.window(at), out.free & which, *second);
            at += 64;
        }
        // The last window overlaps the one before it, if there is one.
        let (at, count) = if end - start >= 64 { (end - 64, 64) } else { (start, end - start) };
        let own = u64::MAX >> (64 - count);
        let out = self.rubbed(at);
        odd |= out.odd & own;
        state = mix(state, cut(self.window(at), count), out.free & which & own, *second);
        (fold(state, *last).max(1), odd != 0)
    }

    /// What may be rubbed out of the 64 bytes from `at` on.
    #[inline(always)]
    fn rubbed(&self, at: usize) -> Rubbed {
        let two = self.rubbed.get(at / 64..).and_then(<[_]>::first_chunk);
        let &[this, next] = two.unwrap_or(&[Rubbed::default(); 2]);
        let offset = (at % 64) as u32;
        Rubbed { free: from(this.free, next.free, offset), odd: from(this.odd, next.odd, offset) }
    }

    /// 64 bytes from `at` on; zeros past the end of the block.
    #[inline(always)]
    fn window(&self, at: usize) -> [u64; 8] {
        let rest = &self.bytes[at..];
        let mut padded = [0; 64];
        let bytes = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        let (words, _) = bytes.as_chunks();
        std::array::from_fn(|index| u64::from_le_bytes(words[index]))
    }
}

/// The first `count` bytes of `words`, and zeros.
#[inline(always)]
fn cut(words: [u64; 8], count: usize) -> [u64; 8] {
    if count == 64 {
        return words;
    }
    std::array::from_fn(|index| {
        let left = count.saturating_sub(8 * index).min(8) as u32;
        words[index] & u64::MAX.checked_shr(64 - 8 * left).unwrap_or(0)
    })
}

/// `state` with `words` in it, but for the bytes `free`.
#[inline(always)]
fn mix(mut state: u64, words: [u64; 8], free: u64, key: u64) -> u64 {
    for index in (0..8).step_by(2) {
        let rubbed = |index: usize| words[index] | spread((free >> (8 * index)) as u8);
        state = fold(rubbed(index) ^ key, rubbed(index + 1) ^ state);
    }
    state
}

/// All bits of byte i where bit i is set.
#[inline(always)]
fn spread(bits: u8) -> u64 {
    SPREAD[usize::from(bits)]
}

static SPREAD: [u64; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < table.len() {
        let one_each = swar::all(index as u8) & 0x8040_2010_0804_0201;
        // Each byte holds one bit at most; adding lifts it to the top.
        let tops = one_each.wrapping_add(0x0040_6070_787c_7e7f) & swar::TOPS;
        table[index] = swar::filled(tops);
        index += 1;
    }
    table
};

/// The halves of a product, joined.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;

    fn digests(seed: &Seed, block: &str) -> Vec<u64> {
        let (mut marks, mut rubbed, mut lines) = (Marks::default(), Vec::new(), Vec::new());
        let kernel = Kernel::auto();
        kernel.mark(block.as_bytes(), &mut marks);
        kernel.groups(block.as_bytes(), &mut marks);
        kernel.templates(block.as_bytes(), &marks, seed, &mut rubbed, &mut lines);
        lines.iter().map(|line| line.digest).collect()
    }

    #[test]
    fn digits_that_say_nothing_are_rubbed_out() {
        let seed = Seed::random();
        for (one, other) in [
            ("12:30:01 up 7 days, load 0.45", "09:15:59 up 3 days, load 2.10"),
            ("198.51.100.17 - [42] ok", "198.51.200.99 - [97] ok"),
            ("2026-11-21 10:00:00,123 INFO", "2025-12-31 23:59:59,999 INFO"),
            ("id 5b0c-7 took 12ms", "id 5b0c-8 took 97ms"),
        ] {
            let [first, second] = digests(&seed, &format!("{one}\n{other}"))[..] else {
                panic!("two lines")
            };
            assert!(first != second, "a line end is part of a line");
            let lines = digests(&seed, &format!("{one}\n{other}\n"));
            assert_eq!(lines[0], lines[1], "{one}");
        }
    }

    #[test]
    fn what_may_matter_stays() {
        let seed = Seed::random();
        for (one, other) in [
            ("call 030 23125123", "call 030 23125124"),
            ("dial +4930 23125123", "dial +4930 23125124"),
            ("e164=7", "e165=7"),
            ("%2B 7", "%2C 7"),
            ("\u{ff11}\u{ff12}7", "\u{ff11}\u{ff12}8"),
            ("7 of 8", "7 of 88"),
            ("7 of 8", "7 or 8"),
            ("month 2026-11-21", "month 2026-13-21"),
        ] {
            let lines = digests(&seed, &format!("{one}\n{other}\n"));
            assert_ne!(lines[0], lines[1], "{one}");
        }
        let long = "1 ".repeat(40);
        assert_eq!(digests(&seed, &long), [Template::ALONE]);
    }

    #[test]
    fn a_line_has_one_digest_wherever_it_stands() {
        let seed = Seed::random();
        let words =
            "12:30:01 host-7 pppd[4711]: rcvd [LCP EchoReq id=0x7] in 0.013 s, 99 of 100 so far";
        for length in 0..words.len() {
            let line = format!("{}\n", &words[..length]);
            let alone = digests(&seed, &line)[0];
            for shift in 1..70 {
                let block = format!("{}\n{line}9 9 9\n", "9".repeat(shift));
                assert_eq!(digests(&seed, &block)[1], alone, "{length} {shift}");
            }
        }
        assert_ne!(digests(&Seed::random(), words), digests(&seed, words));
    }
}
