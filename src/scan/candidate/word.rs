//! The words of a stretch that may be cues.

use super::WordSlots;
use super::stretch::{Lists, SPAN, Stretch, from};
use crate::scan::filter::{AT_ONCE, Cue, Filter};
use crate::swar::eight;

impl Stretch<'_> {
    /// Notes what the words of the stretch say. A log has 90 words in a kilobyte and few cues, so
    /// whoever says nothing must cost little: all are looked up in one go, without a branch.
    #[inline(always)]
    pub(super) fn words(&self, filter: &Filter, lists: &mut Lists, slots: impl WordSlots) {
        let mut count = 0;
        for (part, places) in lists.words.parts().iter().enumerate() {
            let heads = eight!(I => self.head(usize::from(places[I])));
            let cues = filter.words(slots(heads));
            eight!(I => {
                lists.hits[count % SPAN] = (part * AT_ONCE + I) as u16;
                lists.cues[count % SPAN] = cues[I];
                count += usize::from(!cues[I].is_none());
            });
        }
        let words = lists.words.as_slice();
        // What was read beyond the last word is no word.
        let hits = lists.hits[..count].iter().zip(&lists.cues);
        for (&index, &cue) in hits.filter(|&(&index, _)| usize::from(index) < words.len()) {
            let index = usize::from(index);
            let last = match index.checked_sub(1) {
                Some(before) => self.at(usize::from(words[before])),
                None => lists.last_word,
            };
            let place = usize::from(words[index]);
            let bit = |of: Cue| u64::from(cue.any(of)) << (place % 64);
            let names = u64::from(self.leads_to_name(cue, place, last, filter)) << (place % 64);
            let said = &mut lists.said[place / 64 + 1];
            said.words |= names;
            said.phones |= bit(Cue::PHONE);
            said.close |= bit(Cue::TIE);
        }
        if let Some(&last) = words.last() {
            lists.last_word = self.at(usize::from(last));
        }
    }

    /// Whether `cue` speaks for a name at `place`, where the word before begins at `last`, in this line
    /// or another.
    #[inline(always)]
    fn leads_to_name(&self, cue: Cue, place: usize, last: usize, filter: &Filter) -> bool {
        let [first] = self.ahead(place);
        if cue.any(Cue::NAME.or(Cue::CAPITAL.when(first.is_ascii_uppercase()))) {
            return true;
        }
        if !cue.any(Cue::PARTICLE.or(Cue::CLOSES)) {
            return false;
        }
        let before: [u8; 8] = from(self.bytes, last);
        let opens = filter.word(u64::from_le_bytes(before)).any(Cue::OPENS);
        let capital = before[0].is_ascii_uppercase();
        cue.any(Cue::PARTICLE.when(capital).or(Cue::CLOSES.when(opens)))
            && !self.bytes[last..self.at(place)].contains(&b'\n')
    }

    /// The letters that the word at `place` begins with, and what follows them.
    #[inline(always)]
    fn head(&self, place: usize) -> u64 {
        u64::from_le_bytes(self.ahead(place))
    }
}
