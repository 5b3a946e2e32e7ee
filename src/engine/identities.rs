//! From findings to tokens: canonical forms, the cache of MACs, the suppression list.

use crate::pseudonym::suppress::Suppressed;
use crate::pseudonym::{Identity, Keys, TokenCache, canon};
use crate::span::TypeCode;

/// What the second half of the flow works with.
#[derive(Debug, Default)]
pub(super) struct Identities {
    pub(super) tokens: TokenCache,
    text: String,
    canonical: Vec<u8>,
    /// Marks of the suppression list, and the last one of them.
    marks: TokenCache,
    mark: Vec<u8>,
}

impl Identities {
    /// How many tokens are asked for at a time.
    pub(super) const AHEAD: usize = TokenCache::AHEAD;

    /// Appends the token of the identity that is spelled `surface`; `canonical` is its canonical
    /// form where the text alone does not tell it. Returns 64 bits of its MAC.
    #[inline]
    pub(super) fn write(
        &mut self,
        keys: &Keys,
        kind: TypeCode,
        surface: &[u8],
        canonical: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> u64 {
        let Self { tokens, text, canonical: buffer, .. } = self;
        match canonical {
            Some(value) => tokens.token(keys, kind, Identity::Canonical(value), || value, out),
            None => {
                let identity = Identity::Surface(surface);
                tokens.token(
                    keys,
                    kind,
                    identity,
                    || canon::written_name(surface, text, buffer),
                    out,
                )
            }
        }
    }

    /// Says that [`Self::write`] will be asked for the identities soon that are spelled so, or have these
    /// canonical forms; the first [`Self::AHEAD`] of them count.
    #[inline]
    pub(super) fn expect<'v>(&self, values: impl Iterator<Item = &'v [u8]>) {
        self.tokens.expect(values);
    }

    /// Whether the identity that [`Self::write`] would write a token for is on `list`.
    pub(super) fn is_listed(
        &mut self,
        list: &Suppressed,
        kind: TypeCode,
        surface: &[u8],
        canonical: Option<&[u8]>,
    ) -> bool {
        let mut mark = std::mem::take(&mut self.mark);
        mark.clear();
        std::mem::swap(&mut self.tokens, &mut self.marks);
        self.write(list.keys(), kind, surface, canonical, &mut mark);
        std::mem::swap(&mut self.tokens, &mut self.marks);
        self.mark = mark;
        list.holds(&self.mark)
    }
}
