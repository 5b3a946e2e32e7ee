//! The facts of a numbering plan as `rules/plans.toml` states them: the text format, read and
//! written. Nothing is computed here; `table.rs` turns facts into the automaton.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The version of the text format that this generator writes and reads.
pub(crate) const FORMAT: &str = "lognym-plans-1";

/// All plans with their origin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plans {
    /// Always [`FORMAT`].
    pub(crate) format: String,
    /// Where the facts come from.
    pub(crate) source: Source,
    /// By ISO 3166 code, or by calling code for the non-geographic ones.
    pub(crate) region: BTreeMap<String, Region>,
}

/// Where the facts come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: String,
    pub(crate) retrieved: String,
}

/// One region's plan. Patterns are lists of alternatives over digits.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Region {
    /// Country calling code.
    pub(crate) code: String,
    /// Of regions that share a code, the one asked first.
    #[serde(default)]
    pub(crate) main: bool,
    /// National (trunk) prefix as dialled.
    pub(crate) trunk: Option<String>,
    /// What may stand before the national number, where that is more than `trunk`.
    pub(crate) parse: Option<Vec<String>>,
    /// What replaces a match of `parse`; `$n` is its last group.
    pub(crate) transform: Option<String>,
    /// Pattern of the international prefix.
    pub(crate) international: Option<Vec<String>>,
    /// The international prefix to write where the pattern allows several.
    pub(crate) preferred: Option<String>,
    /// National numbers that open so belong to this region and no other of its code.
    pub(crate) leading: Option<Vec<String>>,
    /// Frame around the patterns of all kinds.
    #[serde(default)]
    pub(crate) general: Vec<String>,
    /// The kinds of number in use.
    #[serde(default)]
    pub(crate) kind: BTreeMap<Kind, Numbers>,
}

/// The kinds of number, in the order in which the source tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Fixed,
    Mobile,
    TollFree,
    Premium,
    Shared,
    Personal,
    Voip,
    Pager,
    Uan,
    Voicemail,
}

/// National numbers of one kind.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Numbers {
    /// Lengths of the national number, such as `7,9-11`.
    pub(crate) lengths: String,
    /// Lengths that are diallable inside an area only.
    pub(crate) local: Option<String>,
    /// Alternatives.
    pub(crate) pattern: Vec<String>,
}

impl Kind {
    /// Every kind with its name in the source and in the text format.
    pub(crate) const ALL: [(Kind, &str, &str); 10] = [
        (Kind::Fixed, "fixedLine", "fixed"),
        (Kind::Mobile, "mobile", "mobile"),
        (Kind::TollFree, "tollFree", "toll-free"),
        (Kind::Premium, "premiumRate", "premium"),
        (Kind::Shared, "sharedCost", "shared"),
        (Kind::Personal, "personalNumber", "personal"),
        (Kind::Voip, "voip", "voip"),
        (Kind::Pager, "pager", "pager"),
        (Kind::Uan, "uan", "uan"),
        (Kind::Voicemail, "voicemail", "voicemail"),
    ];
}

impl Plans {
    /// Reads the text format.
    pub(crate) fn from_toml(text: &str) -> Result<Self> {
        let plans: Self = toml::from_str(text).context("reading the numbering plans")?;
        ensure!(plans.format == FORMAT, "plans are of format {}, not {FORMAT}", plans.format);
        Ok(plans)
    }

    /// Writes the text format, one alternative a line so that changes can be reviewed.
    pub(crate) fn to_toml(&self) -> String {
        let mut out = String::from(HEADER);
        let source = &self.source;
        line(&mut out, "format", &self.format);
        out.push_str("\n[source]\n");
        line(&mut out, "name", &source.name);
        line(&mut out, "version", &source.version);
        line(&mut out, "licence", &source.licence);
        line(&mut out, "retrieved", &source.retrieved);
        for (id, region) in &self.region {
            write_region(&mut out, id, region);
        }
        out
    }
}

const HEADER: &str = "\
# The world's numbering plans: facts only, no formatting rules.
#
# Source: libphonenumber, resources/PhoneNumberMetadata.xml, Copyright (C) 2009 The
# Libphonenumber Authors, Apache License 2.0; version and date below.
#
# Generated; do not edit. After a new release of the source:
#   cargo run --example plans -- xml PATH/PhoneNumberMetadata.xml VERSION YYYY-MM-DD
#   cargo run --example plans -- table
#
# Patterns are regular expressions over digits, a list holds alternatives. A national number is
# valid if `general` and one kind match it whole and its length is one of the kind's.

";

fn write_region(out: &mut String, id: &str, region: &Region) {
    let _ = writeln!(out, "\n[region.{id}]");
    line(out, "code", &region.code);
    if region.main {
        out.push_str("main = true\n");
    }
    optional(out, "trunk", region.trunk.as_deref());
    alternatives(out, "parse", region.parse.as_deref().unwrap_or_default());
    optional(out, "transform", region.transform.as_deref());
    alternatives(out, "international", region.international.as_deref().unwrap_or_default());
    optional(out, "preferred", region.preferred.as_deref());
    alternatives(out, "leading", region.leading.as_deref().unwrap_or_default());
    alternatives(out, "general", &region.general);
    for (kind, _, name) in Kind::ALL {
        let Some(numbers) = region.kind.get(&kind) else { continue };
        let _ = writeln!(out, "[region.{id}.kind.{name}]");
        line(out, "lengths", &numbers.lengths);
        optional(out, "local", numbers.local.as_deref());
        alternatives(out, "pattern", &numbers.pattern);
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = '{value}'");
}

fn optional(out: &mut String, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        line(out, key, value);
    }
}

fn alternatives(out: &mut String, key: &str, list: &[String]) {
    match list {
        [] => {}
        [one] => {
            let _ = writeln!(out, "{key} = ['{one}']");
        }
        _ => {
            let _ = writeln!(out, "{key} = [");
            for item in list {
                let _ = writeln!(out, "  '{item}',");
            }
            out.push_str("]\n");
        }
    }
}
