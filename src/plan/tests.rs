#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use proptest::prelude::*;

use super::*;

fn region(iso: &str) -> Region {
    Region::from_code(iso).unwrap()
}

/// The E.164 digits, whether they are valid, and whether a prefix was dropped.
fn national(iso: &str, digits: &str) -> Option<(String, bool, bool)> {
    let National { e164, verdict, trunk, .. } = region(iso).national(digits.as_bytes())?;
    Some((e164.as_str().to_owned(), matches!(verdict, Verdict::Valid(_)), trunk))
}

fn read(digits: &str, valid: bool, trunk: bool) -> Option<(String, bool, bool)> {
    Some((digits.to_owned(), valid, trunk))
}

#[test]
fn check_tells_valid_from_possible_from_unknown() {
    assert_eq!(check(b"493023125000"), Verdict::Valid(NumberType::Fixed));
    assert_eq!(check(b"491713920000"), Verdict::Valid(NumberType::Mobile));
    assert_eq!(check(b"12125550187"), Verdict::Valid(NumberType::FixedOrMobile));
    assert_eq!(check(b"18005550187"), Verdict::Valid(NumberType::Other));
    assert_eq!(check(b"442079460000"), Verdict::Valid(NumberType::Fixed));
    // No area code opens with 1.
    assert_eq!(check(b"11125550187"), Verdict::Possible);
    assert_eq!(check(b"1212555018"), Verdict::Unknown);
    assert_eq!(check(b"2101234567"), Verdict::Unknown, "210 is no calling code");
}

#[test]
fn what_is_no_number_is_unknown() {
    for digits in
        [&b""[..], b"4", b"49", b"+493023125000", b"49302312500x", b"1212555 187", b"\xff"]
    {
        assert_eq!(check(digits), Verdict::Unknown, "{digits:?}");
    }
    assert_eq!(check(&[b'4'; 1000]), Verdict::Unknown);
}

#[test]
fn valid_lengths_show_where_an_extension_may_begin() {
    // Eleven digits and nothing else, whatever follows.
    assert_eq!(valid_lengths(b"12125550187"), 1 << 11);
    assert_eq!(valid_lengths(b"1212555018742"), 1 << 11);
    // The German plan is open: every length from 5 national digits on.
    assert_eq!(valid_lengths(b"493023125000"), 0b1_1111_1000_0000);
    assert_eq!(valid_lengths(b"x"), 0);
}

#[test]
fn calling_codes_are_one_to_three_digits() {
    for (digits, len) in [
        ("12125550187", 1),
        ("1", 1),
        ("7", 1),
        ("493023125000", 2),
        ("49", 2),
        ("4", 0),
        ("35", 0),
        ("353", 3),
        ("800", 3),
        ("999", 0),
        ("030", 0),
        ("4x", 0),
        ("", 0),
    ] {
        assert_eq!(country_code_len(digits.as_bytes()), len, "{digits}");
    }
}

#[test]
fn regions_know_their_prefixes() {
    let facts = |iso| {
        let region = region(iso);
        let international: Vec<_> = region.international_prefixes().collect();
        (region.iso(), region.country_code(), region.trunk_prefix(), international)
    };
    assert_eq!(facts("de"), ("DE", "49", "0", vec!["00"]));
    assert_eq!(facts("US"), ("US", "1", "1", vec!["011"]));
    assert_eq!(facts("HU"), ("HU", "36", "06", vec!["00"]));
    assert_eq!(facts("IT"), ("IT", "39", "", vec!["00"]));
    // The preferred prefix comes first, carrier codes after it.
    assert_eq!(facts("AU").3[..3], ["0011", "0014", "0015"]);
    assert_eq!(facts("CN").3, ["00"]);
    for iso in ["", "D", "DEU", "ZZ", "00", "dé"] {
        assert_eq!(Region::from_code(iso), None, "{iso}");
    }
}

#[test]
fn regions_are_found_by_their_own_code() {
    assert_eq!(Region::all().count(), 245);
    for region in Region::all() {
        assert_eq!(Region::from_code(region.iso()), Some(region));
        assert_eq!(country_code_len(region.country_code().as_bytes()), region.country_code().len());
    }
}

#[test]
fn national_numbers_become_e164() {
    assert_eq!(national("DE", "03023125000"), read("493023125000", true, true));
    assert_eq!(national("DE", "3023125000"), read("493023125000", true, false));
    assert_eq!(national("GB", "02079460000"), read("442079460000", true, true));
    assert_eq!(national("US", "2125550187"), read("12125550187", true, false));
    assert_eq!(national("US", "12125550187"), read("12125550187", true, true));
    // Italy has no trunk prefix: the zero belongs to the number.
    assert_eq!(national("IT", "0600000000"), read("390600000000", true, false));
}

#[test]
fn regions_that_share_a_code_keep_to_their_own_numbers() {
    assert_eq!(national("CA", "4165550187"), read("14165550187", true, false));
    assert_eq!(national("US", "4165550187"), read("14165550187", false, false));
    assert_eq!(national("CA", "2125550187"), read("12125550187", false, false));
}

#[test]
fn prefix_rules_rewrite_as_the_plan_states() {
    // Argentina dials mobiles as area, 15, subscriber; abroad a 9 stands in front instead.
    assert_eq!(national("AR", "0111500000000"), read("5491100000000", false, true));
    // Brazil: 0, carrier 21, area, subscriber.
    assert_eq!(national("BR", "0211100000000"), read("551100000000", false, true));
    // Seven digits on Barbados lack the area code.
    assert_eq!(national("BB", "5550187").map(|n| n.0), Some("12465550187".into()));
}

#[test]
fn hopeless_readings_are_none() {
    for digits in ["", "0", "030", "0123456789012345678", "0302312500x", "x", "00493023125000000"] {
        assert_eq!(national("DE", digits), None, "{digits}");
    }
    assert_eq!(region("DE").national(&[b'0'; 4096]), None);
}

/// The lengths of what may follow `state` up to a number.
fn lengths_from(state: State, known: &mut [Option<u32>]) -> u32 {
    if let Some(lengths) = known[usize::from(state)] {
        return lengths;
    }
    let own = u32::from(output(state) != 0);
    let next = (b'0'..=b'9').filter_map(|digit| step(state, digit));
    let lengths = next.fold(own, |all, next| all | lengths_from(next, known) << 1);
    known[usize::from(state)] = Some(lengths);
    lengths
}

#[test]
fn no_region_has_a_valid_number_of_a_length_that_it_lacks() {
    let mut known = vec![None; NEXT.len()];
    for row in &table::REGIONS {
        assert_eq!(lengths_from(row.root, &mut known) & !row.lengths, 0, "{:?}", row.iso);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        check(&bytes);
        valid_lengths(&bytes);
        for region in Region::all() {
            region.national(&bytes);
        }
    }

    #[test]
    fn a_national_reading_agrees_with_check(digits in "[0-9]{3,15}", at in 0..245_usize) {
        let region = Region::all().nth(at).unwrap();
        if let Some(National { e164, verdict: Verdict::Possible, .. }) = region.national(digits.as_bytes()) {
            prop_assert!(check(e164.as_bytes()) != Verdict::Unknown);
        }
        if let Some(National { e164, .. }) = region.national(digits.as_bytes()) {
            prop_assert!(e164.as_str().starts_with(region.country_code()));
        }
    }

    #[test]
    fn valid_lengths_and_check_agree(digits in "[0-9]{1,20}") {
        let lengths = valid_lengths(digits.as_bytes());
        for length in 1..=digits.len() {
            let valid = matches!(check(&digits.as_bytes()[..length]), Verdict::Valid(_));
            prop_assert_eq!(lengths >> length & 1 == 1, valid);
        }
    }
}
