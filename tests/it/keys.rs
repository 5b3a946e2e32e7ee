//! `lognym key new`, the places that a ring may come from, and every refusal: exit code 77,
//! a message that helps, nothing on standard output.

use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use rustix::io::{FdFlags, fcntl_setfd};
use tempfile::TempDir;

use crate::ring::{data, private_ring};
use crate::util::{finish, lognym, run};

const LINE: &[u8] = b"call to +493023125042 failed\n";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

/// The test ring with some of its text exchanged, in a private file.
fn ring_with(folder: &Path, from: &str, to: &str) -> PathBuf {
    let ring = private_ring(folder);
    let content = fs::read_to_string(&ring).expect("the ring is text");
    assert!(content.contains(from), "{from}");
    fs::write(&ring, content.replace(from, to)).expect("the copy is ours");
    ring
}

/// Asserts a refusal whose message holds all of `parts`, and nothing of a secret.
fn assert_refused(output: &Output, parts: &[&str]) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(77), "{message}");
    assert_eq!(output.stdout, b"");
    for part in parts {
        assert!(message.contains(part), "no {part:?} in {message:?}");
    }
    assert!(message.starts_with("lognym: ") && message.lines().count() == 1, "{message:?}");
    assert!(!message.contains("c81f"), "{message:?}");
}

#[test]
fn a_new_ring_is_private_and_accepted() {
    let folder = folder();
    let ring = folder.path().join("new.ring");
    let made = run(&["key", "new", "--key-file", text(&ring)], b"");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let report = String::from_utf8_lossy(&made.stdout);
    assert!(report.contains("new.ring: epochs ") && report.contains("(13)"), "{report}");
    assert!(!report.contains("lognym-sk1-"));
    assert_eq!(fs::metadata(&ring).unwrap().permissions().mode() & 0o7777, 0o600);

    let once = run(&["--key-file", text(&ring)], LINE);
    let again = run(&["--key-file", text(&ring)], LINE);
    assert!(once.status.success());
    assert_eq!(once.stderr, b"");
    assert!(once.stdout.starts_with(b"call to tel_") && once.stdout == again.stdout);
}

#[test]
fn a_file_that_exists_is_never_overwritten() {
    let folder = folder();
    let ring = private_ring(folder.path());
    let before = fs::read(&ring).unwrap();
    let output = run(&["key", "new", "--key-file", text(&ring)], b"");
    assert_refused(&output, &["exists", "name another file"]);
    assert_eq!(fs::read(&ring).unwrap(), before);
}

#[test]
fn a_ring_that_cannot_be_written_is_an_io_error() {
    let folder = folder();
    let ring = folder.path().join("missing/new.ring");
    let output = run(&["key", "new", "--key-file", text(&ring)], b"");
    assert_eq!(output.status.code(), Some(74));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the key ring"));
}

#[test]
fn open_files_are_refused() {
    let folder = folder();
    let ring = private_ring(folder.path());
    for (mode, reason) in [
        (0o644, "everybody has rights on it; chmod 600 it"),
        (0o604, "everybody has rights on it; chmod 600 it"),
        (0o660, "its group may write it; chmod 600 it"),
        (0o640, "its group may read it; chmod 600 it"),
    ] {
        fs::set_permissions(&ring, fs::Permissions::from_mode(mode)).unwrap();
        let output = run(&["--key-file", text(&ring)], LINE);
        assert_refused(&output, &["test.ring refused", reason]);
    }
    let output = run(&["--key-file", text(folder.path())], LINE);
    assert_refused(&output, &["not a regular file"]);
    let output = run(&["--key-file", text(&folder.path().join("missing.ring"))], LINE);
    assert_refused(&output, &["cannot read the key ring", "missing.ring", "No such file"]);
}

#[test]
fn rings_that_are_none_are_refused() {
    let pristine = fs::read_to_string(data().join("test.ring")).unwrap();
    let secret = pristine.split('"').find(|part| part.starts_with("lognym-sk1-")).unwrap();
    let counting: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    for (from, to, part) in [
        (
            "lognym-sk1-",
            "lognym-sk2-",
            "a lognym-sk1- is followed by exactly 64 hexadecimal digits",
        ),
        ("lognym-ring-1", "lognym-ring-2", "format must be \"lognym-ring-1\""),
        (secret, &format!("lognym-sk1-{counting}"), "the secret is weak"),
        (secret, &format!("lognym-sk1-{}", "00".repeat(32)), "the secret is weak"),
        ("kind =", "kin =", "an unknown field"),
        ("2100-01-01", "2001-01-01", "no epoch of the ring is in force"),
    ] {
        let folder = folder();
        let ring = ring_with(folder.path(), from, to);
        assert_refused(&run(&["--key-file", text(&ring)], LINE), &[part]);
    }
}

#[test]
fn there_is_exactly_one_source() {
    let folder = folder();
    let ring = private_ring(folder.path());
    let output = run(&["--key-file", text(&ring), "--key-fd", "3"], LINE);
    assert_refused(&output, &["more than one key source: --key-file and --key-fd"]);

    fs::copy(&ring, folder.path().join("lognym.ring")).unwrap();
    let mut command = lognym(&["--key-file", text(&ring)]);
    command.env("CREDENTIALS_DIRECTORY", folder.path());
    assert_refused(&finish(command, LINE), &["--key-file and $CREDENTIALS_DIRECTORY/lognym.ring"]);
}

#[test]
fn a_key_in_the_environment_is_refused() {
    let mut command = lognym(&[]);
    command.env("LOGNYM_KEY", "c81f");
    assert_refused(&finish(command, LINE), &["LOGNYM_KEY", "--key-file"]);
}

#[test]
fn a_ring_comes_through_a_descriptor() {
    let folder = folder();
    let ring = private_ring(folder.path());
    let expected = run(&["--key-file", text(&ring)], LINE).stdout;

    let (reader, mut writer) = std::io::pipe().expect("a pipe can be made");
    // More than a page would have to be written while the filter reads; a ring is less.
    writer.write_all(&fs::read(&ring).unwrap()).unwrap();
    drop(writer);
    fcntl_setfd(&reader, FdFlags::empty()).expect("the filter may inherit it");
    let number = reader.as_raw_fd().to_string();
    let output = run(&["--key-fd", &number], LINE);
    drop(reader);
    assert_eq!((&output.stdout, &output.stderr[..]), (&expected, &b""[..]));

    let file = File::open(&ring).unwrap();
    fcntl_setfd(&file, FdFlags::empty()).expect("the filter may inherit it");
    let output = run(&["--key-fd", &file.as_raw_fd().to_string()], LINE);
    assert_eq!(output.stdout, expected);

    assert_refused(
        &run(&["--key-fd", "999"], LINE),
        &["cannot read the key ring on descriptor 999"],
    );
}

#[test]
fn systemd_hands_over_a_credential() {
    let folder = folder();
    let ring = private_ring(folder.path());
    let expected = run(&["--key-file", text(&ring)], LINE).stdout;
    let credential = folder.path().join("lognym.ring");
    fs::rename(&ring, &credential).unwrap();
    fs::set_permissions(&credential, fs::Permissions::from_mode(0o440)).unwrap();
    let mut command = lognym(&[]);
    command.env("CREDENTIALS_DIRECTORY", folder.path());
    let output = finish(command, LINE);
    assert_eq!((&output.stdout, &output.stderr[..]), (&expected, &b""[..]));
}

/// Kubernetes mounts secrets as links into a folder of the present version, readable by the group.
#[test]
fn a_mounted_secret_needs_leave_for_the_group() {
    let folder = folder();
    let ring = private_ring(folder.path());
    let expected = run(&["--key-file", text(&ring)], LINE).stdout;
    let version = folder.path().join("..2026_11_21");
    fs::create_dir(&version).unwrap();
    fs::rename(&ring, version.join("test.ring")).unwrap();
    fs::set_permissions(version.join("test.ring"), fs::Permissions::from_mode(0o440)).unwrap();
    std::os::unix::fs::symlink("..2026_11_21", folder.path().join("..data")).unwrap();
    std::os::unix::fs::symlink("..data/test.ring", &ring).unwrap();
    assert_refused(&run(&["--key-file", text(&ring)], LINE), &["its group may read it"]);
    let output = run(&["--key-file", text(&ring), "--allow-group-read"], LINE);
    assert_eq!((&output.stdout, &output.stderr[..]), (&expected, &b""[..]));
}
