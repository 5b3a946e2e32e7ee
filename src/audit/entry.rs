//! What one line says.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::error::AuditError;
use super::head::{Head, hex};
use crate::pseudonym::{Domain, Keys, Kid};
use crate::stats::Counts;

/// Version of the line's form.
pub(super) const FORMAT: &str = "lognym-audit-1";
/// What stands before the MAC in a line.
pub(super) const BEFORE_MAC: &str = ",\"mac\":\"";
/// What stands after it.
pub(super) const AFTER_MAC: &str = "\"}";

/// One run, rotation or request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was done: the command, as `filter` or `key rotate`.
    pub action: &'static str,
    /// When it began.
    pub begun: SystemTime,
    /// How it ended: the exit code, 0 for success.
    pub exit: u8,
    /// [`super::digest`] of the settings that count.
    pub config: Option<String>,
    /// [`super::digest`] of the rules.
    pub rules: Option<String>,
    /// Whose pseudonyms.
    pub domains: Vec<Domain>,
    /// The keys that were used or changed.
    pub kids: Vec<Kid>,
    /// How much of what.
    pub counts: BTreeMap<&'static str, u64>,
    /// Names of the options that were given, without their values.
    pub flags: Vec<String>,
    /// The case that it belongs to.
    pub case: Option<Case>,
}

/// A case: the only place for tokens in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    id: String,
    /// The tokens it is about.
    pub tokens: Vec<String>,
}

impl Case {
    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl FromStr for Case {
    type Err = AuditError;

    fn from_str(id: &str) -> Result<Self, AuditError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._/-".contains(&b);
        if !(1..=64).contains(&id.len()) || !id.bytes().all(allowed) {
            return Err(AuditError::BadCase);
        }
        Ok(Self { id: id.to_owned(), tokens: Vec::new() })
    }
}

impl Entry {
    /// An entry of what began at `begun` and went well.
    pub fn new(action: &'static str, begun: SystemTime) -> Self {
        Self {
            action,
            begun,
            exit: 0,
            config: None,
            rules: None,
            domains: Vec::new(),
            kids: Vec::new(),
            counts: BTreeMap::new(),
            flags: Vec::new(),
            case: None,
        }
    }

    /// Takes over what an engine counted.
    pub fn count(&mut self, counts: &Counts) {
        self.counts.extend([
            ("bytes_in", counts.bytes_in),
            ("bytes_out", counts.bytes_out),
            ("lines", counts.lines),
            ("lines_changed", counts.lines_changed),
            ("lines_withheld", counts.withheld),
            ("findings", counts.by_type.iter().sum()),
            ("tokens_seen", counts.tokens_seen),
            ("tokens_foreign", counts.tokens_foreign),
        ]);
    }

    /// The line that follows `last`, sealed by `keys`, without its line end.
    pub(super) fn seal(&self, last: &Head, keys: &Keys) -> String {
        let line = Line {
            format: FORMAT,
            seq: last.seq + 1,
            prev: &last.hash,
            begun: instant(self.begun),
            at: Timestamp::now(),
            version: env!("CARGO_PKG_VERSION"),
            action: self.action,
            exit: self.exit,
            config: self.config.as_deref(),
            rules: self.rules.as_deref(),
            domains: self.domains.iter().map(Domain::as_str).collect(),
            kids: self.kids.iter().map(Kid::as_str).collect(),
            counts: &self.counts,
            flags: &self.flags,
            case: self.case.as_ref().map(|case| case.id.as_str()),
            tokens: self.case.as_ref().map(|case| case.tokens.as_slice()),
            signer: keys.kid(),
        };
        // Text keys, text and whole numbers only: nothing that JSON could not hold.
        let mut text = serde_json::to_string(&line).unwrap_or_default();
        text.pop();
        let mac = hex(&keys.seal(text.as_bytes()));
        text + BEFORE_MAC + &mac + AFTER_MAC
    }
}

/// The line as it is written, but for the MAC; the order of the fields is the format's.
#[derive(Serialize)]
struct Line<'l> {
    format: &'static str,
    seq: u64,
    prev: &'l str,
    #[serde(serialize_with = "display")]
    begun: Timestamp,
    #[serde(serialize_with = "display")]
    at: Timestamp,
    version: &'static str,
    action: &'static str,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'l str>,
    domains: Vec<&'l str>,
    kids: Vec<&'l str>,
    counts: &'l BTreeMap<&'static str, u64>,
    flags: &'l [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<&'l [String]>,
    #[serde(serialize_with = "display")]
    signer: Kid,
}

fn display<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn instant(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or_default()
}
