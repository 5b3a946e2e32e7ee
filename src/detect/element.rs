//! Elements of XML: `<lastName>Beispiel</lastName>`, `<Data Name="phone">030...</Data>` (XML 1.0, section 3).
//!
//! In: where a number or a closing tag stands. Out: the field that the element is. Nothing is parsed as a
//! whole: the tag before the value says what it holds, by its name or by what it is a `name` of.

use memchr::{memchr, memrchr};

use crate::rules::words::Words;

use super::key::{Class, KeyCache};
use super::line::{Field, Line};

/// Longest tag that is read, and longest value before a closing tag.
const LONGEST: usize = 160;

/// The element whose value may begin with the number at `at`: only signs may stand between.
pub(super) fn open(line: &Line, words: &Words, cache: &mut KeyCache, at: usize) -> Option<Field> {
    let floor = line.start.max(at.saturating_sub(4)).min(at);
    let signs = line.text[floor..at].iter().rev().take_while(|b| b"+( ".contains(b)).count();
    let start = at - signs;
    if line.before(start) != b'>' {
        return None;
    }
    let class = class(line, words, cache, start - 1)?;
    let rest = &line.text[start..];
    let end = memchr(b'<', &rest[..rest.len().min(LONGEST)]).map(|length| start + length);
    Some(Field { end, ..Field::at_value(class, start, None) })
}

/// The element whose closing tag opens at `angle`, if nothing of it is settled.
pub(super) fn closed(
    line: &Line,
    words: &Words,
    cache: &mut KeyCache,
    angle: usize,
) -> Option<Field> {
    let floor = line.done.max(line.start).max(angle.saturating_sub(LONGEST)).min(angle);
    let start = floor + memrchr(b'>', &line.text[floor..angle])? + 1;
    let class = class(line, words, cache, start - 1)?;
    (start < angle).then(|| Field { end: Some(angle), ..Field::at_value(class, start, None) })
}

/// What the tag says that ends at `close`; nothing if it is none that opens an element.
pub(super) fn class(
    line: &Line,
    words: &Words,
    cache: &mut KeyCache,
    close: usize,
) -> Option<Class> {
    let floor = line.start.max(close.saturating_sub(LONGEST));
    let open = floor + memrchr(b'<', &line.text[floor..close])? + 1;
    let tag = &line.text[open..close];
    if !tag.first()?.is_ascii_alphabetic() || tag.ends_with(b"/") {
        return None;
    }
    let end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
    let (name, attributes) = tag.split_at(end);
    let local = name.rsplit(|&b| b == b':').next().unwrap_or(name);
    let is_word = |&b: &u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"_-.".contains(&b);
    if !local.iter().all(is_word) {
        return None;
    }
    let key = named(attributes).unwrap_or(local);
    Some(cache.class(words, key))
}

/// The value of an attribute `name`: what the element is for.
fn named(attributes: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(attributes, b"ame=")?;
    let (&quote, rest) = attributes[at + 4..].split_first()?;
    let opens = at > 1 && attributes[at - 2] == b' ' && matches!(attributes[at - 1], b'n' | b'N');
    let closes = memchr(quote, rest).filter(|_| opens && matches!(quote, b'"' | b'\''))?;
    Some(&rest[..closes])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn tags_say_what_their_elements_hold() {
        let words = RuleSet::builtin().expect("the embedded rules are valid").words;
        for (tag, class) in [
            ("<lastName>", Some(Class::Part)),
            ("<ns2:callingNumber>", Some(Class::Phone)),
            ("<phone type=\"home\">", Some(Class::Phone)),
            ("<Data Name='DisplayName'>", Some(Class::Name)),
            ("<attribute name=\"msisdn\">", Some(Class::Phone)),
            ("<orderId>", Some(Class::Other)),
            ("</phone>", None),
            ("<phone/>", None),
            ("phone>", None),
            ("<134>", None),
        ] {
            let text = format!("{tag}030");
            let line = Line::unread(text.as_bytes(), 0);
            let found = class_of(&line, &words, tag.len() - 1);
            assert_eq!(found, class, "{tag}");
        }
    }

    fn class_of(line: &Line, words: &Words, close: usize) -> Option<Class> {
        class(line, words, &mut KeyCache::default(), close)
    }

    #[test]
    fn values_begin_and_end_with_their_tags() {
        let words = RuleSet::builtin().expect("the embedded rules are valid").words;
        let (text, mut cache) =
            ("<phone>+(030) 23125000</phone><name> Erika</name>", KeyCache::default());
        let mut line = Line::unread(text.as_bytes(), 0);
        let at = text.find("030").expect("it is there");
        let field = open(&line, &words, &mut cache, at).expect("a field");
        assert_eq!((field.start, field.end), (7, text.find("</phone>")));
        assert!(open(&line, &words, &mut cache, at + 5).is_none());
        line.done = 30;
        let angle = text.find("</name>").expect("it is there");
        let field = closed(&line, &words, &mut cache, angle).expect("a field");
        assert_eq!((field.start, field.end), (36, Some(42)));
        line.done = 38;
        assert!(closed(&line, &words, &mut cache, angle).is_none());
    }
}
