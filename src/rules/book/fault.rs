//! What is wrong with a rule file, and where.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Where something stands in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// Line and column, both from 1, columns in characters; nothing when the file as a whole is meant.
    pub at: Option<(usize, usize)>,
}

impl Place {
    /// The file called `name` as a whole.
    pub fn whole(name: &str) -> Self {
        Self { file: Arc::from(name), at: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "{}:{line}:{column}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// Why a rule file is refused: place, reason, and what to do about it. Never quotes the values that
/// stand in it: a list holds identities.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}{}", Hint(hint))]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// How to put it right.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault without a hint.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), hint: None }
    }

    /// The same with a hint.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

struct Hint<'h>(&'h Option<String>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |hint| write!(f, " (hint: {hint})"))
    }
}

/// The text of a TOML file and its name: turns places and complaints of the parser into faults.
#[derive(Debug)]
pub struct Source<'t> {
    /// What messages call it.
    pub name: Arc<str>,
    /// The text.
    pub text: &'t str,
}

impl Source<'_> {
    /// The place of a byte range of the text.
    pub fn place(&self, range: &Range<usize>) -> Place {
        let head = &self.text[..range.start.min(self.text.len())];
        let line = 1 + head.matches('\n').count();
        let column = 1 + head.rsplit('\n').next().map_or(0, |last| last.chars().count());
        Place { file: Arc::clone(&self.name), at: Some((line, column)) }
    }

    /// What the parser complains about, without the values that it read.
    pub fn syntax(&self, error: &toml::de::Error) -> Fault {
        let place = self.place(&error.span().unwrap_or(0..0));
        let message = unquoted(error.message());
        match nearest(error.message()) {
            Some(known) => Fault::new(place, message).with_hint(format!("did you mean `{known}`?")),
            None => Fault::new(place, message),
        }
    }
}

impl Source<'_> {
    /// The fault of a field at `range` that is called `name`, which none of `known` is.
    pub fn unknown_field<'k>(
        &self,
        range: &Range<usize>,
        name: &str,
        known: impl Iterator<Item = &'k str>,
    ) -> Fault {
        let fault = Fault::new(self.place(range), format!("unknown field `{name}`"));
        match nearest_of(name, known) {
            Some(known) => fault.with_hint(format!("did you mean `{known}`?")),
            None => fault,
        }
    }
}

/// `message` without what stands between double quotes.
fn unquoted(message: &str) -> String {
    let parts = message.split('"').enumerate();
    let kept: Vec<_> = parts.map(|(i, part)| if i % 2 == 0 { part } else { "..." }).collect();
    kept.join("\"").replace('\n', " ")
}

/// The expected name that is nearest to the one that was found: serde writes all of them between
/// backquotes, the one that it found first.
fn nearest(message: &str) -> Option<&str> {
    message.starts_with("unknown ").then_some(())?;
    let mut names = message.split('`').skip(1).step_by(2);
    let found = names.next()?;
    nearest_of(found, names)
}

/// The one of `known` that is nearest to `name`, unless all are far.
fn nearest_of<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.map(|known| (distance(name, known), known)).min()?;
    (near.0 <= 1 + name.len() / 3).then_some(near.1)
}

/// Levenshtein's distance in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (a, b, expected) in
            [("", "", 0), ("patern", "pattern", 1), ("kitten", "sitting", 3), ("abc", "", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn values_are_not_repeated() {
        let message = "invalid type: string \"Erika Beispiel\", expected u8";
        assert_eq!(unquoted(message), "invalid type: string \"...\", expected u8");
    }
}
