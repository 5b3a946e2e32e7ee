//! A rule after all checks that need no pattern compiled.

use std::sync::Arc;

use crate::span::TypeCode;

use super::{Glob, JsonPath, Place};

/// A rule of the operator.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name; a later rule of this name takes its place.
    pub id: String,
    /// Where it begins.
    pub place: Place,
    /// What kind it is.
    pub kind: Kind,
    /// The type of its tokens.
    pub code: TypeCode,
    /// One sentence for people.
    pub description: String,
    /// What it looks for.
    pub finder: Finder,
    /// Words of which one must stand near.
    pub near: Option<Near>,
    /// What the text must satisfy besides.
    pub check: Option<Check>,
    /// Where it applies.
    pub only: Only,
    /// How texts that mean the same become equal.
    pub form: Form,
    /// What is done.
    pub action: Action,
    /// Lines with `«...»` around what must be found.
    pub hits: Vec<String>,
    /// Lines in which nothing may be found.
    pub misses: Vec<String>,
}

/// The kinds of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What it finds is a phone number, whatever it looks like.
    Phone,
    /// What it finds is the name of a person.
    Name,
    /// A regular expression.
    Pattern,
    /// The value of a field.
    Field,
    /// Literals.
    List,
    /// What must pass.
    Guard,
}

impl Kind {
    /// The word in rule files and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Phone => "phone",
            Kind::Name => "name",
            Kind::Pattern => "pattern",
            Kind::Field => "field",
            Kind::List => "list",
            Kind::Guard => "guard",
        }
    }
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub enum Finder {
    /// A regular expression.
    Pattern(Pattern),
    /// Values of fields.
    Fields(Fields),
    /// Literals.
    List(List),
}

/// A regular expression, not yet compiled.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The expression.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// The group that is the finding; the whole match if there is none.
    pub group: Option<Group>,
    /// Whether capitals do not count.
    pub ignore_case: bool,
}

/// A capture group.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(untagged)]
pub enum Group {
    /// By number, from 1.
    Number(usize),
    /// By name.
    Name(String),
}

/// Fields by their names and places.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Keys of JSON members, `key=value`, `key: value` and URL parameters.
    pub keys: Vec<Glob>,
    /// Members of JSON lines.
    pub json: Vec<JsonPath>,
    /// Headers of SIP, HTTP and mail: the value is the rest of the line.
    pub headers: Vec<Glob>,
    /// Columns.
    pub csv: Option<Csv>,
}

/// Columns of lines with a fixed number of cells.
#[derive(Clone, Debug)]
pub struct Csv {
    /// Between the cells.
    pub separator: u8,
    /// How many cells a line has; others are left alone.
    pub cells: usize,
    /// Which of them, from 0, and what the header calls them.
    pub columns: Vec<(usize, String)>,
}

/// Literals, one a line.
#[derive(Clone, Debug)]
pub struct List {
    /// The lines; empty ones and those that begin with `#` say nothing.
    pub text: Arc<str>,
    /// Whether capitals do not count.
    pub ignore_case: bool,
}

impl List {
    /// The literals.
    pub fn entries(&self) -> impl Iterator<Item = &str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    }
}

/// Words of which one must stand near the finding.
#[derive(Clone, Debug)]
pub struct Near {
    /// The words, lower case.
    pub words: Vec<String>,
    /// How many bytes before the finding are searched.
    pub before: usize,
    /// How many bytes after it.
    pub after: usize,
}

/// What a text must satisfy besides the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Luhn's check digit (ISO/IEC 7812-1, annex B): payment cards, IMEI, ICCID.
    Luhn,
    /// ISO 7064 MOD 97-10 over the rotated text (ISO 13616): IBAN.
    Iban,
    /// ISO 7064 MOD 11,10 and the digit statistics of the German tax id (§ 139b AO).
    DeTaxId,
    /// The weights 7-3-1 of German identity cards and passports (ICAO 9303).
    DeIdCard,
    /// The German pension insurance number (§ 147 SGB VI, VKVV).
    DeSocial,
    /// The areas, groups and serials that the SSA gives out.
    UsSsn,
    /// The name of a person as in addresses and logins: `given.family`, `g.family`.
    Person,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
}

/// Where a rule applies.
#[derive(Clone, Debug, Default)]
pub struct Only {
    /// Kinds of text; empty for all.
    pub carriers: Vec<Carrier>,
    /// Keys of the fields; empty for all.
    pub fields: Vec<Glob>,
    /// What the line must match.
    pub lines: Option<Pattern>,
}

/// What a line, as far as it can be told by itself, carries its values in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// Inside a JSON object or array.
    Json,
    /// After `key=`.
    KeyValue,
    /// A SIP message or one of its header fields.
    Sip,
    /// None of these.
    Text,
}

/// The canonical form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The text, escapes of the carrier undone.
    #[default]
    Text,
    /// The same in lower case.
    Lower,
    /// Letters and digits only, in upper case: `DE89 3704` is `DE893704`.
    Compact,
    /// A person's name.
    Name,
    /// A phone number: E.164, or `raw:` and the digits.
    Phone,
    /// An IP address as the standard library writes it.
    Ip,
}

/// What is done to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A token takes its place.
    Pseudonym {
        /// Whether addresses with a common prefix get tokens with a common start.
        keep_prefix: bool,
    },
    /// A constant takes its place.
    Redact(Box<str>),
    /// All letters and digits but the last become `*`.
    Mask {
        /// How many stay.
        keep: usize,
    },
    /// It is made less exact.
    Truncate(Truncate),
    /// It stays, whatever weaker rules say.
    Pass,
    /// Its line is left out.
    DropLine,
}

impl Action {
    /// The word in rule files and reports.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Action::Pseudonym { .. } => "pseudonym",
            Action::Redact(_) => "redact",
            Action::Mask { .. } => "mask",
            Action::Truncate(_) => "truncate",
            Action::Pass => "pass",
            Action::DropLine => "drop-line",
        }
    }
}

/// How something is made less exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncate {
    /// Addresses keep this many bits of IPv4 and of IPv6; the others become 0.
    Ip {
        /// At most 32.
        v4: u8,
        /// At most 128.
        v6: u8,
    },
    /// Dates keep year and month; the day becomes 01.
    Month,
    /// Dates keep the year; month and day become 01.
    Year,
    /// Numbers keep this many decimals.
    Decimals(u8),
}

/// A change to rules that are there already.
#[derive(Clone, Debug)]
pub struct Change {
    /// Their ids.
    pub id: Glob,
    /// Where it stands.
    pub place: Place,
    /// The new action; nothing switches the rules off.
    pub action: Option<Action>,
    /// Whether built-in rules are among them.
    pub builtin: bool,
}
