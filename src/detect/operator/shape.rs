//! Where rows of byte classes stand in a text.
//!
//! In: the class masks of the scan, 64 bytes a word. Out: the places where a row begins. A run of
//! n bytes of one class is found by shifting its mask log n times; a row is given up at its
//! first run that occurs nowhere, the rarest one first, so most of them cost a few operations for 64
//! bytes. With optional bytes that is done for the part between two of them; where this occurs, the row is gone
//! through byte by byte, all 64 places at once.

use crate::scan::Lane;

use super::steps::{Classes, Step, weight};

/// Shapes and the patterns that need them.
#[derive(Debug, Default)]
pub(super) struct Shapes(Vec<Shape>);

#[derive(Debug)]
struct Shape {
    /// Runs of one class, those of rare classes first: of all of the row, or of its heaviest part without
    /// an optional byte.
    runs: Vec<Run>,
    /// The row, if it has optional bytes.
    steps: Vec<Step>,
    /// Whether it begins with the byte before a word.
    looks_back: bool,
    patterns: Vec<u16>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    classes: Classes,
    /// Bytes from the start of the part.
    offset: u32,
    count: u32,
}

impl Shapes {
    /// The shapes of the rows, those that are alike put together.
    pub(super) fn new(mut rows: Vec<(Vec<Step>, u16)>) -> Self {
        rows.sort();
        let alike = rows.chunk_by(|(a, _), (b, _)| a == b);
        Self(
            alike.map(|all| Shape::new(&all[0].0, all.iter().map(|(_, n)| *n).collect())).collect(),
        )
    }

    /// Calls `hit` with a pattern and a byte of its line for each place of its shape in `text`, whose
    /// class masks are `lanes`; in ascending order.
    pub(super) fn run(&self, text: &[u8], lanes: &[Lane], mut hit: impl FnMut(u16, usize)) {
        if self.0.is_empty() {
            return;
        }
        // Nothing stands before the first line, which a shape may want to see. First of all: places
        // are told in ascending order.
        for shape in self.0.iter().filter(|shape| shape.looks_back) {
            shape.patterns.iter().for_each(|&number| hit(number, 0));
        }
        let mut here = lanes.first().map_or(Masks::BEYOND, Masks::of);
        for index in 0..lanes.len() {
            let next = lanes.get(index + 1).map_or(Masks::BEYOND, Masks::of);
            for shape in &self.0 {
                let mut places = shape.places(&here, &next);
                while places != 0 {
                    let at = index * 64 + places.trailing_zeros() as usize;
                    places &= places - 1;
                    // The byte before a word may end the line before it.
                    let at = if text.get(at) == Some(&b'\n') { at + 1 } else { at };
                    shape.patterns.iter().for_each(|&number| hit(number, at));
                }
            }
            here = next;
        }
    }
}

impl Shape {
    fn new(row: &[Step], patterns: Vec<u16>) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        let parts = row.split(|step| step.optional);
        let part = parts.max_by_key(|part| weight(part)).unwrap_or_default();
        for (offset, &Step { classes, .. }) in (0..).zip(part) {
            match runs.last_mut() {
                Some(run) if run.classes == classes => run.count += 1,
                _ => runs.push(Run { classes, offset, count: 1 }),
            }
        }
        let rarity = |run: &Run| match run.classes {
            Classes::UPPER => 0,
            Classes::DIGIT => 1,
            _ => 2,
        };
        runs.sort_by_key(|run| (rarity(run), std::cmp::Reverse(run.count)));
        let looks_back = row.first() == Some(&Step::one(Classes::BEFORE));
        let steps = if part.len() < row.len() { row.to_vec() } else { Vec::new() };
        Self { runs, steps, looks_back, patterns }
    }

    /// The places of the first 64 at which it begins.
    #[inline]
    fn places(&self, here: &Masks, next: &Masks) -> u64 {
        if self.steps.is_empty() {
            return self.fixed(here, next, |places| places as u64 != 0) as u64;
        }
        // The part may begin in the next lane.
        match self.fixed(here, next, |places| places != 0) {
            0 => 0,
            _ => self.flexible(here, next),
        }
    }

    /// The places at which its fixed part begins, in this lane and as far as can be seen in the next one;
    /// none if there are not `any` that count.
    #[inline]
    fn fixed(&self, here: &Masks, next: &Masks, any: impl Fn(u128) -> bool) -> u128 {
        let mut places = u128::MAX;
        for run in &self.runs {
            places &= repeated(mask(run.classes, here, next), run.count) >> run.offset;
            if !any(places) {
                return 0;
            }
        }
        places
    }

    /// The places of the first 64 at which all its steps begin, from the last one back.
    #[cold]
    fn flexible(&self, here: &Masks, next: &Masks) -> u64 {
        let places = self.steps.iter().rev().fold(u128::MAX, |behind, step| {
            let taken = mask(step.classes, here, next) & behind >> 1;
            if step.optional { taken | behind } else { taken }
        });
        places as u64
    }
}

/// Where the bytes of `classes` stand in two lanes.
#[inline]
fn mask(classes: Classes, here: &Masks, next: &Masks) -> u128 {
    let of = |masks: &Masks| u128::from(masks.0[usize::from(classes.0)]);
    of(next) << 64 | of(here)
}

/// Where `count` bits stand in a row.
#[inline]
fn repeated(mut mask: u128, count: u32) -> u128 {
    let mut have = 1;
    while have < count {
        let step = have.min(count - have);
        mask &= mask >> step;
        have += step;
    }
    mask
}

/// One mask for each set of classes.
#[derive(Clone, Copy)]
struct Masks([u64; 32]);

impl Masks {
    /// Past the end of the text.
    const BEYOND: Masks = {
        let mut masks = [0; 32];
        let mut set = 0;
        while set < 32 {
            masks[set] = if set & Classes::OTHER.0 as usize != 0 { u64::MAX } else { 0 };
            set += 1;
        }
        Masks(masks)
    };

    #[inline]
    fn of(lane: &Lane) -> Self {
        let other = !(lane.digit | lane.alpha | lane.high);
        let single = [lane.digit, lane.upper, lane.alpha & !lane.upper, lane.high, other];
        let mut masks = [0; 32];
        for set in 1..32usize {
            // The set without its lowest class is known already.
            masks[set] = masks[set & (set - 1)] | single[set.trailing_zeros() as usize];
        }
        Self(masks)
    }
}
