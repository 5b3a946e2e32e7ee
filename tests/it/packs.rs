//! Packs against validators of another make: these are written from the standards, digit by digit, and
//! share no code with the crate.

use lognym::detect::operator::{Operator, Scratch};
use lognym::engine::Spare;
use lognym::rules::book::{Book, pack};
use lognym::scan::Kernel;
use proptest::prelude::*;

use crate::subject::with_packs;

fn operator(pack: &str, id: &str) -> Operator {
    let mut book = Book::default();
    book.add_pack(pack).expect("a pack");
    let operator = Operator::new(&book.only(id), Kernel::auto(), &[]).expect("patterns compile");
    operator.expect("the pack has this rule")
}

fn finds(operator: &Operator, text: &str) -> Vec<String> {
    let hits = operator.hits(text.as_bytes(), &mut Scratch::default()).to_vec();
    hits.iter().map(|hit| text[hit.span.start..hit.span.end].to_owned()).collect()
}

#[test]
fn addresses_with_numbers_are_filtered_once() {
    let engine = with_packs(&["email", "web", "telecom"]);
    let clean = |text: &str| {
        let vetted = engine.process(text.as_bytes(), &mut engine.scratch(), Spare::default());
        String::from_utf8_lossy(vetted.as_bytes()).into_owned()
    };
    for text in [
        "P-Asserted-Identity: <+493023125000@sip.example.net>",
        "To: \"+493023125000@sip.example.net\";tag=7",
        "{\"to\":\"+493023125000@sip.example.net\",\"cc\":\"e.beispiel@mail.example\"}",
    ] {
        let once = clean(text);
        assert!(once.contains("tel_") && once.contains("@sip.example.net"), "{once}");
        assert_eq!(once, clean(&once));
    }
}

/// Luhn as the standard's prose has it: double every second digit from the right, add the digits.
fn luhn(digits: &str) -> bool {
    let mut total = 0;
    for (index, c) in digits.chars().rev().enumerate() {
        let mut value = c.to_digit(10).expect("a digit");
        if index % 2 == 1 {
            value *= 2;
        }
        total += value.to_string().chars().map(|c| c.to_digit(10).expect("a digit")).sum::<u32>();
    }
    total.is_multiple_of(10)
}

/// ISO 13616 by one large number: letters spelled out, remainder by long division.
fn iban(text: &str) -> bool {
    let turned = [&text[4..], &text[..4]].concat();
    let spelled: String =
        turned.chars().map(|c| c.to_digit(36).expect("a letter or digit").to_string()).collect();
    spelled.chars().fold(0, |rest, c| (rest * 10 + c.to_digit(10).expect("a digit")) % 97) == 1
}

/// The check digit of the German tax id by the recurrence of ISO 7064, written out.
fn tax_check(ten: &str) -> u32 {
    let mut product = 10;
    for c in ten.chars() {
        let mut sum = (c.to_digit(10).expect("a digit") + product) % 10;
        if sum == 0 {
            sum = 10;
        }
        product = sum * 2 % 11;
    }
    match 11 - product {
        10 => 0,
        check => check,
    }
}

/// ICAO 9303, part 3, 4.9: digits and letters by their value in base 36, weights 7, 3, 1 in turn.
fn icao_check(signs: &str) -> u32 {
    let value = |c: char| c.to_digit(36).expect("a letter or digit");
    signs
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(c, weight)| value(c) * weight)
        .sum::<u32>()
        % 10
}

/// VKVV, § 4: the letter by its place in the alphabet, two digits; products by their digit sums.
fn pension_check(eleven: &str) -> u32 {
    let spelled: String = eleven
        .chars()
        .map(|c| match c {
            'A'..='Z' => format!("{:02}", u32::from(c) - u32::from('A') + 1),
            _ => c.to_string(),
        })
        .collect();
    let digits = spelled.chars().map(|c| c.to_digit(10).expect("a digit"));
    let products =
        digits.zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(digit, weight)| digit * weight);
    products.map(|product| product / 10 + product % 10).sum::<u32>() % 10
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn cards_are_found_if_their_check_digit_is_right(number in "4[0-9]{15}|5[1-5][0-9]{14}|3[47][0-9]{13}") {
        let found = finds(&operator("finance", "card"), &format!("paid {number} now"));
        prop_assert_eq!(found.len(), usize::from(luhn(&number)));
    }

    #[test]
    fn ibans_are_found_if_their_check_digits_are_right(body in "[0-9]{18}", check in 2u32..99) {
        let number = format!("DE{check:02}{body}");
        let grouped: Vec<_> = number.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c)).collect();
        for spelled in [number.clone(), grouped.join(" "), number.to_lowercase()] {
            let found = finds(&operator("finance", "iban"), &format!("to {spelled}, done"));
            prop_assert_eq!(found.len(), usize::from(iban(&number)));
        }
    }

    #[test]
    fn a_right_iban_is_always_found(body in "[0-9]{18}") {
        let right = (2..99).map(|check| format!("DE{check:02}{body}")).find(|number| iban(number));
        let number = right.expect("some check digits are right");
        let found = finds(&operator("finance", "iban"), &format!("iban={number}"));
        prop_assert_eq!(found, [number]);
    }

    #[test]
    fn tax_ids_have_one_check_digit(swap in 0usize..9, first in 1usize..10) {
        // Nine different digits, one of them twice.
        let mut digits: Vec<usize> = (0..10).collect();
        digits.swap(0, first);
        digits[9] = digits[swap];
        let ten: String = digits.iter().map(ToString::to_string).collect();
        let operator = operator("germany", "de-tax-id");
        for check in 0..10 {
            let found = finds(&operator, &format!("Steuer {ten}{check}"));
            prop_assert_eq!(found.len(), usize::from(check == tax_check(&ten)), "{}{}", ten, check);
        }
    }

    #[test]
    fn identity_cards_have_one_check_digit(number in "[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}") {
        let operator = operator("germany", "de-id-card");
        for check in 0..10 {
            let found = finds(&operator, &format!("Ausweis {number}{check}"));
            prop_assert_eq!(found.len(), usize::from(check == icao_check(&number)), "{}{}", number, check);
        }
    }

    #[test]
    fn pension_numbers_have_one_check_digit(
        area in "[0-9]{2}", day in 1u32..32, month in 1u32..13, rest in "[0-9]{2}[A-Z][0-9]{2}",
    ) {
        let number = format!("{area}{day:02}{month:02}{rest}");
        let operator = operator("germany", "de-social");
        for check in 0..10 {
            let found = finds(&operator, &format!("svnr={number}{check}"));
            prop_assert_eq!(found.len(), usize::from(check == pension_check(&number)), "{}{}", number, check);
        }
    }

    #[test]
    fn iccids_need_a_right_check_digit(number in "89[0-9]{17,18}") {
        let found = finds(&operator("telecom", "iccid"), &format!("sim {number} active"));
        prop_assert_eq!(found.len(), usize::from(luhn(&number)));
    }

    #[test]
    fn coordinates_are_found_where_they_are_on_earth(lat in -90.0..90.0, lon in -180.0..180.0) {
        let pair = format!("{lat:.5}, {lon:.5}");
        prop_assert_eq!(finds(&operator("location", "gps-pair"), &format!("at {pair} now")), [pair]);
        let nowhere = format!("at {:.5}, {lon:.5} now", lat + 181.0);
        prop_assert!(finds(&operator("location", "gps-pair"), &nowhere).is_empty());
    }

    #[test]
    fn uuids_are_found_as_rfc_9562_writes_them(bits: u128) {
        let hex = format!("{bits:032x}");
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        let uuid = parts.join("-");
        prop_assert_eq!(finds(&operator("uuid", "uuid"), &format!("id={uuid}.")), [&*uuid]);
        let cut = format!("id={}.", &uuid[..35]);
        prop_assert!(finds(&operator("uuid", "uuid"), &cut).is_empty());
    }

    /// E.212: countries from 200 to 799, shared networks from 901, private ones under 999, tests under 001.
    #[test]
    fn imsis_open_with_a_country_code(number in "[0-9]{15}") {
        let country: u32 = number[..3].parse().expect("digits");
        let given = matches!(country, 200..=799 | 901..=909 | 999 | 1);
        let found = finds(&operator("telecom", "imsi"), &format!("imsi={number}"));
        prop_assert_eq!(found.len(), usize::from(given), "{}", number);
    }

    #[test]
    fn hosts_of_call_ids_are_found_whole(id in "[a-z0-9-]{1,30}", v4: u32) {
        let host = std::net::Ipv4Addr::from(v4).to_string();
        let operator = operator("telecom", "sip-call-id-host");
        prop_assert_eq!(finds(&operator, &format!("Call-ID: {id}@{host}")), [host.as_str()]);
        let alone = format!("Call-ID: {id}");
        prop_assert!(finds(&operator, &alone).is_empty(), "{}", alone);
    }

    /// FZV, section 9 and annex 2: one to three letters, one or two, a number without a leading zero,
    /// `E` or `H` behind it.
    #[test]
    fn plates_follow_the_order_for_the_registration_of_vehicles(
        district in "[A-Z]{1,3}",
        letters in "[A-Z]{1,2}",
        number in 1u32..=9999,
        kind in prop::sample::select(vec!["", "E", "H"]),
    ) {
        let operator = operator("germany", "de-plate");
        let plate = format!("{district}-{letters} {number}{kind}");
        prop_assert_eq!(finds(&operator, &format!("Kennzeichen {plate} da")), [plate.as_str()]);
        let zero = format!("Kennzeichen {district}-{letters} 0{number}");
        prop_assert!(finds(&operator, &zero).is_empty(), "{}", zero);
    }

    #[test]
    fn imeis_need_a_right_check_digit(number in "[0-9]{15}") {
        let found = finds(&operator("telecom", "imei"), &format!("imei={number}"));
        prop_assert_eq!(found.len(), usize::from(luhn(&number) && number.contains(|c| c != '0')));
    }

    #[test]
    fn addresses_are_found_as_the_standard_library_reads_them(bits: u128, v4: u32) {
        let address = std::net::Ipv6Addr::from_bits(bits).to_string();
        prop_assert_eq!(finds(&operator("ip", "ipv6"), &format!("a [{address}]:1 b")), [address]);
        let address = std::net::Ipv4Addr::from_bits(v4).to_string();
        prop_assert_eq!(finds(&operator("ip", "ipv4"), &format!("{address} {address}:53.")), [&*address, &*address]);
    }
}

#[test]
fn social_security_numbers_follow_the_areas() {
    let operator = operator("usa", "us-ssn");
    let bare = self::operator("usa", "us-ssn-bare");
    for area in 0..1000 {
        let found = finds(&operator, &format!("id {area:03}-45-6789."));
        let given = area != 0 && area != 666 && area < 900;
        assert_eq!(found.len(), usize::from(given), "{area}");
        let found = finds(&bare, &format!("ssn={area:03}456789"));
        assert_eq!(found.len(), usize::from(given), "{area}");
    }
}

/// Words that are no person, in front of and behind the dot, as roles and machines are called.
#[test]
fn addresses_of_persons_are_told_from_those_of_functions() {
    let operator = operator("email-person", "email-person-uri");
    let finds = |user: &str| finds(&operator, &format!("INVITE sip:{user}@pbx.example")).len();
    for person in [
        "erika.beispiel",
        "Max_Mustermann",
        "mustermann.max",
        "hans-peter.schmidt",
        "m.mustermann",
        "anna.maria.weber",
    ] {
        assert_eq!(finds(person), 1, "{person}");
    }
    for (first, last) in [
        ("call", "center"),
        ("no", "reply"),
        ("service", "desk"),
        ("conference", "room"),
        ("main", "office"),
        ("sales", "team"),
        ("web", "admin"),
        ("test", "user"),
        ("sip", "trunk"),
        ("data", "sync"),
    ] {
        for user in [
            format!("{first}.{last}"),
            format!("{last}_{first}"),
            first.to_owned(),
            last.to_owned(),
        ] {
            assert_eq!(finds(&user), 0, "{user}");
        }
    }
}

#[test]
fn every_pack_loads_and_its_types_are_its_own() {
    for name in pack::NAMES {
        let mut book = Book::default();
        book.add_pack(name).unwrap_or_else(|fault| panic!("{fault}"));
        assert!(!book.rules().is_empty(), "{name}");
    }
    assert!(Book::default().add_pack("nonsense").is_err());
}
