//! The byte classes that finding starts from, as one table.
//!
//! A byte goes in, the set of its classes comes out: one load, no branch. The classes name what
//! a byte *may* be part of; what it is part of, the detectors decide. The vector kernels of
//! [`scan`](crate::scan) answer the same question for 64 bytes at a time and are proved against
//! this table at compile time.

/// A set of byte classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class(u8);

impl Class {
    /// No class at all.
    pub const NONE: Class = Class(0);
    /// `0-9`.
    pub const DIGIT: Class = Class(1 << 0);
    /// `A-Z a-z`.
    pub const ALPHA: Class = Class(1 << 1);
    /// `A-Z`; such a byte is [`ALPHA`](Self::ALPHA) too.
    pub const UPPER: Class = Class(1 << 2);
    /// What may stand between the digit groups of a phone number: space `- . / ( ) + ,`.
    pub const JOIN: Class = Class(1 << 3);
    /// What stands between a field's name and its value, or before a SIP address: `: = <`.
    pub const KEY: Class = Class(1 << 4);
    /// The first byte of an escape that the carrier format adds: `%` (URL), `&` (HTML and XML),
    /// `\` (JSON).
    pub const ESCAPE: Class = Class(1 << 5);
    /// `0x80` and above: part of a non-ASCII character, or no UTF-8 at all.
    pub const HIGH: Class = Class(1 << 6);
    /// A space, which is a [`Class::JOIN`] too.
    pub const SPACE: Class = Class(1 << 7);

    /// The classes of `byte`.
    #[inline]
    pub const fn of(byte: u8) -> Class {
        TABLE[byte as usize]
    }

    /// The classes of either.
    #[must_use]
    pub const fn or(self, other: Class) -> Class {
        Class(self.0 | other.0)
    }

    /// Whether the two sets share a class.
    #[inline]
    pub const fn meets(self, other: Class) -> bool {
        self.0 & other.0 != 0
    }

    /// The set as bits, in the order of the constants: digit is bit 0, space is bit 7.
    #[inline]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

const fn define(byte: u8) -> Class {
    match byte {
        b'0'..=b'9' => Class::DIGIT,
        b'A'..=b'Z' => Class::ALPHA.or(Class::UPPER),
        b'a'..=b'z' => Class::ALPHA,
        b' ' => Class::JOIN.or(Class::SPACE),
        b'-' | b'.' | b'/' | b'(' | b')' | b'+' | b',' => Class::JOIN,
        b':' | b'=' | b'<' => Class::KEY,
        b'%' | b'&' | b'\\' => Class::ESCAPE,
        0x80..=0xff => Class::HIGH,
        _ => Class::NONE,
    }
}

/// A table that says yes to the bytes of `members`: for sets that no class is.
pub const fn among(members: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < members.len() {
        table[members[index] as usize] = true;
        index += 1;
    }
    table
}

static TABLE: [Class; 256] = {
    let mut table = [Class::NONE; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = define(byte as u8);
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_holds_exactly_its_bytes() {
        let members = |class: Class| -> Vec<u8> {
            (0..=255).filter(|&byte| Class::of(byte).meets(class)).collect()
        };
        let sorted = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes.sort_unstable();
            bytes
        };
        assert_eq!(members(Class::DIGIT), sorted(b"0123456789"));
        assert_eq!(members(Class::UPPER), sorted(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        assert_eq!(members(Class::ALPHA), sorted(letters));
        assert_eq!(members(Class::JOIN), sorted(b" -./()+,"));
        assert_eq!(members(Class::KEY), sorted(b":=<"));
        assert_eq!(members(Class::ESCAPE), sorted(br"%&\"));
        assert_eq!(members(Class::HIGH), (0x80..=0xff).collect::<Vec<u8>>());
        assert_eq!(members(Class::SPACE), b" ");
    }

    #[test]
    fn a_table_says_yes_to_its_members_alone() {
        let table = among(b"a\xff");
        assert!((0..=255).all(|byte| table[usize::from(byte)] == matches!(byte, b'a' | 0xff)));
    }

    #[test]
    fn only_capitals_and_the_space_have_two_classes() {
        for byte in 0..=255 {
            let expected = if u8::is_ascii_uppercase(&byte) || byte == b' ' { 2 } else { 1 };
            assert!(Class::of(byte).bits().count_ones() <= expected, "byte {byte:#04x}");
        }
    }
}
