//! How the keys of fields may end: most keys of a log are told from those of the rules by that.
//!
//! In: the globs of the rules, then what stands before a separator. Out: whether one of them may match the
//! key there; no is certain.

/// As many bytes of an end count.
const LONGEST: usize = 8;

/// The ends of keys, in lower case.
#[derive(Debug)]
pub(super) struct Ends {
    /// Which pairs of bytes there are at the end: one bit for each pair.
    pairs: Box<[u64; 1024]>,
    /// The last bytes, the very last one on top.
    tails: Vec<Tail>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tail {
    bytes: u64,
    /// Those that count.
    mask: u64,
}

impl Default for Ends {
    fn default() -> Self {
        Self { pairs: Box::new([0; 1024]), tails: Vec::new() }
    }
}

impl Ends {
    /// Lets keys pass that `glob` matches.
    pub(super) fn allow(&mut self, glob: &[u8]) {
        let fixed = glob.iter().rev().take_while(|b| !matches!(b, b'*' | b'?')).count();
        let fixed = &glob[glob.len() - fixed..];
        let any = |byte: Option<&u8>| match byte {
            Some(&byte) => byte..=byte,
            None => 0..=u8::MAX,
        };
        for last in any(fixed.last()) {
            for before in any(fixed.len().checked_sub(2).map(|at| &fixed[at])) {
                let pair = pair(before, last);
                self.pairs[pair / 64] |= 1 << (pair % 64);
            }
        }
        let mask = u64::MAX.checked_shl(64 - 8 * fixed.len().min(LONGEST) as u32).unwrap_or(0);
        let tail = Tail { bytes: last_eight(fixed) & mask, mask };
        if !self.tails.contains(&tail) {
            self.tails.push(tail);
        }
    }

    /// Whether one of the globs may match the key that `text` ends with.
    #[inline]
    pub(super) fn may_end(&self, text: &[u8]) -> bool {
        // A key has one byte at least.
        let Some(&[before, last]) = text.last_chunk() else { return text.len() == 1 };
        let pair = pair(before.to_ascii_lowercase(), last.to_ascii_lowercase());
        self.pairs[pair / 64] >> (pair % 64) & 1 != 0 && self.may_be_tail(text)
    }

    #[cold]
    fn may_be_tail(&self, text: &[u8]) -> bool {
        let bytes = last_eight(text);
        self.tails.iter().any(|tail| bytes & tail.mask == tail.bytes)
    }
}

fn pair(before: u8, last: u8) -> usize {
    usize::from(before) << 8 | usize::from(last)
}

/// The last eight bytes in lower case, the very last one on top; zeros before the start.
fn last_eight(text: &[u8]) -> u64 {
    let tail = &text[text.len().saturating_sub(LONGEST)..];
    tail.iter().fold(0, |sum, byte| sum >> 8 | u64::from(byte.to_ascii_lowercase()) << 56)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_end_alike_pass_and_no_others() {
        let mut ends = Ends::default();
        for glob in ["*session_id", "secret", "x-?-no", "z*k", "authorization"] {
            ends.allow(glob.as_bytes());
        }
        for key in ["my_Session_ID", "secret", " SECRET", "x-1-no", "zack", "k", "authorization"] {
            assert!(ends.may_end(key.as_bytes()), "{key}");
        }
        for key in ["", "session", "call_id", "secre", "location", "organization", "Key", "o"] {
            assert!(!ends.may_end(key.as_bytes()) || key.len() == 1, "{key}");
        }
    }

    #[test]
    fn any_key_passes_where_a_glob_ends_openly() {
        for glob in ["*", "a?", "abc*"] {
            let mut ends = Ends::default();
            ends.allow(glob.as_bytes());
            assert!(ends.may_end(b"location") && ends.may_end(b"xy"), "{glob}");
        }
    }
}
