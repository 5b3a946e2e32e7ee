//! Secrets that nobody drew at random.

use std::fmt;

use crate::secret::Secret;

/// What gives a weak secret away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// The published secret of the known answers.
    KnownAnswer,
    /// One byte repeated.
    Constant,
    /// Each byte a fixed step from the one before.
    Sequential,
    /// Fewer than 16 different bytes.
    FewBytes,
    /// Readable text: a password, or hexadecimal digits of something.
    Printable,
}

impl Weakness {
    /// The weakness of `secret`, if it shows one. A random secret does so with a probability
    /// below 2^-45 (by far the likeliest is that all bytes are printable).
    pub(super) fn of(secret: &Secret) -> Option<Self> {
        let bytes = secret.expose();
        let step = bytes[1].wrapping_sub(bytes[0]);
        let sequential = bytes.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
        let mut seen = [false; 256];
        bytes.iter().for_each(|&b| seen[usize::from(b)] = true);
        let distinct = seen.iter().filter(|&&seen| seen).count();

        match () {
            () if sequential && step == 0 => Some(Self::Constant),
            () if sequential && step == 1 && bytes[0] == 0 => Some(Self::KnownAnswer),
            () if sequential => Some(Self::Sequential),
            () if distinct < 16 => Some(Self::FewBytes),
            () if bytes.iter().all(|b| (b' '..=b'~').contains(b)) => Some(Self::Printable),
            () => None,
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KnownAnswer => "published as a test vector",
            Self::Constant => "one byte repeated",
            Self::Sequential => "a counting sequence",
            Self::FewBytes => "fewer than 16 different bytes",
            Self::Printable => "printable text",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weakness(bytes: [u8; 32]) -> Option<Weakness> {
        Weakness::of(&Secret::filled(|secret| *secret = bytes))
    }

    #[test]
    fn each_weakness_is_seen() {
        let counting = |first: u8, step: u8| {
            std::array::from_fn(|i| first.wrapping_add(step.wrapping_mul(i as u8)))
        };
        assert_eq!(weakness(counting(0, 1)), Some(Weakness::KnownAnswer));
        assert_eq!(weakness([0; 32]), Some(Weakness::Constant));
        assert_eq!(weakness([0xff; 32]), Some(Weakness::Constant));
        for (first, step) in [(1, 1), (31, 255), (250, 1), (0, 7)] {
            assert_eq!(weakness(counting(first, step)), Some(Weakness::Sequential));
        }
        let fifteen = std::array::from_fn(|i| (i % 15) as u8 * 17);
        assert_eq!(weakness(fifteen), Some(Weakness::FewBytes));
        assert_eq!(weakness(*b"correct horse battery staple 2nd"), Some(Weakness::Printable));
    }

    #[test]
    fn a_near_miss_is_none() {
        let sixteen: [u8; 32] = std::array::from_fn(|i| (i % 16) as u8 * 15 + (i % 2) as u8);
        assert_eq!(weakness(sixteen), None);
        let mut text = *b"correct horse battery staple 2nd";
        text[31] = 0x7f;
        assert_eq!(weakness(text), None);
    }
}
