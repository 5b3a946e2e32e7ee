//! From class masks to candidates: the few places of a block where a detector should look.
//!
//! In: the bytes, their [`Marks`] and the filter of words and keys. Out: candidates in ascending order.
//! Everything here is a necessary condition only, cheap and never wrong to pass on: a detector
//! decides. A line is judged by itself: those beside it have no say. Most of a log is dropped by mask
//! arithmetic, 64 bytes at a time.

use super::Marks;
use super::filter::{AT_ONCE, Filter, KeySlots as Slots};
use super::mask::{after, run};
use crate::class::Class;
use places::{Places, SPAN};
use rows::{Rows, ahead};
use stretch::{AROUND, Lists, Said, Stretch};

mod key;
mod number;
mod places;
mod rows;
mod stretch;
mod word;

pub use number::{Group, PHONE_WORD_REACH};
pub(super) use places::{List, ROOM, Room, STRETCH, list};

/// Why a place is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// First digit of a group, with at least six digits ahead that separators may join, or a plus
    /// sign before it (then the place of the plus sign).
    Number,
    /// `:` or `=` with something before it that may be a key, or `<`.
    Key,
    /// First letter of a word that a name may follow.
    Word,
    /// First letter of a capitalised word that follows a space or opens a line, also where it is a byte of
    /// another script; behind a quote, a bracket or a bar if the text goes on after it.
    Pair,
    /// `%`, `\` or `&`: an escape may spell a plus sign, a digit or a bracket.
    Escape,
    /// The cell of this column of a row whose header is known; the scan gives none.
    Cell(u8),
}

/// A place and the reason to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Offset in the block.
    pub at: u32,
    /// Why.
    pub trigger: Trigger,
}

/// [`filter::word_slots`](super::filter::word_slots), in the instructions of a kernel.
pub(super) trait WordSlots: Fn([u64; AT_ONCE]) -> [u32; AT_ONCE] + Copy {}
impl<F: Fn([u64; AT_ONCE]) -> [u32; AT_ONCE] + Copy> WordSlots for F {}

/// [`filter::key_slots`](super::filter::key_slots), in the instructions of a kernel.
pub(super) trait KeySlots: Fn([u64; AT_ONCE]) -> Slots + Copy {}
impl<F: Fn([u64; AT_ONCE]) -> Slots + Copy> KeySlots for F {}

/// Fills the digit groups of `marks`, which are of `bytes`, unless that has been done.
///
/// Inlined by force: a kernel compiles it for the instructions that it vouches for.
#[inline(always)]
pub(super) fn fill_groups(bytes: &[u8], marks: &mut Marks, list: impl List) {
    if marks.grouped {
        return;
    }
    let (mut starts, mut padded, mut rows) = (Places::new(), [0; AROUND], Rows::new());
    for first in (0..marks.lanes.len()).step_by(STRETCH) {
        let stretch = Stretch::new(bytes, &marks.lanes, &[], first, &mut padded);
        rows.fill(&stretch);
        starts.fill(&rows.group_starts(), GROUPS, list);
        stretch.groups(&rows, &starts, &mut marks.groups);
    }
    marks.grouped = true;
}

/// Replaces what `out` holds by the candidates of `bytes`, which `marks` are of, in ascending order.
///
/// Inlined by force, as is [`fill_groups`].
#[inline(always)]
pub(super) fn fill(
    bytes: &[u8],
    marks: &mut Marks,
    filter: &Filter,
    (word_slots, key_slots, list): (impl WordSlots, impl KeySlots, impl List),
    out: &mut Vec<Candidate>,
) {
    out.clear();
    let (mut lists, mut padded, mut rows) = (Lists::new(), [0; AROUND], Rows::new());
    let Marks { lanes, groups, grouped, wanted } = marks;
    let mut used = 0;
    for first in (0..lanes.len()).step_by(STRETCH) {
        let stretch = Stretch::new(bytes, lanes, wanted, first, &mut padded);
        lists.said[0] = lists.said[STRETCH];
        // Where all lines are familiar there is nothing to search.
        if *grouped && stretch.is_unwanted() {
            lists.said[STRETCH] = Said::default();
            continue;
        }
        stretch.list(&mut rows, &mut lists, *grouped, list);
        stretch.groups(&rows, &lists.groups, groups);
        let (start, end) = (stretch.at(0), stretch.at(SPAN));
        used += groups[used..].iter().take_while(|group| (group.at as usize) < start).count();
        let own = groups[used..].iter().take_while(|group| (group.at as usize) < end).count();
        stretch.words(filter, &mut lists, word_slots, list);
        stretch.keys(filter, &rows, &mut lists, (key_slots, list));
        stretch.numbers(&rows, &groups[used..used + own], &mut lists);
        stretch.put(&rows, &mut lists, list, out);
        used += own;
    }
    *grouped = true;
}

impl Stretch<'_> {
    /// Lists the words, the signs and, unless they are `grouped`, the digit groups of the stretch, and
    /// forgets what was said of others: each class is thinned out by itself, first by arithmetic on masks,
    /// then by a look at what is left.
    #[inline(always)]
    fn list(&self, rows: &mut Rows, lists: &mut Lists, grouped: bool, list: impl List) {
        lists.said[1..].fill(Said::default());
        rows.fill(self);
        lists.words.fill(&rows.words(), WORDS, list);
        lists.signs.fill(&rows.signs(), SIGNS, list);
        lists.groups.clear();
        if !grouped {
            lists.groups.fill(&rows.group_starts(), GROUPS, list);
        }
    }

    /// Adds all candidates in order.
    #[inline(always)]
    fn put(&self, rows: &Rows, lists: &mut Lists, list: impl List, out: &mut Vec<Candidate>) {
        let (mut masks, signed, wanted) = (rows.pairs(), rows.signed(), &rows.wanted);
        for (index, mask) in masks.iter_mut().enumerate() {
            let said = &lists.said[index + 1];
            *mask |= said.words | said.numbers | said.names;
            if signed[index] != 0 {
                *mask |= self.openings(rows, index, signed[index]);
            }
            // Most logs have neither escapes nor other scripts.
            if rows.hidden[index + 1] & wanted[index] != 0 {
                let hidden = self.escapes(rows, index) | self.foreign_digits(rows, index);
                *mask |= hidden & wanted[index];
            }
        }
        lists.found.fill(&masks, FOUND, list);
        let found = lists.found.as_slice().iter().map(|&place| usize::from(place));
        out.extend(found.map(|place| self.candidate(place, lists.said[place / 64 + 1].words)));
    }

    /// The candidate at `place`, in a lane where a name may follow `words`.
    #[inline(always)]
    fn candidate(&self, place: usize, words: u64) -> Candidate {
        let [byte] = self.ahead(place);
        let word = words >> (place % 64) & 1 != 0;
        let other = byte >= 0x80 && !is_foreign_digit(self.ahead(place));
        let trigger = match word {
            true => Trigger::Word,
            false if other => Trigger::Pair,
            false => TRIGGERS[usize::from(byte)],
        };
        // The plus sign belongs to the number.
        let plus = (trigger == Trigger::Number) & (self.behind(place) == [b'+']);
        Candidate { at: self.at(place) as u32 - u32::from(plus), trigger }
    }

    /// Those of the capitals `signed` that open a text or a value: a name may begin there.
    #[inline(never)]
    fn openings(&self, rows: &Rows, index: usize, signed: u64) -> u64 {
        kept(signed, |bit| {
            let place = index * 64 + bit;
            let [sign] = self.behind(place);
            let opens = OPENS[usize::from(sign)];
            if opens == 0 {
                return false;
            }
            let letters = run(ahead(&rows.letter, place)).min(LONGEST_OPENING);
            let [follower, next] = [0, 1].map(|more| self.byte(place + letters + more));
            // `"Go-http-client"`, `[C-0001]`: the parts of a double name are capitals.
            let double = follower != b'-' || next.is_ascii_uppercase() || next >= 0x80;
            double && opens & GOES_ON[usize::from(follower)] != 0
        })
    }

    /// The escapes that may spell something of a number or part it from what stands before it.
    #[inline(always)]
    fn escapes(&self, rows: &Rows, index: usize) -> u64 {
        kept(rows.hidden[index + 1] & !rows.high(index + 1), |bit| {
            match self.ahead(index * 64 + bit) {
                [b'\\', next] => matches!(next, b'u' | b'U' | b'x' | b'n' | b'r' | b't' | b'\\'),
                [b'%', next] => next.is_ascii_hexdigit() || next == b'%',
                _ => true,
            }
        })
    }

    /// Digits of another script that may begin a number.
    #[inline(always)]
    fn foreign_digits(&self, rows: &Rows, index: usize) -> u64 {
        let first = rows.high(index + 1) & !after(rows.high(index + 1), rows.high(index));
        kept(first, |bit| is_foreign_digit(self.ahead(index * 64 + bit)))
    }
}

/// The bits of `mask` that `fits` says yes to.
#[inline(always)]
fn kept(mask: u64, fits: impl Fn(usize) -> bool) -> u64 {
    let (mut kept, mut rest) = (0, mask);
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        kept |= if fits(rest.trailing_zeros() as usize) { bit } else { 0 };
        rest ^= bit;
    }
    kept
}

/// Whether a digit of another script (full-width, Arabic-Indic, Persian, Devanagari) begins with `bytes`, or
/// a full-width plus sign.
#[inline(always)]
fn is_foreign_digit(bytes: [u8; 3]) -> bool {
    matches!(
        bytes,
        [0xEF, 0xBC, 0x90..=0x99 | 0x8B]
            | [0xD9, 0xA0..=0xA9, _]
            | [0xDB, 0xB0..=0xB9, _]
            | [0xE0, 0xA5, 0xA6..=0xAF]
    )
}

/// Behind a quote a text may begin, behind a bar and its like a component of a name (HL7), or inside one.
const QUOTE: u8 = 1;
const BAR: u8 = 2;
const CARET: u8 = 4;
/// Behind a separator a cell begins.
const CELL: u8 = 8;
/// What may begin behind a sign.
static OPENS: [u8; 256] =
    table([(b"\"'", QUOTE), (b"[~", BAR), (b"|", BAR | CELL), (b"^", CARET), (b";\t", CELL)]);
/// What may follow the first word of these if a name may be in it.
static GOES_ON: [u8; 256] = table([
    (b" ,!.", QUOTE | CARET),
    (b"-", QUOTE | BAR | CARET | CELL),
    (b"^'", QUOTE | BAR | CARET),
    (b"~]&\"\\", CARET),
    (b"|", CARET | CELL),
    (b";\t", CELL),
]);

/// The values of the bytes in each row; 0 for all others.
const fn table<const N: usize>(rows: [(&[u8], u8); N]) -> [u8; 256] {
    let mut table = [0; 256];
    let mut row = 0;
    while row < N {
        let mut index = 0;
        while index < rows[row].0.len() {
            table[rows[row].0[index] as usize] = rows[row].1;
            index += 1;
        }
        row += 1;
    }
    table
}

/// Longer words open nothing.
const LONGEST_OPENING: usize = 24;

/// What few of 64 bytes have more of than this.
const WORDS: usize = 8;
const SIGNS: usize = 4;
const GROUPS: usize = 4;
const FOUND: usize = 4;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Kernel;
    use crate::scan::filter::{Cue, Key};
    use proptest::prelude::*;

    fn found(bytes: &[u8]) -> Vec<(u32, Trigger)> {
        let (mut marks, mut out) = (Marks::default(), Vec::new());
        let mut filter = Filter::default();
        filter.add_word(b"herr", Cue::CAPITAL);
        filter.add_word(b"tel", Cue::PHONE);
        filter.add_key(b"id", Key::NAME);
        let kernel = Kernel::auto();
        kernel.mark(bytes, &mut marks);
        kernel.candidates(bytes, &mut marks, &filter, &mut out);
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
        for dropped in ["30:01", "0.0.1", "34 56", "56 x"] {
            assert!(!found.iter().any(|(place, _)| *place == at(dropped)), "{dropped}");
        }
    }

    #[test]
    fn unwanted_lines_have_no_candidates_and_change_no_others() {
        // A lane to each line, and three stretches: all of the second is unwanted, of the others some is.
        let line =
            |index: usize| format!("{:<63}\n", format!("{index} tel 030 23125{index} id=7 Herr X"));
        let block: String = (0..3 * STRETCH).map(line).collect();
        let wanted = |line: usize| line / STRETCH != 1 && line % 7 != 3;
        let mut filter = Filter::default();
        filter.add_word(b"herr", Cue::CAPITAL);
        filter.add_word(b"tel", Cue::PHONE);
        filter.add_key(b"id", Key::NAME);
        let found = |wanted: &dyn Fn(usize) -> bool| {
            let (mut marks, mut out) = (Marks::default(), Vec::new());
            let kernel = Kernel::auto();
            kernel.mark(block.as_bytes(), &mut marks);
            kernel.groups(block.as_bytes(), &mut marks);
            marks.wanted = (0..3 * STRETCH).map(|i| if wanted(i) { u64::MAX } else { 0 }).collect();
            kernel.candidates(block.as_bytes(), &mut marks, &filter, &mut out);
            out
        };
        let mut expected = found(&|_| true);
        assert!(expected.len() > 9 * STRETCH, "{}", expected.len());
        expected.retain(|candidate| wanted(candidate.at as usize / 64));
        assert_eq!(found(&wanted), expected);
    }

    #[test]
    fn groups_may_be_as_long_as_a_mask() {
        for length in 50..70 {
            let digits = "1".repeat(length);
            for text in
                [format!("{digits} x"), format!("1.2.{digits} x"), format!("1.2.3.{digits}")]
            {
                let alone = found(text.as_bytes());
                let moved = found(format!("{}{text}", "\n".repeat(100)).as_bytes());
                let back = moved.iter().map(|(at, trigger)| (at - 100, *trigger));
                assert!(back.eq(alone), "{text}");
            }
        }
    }

    /// Every kind of candidate in every neighbourhood: what stands at the edge of a lane counts as much.
    const TEXT: &str = "((Herr|tel|id|[A-C]?[a-c]{0,3}|\u{e9}|%2B|x\\\\n)[ .,:=<()/+-]{0,2}\
                        ([0-9]{6,9}|[0-9]{1,4}[ .-]?)?){1,6}";

    proptest! {
        #[test]
        fn the_place_in_the_block_does_not_matter(text in TEXT) {
            let alone = found(text.as_bytes());
            for shift in (0..64).chain([SPAN - 70, SPAN - 9]) {
                let moved = found(format!("{}{text}\n", "\n".repeat(shift)).as_bytes());
                let back = moved.iter().map(|(at, trigger)| (at - shift as u32, *trigger));
                prop_assert!(back.eq(alone.iter().copied()), "{shift} {text}");
            }
        }
    }
}
