//! Canonical forms: what goes into the MAC, one for all spellings of an identity.
//!
//! A name enters as it stands in the log, the escapes of its carrier already decoded, and
//! leaves as upper-case words with one space between: `Herr Dr. Max Müller`, `MUELLER, Max` and
//! `max.mueller` are all `MAX MUELLER`. The forms are part of the token contract: a changed
//! rule here changes tokens, so the lists of titles live in code, not in rule files.
//!
//! Deterministic, idempotent, free of panics; nothing is allocated once `out` has grown.

use std::ops::Range;

use memchr::{memchr, memrchr};
use unicode_normalization::char::{compose, is_combining_mark};

use crate::carrier;
use crate::fold::fold;

/// Replaces `out` by the canonical form of a phone number that fits no plan: `raw:` and its
/// digits.
pub fn raw(digits: impl Iterator<Item = u8>, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(b"raw:");
    out.extend(digits);
}

/// The canonical form of a person name from its text in the log, the escapes of the carrier undone. `text` and
/// `canonical` are room for it.
pub fn written_name<'c>(surface: &[u8], text: &mut String, canonical: &'c mut Vec<u8>) -> &'c [u8] {
    text.clear();
    carrier::decode_into(surface, text);
    name(text, canonical);
    canonical
}

/// Replaces `out` by the canonical form of a person name.
///
/// It is empty only if `text` has neither letter nor digit; a text of nothing but titles keeps
/// its last one.
pub fn name(text: &str, out: &mut Vec<u8>) {
    out.clear();
    // The buffer is lent to the text functions; being empty, it is valid UTF-8.
    let mut work = String::from_utf8(std::mem::take(out)).unwrap_or_default();
    fold(text, &mut work);
    let mut bytes = if is_tidy(work.as_bytes()) { work.into_bytes() } else { arranged(work) };
    let Range { start, end } = strip(&bytes);
    bytes.truncate(end);
    bytes.drain(..start);
    *out = bytes;
}

/// Whether a folded text is words of A-Z with one space between already, as most are.
fn is_tidy(folded: &[u8]) -> bool {
    folded
        .split(|&b| b == b' ')
        .all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_uppercase))
}

/// Appends the parts between the commas of `tidied`, each stripped of titles, with a space
/// between; if there are two, as in `Last, First`, in the order `First Last`. Later parts that
/// only hold titles or degrees (`Last, PhD`) do not count.
fn join(bytes: &mut Vec<u8>, tidied: Range<usize>) {
    let (mut at, mut count, mut first) = (tidied.start, 0, 0);
    while at < tidied.end {
        let part = &bytes[at..tidied.end];
        let part = &part[..memchr(b',', part).unwrap_or(part.len())];
        let next = at + part.len() + 1;
        if !part.is_empty() && (count == 0 || !only_titles(part)) {
            let Range { start, end } = strip(part);
            bytes.extend_from_within(at + start..at + end);
            bytes.push(b' ');
            count += 1;
            if count == 1 {
                first = bytes.len() - tidied.end;
            }
        }
        at = next;
    }
    if count == 2 {
        bytes[tidied.end..].rotate_left(first);
    }
    if count > 0 {
        bytes.pop();
    }
}

/// The words of a folded text in the order `First Last`. They are laid out behind the text
/// before they take its place, so that one buffer serves.
fn arranged(mut work: String) -> Vec<u8> {
    let folded = work.len();
    tidy(&mut work);
    let tidied = work.len();
    let mut bytes = work.into_bytes();
    join(&mut bytes, folded..tidied);
    bytes.drain(..tidied);
    bytes
}

/// Appends the words of the folded text `work` to itself, one space between; commas stay,
/// without spaces around them. Apostrophes vanish inside a word, everything else ends it.
fn tidy(work: &mut String) {
    let folded = work.len();
    let mut at = 0;
    let mut before = Class::Space;
    while let Some(c) = work[at..folded].chars().next() {
        at += c.len_utf8();
        let class = class(c);
        let started = work.len() > folded;
        match class {
            // A mark that lost its letter is no part of a name.
            Class::Word if before != Class::Word && is_combining_mark(c) => continue,
            Class::Word => {
                // What an apostrophe kept apart must not melt into one letter.
                if started && before == Class::Nothing && joins(work, c) {
                    work.push(' ');
                }
                work.push(c);
            }
            Class::Nothing => {}
            Class::Space if !started || work.ends_with([' ', ',']) => {}
            Class::Space => work.push(' '),
            Class::Comma => {
                if work[folded..].ends_with(' ') {
                    work.pop();
                }
                work.push(',');
            }
        }
        before = class;
    }
    if work[folded..].ends_with(' ') {
        work.pop();
    }
}

/// Whether Unicode composes `next` with the end of `text`, as it does for Hangul and kana.
fn joins(text: &str, next: char) -> bool {
    text.chars().next_back().is_some_and(|last| compose(last, next).is_some())
}

/// What a folded character does in a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Space,
    Comma,
    Nothing,
}

fn class(c: char) -> Class {
    match c {
        'A'..='Z' | '0'..='9' => Class::Word,
        ',' | '\u{3001}' | '\u{60c}' => Class::Comma,
        '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => Class::Nothing,
        // Modifier letters that stand for apostrophes.
        '\u{2b9}'..='\u{2bf}' | '\u{2c8}' | '\u{2ca}'..='\u{2cb}' => Class::Nothing,
        _ if !c.is_ascii() && (c.is_alphanumeric() || is_combining_mark(c)) => Class::Word,
        _ => Class::Space,
    }
}

/// Where the name stands in `words`, titles before and suffixes after it left out; never
/// less than one word.
fn strip(words: &[u8]) -> Range<usize> {
    let words = without_suffixes(words);
    words.len() - without_titles(words).len()..words.len()
}

fn without_titles(mut words: &[u8]) -> &[u8] {
    let mut academic = false;
    while let Some(space) = memchr(b' ', words) {
        let (word, rest) = (&words[..space], &words[space + 1..]);
        if is_academic(word) || academic && is_faculty(word, rest) {
            academic = true;
        } else if !is_title(word) {
            break;
        }
        words = rest;
    }
    words
}

fn without_suffixes(mut words: &[u8]) -> &[u8] {
    while let Some(space) = memrchr(b' ', words) {
        let (head, last) = (&words[..space], &words[space + 1..]);
        if is_suffix(last) {
            words = head;
        } else if let Some(space) = memrchr(b' ', head)
            && is_degree(&head[space + 1..], last)
        {
            words = &head[..space];
        } else {
            break;
        }
    }
    words
}

/// Forms of address, in the languages of the built-in rules and their neighbours. `M` is left
/// out: it is an initial far more often than Monsieur.
fn is_title(word: &[u8]) -> bool {
    matches!(
        word,
        b"HERR"
            | b"HERRN"
            | b"HR"
            | b"FRAU"
            | b"FR"
            | b"FRL"
            | b"FRAEULEIN"
            | b"MR"
            | b"MRS"
            | b"MS"
            | b"MISS"
            | b"MX"
            | b"MISTER"
            | b"SIR"
            | b"MADAM"
            | b"MADAME"
            | b"MME"
            | b"MLLE"
            | b"MONSIEUR"
            | b"SENOR"
            | b"SENORA"
            | b"SR"
            | b"SRA"
            | b"SIG"
            | b"SIGRA"
            | b"SIGNOR"
            | b"SIGNORE"
            | b"SIGNORA"
            | b"PAN"
            | b"PANI"
            | b"MEVROUW"
            | b"MENEER"
            | b"FRU"
    )
}

/// Academic titles and ranks that precede a name.
fn is_academic(word: &[u8]) -> bool {
    matches!(
        word,
        b"DR"
            | b"DRS"
            | b"PROF"
            | b"PROFESSOR"
            | b"DOKTOR"
            | b"DOCTOR"
            | b"UNIV"
            | b"PD"
            | b"DIPL"
            | b"ING"
            | b"MAG"
    )
}

/// What may follow an academic title, as in `Dr. rer. nat.`; words that are given names too
/// only if a whole name is left.
fn is_faculty(word: &[u8], rest: &[u8]) -> bool {
    match word {
        b"MED" | b"DENT" | b"VET" | b"JUR" | b"IUR" | b"RER" | b"HABIL" | b"MULT" | b"HC"
        | b"THEOL" | b"OEC" | b"POL" | b"KFM" | b"INF" => true,
        b"PHIL" | b"NAT" => memchr(b' ', rest).is_some(),
        b"H" => rest.starts_with(b"C "),
        b"C" => memchr(b' ', rest).is_some(),
        _ => false,
    }
}

/// What may follow a name without a comma.
fn is_suffix(word: &[u8]) -> bool {
    matches!(
        word,
        b"JR"
            | b"SR"
            | b"JUNIOR"
            | b"SENIOR"
            | b"II"
            | b"III"
            | b"IV"
            | b"ESQ"
            | b"PHD"
            | b"MSC"
            | b"BSC"
            | b"MBA"
            | b"LLM"
    )
}

/// Degrees whose periods made two words of them.
fn is_degree(word: &[u8], last: &[u8]) -> bool {
    matches!((word, last), (b"PH" | b"M", b"D") | (b"M" | b"B", b"SC"))
}

/// Whether a part after a comma holds no name, only titles and degrees.
fn only_titles(part: &[u8]) -> bool {
    let no_name = |word: &[u8]| {
        is_title(word)
            || is_academic(word)
            || is_suffix(word)
            || matches!(word, b"MA" | b"BA" | b"MD" | b"MED" | b"RN" | b"CPA")
    };
    part.split(|&b| b == b' ').all(no_name)
        || matches!(part, b"PH D" | b"M SC" | b"B SC" | b"M A" | b"B A" | b"M D")
}

#[cfg(test)]
mod tests;
