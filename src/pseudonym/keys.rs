//! Key derivation and the MAC: from an epoch's secret to the keys of one domain to a token.
//!
//! RFC 5869 HKDF and RFC 2104 HMAC, both over SHA-256 (FIPS 180-4):
//!
//! ```text
//! PRK  = HKDF-Extract(salt = "lognym/v1/extract", S)
//! DK   = HKDF-Expand(PRK, "lognym/v1/domain" 00 domain, 32)
//! kid  = HKDF-Expand(DK,  "lognym/v1/kid", 3)
//! TK   = HKDF-Expand(DK,  "lognym/v1/mac" 00 type, 32)
//! body = HMAC-SHA-256(TK, canonical)[0..12]
//! AK   = HKDF-Expand(DK,  "lognym/v1/audit", 32)      # seals entries of the audit log
//! ```
//!
//! [`Keys`] holds the HMAC states of its types after the key has been absorbed, so that a
//! token costs two SHA-256 compressions for canonical forms of up to 55 bytes.

use std::fmt;
use std::str::FromStr;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::token::{self, Kid};
use crate::secret::Secret;
use crate::span::TypeCode;

/// Name of a pseudonymisation domain: one person has unrelated tokens in two domains.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Domain(String);

/// A domain name that is none; the name itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a domain name has 1 to 64 characters of a-z, 0-9, '.', '_' and '-'")]
pub struct BadDomain;

impl Domain {
    /// The domain of this name, or an error unless it is 1 to 64 of `[a-z0-9._-]`.
    pub fn new(name: &str) -> Result<Self, BadDomain> {
        let allowed = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        if !(1..=64).contains(&name.len()) || !name.bytes().all(allowed) {
            return Err(BadDomain);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Domain {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl FromStr for Domain {
    type Err = BadDomain;

    fn from_str(name: &str) -> Result<Self, BadDomain> {
        Self::new(name)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `DK`: the key of one domain and epoch, from which the keys of all types follow. A domain
/// ring holds these instead of secrets.
#[derive(Debug, PartialEq, Eq)]
pub struct DomainKey(pub(in crate::pseudonym) Secret);

impl DomainKey {
    /// The key of `domain` under an epoch's secret.
    pub fn derive(secret: &Secret, domain: &Domain) -> Self {
        let prk = Hkdf::<Sha256>::new(Some(b"lognym/v1/extract"), secret.expose());
        Self(Secret::filled(|key| {
            expand(&prk, &[b"lognym/v1/domain", b"\0", domain.as_str().as_bytes()], key);
        }))
    }
}

/// The derived keys of one domain and epoch, for a fixed set of types.
#[derive(Clone)]
pub struct Keys {
    kid: Kid,
    id: u64,
    states: Vec<(TypeCode, Hmac<Sha256>)>,
    audit: Hmac<Sha256>,
}

impl Keys {
    /// The keys of `domain` under an epoch's secret, ready for `types`.
    pub fn derive(secret: &Secret, domain: &Domain, types: &[TypeCode]) -> Self {
        Self::of_domain(&DomainKey::derive(secret, domain), types)
    }

    /// The same from a domain's key.
    pub fn of_domain(key: &DomainKey, types: &[TypeCode]) -> Self {
        let prk = Hkdf::<Sha256>::from_prk(key.0.expose()).expect("32 bytes are a whole SHA-256");
        let mut kid = [0; 3];
        expand(&prk, &[b"lognym/v1/kid"], &mut kid);
        let mut id = [0; 8];
        expand(&prk, &[b"lognym/v1/cache"], &mut id);
        let states = types.iter().map(|&kind| (kind, state(&prk, kind))).collect();
        let audit = Secret::filled(|key| expand(&prk, &[b"lognym/v1/audit"], key));
        let audit = mac(audit.expose());
        Self { kid: Kid::new(kid), id: u64::from_le_bytes(id), states, audit }
    }

    /// Keys of a random secret that exists in this process only.
    pub fn ephemeral(domain: &Domain, types: &[TypeCode]) -> Result<Self, getrandom::Error> {
        Ok(Self::derive(&Secret::random()?, domain, types))
    }

    /// Whether there is a key for `kind`.
    pub fn know(&self, kind: TypeCode) -> bool {
        self.states.iter().any(|(known, _)| *known == kind)
    }

    /// The id that these keys put into their tokens.
    pub fn kid(&self) -> Kid {
        self.kid
    }

    /// Appends the token of an identity and returns 64 bits of its MAC, for counting distinct
    /// identities.
    ///
    /// # Panics
    ///
    /// If `kind` was not among the types that these keys were made for; which types there are
    /// follows from the rules alone, never from data.
    #[inline]
    pub fn token(&self, kind: TypeCode, canonical: &[u8], out: &mut Vec<u8>) -> u64 {
        let mac = self.mac(kind, canonical);
        token::write(kind, self.kid, &mac, out);
        token::head(&mac)
    }

    /// The MAC of an identity, as far as its token shows it.
    pub(in crate::pseudonym) fn mac(&self, kind: TypeCode, canonical: &[u8]) -> [u8; 12] {
        let found = self.states.iter().find(|(known, _)| *known == kind);
        let (_, state) = found.expect("keys are made for all types of the rules");
        let mac = state.clone().chain_update(canonical).finalize().into_bytes();
        *mac.first_chunk().expect("a SHA-256 has 32 bytes")
    }

    /// The MAC that seals an entry of the audit log, under a key of its own.
    pub fn seal(&self, entry: &[u8]) -> [u8; 32] {
        self.audit.clone().chain_update(entry).finalize().into_bytes().into()
    }

    /// Whether `mac` seals `entry`; takes the same time wherever it differs.
    pub fn is_sealed(&self, entry: &[u8], mac: &[u8]) -> bool {
        self.audit.clone().chain_update(entry).verify_slice(mac).is_ok()
    }

    /// Tells these keys from any others within this process; never written anywhere.
    pub(in crate::pseudonym) fn id(&self) -> u64 {
        self.id
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The HMAC of one type after its key `TK` has been absorbed.
fn state(prk: &Hkdf<Sha256>, kind: TypeCode) -> Hmac<Sha256> {
    let key = Secret::filled(|key| {
        expand(prk, &[b"lognym/v1/mac", b"\0", kind.as_bytes()], key);
    });
    mac(key.expose())
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn expand(prk: &Hkdf<Sha256>, info: &[&[u8]], okm: &mut [u8]) {
    prk.expand_multi_info(info, okm).expect("HKDF yields up to 8160 bytes");
}

#[cfg(test)]
mod tests;
