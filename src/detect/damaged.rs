//! Display names that lost letters on their way: `"Rita J  kel" <sip:...>`.
//!
//! Some programs write a blank for each byte that is no ASCII (Asterisk's `NoOp` and `Verbose` do), so a
//! letter with a diacritic leaves two. In: a quoted text before a SIP address that reads as no
//! name. Out: its extent, if it is made of words and blanks alone, two of these side by side, and no word
//! speaks of a thing, a company or a function. What is left of a name still names somebody.

use crate::lexicon;
use crate::rules::words::{Said, Words};
use crate::span::Span;

/// Most words of such a name: each lost letter parts one in two.
const MOST_WORDS: usize = 8;

/// The damaged name in `inside`, blanks around it apart.
pub(super) fn name(text: &[u8], inside: Span, words: &Words) -> Option<Span> {
    let all = &text[inside.start..inside.end];
    let lost = all.windows(2).any(|pair| pair == b"  ");
    let sign = |b: &u8| matches!(b, b' ' | b',' | b'.' | b'-' | b'\'');
    if !lost || !all.iter().all(|b| b.is_ascii_alphabetic() || sign(b)) {
        return None;
    }
    let parts = || all.split(sign).filter(|word| !word.is_empty());
    let person = |word: &[u8]| {
        let bits = lexicon::word(word);
        !bits.is_nonperson() && !bits.is_org() && !words.of(word).any(Said::N_NOBODY)
    };
    let capital = parts().next().is_some_and(|word| word[0].is_ascii_uppercase());
    let named = capital && (2..=MOST_WORDS).contains(&parts().count()) && parts().all(person);
    let start = inside.start + (all.len() - all.trim_ascii_start().len());
    named.then(|| Span::new(start, start + all.trim_ascii().len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn what_is_left_of_a_name_is_one() {
        let words = RuleSet::builtin().expect("the embedded rules are valid").words;
        let found = |text: &str| {
            let span = name(text.as_bytes(), Span::new(0, text.len()), &words);
            span.map(|span| text[span.start..span.end].to_owned())
        };
        for text in ["Rita J  kel", "L  zaro Bru", "Beispi  , Erika"] {
            assert_eq!(found(text).as_deref(), Some(text));
        }
        assert_eq!(found("Erika M  ller  ").as_deref(), Some("Erika M  ller"));
        for text in ["Erika Beispiel", "Service  Desk", "Sales  Queue", "line  7", "x  y"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
