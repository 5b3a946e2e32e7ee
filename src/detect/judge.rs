//! Whether words that are written like a name are one: the evidence for and against.
//!
//! For a name speak the place (its [`Trust`]), two or more words, and the name lists; against it
//! common words, companies and products, months, and words for things and places that answer phones.
//! A word of the name lists is never counted against a name for being a common word too: most family
//! names are.

use crate::rules::words::Said;

use super::person::{Case, Name, Word};

/// How much a place says by itself that a person's name stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// Only names that the lists know.
    Little,
    /// Two capitalised words, or one that the lists know.
    Some,
    /// Anything that is not known to be something else.
    Full,
    /// Anything but a thing: nothing else stands there.
    Sure,
}

/// Whether `name` names a person, in a place of this trust.
pub(super) fn is_person(name: &Name, trust: Trust) -> bool {
    let words = name.words();
    let Some(first) = words.first() else { return false };
    let parts = || name.parts();
    let count = parts().count();
    let letters: usize = words.iter().map(|word| word.span().len()).sum();
    if count == 0 || letters < 2 || parts().any(|word| word.case == Case::Camel) {
        return false;
    }
    let given = parts().any(|word| word.bits.given() > 0 && !word.bits.is_nonperson());
    // Where only a name can stand, Hunt and Page are one.
    let given = given || trust == Trust::Sure;
    let thing = |word: &Word| is_thing(word) && !(given && word.is_listed());
    if is_date(name, trust) {
        return false;
    }
    if parts().all(|word| word.said.any(Said::N_NOBODY)) || parts().any(thing) {
        return false;
    }
    let against = parts().filter(|word| speaks_against(word)).count();
    let lower = parts().any(|word| word.case == Case::Lower);
    match trust {
        Trust::Sure => true,
        Trust::Full => against < count && !(lower && count == 1 && first.bits.common() > 0),
        Trust::Some if count == 1 => {
            let place = first.bits.is_place() || first.bits.is_org();
            let elsewhere = place && first.bits.given() < 2;
            first.is_listed() && first.bits.common() == 0 && first.case == Case::Title && !elsewhere
        }
        Trust::Some if lower => is_lower_name(name),
        Trust::Some => {
            against == 0 || (against < count && first.bits.given() > 0 && first.bits.common() == 0)
        }
        Trust::Little => {
            let initial =
                first.case == Case::Initial && parts().skip(1).all(|w| w.bits.family() > 1);
            let known =
                parts().all(|w| is_plain(w) || (w.bits.family() > 1 && w.bits.common() < 2));
            (first.bits.given() > 0 && is_plain(first) || initial) && !lower && known
        }
    }
}

/// A month or weekday, if nothing says that someone is called so (`Jan Beispiel`, `Frau May`).
fn is_date(name: &Name, trust: Trust) -> bool {
    let words = || name.parts();
    let month = |word: &Word| word.bits.is_month();
    let called = |word: &Word| !month(word) && (word.is_listed() || word.bits.is_empty());
    words().any(month)
        && match trust {
            Trust::Full | Trust::Sure => !words().filter(|word| month(word)).all(Word::is_listed),
            Trust::Some => {
                !(words().all(|word| word.is_listed() || called(word)) && words().any(called))
            }
            Trust::Little => true,
        }
}

/// Words in lower case where a name is expected: one that is nothing but a given name and any other,
/// or one that is on a list and one on none.
fn is_lower_name(name: &Name) -> bool {
    let words = || name.parts();
    let fits = |word: &Word| (word.is_listed() && word.bits.common() < 2) || word.bits.is_empty();
    let sure = |word: &Word| word.is_listed() && is_plain(word);
    let given = |word: &&Word| word.bits.given() > 0 && is_plain(word);
    let (all, first) = (words().all(|word| !is_elsewhere(word)), words().next());
    all && (words().all(fits) && words().any(sure) || first.as_ref().is_some_and(given))
}

/// What a place of this trust adds to the model's score of each word.
pub(super) fn prior(trust: Trust) -> i32 {
    match trust {
        Trust::Little => 16,
        Trust::Some => 32,
        Trust::Full | Trust::Sure => 48,
    }
}

/// What is added to the model's score of each word of a run (in sixteenths of a nat): words that all
/// are something else too, or a single one that nobody knows, take more than their neighbours say.
pub(super) fn points(name: &Name) -> i32 {
    let elsewhere = |word: &Word| !is_plain(word) || word.bits.is_place() || is_thing(word);
    let words = || name.parts();
    match name.words() {
        [only] if only.bits.is_empty() => -32,
        [only] if only.bits.is_eponym() && only.bits.given() < 2 => -40,
        [only] if only.bits.common() == 3 => -40,
        [only] if elsewhere(only) => -24,
        _ if words().all(elsewhere) && words().any(|word| word.bits.is_place()) => -64,
        _ if words().all(elsewhere) => -24,
        _ => 0,
    }
}

/// Words for things and places that answer phones.
pub(super) fn is_thing(word: &Word) -> bool {
    word.bits.is_nonperson() || (word.bits.is_month() && !word.is_listed())
}

/// A word that is known to be something else, or looks like an abbreviation, and is on no name list.
fn speaks_against(word: &Word) -> bool {
    !word.is_listed()
        && (word.bits.common() > 0
            || word.bits.is_org()
            || word.bits.is_place()
            || (word.case == Case::Upper && word.span().len() < 5)
            || word.said.any(Said::N_NOBODY))
}

/// A word that is nothing but a name or unknown.
pub(super) fn is_plain(word: &Word) -> bool {
    let bits = word.bits;
    bits.common() == 0
        && !bits.is_org()
        && !bits.is_month()
        && (!bits.is_place() || word.is_listed())
}

/// A given name and nothing else: no word, place or company, and none that the rules know.
pub(super) fn is_given_alone(word: &Word) -> bool {
    let place = word.bits.is_place();
    word.bits.given() > 0 && is_plain(word) && !place && word.said.is_empty()
}

/// Text goes on after a name: how many of its words belong to it.
pub(super) fn words_in_prose(name: &Name) -> usize {
    let given = name.words().first().is_some_and(|first| first.bits.given() > 1);
    let words = name.words();
    let of_family = |word: &Word| {
        let before = words.iter().rev().find(|before| before.span().end < word.span().start);
        given && before.is_some_and(Word::is_particle) && !is_thing(word)
    };
    let stray = |word: &Word| {
        let common = word.bits.common() > u8::from(given);
        let other = common || word.bits.is_place() || word.bits.is_org();
        let titled = word.said.any(Said::N_HONORIFIC);
        let stray = titled || (!word.is_listed() && (is_thing(word) || other));
        !word.is_particle() && stray && !(of_family(word) && word.bits.common() == 0)
    };
    name.words().iter().skip(1).position(stray).map_or(name.words().len(), |i| i + 1)
}

/// How many words of a bare value belong to a name: it ends before a lower-case word that follows
/// capitals, and a comma parts it only after a single family name.
pub(super) fn words_in_value(name: &Name) -> usize {
    let words = name.words();
    let capital = words.first().is_some_and(|first| first.is_capital() || first.is_particle());
    let mut before_comma = 0;
    for (i, word) in words.iter().enumerate() {
        let stray = capital && word.case == Case::Lower && !word.is_particle();
        // `Display Name: Erika Beispiel User Principal Name: ...`
        let key = Said::F_ACCOUNT.with(Said::F_NAME).with(Said::F_OTHER).with(Said::N_NOBODY);
        if before_comma > 1 && !word.is_listed() && word.said.any(key) {
            return i;
        }
        let turned = before_comma == 1 || (before_comma == 2 && is_plain(word));
        if stray || (word.after_comma && (!turned || !word.is_capital())) {
            return i;
        }
        before_comma += usize::from(!word.is_particle());
    }
    words.len()
}

/// How many words belong to a name whose comma, if it has one, stands in running text: the part
/// behind it counts only as the given name of `Last, First`; one that nobody knows where a sign behind it
/// `stops` the sentence.
pub(super) fn words_with_comma(name: &Name, stops: bool) -> usize {
    let words = name.words();
    let Some(comma) = words.iter().position(|word| word.after_comma) else { return words.len() };
    let family = words[..comma].iter().filter(|word| !word.is_particle()).count() == 1;
    let first = &words[comma];
    let sure = words[0].bits.family() > 0 && first.bits.given() > 1;
    let plain = is_plain(first) && (first.bits.given() > 0 || stops);
    let given = first.is_capital() && (plain || sure);
    if family && given { words.len() } else { comma }
}

/// `Beispiel, Erika: ...`: a given name, or one that nobody knows behind a family name or another such.
pub(super) fn is_speaker(family: &Word, given: &Word) -> bool {
    let known = given.bits.given() > 0 && given.bits.common() < 2;
    let unknown = |word: &Word| word.bits.is_empty() && word.said.is_empty();
    let listed = (family.bits.family() > 0 || unknown(family)) && unknown(given);
    given.after_comma && (known || listed) && !is_elsewhere(family) && !is_elsewhere(given)
}

/// A capitalised verb or header before a bare display name: `Processing`, `Caller`.
pub(super) fn is_opening_word(word: &Word) -> bool {
    let role = word.said.any(Said::N_ROLE.with(Said::N_NOBODY));
    !word.is_listed() && (word.bits.common() > 0 || role)
}

/// A place, a company, a thing or a month: no cell with a name.
pub(super) fn is_elsewhere(word: &Word) -> bool {
    let bits = word.bits;
    !word.is_particle()
        && (bits.is_place() && bits.given() < 2
            || bits.is_org() && !word.is_listed()
            || is_thing(word))
}
