//! Names in small letters, after a cue: chats and transcripts of speech have no capitals.
//!
//! In: the words behind a cue, and how much it says. Out: how many of them name a person. Nothing but the
//! word lists tells a name from a word there, so words that no list knows count only behind an honorific,
//! alone behind a colon, or in a sentence whose other words the lists know.

use crate::rules::words::Said;
use crate::span::Span;

use super::judge::{Trust, is_elsewhere, is_plain};
use super::line::Line;
use super::person::{Case, Name, Word};

/// How many of the words in lower case stand before a preposition or a capital: what follows there is
/// somebody else, who may be a token by now.
fn words_up_to_tie(name: &Name) -> usize {
    let ties = Said::P_PREPOSITION.with(Said::P_TIE);
    let lower = |word: &Word| word.case == Case::Lower && !word.said.any(ties);
    let ends = |word: &Word| !word.is_particle() && !lower(word);
    let words = name.words();
    words.iter().skip(1).position(ends).map_or(words.len(), |i| i + 1)
}

/// What stands around the words that were read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    /// A colon stands before them: nothing but the name need follow.
    colon: bool,
    /// A sign ends the name, whatever its last word is.
    closes: bool,
    /// A preposition, or a sign that ends a sentence, follows.
    parts: bool,
    /// Words of English or German alone follow the first two, and two at least: the lists know the language.
    fluent: bool,
    /// The cue.
    cue: Cue,
}

/// What a cue says of words that no list knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cue {
    /// Nothing.
    Any,
    /// Programs are called so too (`client`, `agent`): a word alone is none.
    Program,
    /// Nobody but a person is called so.
    Person,
    /// A title of English or German, of which the lists know nearly all words, and no article before it: `die frau weint`.
    Title,
}

impl Cue {
    const PROGRAMS: [&[u8]; 7] =
        [b"client", b"agent", b"operator", b"contact", b"subscriber", b"supervisor", b"teacher"];
    const PEOPLE: [&[u8]; 6] =
        [b"customer", b"kunde", b"kundin", b"anrufer", b"anruferin", b"mieterin"];
    const TITLES: [&[u8]; 7] = [b"herr", b"herrn", b"frau", b"mr", b"mrs", b"mister", b"hr"];
    const ARTICLES: [&[u8]; 18] = [
        b"die", b"der", b"eine", b"einer", b"ein", b"meine", b"meiner", b"seine", b"seiner",
        b"ihre", b"ihrer", b"deine", b"unsere", b"the", b"a", b"my", b"his", b"keine",
    ];

    /// What the cue that ends before `start` says, and whatever stands between.
    fn before(line: &Line, start: usize) -> Self {
        let Some(cue) = line.word_before(start, 3, b"") else { return Self::Any };
        let is = |word: Span, list: &[&[u8]]| {
            let text = &line.text[word.start..word.end];
            list.iter().any(|word| text.eq_ignore_ascii_case(word))
        };
        let article = || {
            let before = line.word_before(cue.start, 1, b"");
            before.is_some_and(|before| is(before, &Self::ARTICLES))
        };
        match () {
            () if is(cue, &Self::PROGRAMS) => Self::Program,
            () if is(cue, &Self::PEOPLE) => Self::Person,
            () if is(cue, &Self::TITLES) && !article() => Self::Title,
            () => Self::Any,
        }
    }
}

impl Around {
    /// What stands around `name`, whose cue ends before `start`; it is cut where a preposition or a capital follows.
    pub(super) fn cut(line: &Line, start: usize, name: &mut Name) -> Self {
        let colon = matches!(line.text[line.start..start], [.., b':', b' ']);
        let cue = Cue::before(line, start);
        let fluent = is_fluent(name);
        let all = name.words().len();
        name.cut(words_up_to_tie(name));
        let tied = name.words().len() < all;
        let (closes, parts) = match line.text.get(name.span().end..).unwrap_or_default() {
            [] | [b',' | b'(' | b';' | b'"' | b'\n', ..] | [b' ', b'(', ..] => (true, true),
            [b':' | b'?' | b'!' | b'.' | b'\'', ..] => (false, true),
            _ => (false, tied),
        };
        Self { colon, closes, parts, fluent, cue }
    }
}

fn is_fluent(name: &Name) -> bool {
    // A capital or another cue may lead to somebody else, who may be a token by now.
    let ends = |word: &&Word| word.case != Case::Lower || word.said.any(Said::N_CUES);
    let rest = name.parts().skip(2).take_while(|word| !ends(word));
    let known = rest.clone().filter(|word| word.bits.common() > 0).count();
    known > 1 && rest.clone().all(|word| word.bits.common() > 0 || word.is_listed())
}

/// How many lower-case words after a cue are the given and family names of one person, and the particles between: two,
/// or one that is nothing but a name.
pub(super) fn words(line: &Line, name: &Name, trust: Trust, around: Around) -> usize {
    let pair = words_of_pair(line, name, around);
    let lone = || name.words().iter().position(|word| !word.is_particle());
    match lone()
        .filter(|&first| pair == 0 && is_alone_name(line, &name.words()[first], trust, around.cue))
    {
        Some(first) => first + 1,
        None => pair,
    }
}

fn words_of_pair(line: &Line, name: &Name, around: Around) -> usize {
    let words = name.words();
    let mut parts = words.iter().enumerate().filter(|(_, word)| !word.is_particle());
    let (Some((_, first)), Some((end, second))) = (parts.next(), parts.next()) else { return 0 };
    let next = parts.next();
    // `customer erika lane says`: a word of the language goes on.
    let closed = around.closes && next.is_none();
    let goes_on = next.is_some_and(|(_, word)| word.bits.common() > 1);
    let parted = goes_on || next.is_none() && around.parts;
    let plain = |word: &Word| word.bits.common() == 0;
    let family = second.bits.family() > 0 && (plain(second) || parted && second.bits.family() > 1);
    let given = first.bits.given() > 0;
    let both = (given && family && (plain(first) || plain(second)))
        || (given
            && plain(first)
            && (closed || parted && is_long(second) && second.bits.common() < 2))
        || (family && plain(second) && is_long(second) && is_unknown(first));
    // `Anrufer: xyz mann, tel`, `customer xyz mann says the line`.
    let only = around.colon && closed || around.fluent;
    let named = |word: &Word| is_foreign(line, word) || word.is_listed();
    let known = first.is_listed() || second.is_listed() || around.cue == Cue::Person;
    let foreign = only && known && named(first) && named(second) && first.bits.common() < 2;
    let alone = |word: &Word| is_alone(word) || around.colon && closed && word.bits.family() > 1;
    if (both || foreign) && alone(first) && alone(second) { end + 1 } else { 0 }
}

/// Whether `name` is a given name and family names in small letters, and nothing else.
pub(super) fn is_pair(name: &Name) -> bool {
    let mut parts = name.parts();
    let lower = parts.clone().all(|word| word.case == Case::Lower);
    let listed = parts.clone().all(|word| word.is_listed() && is_alone(word));
    let given = |word: &Word| word.bits.given() > 1 && is_plain(word) && !word.bits.is_place();
    lower && listed && parts.clone().any(given) && parts.nth(1).is_some()
}

/// Whether the first word of `name` is in small letters: it has been judged by [`words`] already.
pub(super) fn is_judged(name: &Name) -> bool {
    name.parts().next().is_some_and(|first| first.case == Case::Lower)
}

/// `frau xyzmann`, `my name is erika`.
fn is_alone_name(line: &Line, word: &Word, trust: Trust, cue: Cue) -> bool {
    let listed = word.bits.given() > 1 || word.bits.family() > 1;
    let name = listed && is_plain(word) && !word.bits.is_place() && cue != Cue::Program;
    let fits = match trust {
        Trust::Little => false,
        Trust::Some => name,
        Trust::Full | Trust::Sure => {
            name || cue == Cue::Title && is_foreign(line, word) && is_long(word)
        }
    };
    fits && word.case == Case::Lower && is_alone(word)
}

/// A word that no list knows and that looks like no verb of German (`beschwert`, `telefonieren`) and no name of a program (`psql`).
fn is_foreign(line: &Line, word: &Word) -> bool {
    let text = &line.text[word.span().start..word.span().end];
    let vowel = |b: &u8| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | 0x80..);
    let verb = [&b"t"[..], b"te", b"en"].iter().any(|end| text.ends_with(end));
    is_unknown(word) && text.iter().any(vowel) && !verb
}

fn is_long(word: &Word) -> bool {
    word.span().len() > 3
}

/// Nothing else, as far as the rules and the lists know. Park and Lane are family names, too.
fn is_alone(word: &Word) -> bool {
    const ANYTHING: Said = Said::N_NAMESAKE.with(Said::P_COUNTED);
    let host = word.bits.is_host() && word.bits.given() < 3;
    word.said.without(ANYTHING).is_empty() && !is_elsewhere(word) && !host
}

fn is_unknown(word: &Word) -> bool {
    word.bits.is_empty() && word.span().len() > 2
}

#[cfg(test)]
mod tests {
    use super::super::person::{self, Manner};
    use super::*;
    use crate::rules::RuleSet;

    /// How many of the words behind the bar in `text` are a name in a place of this trust.
    fn count(text: &str, trust: Trust) -> usize {
        let start = text.find('|').expect("a bar");
        let text = &text.replace('|', "");
        let words_list = RuleSet::builtin().expect("the embedded rules are valid").words;
        let manner = Manner { lower: true, comma: false, plus: false };
        let line = Line::around(text.as_bytes(), 0, 0);
        let mut name = person::read(line.text, start, text.len(), &words_list, manner);
        let around = Around::cut(&line, start, &mut name);
        words(&line, &name, trust, around)
    }

    #[test]
    fn two_words_or_one_that_is_nothing_else() {
        for (text, wanted) in [
            ("caller |erika beispiel, tel", 2),
            ("caller |erika lane says the line drops", 2),
            ("caller |erika lane", 2),
            ("by |jonathan pope: in", 2),
            ("customer |xyzmann qwertine says the line", 2),
            ("Anrufer: |xyzmann qwertine, tel", 2),
            ("customer |xyzmann qwertine says nein", 2),
            ("client |souhaite xyzmann son contrat", 0),
            ("client: |okhttp xyzmann, retry", 0),
            ("caller |keith rang", 1),
            ("client |keith rang", 0),
            ("kunde |wartet seit gestern", 0),
            ("caller |grace period ended", 0),
            ("this is |london calling", 0),
            ("caller |docker started", 0),
            ("caller |xyzmann rief an", 0),
        ] {
            assert_eq!(count(text, Trust::Some), wanted, "{text}");
        }
    }

    #[test]
    fn behind_an_honorific_a_word_that_nobody_knows_is_one() {
        for (text, wanted) in [
            ("frau |xyzmann rief an", 1),
            ("mister |qwertine is that right", 1),
            ("frau |doktor ist da", 0),
            ("frau |xyz", 0),
            ("frau |und herr", 0),
            ("die frau |weint am telefon", 0),
            ("frau |beschwert sich", 0),
            ("madame |insiste pour", 0),
        ] {
            assert_eq!(count(text, Trust::Sure), wanted, "{text}");
        }
    }
}
