//! The signs of a stretch that may end the key of a field, or open an address.

use super::KeySlots;
use super::places::Places;
use super::rows::{Rows, behind};
use super::stretch::{Lists, Said, Stretch};
use crate::class::among;
use crate::scan::filter::{Filter, Key, without_closing};
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
        slots: impl KeySlots,
    ) {
        lists.hits.clear();
        for &places in lists.signs.parts() {
            let tails = eight!(I => u64::from_le_bytes(self.behind(usize::from(places[I]))));
            let known = filter.know_keys(slots(tails));
            let kept = eight!(I => {
                let sign: [u8; 1] = self.ahead(usize::from(places[I]));
                known[I] | (tails[I] >> 56 == u64::from(b')')) | (sign == [b'<'])
            });
            lists.hits.push(places, kept);
        }
        for &place in lists.hits.as_slice().iter().filter(|&&place| place != Places::NONE) {
            let place = usize::from(place);
            self.sign(place, filter, rows, &mut lists.said[place / 64 + 1]);
        }
    }

    /// Notes what the sign at `place` says.
    #[inline(always)]
    fn sign(&self, place: usize, filter: &Filter, rows: &Rows, out: &mut Said) {
        let bit = 1 << (place % 64);
        let [sign, next] = self.ahead(place);
        let tail = self.behind(place);
        if sign == b'<' {
            out.names |= if is_after_display(tail, next) { bit } else { 0 };
            return;
        }
        let colon = sign == b':';
        // `FieldNames)=(`, a list of values.
        let list = next == b'(' && tail[7] == b')';
        let said = key(place, tail, filter, rows);
        let scheme = colon && said.any(Key::SCHEME) && next != b' ';
        let label = colon && said.any(Key::LABEL) && matches!(next, b'"' | b' ' | b'\\');
        // `sip:**622@`: what is dialled by star keys.
        let code = next == b'*' && said.any(Key::NUMBER);
        let name = said.any(Key::NAME) && !scheme || label || list || code;
        out.names |= if name { bit } else { 0 };
        out.close |= if said.any(Key::NUMBER) { bit } else { 0 };
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
    if argument | joined & said.any(Key::ENDING) { said.or(Key::ANY) } else { said }
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

/// What parts the words of a key, or the argument of a call from what stands before it.
static JOINS: [bool; 256] = among(b"_-.,0123456789");
