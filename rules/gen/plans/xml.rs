//! libphonenumber's `PhoneNumberMetadata.xml` in, [`Plans`] out. Formats, references and
//! portability are left behind: only numbering facts are taken.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use roxmltree::{Document, Node, ParsingOptions};

use crate::plans::facts::{FORMAT, Kind, Numbers, Plans, Region, Source};

/// Reads the metadata; `version` and `retrieved` are noted because the file does not tell them.
pub(crate) fn read(text: &str, version: &str, retrieved: &str) -> Result<Plans> {
    // The file opens with an internal DTD.
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).context("parsing the metadata")?;
    let territories = document.descendants().filter(|node| node.has_tag_name("territory"));
    Ok(Plans {
        format: FORMAT.into(),
        source: Source {
            name: "libphonenumber resources/PhoneNumberMetadata.xml".into(),
            version: version.into(),
            licence: "Apache-2.0".into(),
            retrieved: retrieved.into(),
        },
        region: territories.map(territory).collect::<Result<_>>()?,
    })
}

/// The source's id of all plans that belong to no country.
const WORLD: &str = "001";

fn territory(node: Node<'_, '_>) -> Result<(String, Region)> {
    let text = |name: &str| node.attribute(name).map(squeeze);
    let code = text("countryCode").context("a territory has no countryCode")?;
    let id = text("id").context("a territory has no id")?;
    let region = Region {
        main: node.attribute("mainCountryForCode") == Some("true"),
        trunk: text("nationalPrefix"),
        parse: text("nationalPrefixForParsing").map(|pattern| split(&pattern)),
        transform: text("nationalPrefixTransformRule"),
        international: text("internationalPrefix").map(|pattern| split(&pattern)),
        // A tilde marks the wait for a second dial tone.
        preferred: text("preferredInternationalPrefix").map(|prefix| prefix.replace('~', "")),
        leading: text("leadingDigits").map(|pattern| split(&pattern)),
        general: child(node, "generalDesc").map(pattern).unwrap_or_default(),
        kind: kinds(node)?,
        code,
    };
    let id = if id == WORLD { region.code.clone() } else { id };
    Ok((id, region))
}

fn kinds(territory: Node<'_, '_>) -> Result<BTreeMap<Kind, Numbers>> {
    let mut kinds = BTreeMap::new();
    for (kind, tag, _) in Kind::ALL {
        let Some(node) = child(territory, tag) else { continue };
        let lengths = child(node, "possibleLengths")
            .with_context(|| format!("{tag} of a territory has no possibleLengths"))?;
        let length =
            |name: &str| lengths.attribute(name).map(|text| squeeze(text).replace(['[', ']'], ""));
        let numbers = Numbers {
            lengths: length("national").unwrap_or_default(),
            local: length("localOnly"),
            pattern: pattern(node),
        };
        kinds.insert(kind, numbers);
    }
    Ok(kinds)
}

fn child<'a, 'input>(node: Node<'a, 'input>, tag: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(tag))
}

fn pattern(node: Node<'_, '_>) -> Vec<String> {
    let text = child(node, "nationalNumberPattern").and_then(|node| node.text());
    text.map(|text| split(&squeeze(text))).unwrap_or_default()
}

/// Patterns are laid out over many lines; white space means nothing in them.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The alternatives of a pattern, cut at its outermost bars.
fn split(pattern: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for letter in pattern.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(part) if letter != '|' || depth > 0 => part.push(letter),
            _ => parts.push(String::new()),
        }
    }
    parts
}
