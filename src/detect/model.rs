//! The name model: a small linear model over hashed features, trained beforehand, embedded, and used
//! where it lies.
//!
//! Each word of a run of capitalised words gets a score, and each bond between two of them; the most
//! likely tagging of the run as a whole (Viterbi over two tags) says which words are a name. Scores
//! are log-odds in sixteenths. `rules/names.bin` is written by `cargo run --release --example names`;
//! its head is text and says where the weights come from. Cost: some 25 hashes and loads a word, out
//! of a table of 32 KiB.

use super::features::{Run, SLOT_BITS};
use super::person::MOST_WORDS;

/// First bytes of the file; the rest of its head is for people.
pub const MAGIC: &[u8] = b"# lognym-model-1\n";
/// Bytes of the head, filled up with spaces.
pub const HEAD: usize = 1024;
/// Slots of the table.
pub const SLOTS: usize = 1 << SLOT_BITS;
/// What one nat is in units of a weight.
pub const UNIT: f32 = 16.0;

static FILE: &[u8; HEAD + SLOTS] = include_bytes!("../../rules/names.bin");

/// How readily words are taken for a name where nothing but the words speaks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bias {
    /// Rather a false alarm than a name left in clear.
    Recall,
    /// As it was trained.
    #[default]
    Balanced,
    /// Rather a name left in clear than a false alarm.
    Precision,
}

impl Bias {
    /// What is added to the score of each word.
    pub(super) fn points(self) -> i32 {
        match self {
            Bias::Recall => 16,
            Bias::Balanced => 0,
            Bias::Precision => -24,
        }
    }
}

/// The weight of a slot.
#[inline]
fn weight(slot: u16) -> i32 {
    i32::from(FILE[HEAD + usize::from(slot)] as i8)
}

/// Which words of `run` are a name; `prior` is added to the score of each.
pub(super) fn tags(run: &Run, prior: i32) -> [bool; MOST_WORDS] {
    let count = run.words().len();
    let mut scores = [(0, 0); MOST_WORDS];
    for (i, (word, tie)) in scores.iter_mut().enumerate().take(count) {
        *word = prior;
        run.word(i, &mut |_, slot| *word += weight(slot));
        if i > 0 {
            run.tie(i, &mut |_, slot| *tie += weight(slot));
        }
    }
    best(&scores[..count])
}

/// The most likely tagging: `scores` holds for each word its own score and that of its bond with the
/// word before, which counts if both are tagged.
fn best(scores: &[(i32, i32)]) -> [bool; MOST_WORDS] {
    // For each word and each tag of it: the best sum so far, and whether the word before is tagged.
    let mut from = [[false; 2]; MOST_WORDS];
    let (mut out, mut tagged) = (0, i32::MIN / 2);
    for (i, &(word, tie)) in scores.iter().enumerate() {
        from[i] = [tagged > out, tagged + tie > out];
        (out, tagged) = (out.max(tagged), word + out.max(tagged + tie));
    }
    let mut tags = [false; MOST_WORDS];
    let mut tag = tagged > out;
    for i in (0..scores.len()).rev() {
        tags[i] = tag;
        tag = from[i][usize::from(tag)];
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_what_it_is() {
        let head = str::from_utf8(&FILE[..HEAD]).expect("the head is text");
        assert!(head.as_bytes().starts_with(MAGIC));
        for line in ["# source:", "# licence:", "# made by:"] {
            assert!(head.contains(line), "{line}");
        }
    }

    #[test]
    fn the_best_tagging_of_all_is_found() {
        let scores = [(3, 0), (-4, 6), (-1, -9), (5, 2), (-2, -2), (2, 1)];
        let sum = |mask: usize| -> i32 {
            let tag = |i: usize| mask >> i & 1 == 1;
            let points = |(i, &(word, tie)): (usize, &(i32, i32))| match tag(i) {
                true => word + if i > 0 && tag(i - 1) { tie } else { 0 },
                false => 0,
            };
            scores.iter().enumerate().map(points).sum()
        };
        for count in 0..=scores.len() {
            let tags = best(&scores[..count]);
            let found = (0..count).map(|i| usize::from(tags[i]) << i).sum();
            let most = (0..1 << count).map(sum).max().unwrap_or(0);
            assert_eq!(sum(found), most, "{count}");
        }
    }
}
