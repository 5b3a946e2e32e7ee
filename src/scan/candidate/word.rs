//! The words of a stretch that may be cues.

use super::WordSlots;
use super::places::{List, STRETCH};
use super::stretch::{Lists, Stretch, from};
use crate::scan::filter::{AT_ONCE, Cue, Filter};
use crate::swar::eight;

impl Stretch<'_> {
    /// Notes what the words of the stretch say. A log has 90 words in a kilobyte and few cues, so
    /// whoever says nothing must cost little: all are looked up in one go, without a branch.
    #[inline(always)]
    pub(super) fn words(
        &self,
        filter: &Filter,
        lists: &mut Lists,
        slots: impl WordSlots,
        list: impl List,
    ) {
        let Lists { words, hits, cues, .. } = lists;
        let mut masks = [0; STRETCH];
        for (index, (places, cues)) in words.parts().iter().zip(&mut *cues).enumerate() {
            let heads = eight!(I => self.head(usize::from(places[I])));
            *cues = filter.words(slots(heads));
            masks[index / 8 % STRETCH] |= Cue::speaking(*cues) << (index % 8 * AT_ONCE);
        }
        let (words, cues) = (words.as_slice(), cues.as_flattened());
        hits.choose(&mut masks, words.len(), list);
        for &index in hits.as_slice() {
            let index = usize::from(index);
            let (cue, place) = (cues[index], usize::from(words[index]));
            let before = match index.checked_sub(1) {
                Some(before) => {
                    Before { at: self.at(usize::from(words[before])), cue: cues[before] }
                }
                None => self.word_at(lists.last_word, filter),
            };
            let bit = |of: Cue| u64::from(cue.any(of)) << (place % 64);
            let names = u64::from(self.leads_to_name(cue, place, before)) << (place % 64);
            let said = &mut lists.said[place / 64 + 1];
            said.words |= names;
            said.phones |= bit(Cue::PHONE);
            said.close |= bit(Cue::TIE);
        }
        if let Some(&last) = words.last() {
            lists.last_word = self.at(usize::from(last));
        }
    }

    /// Whether `cue` speaks for a name at `place`, with the word `before` it, in this line or another.
    #[inline(always)]
    fn leads_to_name(&self, cue: Cue, place: usize, before: Before) -> bool {
        let [first] = self.ahead(place);
        let capital = self.bytes.get(before.at).is_some_and(u8::is_ascii_uppercase);
        let alone = Cue::NAME.or(Cue::CAPITAL.when(first.is_ascii_uppercase()));
        let opens = Cue::CLOSES.when(before.cue.any(Cue::OPENS));
        let joined = Cue::PARTICLE.when(capital).or(opens);
        cue.any(alone) || cue.any(joined) && !self.bytes[before.at..self.at(place)].contains(&b'\n')
    }

    /// The word that begins at `at` in the block, before the stretch.
    #[cold]
    fn word_at(&self, at: usize, filter: &Filter) -> Before {
        Before { at, cue: filter.word(u64::from_le_bytes(from(self.bytes, at))) }
    }

    /// The letters that the word at `place` begins with, and what follows them.
    #[inline(always)]
    fn head(&self, place: usize) -> u64 {
        u64::from_le_bytes(self.ahead(place))
    }
}

/// The word before another: where in the block it begins, and what it may say.
struct Before {
    at: usize,
    cue: Cue,
}
