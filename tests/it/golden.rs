//! Whole logs through the binary, compared with the clean text kept beside them.
//!
//! Each `tests/data/NAME.log` has a `NAME.clean`; both are invented. `LOGNYM_BLESS=1 cargo test`
//! writes the clean files anew: read the difference before you keep it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ring::{data, private_ring};
use crate::util::lognym;

fn logs() -> Vec<PathBuf> {
    let entries = fs::read_dir(data()).expect("tests/data is there");
    let paths = entries.map(|entry| entry.expect("tests/data is readable").path());
    let mut logs: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "log")).collect();
    logs.sort();
    logs
}

fn filtered(ring: &Path, log: &Path) -> Vec<u8> {
    let output = lognym(&["--key-file"]).arg(ring).arg(log).output().expect("the binary starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {}\n{complaint}", log.display(), output.status);
    output.stdout
}

/// The first line that differs, on both sides.
fn difference(expected: &[u8], actual: &[u8]) -> String {
    let line = |text: &[u8], number: usize| {
        let line = text.split(|&byte| byte == b'\n').nth(number);
        line.map_or("(no line)".into(), |line| String::from_utf8_lossy(line).into_owned())
    };
    let number = (0..).find(|&number| line(expected, number) != line(actual, number));
    let number = number.expect("the texts differ");
    let (expected, actual) = (line(expected, number), line(actual, number));
    format!("line {}\n expected {expected}\n   actual {actual}", number + 1)
}

#[test]
fn logs_come_out_as_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ring = private_ring(folder.path());
    let bless = std::env::var_os("LOGNYM_BLESS").is_some();
    let logs = logs();
    assert!(!logs.is_empty(), "no logs in tests/data");
    for log in logs {
        let (clean, actual) = (log.with_extension("clean"), filtered(&ring, &log));
        if bless {
            fs::write(&clean, &actual).expect("tests/data is writable");
        }
        let expected = fs::read(&clean).unwrap_or_else(|error| {
            panic!("{}: {error}; LOGNYM_BLESS=1 writes it", clean.display());
        });
        assert!(
            expected == actual,
            "{}: {}\nLOGNYM_BLESS=1 writes the file anew",
            clean.display(),
            difference(&expected, &actual)
        );
    }
}
