//! What is called after people and is none: streets, schools, ships, storms, companies.
//!
//! In: a run of capitalised words that the model takes for a name. Out: whether a word in it or right before it says
//! that it is the name of something else. An honorific, a title or a role before it says otherwise.

use crate::rules::words::Said;
use crate::span::Span;

use super::line::Line;
use super::name::Names;
use super::person::{Name, Word};

/// What stands before the name of a ship.
const SHIPS: [&[u8]; 6] = [b"MS", b"MV", b"MT", b"HMS", b"USS", b"RMS"];

impl Names<'_> {
    /// `Victoria Street`, `rue Victor Hugo`, `Besprechungsraum Clara Zetkin`, `Fa. Beispiel`.
    pub(super) fn is_namesake(&self, line: &Line, run: &Name) -> bool {
        let start = run.span().start;
        let before = line.word_before(start, 2, b"-").filter(|word| start - word.end <= 2);
        let said = before.map_or(Said::default(), |word| line.said(self.words, word));
        let stands_for_it = |span: Span| self.is_kind(&line.text[span.start..span.end]);
        let inside = run.words().iter().filter(|word| !word.is_listed()).map(Word::span);
        if before.into_iter().chain(inside).any(stands_for_it) {
            return true;
        }
        if said.any(Said::N_HONORIFIC.with(Said::N_TITLE).with(Said::N_ROLE)) {
            return false;
        }
        let parted = before.is_some_and(|word| {
            matches!(&line.text[word.end..start], b" " | b". " | b" \"" | b" '")
        });
        has_kind(run.words()) || parted && said.any(Said::N_NAMESAKE) && !said.any(Said::P_HINT)
    }

    /// Whether a word alone says what kind of thing it is a part of: `MS`, `Grundschule`, `Beispielstraße`.
    fn is_kind(&self, word: &[u8]) -> bool {
        let ends = |end: &Vec<u8>| {
            let start = word.len().checked_sub(end.len()).filter(|&start| start > 3);
            start.is_some_and(|start| word[start..].eq_ignore_ascii_case(end))
        };
        SHIPS.contains(&word) || self.endings.iter().any(ends)
    }
}

/// Whether the words of a run are those of a place or thing: `Hotel Beispiel`, `Beispiel Street`.
fn has_kind(words: &[Word]) -> bool {
    let is = |word: &Word| word.said.any(Said::N_NAMESAKE);
    // Abbreviations and family names only where they open or end it: `Margaret St. Beispiel`.
    let is_inside = |word: &Word| is(word) && word.span().len() > 2 && word.bits.family() == 0;
    match words {
        [first, inside @ .., last] => is(first) || is(last) || inside.iter().any(is_inside),
        _ => false,
    }
}

/// `Alcalá de Henares`, `Reggio Emilia`: one word of a run that has a place in it.
pub(super) fn is_part_of_place(run: &Name, name: &[Word]) -> bool {
    let [only] = name else { return false };
    let place = |word: &Word| word.bits.is_place() && !word.is_listed();
    run.words().iter().any(|word| word.span() != only.span() && place(word))
}
