//! A set of tokens, and the search for any of them.
//!
//! What is searched for is not each token but what those of a type begin with: `tel_` and `nam_`, the
//! key id too if all have one, the whole token if it is the only one. That is one vectorised search for
//! each type, whatever the number of epochs, domains and subjects. Each hit is looked up whole. In a
//! log with a token on every line that is a look-up a line, on any other log hardly any.

use std::collections::BTreeMap;

use memchr::memmem::Finder;

use crate::pseudonym::token;

/// Tokens to look for.
#[derive(Clone, Debug)]
pub struct TokenSet {
    /// In the order of their keys.
    tokens: Vec<[u8; token::LEN]>,
    openings: Vec<Finder<'static>>,
}

impl TokenSet {
    /// The set of these tokens; texts that are none do not count.
    pub fn new<'t>(tokens: impl IntoIterator<Item = &'t str>) -> Self {
        let mut tokens: Vec<[u8; token::LEN]> =
            tokens.into_iter().filter_map(|text| text.as_bytes().try_into().ok()).collect();
        tokens.sort_unstable_by_key(key);
        tokens.dedup();
        let mut openings: BTreeMap<&[u8], &[u8]> = BTreeMap::new();
        for token in &tokens {
            let opening = openings.entry(&token[..3]).or_insert(token);
            let common = opening.iter().zip(token).take_while(|(one, other)| one == other).count();
            *opening = &opening[..common];
        }
        let openings = openings.into_values().map(|word| Finder::new(word).into_owned()).collect();
        Self { tokens, openings }
    }

    /// Whether nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether this token is in the set.
    pub fn holds(&self, token: &[u8]) -> bool {
        let Ok(token) = token.try_into() else { return false };
        let key = key(token);
        let from = self.tokens.partition_point(|known| self::key(known) < key);
        self.tokens[from..].iter().take_while(|known| self::key(known) == key).any(|k| k == token)
    }

    /// A search through `text`.
    pub fn search<'s>(&'s self, text: &'s [u8]) -> Search<'s> {
        let next = self.openings.iter().map(|opening| opening.find(text)).collect();
        Search { set: self, text, next }
    }
}

/// Eight random letters of a token, by which the set is ordered.
fn key(token: &[u8; token::LEN]) -> u64 {
    token.last_chunk().copied().map_or(0, u64::from_be_bytes)
}

/// A search that goes forward through a text.
#[derive(Debug)]
pub struct Search<'s> {
    set: &'s TokenSet,
    text: &'s [u8],
    /// Where each opening comes next.
    next: Vec<Option<usize>>,
}

impl Search<'_> {
    /// Where the first token of the set begins at or behind `start`, which must not go back. What
    /// stands around a token does not matter, as in `grep -F`.
    pub fn find_from(&mut self, mut start: usize) -> Option<usize> {
        loop {
            for (next, opening) in self.next.iter_mut().zip(&self.set.openings) {
                if next.is_some_and(|at| at < start) {
                    let rest = self.text.get(start..)?;
                    *next = opening.find(rest).map(|at| start + at);
                }
            }
            let at = self.next.iter().flatten().copied().min()?;
            if self.set.holds(self.text.get(at..at + token::LEN)?) {
                return Some(at);
            }
            start = at + 1;
        }
    }
}
