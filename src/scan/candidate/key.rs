//! The signs of a window that may end the key of a field, or open an address.

use super::Window;
use super::mask::{leading_run, up_to};
use crate::scan::filter::{Filter, Key};

/// What the keys before the signs of a window may say, as masks of the signs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Keys {
    /// The value may be a name; or a display name stands before the sign.
    pub(super) names: u64,
    /// The value may be a phone number.
    pub(super) phones: u64,
}

impl Window<'_> {
    /// What the signs of the window say.
    #[inline(always)]
    pub(super) fn keys(&self, filter: &Filter) -> Keys {
        let mut keys = Keys::default();
        let mut rest = self.lane.key;
        while rest != 0 {
            let place = rest.trailing_zeros() as usize;
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            let [sign, next] = self.ahead(place);
            let tail = self.behind(place);
            if sign == b'<' {
                keys.names |= if is_after_display(tail, next) { bit } else { 0 };
                continue;
            }
            let colon = sign == b':';
            // The colon of a time of day parts no field.
            if colon && tail[7].is_ascii_digit() {
                continue;
            }
            // `FieldNames)=(`, a list of values.
            let list = next == b'(' && tail[7] == b')';
            let said = self.key(place, tail, filter);
            if said == Key::default() && !list {
                continue;
            }
            let scheme = colon && said.any(Key::SCHEME) && next != b' ';
            let label = colon && said.any(Key::LABEL) && matches!(next, b'"' | b' ' | b'\\');
            // `sip:**622@`: what is dialled by star keys.
            let code = next == b'*' && said.any(Key::NUMBER);
            let name = said.any(Key::NAME) && !scheme || label || list || code;
            keys.names |= if name { bit } else { 0 };
            keys.phones |= if said.any(Key::NUMBER) { bit } else { 0 };
        }
        keys
    }

    /// What the key says that ends before the sign at `place`, or its argument: `CALLERID(name)`.
    /// `tail` is what stands there.
    #[inline(always)]
    fn key(&self, place: usize, tail: [u8; 8], filter: &Filter) -> Key {
        let bracket = tail[7] == b')';
        let mut tail = u64::from_le_bytes(tail);
        // Quotes, spaces, digits and brackets after the key, three at most.
        let mut skipped = 0;
        for _ in 0..3 {
            let skip = u32::from(SKIPPED[(tail >> 56) as usize]);
            tail <<= skip;
            skipped += skip / 8;
        }
        let (lane, before, place) = (self.lane, self.before, place as u32);
        let letters = up_to(lane.alpha | lane.high, before.alpha | before.high, place) << skipped;
        let capitals = up_to(lane.upper, before.upper, place) << skipped;
        let letters = leading_run(letters);
        // `callerTo` ends in `to` as much as `CALLERNAME` in `name`: a second reading begins with
        // the last capital, unless all is written in capitals.
        let hump = letters.min(leading_run(!capitals) + 1);
        if !(filter.knows_key(tail, letters) | filter.knows_key(tail, hump) | bracket) {
            return Key::default();
        }
        let word = if leading_run(capitals) > 1 { letters } else { hump };
        let said = filter.key(tail, letters, word);
        let parted = (tail << (8 * letters.min(7))) >> 56;
        let joined = (word < letters) | (letters > 7) | JOINS[parted as usize];
        // `CONNECTEDLINE(name,i)`
        let argument = bracket & (parted == u64::from(b','));
        if argument | joined & said.any(Key::ENDING) { said.or(Key::ANY) } else { said }
    }
}

/// Whether a display name may end before an angle bracket, with `before` before it and `next` after
/// it: an address begins with a scheme, a plus sign (maybe as `%2B`), a digit or a local part.
#[inline(always)]
fn is_after_display(before: [u8; 8], next: u8) -> bool {
    let last = if before[7] == b' ' { before[6] } else { before[7] };
    !PARTED[usize::from(last)] & OPENS_ADDRESS[usize::from(next)]
}

/// A table that says yes to the bytes of `yes`.
const fn table(yes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < yes.len() {
        table[yes[at] as usize] = true;
        at += 1;
    }
    table
}

/// What stands before an address without a display name.
static PARTED: [bool; 256] = table(b":,;=(> \n");

/// What an address may begin with.
static OPENS_ADDRESS: [bool; 256] = {
    let mut table = table(b"+%_");
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] |= b.is_ascii_alphanumeric() || b >= 0x80;
        byte += 1;
    }
    table
};

/// How many bits to skip for a byte between key and sign.
static SKIPPED: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if matches!(byte as u8, b'"' | b'\\' | b'\'' | b' ' | b')' | b'0'..=b'9') {
            table[byte] = 8;
        }
        byte += 1;
    }
    table
};

/// What parts the words of a key, or the argument of a call from what stands before it.
static JOINS: [bool; 256] = table(b"_-.,0123456789");
