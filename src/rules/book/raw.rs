//! The TOML of a rule file as serde reads it: names and shapes, nothing judged yet.

use serde::Deserialize;
use toml::Spanned;

use super::model::{Carrier, Check, Form, Group, Kind};

/// The format that this build reads.
pub const FORMAT: &str = "lognym-rules-1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) format: Spanned<String>,
    #[serde(default)]
    pub(super) rule: Vec<Spanned<Rule>>,
    #[serde(default)]
    pub(super) change: Vec<Spanned<Change>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: Spanned<String>,
    pub(super) kind: Kind,
    #[serde(rename = "type")]
    pub(super) code: Option<Spanned<String>>,
    pub(super) description: Spanned<String>,
    pub(super) pattern: Option<Spanned<String>>,
    pub(super) group: Option<Group>,
    pub(super) keys: Option<Vec<String>>,
    pub(super) json: Option<Vec<Spanned<String>>>,
    pub(super) headers: Option<Vec<String>>,
    pub(super) csv: Option<Spanned<Csv>>,
    pub(super) values: Option<Vec<Spanned<String>>>,
    pub(super) file: Option<Spanned<String>>,
    pub(super) ignore_case: Option<bool>,
    pub(super) near: Option<Spanned<Near>>,
    pub(super) check: Option<Check>,
    pub(super) only: Option<Only>,
    pub(super) form: Option<Form>,
    pub(super) action: Option<Spanned<Verb>>,
    pub(super) constant: Option<String>,
    pub(super) keep: Option<usize>,
    pub(super) to: Option<String>,
    pub(super) keep_prefix: Option<bool>,
    pub(super) hits: Vec<String>,
    pub(super) misses: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verb {
    Pseudonym,
    Redact,
    Mask,
    Truncate,
    Pass,
    DropLine,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) off: bool,
    pub(super) action: Option<Spanned<Verb>>,
    pub(super) constant: Option<String>,
    pub(super) keep: Option<usize>,
    pub(super) to: Option<String>,
    pub(super) keep_prefix: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Csv {
    pub(super) separator: Option<String>,
    pub(super) header: String,
    pub(super) columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Near {
    pub(super) words: Vec<String>,
    pub(super) before: Option<usize>,
    pub(super) after: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Only {
    #[serde(default)]
    pub(super) carriers: Vec<Carrier>,
    #[serde(default)]
    pub(super) fields: Vec<String>,
    pub(super) lines: Option<Spanned<String>>,
}

/// The parameters of an action as they stand in a rule or a change.
pub(super) struct Parameters<'p> {
    pub(super) constant: &'p Option<String>,
    pub(super) keep: Option<usize>,
    pub(super) to: &'p Option<String>,
    pub(super) keep_prefix: Option<bool>,
}
