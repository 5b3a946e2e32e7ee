//! Reading a log back: is it what was written?

use std::fmt;
use std::io::{self, BufRead, Read};

use serde::Deserialize;

use super::entry::{AFTER_MAC, BEFORE_MAC, FORMAT};
use super::head::{Head, digest};
use super::log::LONGEST;
use crate::pseudonym::{Domain, Keys};

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not a whole entry of this format.
    Form,
    /// Its number does not follow that of the line before: lines are missing, added or reordered.
    Number,
    /// It does not follow the line before: that one was changed, or lines were exchanged.
    Chain,
    /// Its MAC does not fit: it was changed, or written without the key.
    Seal,
    /// The expected head is not in the log: it was cut, or is another one.
    Head,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Form => "it is no whole entry",
            Fault::Number => "its number does not follow the one before: lines are missing, added or out of order",
            Fault::Chain => "it does not follow the line before: that line was changed or exchanged",
            Fault::Seal => "its MAC does not fit: it was changed, or written without the key",
            Fault::Head => "the expected head is not in the log: it was cut off, or this is another log",
        })
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The last good entry.
    pub head: Head,
    /// Entries behind the last one whose seal was checked: nothing but the chain holds them, and
    /// anybody could have written them. Those before it are vouched for by it.
    pub unproven: u64,
    /// The first bad line, from 1, and what is wrong with it; what follows was not looked at.
    pub fault: Option<(u64, Fault)>,
}

/// Reads a log from its beginning. `keys` are all that could have sealed it; `expect` is an
/// entry that must be in it.
///
/// # Errors
/// When reading fails.
pub fn verify(mut log: impl BufRead, keys: &[Keys], expect: Option<&Head>) -> io::Result<Report> {
    let mut report = Report { head: Head::origin(), unproven: 0, fault: None };
    let mut met = expect.is_none_or(|expected| *expected == report.head);
    let mut line = Vec::new();
    loop {
        line.clear();
        if log.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match check(&line, &report.head, keys) {
            Ok((head, proven)) => {
                report.unproven = if proven { 0 } else { report.unproven + 1 };
                met |= expect == Some(&head);
                report.head = head;
            }
            Err(fault) => {
                report.fault = Some((report.head.seq + 1, fault));
                return Ok(report);
            }
        }
    }
    if !met {
        report.fault = Some((report.head.seq, Fault::Head));
    }
    Ok(report)
}

/// The domains that the entries of a log name: its seals are of the keys of these, or of the default
/// domain. Lines that are none are left to [`verify`].
///
/// # Errors
/// When reading fails.
pub fn domains(mut log: impl BufRead) -> io::Result<Vec<Domain>> {
    let mut found = vec![Domain::default()];
    let mut line = Vec::new();
    while log.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line)? > 0 {
        let named = serde_json::from_slice(&line).map_or(Vec::new(), |Named { domains }| domains);
        for domain in named.iter().filter_map(|name| Domain::new(name).ok()) {
            if !found.contains(&domain) {
                found.push(domain);
            }
        }
        line.clear();
    }
    Ok(found)
}

/// Checks one line, and tells whether its MAC could be.
fn check(line: &[u8], last: &Head, keys: &[Keys]) -> Result<(Head, bool), Fault> {
    let line = line.strip_suffix(b"\n").ok_or(Fault::Form)?;
    let entry: Sealed = serde_json::from_slice(line).map_err(|_| Fault::Form)?;
    if entry.format != FORMAT {
        return Err(Fault::Form);
    }
    if entry.seq != last.seq + 1 {
        return Err(Fault::Number);
    }
    if entry.prev != last.hash {
        return Err(Fault::Chain);
    }
    let tail = [BEFORE_MAC, &entry.mac, AFTER_MAC].concat();
    let body = line.strip_suffix(tail.as_bytes()).ok_or(Fault::Form)?;
    let mac = unhex(&entry.mac).ok_or(Fault::Form)?;
    // Key ids have 24 bits: more than one key may have this one.
    let mut signers = keys.iter().filter(|keys| keys.kid().as_str() == entry.signer).peekable();
    let proven = signers.peek().is_some();
    if proven && !signers.any(|keys| keys.is_sealed(body, &mac)) {
        return Err(Fault::Seal);
    }
    Ok((Head { seq: entry.seq, hash: digest(line) }, proven))
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// The domains of a line.
#[derive(Deserialize)]
struct Named {
    domains: Vec<String>,
}

/// The fields of a line that the chain is made of.
#[derive(Deserialize)]
struct Sealed {
    format: String,
    seq: u64,
    prev: String,
    signer: String,
    mac: String,
}
