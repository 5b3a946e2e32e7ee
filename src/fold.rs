//! The search form of letters: Latin letters become `A-Z`, other scripts upper case.
//!
//! In go characters as people and systems write them, out comes one spelling for all of
//! them: `Müller`, `MUELLER` and `Mu\u{308}ller` are all `MUELLER`. The mapping is the
//! normative search form ("Suchform") of DIN 91379:2022-08, itself an extension of the
//! transliterations that ICAO Doc 9303-3 section 6 recommends. Over the decomposed letters
//! it comes down to three rules:
//!
//! - A, O and U with a diaeresis (whatever else they carry) gain an `E`, A with a ring
//!   becomes `AA`;
//! - letters without a decomposition have a fixed spelling (`Ø` is `OE`, `Þ` is `TH`, ...);
//! - every other mark on a Latin letter vanishes.
//!
//! Text ends up in Unicode's composed form, so that folding twice changes nothing. ASCII and
//! precomposed letters up to U+017F cost one table look-up, everything else a normalisation.

use unicode_normalization::char::{compose, decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// First letters of the search forms of U+00C0 to U+017F; `.` is no letter. [`direct`] knows
/// those that have a second one.
const LATIN: &[u8; 192] = b"AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO.OUUUUYTY\
AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIIIJJKKKLLLLLLLLLLNNNNNNNNN\
OOOOOOOORRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";

/// Appends the upper-case search form of `c` and tells whether `c` belongs to a word: a
/// letter, or a mark on one. Nothing is appended otherwise.
///
/// A combining mark works on the letter that `out` ends with, so text need not be composed:
/// on a Latin letter it vanishes (or makes the umlaut), on others it is kept.
pub fn search_form(c: char, out: &mut String) -> bool {
    if c.is_ascii() {
        if c.is_ascii_alphabetic() {
            out.push(c.to_ascii_uppercase());
        }
        return c.is_ascii_alphabetic();
    }
    if let Some(form) = direct(c) {
        push(form, out);
        return true;
    }
    if is_general_mark(c) {
        return mark(c, out);
    }
    if is_letter(c) {
        for upper in c.nfkc().flat_map(char::to_uppercase) {
            upper_case(upper, out);
        }
        return true;
    }
    false
}

/// Appends `text` in compatibility composition (NFKC) without its invisible characters,
/// letters in search form, everything else as it is.
pub fn fold(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_uppercase();
    } else if text.chars().all(|c| c.is_ascii() || direct(c).is_some()) {
        for c in text.chars() {
            if !search_form(c, out) {
                out.push(c);
            }
        }
    } else if is_composed(text.chars()) && is_composed(text.chars().flat_map(char::to_uppercase)) {
        text.chars().flat_map(char::to_uppercase).for_each(|c| upper_case(c, out));
    } else {
        let visible = text.chars().filter(|&c| !is_ignorable(c)).map(whole);
        // Upper case can come apart again, as in the Greek letters with two marks.
        visible.nfkc().flat_map(char::to_uppercase).nfc().for_each(|c| upper_case(c, out));
    }
}

/// Whether the characters are in NFKC beyond doubt and all of them visible.
fn is_composed(mut chars: impl Iterator<Item = char> + Clone) -> bool {
    is_nfkc_quick(chars.clone()) == IsNormalized::Yes && !chars.any(is_ignorable)
}

/// Whether `c` is normally invisible: Unicode's `Default_Ignorable_Code_Point`
/// (DerivedCoreProperties.txt), which holds zero-width, bidi and soft-hyphen characters.
pub fn is_ignorable(c: char) -> bool {
    // Nearly all characters of a log stand before the first one.
    c >= '\u{ad}'
        && matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The form of a precomposed letter from U+00C0 to U+017F: one or two letters, the second one 0 if there
/// is none.
pub(crate) fn direct(c: char) -> Option<[u8; 2]> {
    let first = *LATIN.get((c as usize).checked_sub(0xc0)?)?;
    let second = match c {
        'Å' | 'å' => b'A',
        'Ä' | 'ä' | 'Æ' | 'æ' | 'Ö' | 'ö' | 'Ø' | 'ø' | 'Ü' | 'ü' | 'Œ' | 'œ' => b'E',
        'Þ' | 'þ' => b'H',
        'Ĳ' | 'ĳ' => b'J',
        'ß' => b'S',
        _ => 0,
    };
    (first != b'.').then_some([first, second])
}

/// The form of upper-case Latin letters above U+017F that have no decomposition. Beyond
/// DIN 91379 (C, E, G, I, Z) stand letters with a stroke or hook by the same principle; they
/// are in daily use in West African names.
fn spelled(upper: char) -> Option<[u8; 2]> {
    let first = match upper {
        'Ⱥ' => b'A',
        'Ƀ' | 'Ɓ' | 'Ƃ' => b'B',
        'Ƈ' | 'Ȼ' => b'C',
        'Ɖ' | 'Ɗ' | 'Ƌ' => b'D',
        'Ə' | 'Ǝ' | 'Ɛ' | 'Ɇ' => b'E',
        'Ƒ' => b'F',
        'Ǥ' | 'Ɠ' => b'G',
        'Ɨ' | 'Ɩ' => b'I',
        'ȷ' | 'Ɉ' => b'J',
        'Ƙ' => b'K',
        'Ƚ' | 'Ɫ' => b'L',
        'Ɲ' | 'Ƞ' => b'N',
        'Ɔ' | 'Ɵ' => b'O',
        'Ƥ' | 'Ᵽ' => b'P',
        'Ɍ' | 'Ɽ' => b'R',
        'ẞ' => return Some(*b"SS"),
        'Ƭ' | 'Ʈ' | 'Ⱦ' => b'T',
        'Ʉ' => b'U',
        'Ʋ' => b'V',
        'Ⱳ' => b'W',
        'Ƴ' | 'Ɏ' => b'Y',
        'Ʒ' | 'Ƶ' | 'Ȥ' => b'Z',
        _ => return None,
    };
    Some([first, 0])
}

/// Whether `c` is a letter or a mark of one script. Modifier apostrophes and tone signs are
/// letters in Unicode but not in DIN 91379.
fn is_letter(c: char) -> bool {
    (c.is_alphabetic() || is_combining_mark(c))
        && !matches!(c, '\u{2b9}'..='\u{2df}' | '\u{2e5}'..='\u{2ff}')
        && !is_general_mark(c)
        && !is_ignorable(c)
}

/// Appends one character of composed upper-case text, a Latin letter in search form.
fn upper_case(upper: char, out: &mut String) {
    if is_general_mark(upper) {
        if !mark(upper, out) {
            out.push(upper);
        }
        return;
    }
    // Latin letters have their blocks.
    if !matches!(upper, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}') {
        return out.push(upper);
    }
    // Unknown before the first part; the parts of a letter that is not Latin do not matter.
    let mut latin = None;
    decompose_canonical(upper, |part| match (latin, latin_base(part)) {
        (None, Some(form)) => {
            push(form, out);
            latin = Some(true);
        }
        (None, None) => {
            out.push(upper);
            latin = Some(false);
        }
        (Some(true), _) => {
            mark(part, out);
        }
        (Some(false), _) => {}
    });
}

/// The search form of an undecomposable Latin letter.
fn latin_base(c: char) -> Option<[u8; 2]> {
    if c.is_ascii_alphabetic() { Some([c as u8, 0]) } else { direct(c).or_else(|| spelled(c)) }
}

/// Puts a general combining mark on the letter that `out` ends with; false if there is none.
/// It works past marks of other scripts too, since composing text would let it.
fn mark(mark: char, out: &mut String) -> bool {
    match (out.chars().next_back(), mark) {
        (Some('A' | 'O' | 'U'), '\u{308}') => out.push('E'),
        (Some('A'), '\u{30a}') => out.push('A'),
        _ if out
            .chars()
            .rfind(|&c| !is_combining_mark(c))
            .is_some_and(|c| c.is_ascii_uppercase()) => {}
        (Some(last), _) if last.is_alphabetic() || is_combining_mark(last) => {
            match compose(last, mark) {
                Some(both) => {
                    out.pop();
                    out.push(both);
                }
                None => out.push(mark),
            }
        }
        _ => return false,
    }
    true
}

/// Whether `c` is a combining mark that any script may carry (the blocks of combining
/// diacritical marks, not those of one script).
fn is_general_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
        && c != '\u{34f}'
}

/// Characters whose compatibility form would break a word: letters with a dot or apostrophe
/// that is no part of the search form, and the acute accent that is typed for an apostrophe.
fn whole(c: char) -> char {
    match c {
        'Ŀ' | 'ŀ' => 'L',
        'ŉ' => 'N',
        '´' => '\'',
        other => other,
    }
}

fn push([first, second]: [u8; 2], out: &mut String) {
    out.push(first as char);
    if second != 0 {
        out.push(second as char);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold(text, &mut out);
        out
    }

    fn letters(text: &str) -> String {
        let mut out = String::new();
        for c in text.chars() {
            search_form(c, &mut out);
        }
        out
    }

    #[test]
    fn follows_din_91379() {
        // The mappings of DIN 91379:2022-08 that are more than "drop the mark", and some that are.
        for (text, form) in [
            ("ÄäǞǟẠ̈ạ̈", "AEAEAEAEAEAE"),
            ("ÖöȪȫỌ̈ọ̈", "OEOEOEOEOEOE"),
            ("ÜüǕǖǘǚǜỤ̈", "UEUEUEUEUEUEUEUE"),
            ("ÅåǺǻ", "AAAAAAAA"),
            ("ÆæǢǣǼǽŒœ", "AEAEAEAEAEAEOEOE"),
            ("ØøǾǿ", "OEOEOEOE"),
            ("ßẞÞþĲĳ", "SSSSTHTHIJIJ"),
            ("ÐðĐđŁłĦħŦŧĸŊŋŉĿŀı", "DDDDLLHHTTKNNNLLI"),
            ("ƇƈƏəƗɨƷʒǮǯǤǥ", "CCEEIIZZZZGG"),
            ("ËëÏïŸÿẄẅẌẍẗC̈", "EEIIYYWWXXTC"),
            ("ŐőŰűÕõŮůËñçİ", "OOUUOOUUENCI"),
            ("K͟hḲ̄ṣ̄ẤậỡựЯ", "KHKSAAOUЯ"),
        ] {
            assert_eq!(folded(text), form, "{text}");
            assert_eq!(letters(text), form, "{text}");
            let decomposed: String = text.nfd().collect();
            assert_eq!(folded(&decomposed), form, "{text} decomposed");
            assert_eq!(letters(&decomposed), form, "{text} decomposed");
        }
    }

    #[test]
    fn table_agrees_with_decomposition() {
        for c in '\u{c0}'..='\u{17f}' {
            let Some(form) = direct(c) else { continue };
            let (mut table, mut parts) = (String::new(), String::new());
            push(form, &mut table);
            for part in whole(c).nfkd().flat_map(char::to_uppercase) {
                search_form(part, &mut parts);
            }
            assert_eq!(table, parts, "{c}");
        }
    }

    #[test]
    fn other_scripts_keep_their_letters() {
        assert_eq!(folded("Йовков и\u{306}"), "ЙОВКОВ Й");
        assert_eq!(letters("и\u{306}"), "Й");
        assert_eq!(folded("Αλέξης"), "ΑΛΈΞΗΣ");
        assert_eq!(folded("田中 太郎"), "田中 太郎");
        assert_eq!(folded("राम"), "राम");
    }

    #[test]
    fn invisible_characters_and_widths_vanish() {
        assert_eq!(folded("Mu\u{ad}ster\u{200b}mann\u{202e}"), "MUSTERMANN");
        assert_eq!(folded("Ｍａｘ　４２－ﬁ"), "MAX 42-FI");
        assert_eq!(folded("u\u{200d}\u{308}"), "UE");
    }

    #[test]
    fn says_what_is_a_letter() {
        let mut out = String::new();
        for c in ['1', '-', '\'', '÷', '\u{2bc}', '\u{308}', '\u{200b}', '€', '٣'] {
            assert!(!search_form(c, &mut out), "{c:?}");
        }
        assert_eq!(out, "");
        for c in ['a', 'é', 'я', '田', 'ा', 'ⅷ'] {
            assert!(search_form(c, &mut out), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "(\\PC|[\u{300}-\u{345}ΐᾷǰ])*") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn case_and_composition_do_not_matter(text in "[A-Za-zÀ-ÖØ-öø-ňŊ-žǍ-ǰḀ-ẕẠ-ỹ' -]*") {
            let form = folded(&text);
            prop_assert_eq!(&folded(&text.nfd().collect::<String>()), &form);
            prop_assert_eq!(&folded(&text.to_uppercase()), &form);
            prop_assert!(form.is_ascii());
        }
    }
}
