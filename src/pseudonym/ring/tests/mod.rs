//! Rings as text and in memory; files are tested in their own module.

mod files;
mod life;

use std::time::{Duration, SystemTime};

use super::*;
use crate::pseudonym::{Domain, Keys};
use crate::span::TypeCode;

const TYPES: [TypeCode; 2] = [TypeCode::TEL, TypeCode::NAM];

/// A secret in hexadecimal digits, strong enough to pass; every `seed` gives another.
fn digits(seed: u32) -> String {
    (0..32u32).map(|i| format!("{:02x}", (i * i * 7 + seed * 3 + 129) % 256)).collect()
}

fn epoch(year: u32, material: &str) -> String {
    format!(
        "[[epoch]]\nid = \"{year}\"\nnot_before = {year}-01-01T00:00:00Z\n\
         not_after = {}-01-01T00:00:00Z\ndestroy_after = {}-01-01T00:00:00Z\n{material}\n",
        year + 1,
        year + 3,
    )
}

fn secret(seed: u32) -> String {
    format!("secret = \"lognym-sk1-{}\"", digits(seed))
}

fn root(epochs: &[String]) -> String {
    format!("format = \"lognym-ring-1\"\nkind = \"root\"\n{}", epochs.concat())
}

/// A root ring of 2026 and 2027.
fn two_years() -> String {
    root(&[epoch(2026, &secret(1)), epoch(2027, &secret(2))])
}

fn at(date: &str) -> SystemTime {
    date.parse::<jiff::Timestamp>().expect("a date").into()
}

/// The message that refuses `text`, checked to hold nothing secret.
fn refusal(text: &str) -> String {
    let message = Ring::parse(text).expect_err("to be refused").to_string();
    for seed in 0..4 {
        assert!(!message.contains(&digits(seed)[..8]), "{message}");
    }
    message
}

#[test]
fn a_written_ring_reads_back() {
    let domain = format!(
        "format = \"lognym-ring-1\"\nkind = \"domain\"\ndomain = \"tenant-a\"\n{}{}",
        epoch(2025, "destroyed = 2025-06-01T00:00:00Z"),
        epoch(2026, &format!("key = \"lognym-dk1-{}\"", digits(3))),
    );
    for text in [two_years(), domain] {
        let ring = Ring::parse(&text).expect("valid");
        assert_eq!(Ring::parse(&ring.to_text()).expect("valid"), ring);
    }
}

#[test]
fn an_epoch_is_in_force_from_its_begin_to_before_its_end() {
    let ring = Ring::parse(&two_years()).expect("valid");
    let id = |date| ring.active(at(date)).map(|epoch| epoch.id.as_str());
    assert_eq!(id("2026-01-01T00:00:00Z").ok(), Some("2026"));
    assert_eq!(id("2026-12-31T23:59:59Z").ok(), Some("2026"));
    assert_eq!(id("2027-01-01T00:00:00Z").ok(), Some("2027"));
    for outside in ["2025-12-31T23:59:59Z", "2028-01-01T00:00:00Z"] {
        let message = id(outside).expect_err("no epoch").to_string();
        assert!(message.contains(outside) && message.contains("lognym key new"), "{message}");
    }
}

#[test]
fn a_destroyed_epoch_gives_no_keys() {
    let text = root(&[epoch(2026, "destroyed = 2026-06-01T00:00:00Z"), epoch(2027, &secret(1))]);
    let ring = Ring::parse(&text).expect("valid");
    assert!(matches!(ring.active(at("2026-07-01T00:00:00Z")), Err(RingError::Destroyed)));
    assert!(ring.active(at("2027-07-01T00:00:00Z")).is_ok());
    let keys = ring.keys(&ring.epochs()[0], &Domain::default(), &TYPES);
    assert!(matches!(keys, Err(RingError::Destroyed)));
}

#[test]
fn root_and_domain_ring_make_the_same_keys() {
    let domain = Domain::new("tenant-a").expect("a domain");
    let root = Ring::parse(&two_years()).expect("valid");
    let Material::Secret(secret) = &root.epochs()[0].material else { panic!("a root ring") };
    let epoch = Epoch {
        id: "2026".into(),
        not_before: root.epochs()[0].not_before,
        not_after: root.epochs()[0].not_after,
        destroy_after: root.epochs()[0].destroy_after,
        material: Material::Key(crate::pseudonym::DomainKey::derive(secret, &domain)),
    };
    let sidecar = Ring::new(Kind::Domain(domain.clone()), vec![epoch]).expect("valid");
    let token = |keys: Keys| {
        let mut out = Vec::new();
        keys.token(TypeCode::NAM, b"MAX MUSTERMANN", &mut out);
        out
    };
    let ours = root.keys(&root.epochs()[0], &domain, &TYPES).expect("keys");
    let theirs = sidecar.keys(&sidecar.epochs()[0], &domain, &TYPES).expect("keys");
    assert_eq!(token(ours), token(theirs));

    let other = sidecar.keys(&sidecar.epochs()[0], &Domain::default(), &TYPES);
    assert!(matches!(other, Err(RingError::OtherDomain { .. })));
}

#[test]
fn weak_secrets_are_refused() {
    let known: String = (0..32).map(|i| format!("{i:02x}")).collect();
    let few: String = (0..32).map(|i| format!("{:02x}", i % 15 * 17)).collect();
    for (hex, reason) in [
        (known, "test vector"),
        ("a7".repeat(32), "one byte repeated"),
        ((0..32).map(|i| format!("{:02x}", 200 - i)).collect(), "counting sequence"),
        (few, "fewer than 16"),
        (b"no password is a secret, is it?!".map(|b| format!("{b:02x}")).concat(), "printable"),
    ] {
        let text = root(&[epoch(2026, &format!("secret = \"lognym-sk1-{hex}\""))]);
        let message = refusal(&text);
        assert!(message.contains(reason) && !message.contains(&hex[..8]), "{message}");
    }
    assert!(
        refusal(&root(&[epoch(2026, &secret(1)), epoch(2027, &secret(1))])).contains("same secret")
    );
}

#[test]
fn secrets_must_be_written_as_such() {
    let good = digits(1);
    for material in [
        format!("secret = \"{good}\""),
        format!("secret = \"lognym-sk2-{good}\""),
        format!("secret = \"lognym-dk1-{good}\""),
        format!("secret = \"lognym-sk1-{}\"", &good[2..]),
        format!("secret = \"lognym-sk1-{good}00\""),
        format!("secret = \"lognym-sk1-{}g\"", &good[1..]),
        format!("secret = \"lognym-sk1- {}\"", &good[1..]),
        "secret = \"\"".to_owned(),
    ] {
        let message = refusal(&root(&[epoch(2026, &material)]));
        assert!(message.contains("lognym-sk1-") && message.contains("64"), "{message}");
    }
}

#[test]
fn unknown_missing_and_mistyped_fields_are_refused() {
    let good = two_years();
    for (text, line, reason) in [
        (good.replace("kind =", "owner = \"me\"\nkind ="), 2, "unknown field"),
        (good.replacen("secret =", "colour = \"red\"\nsecret =", 1), 8, "unknown field"),
        (good.replacen("not_after =", "not_afterwards =", 1), 6, "unknown field"),
        (good.replacen("destroy_after = 2029-01-01T00:00:00Z\n", "", 1), 3, "missing"),
        (good.replacen("id = \"2026\"", "id = 2026", 1), 4, "wrong type"),
        (good.replace("\"root\"", "root"), 2, "not TOML"),
        (format!("{good}\u{0}"), 15, "not TOML"),
    ] {
        let message = refusal(&text);
        assert!(message.starts_with(&format!("line {line}: ")), "{message}\n{text}");
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn inconsistent_rings_are_refused() {
    let good = two_years();
    let key = format!("key = \"lognym-dk1-{}\"", digits(3));
    for (text, reason) in [
        (root(&[]), "no epoch"),
        (good.replace("ring-1", "ring-2"), "format"),
        (good.replace("\"root\"", "\"tenant\""), "kind"),
        (good.replace("\"root\"", "\"domain\""), "kind"),
        (good.replace("\"root\"", "\"domain\"\ndomain = \"Not A Name\""), "kind"),
        (good.replace("\"root\"", "\"root\"\ndomain = \"tenant-a\""), "kind"),
        (good.replace("id = \"2026\"", "id = \"\""), "epoch 1: an id"),
        (good.replace("id = \"2027\"", "id = \"a b\""), "epoch 2: an id"),
        (good.replace("id = \"2027\"", "id = \"2026\""), "same id"),
        (good.replacen("2026-01-01T00:00:00Z", "2026-01-01", 1), "epoch 1: dates"),
        (good.replacen("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", 1), "epoch 1: dates"),
        (good.replacen("not_before = 2026", "not_before = 2027", 1), "does not hold"),
        (good.replacen("destroy_after = 2029", "destroy_after = 2026", 1), "does not hold"),
        (good.replacen("not_before = 2027", "not_before = 2026", 1), "overlap"),
        (root(&[epoch(2026, "")]), "a root ring has a secret"),
        (root(&[epoch(2026, &key)]), "a root ring has a secret"),
        (root(&[epoch(2026, &format!("{key}\n{}", secret(1)))]), "a root ring has a secret"),
    ] {
        let message = refusal(&text);
        assert!(message.contains(reason), "{message}\n{text}");
    }
}

#[test]
fn fresh_rings_cover_now_and_what_was_asked_for() {
    for (period, first, second, begin, end) in [
        (Period::Month, "2026-12", "2027-01", "2026-12-01T00:00:00Z", "2027-03-01T00:00:00Z"),
        (Period::Week, "2026-W53", "2027-W01", "2026-12-28T00:00:00Z", "2027-01-18T00:00:00Z"),
        (Period::Day, "2026-12-31", "2027-01-01", "2026-12-31T00:00:00Z", "2027-01-03T00:00:00Z"),
    ] {
        let now = at("2026-12-31T23:59:59Z");
        let ring = Ring::fresh(now, period, 2).expect("a ring");
        let epochs = ring.epochs();
        assert_eq!((epochs.len(), epochs[0].id.as_str()), (3, first));
        assert_eq!(epochs[1].id, second);
        assert_eq!(epochs[0].not_before.to_string(), begin);
        assert_eq!(epochs[2].not_after.to_string(), end);
        assert!(epochs.windows(2).all(|pair| pair[0].not_after == pair[1].not_before));
        assert_eq!(ring.active(now).map(|epoch| epoch.id.as_str()).ok(), Some(first));
        assert_eq!(Ring::parse(&ring.to_text()).expect("valid"), ring);
    }
}

#[test]
fn keys_are_due_for_destruction_two_years_after_their_epoch() {
    let ring = Ring::fresh(at("2026-11-21T12:00:00Z"), Period::Month, 0).expect("a ring");
    assert_eq!(ring.epochs()[0].destroy_after.to_string(), "2028-12-01T00:00:00Z");
}

#[test]
fn the_end_of_the_calendar_is_an_error() {
    let late = at("9999-12-30T00:00:00Z");
    assert!(matches!(Ring::fresh(late, Period::Month, 0), Err(RingError::Calendar)));
    let beyond = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(1 << 50)).expect("a time");
    let ring = Ring::parse(&two_years()).expect("valid");
    assert!(matches!(ring.active(beyond), Err(RingError::Calendar)));
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", Ring::parse(&two_years()).expect("valid"));
    assert!(shown.contains("[secret]") && !shown.contains(&digits(1)[..8]), "{shown}");
}
