//! Which words and keys are worth a look: two small tables of bits, at home in the first cache.
//!
//! Both let through every word they were made from and, seldom, another one; whoever takes the
//! candidate looks the word up. A look costs a hash of four letters and one load.

/// The words that open a search, and the ends of the keys whose values are looked at.
#[derive(Clone, Debug)]
pub struct Filter {
    cues: Bits,
    keys: Bits,
}

impl Filter {
    /// The filter that lets the words `cues` and keys that end in a word of `keys` pass; both in
    /// lower case.
    pub fn new<'a>(
        cues: impl Iterator<Item = &'a [u8]>,
        keys: impl Iterator<Item = &'a [u8]>,
    ) -> Self {
        let mut filter = Self { cues: Bits::default(), keys: Bits::default() };
        for word in cues {
            let length = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            let mut letters = [0; 4];
            letters[..length.min(4)].copy_from_slice(&word[..length.min(4)]);
            filter.cues.set(cue_hash(u32::from_le_bytes(letters), length as u32));
        }
        for word in keys {
            let letter = |(i, &b): (usize, &u8)| u32::from(b) << (8 * i);
            filter.keys.set(word.iter().rev().take(4).enumerate().map(letter).sum());
        }
        filter
    }

    /// Whether the ASCII word of `length` letters that begins with `letters` may be a cue.
    #[inline]
    pub(super) fn is_cue(&self, letters: u32, length: u32) -> bool {
        let short = u32::MAX >> (32 - 8 * length.clamp(1, 4));
        self.cues.has(cue_hash((letters | 0x2020_2020) & short, length))
    }

    /// Whether the key that ends before `separator` may say something of its value; a call or an
    /// argument in brackets may always. Without branches, as every key of a log comes by.
    #[inline]
    pub(super) fn is_key(&self, bytes: &[u8], separator: usize) -> bool {
        let mut padded = [0; 8];
        let tail = bytes[..separator].last_chunk::<8>().unwrap_or_else(|| {
            padded[8 - separator..].copy_from_slice(&bytes[..separator]);
            &padded
        });
        let letters = tail.map(|byte| LETTERS[usize::from(byte)]);
        // Quotes, spaces and digits after the key, four at most.
        let skip = |i: usize| u8::from(letters[i] == SKIPPED);
        let first = skip(7);
        let second = first & skip(6);
        let third = second & skip(5);
        let end = 8 - usize::from(first + second + third + (third & skip(4)));
        let call = tail[(end - 1) & 7] == b')';
        let letter = |i: usize| letters[(end - i) & 7];
        let capital = |i: usize| tail[(end - i) & 7].is_ascii_uppercase();
        // A letter counts if all after it are letters; `callerTo` ends in `to`, `CALLERNAME` in
        // `name`, so a second reading ends with the first capital.
        let (mut whole, mut hump) = (0u32, 0u32);
        let (mut go, mut go_hump) = (u32::MAX, u32::MAX);
        for i in 1..=4 {
            let is_letter = 0u32.wrapping_sub(u32::from(letter(i) > SKIPPED));
            go &= is_letter;
            go_hump &= is_letter;
            let placed = u32::from(letter(i)) << (8 * (i - 1));
            whole |= placed & go;
            hump |= placed & go_hump;
            go_hump &= u32::from(capital(i)).wrapping_sub(1);
        }
        call | self.keys.has(whole) | self.keys.has(hump)
    }
}

/// What may stand between a key and the separator.
const SKIPPED: u8 = 1;

/// Letters in lower case, other bytes of characters as they are, [`SKIPPED`], or 0.
static LETTERS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = match b {
            b'A'..=b'Z' | b'a'..=b'z' => b | 0x20,
            b'"' | b'\\' | b'\'' | b' ' | b'0'..=b'9' => SKIPPED,
            0x80.. => b,
            _ => 0,
        };
        byte += 1;
    }
    table
};

#[inline]
fn cue_hash(letters: u32, length: u32) -> u32 {
    letters ^ length.min(31) << 27
}

/// 32768 bits, one for each hash.
#[derive(Clone, Debug)]
struct Bits(Box<[u64; 512]>);

impl Default for Bits {
    fn default() -> Self {
        Self(Box::new([0; 512]))
    }
}

impl Bits {
    fn set(&mut self, value: u32) {
        let slot = Self::slot(value);
        self.0[slot >> 6] |= 1 << (slot & 63);
    }

    #[inline]
    fn has(&self, value: u32) -> bool {
        let slot = Self::slot(value);
        self.0[slot >> 6] >> (slot & 63) & 1 != 0
    }

    /// Fibonacci hashing: the high bits of the product are the best mixed.
    #[inline]
    fn slot(value: u32) -> usize {
        (value.wrapping_mul(0x9E37_79B1) >> 17) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_was_made_from_passes_and_most_else_does_not() {
        let cues = [&b"herr"[..], b"mr", b"anrufer"];
        let keys = [&b"name"[..], b"to", b"caller"];
        let filter = Filter::new(cues.into_iter(), keys.into_iter());
        let cue = |word: &str| {
            let mut letters = [b' '; 4];
            letters[..word.len().min(4)].copy_from_slice(&word.as_bytes()[..word.len().min(4)]);
            filter.is_cue(u32::from_le_bytes(letters), word.len() as u32)
        };
        assert!(cue("Herr") && cue("MR") && cue("Anrufer"));
        assert!(!cue("herring") && !cue("m") && !cue("anruf"));
        let key = |text: &str| {
            let text = format!("        {text}");
            filter.is_key(text.as_bytes(), text.len())
        };
        for passes in
            ["callerName", "HOSTNAME", "\"name\"", "\\\"to\\\"", "callTo", "caller2", "f(x)"]
        {
            assert!(key(passes), "{passes}");
        }
        for dropped in ["level", "ts", "", "\"", "ato", "ame"] {
            assert!(!key(dropped), "{dropped}");
        }
    }
}
