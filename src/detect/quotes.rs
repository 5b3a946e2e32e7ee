//! How a quote is spelled in JSON, and in JSON inside its strings.

/// Quotes that a replacement needs so that the carrier stays well-formed: none, or a `"` with as
/// many backslashes before it as JSON inside JSON strings takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotes(u8);

impl Quotes {
    /// None.
    pub const NO: Quotes = Quotes(0);
    /// A JSON number becomes a string.
    pub const PLAIN: Quotes = Quotes(1);
    /// Deeper nesting than four levels of JSON in JSON is not written.
    const SPELLED: &[u8; 16] = b"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"";

    /// How the quote that ends `head` is spelled; [`Quotes::NO`] if there is none.
    pub(super) fn ending(head: &[u8]) -> Quotes {
        let Some(head) = head.strip_suffix(b"\"") else { return Quotes::NO };
        let slashes = head.iter().rev().take_while(|&&b| b == b'\\').count();
        if slashes < Self::SPELLED.len() { Quotes(slashes as u8 + 1) } else { Quotes::NO }
    }

    /// How deep the string is that such a quote opens or closes. A string may end with a backslash, which is spelled
    /// by two of its level: `"\\\\"` closes what `"` opened.
    pub(super) fn level(self) -> u32 {
        self.0.trailing_zeros()
    }

    /// The bytes to write on either side.
    pub fn as_bytes(self) -> &'static [u8] {
        &Self::SPELLED[Self::SPELLED.len() - usize::from(self.0)..]
    }
}
