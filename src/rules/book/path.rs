//! Paths into JSON documents: the part of RFC 9535 that names members.
//!
//! `$.caller.name`, `$.calls[*].remote`, `$.calls[0]`, `$..token`, `$['a key']`.

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name` or `['name']`.
    Key(Box<str>),
    /// `.*` or `[*]`: any member or element.
    Any,
    /// `[n]`.
    Index(usize),
    /// `..`: any number of steps.
    Descend,
}

/// A path from the root of a line's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Vec<Step>);

impl JsonPath {
    /// The path that `text` spells, or what is wrong with it.
    ///
    /// # Errors
    /// A message without the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut rest = text.strip_prefix('$').ok_or("a path begins with $")?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = step(rest)?;
            steps.push(step);
            rest = after;
        }
        match steps.last() {
            None | Some(Step::Descend) => Err("a path ends with what it names"),
            _ => Ok(Self(steps)),
        }
    }

    /// Whether it names the place that `place` leads to: keys and indices from the root.
    pub fn names(&self, place: &[Step]) -> bool {
        names(&self.0, place)
    }
}

fn names(path: &[Step], place: &[Step]) -> bool {
    match (path.split_first(), place.split_first()) {
        (None, None) => true,
        (Some((Step::Descend, rest)), _) => {
            (0..=place.len()).any(|skipped| names(rest, &place[skipped..]))
        }
        (Some((step, rest)), Some((here, below))) => {
            (*step == Step::Any || step == here) && names(rest, below)
        }
        _ => false,
    }
}

/// The first step of `rest`, and what follows it.
fn step(rest: &str) -> Result<(Step, &str), &'static str> {
    if let Some(after) = rest.strip_prefix("..") {
        // `..name` is `..` and then `.name`; a bracket stands for itself.
        let whole = if after.starts_with('[') { after } else { &rest[1..] };
        return Ok((Step::Descend, whole));
    }
    if let Some(after) = rest.strip_prefix('.') {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        return match name {
            "" => Err("a name is missing"),
            "*" => Ok((Step::Any, after)),
            _ => Ok((Step::Key(name.into()), after)),
        };
    }
    let inner = rest.strip_prefix('[').ok_or("expected . or [")?;
    let (inside, after) = inner.split_once(']').ok_or("a bracket is not closed")?;
    let quoted = |quote| inside.strip_prefix(quote).and_then(|s: &str| s.strip_suffix(quote));
    match (quoted('\'').or_else(|| quoted('"')), inside) {
        (Some(name), _) => Ok((Step::Key(name.into()), after)),
        (None, "*") => Ok((Step::Any, after)),
        (None, index) => {
            let index = index.parse().map_err(|_| "expected [*], [number] or ['name']")?;
            Ok((Step::Index(index), after))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Vec<Step> {
        JsonPath::parse(text).expect("a place is a path").0
    }

    #[test]
    fn paths_name_places() {
        for (path, at, expected) in [
            ("$.a.b", "$.a.b", true),
            ("$.a.b", "$.a.b.c", false),
            ("$.a[*].c", "$.a[3].c", true),
            ("$.a[0]", "$.a[1]", false),
            ("$..c", "$.a.b[2].c", true),
            ("$..c", "$.c", true),
            ("$['a key'].x", "$['a key'].x", true),
            ("$.*.x", "$.a.x", true),
        ] {
            assert_eq!(JsonPath::parse(path).map(|p| p.names(&place(at))), Ok(expected), "{path}");
        }
    }

    #[test]
    fn broken_paths_are_refused() {
        for text in ["a.b", "$", "$..", "$.a[", "$.a[x]", "$.a..", "$a"] {
            assert!(JsonPath::parse(text).is_err(), "{text}");
        }
    }
}
