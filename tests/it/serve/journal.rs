//! Journald's JSON through a pipe, as journalctl writes it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::harness::program;
use crate::util::lognym;

/// Messages of a journal; the second has bytes that journalctl spells as an array of numbers.
const MESSAGES: [&[u8]; 3] = [
    b"caller=+493023125042 ok",
    b"\x1b[1mR\xc3\xbcckruf an Erika Beispiel, Tel. 069 90009123\x1b[0m",
    b"nothing to hide from 198.51.100.17:5060",
];

#[test]
fn journald_json_passes_a_pipe() {
    let Some((_folder, journal)) = journal() else { return };
    let Some(journalctl) = program("journalctl") else { return };
    let mut command = Command::new(journalctl);
    command.arg("--file").arg(journal).args(["--output=json", "--all", "--no-pager"]);
    let mut journalctl = command.stdout(Stdio::piped()).spawn().expect("journalctl starts");
    let pipe = journalctl.stdout.take().expect("a pipe");
    let args = ["serve", "--ephemeral-key", "--listen=stdin:", "--forward=stdout:"];
    let output = lognym(&args).stdin(pipe).stderr(Stdio::null()).output().expect("it starts");
    assert!(journalctl.wait().expect("it has ended").success() && output.status.success());
    let text = String::from_utf8(output.stdout).expect("text stays text");
    let entries: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON stays JSON")).collect();
    let messages: Vec<_> = entries.iter().map(|entry| spelled(&entry["MESSAGE"])).collect();
    assert_eq!(messages.len(), MESSAGES.len());
    assert!(messages[0].starts_with("caller=tel_") && messages[0].ends_with(" ok"), "{text}");
    assert!(messages[1].starts_with("\x1b[1mRückruf an nam_"), "{text}");
    assert!(messages[1].contains(", Tel. tel_") && messages[1].ends_with("\x1b[0m"), "{text}");
    assert_eq!(messages[2].as_bytes(), MESSAGES[2]);
    assert!(entries[1]["MESSAGE"].is_array(), "an array stays an array");
}

/// A journal of [`MESSAGES`], made from the export format by systemd's own program.
fn journal() -> Option<(tempfile::TempDir, PathBuf)> {
    let remote = program("systemd-journal-remote")?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("test.journal");
    let mut command = Command::new(remote);
    command.arg("--output").arg(&path).arg("-").stdin(Stdio::piped()).stderr(Stdio::null());
    let mut remote = command.spawn().expect("systemd-journal-remote starts");
    let mut stdin = remote.stdin.take().expect("a pipe");
    stdin.write_all(&export()).expect("it reads");
    drop(stdin);
    assert!(remote.wait().expect("it has ended").success());
    assert!(fs::metadata(Path::new(&path)).is_ok_and(|file| file.len() > 0));
    Some((folder, path))
}

/// The journal export format: fields of bytes have their length before them.
fn export() -> Vec<u8> {
    let mut out = Vec::new();
    for (number, message) in (1u64..).zip(MESSAGES) {
        let times = format!(
            "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={number}\n\
             _BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=6\nMESSAGE\n",
            1_773_480_418_020_000 + number
        );
        out.extend_from_slice(times.as_bytes());
        out.extend_from_slice(&(message.len() as u64).to_le_bytes());
        out.extend_from_slice(message);
        out.extend_from_slice(b"\n\n");
    }
    out
}

/// The text of a field, written as text or as numbers.
fn spelled(value: &serde_json::Value) -> String {
    let byte = |byte: &serde_json::Value| byte.as_u64().and_then(|byte| u8::try_from(byte).ok());
    let bytes = value.as_array().map(|bytes| bytes.iter().filter_map(byte).collect());
    let text = bytes.map(|bytes| String::from_utf8(bytes).expect("text"));
    text.unwrap_or_else(|| value.as_str().expect("a text").to_owned())
}
