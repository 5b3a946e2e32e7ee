//! Which words and keys the detectors want to see: what the scan is told to let through.

use crate::rules::RuleSet;
use crate::rules::words::Said;
use crate::scan::filter::{Cue, Filter, Key};
use crate::span::TypeCode;

use super::{components, traits};

/// What the scan lets through: whatever the detectors could make something of.
pub(super) fn filter_of(rules: &RuleSet) -> Filter {
    let mut filter = Filter::default();
    let words = &rules.words;
    let openers = [&TypeCode::TEL.as_bytes()[..], TypeCode::NAM.as_bytes(), b"values"];
    openers.into_iter().for_each(|word| filter.add_word(word, Cue::NAME));
    components::OPENERS.into_iter().for_each(|word| filter.add_word(word, Cue::CAPITAL));
    let cues = [
        (Said::N_HONORIFIC.with(Said::N_ABBREVIATION), Cue::CAPITAL),
        (Said::N_ROLE.with(Said::N_GREETING), Cue::NAME),
        (Said::P_KEYWORD.with(Said::P_HINT), Cue::PHONE),
        (Said::P_PREPOSITION.with(Said::P_TIE), Cue::TIE),
        (Said::N_PARTICLE, Cue::PARTICLE),
    ];
    // `frau Beispiel`, `sig.ra Beispiel`: in small letters too.
    let titles =
        words.saying(Said::N_HONORIFIC).filter(|word| words.exact(word).any(Said::N_TITLE));
    titles.for_each(|word| filter.add_word(word, Cue::NAME));
    for (said, cue) in cues {
        words.saying(said).for_each(|word| filter.add_word(word, cue));
    }
    for phrase in &rules.phrases {
        let mut ends = phrase.split(|&b| b == b' ');
        // The scan takes what follows a letter with a diacritic for a word: `R`, `ckruf`.
        let opener = ends.next().and_then(|word| word.rsplit(|b| !b.is_ascii()).next());
        opener.into_iter().for_each(|word| filter.add_word(word, Cue::OPENS));
        ends.next().into_iter().for_each(|word| filter.add_word(word, Cue::CLOSES));
    }
    let keys = [
        (Said::F_VALUED, Key::NAME),
        (Said::F_NUMBERED, Key::NUMBER),
        (Said::F_NEUTRAL, Key::ENDING),
    ];
    for (said, key) in keys {
        words.saying(said).for_each(|word| filter.add_key(word, key));
    }
    // `source_addr` and its like of SMPP.
    filter.add_key(b"addr", Key::NUMBER);
    traits::SEARCHES.iter().for_each(|word| filter.add_key(word, Key::NAME));
    traits::LABELS.iter().for_each(|word| filter.add_key(word, Key::LABEL));
    traits::VALUES.iter().for_each(|word| filter.add_key(word, Key::LABEL));
    for scheme in traits::SCHEMES {
        filter.add_key(scheme, Key::SCHEME);
        filter.add_key(scheme, Key::NUMBER);
    }
    filter
}
