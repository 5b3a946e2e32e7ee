//! One line of a block and what is known of it so far.

use crate::carrier::{self, Unit};
use crate::fold;
use crate::rules::words::{LONGEST, Said, Words};
use crate::span::{Span, TypeCode};

use super::Quotes;
use super::feeds::Feeds;
use super::key::Class;
use super::reach;

/// A line while it is read from left to right. Offsets are those of the block.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// The block up to the end of the line (its line end apart): nothing past it can be read.
    pub text: &'a [u8],
    /// Where the line starts.
    pub start: usize,
    /// Everything before is settled: a finding, or something that must pass.
    pub done: usize,
    /// End of the last existing token; text that touches one is no candidate.
    pub token_end: usize,
    /// The last finding or existing token: where it ends and what it is.
    pub last: Option<(usize, TypeCode)>,
    /// The field whose value is being read.
    pub field: Option<Field>,
    /// Everything before was judged as running text.
    pub judged: usize,
    /// The last quote that was looked for, and how far.
    quote: (Option<usize>, usize),
    /// The first bracket, or how far there is none.
    bracket: usize,
    /// What a `"path"` or `"field"` said of the `"value"` that follows it (RFC 6902).
    pub described: Option<Class>,
}

impl<'a> Line<'a> {
    /// The line of `block` that holds the byte at `at`.
    pub(super) fn around(block: &'a [u8], at: usize, search_from: usize) -> Self {
        let start = memchr::memrchr(b'\n', &block[search_from..at])
            .map_or(search_from, |i| search_from + i + 1);
        let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |i| at + i);
        Self::new(block, at, start, end)
    }

    /// The line of `block` that holds the byte at `at`, which stands behind the text of the line that ends
    /// at `before`.
    #[inline]
    pub(super) fn after(block: &'a [u8], at: usize, before: usize, feeds: Feeds) -> Self {
        let start = feeds.last_before(at).map_or(0, |feed| feed + 1).max(before);
        Self::new(block, at, start, feeds.next(at).unwrap_or(block.len()))
    }

    #[inline]
    fn new(block: &'a [u8], at: usize, start: usize, end: usize) -> Self {
        let end = if end > start && block[end - 1] == b'\r' { end - 1 } else { end };
        Self::unread(&block[..end.max(at)], start)
    }

    /// The line at the end of `text` that starts at `start`, as nobody has read it.
    #[inline]
    pub(super) fn unread(text: &'a [u8], start: usize) -> Self {
        Self {
            text,
            start,
            done: start,
            token_end: usize::MAX,
            last: None,
            field: None,
            judged: start,
            quote: (None, start),
            bracket: start,
            described: None,
        }
    }

    /// The byte before `at` in this line, or a line feed at its start.
    #[inline]
    pub(super) fn before(&self, at: usize) -> u8 {
        if at > self.start { self.text[at - 1] } else { b'\n' }
    }

    /// The byte at `at`, or a line feed past the end.
    #[inline]
    pub(super) fn at(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b'\n')
    }

    /// The text between the last finding (or token) and `at`, if that is short, and what was found.
    pub(super) fn since_last(&self, at: usize) -> Option<(&'a [u8], TypeCode)> {
        const SHORT: usize = 12;
        let (end, kind) = self.last?;
        let gap = self.text.get(end..at)?;
        (gap.len() <= SHORT).then_some((gap, kind))
    }

    /// The last word that ends at or before `at`, not reaching into what is settled; `reach` bounds
    /// the bytes between, and a byte of `stops` between, none of which is a blank, ends the search.
    pub(super) fn word_before(&self, at: usize, reach: usize, stops: &[u8]) -> Option<Span> {
        let floor = self.done.max(self.start).max(at.saturating_sub(reach)).min(at);
        let mut end = at;
        while end > floor && !is_word_byte(self.text[end - 1]) {
            let byte = self.text[end - 1];
            // A quote that closes something parts it from what follows.
            let closes = byte == b'"'
                && end > floor + 1
                && !matches!(self.text[end - 2], b' ' | b':' | b'=' | b'(');
            if byte != b' ' && (closes || stops.contains(&byte)) {
                return None;
            }
            end -= 1;
        }
        let floor = self.done.max(self.start).min(end).max(end.saturating_sub(LONGEST + 1));
        let start = end - reach::word_bytes_back(self.text, floor, end);
        (start < end).then_some(Span::new(start, end))
    }

    /// The last double quote before `at`. Whoever asks in ascending order has each byte looked at once.
    pub(super) fn last_quote(&mut self, at: usize) -> Option<usize> {
        let (known, seen) = if at < self.quote.1 { (None, self.start) } else { self.quote };
        let found = memchr::memrchr(b'"', &self.text[seen..at]).map(|place| seen + place);
        self.quote = (found.or(known), at);
        self.quote.0
    }

    /// What the word at `span` says.
    pub(super) fn said(&self, words: &Words, span: Span) -> Said {
        words.of(&self.text[span.start..span.end])
    }
}

impl Line<'_> {
    /// Whether what stands at `at` would run into a token that ends there.
    #[inline]
    pub(super) fn glues(&self, at: usize) -> bool {
        let byte = self.at(at);
        match byte.is_ascii() {
            true => byte == b'_' || is_word_byte(byte),
            false => self.glues_letter(at),
        }
    }

    #[cold]
    fn glues_letter(&self, at: usize) -> bool {
        carrier::unit(self.text, at).is_some_and(|unit| {
            let hidden = fold::is_ignorable(unit.ch);
            unit.ch.is_alphanumeric() || (hidden && self.at(at + unit.len).is_ascii_alphanumeric())
        })
    }

    /// After a number that is an element of an array: the field goes on with the next element.
    pub(super) fn next_element(&mut self) {
        let rest = &self.text[self.done..];
        let between = |b: &&u8| matches!(b, b'"' | b'\\' | b',' | b' ');
        if self.field.is_none() || !rest.first().is_some_and(|b| between(&b)) {
            return;
        }
        let gap = rest.iter().take(12).take_while(between).count();
        let parted = rest[..gap].contains(&b',');
        let Some(field) = self.field.filter(|field| parted && field.start <= self.done) else {
            return;
        };
        if self.opens_array(field.start) && self.is_element(field.start) {
            let start = self.done + gap;
            let quote = field.quote.filter(|_| self.text[start - 1] == b'"');
            self.field = Some(Field { start, quote, ..field });
        }
    }

    /// Whether what ends where all is settled is an element of an array, or some, the first of which begins at
    /// `start`: nothing closes the array in between, or an object that the field is a member of, and
    /// none is open that begins there.
    fn is_element(&self, start: usize) -> bool {
        const LONGEST: usize = 128;
        let elements = &self.text[start..self.done];
        let mut open = 0_usize;
        let mut closes = |&byte: &u8| {
            open += usize::from(matches!(byte, b'[' | b'{'));
            let left = open.checked_sub(usize::from(matches!(byte, b']' | b'}')));
            open = left.unwrap_or_default();
            left.is_none()
        };
        elements.len() <= LONGEST && !elements.iter().any(&mut closes) && open == 0
    }

    /// Whether an array may have been opened before `at`. Each byte is looked at once.
    fn opens_array(&mut self, at: usize) -> bool {
        if self.bracket < at && self.text[self.bracket] != b'[' {
            let unread = &self.text[self.bracket..at];
            self.bracket += memchr::memchr(b'[', unread).unwrap_or(unread.len());
        }
        self.bracket < at
    }

    /// Whether a digit stands before `at` with nothing but an invisible character between.
    pub(super) fn continues_digits(&self, at: usize) -> bool {
        self.before(at) >= 0x80 && self.continues_hidden(at)
    }

    #[cold]
    fn continues_hidden(&self, at: usize) -> bool {
        let head = &self.text[self.start..at];
        let start = head.iter().rposition(|&b| b & 0xC0 != 0x80).unwrap_or(0);
        let hidden = carrier::unit(head, start).is_some_and(|unit| fold::is_ignorable(unit.ch));
        hidden && start > 0 && (head[start - 1].is_ascii_digit() || head[start - 1] >= 0x80)
    }

    /// Whether one sign parts `at` from a number token: the scan proposes no digits that one sign
    /// parts from a number, and a token was one.
    pub(super) fn touches_number_token(&self, at: usize) -> bool {
        self.last.is_some_and(|(end, kind)| end + 1 == at && kind == TypeCode::TEL)
            && self.token_end.checked_add(1) == Some(at)
            && !matches!(self.before(at), b' ' | b'+')
            && self.at(at) != b'+'
    }

    /// Whether the text that ends at `end` is the key of a JSON member.
    pub(super) fn is_json_key(&self, end: usize) -> bool {
        let rest = &self.text[end.min(self.text.len())..];
        let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
        let Some(rest) = rest.strip_prefix(b"\"") else { return false };
        if rest.trim_ascii_start().first() != Some(&b':') {
            return false;
        }
        let floor = self.start.max(end.saturating_sub(LONGEST_KEY));
        let Some(open) = self.text[floor..end].iter().rposition(|&b| b == b'"') else {
            return false;
        };
        let head = self.text[self.start..floor + open].trim_ascii_end();
        let head = head.strip_suffix(b"\\").unwrap_or(head).trim_ascii_end();
        matches!(head.last(), None | Some(b'{' | b','))
    }
}

/// Longest key of a member that is looked for.
const LONGEST_KEY: usize = 128;

/// A field whose value may hold an identity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// What the key says.
    pub class: Class,
    /// Where the value begins, after quotes, brackets and spaces.
    pub start: usize,
    /// The quote that opens the value.
    pub quote: Option<Unit>,
    /// Where the value ends, if it is a cell of a row.
    pub end: Option<usize>,
    /// Whether `:` stands between key and value.
    pub colon: bool,
    /// How the key of a JSON member is quoted.
    pub key_quotes: Quotes,
    /// Whether it is a parameter of a URL query or form.
    pub query: bool,
    /// Whether the key says that the value of a field named elsewhere follows.
    pub is_value: bool,
    /// Whether the key says that the value is the name of a field.
    pub is_label: bool,
}

impl Field {
    /// Whether it is a JSON member without quotes around its value.
    pub(super) fn is_bare_member(&self) -> bool {
        self.key_quotes != Quotes::NO && self.quote.is_none()
    }

    /// A field whose value begins at `start`, named by a column.
    pub(super) fn at_value(class: Class, start: usize, quote: Option<Unit>) -> Self {
        let (colon, query, is_value, is_label) = (false, false, false, false);
        let (end, key_quotes) = (None, Quotes::NO);
        Self { class, start, quote, end, colon, key_quotes, query, is_value, is_label }
    }

    /// A field whose value is the cell from `start` to `end`, named by a header.
    pub(super) fn in_cell(class: Class, start: usize, end: usize) -> Self {
        Self { end: Some(end.max(start)), ..Self::at_value(class, start, None) }
    }

    /// Whether it is known where the value ends: nothing else can follow it there.
    pub(super) fn is_enclosed(&self) -> bool {
        self.quote.is_some() || self.end.is_some()
    }
}

/// Whether a capital, or a letter of a script without case, stands at `at`.
pub(super) fn is_capital(line: &Line, at: usize) -> bool {
    match line.at(at) {
        b'A'..=b'Z' => true,
        0x80.. | b'\\' => carrier::unit(line.text, at).is_some_and(|unit| !unit.ch.is_lowercase()),
        _ => false,
    }
}

/// Letters and digits; every byte of a multi-byte character counts as a letter.
#[inline]
pub(super) fn is_word_byte(byte: u8) -> bool {
    WORD_BYTES[usize::from(byte)]
}

static WORD_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte >= 0x80;
        byte += 1;
    }
    table
};
