//! Where rows of bytes stand in a text.
//!
//! In: the class masks of the scan, 64 bytes a word. Out: the places where a row begins. A run of n bytes of
//! some classes is found by shifting their mask log n times, once for all rows; a row by shifting
//! what stands behind a run up to it, from the last one back. That goes over many lanes without a branch; what
//! is left is compared byte by byte.

use crate::scan::Lane;

use super::bytes::{Bytes, Classes};
use super::steps::Step;

/// Lanes that are searched together.
const LANES: usize = 32;
/// A mask for each of them and for the one behind, which holds the rest of what begins in the last; no row is longer
/// than half of it.
type Masks = [u64; LANES + 1];

/// Rows and the patterns that need them.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    /// The runs of all, each once.
    runs: Vec<Run>,
}

/// Bytes of these classes in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    classes: Classes,
    count: u32,
}

#[derive(Debug)]
struct Shape {
    parts: Vec<Part>,
    /// The bytes up to the first one that is optional.
    head: Vec<Bytes>,
    /// Whether it begins with the byte before a word.
    looks_back: bool,
    patterns: Vec<u16>,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    /// The number of its run.
    run: usize,
    /// How many bytes it has.
    count: u32,
    optional: bool,
}

/// Working memory: the places of each run.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<Masks>);

impl Shapes {
    /// The shapes of the rows, those that are alike put together.
    pub(super) fn new(mut rows: Vec<(Vec<Step>, u16)>) -> Self {
        rows.sort();
        let mut all = Self::default();
        for alike in rows.chunk_by(|(a, _), (b, _)| a == b) {
            let (row, patterns) = (&alike[0].0, alike.iter().map(|(_, number)| *number).collect());
            let parts = row
                .chunk_by(|a, b| {
                    a.bytes.classes() == b.bytes.classes() && !a.optional && !b.optional
                })
                .map(|steps| all.part(steps))
                .collect();
            let head = row.iter().take_while(|step| !step.optional).map(|step| step.bytes);
            let looks_back = row.first() == Some(&Step::one(Bytes::outside()));
            let shape = Shape { parts, head: head.collect(), looks_back, patterns };
            all.shapes.push(shape);
        }
        all
    }

    /// Some steps of the same classes.
    fn part(&mut self, steps: &[Step]) -> Part {
        let (classes, optional) = (steps[0].bytes.classes(), steps[0].optional);
        let run = Run { classes, count: steps.len() as u32 };
        let known = self.runs.iter().position(|known| *known == run);
        let number = known.unwrap_or_else(|| {
            self.runs.push(run);
            self.runs.len() - 1
        });
        Part { run: number, count: run.count, optional }
    }

    /// Calls `hit` with a pattern and a byte of its line for each place of its row in `text`, whose
    /// class masks are `lanes`; in ascending order for each row.
    pub(super) fn run(
        &self,
        text: &[u8],
        lanes: &[Lane],
        places: &mut Places,
        mut hit: impl FnMut(u16, usize),
    ) {
        // Nothing stands before the first line, which a row may want to see. First of all: places
        // are told in ascending order.
        for shape in self.shapes.iter().filter(|shape| shape.looks_back && !lanes.is_empty()) {
            shape.patterns.iter().for_each(|&number| hit(number, 0));
        }
        if self.shapes.is_empty() {
            return;
        }
        for first in (0..lanes.len()).step_by(LANES) {
            let classes = of_classes(&lanes[first..]);
            places.0.clear();
            places.0.extend(self.runs.iter().map(|run| run.places(&classes)));
            for shape in &self.shapes {
                shape.find(&places.0, text, first * 64, &mut hit);
            }
        }
    }
}

impl Run {
    /// Where it begins.
    fn places(self, classes: &[Masks; Classes::COUNT]) -> Masks {
        let mut masks = [0; LANES + 1];
        for (number, class) in classes.iter().enumerate() {
            if self.classes.0 >> number & 1 != 0 {
                masks.iter_mut().zip(class).for_each(|(mask, class)| *mask |= class);
            }
        }
        let mut have = 1;
        while have < self.count {
            let step = have.min(self.count - have);
            behind(&mut masks, step, |mask, next| mask & next);
            have += step;
        }
        masks
    }
}

impl Shape {
    /// Calls `hit` for each place in the lanes from byte `base` on, in which `runs` begin.
    fn find(&self, runs: &[Masks], text: &[u8], base: usize, hit: &mut impl FnMut(u16, usize)) {
        for (index, mut places) in self.places(runs).into_iter().take(LANES).enumerate() {
            while places != 0 {
                let at = base + index * 64 + places.trailing_zeros() as usize;
                places &= places - 1;
                if self.begins(text, at) {
                    // The byte before a word may end the line before it.
                    let at = if text.get(at) == Some(&b'\n') { at + 1 } else { at };
                    self.patterns.iter().for_each(|&number| hit(number, at));
                }
            }
        }
    }

    /// Where it may begin for all that classes tell.
    fn places(&self, runs: &[Masks]) -> Masks {
        let mut places = [u64::MAX; LANES + 1];
        for part in self.parts.iter().rev() {
            let mut taken = places;
            behind(&mut taken, part.count, |_, next| next);
            let keep = if part.optional { u64::MAX } else { 0 };
            for ((place, taken), run) in places.iter_mut().zip(taken).zip(&runs[part.run]) {
                *place = taken & run | *place & keep;
            }
        }
        places
    }

    /// Whether its first bytes stand at `at`; past the end of the text stands anything.
    fn begins(&self, text: &[u8], at: usize) -> bool {
        let rest = text.get(at..).unwrap_or_default();
        rest.iter().zip(&self.head).all(|(&byte, bytes)| bytes.holds(byte))
    }
}

/// Joins each mask with what stands `by` bytes behind: from 1 to 63.
#[inline(always)]
fn behind(masks: &mut Masks, by: u32, join: impl Fn(u64, u64) -> u64) {
    for index in 0..LANES {
        let next = masks[index] >> by | masks[index + 1] << (64 - by);
        masks[index] = join(masks[index], next);
    }
    masks[LANES] = join(masks[LANES], masks[LANES] >> by | u64::MAX << (64 - by));
}

/// The masks of each class in the first lanes; past the end stands what is of no other class.
fn of_classes(lanes: &[Lane]) -> [Masks; Classes::COUNT] {
    let mut classes = [[0; LANES + 1]; Classes::COUNT];
    let [digit, upper, lower, high, other] = &mut classes;
    other.fill(u64::MAX);
    for (index, lane) in lanes.iter().take(LANES + 1).enumerate() {
        digit[index] = lane.digit;
        upper[index] = lane.upper;
        lower[index] = lane.alpha & !lane.upper;
        high[index] = lane.high;
        other[index] = !(lane.digit | lane.alpha | lane.high);
    }
    classes
}
