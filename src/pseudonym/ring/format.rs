//! The text of a ring: TOML in, TOML out, every secret in buffers that are wiped.
//!
//! ```toml
//! format = "lognym-ring-1"
//! kind   = "root"                     # or "domain", with the name as `domain`
//! [[epoch]]
//! id = "2026-11"
//! not_before = 2026-11-01T00:00:00Z
//! not_after  = 2026-12-01T00:00:00Z
//! destroy_after = 2028-12-01T00:00:00Z
//! secret = "lognym-sk1-<64 hex>"      # in a domain ring: key = "lognym-dk1-<64 hex>"
//! ```
//!
//! A destroyed epoch has `destroyed = <time>` in place of its secret. Unknown fields are refused.

use std::fmt::{self, Write};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use toml::value::Datetime;
use zeroize::{Zeroize, Zeroizing};

use super::error::RingError;
use super::model::{Epoch, Kind, Material, Ring};
use crate::pseudonym::{Domain, DomainKey};
use crate::secret::Secret;

const FORMAT: &str = "lognym-ring-1";
/// Opens the secrets of a root ring, for secret scanners to find.
pub(in crate::pseudonym) const SECRET_PREFIX: &str = "lognym-sk1-";
/// Opens the keys of a domain ring.
const KEY_PREFIX: &str = "lognym-dk1-";

/// More than the longest epoch takes as text.
const EPOCH_TEXT: usize = 320;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    kind: String,
    domain: Option<String>,
    #[serde(default)]
    epoch: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    not_before: Datetime,
    not_after: Datetime,
    destroy_after: Datetime,
    secret: Option<Encoded>,
    key: Option<Encoded>,
    destroyed: Option<Datetime>,
}

/// A secret as written, its prefix not judged yet.
pub(in crate::pseudonym) struct Encoded {
    prefix: Option<&'static str>,
    secret: Option<Secret>,
}

impl Ring {
    /// The ring that `text` describes, if it is valid.
    pub fn parse(text: &str) -> Result<Self, RingError> {
        let document: Document =
            toml::from_str(text).map_err(|error| syntax_error(text, &error))?;
        if document.format != FORMAT {
            return Err(RingError::Format);
        }
        let kind = match (document.kind.as_str(), document.domain.as_deref()) {
            ("root", None) => Kind::Root,
            ("domain", Some(name)) => Kind::Domain(Domain::new(name).map_err(|_| RingError::Kind)?),
            _ => return Err(RingError::Kind),
        };
        let epochs = (1..).zip(document.epoch).map(|(number, entry)| entry.epoch(number));
        Ring::new(kind, epochs.collect::<Result<_, _>>()?)
    }

    /// The text of this ring, which [`Ring::parse`] reads back.
    pub fn to_text(&self) -> Zeroizing<String> {
        // Room for all of it: growing would leave secrets behind in freed memory.
        let room = 512 + self.epochs().len() * EPOCH_TEXT;
        let mut text = Zeroizing::new(String::with_capacity(room));
        write_ring(self, &mut text).expect("a string takes all text");
        debug_assert!(text.len() <= room);
        text
    }
}

impl Entry {
    fn epoch(self, epoch: usize) -> Result<Epoch, RingError> {
        let time = |date: Datetime| -> Result<Timestamp, RingError> {
            date.to_string().parse().map_err(|_| RingError::Date { epoch })
        };
        let material = match (self.secret, self.key, self.destroyed) {
            (Some(secret), None, None) => {
                Material::Secret(secret.with_prefix(SECRET_PREFIX, epoch)?)
            }
            (None, Some(key), None) => {
                Material::Key(DomainKey(key.with_prefix(KEY_PREFIX, epoch)?))
            }
            (None, None, Some(at)) => Material::Destroyed(time(at)?),
            _ => return Err(RingError::Material { epoch }),
        };
        Ok(Epoch {
            id: self.id,
            not_before: time(self.not_before)?,
            not_after: time(self.not_after)?,
            destroy_after: time(self.destroy_after)?,
            material,
        })
    }
}

impl Encoded {
    fn parse(text: &str) -> Self {
        let prefix = [SECRET_PREFIX, KEY_PREFIX].into_iter().find(|p| text.starts_with(p));
        let digits = prefix.and_then(|p| text.strip_prefix(p));
        Self { prefix, secret: digits.and_then(unhex) }
    }

    pub(in crate::pseudonym) fn with_prefix(
        self,
        prefix: &'static str,
        epoch: usize,
    ) -> Result<Secret, RingError> {
        let secret = self.secret.filter(|_| self.prefix == Some(prefix));
        secret.ok_or(RingError::Encoding { epoch, prefix })
    }
}

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(EncodedVisitor)
    }
}

struct EncodedVisitor;

impl Visitor<'_> for EncodedVisitor {
    type Value = Encoded;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }

    fn visit_str<E>(self, text: &str) -> Result<Encoded, E> {
        Ok(Encoded::parse(text))
    }

    fn visit_string<E>(self, mut text: String) -> Result<Encoded, E> {
        let encoded = Encoded::parse(&text);
        text.zeroize();
        Ok(encoded)
    }
}

/// The secret of 64 hexadecimal digits.
fn unhex(digits: &str) -> Option<Secret> {
    let digits: &[u8; 2 * Secret::LEN] = digits.as_bytes().try_into().ok()?;
    let value = |digit: u8| (digit as char).to_digit(16).ok_or(());
    Secret::try_filled(|bytes| {
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (value(pair[0])? << 4 | value(pair[1])?) as u8;
        }
        Ok::<(), ()>(())
    })
    .ok()
}

/// The place of a TOML error and a reason of our own: the error itself quotes the input.
pub(in crate::pseudonym) fn syntax_error(text: &str, error: &toml::de::Error) -> RingError {
    let offset = error.span().map_or(0, |span| span.start);
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    let reason = match error.message() {
        message if message.starts_with("unknown field") => "an unknown field",
        message if message.starts_with("missing field") => "a field is missing",
        _ => "not TOML, or a value of the wrong type",
    };
    RingError::Syntax { line: 1 + memchr::memchr_iter(b'\n', before).count(), reason }
}

/// Ids and domain names need no escapes, see [`Ring::new`] and [`Domain::new`].
fn write_ring(ring: &Ring, text: &mut String) -> fmt::Result {
    text.push_str(
        "# Key ring of lognym: whoever has it can trace pseudonyms back. Never share it.\n",
    );
    writeln!(text, "format = \"{FORMAT}\"")?;
    match ring.kind() {
        Kind::Root => writeln!(text, "kind = \"root\"")?,
        Kind::Domain(name) => writeln!(text, "kind = \"domain\"\ndomain = \"{name}\"")?,
    }
    for epoch in ring.epochs() {
        writeln!(text, "\n[[epoch]]\nid = \"{}\"", epoch.id)?;
        writeln!(text, "not_before = {}", epoch.not_before)?;
        writeln!(text, "not_after = {}", epoch.not_after)?;
        writeln!(text, "destroy_after = {}", epoch.destroy_after)?;
        match &epoch.material {
            Material::Secret(secret) => write_secret("secret", SECRET_PREFIX, secret, text)?,
            Material::Key(DomainKey(key)) => write_secret("key", KEY_PREFIX, key, text)?,
            Material::Destroyed(at) => writeln!(text, "destroyed = {at}")?,
        }
    }
    Ok(())
}

pub(in crate::pseudonym) fn write_secret(
    field: &str,
    prefix: &str,
    secret: &Secret,
    text: &mut String,
) -> fmt::Result {
    write!(text, "{field} = \"{prefix}")?;
    for byte in secret.expose() {
        write!(text, "{byte:02x}")?;
    }
    writeln!(text, "\"")
}
