//! Honorifics and titles before a name: `Herr Dr.`, `sig.ra`.

use crate::carrier;
use crate::rules::words::Said;

use super::name::Names;

impl Names<'_> {
    /// Where the name begins after honorifics and titles at `at`.
    pub(super) fn past_titles(&self, text: &[u8], at: usize, end: usize) -> usize {
        let mut place = at;
        let text = &text[..end];
        for _ in 0..4 {
            if !self.titles.may_open(text, place) {
                break;
            }
            let (letters, said) = self.vocabulary.said_at(text, place);
            let dotted = text.get(place + letters) == Some(&b'.');
            let title =
                said.any(Said::N_HONORIFIC) || (said.any(Said::N_TITLE) && (dotted || letters > 3));
            if !title {
                break;
            }
            let next = place + letters + usize::from(dotted);
            let space = carrier::unit(text, next)
                .filter(|unit| carrier::is_space(unit.ch) || unit.ch == '+' || unit.ch == '-');
            let Some(space) = space else { break };
            place = next + space.len;
        }
        place
    }
}
