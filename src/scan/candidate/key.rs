//! The signs of a stretch that may end the key of a field, or open an address.

use super::KeySlots;
use super::places::{List, STRETCH};
use super::rows::{Rows, behind};
use super::stretch::{Lists, Said, Stretch};
use crate::class::among;
use crate::scan::filter::{AT_ONCE, Filter, Key, without_closing};
use crate::scan::mask::leading_run;
use crate::swar::eight;

impl Stretch<'_> {
    /// Notes what the signs of the stretch say. Most keys say nothing: all are looked up in one go,
    /// without a branch, before the others are read.
    #[inline(always)]
    pub(super) fn keys(
        &self,
        filter: &Filter,
        rows: &Rows,
        lists: &mut Lists,
        (slots, list): (impl KeySlots, impl List),
    ) {
        let Lists { signs, hits, .. } = lists;
        let mut masks = [0; STRETCH];
        for (index, places) in signs.parts().iter().enumerate() {
            let ends = eight!(I => u64::from_le_bytes(self.up_to(usize::from(places[I]))));
            masks[index / 8 % STRETCH] |= filter.keys(slots(ends)) << (index % 8 * AT_ONCE);
        }
        let signs = signs.as_slice();
        hits.choose(&mut masks, signs.len(), list);
        for &index in hits.as_slice() {
            let place = usize::from(signs[usize::from(index)]);
            self.sign(place, filter, rows, &mut lists.said[place / 64 + 1]);
        }
    }

    /// Notes what the sign at `place` says. It takes few branches, for nobody can foresee them.
    #[inline(always)]
    fn sign(&self, place: usize, filter: &Filter, rows: &Rows, out: &mut Said) {
        let bit = place % 64;
        let [sign, next] = self.ahead(place);
        let tail = self.behind(place);
        if sign == b'<' {
            // `</LastName>` closes an element, whose value stands before it.
            out.names |= u64::from(is_after_display(tail, next) | (next == b'/')) << bit;
            return;
        }
        let colon = sign == b':';
        // `FieldNames)=(`, a list of values.
        let list = (next == b'(') & (tail[7] == b')');
        let said = key(place, tail, filter, rows);
        let scheme = colon & said.any(Key::SCHEME) & (next != b' ');
        let label = colon & said.any(Key::LABEL) & OPENS_VALUE[usize::from(next)];
        // `sip:**622@`: what is dialled by star keys.
        let code = (next == b'*') & said.any(Key::NUMBER);
        let name = said.any(Key::NAME) & !scheme | label | list | code;
        out.names |= u64::from(name) << bit;
        out.close |= u64::from(said.any(Key::NUMBER)) << bit;
    }
}

/// What the key says that ends before the sign at `place`, or its argument: `CALLERID(name)`.
/// `tail` is what stands there.
#[inline(always)]
fn key(place: usize, tail: [u8; 8], filter: &Filter, rows: &Rows) -> Key {
    let bracket = tail[7] == b')';
    let (tail, skipped) = without_closing(u64::from_le_bytes(tail));
    let skipped = skipped / 8;
    let letters = leading_run(behind(&rows.letter, place) << skipped);
    let capitals = behind(&rows.upper, place) << skipped;
    let hump = letters.min(leading_run(!capitals) + 1);
    let word = if leading_run(capitals) > 1 { letters } else { hump };
    let said = filter.key(tail, letters, word);
    let parted = (tail << (8 * letters.min(7))) >> 56;
    let joined = (word < letters) | (letters > 7) | JOINS[parted as usize];
    // `CONNECTEDLINE(name,i)`
    let argument = bracket & (parted == u64::from(b','));
    said.or(Key::ANY.when(argument | joined & said.any(Key::ENDING)))
}

/// Whether a display name may end before an angle bracket, with `before` before it and `next` after
/// it: an address begins with a scheme, a plus sign (maybe as `%2B`), a digit or a local part.
#[inline(always)]
fn is_after_display(before: [u8; 8], next: u8) -> bool {
    let last = if before[7] == b' ' { before[6] } else { before[7] };
    !PARTED[usize::from(last)] & OPENS_ADDRESS[usize::from(next)]
}

/// What stands before an address without a display name.
static PARTED: [bool; 256] = among(b":,;=(> \n");

/// What an address may begin with.
static OPENS_ADDRESS: [bool; 256] = {
    let mut table = among(b"+%_");
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] |= b.is_ascii_alphanumeric() || b >= 0x80;
        byte += 1;
    }
    table
};

/// What the value of a label may begin with.
static OPENS_VALUE: [bool; 256] = among(b"\" \\");

/// What parts the words of a key, or the argument of a call from what stands before it.
static JOINS: [bool; 256] = among(b"_-.,0123456789");
