//! Where something stands in a block, and what it is.
//!
//! Everything here is plain data: detectors make it, the resolver orders it, the
//! pseudonymiser reads it.

/// A half-open range of bytes, relative to the block it was found in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset one past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two share a byte.
    pub const fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The three letters that open a token: what kind of identity it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeCode([u8; 3]);

impl TypeCode {
    /// Phone numbers.
    pub const TEL: TypeCode = TypeCode(*b"tel");
    /// Person names.
    pub const NAM: TypeCode = TypeCode(*b"nam");

    /// The code of `letters`, or nothing unless they are three of `a-z`.
    pub fn new(letters: &[u8]) -> Option<Self> {
        let code: [u8; 3] = letters.try_into().ok()?;
        code.iter().all(u8::is_ascii_lowercase).then_some(Self(code))
    }

    /// The letters as bytes.
    pub const fn as_bytes(&self) -> &[u8; 3] {
        &self.0
    }

    /// The letters as text.
    pub fn as_str(&self) -> &str {
        // Construction admits a-z only.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}
