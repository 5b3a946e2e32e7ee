//! Where the value of a field is, and what its key says.
//!
//! Recognised: JSON members (also inside a JSON string, with `\"`), `key=value`, `key="value"`,
//! logfmt, `Header: value`, URL queries, `name(arg)=value`. In: the place of a `:` or `=`. Out: the
//! extent of the value and the class of the key. Nothing is parsed as a whole: a broken line is read
//! as far as it makes sense.

use crate::carrier::{self, Unit};
use crate::class::among;
use crate::rules::words::Words;
use crate::span::Span;

use super::Quotes;
use super::key::{Class, KeyCache, LONGEST_KEY};
use super::line::{Field, Line, is_word_byte};
use super::traits::Traits;

/// Longest value that is looked at as a whole.
const LONGEST_VALUE: usize = 256;
/// Most quotes, brackets and spaces between separator and value.
const MOST_OPENERS: usize = 6;

/// The value of `field`, quotes apart. Without a closing quote it ends with the line.
pub(super) fn value(line: &Line, field: &Field) -> Span {
    let end = match (field.end, field.quote) {
        (Some(end), _) => end,
        (None, Some(quote)) => closing(line, field.start, quote),
        (None, None) => bare_end(line, field.start, field.query),
    };
    Span::new(field.start, end)
}

/// The field whose key ends at `separator` (the place of `:` or `=`).
pub(super) fn at(
    line: &Line,
    words: &Words,
    cache: &mut KeyCache,
    separator: usize,
) -> Option<Field> {
    let (key, quotes) = key_before(line, separator)?;
    let name = &line.text[key.start..key.end];
    let colon = line.text[separator] == b':';
    if colon && quotes == Quotes::NO && is_hex_group(line, key, separator) {
        return None;
    }
    let (class, traits) = cache.meaning(words, name);
    let scheme = colon && quotes == Quotes::NO && line.at(separator + 1) != b' ';
    if scheme && traits.has(Traits::SCHEME) {
        return Some(Field { colon, ..Field::at_value(Class::Uri, separator + 1, None) });
    }
    let query = !colon && matches!(line.before(key.start), b'?' | b'&' | b';');
    let class = match query {
        true if traits.has(Traits::SEARCH) => Class::AnyName,
        true if line.before(key.start) == b';' && traits.has(Traits::DIALOG) => Class::Other,
        _ => class,
    };
    let arrow = !colon && line.at(separator + 1) == b'>';
    let (start, quote) = open_value(line, separator + 1 + usize::from(arrow));
    let key_quotes = if colon { quotes } else { Quotes::NO };
    let (is_value, is_label) = (traits.has(Traits::VALUE), traits.has(Traits::LABEL));
    let end = None;
    Some(Field { class, start, quote, end, colon, key_quotes, query, is_value, is_label })
}

/// What the key says whose value begins at `start`, if one does.
pub(super) fn class_before(
    line: &Line,
    words: &Words,
    cache: &mut KeyCache,
    start: usize,
) -> Class {
    meaning_before(line, words, cache, start).map_or(Class::Unknown, |(class, _)| class)
}

/// Whether what begins at `start` may be a text that people wrote: the value of a field for such, or of none.
pub(super) fn opens_text(line: &Line, words: &Words, cache: &mut KeyCache, start: usize) -> bool {
    let prose = |(class, traits): (Class, Traits)| {
        class == Class::Unknown || class == Class::Other && traits.has(Traits::TEXT)
    };
    meaning_before(line, words, cache, start).is_none_or(prose)
}

fn meaning_before(
    line: &Line,
    words: &Words,
    cache: &mut KeyCache,
    start: usize,
) -> Option<(Class, Traits)> {
    let separator = separator_before(line, start, MOST_OPENERS, b" \t\"'\\[{(<")?;
    let key = key_before(line, separator).map_or(Span::default(), |(key, _)| key);
    Some(cache.meaning(words, &line.text[key.start..key.end]))
}

/// The `:` or `=` before `start`, with `most` of `openers` between at most.
pub(super) fn separator_before(
    line: &Line,
    start: usize,
    most: usize,
    openers: &[u8],
) -> Option<usize> {
    let floor = start.saturating_sub(most);
    let mut end = start;
    loop {
        match line.before(end) {
            b':' | b'=' => return Some(end - 1),
            b'>' if line.before(end - 1) == b'=' => return Some(end - 2),
            byte if is_word_byte(byte) || end == floor || !openers.contains(&byte) => return None,
            _ => end -= 1,
        }
    }
}

/// What the value of `field` says about the `"value"` that follows it: `"path":"/contacts/name"` of
/// JSON Patch (RFC 6902), `"field":"phone"` of forms.
pub(super) fn described(
    line: &Line,
    words: &Words,
    cache: &mut KeyCache,
    field: &Field,
) -> Option<Class> {
    use Class::{AnyName, Caller, Name, Number, Part, Phone};
    if !field.is_label || field.quote.is_none() {
        return None;
    }
    let Span { start, end } = value(line, field);
    let name = line.text[start..end].rsplit(|&b| b == b'/').next()?;
    let named = name.iter().all(|&b| is_key_byte(b)) && name.len() <= LONGEST_KEY;
    let class = if named { cache.class(words, name) } else { Class::Unknown };
    matches!(class, Phone | Number | Caller | Name | Part | AnyName).then_some(class)
}

/// The key that ends before `separator`, and how it is quoted.
fn key_before(line: &Line, separator: usize) -> Option<(Span, Quotes)> {
    let text = line.text;
    let (end, quotes) = match is_key_byte(line.before(separator)) {
        true => (separator, Quotes::NO),
        false => key_end(line, separator)?,
    };
    if end > line.start && text[end - 1] == b')' {
        return argument(line, end).map(|key| (key, Quotes::NO));
    }
    let floor = line.start.max(end.saturating_sub(LONGEST_KEY));
    let letters = text[floor..end].iter().rev().take_while(|&&b| is_key_byte(b)).count();
    let mut start = end - letters;
    // The letter of `\n`, `\r` and `\t` is no part of the key after it.
    if start > line.start && text[start - 1] == b'\\' && matches!(text[start], b'n' | b'r' | b't') {
        start += 1;
    }
    (start < end).then_some((Span::new(start, end), quotes))
}

/// Where the key ends before blanks and quotes, and how it is quoted.
fn key_end(line: &Line, separator: usize) -> Option<(usize, Quotes)> {
    let text = line.text;
    let mut end = separator;
    while end > line.start && text[end - 1] == b' ' && separator - end < 2 {
        end -= 1;
    }
    let mut quoted = false;
    let spelled = Quotes::ending(&text[line.start..end]);
    while end > line.start && matches!(text[end - 1], b'"' | b'\'' | b'\\') && separator - end < 20
    {
        end -= 1;
        quoted = true;
    }
    let quotes = match (quoted, spelled) {
        (true, Quotes::NO) => Quotes::PLAIN,
        _ => spelled,
    };
    if quotes == Quotes::NO && end < separator && text[separator] == b':' {
        return None;
    }
    Some((end, quotes))
}

/// `CALLERID(name)` and `CONNECTEDLINE(name,i)`, which end at `end`: up to the first argument.
fn argument(line: &Line, end: usize) -> Option<Span> {
    let floor = line.start.max(end.saturating_sub(48));
    let open = floor + line.text[floor..end].iter().rposition(|&b| b == b'(')?;
    let stop = line.text[open..end].iter().position(|&b| b == b',').map_or(end - 1, |i| open + i);
    let name = line.text[floor..open].iter().rev().take_while(|&&b| is_key_byte(b)).count();
    (name > 0).then_some(Span::new(open - name, stop))
}

/// Letters, digits and the signs that join the words of a key.
static KEY_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || b >= 0x80 || b == b'_' || b == b'-' || b == b'.';
        byte += 1;
    }
    table
};

/// Bytes that stand for themselves and close no value.
static PLAIN: [bool; 256] = {
    let mut table = among(b"%\\&\"'");
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte < 0x80 && !table[byte];
        byte += 1;
    }
    table
};

/// What ends a value without quotes.
static STOPS: [bool; 256] = among(b";\"}]|\t");

/// What ends it in a query.
static QUERY_STOPS: [bool; 256] = among(b";\"}]|\t& ");

#[inline]
fn is_key_byte(byte: u8) -> bool {
    KEY_BYTES[usize::from(byte)]
}

/// A group of an IPv6 address or a byte of a MAC: what stands before such a colon is no key.
fn is_hex_group(line: &Line, key: Span, separator: usize) -> bool {
    key.len() <= 4
        && (line.at(separator + 1).is_ascii_hexdigit() || line.at(separator + 1) == b':')
        && line.text[key.start..key.end].iter().all(u8::is_ascii_hexdigit)
}

/// Where the value that follows `from` begins, and the quote that opens it.
fn open_value(line: &Line, from: usize) -> (usize, Option<Unit>) {
    let mut at = from;
    if line.at(from).is_ascii_alphanumeric() {
        return (at, None);
    }
    for _ in 0..MOST_OPENERS {
        let Some(unit) = carrier::unit(line.text, at) else { break };
        match unit.ch {
            ' ' | '[' | '{' | '(' => {}
            '"' | '\'' => return (at + unit.len, Some(unit)),
            _ => break,
        }
        at += unit.len;
    }
    (at, None)
}

/// The quote that closes the value which `quote` opened before `from`: the same character spelled
/// the same way; without one the value ends with the line.
fn closing(line: &Line, from: usize, quote: Unit) -> usize {
    let limit = line.text.len().min(from + LONGEST_VALUE);
    let mut at = from;
    loop {
        let rest = line.text.get(at..limit).unwrap_or_default();
        at += rest.iter().take_while(|&&b| PLAIN[usize::from(b)]).count();
        if at >= limit {
            break;
        }
        let Some(unit) = carrier::unit(line.text, at) else { break };
        if unit == quote && !is_apostrophe(line, at) {
            return at;
        }
        at += unit.len;
    }
    limit.max(from)
}

/// `'D'Beispiel'`: no quote closes between two letters.
fn is_apostrophe(line: &Line, at: usize) -> bool {
    line.text[at] == b'\''
        && line.before(at).is_ascii_alphabetic()
        && line.at(at + 1).is_ascii_alphabetic()
}

/// Where a value without quotes ends at the latest.
fn bare_end(line: &Line, from: usize, query: bool) -> usize {
    let limit = line.text.len().min(from + LONGEST_VALUE).max(from);
    let stops = if query { &QUERY_STOPS } else { &STOPS };
    let value = line.text.get(from..limit).unwrap_or_default();
    value.iter().position(|&b| stops[usize::from(b)]).map_or(limit, |i| from + i)
}
