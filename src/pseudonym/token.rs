//! The grammar of tokens: `type "_" kid "_" body`, 35 bytes of ASCII.
//!
//! Writing turns nibbles into letters, most significant first; [`lex`] recognises what was
//! written, here or by anyone else. The alphabet has no digits and no vowels, so a token never
//! looks like a number, a name or a word.

use std::fmt;

use crate::class::among;
use crate::span::TypeCode;

/// The sixteen letters of key ids and bodies, by the value of their nibble.
pub const ALPHABET: &[u8; 16] = b"bcdfghjkmnpqrstv";

/// Length of a token in bytes.
pub const LEN: usize = BODY + 24;

/// Offsets of the parts after the type.
const KID: usize = 4;
const BODY: usize = KID + Kid::LEN + 1;

/// The public id of a (domain, epoch) key: 24 bits as six letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kid([u8; Kid::LEN]);

impl Kid {
    /// Length in letters.
    pub const LEN: usize = 6;

    /// The id of these 24 bits.
    pub fn new(bits: [u8; 3]) -> Self {
        let mut letters = [0; Kid::LEN];
        spell(&bits, &mut letters);
        Self(letters)
    }

    /// The letters as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a token says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The type of the identity behind it.
    pub kind: TypeCode,
    /// The key that made it.
    pub kid: Kid,
}

/// The token at the start of `bytes`, or nothing; a token that goes on with a further word
/// character (`[A-Za-z0-9_]`) is none. What stands before it is the caller's matter.
#[inline]
pub fn lex(bytes: &[u8]) -> Option<Token> {
    let (token, rest) = bytes.split_first_chunk::<LEN>()?;
    if token[KID - 1] != b'_' || token[BODY - 1] != b'_' {
        return None;
    }
    let kid: &[u8; Kid::LEN] = token[KID..].first_chunk()?;
    let ends = !rest.first().is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_');
    let spelled = kid.iter().chain(&token[BODY..]).all(|&b| IN_ALPHABET[b as usize]);
    let kind = TypeCode::new(&token[..KID - 1])?;
    (ends && spelled).then_some(Token { kind, kid: Kid(*kid) })
}

/// Appends the token of an identity: `mac` is the truncated HMAC of its canonical form.
#[inline]
pub fn write(kind: TypeCode, kid: Kid, mac: &[u8; 12], out: &mut Vec<u8>) {
    let mut token = [b'_'; LEN];
    token[..KID - 1].copy_from_slice(kind.as_bytes());
    token[KID..BODY - 1].copy_from_slice(&kid.0);
    spell(mac, &mut token[BODY..]);
    out.extend_from_slice(&token);
}

/// 64 bits of a MAC, for counting distinct identities.
#[inline]
pub(in crate::pseudonym) fn head(mac: &[u8; 12]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *mac;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Writes two letters for each byte.
#[inline]
fn spell(bits: &[u8], letters: &mut [u8]) {
    for (pair, byte) in letters.as_chunks_mut().0.iter_mut().zip(bits) {
        *pair = PAIRS[usize::from(*byte)];
    }
}

static PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < pairs.len() {
        pairs[byte] = [ALPHABET[byte >> 4], ALPHABET[byte & 15]];
        byte += 1;
    }
    pairs
};

static IN_ALPHABET: [bool; 256] = among(ALPHABET);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOKEN: &[u8] = b"tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd";

    fn kind_of(bytes: &[u8]) -> Option<&'static str> {
        let token = lex(bytes)?;
        assert_eq!(token.kid.as_str(), "pjmchr");
        Some(if token.kind == TypeCode::TEL { "tel" } else { "other" })
    }

    #[test]
    fn reads_a_token_and_what_may_follow_it() {
        assert_eq!(TOKEN.len(), LEN);
        assert_eq!(kind_of(TOKEN), Some("tel"));
        for end in ["", " ", "@", "\"", "-", "\u{201d}", "\n", "\0"] {
            assert_eq!(kind_of(&[TOKEN, end.as_bytes()].concat()), Some("tel"), "{end:?}");
        }
        for end in ["b", "Z", "0", "_"] {
            assert_eq!(kind_of(&[TOKEN, end.as_bytes()].concat()), None, "{end:?}");
        }
        assert_eq!(kind_of(b"eml_pjmchr_tmnnqdsfftfcvpvrrcttbvdd"), Some("other"));
    }

    #[test]
    fn no_byte_may_be_changed_out_of_its_alphabet() {
        for at in 0..LEN {
            for wrong in [b'a', b'A', b'0', b'-', 0xff, 0] {
                let mut bytes = TOKEN.to_vec();
                bytes[at] = wrong;
                let still = at < 3 && wrong == b'a';
                assert_eq!(lex(&bytes).is_some(), still, "byte {at} as {wrong}");
            }
            assert_eq!(lex(&TOKEN[..at]), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(kind in "[a-z]{3}", kid: [u8; 3], mac: [u8; 12]) {
            let kind = TypeCode::new(kind.as_bytes()).expect("three letters");
            let mut out = Vec::new();
            write(kind, Kid::new(kid), &mac, &mut out);
            prop_assert_eq!(lex(&out), Some(Token { kind, kid: Kid::new(kid) }));
        }

        #[test]
        fn lexing_never_panics(bytes: Vec<u8>) {
            lex(&bytes);
        }
    }
}
