//! The audit log: who was asked for what, when, with which keys and to what effect.
//!
//! One JSON object a line, appended only. In: an [`Entry`] of times, names, hashes and counts. Out: a
//! line that carries its number, the SHA-256 of the line before it, and an HMAC-SHA-256 under a
//! key that HKDF derives from the ring for this alone (label `lognym/v1/audit`, see [`Keys::seal`]):
//!
//! ```text
//! {"format":"lognym-audit-1","seq":2,"prev":"<SHA-256 of line 1>","at":...,...,"signer":"pjmchr","mac":"<HMAC>"}
//! ```
//!
//! The MAC covers the line up to `,"mac":`; `prev` of the first line is 64 zeros. Writers of
//! several processes may share a log: each takes a lock, reads the last line, appends one, syncs.
//!
//! [`verify`] finds changed, inserted, missing and reordered lines, and says up to where. Without a
//! [`Head`] that was kept elsewhere nobody can tell that lines are missing at the end; what was
//! never written is not in it; whoever holds the keys can write a new log altogether. An entry
//! whose key has been destroyed is vouched for by the next one whose key is there.
//!
//! ```
//! use std::time::SystemTime;
//! use lognym::audit::{Entry, Log, verify};
//! use lognym::pseudonym::{Domain, Keys};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("audit.jsonl");
//! // The keys of the ring that the run works with: `Engine::keys` has them.
//! let keys = Keys::ephemeral(&Domain::default(), &[])?;
//! let log = Log::open(&path)?;
//! let mut entry = Entry::new("serve", SystemTime::now());
//! entry.kids.push(keys.kid());
//! entry.counts.insert("lines", 42);
//! let head = log.append(&entry, &keys)?;
//!
//! let report = verify(&std::fs::read(&path)?[..], &[keys], Some(&head))?;
//! assert_eq!((report.fault, report.head), (None, head));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! No entry holds an identifier. Tokens stand in it only together with a case.
//!
//! [`Keys::seal`]: crate::pseudonym::Keys::seal

mod entry;
mod error;
mod head;
mod log;
mod verify;

pub use entry::{Case, Entry};
pub use error::AuditError;
pub use head::{Head, digest, hex};
pub use log::Log;
pub use verify::{Fault, Report, domains, verify};

#[cfg(test)]
mod tests;
