use super::*;
use proptest::prelude::*;

/// 64 random bits a call, the same in every run (SplitMix64, Steele et al. 2014).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn file_has_the_layout_this_code_reads() {
    assert_eq!(FILE.0[..table::MAGIC.len()], table::MAGIC);
    assert_eq!(FILE.0.len() % LINE, 0);
    assert_eq!(LINES.as_ptr().align_offset(LINE), 0);
    assert!(LINES.last().is_some_and(|line| line.ends_with(&[0; table::ENTRY])));
}

#[test]
fn words_carry_the_evidence_of_their_lists() {
    assert_eq!(word(b"Sabine").given(), 3);
    assert_eq!(word(b"Sabine").common(), 0);
    assert_eq!(word(b"Schneider").family(), 3);
    assert_eq!(word(b"the").common(), 3);
    assert!(word(b"Rose").given() > 0 && word(b"Rose").family() > 0 && word(b"Rose").common() > 0);
    assert!(word("Köln".as_bytes()).is_place());
    assert!(word(b"Wednesday").is_month() && word("März".as_bytes()).is_month());
    assert!(word(b"Hazelcast").is_org());
    assert!(word(b"Dijkstra").is_eponym() && word(b"Dijkstra").family() > 0);
    assert!(word(b"zeus").is_host());
    assert!(word(b"Queue").is_nonperson() && word(b"GmbH").is_nonperson());
    for noun in ["Rechnung", "Techniker", "Anschluss", "Rückruf", "Störung", "Vertrag"] {
        assert!(word(noun.as_bytes()).common() > 0, "{noun}");
        assert!(!word(noun.as_bytes()).is_name(), "{noun}");
    }
}

#[test]
fn spellings_of_a_word_are_one() {
    let spellings = ["Müller", "MÜLLER", "mueller", "Mu\u{308}ller", "M\u{ad}üller", "Ｍüller"];
    for spelling in spellings {
        assert_eq!(word(spelling.as_bytes()), lookup(b"MUELLER"), "{spelling}");
    }
    assert_eq!(lookup(b"MUELLER").family(), 3);
    for spelling in ["O'Brien", "o’brien", "OBrien"] {
        assert_eq!(word(spelling.as_bytes()), lookup(b"OBRIEN"), "{spelling}");
    }
    assert!(lookup(b"OBRIEN").family() > 0);
}

#[test]
fn names_stay_names_where_marks_are_dropped() {
    for name in ["Ozturk", "Schafer", "Soren", "Lindstrom"] {
        assert!(word(name.as_bytes()).is_name(), "{name}");
    }
}

#[test]
fn what_is_no_word_is_unknown() {
    let long = "a".repeat(33);
    let lots = "ä".repeat(1000);
    let others = ["", "'", "Schneider1", "Anna-Lena", "Anna Lena", "Сергей", &long, &lots];
    for other in others {
        assert_eq!(word(other.as_bytes()), Bits::EMPTY, "{other}");
    }
    assert_eq!(word(b"Schneid\xff"), Bits::EMPTY);
    assert_eq!(lookup(b""), Bits::EMPTY);
    assert_eq!(lookup(long.to_ascii_uppercase().as_bytes()), Bits::EMPTY);
}

#[test]
fn few_foreign_words_are_taken_for_listed_ones() {
    let mut state = 7;
    let mut wrong = 0;
    for _ in 0..200_000 {
        let (letters, len) = (random(&mut state), 9 + random(&mut state) % 4);
        // Random letters of this length are in no list; about two of them share a fingerprint.
        let word: Vec<u8> = (0..len).map(|i| b'A' + (letters >> (5 * i)) as u8 % 26).collect();
        wrong += usize::from(!lookup(&word).is_empty());
    }
    assert!(wrong < 12, "{wrong} of 200000");
}

#[test]
fn bands_and_flags_merge() {
    let rare = Bits::with_given(1).merge(Bits::PLACE);
    let both = rare.merge(Bits::with_given(3)).merge(Bits::with_common(9));
    assert_eq!((both.given(), both.family(), both.common()), (3, 0, 3));
    assert!(both.is_place() && !both.is_month() && both.is_name());
    assert_eq!(Bits::from_raw(0xf000 | u32::from(both.raw())), both);
}

proptest! {
    #[test]
    fn word_is_lookup_of_the_search_form(text in "[A-Za-zÀ-ž]{1,12}") {
        let mut form = String::new();
        fold::fold(&text, &mut form);
        prop_assert_eq!(word(text.as_bytes()), lookup(form.as_bytes()));
    }

    #[test]
    fn latin_letters_are_looked_up_as_any(text in "[A-Za-zÀ-ž']{0,9}[A-Zß×Āż\u{308}я’ .-]?[a-z]{0,30}") {
        let bits = latin(text.as_bytes());
        prop_assert!(bits.is_none_or(|bits| bits == by_form(text.as_bytes())));
    }

    #[test]
    fn any_bytes_are_looked_up(raw in proptest::collection::vec(any::<u8>(), 0..140)) {
        prop_assert_eq!(word(&raw), letters(&raw).unwrap_or_else(|| by_form(&raw)));
        lookup(&raw);
    }
}
