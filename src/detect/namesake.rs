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
        let text = |span: Span| &line.text[span.start..span.end];
        let ship = |span: Span| SHIPS.contains(&text(span));
        if before.is_some_and(|word| ship(word) || self.opens_kind(text(word))) {
            return true;
        }
        // `Ankunft MS Beispiel`, but not `Erika Beispiel MS Teams`.
        if let [first, second, ..] = run.words()
            && (ship(first.span()) || ship(second.span()) && !first.is_listed())
        {
            return true;
        }
        if let [inside @ .., last] = run.words()
            && (self.is_way(text(last.span())) && !last.is_listed()
                || inside
                    .iter()
                    .any(|word| !word.is_listed() && self.opens_kind(text(word.span()))))
        {
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

    /// Whether a word says that what follows is the name of a thing: `Grundschule`, `Beispielstraße`.
    fn opens_kind(&self, word: &[u8]) -> bool {
        self.is_way(word) || ends_in(word, &self.endings[1])
    }

    /// Whether a word is a way: `Beispielstraße`, `Beispiel-Ring`.
    fn is_way(&self, word: &[u8]) -> bool {
        ends_in(word, &self.endings[0])
    }
}

fn ends_in(word: &[u8], endings: &[Vec<u8>]) -> bool {
    // Most words are no longer than an ending and what must stand before it.
    const SHORTEST: usize = 7;
    word.len() >= SHORTEST
        && endings.iter().any(|end| {
            let start = word.len().checked_sub(end.len()).filter(|&start| start > 3);
            start.is_some_and(|start| word[start..].eq_ignore_ascii_case(end))
        })
}

/// Whether the words of a run are those of a place or thing: `Hotel Beispiel`, `Beispiel Hospital`. A family name
/// beside a given name is one: `Erika Storm`.
fn has_kind(words: &[Word]) -> bool {
    let given = words.iter().any(|word| word.bits.given() > 0);
    let is = |word: &Word| word.said.any(Said::N_NAMESAKE) && (word.bits.family() == 0 || !given);
    // Abbreviations only where they open or end it: `Margaret St. Beispiel`.
    let is_inside = |word: &Word| is(word) && word.span().len() > 2;
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
