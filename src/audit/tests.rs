//! Logs that are honest, and every way of tampering with one.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use tempfile::TempDir;

use super::*;
use crate::pseudonym::{Domain, Keys};
use crate::secret::Secret;

fn keys(seed: u8) -> Keys {
    Keys::derive(&Secret::filled(|bytes| bytes.fill(seed)), &Domain::default(), &[])
}

/// A log of `count` entries.
fn log(count: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let log = Log::open(&path).unwrap();
    for _ in 0..count {
        log.append(&Entry::new("filter", SystemTime::UNIX_EPOCH), &keys(1)).unwrap();
    }
    (folder, path)
}

fn lines(path: &PathBuf) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(|line| format!("{line}\n")).collect()
}

fn checked(lines: &[String]) -> Report {
    verify(lines.concat().as_bytes(), &[keys(1)], None).unwrap()
}

#[test]
fn an_honest_log_verifies_and_has_a_head() {
    let (_folder, path) = log(3);
    let lines = lines(&path);
    let report = checked(&lines);
    assert_eq!((report.fault, report.unproven, report.head.seq), (None, 0, 3));
    assert_eq!(report.head.hash, digest(lines[2].trim_end().as_bytes()));
    assert_eq!(report.head.to_string().parse::<Head>().unwrap(), report.head);
    let line: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!((&line["seq"], &line["action"]), (&1.into(), &"filter".into()));
    assert_eq!(line["begun"], "1970-01-01T00:00:00Z");
    assert!(line.get("tokens").is_none() && line.get("case").is_none());
}

#[test]
fn an_empty_log_is_honest() {
    assert_eq!(checked(&[]).fault, None);
}

#[test]
fn every_changed_byte_is_found() {
    let (_folder, path) = log(3);
    let honest = lines(&path).concat().into_bytes();
    for at in 0..honest.len() {
        let mut changed = honest.clone();
        changed[at] ^= 1;
        let report = verify(&changed[..], &[keys(1)], None).unwrap();
        assert!(report.fault.is_some() || report.unproven > 0, "byte {at}");
    }
}

#[test]
fn missing_doubled_and_exchanged_lines_are_found() {
    let (_folder, path) = log(4);
    let honest = lines(&path);
    let fault = |order: &[usize]| {
        checked(&order.iter().map(|&at| honest[at].clone()).collect::<Vec<_>>()).fault
    };
    assert_eq!(fault(&[0, 1, 2, 3]), None);
    assert_eq!(fault(&[1, 2, 3]), Some((1, Fault::Number)));
    assert_eq!(fault(&[0, 2, 3]), Some((2, Fault::Number)));
    assert_eq!(fault(&[0, 0, 1]), Some((2, Fault::Number)));
    assert_eq!(fault(&[0, 2, 1, 3]), Some((2, Fault::Number)));
}

#[test]
fn a_cut_at_the_end_is_found_with_a_head_only() {
    let (_folder, path) = log(3);
    let honest = lines(&path);
    let heads: Vec<_> = (0..=3).map(|count| checked(&honest[..count]).head).collect();
    for (count, expect) in [(2, &heads[3]), (0, &heads[1])] {
        assert_eq!(checked(&honest[..count]).fault, None);
        let text = honest[..count].concat();
        let report = verify(text.as_bytes(), &[keys(1)], Some(expect)).unwrap();
        assert_eq!(report.fault, Some((count as u64, Fault::Head)));
    }
    for earlier in &heads {
        let report = verify(honest.concat().as_bytes(), &[keys(1)], Some(earlier)).unwrap();
        assert_eq!(report.fault, None, "the log has grown since {earlier}");
    }
    let torn = &honest.concat()[..honest.concat().len() - 1];
    let report = verify(torn.as_bytes(), &[keys(1)], None).unwrap();
    assert_eq!(report.fault, Some((3, Fault::Form)));
}

#[test]
fn a_chain_made_anew_without_the_key_is_found() {
    let (_folder, path) = log(1);
    let forger = Log::open(&path).unwrap();
    let entry = Entry::new("erase", SystemTime::UNIX_EPOCH);
    forger.append(&entry, &keys(2)).unwrap();
    assert_eq!(checked(&lines(&path)).unproven, 1, "a key that is not there proves nothing");
    let text = lines(&path).concat();
    let vouched = verify(text.as_bytes(), &[keys(2)], None).unwrap();
    assert_eq!(vouched.unproven, 0, "the last entry vouches for the chain before it");
    let (forged, real) = (keys(2).kid().to_string(), keys(1).kid().to_string());
    let claimed: Vec<_> = lines(&path).iter().map(|line| line.replace(&forged, &real)).collect();
    assert_eq!(checked(&claimed).fault, Some((2, Fault::Seal)));
}

#[test]
fn writers_side_by_side_make_one_chain() {
    let (_folder, path) = log(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let log = Log::open(&path).unwrap();
                for _ in 0..10 {
                    log.append(&Entry::new("filter", SystemTime::now()), &keys(1)).unwrap();
                }
            });
        }
    });
    let report = checked(&lines(&path));
    assert_eq!((report.fault, report.head.seq), (None, 40));
}

#[test]
fn nothing_is_appended_to_what_is_no_log() {
    let (folder, path) = log(1);
    let torn = lines(&path).concat();
    for content in [&torn[..torn.len() - 1], "text\n", "\n"] {
        fs::write(&path, content).unwrap();
        assert!(matches!(Log::open(&path), Err(AuditError::Damaged { .. })), "{content}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert!(matches!(Log::open(folder.path()), Err(AuditError::Io { .. })));
}

#[test]
fn tokens_come_with_a_case_only() {
    let (_folder, path) = log(0);
    let mut case: Case = "DSR-2026/17".parse().unwrap();
    case.tokens.push("tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd".to_owned());
    let entry = Entry { case: Some(case), ..Entry::new("find", SystemTime::now()) };
    Log::open(&path).unwrap().append(&entry, &keys(1)).unwrap();
    let line: serde_json::Value = serde_json::from_str(&lines(&path)[0]).unwrap();
    assert_eq!(
        (&line["case"], line["tokens"].as_array().unwrap().len()),
        (&"DSR-2026/17".into(), 1)
    );
    for bad in ["", "Max Mustermann", "+493023125000", &"x".repeat(65)] {
        assert!(matches!(bad.parse::<Case>(), Err(AuditError::BadCase)), "{bad}");
    }
}

#[test]
fn heads_are_read_strictly() {
    for bad in ["", "1", "1:", "x:00", &format!("1:{}", "g".repeat(64)), &"0".repeat(64)] {
        assert!(matches!(bad.parse::<Head>(), Err(AuditError::BadHead)), "{bad}");
    }
}
