//! The embedded numbering plans against their source text and against an independent library.
//!
//! The library (a port of libphonenumber) carries its own copy of the metadata, of another
//! release: a few plans differ by what changed in between, hence the thresholds.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;

use lognym::plan::{self, NumberType, Region, Verdict};
use regex_syntax::hir::{Class, Hir, HirKind};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberType};

use generator::facts::{Kind, Numbers, Plans};

#[path = "../../rules/gen/plans/mod.rs"]
mod generator;

const FACTS: &str = include_str!("../../rules/plans.toml");
const TABLE: &[u8] = include_bytes!("../../rules/plans.bin");

/// How much of what both sides know must be judged alike.
const LEAST_AGREEMENT: f64 = 0.995;

#[test]
fn table_is_what_the_facts_compile_to() {
    let table = generator::table::build(&facts()).unwrap();
    assert!(table.bytes == TABLE, "run `cargo run --example plans -- table`: {}", table.summary);
}

#[test]
fn areas_are_what_their_codes_compile_to() {
    let areas = include_str!("../../rules/areas.txt");
    let table = generator::areas::table(areas).unwrap();
    assert!(
        table == include_bytes!("../../rules/areas.bin"),
        "run `cargo run --example plans -- table`"
    );
}

#[test]
fn facts_survive_reading_and_writing() {
    assert!(facts().to_toml() == FACTS, "rules/plans.toml is not in the form its generator writes");
}

#[test]
fn verdicts_agree_with_an_independent_library() {
    let mut tally = Tally::default();
    let mut random = Random(1);
    for (id, region) in &facts().region {
        for national in region.kind.iter().flat_map(|kind| numbers(&mut random, id, kind)) {
            let ours = plan::check(format!("{}{national}", region.code).as_bytes());
            tally.add(id, number_type(ours) == oracle(&region.code, &national));
        }
    }
    tally.finish("check");
}

#[test]
fn national_readings_agree_with_an_independent_library() {
    let mut tally = Tally::default();
    let mut random = Random(2);
    for id in [
        "DE", "AT", "CH", "US", "CA", "GB", "FR", "ES", "IT", "PL", "TR", "NL", "SE", "BR", "AR",
        "MX", "RU", "JP", "AU", "IN",
    ] {
        let facts = &facts().region[id];
        let trunk = facts.trunk.as_deref().unwrap_or_default();
        for national in facts.kind.iter().flat_map(|kind| numbers(&mut random, id, kind)) {
            for dialled in [format!("{trunk}{national}"), national] {
                tally.add_national(id, &dialled);
            }
        }
    }
    tally.finish("national");
}

#[test]
fn prefix_rules_agree_with_an_independent_library() {
    let mut tally = Tally::default();
    let mut random = Random(4);
    for (id, region) in &facts().region {
        let Some(parse) = &region.parse else { continue };
        let prefix = generator::pattern::parse(parse).unwrap();
        let kinds = region.kind.iter();
        let nationals: Vec<_> = kinds.flat_map(|kind| numbers(&mut random, id, kind)).collect();
        for national in nationals {
            // Some rules stand in for an area code, so tails of numbers matter as well.
            let tail = &national[random.below(5).min(national.len())..];
            let dialled = random.member(&prefix) + tail;
            tally.add_national(id, &dialled);
        }
    }
    tally.finish("prefixes");
}

#[test]
fn valid_lengths_are_the_prefixes_that_check_finds_valid() {
    let mut random = Random(3);
    for (id, region) in &facts().region {
        for national in region.kind.iter().flat_map(|kind| numbers(&mut random, id, kind)) {
            let digits = format!("{}{national}75", region.code);
            let valid =
                |n: &usize| matches!(plan::check(&digits.as_bytes()[..*n]), Verdict::Valid(_));
            let expected = (1..=digits.len()).filter(valid).fold(0, |mask, n| mask | 1 << n);
            assert_eq!(plan::valid_lengths(digits.as_bytes()), expected, "{id}");
        }
    }
}

/// National numbers of one kind: the library's example, members of our pattern, and for each of
/// them some that are nearly right.
fn numbers(random: &mut Random, id: &str, (kind, numbers): (&Kind, &Numbers)) -> Vec<String> {
    let pattern = generator::pattern::parse(&numbers.pattern).unwrap();
    let mut found: Vec<String> = (0..4).map(|_| random.member(&pattern)).collect();
    found.extend(example(id, *kind));
    let near: Vec<String> =
        (0..5).flat_map(|_| &found).map(|number| random.mutate(number)).collect();
    found.extend(near);
    found
}

fn example(id: &str, kind: Kind) -> Option<String> {
    let util = &PHONE_NUMBER_UTIL;
    let number = match id.parse::<Code>() {
        Ok(code) => util.get_example_number_for_non_geo_entity(code),
        Err(_) => {
            let region = id.parse().unwrap();
            util.get_example_number_for_type_and_region(region, oracle_type(kind))
        }
    };
    number.ok().map(|number| number.get_national_significant_number())
}

/// A calling code, as the library writes it.
type Code = i32;

fn oracle_type(kind: Kind) -> PhoneNumberType {
    match kind {
        Kind::Fixed => PhoneNumberType::FixedLine,
        Kind::Mobile => PhoneNumberType::Mobile,
        Kind::TollFree => PhoneNumberType::TollFree,
        Kind::Premium => PhoneNumberType::PremiumRate,
        Kind::Shared => PhoneNumberType::SharedCost,
        Kind::Personal => PhoneNumberType::PersonalNumber,
        Kind::Voip => PhoneNumberType::VoIP,
        Kind::Pager => PhoneNumberType::Pager,
        Kind::Uan => PhoneNumberType::UAN,
        Kind::Voicemail => PhoneNumberType::VoiceMail,
    }
}

/// The E.164 digits if `dialled` is valid in the region itself.
fn ours_national(id: &str, dialled: &str) -> Option<String> {
    let national = Region::from_code(id).unwrap().national(dialled.as_bytes())?;
    let valid = matches!(national.verdict, Verdict::Valid(_));
    valid.then(|| national.e164.as_str().to_owned())
}

fn oracle_national(id: &str, dialled: &str) -> Option<String> {
    let region = id.parse().unwrap();
    let number = PhoneNumber::parse(dialled, Some(region)).ok()?;
    let valid = number.is_valid_for_region(region);
    valid.then(|| number.to_string().trim_start_matches('+').to_owned())
}

fn number_type(verdict: Verdict) -> Option<NumberType> {
    match verdict {
        Verdict::Valid(number_type) => Some(number_type),
        Verdict::Possible | Verdict::Unknown => None,
    }
}

fn oracle(code: &str, national: &str) -> Option<NumberType> {
    // The library keeps all zeros but the last digit apart from the number.
    let zeros = national[..national.len().saturating_sub(1)].bytes().take_while(|b| *b == b'0');
    let zeros = zeros.count() as i32;
    let number = PhoneNumber {
        country_code: code.parse().unwrap(),
        national_number: national.parse().unwrap(),
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: (zeros > 1).then_some(zeros),
        ..PhoneNumber::default()
    };
    if !number.is_valid() {
        return None;
    }
    Some(match number.get_type() {
        PhoneNumberType::FixedLine => NumberType::Fixed,
        PhoneNumberType::Mobile => NumberType::Mobile,
        PhoneNumberType::FixedLineOrMobile => NumberType::FixedOrMobile,
        _ => NumberType::Other,
    })
}

fn facts() -> Plans {
    Plans::from_toml(FACTS).unwrap()
}

/// Agreements by region.
#[derive(Default)]
struct Tally(BTreeMap<String, (u32, u32)>);

impl Tally {
    /// Compares the national readings, except of what the library may read as international:
    /// that is not asked of ours.
    fn add_national(&mut self, id: &str, dialled: &str) {
        let region = Region::from_code(id).unwrap();
        let international = || region.international_prefixes().chain([region.country_code()]);
        // North America's calling code is its trunk prefix as well: a whole number then.
        let abroad = international().any(|prefix| dialled.starts_with(prefix));
        if !abroad || region.country_code() == "1" && dialled.len() == 11 {
            self.add(id, ours_national(id, dialled) == oracle_national(id, dialled));
        }
    }

    fn add(&mut self, id: &str, agrees: bool) {
        let (all, differing) = self.0.entry(id.to_owned()).or_default();
        *all += 1;
        *differing += u32::from(!agrees);
    }

    fn finish(&self, what: &str) {
        let all: u32 = self.0.values().map(|(all, _)| all).sum();
        let differing: u32 = self.0.values().map(|(_, differing)| differing).sum();
        let where_ = self.0.iter().filter(|(_, (_, differing))| *differing > 0);
        let list: Vec<_> = where_.map(|(id, (all, n))| format!("{id} {n}/{all}")).collect();
        let agreement = 1.0 - f64::from(differing) / f64::from(all);
        eprintln!("{what}: {agreement:.4} of {all} alike; differing: {}", list.join(", "));
        assert!(agreement >= LEAST_AGREEMENT, "{what}: only {agreement:.4} alike: {list:?}");
    }
}

/// xorshift64*: the same numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    /// A text that the pattern matches.
    fn member(&mut self, hir: &Hir) -> String {
        match hir.kind() {
            HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).unwrap(),
            HirKind::Class(Class::Bytes(class)) => {
                let bytes: Vec<u8> = class.iter().flat_map(|r| r.start()..=r.end()).collect();
                char::from(bytes[self.below(bytes.len())]).to_string()
            }
            HirKind::Repetition(repetition) => {
                let spare = repetition.max.unwrap() - repetition.min;
                let count = repetition.min as usize + self.below(spare as usize + 1);
                (0..count).map(|_| self.member(&repetition.sub)).collect()
            }
            HirKind::Capture(capture) => self.member(&capture.sub),
            HirKind::Concat(parts) => parts.iter().map(|part| self.member(part)).collect(),
            HirKind::Alternation(parts) => {
                let choice = self.below(parts.len());
                self.member(&parts[choice])
            }
            HirKind::Empty | HirKind::Look(_) => String::new(),
            other => panic!("no digits: {other:?}"),
        }
    }

    /// A number near `example`: up to three digits changed, sometimes shortened or lengthened.
    fn mutate(&mut self, example: &str) -> String {
        let mut digits = example.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(digits.len());
            digits[at] = b'0' + self.below(10) as u8;
        }
        match self.below(6) {
            0 if digits.len() > 2 => drop(digits.pop()),
            1 => digits.push(b'0' + self.below(10) as u8),
            _ => {}
        }
        String::from_utf8(digits).unwrap()
    }
}
