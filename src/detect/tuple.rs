//! Values whose fields are named in a list before them: SQL and database messages.
//!
//! `insert into t (first_name, phone) values ('Erika', '030...')` and PostgreSQL's
//! `Key (phone, name)=(030..., Erika Beispiel) already exists`. In: where the list of values opens. Out:
//! one [`Field`] for each value whose column may hold an identity.

use crate::carrier;
use crate::rules::words::Words;
use crate::span::Span;

use super::key::{Class, KeyCache};
use super::line::{Field, Line};

/// Most columns that are told apart.
pub(super) const MOST_COLUMNS: usize = 24;
/// Longest list of columns.
const LONGEST_LIST: usize = 512;
/// Longest value that is passed over; a list with a longer one ends there.
const LONGEST_VALUE: usize = 1024;

/// The fields of the list of values that opens at `open`, named by the list that closes before
/// `columns_end`.
pub(super) fn fields(
    line: &Line,
    words: &Words,
    cache: &mut KeyCache,
    columns_end: usize,
    open: usize,
) -> [Option<Field>; MOST_COLUMNS] {
    let mut fields = [None; MOST_COLUMNS];
    let Some(columns) = columns_before(line, columns_end) else { return fields };
    let mut names = line.text[columns.start..columns.end].split(|&b| b == b',');
    let mut at = open + 1;
    for field in &mut fields {
        let Some(name) = names.next() else { break };
        let Some((value, quote, next)) = value_at(line, at) else { break };
        let name = name.trim_ascii();
        let class = cache.class(
            words,
            name.strip_prefix(b"\"").and_then(|n| n.strip_suffix(b"\"")).unwrap_or(name),
        );
        if !matches!(class, Class::Other | Class::Unknown | Class::Uri) {
            *field = Some(Field::at_value(class, value.start, quote));
        }
        at = next;
    }
    fields
}

/// The list in brackets that closes right before `end`.
fn columns_before(line: &Line, end: usize) -> Option<Span> {
    let floor = line.start.max(end.saturating_sub(LONGEST_LIST));
    let head = line.text[floor..end].trim_ascii_end();
    let inside = head.strip_suffix(b")")?;
    let open = inside.iter().rposition(|&b| b == b'(')?;
    Some(Span::new(floor + open + 1, floor + inside.len()))
}

/// The value at `at`, its opening quote, and where the next one begins.
fn value_at(line: &Line, at: usize) -> Option<(Span, Option<carrier::Unit>, usize)> {
    let text = &line.text[..line.text.len().min(at + LONGEST_VALUE)];
    let spaces = text.get(at..)?.iter().take_while(|&&b| b == b' ').count();
    let start = at + spaces;
    let rest = &text[start..];
    let unit = carrier::unit(text, start)?;
    if unit.ch == '\'' || unit.ch == '"' {
        let inside = start + unit.len;
        let end = inside + text[inside..].iter().position(|&b| b == text[start + unit.len - 1])?;
        let comma = text[end..].iter().position(|&b| b == b',' || b == b')')?;
        return Some((Span::new(inside, end), Some(unit), end + comma + 1));
    }
    // `(030) 23125123`: brackets inside the value do not end it.
    let mut depth = 0usize;
    let end = rest.iter().position(|&b| {
        let closes = b == b')' && depth == 0;
        depth = depth + usize::from(b == b'(') - usize::from(b == b')' && !closes);
        closes || (b == b',' && depth == 0)
    })?;
    Some((Span::new(start, start + end), None, start + end + 1))
}
