//! How names are written: reading the words of a person's name out of text.
//!
//! In: a place and the [`Manner`] of the context. Out: the extent of the words that can be one name,
//! with what is known of each. Words are letters of any script with apostrophes and hyphens inside;
//! between them stands one space (or what the carrier writes for it), or the one comma of
//! `Last, First`. Whether they name a person is for others to say.

use crate::carrier;
use crate::fold;
use crate::lexicon::{self, Bits};
use crate::rules::words::{Said, Words};
use crate::span::Span;

use super::case::case;
use super::reach;
use super::vocabulary::{Known, Vocabulary};

pub(super) use super::case::Case;

/// Most words of a name.
pub(super) const MOST_WORDS: usize = 6;
/// Longest word of a name in bytes.
pub(super) const LONGEST_WORD: usize = 48;

/// One word: sixteen bytes, as names are handed on by value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    /// Where it starts and ends in its block, which is addressed by 32 bits.
    place: [u32; 2],
    /// What the rules say of it.
    pub said: Said,
    /// What the lexicon knows of it.
    pub bits: Bits,
    pub case: Case,
    /// Whether the comma of `Last, First` stands before it.
    pub after_comma: bool,
}

impl Word {
    /// Where it stands in its block.
    #[inline]
    pub(super) fn span(&self) -> Span {
        let [start, end] = self.place;
        Span::new(start as usize, end as usize)
    }

    /// Written like a part of a name.
    pub(super) fn is_capital(&self) -> bool {
        matches!(self.case, Case::Title | Case::Upper | Case::Initial | Case::Other)
    }

    pub(super) fn is_particle(&self) -> bool {
        self.said.any(Said::N_PARTICLE) && self.case == Case::Lower
    }

    /// A name list has it.
    pub(super) fn is_listed(&self) -> bool {
        self.bits.given() > 0 || self.bits.family() > 0
    }
}

/// The words of a possible name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Name {
    words: [Word; MOST_WORDS],
    count: usize,
}

impl Name {
    pub(super) fn words(&self) -> &[Word] {
        &self.words[..self.count]
    }

    pub(super) fn words_mut(&mut self) -> &mut [Word] {
        &mut self.words[..self.count]
    }

    /// Its words, particles apart.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Word> + Clone {
        self.words().iter().filter(|word| !word.is_particle())
    }

    /// From the first word to the last.
    pub(super) fn span(&self) -> Span {
        match self.words() {
            [] => Span::default(),
            [first, .., last] => Span::new(first.span().start, last.span().end),
            [only] => only.span(),
        }
    }

    /// Keeps the first `count` words, without particles at the end.
    pub(super) fn cut(&mut self, count: usize) {
        self.count = count.min(self.count);
        while self.count > 0 && self.words[self.count - 1].is_particle() {
            self.count -= 1;
        }
    }

    /// Leaves out the first `count` words.
    pub(super) fn skip(&mut self, count: usize) {
        self.words.copy_within(count..self.count, 0);
        self.count -= count;
    }

    /// Whether a comma parts it.
    pub(super) fn has_comma(&self) -> bool {
        self.words().iter().any(|word| word.after_comma)
    }
}

/// What a context lets a name be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Words in lower case count as well.
    pub lower: bool,
    /// `Last, First`.
    pub comma: bool,
    /// A plus sign is a space (URL queries).
    pub plus: bool,
}

/// Whether a word may begin with this byte: with a letter, or with what may spell one. Where none does,
/// [`read`] finds no name.
#[inline]
pub(super) fn may_open(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !carrier::is_plain(byte)
}

/// Reads the words of a name from `at` on, not past `end`.
#[inline]
pub(super) fn read<'v>(
    text: &[u8],
    at: usize,
    end: usize,
    words: impl Into<Vocabulary<'v>>,
    manner: Manner,
) -> Name {
    read_words(text, at, end, words.into(), manner)
}

/// The words of a name that is all of `span`.
pub(super) fn read_whole<'v>(
    text: &[u8],
    span: Span,
    words: impl Into<Vocabulary<'v>>,
    manner: Manner,
) -> Option<Name> {
    let name = read(text, span.start, span.end, words, manner);
    (name.span() == span).then_some(name)
}

fn read_words(all: &[u8], at: usize, end: usize, words: Vocabulary, manner: Manner) -> Name {
    let text = &all[..end];
    let mut name = Name::default();
    let (mut place, mut after_comma, mut had_comma) = (at, false, false);
    while name.count < MOST_WORDS {
        let Some(mut word) = word((all, end), place, words) else { break };
        let capital = word.is_capital() || word.is_particle();
        let wanted = capital || (manner.lower && word.case == Case::Lower);
        if !wanted {
            break;
        }
        word.after_comma = after_comma;
        had_comma |= after_comma;
        name.words[name.count] = word;
        name.count += 1;
        let Some((next, comma)) = gap(text, word.span().end, manner, had_comma) else { break };
        (place, after_comma) = (next, comma);
    }
    // A particle at the end belongs to the text after it, unless there is none.
    if name.span().end < text.len() {
        name.cut(name.count);
    }
    name
}

/// The word at `place` of a text that ends at `end` in `all`, if it can be part of a name: no
/// `JordanService`, and not glued to a digit, an underscore or a sign that makes it a part of something else.
#[inline]
fn word((all, end): (&[u8], usize), place: usize, words: Vocabulary) -> Option<Word> {
    let text = &all[..end];
    // Plain ASCII first: nearly all words are.
    let letters = reach::letters_up_to(all, end, place, LONGEST_WORD);
    let end = place + letters.count;
    let next = text.get(end).copied().unwrap_or(b'\n');
    if !carrier::is_plain(next) || matches!(next, b'\'' | b'`' | b'-') {
        return spelled_word(text, place, end, words);
    }
    if letters.count == 0 {
        return None;
    }
    let known = words.known(text, place, &letters);
    whole(text, place, known)
}

/// The same for a word that is not plain; its letters before `plain` are.
#[cold]
fn spelled_word(text: &[u8], place: usize, plain: usize, words: Vocabulary) -> Option<Word> {
    let look_up = || spelled(text, place, plain, words.words);
    let known = match reach::spelled_at(text, place) {
        Some(word) => words.kept(word, look_up),
        None => look_up(),
    };
    (known.letters > 0).then(|| whole(text, place, known))?
}

/// The word that begins at `start` and of which this is `known`.
#[inline(always)]
fn whole(text: &[u8], start: usize, known: Known) -> Option<Word> {
    let Known { said, bits, case, letters, initial } = known;
    let end = start + usize::from(letters);
    let (stop, case) = match text.get(end) {
        Some(b'.') if initial => past_stop(text, end + 1, case),
        _ => (end, case),
    };
    let fits = case != Case::Camel && !is_glued(text, stop, stop == end);
    let place = [start as u32, stop as u32];
    fits.then_some(Word { place, said, bits, case, after_comma: false })
}

/// Where an initial ends whose full stop stands before `stop`, and how it is written then.
fn past_stop(text: &[u8], stop: usize, case: Case) -> (usize, Case) {
    // `H.-Dieter`
    let dash = text.get(stop).filter(|&&sign| sign == b'-');
    let end = dash.and_then(|_| letters_end(text, stop + 1, stop + 1));
    end.map_or((stop, case), |end| (end, Case::Title))
}

/// Whether the sign at `stop` makes what ends there a part of something else; `bare` says that no full
/// stop stands before it.
fn is_glued(text: &[u8], stop: usize, bare: bool) -> bool {
    let next_is = |is: fn(&u8) -> bool| text.get(stop + 1).is_some_and(is);
    match text.get(stop).copied().unwrap_or(b'\n') {
        b'_' | b'@' | b'(' | b'=' | b'[' | b'{' | b'$' | b'0'..=b'9' => true,
        b'.' => bare && next_is(u8::is_ascii_alphanumeric),
        b'/' => next_is(u8::is_ascii_alphanumeric),
        b':' => next_is(|&next| next != b' '),
        _ => false,
    }
}

/// What the lexicon knows of a word as it stands in the text, escapes of the carrier undone; of a
/// double name that it does not know, of its first part.
#[inline]
pub(super) fn lexicon_bits(raw: &[u8]) -> Bits {
    lexicon::letters(raw).unwrap_or_else(|| spelled_bits(raw))
}

#[cold]
fn spelled_bits(raw: &[u8]) -> Bits {
    let mut plain = [0; LONGEST_WORD + 4];
    let raw = decoded(raw, &mut plain);
    let whole = lexicon::word(raw);
    if whole != Bits::EMPTY {
        return whole;
    }
    match raw.iter().position(|&b| b == b'-') {
        Some(dash) => lexicon::word(&raw[..dash]),
        None => whole,
    }
}

/// `raw` without the escapes of its carrier; written into `plain` if it has any, as far as that goes.
pub(super) fn decoded<'t>(raw: &'t [u8], plain: &'t mut [u8; LONGEST_WORD + 4]) -> &'t [u8] {
    if !raw.iter().any(|b| matches!(b, b'\\' | b'%' | b'&')) {
        return raw;
    }
    let (mut at, mut length) = (0, 0);
    while let Some(unit) = carrier::unit(raw, at).filter(|_| length < LONGEST_WORD) {
        length += unit.ch.encode_utf8(&mut plain[length..]).len();
        at += unit.len;
    }
    &plain[..length]
}

/// What there is to know of the word at `place`, any letters and escapes; those before `plain` are plain.
fn spelled(text: &[u8], place: usize, plain: usize, words: &Words) -> Known {
    let Some(end) = letters_end(text, place, plain) else { return Known::default() };
    let raw = &text[place..end];
    let case = case(raw);
    let single =
        case == Case::Other && std::str::from_utf8(raw).is_ok_and(|raw| raw.chars().count() == 1);
    let initial = case == Case::Initial || single || matches!(raw, [.., b'-', b'A'..=b'Z']);
    let (said, bits) = (words.of(raw), lexicon_bits(raw));
    Known { said, bits, case, letters: raw.len() as u8, initial }
}

/// Where the letters end that begin at `place`, if there are any: letters and marks, with single
/// apostrophes, hyphens and ignorable characters inside; those before `known` are plain ones.
fn letters_end(text: &[u8], place: usize, known: usize) -> Option<usize> {
    let (mut at, mut end) = (known, known);
    while let Some(unit) = carrier::unit(text, at).filter(|_| at - place < LONGEST_WORD) {
        let letter = unit.ch.is_alphabetic() || is_mark(unit.ch);
        if letter {
            end = at + unit.len;
        } else if end == place || !is_joiner(unit.ch) || end != at {
            break;
        }
        at += unit.len;
    }
    (end > place).then_some(end)
}

fn is_joiner(ch: char) -> bool {
    matches!(ch, '\'' | '\u{2019}' | '`' | '\u{B4}')
        || carrier::is_dash(ch)
        || fold::is_ignorable(ch)
}

/// Combining marks of Latin and of the scripts whose vowels are marks (general category M).
fn is_mark(ch: char) -> bool {
    matches!(ch as u32, 0x300..=0x36F | 0x483..=0x487 | 0x591..=0x5C7 | 0x64B..=0x65F | 0x900..=0x903 | 0x93A..=0x94F | 0x981..=0x983 | 0x9BC..=0x9CD | 0xE31..=0xE4E)
}

/// What may stand between two words: where the next one begins, and whether it was a comma.
#[inline]
fn gap(text: &[u8], end: usize, manner: Manner, had_comma: bool) -> Option<(usize, bool)> {
    if text.get(end) == Some(&b' ') {
        return Some((end + 1, false));
    }
    // `CN=Beispiel\, Erika,OU=...` (RFC 4514).
    let end = end + usize::from(manner.comma && text[end..].starts_with(b"\\,"));
    let unit = carrier::unit(text, end)?;
    let space = |ch: char| carrier::is_space(ch) || (manner.plus && ch == '+');
    if unit.ch == ',' && manner.comma && !had_comma {
        let after = end + unit.len;
        return match carrier::unit(text, after) {
            Some(next) if space(next.ch) => Some((after + next.len, true)),
            _ => Some((after, true)),
        };
    }
    space(unit.ch).then_some((end + unit.len, false))
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary::Memo;
    use super::*;
    use crate::rules::RuleSet;
    use proptest::prelude::*;

    const ANY: Manner = Manner { lower: true, comma: true, plus: true };

    fn extent(text: &str, manner: Manner) -> &str {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        let span = read(text.as_bytes(), 0, text.len(), &rules.words, manner).span();
        &text[span.start..span.end]
    }

    #[test]
    fn names_end_where_they_should() {
        let title = Manner { lower: false, comma: true, plus: false };
        for (text, name) in [
            ("Erika Beispiel (gw)", "Erika Beispiel"),
            ("Beispiel, Erika telephoneNumber: 1", "Beispiel, Erika"),
            ("Erika von Beispiel wartet", "Erika von Beispiel"),
            ("Erika von da an", "Erika"),
            ("E. Beispiel <", "E. Beispiel"),
            ("O'Neill-Muster, Zoë", "O'Neill-Muster, Zoë"),
            ("O\\u0027Neill x", "O\\u0027Neill"),
            ("ERIKA BEISPIEL;", "ERIKA BEISPIEL"),
            ("Ольга Петрова <", "Ольга Петрова"),
            ("Erika lastName=x", "Erika"),
            ("JordanService started", ""),
        ] {
            assert_eq!(extent(text, title), name, "{text}");
        }
        assert_eq!(extent("Erika+Beispiel&x", ANY), "Erika+Beispiel");
        assert_eq!(extent("erika beispiel, 7", ANY), "erika beispiel");
    }

    proptest! {
        #[test]
        fn a_memory_changes_no_name(
            texts in proptest::collection::vec("([A-Ba-b]{0,3}[äÉ\u{301}'`%\\\\&1. -]?){1,7}", 1..20),
        ) {
            let words = RuleSet::builtin().expect("the embedded rules are valid").words;
            let memo = Memo::default().ready();
            for text in texts.iter().chain(&texts).map(String::as_bytes) {
                for at in 0..text.len() {
                    let with = read(text, at, text.len(), Vocabulary::new(&words, &memo), ANY);
                    let without = read(text, at, text.len(), &words, ANY);
                    prop_assert_eq!(format!("{with:?}"), format!("{without:?}"));
                }
            }
        }
    }
}
