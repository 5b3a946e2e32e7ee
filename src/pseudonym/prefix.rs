//! Tokens of addresses that keep their prefixes: two addresses that begin with the same n bits get
//! bodies that begin with the same n bits, and nothing else of them is seen.
//!
//! After Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", 2002) with
//! HMAC-SHA-256 for its cipher: bit i of the body is bit i of the address, flipped or not as the MAC of
//! the bits before it says. The first 32 bits of the body are those of an IPv4 address, the first
//! 64 those of an IPv6 network; the rest is the MAC of the whole address. It is a token like any other,
//! so a second pass leaves it alone, which an address in the place of an address could not be told.
//!
//! Cost: a MAC for each bit, 32 or 64, some 20 to 40 microseconds; the last addresses are kept.

use std::net::IpAddr;

use super::keys::Keys;
use super::token;
use crate::span::TypeCode;

/// Most addresses that are kept.
const SLOTS: usize = 1024;

/// The bodies of the addresses met last, under one key; overwritten with those of other keys.
#[derive(Default)]
pub struct PrefixCache {
    slots: Vec<Option<(TypeCode, IpAddr, [u8; 12])>>,
    keys: u64,
}

impl PrefixCache {
    /// Appends the token of `address` and returns 64 bits of its body, as [`Keys::token`] does.
    ///
    /// # Panics
    ///
    /// As [`Keys::token`].
    pub fn token(
        &mut self,
        keys: &Keys,
        kind: TypeCode,
        address: IpAddr,
        out: &mut Vec<u8>,
    ) -> u64 {
        if self.keys != keys.id() || self.slots.is_empty() {
            self.slots.clear();
            self.slots.resize(SLOTS, None);
            self.keys = keys.id();
        }
        let slot = &mut self.slots[hash(address)];
        let body = match *slot {
            Some((code, known, body)) if code == kind && known == address => body,
            _ => {
                let body = body(keys, kind, address);
                *slot = Some((kind, address, body));
                body
            }
        };
        token::write(kind, keys.kid(), &body, out);
        token::head(&body)
    }
}

impl std::fmt::Debug for PrefixCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrefixCache").finish_non_exhaustive()
    }
}

fn hash(address: IpAddr) -> usize {
    let bits = match address {
        IpAddr::V4(v4) => u64::from(v4.to_bits()),
        IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64 ^ v6.to_bits() as u64,
    };
    (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize % SLOTS
}

fn body(keys: &Keys, kind: TypeCode, address: IpAddr) -> [u8; 12] {
    // The versions have pads of their own: an IPv4 network is no IPv6 network.
    let (version, bits, len) = match address {
        IpAddr::V4(v4) => (b'4', u64::from(v4.to_bits()) << 32, 32),
        IpAddr::V6(v6) => (b'6', (v6.to_bits() >> 64) as u64, 64),
    };
    let mut kept = 0u64;
    for bit in 0..len {
        let before = if bit == 0 { 0 } else { bits >> (64 - bit) << (64 - bit) };
        let mut input = *b"prefix\0v\0\0\0\0\0\0\0\0\0";
        input[7] = version;
        input[8..16].copy_from_slice(&before.to_be_bytes());
        input[16] = bit as u8;
        let pad = u64::from(keys.mac(kind, &input)[0] & 1);
        kept |= ((bits >> (63 - bit) & 1) ^ pad) << (63 - bit);
    }
    let mut body = keys.mac(kind, address.to_string().as_bytes());
    let bytes = len as usize / 8;
    body[..bytes].copy_from_slice(&kept.to_be_bytes()[..bytes]);
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::Domain;
    use crate::secret::Secret;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    const KIND: TypeCode = TypeCode::TEL;

    fn keys() -> Keys {
        let secret = Secret::filled(|bytes| bytes.iter_mut().zip(3..).for_each(|(b, i)| *b = i));
        Keys::derive(&secret, &Domain::default(), &[KIND])
    }

    /// The first 64 bits of the body.
    fn kept(address: IpAddr) -> u64 {
        let (head, _) = body(&keys(), KIND, address)
            .split_first_chunk()
            .map(|(h, r)| (*h, r.len()))
            .expect("12 bytes");
        u64::from_be_bytes(head)
    }

    proptest! {
        #[test]
        fn common_prefixes_stay_exactly_as_long(a: u32, b: u32) {
            let [x, y] = [a, b].map(|bits| kept(Ipv4Addr::from_bits(bits).into()) >> 32);
            prop_assert_eq!((x ^ y).leading_zeros(), u64::from(a ^ b).leading_zeros());
        }

        #[test]
        fn common_networks_stay_exactly_as_long(a: u64, shared in 0u32..64, low: u64) {
            let b = a ^ (1 << (63 - shared)) ^ (low & ((1 << (63 - shared)) - 1));
            let [x, y] = [a, b].map(|bits| kept(Ipv6Addr::from_bits(u128::from(bits) << 64).into()));
            prop_assert_eq!((x ^ y).leading_zeros(), shared);
        }
    }

    #[test]
    fn the_cache_changes_nothing() {
        let (keys, mut cache) = (keys(), PrefixCache::default());
        let address = IpAddr::from([192, 0, 2, 1]);
        let mut tokens = [Vec::new(), Vec::new()];
        let heads = tokens.each_mut().map(|out| cache.token(&keys, KIND, address, out));
        assert_eq!(heads[0], heads[1]);
        assert_eq!(tokens[0], tokens[1]);
        assert!(token::lex(&tokens[0]).is_some());
    }
}
