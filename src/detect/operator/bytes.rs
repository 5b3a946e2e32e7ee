//! Sets of bytes, and the classes of the scan that cover them.

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bytes([u64; 4]);

impl Bytes {
    pub(super) const NONE: Bytes = Bytes([0; 4]);
    pub(super) const ALL: Bytes = Bytes([u64::MAX; 4]);
    /// What is not ASCII.
    pub(super) const HIGH: Bytes = Bytes([0, 0, u64::MAX, u64::MAX]);

    /// What is part of no word, as regular expressions in ASCII take words.
    pub(super) fn outside() -> Self {
        Self::of([(0, b'/'), (b':', b'@'), (b'[', b'^'), (b'`', b'`'), (b'{', 0xff)].into_iter())
    }

    /// All bytes of these ranges.
    pub(super) fn of(ranges: impl Iterator<Item = (u8, u8)>) -> Self {
        let mut set = [0; 4];
        for byte in ranges.flat_map(|(start, end)| start..=end) {
            set[usize::from(byte / 64)] |= 1 << (byte % 64);
        }
        Self(set)
    }

    #[inline]
    pub(super) fn holds(self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(std::array::from_fn(|index| self.0[index] | other.0[index]))
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(own, other)| own & other != 0)
    }

    /// The classes that its bytes are of.
    pub(super) fn classes(self) -> Classes {
        let all = (0..=u8::MAX).filter(|&byte| self.holds(byte));
        all.fold(Classes(0), |classes, byte| classes.with(Classes::of(byte)))
    }
}

/// A set of byte classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Classes(pub(super) u8);

impl Classes {
    pub(super) const DIGIT: Classes = Classes(1);
    pub(super) const UPPER: Classes = Classes(2);
    pub(super) const LOWER: Classes = Classes(4);
    pub(super) const HIGH: Classes = Classes(8);
    pub(super) const OTHER: Classes = Classes(16);
    const ALL: Classes = Classes(31);
    /// How many classes there are.
    pub(super) const COUNT: usize = 5;

    fn of(byte: u8) -> Self {
        match byte {
            b'0'..=b'9' => Self::DIGIT,
            b'A'..=b'Z' => Self::UPPER,
            b'a'..=b'z' => Self::LOWER,
            0x80.. => Self::HIGH,
            _ => Self::OTHER,
        }
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all its bytes are letters and digits of ASCII.
    pub(super) fn is_word(self) -> bool {
        self.0 & (Self::HIGH.0 | Self::OTHER.0) == 0
    }

    /// How much it tells: few bytes of a log are digits or capitals.
    pub(super) fn weight(self) -> usize {
        match self {
            Self::DIGIT | Self::UPPER | Self::HIGH => 3,
            Self::ALL => 0,
            _ if self.is_word() || self.0 & 7 == 0 => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_they_were_made_of() {
        let digits = Bytes::of([(b'0', b'9')].into_iter());
        let both = digits.with(Bytes::HIGH);
        assert!(
            digits.holds(b'7') && !digits.holds(b'a') && both.holds(0xff) && both.meets(digits)
        );
        assert!(!digits.meets(Bytes::HIGH) && !Bytes::NONE.meets(Bytes::ALL));
        assert_eq!(both.classes(), Classes(Classes::DIGIT.0 | Classes::HIGH.0));
    }

    #[test]
    fn a_byte_is_outside_of_words_or_in_one() {
        for byte in 0..=u8::MAX {
            let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
            assert_eq!(Bytes::outside().holds(byte), !is_word, "{byte}");
        }
    }
}
