//! Rows without a header: what the neighbours of a cell say about it.
//!
//! A row of a CDR or a queue log, parted by `,` `;` `|` or tabs, names no fields. What is certain in it
//! (a number with a plus sign or an international prefix in a cell of its own, a caller id in angle
//! brackets) makes the row one about calls; then bare numbers that a plan allows, and name-like cells
//! beside a number, count as well. Only the row itself is looked at.

use crate::lexicon::Bits;
use crate::rules::words::{Said, Words};
use crate::span::Span;

use super::judge::{self, Trust, is_person};
use super::line::Line;
use super::number::Number;
use super::person::{self, Case, Manner};

/// Fewest separators of a row.
const FEWEST_SEPARATORS: usize = 3;
/// Most cells that are told apart.
const MOST_CELLS: usize = 32;
/// How many cells away a certain one still counts.
const NEAR: usize = 3;
/// Longest row that is looked at.
const LONGEST_ROW: usize = 4096;

/// The separator of the cell that `span` fills, quotes apart; nothing if it fills none.
#[inline]
pub(super) fn cell_separator(line: &Line, span: Span) -> Option<u8> {
    let bounds = |byte| matches!(byte, b',' | b';' | b'|' | b'\t' | b'"' | b'\n');
    let may_fill = bounds(line.at(span.end)) && bounds(line.before(span.start));
    if may_fill { separator_around(line, span) } else { None }
}

/// The same where a separator or a quote stands on both sides, or the line ends.
fn separator_around(line: &Line, span: Span) -> Option<u8> {
    let (start, end) = unquoted(line, span);
    let before = line.before(start);
    let after = line.at(end);
    let separator = if before == b'\n' { after } else { before };
    let edge = |byte: u8| byte == separator || byte == b'\n';
    (matches!(separator, b',' | b';' | b'|' | b'\t') && edge(before) && edge(after))
        .then_some(separator)
}

/// The extent of a cell with its quotes.
fn unquoted(line: &Line, span: Span) -> (usize, usize) {
    let (mut start, mut end) = (span.start, span.end);
    while line.before(start) == b'"' && line.at(end) == b'"' && span.start - start < 3 {
        start -= 1;
        end += 1;
    }
    (start, end)
}

/// Whether a cell near `span` is certain to be about a call: a number with a plus sign or an
/// international prefix, a caller id in angle brackets, a channel, or the name of an event.
pub(super) fn is_near_call(line: &Line, words: &Words, span: Span, separator: u8) -> bool {
    if span.start > line.start + LONGEST_ROW {
        return false;
    }
    let row = &line.text[line.start..line.text.len().min(line.start + LONGEST_ROW)];
    let (mut at, mut here, mut certain, mut count) = (line.start, None, [false; MOST_CELLS], 0);
    for cell in row.split(|&b| b == separator).take(MOST_CELLS) {
        if (at..=at + cell.len()).contains(&span.start) {
            here = Some(count);
        }
        certain[count] = is_certain(cell) || is_event(cell, words);
        at += cell.len() + 1;
        count += 1;
    }
    let near = |here: usize| {
        certain[here.saturating_sub(NEAR)..(here + NEAR + 1).min(count)].contains(&true)
    };
    count > FEWEST_SEPARATORS && here.is_some_and(near)
}

/// `PJSIP/trunk-1a2b`, `ENTERQUEUE`: a channel of a PBX, or what happened to a call.
fn is_event(cell: &[u8], words: &Words) -> bool {
    let cell = cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell);
    is_channel(cell) || words.of(cell).any(Said::P_EVENT)
}

/// Whether `text` opens with the technology of a channel of Asterisk or FreeSWITCH.
pub(super) fn is_channel(text: &[u8]) -> bool {
    let technologies: [&[u8]; 8] =
        [b"PJSIP/", b"SIP/", b"DAHDI/", b"IAX2/", b"Local/", b"sofia/", b"SCCP/", b"mISDN/"];
    technologies.iter().any(|technology| text.starts_with(technology))
}

fn is_certain(cell: &[u8]) -> bool {
    let inside = cell.strip_prefix(b"\"").unwrap_or(cell);
    let number = match inside {
        [b'+', ..] => &inside[1..],
        [b'0', b'0', ..] => &inside[2..],
        _ => angle(cell).unwrap_or_default(),
    };
    let digits = number.iter().take_while(|b| b.is_ascii_digit() || **b == b' ').count();
    digits >= 8 && matches!(number.get(digits), None | Some(b'"' | b'>'))
}

/// What follows the angle bracket of a caller id.
fn angle(cell: &[u8]) -> Option<&[u8]> {
    let open = cell.iter().position(|&b| b == b'<')?;
    let inside = &cell[open + 1..];
    Some(inside.strip_prefix(b"+").unwrap_or(inside))
}

/// Names in the cells right before and after the number in the cell at `span`.
pub(super) fn names_beside(
    line: &Line,
    words: &Words,
    span: Span,
    separator: u8,
) -> [Option<Span>; 3] {
    let (start, end) = unquoted(line, span);
    let before = cell_before(line, start, separator);
    let two_before = before.and_then(|cell| cell_before(line, cell.start, separator));
    let after = (line.at(end) == separator).then(|| cell_from(line, end + 1, separator));
    let whole = |cell: Option<Span>| cell.filter(|&cell| is_name(line, words, cell));
    // `Beispiel,Erika,+49...`: two cells are one person's names if either is on a list.
    if let (Some(family), Some(given)) = (two_before, before)
        && is_name_pair(line, words, family, given)
    {
        return [Some(family), Some(given), whole(after)];
    }
    if let Some([family, given]) = before.and_then(|cell| pair_before(line, words, cell, separator))
    {
        return [Some(family), Some(given), whole(after)];
    }
    [None, whole(before), whole(after)]
}

/// The parts of a name that the lists know in two cells side by side, somewhere before `cell`: a date or a place may
/// stand between them and the number.
fn pair_before(line: &Line, words: &Words, cell: Span, separator: u8) -> Option<[Span; 2]> {
    const MOST: usize = 6;
    let mut given = cell;
    for _ in 0..MOST {
        let family = cell_before(line, given.start, separator)?;
        let listed = is_given(line, given) || is_given(line, family);
        if listed && is_name_pair(line, words, family, given) {
            return Some([family, given]);
        }
        given = family;
    }
    None
}

/// Whether a cell holds a given name and nothing else.
fn is_given(line: &Line, cell: Span) -> bool {
    let bits = person::lexicon_bits(&line.text[cell.start..cell.end]);
    bits.given() > 0 && bits.common() == 0 && !bits.is_place()
}

/// The two cells before the one that holds the digits at `at`, a number of any kind, if they are the
/// parts of a name that the lists know: `4711,Beispiel,Erika,0171/3920012,`.
pub(super) fn names_before_digits(line: &Line, words: &Words, at: usize) -> Option<[Span; 2]> {
    if !matches!(line.before(at), b'(' | b'+' | b'"' | b',' | b';' | b'|' | b'\t') {
        return None;
    }
    let head = &line.text[line.start..at];
    let opening = head.iter().rev().take_while(|b| matches!(b, b'(' | b'+' | b'"')).count();
    let separator = line.before(at - opening);
    if !matches!(separator, b',' | b';' | b'|' | b'\t') {
        return None;
    }
    let given = cell_before(line, at - opening, separator)?;
    let family = cell_before(line, given.start, separator)?;
    let listed = is_given(line, given) || is_given(line, family);
    (listed && is_name_pair(line, words, family, given)).then_some([family, given])
}

/// The cell that begins at `at`, behind a separator, and the next one, if they are the parts of a name: the
/// lists know a given name, or a family name and nothing of the other.
pub(super) fn names_from(line: &Line, words: &Words, at: usize) -> Option<[Span; 2]> {
    let separator = line.before(at);
    if at > line.start + LONGEST_ROW {
        return None;
    }
    let first = cell_from(line, at, separator);
    let second = (line.at(first.end) == separator)
        .then(|| cell_from(line, first.end + 1, separator))
        .filter(|second| line.at(second.end) == separator)?;
    let bits = |cell: Span| person::lexicon_bits(&line.text[cell.start..cell.end]);
    let given = |cell: Span| is_given(line, cell) && !bits(cell).is_host();
    let plain = |bits: Bits| bits.common() == 0 && !bits.is_place() && !bits.is_host();
    let family = bits(first).family() > 1 && plain(bits(first));
    let known = given(first) || given(second) || family && bits(second).is_empty();
    (known && is_name_pair(line, words, first, second)).then_some([first, second])
}

/// The cell that ends before the separator at `end - 1`.
fn cell_before(line: &Line, end: usize, separator: u8) -> Option<Span> {
    if line.before(end) != separator {
        return None;
    }
    let end = end - 1;
    let floor = line.start.max(line.done.min(end));
    let start = line.text[floor..end].iter().rposition(|&b| b == separator).map(|i| floor + i + 1);
    let start = start.unwrap_or(floor);
    (start < end).then_some(Span::new(start, end))
}

fn cell_from(line: &Line, start: usize, separator: u8) -> Span {
    let length = line.text[start..].iter().take_while(|&&b| b != separator).count();
    Span::new(start, start + length)
}

/// Two words or more that fill a cell and name a person.
fn is_name(line: &Line, words: &Words, cell: Span) -> bool {
    let manner = Manner { lower: false, comma: true, plus: false };
    let Some(name) = person::read_whole(line.text, cell, words, manner) else { return false };
    let unknown = || {
        name.words().iter().all(|word| word.bits.is_empty() && word.said.is_empty())
            && name.words().iter().any(|word| word.span().len() > 4)
    };
    name.words().len() >= 2
        && (is_person(&name, Trust::Some) || name.words().len() == 2 && unknown())
}

fn is_name_pair(line: &Line, words: &Words, family: Span, given: Span) -> bool {
    let manner = Manner { lower: false, comma: false, plus: false };
    let read = |cell: Span| {
        let name = person::read_whole(line.text, cell, words, manner)?;
        let capital = name
            .words()
            .iter()
            .all(|word| word.is_particle() || matches!(word.case, Case::Title | Case::Upper));
        // Beside a given name any word can be one.
        let other = if cell == family { given } else { family };
        let person = is_person(&name, Trust::Full)
            || is_given(line, other)
                && matches!(name.words(), [only] if only.said.is_empty() && only.span().len() > 2);
        (capital && person).then_some(name)
    };
    let (Some(family), Some(given)) = (read(family), read(given)) else { return false };
    let mut both = given.words().iter().chain(family.words());
    !both.any(judge::is_elsewhere)
}

/// Rows of the call monitor of FRITZ!Box routers: `21.11.26 10:15:00;RING;0;030...;625123;SIP0;`, where
/// subscriber numbers stand without their area code.
pub(super) fn is_call_monitor(line: &Line, number: &Number) -> bool {
    let row = &line.text[line.start..];
    let head = row.get(17..).unwrap_or_default();
    let event =
        [&b";RING;"[..], b";CALL;", b";CONNECT;"].iter().any(|event| head.starts_with(event));
    event && number.count == 1 && cell_separator(line, number.span) == Some(b';')
}
