//! Rotation, destruction and export, in memory.

use super::*;

const NOVEMBER: &str = "2026-11-21T12:00:00Z";

fn ids(ring: &Ring) -> Vec<&str> {
    ring.epochs().iter().map(|epoch| epoch.id.as_str()).collect()
}

/// Asserts that the epochs follow each other without a gap.
fn assert_seamless(ring: &Ring) {
    for pair in ring.epochs().windows(2) {
        assert_eq!(pair[0].not_after, pair[1].not_before, "{}", pair[1].id);
    }
}

#[test]
fn rotation_adds_what_is_missing_and_keeps_what_is_there() {
    let ring = Ring::fresh(at(NOVEMBER), Period::Month, 1).expect("a ring");
    let first = ring.to_text();
    let ring = ring.rotated(at(NOVEMBER), None, 3).expect("rotated");
    assert_eq!(ids(&ring), ["2026-11", "2026-12", "2027-01", "2027-02"]);
    assert!(ring.to_text().starts_with(first.as_str()));
    assert_seamless(&ring);
    let text = ring.to_text();
    let again = ring.rotated(at(NOVEMBER), None, 3).expect("rotated");
    assert_eq!(again.to_text(), text, "nothing was missing");
    let later = again.rotated(at("2026-12-01T00:00:00Z"), None, 3).expect("rotated");
    assert_eq!(ids(&later).last(), Some(&"2027-03"));
}

#[test]
fn the_period_is_that_of_the_last_epoch_unless_told() {
    for (period, next) in
        [(Period::Month, "2026-12"), (Period::Week, "2026-W48"), (Period::Day, "2026-11-22")]
    {
        let ring = Ring::fresh(at(NOVEMBER), period, 0).expect("a ring");
        let ring = ring.rotated(at(NOVEMBER), None, 1).expect("rotated");
        assert_eq!(ids(&ring)[1], next);
    }
    let ring = Ring::fresh(at(NOVEMBER), Period::Week, 1).expect("a ring");
    let ring = ring.rotated(at(NOVEMBER), Some(Period::Month), 3).expect("rotated");
    assert_eq!(ids(&ring), ["2026-W47", "2026-W48", "2026-11", "2026-12"]);
    assert_seamless(&ring);
    let ring = ring.rotated(at(NOVEMBER), Some(Period::Day), 5).expect("rotated");
    assert_eq!(ids(&ring)[4..], ["2027-01-01", "2027-01-02"]);
}

#[test]
fn an_id_that_is_taken_gets_a_number() {
    let ring = Ring::fresh(at(NOVEMBER), Period::Day, 1).expect("a ring");
    let ring = ring.rotated(at(NOVEMBER), Some(Period::Month), 2).expect("rotated");
    assert_eq!(ids(&ring), ["2026-11-21", "2026-11-22", "2026-11"]);
    let ring = ring.destroyed(&["2026-11".into()], at(NOVEMBER)).expect("destroyed");
    let ring = ring.rotated(at("2026-12-01T00:00:00Z"), Some(Period::Month), 0).expect("rotated");
    assert_eq!(ids(&ring).last(), Some(&"2026-12"));

    let text = root(&[format!(
        "[[epoch]]\nid = \"2026-11\"\nnot_before = 2026-11-01T00:00:00Z\n\
         not_after = 2026-11-15T00:00:00Z\ndestroy_after = 2028-11-15T00:00:00Z\n{}\n",
        secret(1)
    )]);
    let ring = Ring::parse(&text).expect("valid");
    let ring = ring.rotated(at(NOVEMBER), None, 0).expect("rotated");
    assert_eq!(ids(&ring), ["2026-11", "2026-11.2"]);
    assert_seamless(&ring);
}

#[test]
fn a_ring_that_has_ended_starts_again_in_the_present() {
    let ring = Ring::fresh(at("2026-01-10T00:00:00Z"), Period::Month, 0).expect("a ring");
    let ring = ring.rotated(at(NOVEMBER), None, 1).expect("rotated");
    assert_eq!(ids(&ring), ["2026-01", "2026-11", "2026-12"]);
    assert_eq!(ring.active(at(NOVEMBER)).expect("in force").id, "2026-11");
}

#[test]
fn destruction_leaves_a_tombstone() {
    let ring = Ring::fresh(at(NOVEMBER), Period::Month, 2).expect("a ring");
    assert!(ring.expired(at("2028-11-30T23:59:59Z")).expect("in the calendar").is_empty());
    let due = ring.expired(at("2029-01-01T00:00:00Z")).expect("in the calendar");
    assert_eq!(due, ["2026-11", "2026-12"]);
    let ring = ring.destroyed(&due, at("2029-01-01T00:00:00Z")).expect("destroyed");
    assert_eq!(ring.retained().count(), 1);
    let text = ring.to_text();
    assert_eq!(text.matches("destroyed = 2029-01-01T00:00:00Z").count(), 2);
    assert_eq!(Ring::parse(&text).expect("valid"), ring);
    assert!(ring.expired(at("2029-01-01T00:00:00Z")).expect("in the calendar").is_empty());
    assert!(matches!(ring.destroyed(&due, at(NOVEMBER)), Err(RingError::Destroyed)));
}

#[test]
fn an_exported_ring_gives_the_same_tokens_and_no_others() {
    let domain = Domain::new("tenant-a").expect("a domain");
    let ring = Ring::fresh(at(NOVEMBER), Period::Month, 1).expect("a ring");
    let ring = ring.destroyed(&["2026-12".into()], at(NOVEMBER)).expect("destroyed");
    let sidecar = ring.exported(&domain).expect("exported");
    let sidecar = Ring::parse(&sidecar.to_text()).expect("valid");
    let token = |ring: &Ring| {
        let mut out = Vec::new();
        let keys = ring.keys(ring.epoch("2026-11").expect("there"), &domain, &TYPES);
        keys.expect("keys").token(TypeCode::TEL, b"+493023125042", &mut out);
        out
    };
    assert_eq!(token(&ring), token(&sidecar));
    assert!(matches!(sidecar.epoch("2026-12"), Err(RingError::Destroyed)));
    let root_only = [sidecar.exported(&domain), sidecar.rotated(at(NOVEMBER), None, 9)];
    assert!(root_only.iter().all(|refused| matches!(refused, Err(RingError::RootOnly))));
}

#[test]
fn domains_are_those_of_the_ring_or_those_asked_for() {
    let ring = Ring::fresh(at(NOVEMBER), Period::Month, 0).expect("a ring");
    let [a, b] = ["a", "b"].map(|name| Domain::new(name).expect("a domain"));
    assert_eq!(ring.domains(&[a.clone(), b.clone()]).expect("all"), [a.clone(), b.clone()]);
    assert_eq!(ring.domains(&[]).expect("the usual one"), [Domain::default()]);
    let sidecar = ring.exported(&a).expect("exported");
    assert_eq!(sidecar.domains(&[]).expect("its own"), std::slice::from_ref(&a));
    assert!(matches!(sidecar.domains(&[a, b]), Err(RingError::OtherDomain { .. })));
}
