//! What names an entry from outside the log: its number and its hash.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::error::AuditError;

/// The last entry of a log: kept elsewhere, it shows later that nothing was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the entry, from 1; 0 before the first.
    pub seq: u64,
    /// SHA-256 of its line, without the line end, in hexadecimal digits.
    pub hash: String,
}

impl Head {
    /// What the first entry follows.
    pub(super) fn origin() -> Self {
        Self { seq: 0, hash: "0".repeat(64) }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = AuditError;

    fn from_str(text: &str) -> Result<Self, AuditError> {
        let (seq, hash) = text.split_once(':').ok_or(AuditError::BadHead)?;
        let seq = seq.parse().map_err(|_| AuditError::BadHead)?;
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(AuditError::BadHead);
        }
        Ok(Self { seq, hash: hash.to_ascii_lowercase() })
    }
}

/// SHA-256 in hexadecimal digits: what the log shows of settings and rules.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as the log shows them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
