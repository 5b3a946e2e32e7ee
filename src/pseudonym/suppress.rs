//! The list of people who object: whom it names gets a constant in place of a token.
//!
//! A TOML file with a random secret of its own and a mark for each subject: the token that the secret
//! gives to the canonical form. So the list holds no identity, outlives every epoch, and serves all
//! domains. Whoever has the file can try out who is on it, so it is kept like a ring: same checks, mode
//! 0600, never on a command line.
//!
//! ```toml
//! format = "lognym-suppress-1"
//! secret = "lognym-sk1-<64 hex>"
//! [[subject]]
//! mark  = "tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd"
//! added = 2026-11-21T12:00:00Z
//! case  = "DSR-2026/17"               # optional
//! ```

use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use serde::Deserialize;
use toml::value::Datetime;
use zeroize::Zeroizing;

use super::ring::{self, Encoded, FileError, OpenOptions, RingError, SECRET_PREFIX, write_secret};
use super::{Domain, Keys, token};
use crate::replace::Replacement;
use crate::secret::Secret;
use crate::span::TypeCode;

/// What stands in the output for a listed subject.
pub const MARKER: &[u8] = b"[lognym:suppressed]";

const FORMAT: &str = "lognym-suppress-1";
/// The largest file in bytes: some 100,000 subjects.
const LIMIT: usize = 16 << 20;

/// Somebody on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The token under the list's own key.
    pub mark: String,
    /// When it was added.
    pub added: Timestamp,
    /// The case that it belongs to.
    pub case: Option<String>,
}

/// The list as it is kept.
#[derive(Debug)]
pub struct List {
    secret: Secret,
    subjects: Vec<Subject>,
}

impl List {
    /// A list of nobody.
    ///
    /// # Errors
    /// Without random bytes.
    pub fn fresh() -> Result<Self, RingError> {
        Ok(Self { secret: Secret::random().map_err(RingError::Random)?, subjects: Vec::new() })
    }

    /// Reads the list at `path`, a file to which the rules of a ring's apply.
    ///
    /// # Errors
    /// [`FileError`]; nothing of the content is in it.
    pub fn open(path: &Path, options: OpenOptions) -> Result<Self, FileError> {
        let place = path.display().to_string();
        let file = ring::open_checked(path, options)?;
        let unread = |source| FileError::Read { place: place.clone(), source };
        let size = file.metadata().map_err(unread)?.len();
        let limit = usize::try_from(size).unwrap_or(LIMIT).min(LIMIT);
        let text = ring::read_text(file, &place, limit)?;
        Self::parse(&text).map_err(|source| FileError::Ring { place, source })
    }

    /// Writes the list to a new file of mode 0600.
    ///
    /// # Errors
    /// As [`ring::create`].
    pub fn create(&self, path: &Path) -> Result<(), FileError> {
        ring::create_private(path, self.to_text().as_bytes())
    }

    /// Changes the list at `path`: the file is replaced as a whole, or stays what it was.
    ///
    /// # Errors
    /// [`FileError`]; [`FileError::Busy`] while another process changes it.
    pub fn update<T>(path: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T, FileError> {
        let failed = ring::write_failure(path);
        let metadata = ring::open_checked(path, OpenOptions { allow_group_read: true })?
            .metadata()
            .map_err(&failed)?;
        let mut new = Replacement::begin(path, &metadata).map_err(&failed)?;
        let mut list = Self::open(path, OpenOptions { allow_group_read: true })?;
        let outcome = change(&mut list);
        let written = new.write_all(list.to_text().as_bytes());
        written.and_then(|()| new.commit()).map_err(failed)?;
        Ok(outcome)
    }

    /// Those on it.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// The keys that marks are made with.
    pub fn keys(&self, types: &[TypeCode]) -> Keys {
        Keys::derive(&self.secret, &Domain::default(), types)
    }

    /// Adds a subject by its mark; false if it was there.
    pub fn add(&mut self, mark: &str, now: SystemTime, case: Option<&str>) -> bool {
        let is_new = self.subjects.iter().all(|subject| subject.mark != mark);
        if is_new {
            let added = Timestamp::try_from(now).unwrap_or_default();
            let case = case.map(str::to_owned);
            self.subjects.push(Subject { mark: mark.to_owned(), added, case });
        }
        is_new
    }

    /// Takes a subject off; false if it was not there.
    pub fn remove(&mut self, mark: &str) -> bool {
        let before = self.subjects.len();
        self.subjects.retain(|subject| subject.mark != mark);
        self.subjects.len() < before
    }

    /// What an engine takes.
    pub fn suppressed(&self, types: &[TypeCode]) -> Suppressed {
        let marks =
            self.subjects.iter().filter_map(|subject| subject.mark.as_bytes().try_into().ok());
        Suppressed { keys: self.keys(types), marks: marks.collect() }
    }

    fn parse(text: &str) -> Result<Self, RingError> {
        let document: Document =
            toml::from_str(text).map_err(|error| ring::syntax_error(text, &error))?;
        if document.format != FORMAT {
            return Err(RingError::ListFormat);
        }
        let secret = document.secret.with_prefix(SECRET_PREFIX, 1)?;
        let subjects = (1..).zip(document.subject).map(|(number, entry)| entry.subject(number));
        Ok(Self { secret, subjects: subjects.collect::<Result<_, _>>()? })
    }

    fn to_text(&self) -> Zeroizing<String> {
        // Room for all of it: growing would leave the secret behind in freed memory.
        let mut text = Zeroizing::new(String::with_capacity(512 + self.subjects.len() * 256));
        self.write(&mut text).expect("a string takes all text");
        text
    }

    /// Marks, times and cases need no escapes: they have been checked.
    fn write(&self, text: &mut String) -> fmt::Result {
        text.push_str("# Suppression list of lognym: keep it like a key ring.\n");
        writeln!(text, "format = \"{FORMAT}\"")?;
        write_secret("secret", SECRET_PREFIX, &self.secret, text)?;
        for subject in &self.subjects {
            writeln!(
                text,
                "\n[[subject]]\nmark = \"{}\"\nadded = {}",
                subject.mark, subject.added
            )?;
            if let Some(case) = &subject.case {
                writeln!(text, "case = \"{case}\"")?;
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    secret: Encoded,
    #[serde(default)]
    subject: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    mark: String,
    added: Datetime,
    case: Option<String>,
}

impl Entry {
    fn subject(self, number: usize) -> Result<Subject, RingError> {
        let is_token = self.mark.len() == token::LEN && token::lex(self.mark.as_bytes()).is_some();
        let is_case =
            |case: &String| case.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-".contains(&b));
        let added = self.added.to_string().parse().ok();
        match added {
            Some(added) if is_token && self.case.iter().all(is_case) => {
                Ok(Subject { mark: self.mark, added, case: self.case })
            }
            _ => Err(RingError::Subject { number }),
        }
    }
}

/// The list in an engine: keys and marks, nothing else.
#[derive(Debug)]
pub struct Suppressed {
    keys: Keys,
    marks: HashSet<[u8; token::LEN]>,
}

impl Suppressed {
    /// The keys that marks are made with.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether the token that these keys gave to somebody is on the list.
    pub fn holds(&self, mark: &[u8]) -> bool {
        self.marks.contains(mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [TypeCode; 2] = [TypeCode::TEL, TypeCode::NAM];

    fn mark(keys: &Keys, canonical: &[u8]) -> String {
        let mut out = Vec::new();
        keys.token(TypeCode::TEL, canonical, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_list_is_kept_without_identities() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("suppress");
        let list = List::fresh().unwrap();
        let mark = mark(&list.keys(&TYPES), b"+493023125042");
        list.create(&path).unwrap();
        let now = SystemTime::UNIX_EPOCH;
        assert!(List::update(&path, |list| list.add(&mark, now, Some("DSR/1"))).unwrap());
        assert!(!List::update(&path, |list| list.add(&mark, now, None)).unwrap(), "once only");

        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(&mark) && text.contains("DSR/1") && !text.contains("23125042"));
        let list = List::open(&path, OpenOptions::default()).unwrap();
        assert_eq!(list.subjects().len(), 1);
        assert!(list.suppressed(&TYPES).holds(mark.as_bytes()));

        assert!(List::update(&path, |list| list.remove(&mark)).unwrap());
        assert!(!List::update(&path, |list| list.remove(&mark)).unwrap());
        let list = List::open(&path, OpenOptions::default()).unwrap();
        assert!(!list.suppressed(&TYPES).holds(mark.as_bytes()));
    }

    #[test]
    fn what_is_no_list_is_refused_without_being_quoted() {
        let list = List::fresh().unwrap();
        let good = list.to_text();
        let subject = |mark: &str, rest: &str| {
            format!(
                "{}\n[[subject]]\nmark = \"{mark}\"\nadded = 2026-11-21T12:00:00Z\n{rest}",
                *good
            )
        };
        let token = mark(&list.keys(&TYPES), b"+493023125042");
        assert!(List::parse(&subject(&token, "")).is_ok());
        for text in [
            good.replace("suppress-1", "suppress-2"),
            good.replace("sk1", "dk1"),
            subject("Mustermann", ""),
            subject(&token, "case = \"Max Mustermann\"\n"),
            subject(&token, "name = \"Mustermann\"\n"),
        ] {
            let message = List::parse(&text).unwrap_err().to_string();
            assert!(!message.contains("Mustermann"), "{message}");
        }
    }
}
