//! The words of a window that may be cues.

use super::Window;
use super::mask::{from, run};
use crate::scan::filter::{Cue, Filter};

/// What the words of a window may say, as masks of their first letters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Words {
    /// A name may follow.
    pub(super) names: u64,
    /// A phone number may follow.
    pub(super) phones: u64,
    /// It may tie a number to another.
    pub(super) ties: u64,
    /// Where in the block the last word begins: the first of the next window may belong to it.
    last: usize,
}

impl Window<'_> {
    /// What the words that begin at `starts` may say; `past` is what the window before returned. A
    /// log has 50 words in a kilobyte and few cues, so whoever says nothing must cost little.
    #[inline(always)]
    pub(super) fn words(&self, starts: u64, filter: &Filter, past: &Words) -> Words {
        let (alpha, next) = (self.lane.alpha, self.next.alpha);
        let mut words = Words { last: past.last, ..Words::default() };
        let mut rest = starts;
        while rest != 0 {
            let place = rest.trailing_zeros();
            rest &= rest - 1;
            let cue = filter.word(self.ahead(place as usize), run(from(alpha, next, place)));
            if cue != Cue::default() {
                let before = starts & ((1 << place) - 1);
                let last = before.checked_ilog2().map_or(past.last, |at| self.at(at as usize));
                self.note(&mut words, cue, place as usize, last, filter);
            }
        }
        words.last = starts.checked_ilog2().map_or(past.last, |at| self.at(at as usize));
        words
    }

    /// Notes that the word at `place` may say `cue`; the one before it begins at `last`.
    #[inline]
    fn note(&self, words: &mut Words, cue: Cue, place: usize, last: usize, filter: &Filter) {
        let text = &self.bytes[last..];
        let capital = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_uppercase);
        let mut name = Cue::NAME
            .or(Cue::CAPITAL.when(self.ahead::<1>(place)[0].is_ascii_uppercase()))
            .or(Cue::PARTICLE.when(capital(text.first())));
        if cue.any(Cue::CLOSES) {
            let length = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            let mut letters = [0; 8];
            letters[..length.min(8)].copy_from_slice(&text[..length.min(8)]);
            name = name.or(Cue::CLOSES.when(filter.word(letters, length).any(Cue::OPENS)));
        }
        let bit = |said: Cue| u64::from(cue.any(said)) << place;
        words.names |= bit(name);
        words.phones |= bit(Cue::PHONE);
        words.ties |= bit(Cue::TIE);
    }
}
