//! Display names before addresses: `"Erika Beispiel" <sip:...>`, `Erika Beispiel <erika@example.org>`.
//!
//! In: a line and the angle bracket of an address in it (name-addr of RFC 3261, mailbox of RFC 5322). Out: the
//! name before it, in quotes or not, if there is one.

use memchr::memrchr_iter;

use crate::lexicon;
use crate::rules::words::Said;
use crate::span::Span;

use super::context::Context;
use super::damaged;
use super::judge::{self, Trust, is_person};
use super::line::Line;
use super::lower;
use super::name::{self, Names, trimmed};
use super::person::{self, Manner, Name};

/// Longest display name that is looked for before an address.
const LONGEST: usize = 96;

impl Names<'_> {
    /// The display name before the address that opens at `angle`.
    pub(super) fn display(&self, line: &Line, angle: usize) -> Option<(Span, Context)> {
        let trust = if opens_address(line, angle) {
            Trust::Full
        } else if opens_mailbox(line, angle) {
            Trust::Some
        } else {
            return None;
        };
        let mut end = angle;
        while end > line.done && line.text[end - 1] == b' ' && angle - end < 2 {
            end -= 1;
        }
        let name = match quoted_before(line, end) {
            Some(inside) => {
                let start = self.past_titles(line.text, inside.start, inside.end);
                let manner = Manner { lower: true, comma: true, plus: false };
                let name = person::read(line.text, start, inside.end, self.vocabulary, manner);
                let rest = trimmed(&line.text[name.span().end.max(start)..inside.end]);
                if !rest.is_empty() && rest[0] != b'(' {
                    let whole = damaged::name(line.text, inside, self.words);
                    return whole.filter(|_| trust == Trust::Full).map(|s| (s, Context::Display));
                }
                name
            }
            None => self.bare_before(line, end)?,
        };
        is_person(&name, trust).then(|| (name.span(), Context::Display))
    }

    /// `<Erika> hello`: who says a line of a chat.
    pub(super) fn speaker(&self, line: &Line, angle: usize) -> Option<(Span, Context)> {
        if !matches!(line.before(angle), b' ' | b'\n' | b'\t')
            || !line.at(angle + 1).is_ascii_uppercase()
        {
            return None;
        }
        let name =
            person::read(line.text, angle + 1, line.text.len(), self.vocabulary, name::WRITTEN);
        let [only] = name.words() else { return None };
        let rest = &line.text[only.span().end..];
        (judge::is_given_alone(only) && rest.starts_with(b"> "))
            .then(|| (only.span(), Context::Phrase))
    }

    /// A display name without quotes that ends at `end`: the longest run of words up to there.
    fn bare_before(&self, line: &Line, end: usize) -> Option<Name> {
        let floor = line.done.max(line.start).max(end.saturating_sub(LONGEST)).min(end);
        let head = &line.text[floor..end];
        let stop = |&b: &u8| {
            matches!(
                b,
                b':' | b'"' | b'=' | b'(' | b'>' | b';' | b'{' | b'[' | b'\'' | b'|' | b'\t'
            )
        };
        let delimiter = head.iter().rposition(stop);
        let mut start = floor + delimiter.map_or(0, |i| i + 1);
        let mut lower = delimiter.is_some_and(|i| head[i] == b':');
        let mut opened = false;
        while start < end {
            if line.text[start] != b' ' {
                let place = self.past_titles(line.text, start, end);
                let manner = Manner { lower, comma: true, plus: false };
                let mut name = person::read(line.text, place, end, self.vocabulary, manner);
                if name.span().end == end && (!opened || lower::is_pair(&name)) {
                    while name.words().len() > 1 && judge::is_opening_word(&name.words()[0]) {
                        name.skip(1);
                    }
                    return Some(name);
                }
            }
            let word =
                start..start + line.text[start..end].iter().take_while(|&&b| b != b' ').count();
            // `call from erika beispiel <`: after a preposition a name may be in lower case; after
            // `Processing`, which opens the message, one that the lists know.
            let text = &line.text[word.clone()];
            let tied = self.words.of(text).any(Said::P_PREPOSITION);
            let capital = text.first().is_some_and(u8::is_ascii_uppercase);
            opened = !tied && capital && lexicon::word(text).common() > 0;
            lower = tied || opened;
            start = word.end + 1;
        }
        None
    }
}

/// `<sip:`, `<sips:`, `<tel:`, `<+49...`, `<030...>`, `<100>`.
fn opens_address(line: &Line, angle: usize) -> bool {
    let rest = &line.text[angle + 1..];
    let digits = rest.iter().skip_while(|&&b| b == b'+').take_while(|b| b.is_ascii_digit()).count();
    [&b"sip:"[..], b"sips:", b"tel:"].iter().any(|scheme| rest.starts_with(scheme))
        || (rest.first() == Some(&b'+') && digits > 3)
        || (digits > 1 && matches!(rest.get(digits), Some(b'>' | b'@')))
        || rest.starts_with(b"%2B")
        || opens_number(rest)
}

/// `<0722 489 183>`: a number as people write it.
fn opens_number(rest: &[u8]) -> bool {
    const LONGEST: usize = 24;
    let sign = |b: &&u8| b.is_ascii_digit() || b"+ ()-/".contains(b);
    let length = rest.iter().take(LONGEST).take_while(sign).count();
    let digits = rest[..length].iter().filter(|b| b.is_ascii_digit()).count();
    digits > 5 && rest.get(length) == Some(&b'>')
}

/// `<erika@example.org>`: a mailbox (RFC 5322) follows.
fn opens_mailbox(line: &Line, angle: usize) -> bool {
    let local = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+');
    let rest = &line.text[angle + 1..];
    let length = rest.iter().take(64).take_while(|&b| local(b)).count();
    length > 0 && rest.get(length) == Some(&b'@')
}

/// Whether nothing but quotes and a space stands between what is settled and `angle`: the display name
/// there was found by its words already, if it is one.
#[inline]
pub(super) fn follows_settled(line: &Line, angle: usize) -> bool {
    const MOST: usize = 4;
    let sign = |b: &u8| matches!(b, b'"' | b'\'' | b'\\' | b' ');
    angle - line.done <= MOST && line.text[line.done..angle].iter().all(sign)
}

/// The text between the quotes that close at `end`, however they are spelled: `"`, `\"`, `""`.
fn quoted_before(line: &Line, end: usize) -> Option<Span> {
    let floor = line.start.max(end.saturating_sub(LONGEST));
    let head = &line.text[floor..end];
    let quote: &[u8] = match head {
        [.., b'\\', b'"'] => b"\\\"",
        [.., b'"', b'"'] => b"\"\"",
        [.., b'"'] => b"\"",
        [.., b'\''] => b"'",
        _ => return None,
    };
    let inside = &head[..head.len() - quote.len()];
    let (&last, lead) = quote.split_last()?;
    let open = memrchr_iter(last, inside).find(|&at| inside[..at].ends_with(lead))?;
    Some(Span::new(floor + open + 1, floor + inside.len()))
}
