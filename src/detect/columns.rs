//! Rows with a header: what the first line of a CSV or TSV file says of the cells below it.
//!
//! In: the first line of an input. Out: [`Columns`], one [`Class`] for each column, judged like the key
//! of a field. They are handed in beside each block of that input, so a row means the same
//! wherever it is cut off from its header. A line is a header if its cells are distinct names and one
//! of them may hold a number or a name of a person; a row obeys it if it has as many cells. Rows are
//! cut as RFC 4180 says, one record a line. Cost: one pass over each row, none without a header.

use crate::rules::words::Words;
use crate::scan::candidate::{Candidate, Trigger};

use super::key::{self, Class};
use super::line::{Field, Line, is_word_byte};

/// What the columns of an input hold; nothing for an input without a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The header, line end apart: a row that repeats it is none.
    header: Vec<u8>,
    separator: u8,
    classes: Vec<Class>,
}

/// Most columns of a header: their number must fit a [`Trigger::Cell`].
const MOST_COLUMNS: usize = 255;
/// Longest header.
const LONGEST_HEADER: usize = 8192;
/// What may part the columns, the likelier ones first.
const SEPARATORS: [u8; 4] = [b'\t', b';', b',', b'|'];

impl Columns {
    /// The columns that the first line of `head` names, if it is a header.
    pub(super) fn named_by(head: &[u8], words: &Words) -> Self {
        let line = first_line(head);
        let columns = SEPARATORS.iter().find_map(|&separator| columns(line, separator, words));
        columns.unwrap_or_default()
    }

    /// Whether there is no header.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Adds the cells of the rows of `block` to its `candidates`, in order.
    pub(crate) fn mark(&self, block: &[u8], candidates: &mut Vec<Candidate>) {
        if self.is_empty() {
            return;
        }
        let others = std::mem::take(candidates);
        let mut others = others.into_iter().peekable();
        let mut start = 0;
        for row in block.split_inclusive(|&b| b == b'\n') {
            self.mark_row(start, without_end(row), &mut |cell| {
                candidates
                    .extend(std::iter::from_fn(|| others.next_if(|other| other.at < cell.at)));
                candidates.push(cell);
            });
            start += row.len();
        }
        candidates.extend(others);
    }

    fn mark_row(&self, start: usize, row: &[u8], push: &mut impl FnMut(Candidate)) {
        if row == self.header || Cells::new(row, self.separator).count() != self.classes.len() {
            return;
        }
        for (cell, column) in Cells::new(row, self.separator).zip(0..) {
            push(Candidate { at: (start + cell.start) as u32, trigger: Trigger::Cell(column) });
        }
    }

    /// The field that is the cell of this `column` at `at`.
    pub(super) fn field(&self, line: &Line, at: usize, column: u8) -> Option<Field> {
        let class = *self.classes.get(usize::from(column))?;
        let end = at + Cells::new(&line.text[at..], self.separator).next()?.end;
        let content = &line.text[at..end];
        let quotes = content.iter().take_while(|&&b| b == b'"').count();
        let closing = content[quotes..].iter().rev().take_while(|&&b| b == b'"').count();
        Some(Field::in_cell(class, at + quotes, end - closing))
    }
}

fn first_line(head: &[u8]) -> &[u8] {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    let line = head.split(|&b| b == b'\n').next().unwrap_or_default();
    let line = without_end(line);
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn columns(line: &[u8], separator: u8, words: &Words) -> Option<Columns> {
    let mut classes = Vec::new();
    let mut names: Vec<&[u8]> = Vec::new();
    for cell in Cells::new(line.get(..LONGEST_HEADER).unwrap_or(line), separator) {
        let name = trimmed(&line[cell.start..cell.end]);
        if !is_name(name) || names.contains(&name) || classes.len() == MOST_COLUMNS {
            return None;
        }
        names.push(name);
        classes.push(key::classify(words, name));
    }
    let tells = classes.iter().any(|class| !matches!(class, Class::Other | Class::Unknown));
    let fits = line.len() <= LONGEST_HEADER && classes.len() > 1 && tells;
    fits.then(|| Columns { header: line.to_vec(), separator, classes })
}

fn trimmed(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
}

/// A name as columns have it: a few words, no value.
fn is_name(name: &[u8]) -> bool {
    let opens = name.first().is_some_and(|&b| is_word_byte(b) && !b.is_ascii_digit() || b == b'_');
    let signs = |b: &u8| is_word_byte(*b) || b" _-./()#".contains(b);
    let digits = name.iter().filter(|b| b.is_ascii_digit()).count();
    let words = name.split(|&b| b == b' ').count();
    opens && name.iter().all(signs) && digits <= 4 && words <= 5 && name.len() <= key::LONGEST_KEY
}

/// The cells of a row (RFC 4180: a separator inside double quotes parts nothing), without the
/// spaces around them, quotes included.
struct Cells<'r> {
    row: &'r [u8],
    separator: u8,
    at: Option<usize>,
}

impl<'r> Cells<'r> {
    fn new(row: &'r [u8], separator: u8) -> Self {
        Self { row, separator, at: Some(0) }
    }
}

impl Iterator for Cells<'_> {
    type Item = std::ops::Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let from = self.at?;
        let cell = &self.row[from..];
        let mut quoted = false;
        let quotes = cell.trim_ascii_start().first() == Some(&b'"');
        let length = cell.iter().position(|&b| {
            quoted ^= quotes && b == b'"';
            b == self.separator && !quoted
        });
        self.at = length.map(|length| from + length + 1);
        let cell = &cell[..length.unwrap_or(cell.len())];
        let start = from + cell.len() - cell.trim_ascii_start().len();
        Some(start..start + cell.trim_ascii().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn named_by(head: &str) -> Vec<Class> {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        Columns::named_by(head.as_bytes(), &rules.words).classes
    }

    #[test]
    fn headers_name_their_columns() {
        use Class::{Caller, Name, Other, Part, Phone, Unknown};
        for (head, classes) in [
            ("id,phone,first_name\n7,030,x", &[Other, Phone, Part][..]),
            ("\u{feff}Kunde Telefon;Status\r\n", &[Phone, Other]),
            ("\"Caller Name\"\t\"Mobile Phone\"", &[Name, Phone]),
            ("xyz | caller | order_id", &[Unknown, Caller, Other]),
        ] {
            assert_eq!(named_by(head), classes, "{head}");
        }
    }

    #[test]
    fn other_first_lines_name_nothing() {
        for head in [
            "",
            "phone",
            "2026-11-21,phone",
            "phone,phone",
            "phone=030,name=x",
            "status,code,message",
            "phone,,name",
            "call from phone 3, then a much longer sentence about it follows here",
        ] {
            assert_eq!(named_by(head), [], "{head}");
        }
    }

    #[test]
    fn cells_are_cut_as_rfc_4180_says() {
        let row = br#"a, "b,""c""" ,,d"e"#;
        let cells: Vec<_> = Cells::new(row, b',').map(|cell| &row[cell]).collect();
        assert_eq!(cells, [&b"a"[..], br#""b,""c""""#, b"", b"d\"e"]);
    }

    #[test]
    fn only_rows_of_the_same_width_are_marked_and_the_order_is_kept() {
        let rules = RuleSet::builtin().expect("the embedded rules are valid");
        let columns = Columns::named_by(b"id,phone", &rules.words);
        let other = |at| Candidate { at, trigger: Trigger::Number };
        let mut candidates = vec![other(0), other(11), other(20)];
        columns.mark(b"id,phone\n1,23\nfree text\n2,,\n3,4", &mut candidates);
        let cell = |at, column| Candidate { at, trigger: Trigger::Cell(column) };
        let wanted =
            [other(0), cell(9, 0), cell(11, 1), other(11), other(20), cell(28, 0), cell(30, 1)];
        assert_eq!(candidates, wanted);
    }
}
