//! Names in small letters, after a cue: chats and transcripts of speech have no capitals.
//!
//! In: the words behind a cue, and how much it says. Out: how many of them name a person. Nothing but the
//! word lists tells a name from a word there, so words that no list knows count only behind an honorific,
//! alone behind a colon, or in a sentence whose other words the lists know.

use crate::rules::words::Said;

use super::judge::{Trust, is_elsewhere, is_plain};
use super::line::Line;
use super::person::{Case, Name, Word};

/// How many of the words in lower case stand before a preposition or a capital: what follows there is
/// somebody else, who may be a token by now.
fn words_up_to_tie(name: &Name) -> usize {
    let ties = Said::P_PREPOSITION.with(Said::P_TIE);
    let lower = |word: &Word| word.case == Case::Lower && !word.said.any(ties);
    let ends = |word: &Word| !word.is_particle() && !lower(word);
    let words = name.words();
    words.iter().skip(1).position(ends).map_or(words.len(), |i| i + 1)
}

/// What stands around the words that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Around {
    /// A colon stands before them: nothing but the name need follow.
    pub(super) colon: bool,
    /// A sign ends the name, whatever its last word is.
    closes: bool,
    /// A preposition, or a sign that ends a sentence, follows.
    parts: bool,
    /// Words of English or German alone follow the first two, and two at least: the lists know the language.
    fluent: bool,
}

impl Around {
    /// What stands around `name`, behind a `colon` or not; it is cut where a preposition or a capital follows.
    pub(super) fn cut(line: &Line, name: &mut Name, colon: bool) -> Self {
        let fluent = is_fluent(name);
        let all = name.words().len();
        name.cut(words_up_to_tie(name));
        let tied = name.words().len() < all;
        let (closes, parts) = match line.text.get(name.span().end..).unwrap_or_default() {
            [] | [b',' | b'(' | b';' | b'"' | b'\n', ..] | [b' ', b'(', ..] => (true, true),
            [b':' | b'?' | b'!' | b'.' | b'\'', ..] => (false, true),
            _ => (false, tied),
        };
        Self { colon, closes, parts, fluent }
    }
}

fn is_fluent(name: &Name) -> bool {
    let parts = name.words().iter().filter(|word| !word.is_particle());
    // A capital or another cue may lead to somebody else, who may be a token by now.
    let ends = |word: &&Word| word.case != Case::Lower || word.said.any(Said::N_CUES);
    let rest = parts.skip(2).take_while(|word| !ends(word));
    let known = rest.clone().filter(|word| word.bits.common() > 0).count();
    known > 1 && rest.clone().all(|word| word.bits.common() > 0 || word.is_listed())
}

/// How many lower-case words after a cue are the given and family names of one person, and the particles between: two,
/// or one that is nothing but a name.
pub(super) fn words(name: &Name, trust: Trust, around: Around) -> usize {
    let pair = words_of_pair(name, around);
    let lone = || name.words().iter().position(|word| !word.is_particle());
    match lone().filter(|&first| pair == 0 && is_alone_name(&name.words()[first], trust)) {
        Some(first) => first + 1,
        None => pair,
    }
}

fn words_of_pair(name: &Name, around: Around) -> usize {
    let words = name.words();
    let mut parts = words.iter().enumerate().filter(|(_, word)| !word.is_particle());
    let (Some((_, first)), Some((end, second))) = (parts.next(), parts.next()) else { return 0 };
    let next = parts.next();
    // `customer erika lane says`: a word of the language goes on.
    let closed = around.closes && next.is_none();
    let goes_on = next.is_some_and(|(_, word)| word.bits.common() > 1);
    let parted = goes_on || next.is_none() && around.parts;
    let plain = |word: &Word| word.bits.common() == 0;
    let family = second.bits.family() > 0 && (plain(second) || parted && second.bits.family() > 1);
    let given = first.bits.given() > 0;
    let both = (given && family && (plain(first) || plain(second)))
        || (given && plain(first) && (closed || second.bits.common() < 2))
        || (family && plain(second) && is_unknown(first));
    // `Anrufer: xyz mann, tel`, `customer xyz mann says the line`.
    let only = around.colon && closed || around.fluent;
    let named = |word: &Word| is_unknown(word) || word.is_listed();
    let foreign = only && named(first) && named(second) && first.bits.common() < 2;
    let alone = |word: &Word| is_alone(word) || around.colon && closed && word.bits.family() > 1;
    if (both || foreign) && alone(first) && alone(second) { end + 1 } else { 0 }
}

/// Whether `name` is two words or more in small letters of which nothing is left that is no name.
pub(super) fn is_pair(name: &Name) -> bool {
    let mut parts = name.words().iter().filter(|word| !word.is_particle());
    let lower = parts.clone().all(|word| word.case == Case::Lower);
    let listed = parts.clone().all(|word| word.is_listed() && is_alone(word));
    lower && listed && parts.nth(1).is_some()
}

/// Whether the first word of `name` is in small letters: it has been judged by [`words`] already.
pub(super) fn is_judged(name: &Name) -> bool {
    let first = name.words().iter().find(|word| !word.is_particle());
    first.is_some_and(|first| first.case == Case::Lower)
}

/// `frau xyzmann`, `my name is erika`.
fn is_alone_name(word: &Word, trust: Trust) -> bool {
    let listed = word.bits.given() > 1 || word.bits.family() > 1;
    let name = listed && is_plain(word) && !word.bits.is_place();
    let fits = match trust {
        Trust::Little => false,
        Trust::Some => name,
        Trust::Full | Trust::Sure => name || is_unknown(word) && word.span().len() > 3,
    };
    fits && word.case == Case::Lower && is_alone(word)
}

/// Nothing else, as far as the rules and the lists know. Park and Lane are family names, too.
fn is_alone(word: &Word) -> bool {
    const ANYTHING: Said = Said::N_NAMESAKE.with(Said::P_COUNTED);
    let host = word.bits.is_host() && word.bits.given() < 3;
    word.said.without(ANYTHING).is_empty() && !is_elsewhere(word) && !host
}

fn is_unknown(word: &Word) -> bool {
    word.bits.is_empty() && word.span().len() > 2
}

#[cfg(test)]
mod tests {
    use super::super::person::{self, Manner};
    use super::*;
    use crate::rules::RuleSet;

    /// How many of the words of `text` are a name in a place of this trust.
    fn count(text: &str, trust: Trust) -> usize {
        let words_list = RuleSet::builtin().expect("the embedded rules are valid").words;
        let manner = Manner { lower: true, comma: false, plus: false };
        let line = Line::around(text.as_bytes(), 0, 0);
        let mut name = person::read(line.text, 0, text.len(), &words_list, manner);
        let around = Around::cut(&line, &mut name, false);
        words(&name, trust, around)
    }

    #[test]
    fn two_words_or_one_that_is_nothing_else() {
        for (text, wanted) in [
            ("erika beispiel, tel", 2),
            ("erika lane says the line drops", 2),
            ("erika lane", 2),
            ("jonathan pope: in", 2),
            ("xyzmann qwertine says the line", 2),
            ("xyzmann qwertine says nein", 2),
            ("souhaite xyzmann son contrat", 0),
            ("keith rang", 1),
            ("wartet seit gestern", 0),
            ("grace period ended", 0),
            ("london calling", 0),
            ("docker started", 0),
            ("xyzmann rief an", 0),
        ] {
            assert_eq!(count(text, Trust::Some), wanted, "{text}");
        }
    }

    #[test]
    fn behind_an_honorific_a_word_that_nobody_knows_is_one() {
        for (text, wanted) in
            [("xyzmann rief an", 1), ("doktor ist da", 0), ("xyz", 0), ("und herr", 0)]
        {
            assert_eq!(count(text, Trust::Sure), wanted, "{text}");
        }
    }
}
