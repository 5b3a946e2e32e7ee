//! Values of the fields that rules name.
//!
//! In: a block and where its `:` and `=` are. Out: the spans of the values. JSON members (also inside
//! JSON strings), `key=value`, `key: value`, URL parameters and cookies, header fields, columns. A
//! value that is an array or object gives its scalars. Nothing is parsed as a whole: a value that is
//! cut ends with its line.
//!
//! Cost: two bytes before each separator are compared with the ends of all keys, then eight; what passes
//! has its key looked at.

use memchr::{memchr, memchr2};

use crate::carrier::{self, Unit};
use crate::rules::book::model::{Csv, Fields};
use crate::rules::book::{Glob, Step};
use crate::scan::Lane;
use crate::span::Span;

use super::ends::Ends;
use super::json;
use super::lines::Lines;

/// Longest key that is read.
const LONGEST_KEY: usize = 96;
/// Most blanks between separator and value.
const MOST_BLANKS: usize = 8;

/// The fields of all rules.
#[derive(Debug)]
pub(super) struct FieldRules {
    rules: Vec<(u16, Fields)>,
    ends: Ends,
}

impl FieldRules {
    pub(super) fn new(rules: Vec<(u16, Fields)>) -> Self {
        let mut ends = Ends::default();
        for (_, fields) in &rules {
            for glob in fields.keys.iter().chain(&fields.headers) {
                ends.allow(glob.as_bytes());
            }
            if !fields.json.is_empty() {
                // The last step may be any key.
                ends.allow(b"*");
            }
        }
        Self { rules, ends }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Calls `hit` with rule and span for each value in `text`, whose class masks are `lanes`. A value
    /// within another one of the same rule is a part of that and not told again.
    pub(super) fn run(&self, text: &[u8], lanes: &[Lane], hit: &mut impl FnMut(u16, Span)) {
        if self.is_empty() {
            return;
        }
        let mut reader = Reader::new(text, self.rules.len());
        for (index, lane) in lanes.iter().enumerate() {
            let mut keys = lane.key;
            while keys != 0 {
                let at = index * 64 + keys.trailing_zeros() as usize;
                keys &= keys - 1;
                if at < text.len() && text[at] != b'<' && self.may_end(text, at) {
                    self.look(&mut reader, at, hit);
                }
            }
        }
        for (rule, csv) in self.rules.iter().filter_map(|(rule, f)| Some((rule, f.csv.as_ref()?))) {
            columns(text, csv, |span| hit(*rule, span));
        }
    }

    #[inline]
    fn may_end(&self, text: &[u8], separator: usize) -> bool {
        let mut end = separator;
        while end > 0 && matches!(text[end - 1], b'"' | b'\\' | b'\'' | b' ') {
            end -= 1;
        }
        self.ends.may_end(&text[..end])
    }

    #[cold]
    fn look(&self, reader: &mut Reader, separator: usize, hit: &mut impl FnMut(u16, Span)) {
        let (line, start) = reader.line(separator);
        let Some(key) = Key::before(line, separator - start) else { return };
        let is_member = key.quote == Some(Unit { ch: '"', len: 1 });
        let mut place = None;
        for (index, (rule, fields)) in self.rules.iter().enumerate() {
            if separator < reader.until[index] {
                continue;
            }
            let report = |span: Span| hit(*rule, Span::new(start + span.start, start + span.end));
            let named = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(key.name));
            let mut is_at_path = || {
                let walk = &mut reader.walk;
                let place = place
                    .get_or_insert_with(|| walk.place(line, separator - start).map(<[_]>::to_vec));
                let names = |place: &Vec<Step>| fields.json.iter().any(|path| path.names(place));
                place.as_ref().is_some_and(names)
            };
            let end = if key.opens_line && named(&fields.headers) {
                let span = header_value(line, separator - start);
                let mut report = report;
                report(span);
                span.end
            } else if named(&fields.keys) || (is_member && !fields.json.is_empty() && is_at_path())
            {
                value(line, separator - start, &key, report)
            } else {
                continue;
            };
            reader.until[index] = start + end;
        }
    }
}

/// Reads a text from left to right.
struct Reader<'t> {
    text: &'t [u8],
    lines: Lines<'t>,
    /// Where the line starts that is being read.
    start: usize,
    /// Where it is in the JSON of that line.
    walk: json::Walk,
    /// By rule, where its last value ends.
    until: Vec<usize>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8], rules: usize) -> Self {
        let (lines, walk) = (Lines::new(text), json::Walk::default());
        Self { text, lines, start: usize::MAX, walk, until: vec![0; rules] }
    }

    /// The line that holds `at`, without its end, and where it starts.
    fn line(&mut self, at: usize) -> (&'t [u8], usize) {
        let Span { start, end } = self.lines.around(at);
        if self.start != start {
            (self.start, self.walk) = (start, json::Walk::default());
        }
        let line = &self.text[start..end];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        (line.strip_suffix(b"\r").unwrap_or(line), start)
    }
}

/// The key before a separator.
pub(super) struct Key<'l> {
    name: &'l [u8],
    /// What closes its quotes.
    quote: Option<Unit>,
    colon: bool,
    opens_line: bool,
}

impl<'l> Key<'l> {
    /// The key that ends before `separator` of `line`.
    pub(super) fn before(line: &'l [u8], separator: usize) -> Option<Self> {
        let colon = line[separator] == b':';
        let head = line[..separator].trim_ascii_end();
        let (name_end, quote) = match head {
            [rest @ .., b'"' | b'\''] => {
                let slashes = rest.iter().rev().take_while(|&&b| b == b'\\').count();
                let end = rest.len() - slashes;
                (
                    end,
                    carrier::unit(head, head.len() - 1)
                        .map(|unit| Unit { len: 1 + slashes, ..unit }),
                )
            }
            _ => (head.len(), None),
        };
        let floor = name_end.saturating_sub(LONGEST_KEY);
        let len = line[floor..name_end].iter().rev().take_while(|&&b| is_key_byte(b)).count();
        let mut start = name_end - len;
        // The letter of `\n`, `\r` and `\t` is no part of the key after it.
        let escaped = start > 0 && line[start - 1] == b'\\' && len > 1;
        if escaped && matches!(line[start], b'n' | b'r' | b't') {
            start += 1;
        }
        let opens_line = colon && (start == 0 || (escaped && line[start - 1] == b'n'));
        let name = &line[start..name_end];
        (!name.is_empty()).then_some(Self { name, quote, colon, opens_line })
    }

    pub(super) fn name(&self) -> &[u8] {
        self.name
    }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// Calls `found` for the value after `separator`, or for each scalar of a container, and returns
/// where the value ends.
pub(super) fn value(
    line: &[u8],
    separator: usize,
    key: &Key,
    mut found: impl FnMut(Span),
) -> usize {
    let mut found = |span: Span| {
        if !span.is_empty() && !matches!(&line[span.start..span.end], b"null" | b"true" | b"false")
        {
            found(span);
        }
    };
    let rest = &line[separator + 1..];
    let blanks = rest.iter().take(MOST_BLANKS).take_while(|b| matches!(b, b' ' | b'\t')).count();
    // `key= next` has no value; `"key": 1` and `Key: value` have.
    if blanks > 0 && !key.colon {
        return separator + 1;
    }
    let start = separator + 1 + blanks;
    let Some(opening) = opening_quote(line, start) else {
        let is_member = key.colon && key.quote.is_some();
        if let (true, Some(b'{' | b'['), Some(quote)) = (is_member, line.get(start), key.quote) {
            return json::scalars(line, start, quote, found);
        }
        let len = if is_member { json::bare_len(&line[start..]) } else { bare_len(&line[start..]) };
        found(Span::new(start, start + len));
        return start + len;
    };
    let from = start + opening.len;
    let end = json::string_end(line, from, opening).unwrap_or(line.len());
    found(Span::new(from, end));
    end
}

/// The quote at `at`, with the backslashes that spell it.
fn opening_quote(line: &[u8], at: usize) -> Option<Unit> {
    let slashes = line[at..].iter().take_while(|&&b| b == b'\\').count();
    match line.get(at + slashes) {
        Some(b'"') => {}
        Some(b'\'') if slashes == 0 => {}
        _ => return None,
    }
    // Deeper nesting is no unit of the carrier; its backslashes are units of their own.
    (slashes <= 1).then(|| carrier::unit(line, at)).flatten()
}

/// Length of a value without quotes. The escape of a letter is part of it, or its token would make
/// one value of what were two.
fn bare_len(rest: &[u8]) -> usize {
    let ends = |at: usize| match rest[at] {
        b'\\' => rest.get(at + 1) != Some(&b'u'),
        byte => b" \t\r\n,;&|\"')]}>".contains(&byte),
    };
    (0..rest.len()).find(|&at| ends(at)).unwrap_or(rest.len())
}

/// The rest of the line after a header's colon; inside a JSON string up to the end of the header.
fn header_value(line: &[u8], separator: usize) -> Span {
    let rest = &line[separator + 1..];
    let start = separator + 1 + rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let mut end = start;
    let in_json = matches!(line.trim_ascii_start().first(), Some(b'{' | b'['));
    while let Some(unit) = carrier::unit(line, end) {
        if matches!(unit.ch, '\r' | '\n') || (in_json && unit.ch == '"' && unit.len == 1) {
            break;
        }
        end += unit.len;
    }
    let trimmed = line[start..end].trim_ascii_end().len();
    Span::new(start, start + trimmed)
}

/// Calls `found` for the cells of the chosen columns in each line with the right number of cells.
fn columns(text: &[u8], csv: &Csv, mut found: impl FnMut(Span)) {
    let mut cells = Vec::with_capacity(csv.cells);
    let mut start = 0;
    while start < text.len() {
        let end = memchr(b'\n', &text[start..]).map_or(text.len(), |i| start + i);
        let line = &text[start..end];
        split(line.strip_suffix(b"\r").unwrap_or(line), csv, &mut cells);
        let at = |column: usize| Span::new(start + cells[column].start, start + cells[column].end);
        if cells.len() == csv.cells {
            let is_header = |(column, name): &(usize, String)| {
                let span = at(*column);
                text[span.start..span.end].eq_ignore_ascii_case(name.as_bytes())
            };
            if !csv.columns.iter().all(is_header) {
                csv.columns.iter().map(|(column, _)| at(*column)).for_each(&mut found);
            }
        }
        start = end + 1;
    }
}

/// The cells of `line` (RFC 4180), quotes and blanks around them left out; more than expected are
/// not collected.
fn split(line: &[u8], csv: &Csv, cells: &mut Vec<Span>) {
    cells.clear();
    let mut at = 0;
    loop {
        let quoted = line.get(at) == Some(&b'"');
        let mut end = at;
        let mut open = false;
        while let Some(&byte) = line.get(end).filter(|&&b| open || b != csv.separator) {
            open ^= quoted && byte == b'"';
            end += 1;
        }
        cells.push(trimmed(line, at, end, quoted));
        if end >= line.len() || cells.len() > csv.cells {
            return;
        }
        at = end + 1;
    }
}

fn trimmed(line: &[u8], start: usize, end: usize, quoted: bool) -> Span {
    let cell = &line[start..end];
    if let (true, Some(inner)) =
        (quoted, cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")))
    {
        return Span::new(start + 1, start + 1 + inner.len());
    }
    let lead = cell.len() - cell.trim_ascii_start().len();
    Span::new(start + lead, start + lead + cell.trim_ascii().len())
}

/// The values in a line of the fields that a rule is limited to, read from left to right for places in
/// ascending order: linear for all of them.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Up to where separators have been looked at.
    looked: usize,
    /// Where the value ends that reaches farthest.
    until: usize,
    /// How many bytes of values have been read.
    #[cfg(test)]
    read: usize,
}

impl Values {
    /// Whether `span` of `line` lies in the value of a field that `globs` name.
    pub(super) fn holds(&mut self, line: &[u8], span: Span, globs: &[Glob]) -> bool {
        while let Some(found) =
            memchr2(b':', b'=', line.get(self.looked..span.start).unwrap_or_default())
        {
            let at = self.looked + found;
            self.looked = at + 1;
            // Within a value there are no others that reach farther.
            if at < self.until {
                continue;
            }
            let key = Key::before(line, at);
            if let Some(key) = key.filter(|key| globs.iter().any(|glob| glob.matches(key.name()))) {
                self.until = value(line, at, &key, |_| {});
                #[cfg(test)]
                {
                    self.read += self.until - at;
                }
            }
        }
        self.looked = self.looked.max(span.start);
        self.until >= span.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::book::JsonPath;
    use crate::scan::Kernel;

    fn found(fields: Fields, text: &str) -> Vec<String> {
        let mut lanes = Vec::new();
        Kernel::auto().classify(text.as_bytes(), &mut lanes);
        let mut found = Vec::new();
        FieldRules::new(vec![(0, fields)]).run(text.as_bytes(), &lanes, &mut |_, span| {
            found.push(text[span.start..span.end].to_owned());
        });
        found
    }

    fn keys(globs: &[&str]) -> Fields {
        let keys = globs.iter().map(|glob| Glob::new(glob)).collect();
        Fields { keys, ..Fields::default() }
    }

    #[test]
    fn values_are_found_in_every_notation() {
        for (text, expected) in [
            (r#"{"token":"a b","x":1}"#, vec!["a b"]),
            (r#"{"Token": 17.5}"#, vec!["17.5"]),
            (r#"{"m":"{\"token\":\"in\\ner\",\"x\":1}"}"#, vec![r"in\\ner"]),
            (r#"{"token":["a",{"k":"b"}],"x":"c"}"#, vec!["a", "b"]),
            (r#"{"token":null,"x":"c"}"#, vec![]),
            (r#"{"token":"cut"#, vec!["cut"]),
            ("a=1 token=xyz; b", vec!["xyz"]),
            ("GET /?token=x%20y&z=1 HTTP", vec!["x%20y"]),
            ("token: abc def", vec!["abc"]),
            ("token=a\\u00fcb\\n", vec!["a\\u00fcb"]),
            ("token='a b' x", vec!["a b"]),
            ("token= next=1", vec![]),
            ("mytoken=1 tokens=2", vec![]),
        ] {
            assert_eq!(found(keys(&["token"]), text), expected, "{text}");
        }
        assert_eq!(found(keys(&["*_id"]), "user_id=7 id=8 USER_ID=9"), ["7", "9"]);
        assert_eq!(found(keys(&["x"]), "x=1\nx=2"), ["1", "2"]);
    }

    #[test]
    fn paths_headers_and_columns_name_places() {
        let path = JsonPath::parse("$.a[*].id").expect("a path");
        let fields = Fields { json: vec![path], ..Fields::default() };
        assert_eq!(found(fields, r#"{"id":1,"a":[{"id":2},{"id":"3"}],"b":{"id":4}}"#), ["2", "3"]);
        let fields = Fields { headers: vec![Glob::new("x-*")], ..Fields::default() };
        let text = "X-User: \"a\" <b>\r\nVia: X-No: c\n{\"m\":\"A: b\\r\\nX-Two: d e\\r\\n\"}";
        assert_eq!(found(fields, text), ["\"a\" <b>", "d e"]);
        let columns = vec![(1, "who".to_owned())];
        let csv = Csv { separator: b';', cells: 3, columns };
        let fields = Fields { csv: Some(csv), ..Fields::default() };
        let text = "when;who;what\n1;\"a;b\";2\n1;2\n3; c ;4\n1;2;3;4\n";
        assert_eq!(found(fields, text), ["a;b", "c"]);
    }

    #[test]
    fn a_place_is_inside_the_value_of_its_field() {
        let line = br#"{"user":{"name":"Erika"},"note":"call Erika"}"#;
        let (first, second) = (Span::new(17, 22), Span::new(38, 43));
        let mut values = Values::default();
        let user = [Glob::new("user")];
        assert!(values.holds(line, first, &user) && !values.holds(line, second, &user));
        assert!(Values::default().holds(line, second, &[Glob::new("no*")]));
    }

    /// What a peer could send to keep a rule busy: values within values, never closed.
    const NESTED: [&str; 4] = ["\"user\":{", "user=", "user='", "{\"user\":\"a\\\"user\\\":1,"];

    #[test]
    fn the_values_of_a_line_are_read_once_for_all_places_in_it() {
        for part in NESTED {
            let line = part.repeat(1_000);
            let (mut values, user) = (Values::default(), [Glob::new("user")]);
            let mut inside = 0;
            for at in part.len()..line.len() {
                let span = Span::new(at, at + 1);
                inside += usize::from(values.holds(line.as_bytes(), span, &user));
            }
            assert!(inside > line.len() / 10, "{part}");
            assert!(values.read <= line.len(), "{part}: {} of {}", values.read, line.len());
        }
    }

    #[test]
    fn what_stands_in_a_value_is_told_once() {
        for part in NESTED {
            let line = part.repeat(1_000);
            let told: usize = found(keys(&["user"]), &line).iter().map(String::len).sum();
            assert!(told <= line.len(), "{part}: {told} of {}", line.len());
        }
    }
}
